// SPDX-License-Identifier: Apache-2.0
//
// declare.h: the first part of a Program: expressions as steps, and what the model declares: constants, parameters,
// laws, tables and their columns.
//
// Expressions are arrays of Steps in single assignment form: step i writes register i, so an operand is the number of
// an earlier step. The interpreter and native code read the same arrays.

#ifndef SUP_RUNTIME_EXEC_DECLARE_H
#define SUP_RUNTIME_EXEC_DECLARE_H

#include "runtime/base/regex.h"
#include "runtime/base/wide.h"
#include "runtime/data/value.h"

typedef enum StepOp {
#define STEP(name, operands, doc) STEP_##name,
#include "runtime/exec/step.def"
#undef STEP
    STEP_COUNT
} StepOp;

typedef enum CompareOp {
    COMPARE_EQ,
    COMPARE_NE,
    COMPARE_LT,
    COMPARE_LE,
    COMPARE_GT,
    COMPARE_GE
} CompareOp;

// The verdict of `op` on a three-way order.
static inline bool compare_verdict(CompareOp op, int order)
{
    switch (op) {
    case COMPARE_EQ:
        return order == 0;
    case COMPARE_NE:
        return order != 0;
    case COMPARE_LT:
        return order < 0;
    case COMPARE_LE:
        return order <= 0;
    case COMPARE_GT:
        return order > 0;
    case COMPARE_GE:
        return order >= 0;
    }
    UNREACHABLE();
}

typedef struct Step {
    StepOp op;
    Phys phys;            // of the result
    uint32_t a, b, c, d;  // operand registers
    const uint32_t *list; // operands of CONCAT, MAKE_SET, CALL
    uint32_t list_count;
    uint32_t slot;
    uint32_t index, index2;
    Type type;  // of the result (of the operand for TEXT, COMPARE, DURING...: see step.def)
    Str source; // text of the operation in the model: the source of its issues
} Step;

typedef struct Expr {
    const Step *steps;
    uint32_t count; // 0: no expression
    Type type;
    bool is_truth; // the last step gives a truth vector
    bool can_gap, can_issue;
    Str text; // as written, for messages and explanations
} Expr;
// ---------------------------------------------------------------- declarations

typedef struct Const {
    Type type;
    Value value;               // codes are not set: text and items say what they are
    Str text;                  // text, identity
    const struct Const *items; // set, list
    uint32_t item_count;
} Const;

typedef struct Param {
    Str name;
    Type type;
    bool nullable;
    const Const *values;  // in order of `since`
    const int64_t *since; // days; NULL: one value, no date
    uint32_t value_count;
} Param;

typedef struct LawVersion {
    Str name;         // empty where the law has one version
    int64_t from, to; // days, closed; to = INT64_MAX: open
} LawVersion;

typedef struct Law {
    Str name, title;
    const LawVersion *versions; // by date
    uint32_t version_count;
} Law;

typedef struct Covers {
    int64_t from, to;  // days, closed; to = INT64_MAX: open
    Str region_prefix; // empty: everywhere
} Covers;

typedef enum ExpectAction { EXPECT_ERROR, EXPECT_WARN, EXPECT_QUARANTINE } ExpectAction;

typedef struct Expectation {
    Expr condition; // truth over slot 0 = the table, policy keep
    ExpectAction action;
    Str text;
} Expectation;

typedef struct ColumnDecl {
    Str name;
    const Str *also; // other header spellings
    uint32_t also_count;
    Type type;
    bool nullable;
    Str bare_unit; // unit of bare numbers in the file, empty: the type's own (yuan for money)
    int128_t bare_num, bare_den; // factor from the bare unit to the column's unit
    bool needed;                 // read by some part of the program that runs
} ColumnDecl;

typedef struct SourceDecl {
    Str format;          // csv
    Str path;            // may hold * and ?, relative to the model's folder
    Str folder;          // folder of the file that declares it
    Str encoding;        // empty: detect
    int64_t header_line; // 1-based, 0: not given
    Str separator;       // empty: detect
} SourceDecl;

typedef struct TableDecl {
    Str name, title;
    const ColumnDecl *columns;
    uint32_t column_count;
    const uint32_t *key; // column numbers; key_count 0: no key
    uint32_t key_count;
    const Expectation *expectations;
    uint32_t expectation_count;
    const Covers *covers;
    uint32_t covers_count;
    Str holder;
    const SourceDecl *sources;
    uint32_t source_count;
    bool needed;
} TableDecl;

// Where a row variable's rows come from.
typedef enum SourceKind {
    SOURCE_TABLE,
    SOURCE_RELATION,
    SOURCE_RULE,
    SOURCE_PRODUCED // by the body itself; the index is the slot
} SourceKind;

typedef struct RowSource {
    SourceKind kind;
    uint32_t index; // into tables, relations or rules
} RowSource;

#endif
