// SPDX-License-Identifier: Apache-2.0
// program.h: the only thing the runtime accepts.
//
// A Program is made by compiler/lower, is read-only afterwards, owns all it points to (one arena), and is
// independent of the syntax tree. It declares tables, parameters and laws, and holds bodies: lists of
// operators in the order in which they shall run, each with the *place* of its clause in the written text.
// Expressions are arrays of Steps in single assignment form: step i writes register i, so an operand is the
// number of an earlier step. The interpreter and native code read the same arrays.
//
// Slots: each row variable of a body has a slot, in written order. Below a fence (Group), expressions read
// keys and aggregates only.

#ifndef SUP_RUNTIME_EXEC_PROGRAM_H
#define SUP_RUNTIME_EXEC_PROGRAM_H

#include "runtime/exec/body.h"
#include "runtime/exec/test_case.h"
#include "runtime/kernel.h"

// ---------------------------------------------------------------- what a model holds

typedef struct Relation {
    Str name;
    uint32_t declared; // ordinal of the declaration over all files, in reading order
    const ColumnDecl *columns;
    uint32_t column_count;
    const uint32_t *key;
    uint32_t key_count; // 0: all columns
    bool keep_least, keep_greatest;
    uint32_t keep_column;
    const Body *branches;
    uint32_t branch_count;
    uint32_t stratum; // relations and rules read as tables run by ascending stratum
    bool recursive;
    int64_t depth_limit;        // -1: none
    const uint32_t *ring_reads; // recursive: its columns that branches of its ring read, ascending
    uint32_t ring_read_count;
} Relation;

typedef struct Rule {
    Str name, title;
    uint32_t declared;
    Body body;
    uint32_t stratum;
    bool selected; // its lists are wanted
    bool read;     // another body reads it as a table
    // as a table: clue keys, then fields
    const ColumnDecl *columns;
    uint32_t column_count;
} Rule;

typedef struct Query {
    Str name, title;
    uint32_t declared;
    Body body;
    bool selected;
} Query;

// A function of a shared library: takes and gives real, integer, boolean or text.
typedef struct ForeignFunction {
    Str library, symbol;
    const Type *params;
    uint32_t param_count;
    Type result;
    bool nullable; // a text that is NULL is missing
} ForeignFunction;

// A function as CALL steps use it; the compiler makes it from the function's card.
typedef struct LibraryFunction {
    Str name;
    FnKernel kernel;
    uint32_t
        raw; // bit i: operand i is `T?` and is handed over in any state; bit 31 stands for all from 31 on
    const ForeignFunction *foreign; // `extern function`: then there is no kernel
} LibraryFunction;

typedef struct Model {
    Str name, title, version;
    const Str *points;
    uint32_t point_count;
} Model;

typedef struct Program {
    Arena *arena;
    Str path; // of the model file
    const TableDecl *tables;
    uint32_t table_count;
    const Param *params;
    uint32_t param_count;
    const Law *laws;
    uint32_t law_count;
    const Const *consts;
    uint32_t const_count;
    Regex *const *regexes;
    uint32_t regex_count;
    const LibraryFunction *functions;
    uint32_t function_count;
    const Relation *relations;
    uint32_t relation_count;
    const Rule *rules;
    uint32_t rule_count;
    const Query *queries;
    uint32_t query_count;
    const TestCase *tests;
    uint32_t test_count;
    const Model *models;
    uint32_t model_count;
    // Order in which relations and rules run, so that what a body reads is finished before it.
    const RowSource *order;
    uint32_t order_count;
    bool reads_as_of;
} Program;

// Checks every invariant stated above; the text names the first fault. For tests and debug builds.
bool program_verify(const Program *program, StrBuf *fault);
// The program as text (`sup emit --stage program`).
void program_dump(const Program *program, StrBuf *out);
// Frees the program with all it holds.
void program_destroy(Program *program);

const char *step_name(StepOp op);

#endif
