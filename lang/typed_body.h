// SPDX-License-Identifier: Apache-2.0
//
// typed_body.h: what bodies and expressions mean; part of typed.h.
//
// Places count from 1 (`from`), one for every clause, the clue or yield last; the branches of a
// relation are numbered on. A stretch is what lies between two groupings: stretch 0 is above the first
// `group by` (or the clue's own grouping). `let … among`, `series`, `sequence`, `session` and
// `connect` look at the whole binding table too, but do not change what a row variable is.

#ifndef SUP_LANG_TYPED_BODY_H
#define SUP_LANG_TYPED_BODY_H

#include "lang/typed.h"

/* ----------------------------------------------------------------------- variables, lets, keys */

typedef enum TypedVarKind {
    TYPED_VAR_FROM,
    TYPED_VAR_JOIN,
    TYPED_VAR_LOOKUP,
    TYPED_VAR_ATTACH,
    TYPED_VAR_EXISTS,
    TYPED_VAR_LACKS,
    TYPED_VAR_LATEST,
    TYPED_VAR_EACH,    /* an element: a value of `type` */
    TYPED_VAR_EXTRACT, /* a match: a record; `fields` of `type.nominal` */
    TYPED_VAR_STEP,    /* a step of a sequence: holds the row variables of before as members */
    TYPED_VAR_SESSION, /* text with .start and .end */
    TYPED_VAR_CONNECT, /* the component's least member; size(g) */
} TypedVarKind;

typedef struct TypedVar {
    Str name;
    TypedVarKind kind;
    uint32_t slot;  /* number within its body, in written order */
    uint32_t place; /* of the clause that binds it */
    const AstNode *clause;
    const AstName *node;     /* where it is named */
    const TypedDecl *source; /* row variables: table, relation or rule; else NULL */
    Type type;               /* each, extract, session, connect */
    bool attached;           /* attach, exists, lacks: read only inside aggregates and evidence */
    bool optional;           /* lookup, latest: may be absent */
    uint32_t stretch;        /* in which it is bound */
    bool at_most_one;        /* a key proves that the clause meets at most one row per binding */
    bool used;
} TypedVar;

typedef struct TypedLet {
    Str name;
    const AstNode *clause; /* Let, or Series */
    const AstNode *value;
    uint32_t place;
    uint32_t stretch; /* in which it is written */
    Type type;        /* of a series: a list */
    bool can_gap, can_issue, can_miss;
    bool constant;
    bool used;
} TypedLet;

typedef struct TypedKey {
    Str name;
    const AstNode *value;
    Type type;
    bool can_gap;
    bool used;
} TypedKey;

/* A grouping: `group by`, the clue's own, or the one group of a yield with aggregates. */
typedef struct TypedGroup {
    const AstNode *node; /* Group, Clue or Yield */
    uint32_t before;     /* it stands before clauses[before] (of a Group: its own index) */
    uint32_t place;      /* of the node */
    const TypedKey *keys;
    uint32_t key_count;
    bool implicit;    /* not written: clue's own, or the one of a yield */
    bool empty_group; /* no keys: exists even over nothing */
} TypedGroup;

/* ----------------------------------------------------------------------- aggregates */

typedef struct TypedAggregate {
    uint32_t index; /* within its body, in written order */
    const AstCall *node;
    const FnCard *card;
    const AstNode *argument; /* NULL for count(), count(v) */
    const AstNode *when;     /* NULL: always */
    const AstNode *by;       /* first, last: the order; NULL: row numbers */
    /* Operands behind the first: of a statistic. Of one with `pairs` the second is the pair's other side,
     * all others are constants. */
    const AstNode *const *parameters;
    const Type *parameter_types;
    const Str *parameter_defaults; /* where the argument is NULL: as the signature writes it */
    uint32_t parameter_count;
    const TypedVar *const *mentions; /* variables of argument and by, lets expanded, by slot */
    uint32_t mention_count;
    const TypedVar *const *attached; /* those of argument, by and when that are attached */
    uint32_t attached_count;
    uint32_t stretch; /* in which it is written */
    /* A grouping further up whose lets the argument reads: then a tuple is one group of it together
     * with the rows of `mentions` (of `最大(月额)`: one per group). NULL: rows only. */
    const TypedGroup *over;
    bool per_binding; /* above the first grouping, over attached sets; not in `among` or `series` */
    bool window;      /* inside `let … among` or `series`: over the peers */
    bool fans_out;    /* a variable outside `mentions` may repeat its tuples */
    bool nonnegative; /* an expectation (quarantine or error) proves argument >= 0 */
    Type type;
} TypedAggregate;

/* ----------------------------------------------------------------------- clauses */

typedef struct TypedClause {
    const AstNode *node;
    uint32_t place;
    uint32_t stretch;  /* in which it stands; of a Group the one above it */
    uint32_t fences;   /* number of all fences above */
    AstMissing policy; /* in force: written, by `covered at`, the file's, or the default */
    bool policy_written;
    const TypedVar *var; /* bound by it: From, Partner, Latest, Each, Extract, Session, Connect */
    const TypedLet *let; /* Let, Series */
    const TypedGroup *group;                 /* Group */
    const TypedDecl *law;                    /* Cites */
    const TypedDecl *match;                  /* Partner, Latest with `using` */
    const TypedVar *sides[2];                /* variables of the match's two sides; NULL: unclear */
    /* `covered at`: tables with `covers` that the source reads at any depth. */
    /* Sequence that ends with an absence: those of all variables above. */
    const TypedDecl *const *covered_tables;
    uint32_t covered_count;
} TypedClause;

struct TypedBody {
    const TypedDecl *decl; /* whose body it is */
    uint32_t branch;       /* of a relation, else 0 */
    const AstBody *node;   /* NULL: scope of a table's contracts, of a match, of the prompt */
    bool is_query;
    AstMissing default_policy;   /* of `where` and the partner clauses */
    const TypedVar *const *vars; /* by slot */
    uint32_t var_count;
    const TypedLet *const *lets; /* in written order */
    uint32_t let_count;
    const TypedClause *clauses; /* [0] is `from`; clue and yield are not among them */
    uint32_t clause_count;
    const TypedGroup *const *groups; /* by stretch: groups[i] ends stretch i */
    uint32_t group_count;
    const TypedAggregate *const *aggregates;
    uint32_t aggregate_count;
    uint32_t end_place; /* of the clue or yield */
    /* Clue: number within the last group's keys of each key, in the clue's order. */
    const uint32_t *clue_keys;
    const AstNode *title, *severity,
        *evidence; /* fields that are known by name; NULL: not written */
    const TypedVar *const
        *evidence_vars; /* in evidence's order; without the field all row variables */
    uint32_t evidence_count;
    uint64_t evidence_paths; /* slots of the variables whose path is wanted */
    /* Yield: column of the relation or query that each entry gives. */
    const uint32_t *yield_columns;
    /* Query: column number of each `order by` entry; UINT32_MAX: an expression over columns. */
    const uint32_t *order_columns;
};

/* ----------------------------------------------------------------------- expressions */

/* What a name, member or call refers to. */
typedef enum TypedRefKind {
    TYPED_REF_NONE,   /* an operator or literal */
    TYPED_REF_COLUMN, /* var.column; of a table's contract too, where var is its row */
    TYPED_REF_VAR,    /* a variable alone: `v is present`, `count(v)`, an each-variable's value */
    TYPED_REF_LET,
    TYPED_REF_KEY,   /* a group key by its name, or an expression that is the key's */
    TYPED_REF_FIELD, /* object.field: of a record (check, extract, case number), number `field` */
    TYPED_REF_PARAM, /* dated where read through `at` (the node above) */
    TYPED_REF_AS_OF,
    TYPED_REF_TOLERANCE, /* unplaced_tolerance, in tests */
    TYPED_REF_PARAMETER, /* of an own function: number `field` */
    TYPED_REF_ENUM,      /* member number `field` of type.nominal */
    TYPED_REF_UNIT,      /* a unit as argument; `unit` */
    TYPED_REF_BOOLEAN,   /* `field` is 0 or 1 */
    TYPED_REF_SEVERITY,  /* `field`: 0 高, 1 中, 2 低 */
    TYPED_REF_POINTS,    /* 总分 */
    TYPED_REF_MISSING,   /* `missing` as a key in tests */
    TYPED_REF_CALL,      /* library function: `call` */
    TYPED_REF_FUNCTION,  /* own or extern function: `decl` and `call` */
    TYPED_REF_AGGREGATE, /* `aggregate` */
    TYPED_REF_WINDOW,    /* library function over peers (rank, previous, checks): `call` */
    TYPED_REF_OUTPUT,    /* column `column` of the query's yield, in `order by` */
} TypedRefKind;

/* How a value that is read below a grouping, outside aggregates, comes to be one value per group. */
typedef enum TypedGrain {
    TYPED_GRAIN_BINDING, /* it is read per binding: above every grouping, or inside an aggregate */
    TYPED_GRAIN_ONE,     /* the keys determine it */
    TYPED_GRAIN_SHOW,    /* in a template: distinct values are printed */
} TypedGrain;

/* A call with its arguments in the order of the parameters. */
typedef struct TypedCall {
    const AstCall *node;
    const FnCard *card;              /* NULL: own function, or a signature of check_records.def without one */
    Str name;                        /* English name of the function, or the own function's */
    const AstNode *const *arguments; /* NULL: the parameter's default */
    const Str *defaults;             /* text of the default of each parameter; empty: none */
    const Type *types;               /* in which each argument is wanted */
    uint32_t count;                  /* of parameters, repeated ones counted as often as given */
    bool runs;                       /* there is a kernel; false: only its signature is known */
} TypedCall;

struct TypedExpr {
    Type type; /* of its own */
    Type want; /* in which the node above takes it: literals, units, scales, exact to real */
    bool can_gap, can_issue;
    bool can_miss; /* a gap that `T` excludes: missing or absent, not damaged or masked */
    bool constant; /* the same for all rows: literals, parameters, and what is made of them */
    /* `want` is a date and this a month: its last day is meant (first day otherwise). A datetime
     * wanted as a date counts by its day. */
    bool month_end;
    TypedRefKind ref;
    TypedGrain grain;
    uint32_t column;  /* COLUMN, OUTPUT */
    uint32_t field;   /* FIELD, PARAMETER, ENUM, BOOLEAN, SEVERITY, KEY (number of the key) */
    uint32_t stretch; /* KEY: the grouping it belongs to; else where the node stands */
    /* Number, Date: the value, at type.scale in type.unit (lengths in days, months, µs). */
    int128_t count;
    /* Comparison, `in`, `??`, `if`: the type to which the operands are brought. */
    Type common;
    const TypedVar *var;  /* COLUMN, VAR */
    const TypedVar *step; /* `试探.s.时间`: the step through which var is read; else NULL */
    const TypedLet *let;
    const TypedKey *key;
    const TypedDecl *decl; /* PARAM, FUNCTION, ENUM */
    const Unit *unit;
    const TypedCall *call;
    const TypedAggregate *aggregate;
};

/* The variables that an expression mentions after expanding lets, by slot (the mention of
 * spec/evaluation.md 5.2). Written to `vars`, which must have room for body->var_count. Returns their
 * number. Aggregates inside count with what they mention, or, in `per_binding` ones, with the
 * variables of their attached variable's link. */
uint32_t typed_mentions(const Typed *typed, const TypedBody *body, const AstNode *expr,
                        const TypedVar **vars);

/* A constant's value: parameters' values, cells and keys of tests, intervals of `covers`. */
typedef struct TypedConst {
    Type type;
    bool missing;
    int128_t count;    /* numbers at type.scale, dates, months, lengths, enum codes, booleans */
    int64_t low, high; /* period: first and last day; point: longitude and latitude at scale 7 */
    Str text;          /* text, identity */
    const struct TypedConst *items; /* set */
    uint32_t item_count;
} TypedConst;

/* The value of an expression made of literals, signs, sets, enum members, true and false,
 * period(…) and point(…), brought to the type in which it is wanted. False: it is not constant in
 * this sense (the checker has refused it where one is needed). */
bool typed_const(const Typed *typed, const AstNode *expr, TypedConst *value);

#endif
