// SPDX-License-Identifier: Apache-2.0
//
// session.h: a model file, read and checked, as most commands need it.

#ifndef SUP_COMPILER_CLI_SESSION_H
#define SUP_COMPILER_CLI_SESSION_H

#include "compiler/cli/command.h"
#include "compiler/compiler.h"

// A rewrite of the run, not of the plan, that --opt-off may name: recursion reads only what is new.
#define SESSION_SEMI_NAIVE "semi-naive"
#define SESSION_GRAPH "graph"
// Two more: nothing is decided by sizes; every such decision is taken, whatever the sizes.
#define SESSION_PLANNING "planning"
#define SESSION_SIZES "sizes"

typedef struct Session {
    const Args *args;
    bool tells_warnings;
    Arena *arena;
    SourceSet *sources;
    const Source *root;
    const Typed *typed;
    Compilation *compilation;
} Session;

// Reads and checks the file and everything that it uses; what is wrong is told on stderr, warnings only where
// asked for. EXIT_DONE, or the
// exit code that the command ends with. The session must be closed in either case.
int session_open(Session *session, const Args *args, Str path, bool tells_warnings);
void session_close(Session *session);

// The two halves of session_open, for texts that are in no file: an empty session, whose sources can be added to; and the
// check of one of them.
int session_begin(Session *session, const Args *args, bool tells_warnings);
int session_check(Session *session, const Source *root);

// Reads a file for the front end; the shape is that of a SourceRead.
Status session_read(void *context, Str path, Arena *arena, Str *text, Error *error);

// Tells messages on stderr, in the user's language; `sup check` all of them, other commands the errors only.
// Gives the number of errors.
uint32_t session_tell(const Session *session, DiagList *diags);

// The rules and queries that the command line names, or the model's own. False after telling that a
// name is not known. The array is in the session's arena.
bool session_roots(Session *session, const TypedDecl *const **roots, uint32_t *count);

// A compilation of the same model without rewrites, for what counts clauses in the order in which they are written.
Compilation *session_plain(Session *session);
// The same, but what the declarations compiled read is rewritten.
Compilation *session_plain_roots(Session *session);

// The value that `--set` gives to a parameter, checked like one written in the model. False after telling.
bool session_param(Session *session, const TypedDecl *param, Str text, Const *out);

#endif
