// SPDX-License-Identifier: Apache-2.0
//
// compiler.h: the door of the compiler: from what a program means to what the runtime executes.
//
// A Compilation is made once per checked program; it builds plans on demand, rewrites them, and lowers
// what is asked for. A Program holds exactly what its roots read, so a run loads and computes nothing else.
//
//     Compilation *compilation = compilation_create(arena, typed, options);
//     Program *program = compile_run(compilation, rules, rule_count, diags);

#ifndef SUP_COMPILER_COMPILER_H
#define SUP_COMPILER_COMPILER_H

#include "lang/lang.h"
#include "runtime/exec/program.h"

typedef struct Compilation Compilation;

typedef struct CompileOptions {
    const Str *passes_off; // names of rewrites to leave out; results are the same bytes
    uint32_t passes_off_count;
    bool roots_only; // leave them out of the roots alone: what the roots read is rewritten
} CompileOptions;

// A compilation of a program without errors, in `arena`, which must live as long as the programs made.
Compilation *compilation_create(Arena *arena, const Typed *typed, CompileOptions options);

// A program for these rules and queries (and relations), which must be declarations of `typed`. NULL when
// one of them, or something that it reads, has a clause that this version does not run: then one message
// naming the clause is in `diags` for each such clause. The caller owns the program (program_destroy).
Program *compile_run(Compilation *compilation, const TypedDecl *const *roots, uint32_t root_count,
                     DiagList *diags);

// A program for one test: its subject and what that reads, up to the rows that the test gives.
Program *compile_test(Compilation *compilation, const TypedDecl *test, DiagList *diags);

// Can this rule, query or test be run, with all that it reads?
bool compile_supported(Compilation *compilation, const TypedDecl *decl);

// The rules, or where there are none the queries, that `sup run` runs when nothing is named: those of the
// program's first file, and those that its models name. The array is in the compilation's arena.
const TypedDecl *const *compile_default_roots(Compilation *compilation, uint32_t *count);

// The value of an undated parameter, as a constant in `arena`. False: it is no constant.
bool compile_constant(Arena *arena, const Typed *typed, const TypedDecl *param, Const *out);

// Builds and rewrites the plans of all declarations and checks that they are sound; false, with the first
// fault in `fault`, when the compiler is wrong.
bool compile_verify(Compilation *compilation, StrBuf *fault);

// Is there a rewrite of this name? Names in order: `compile_pass_name`, NULL behind the last.
bool compile_has_pass(Str name);
const char *compile_pass_name(uint32_t index);

// Appends the plan of every rule, relation and query: as built, or after the rewrites.
// With compile_dump_made, only of those that were compiled so far.
void compile_dump_made(Compilation *compilation, bool optimised, StrBuf *out);
void compile_dump_plan(Compilation *compilation, bool optimised, StrBuf *out);

#endif
