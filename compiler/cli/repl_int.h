// SPDX-License-Identifier: Apache-2.0
//
// repl_int.h: what the files of the prompt share.
//
// What is typed becomes part of a small file that uses the model: declarations are collected in one text, each query or
// expression is checked, compiled and run by itself, with the same front end, messages and engine as a file. Tables stay
// loaded from question to question (DataCache) until a declaration or a place of the data changes.

#ifndef SUP_COMPILER_CLI_REPL_INT_H
#define SUP_COMPILER_CLI_REPL_INT_H

#include "compiler/cli/job.h"
#include "compiler/cli/line.h"

// A declaration made at the prompt; a later one with the same key takes its place.
typedef struct ReplDecl {
    Str key; // its first two words: "param 起点"
    Str text;
} ReplDecl;

typedef struct Repl {
    Arena *arena;
    Args args; // its own copy: commands change options
    Line *line;
    Str file; // the model; empty: none
    VEC(ReplDecl) decls;
    DataCache *cache;
    Engine engine; // with what is needed for every answer, made at once
    // The last answer: kept for :save, :plan and :why.
    Job *job;
    Run *run;
    Str rule; // of the last :run; empty: none
    bool shows_time, quits;
    int worst; // exit code so far
} Repl;

#define REPL_QUERY STR("查询") // the name of what is asked
#define REPL_ROW STR("--行")   // the table of one row over which expressions are computed
#define REPL_PATH STR("输入")  // how messages call what was typed
#define REPL_DECLS STR("输入的声明")

// repl_eval.c
// Runs one finished statement. Gives its exit code.
int repl_statement(Repl *repl, Str text);
// Is the text the beginning of a statement that goes on? `last`: nothing more comes.
bool repl_unfinished(const Repl *repl, Str text);
// Checks the model with the declarations, and `front text` behind it as a query where text is not empty. EXIT_DONE,
// or the exit code; the job is to be closed in either case.
int repl_open(Repl *repl, Job *job, Str front, Str text);
// Compiles and runs a declaration of the job's model and prints it; takes the job as the last one.
int repl_answer(Repl *repl, Job *taken_job, const TypedDecl *decl, const TestCase *given);
// Forgets the last answer; the cache may be cleared then.
void repl_forget(Repl *repl);

// repl_command.c
// Runs ":name rest".
int repl_command(Repl *repl, Str text);
// Sets an option to one value; an empty one takes it back.
void repl_option(Repl *repl, OptionId id, Str value);
const char *repl_command_name(uint32_t index); // NULL behind the last

// repl_words.c
void repl_complete(void *closure, Str before, LineWords *words);

#endif
