// SPDX-License-Identifier: Apache-2.0
//
// plan.h: what a program does, as relational operators with scalar expressions.
//
// One PlanBody per body: a list of operators in the order in which they act on bindings, each with the
// place and span of its clause, and one end (clue or yield). Lets and own functions are gone: they are
// abbreviations and stand expanded where they are used. Units, scales and literals are explicit:
// CONVERT nodes bring operands together, so an operation never has to look at its operands' types.
//
// Expressions are shared: equal ones are one node (plan_expr interns), so a let that is used a
// thousand times is one node, and a plan's size is bounded by its text. Nodes are immutable, and
// numbered densely, so that passes keep what they find in arrays. A rewrite makes a new list of
// operators and new nodes; the written plan stays as it was built.
//
// Everything lives in the plan's arena.

#ifndef SUP_COMPILER_PLAN_H
#define SUP_COMPILER_PLAN_H

#include "lang/lang.h"
#include "runtime/exec/program.h"

typedef enum PlanExprKind {
#define PLAN_EXPR(KIND, name, kids) PLAN_EXPR_##KIND,
#define PLAN_OP(KIND, name, doc)
#include "compiler/plan.def"
    PLAN_EXPR_COUNT
} PlanExprKind;

typedef enum PlanOpKind {
#define PLAN_EXPR(KIND, name, kids)
#define PLAN_OP(KIND, name, doc) PLAN_OP_##KIND,
#include "compiler/plan.def"
    PLAN_OP_COUNT
} PlanOpKind;

// The greatest height of an expression after expansion, and the most nodes of a plan: far above what
// people write, low enough for recursion and memory.
#define PLAN_HEIGHT_MAX 1000
#define PLAN_NODES_MAX (1u << 22)
// The most leaves of one `on` condition, and exceptions of one body.
#define PLAN_LEAVES_MAX 4096
#define PLAN_EXCEPTIONS_MAX 64

typedef struct PlanExpr PlanExpr;
struct PlanExpr {
    PlanExprKind kind;
    Type type;
    bool can_gap, can_issue;
    const PlanExpr *const *kids;
    uint32_t kid_count;
    uint32_t slot;         // COLUMN, VARIABLE
    uint32_t index;        // COLUMN: column; KEY, AGGREGATE: number
    uint32_t stretch;      // KEY: of the grouping
    int32_t places;        // ROUND
    RoundMode mode;        // ROUND
    CompareOp compare;     // COMPARE
    const TypedDecl *decl; // PARAM, PARAM_AT; CALL of an extern function
    const FnCard *card;    // CALL; NULL: extern
    const Const *constant; // CONST
    Str pattern;           // LIKE
    Str text;              // as written: the source of its issues
    // What follows from the children.
    uint32_t id;      // dense within the plan
    uint32_t height;  // 1 for a leaf
    uint32_t leaves;  // of the condition, counted as often as they stand there; saturates
    uint64_t slots;   // row variables that it reads, as bits; those inside aggregates are not
    bool reads_group; // KEY, AGGREGATE or POINTS stands in it
};

// A fold; its number is its index in the body.
typedef struct PlanAggregate {
    AggregateKind kind;
    const PlanExpr *argument;          // NULL for `count`
    const PlanExpr *when;              // condition, NULL: always
    const PlanExpr *by;                // first, last; NULL: row numbers
    const FnCard *card;                // statistic
    const PlanExpr *const *parameters; // of the statistic: constants
    uint32_t parameter_count;
    uint64_t mention; // row variables, as bits
    uint32_t stretch;
    bool per_binding, fans_out, nonnegative;
    // Of a window: the slot of its value; 0: none, since slot 0 is `from`. Then also how it looks at the peers.
    uint32_t window;
    WindowFunction function;
    WindowFrame frame;
    uint32_t series; // place of the series whose slots it folds; 0: none
    bool missing;    // counts the slots that are missing
    Type type;
    Str text;
} PlanAggregate;

typedef struct PlanKey {
    Str name;
    const PlanExpr *value;
} PlanKey;

typedef struct PlanSort {
    const PlanExpr *value;
    bool descending;
} PlanSort;

// A step of a sequence, or an absence between steps.
typedef struct PlanStep {
    Str name;
    bool absent;
    const PlanExpr *condition;
    const uint32_t
        *slots; // a step: where it keeps the row of each slot of `taken`; NULL: an absence
} PlanStep;

typedef struct PlanCite {
    const TypedDecl *law;
    const Str *articles;
    uint32_t article_count;
    const PlanExpr *at; // date, NULL: printed only
} PlanCite;

// One `compare` of a match model.
typedef struct PlanCompare {
    Str name;
    const PlanExpr *const *levels; // conditions, in the order in which they are tried
    const Str *level_texts;
    const int64_t *weights; // bits at scale 6
    uint32_t level_count;
    bool has_otherwise, has_missing;
    int64_t otherwise, missing;
} PlanCompare;

// A match model over two variables of the body.
typedef struct PlanMatch {
    const TypedDecl *decl;
    uint32_t earlier; // slot of the side that is not the clause's own
    const PlanExpr *const *blocks;
    uint32_t block_count;
    const PlanCompare *compares;
    uint32_t compare_count;
    int64_t accept, review;
} PlanMatch;

typedef struct PlanOp {
    PlanOpKind kind;
    uint32_t place;
    Span span;
    Str text;                // the clause as written
    uint32_t slot;           // SCAN, PARTNER, EACH, EXTRACT, WINDOW, CONNECT, SESSION
    const TypedDecl *source; // SCAN, PARTNER: table, relation or rule
    PartnerKind partner;     // PARTNER
    bool at_most_one;        // PARTNER: a key proves it
    bool covered;            // PARTNER: `covered at` is written
    const PlanExpr *covered_at, *covered_region; // NULL: not written
    const PlanMatch *match;                      // PARTNER with `using`: stands for the condition
    const PlanExpr *value; // EACH: list or set; EXTRACT: text; WINDOW: the let's value
    Str pattern;           // EXTRACT
    // latest: `by`, the last time and (NULL: any) the first one; WINDOW: `low`, behind which the frame begins
    const PlanExpr *time, *upto, *low;
    const TypedDecl *const *covered_tables;
    uint32_t covered_count;
    const PlanExpr *condition;      // PARTNER, FILTER, DOUBT, EXCEPT, SCORE
    Policy policy;                  // of the condition
    Str name;                       // DOUBT, EXCEPT
    const PlanExpr *points, *label; // SCORE
    PlanCite cite;                  // CITE
    const PlanCite *citations;      // EXCEPT: those written
    uint32_t citation_count;
    const PlanKey *keys; // GROUP; WINDOW, SESSION, SEQUENCE: the partition; CONNECT: its two ends
    uint32_t key_count;
    const PlanSort *sorts; // WINDOW, SESSION, SEQUENCE: `ordered by`
    uint32_t sort_count;
    // SESSION, SEQUENCE: the last time that still belongs to a row; SERIES: the end of its range from `low` on, NULL: a period
    const PlanExpr *high;
    const PlanStep *steps; // SEQUENCE
    uint32_t step_count;
    const uint32_t *taken; // SEQUENCE: the slots bound above, which its steps take over
    uint32_t taken_count;
    int64_t rows;         // WINDOW: `within n行`; 0: not written
    bool empty_group;     // GROUP
    const PlanExpr *fill; // SERIES: the value of an empty slot; NULL: missing
    SeriesUnit unit;      // SERIES
    bool one_kind;        // CONNECT: equal values of both ends are one node
    const PlanExpr
        *start; // SCAN, PARTNER: the value that `start_column` of its rows must have; NULL: any
    uint32_t start_column;
} PlanOp;

typedef struct PlanField {
    Str name;
    const PlanExpr *value;
} PlanField;

typedef struct PlanOrder {
    uint32_t column;
    bool descending;
} PlanOrder;

typedef enum PlanUnsupportedKind {
    PLAN_UNSUPPORTED_CLAUSE, // a clause or function that this version checks but does not run
    PLAN_UNSUPPORTED_SIZE,   // larger than the limits above
} PlanUnsupportedKind;

// Why a body does not run.
typedef struct PlanUnsupported {
    bool present;
    PlanUnsupportedKind kind;
    Str zh, en; // what it is: "最近", "latest"
    Span span;
} PlanUnsupported;

typedef struct PlanBody {
    const TypedBody *typed;
    PlanUnsupported unsupported; // then the rest is not complete
    const PlanOp *ops;
    uint32_t op_count;
    const PlanAggregate *aggregates;
    uint32_t aggregate_count;
    uint32_t stretches; // number of groupings + 1
    // Values of windows have slots of their own, behind those of the row variables; so have further rows of a
    // sequence's steps, where more than one variable stands above it.
    uint32_t window_count;
    // Yield: columns; of a query the first `visible_count` are printed. Clue: fields.
    const PlanField *fields;
    uint32_t field_count, visible_count;
    const PlanOrder *order;
    uint32_t order_count;
    int64_t limit; // -1: none
    const PlanExpr *title, *severity;
    const uint32_t *evidence; // slots
    uint32_t evidence_count;
    uint64_t evidence_paths; // slots whose path is wanted, as bits
} PlanBody;

typedef struct Plan {
    Arena *arena;
    const Typed *typed;
    // By declaration number: bodies of relations (one per branch), rules and queries; NULL for others.
    const PlanBody **bodies;      // first body of the declaration
    const PlanExpr ***contracts;  // tables: conditions of their contracts
    const uint8_t *const *needed; // by declaration: columns of tables that are read (needed.h)
    struct PlanTable *table;      // private: interning
    uint32_t node_count;
} Plan;

// ---------------------------------------------------------------- making plans

// An empty plan over `typed`, in `arena`.
Plan *plan_create(Arena *arena, const Typed *typed);

// The step that keeps its rows in `slot`, and in `taken` the slot above the sequence from which they come. NULL: the
// slot is no step's.
const PlanStep *plan_step_of(const PlanOp *ops, size_t op_count, uint32_t slot, uint32_t *taken);

// The node equal to `draft` (kind, type, children and what its kind needs), made when there is none.
// What follows from the children need not be set. Never NULL.
const PlanExpr *plan_expr(Plan *plan, const PlanExpr *draft);

// Number of bodies of a declaration: branches of a relation, 1 for rules and queries, else 0.
uint32_t plan_body_count(const TypedDecl *decl);

// ---------------------------------------------------------------- looking at plans

// Name of a kind as in dumps.
const char *plan_expr_name(PlanExprKind kind);
const char *plan_op_name(PlanOpKind kind);

// Calls `visit` once for each node at and below `expr`, children first. NULL is allowed. `seen` has a
// bit per node of the plan; nodes whose bit is set are passed over, visited ones get it.
void plan_expr_walk(const PlanExpr *expr, uint64_t *seen,
                    void (*visit)(void *context, const PlanExpr *expr), void *context);
// Calls `visit` for every expression that hangs directly on the body: conditions, keys, aggregates'
// parts, fields, title. Not for those below them.
void plan_body_exprs(const PlanBody *body, void (*visit)(void *context, const PlanExpr *expr),
                     void *context);

// Checks the invariants above; false with the first fault in `fault`.
bool plan_verify(const Plan *plan, StrBuf *fault);
// Appends the whole plan as text (`emit --stage plan`).
void plan_dump(const Plan *plan, StrBuf *out);
// Appends one expression on one line.
void plan_expr_dump(const PlanExpr *expr, const PlanBody *body, StrBuf *out);

#endif
