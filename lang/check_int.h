// SPDX-License-Identifier: Apache-2.0
//
// check_int.h: what the files of the checker share. Nobody else includes it.
//
// The checker works in phases over one `Checker`: load the files, collect declarations, resolve what
// they say, infer bodies in the order in which rules read each other, then judge the whole (strata,
// termination, unused names). The public structs of typed.h are the first member of the private ones
// here, so that a pointer to the one is a pointer to the other.

#ifndef SUP_LANG_CHECK_INT_H
#define SUP_LANG_CHECK_INT_H

#include "lang/signature.h"
#include "lang/typed.h"
#include "lang/typed_body.h"
#include "lang/types.h"
#include "runtime/base/map.h"
#include "runtime/base/regex.h"
#include "runtime/base/unicode.h"
#include "runtime/base/vec.h"

typedef struct Checker Checker;
typedef struct DeclState DeclState;
typedef struct BodyState BodyState;
typedef struct Scope Scope;

/* ----------------------------------------------------------------------- side tables */

typedef struct TreeTable {
    TypedExpr **exprs;      /* by node id */
    const TypedDecl **refs; /* by node id: Path, Name of a reference, declaration */
    uint32_t count;
} TreeTable;

struct TypedTables {
    TreeTable *trees; /* by number of the source */
    uint32_t count;
};

/* ----------------------------------------------------------------------- state */

typedef struct FileState {
    TypedFile pub;
    const Source *source;
    const AstFile *root; /* NULL: the text gave no file */
    Map names;           /* visible names: index into decls */
    VEC(TypedUse) uses;
    enum { FILE_NEW, FILE_OPEN, FILE_DONE } state;
    bool lost_use; /* a file that it uses could not be read: any unknown name may be from there */
} FileState;

/* A column that a body reads. */
typedef struct ColumnRead {
    const DeclState *rows;
    uint32_t column;
    const AstNode *node;
} ColumnRead;

struct DeclState {
    TypedDecl pub;
    VEC(TypedColumn) columns;
    VEC(ColumnRead) reads;        /* columns that its bodies read */
    VEC(const DeclState *) calls; /* own functions that it calls */
    VEC(TypedEdge) edges;         /* rows that its bodies read, in order */
    VEC(const TypedBody *) bodies;
    VEC(Str) exceptions; /* names of a rule's `except` clauses */
    bool reads_as_of;
    bool checked; /* rule: its fields have types */
    bool failed;  /* rule: it is in a cycle of rules, or its body is wrong */
    bool tested;
    uint32_t component;        /* of the graph of who reads whom */
    uint64_t weight;           /* function: nodes after expansion */
    const AstNode *as_of_node; /* where it reads as_of first */
};

/* A message about an unknown name, and how often the name was met again. */
typedef struct Told {
    Diag *diag;
    uint32_t repeats;
} Told;

struct Checker {
    Arena *arena;
    SourceSet *sources;
    DiagList *diags;
    CheckOptions options;
    Typed *typed;
    struct TypedTables *tables;
    VEC(FileState *) files;
    VEC(DeclState *) decls;
    const Nominal *severity; /* 高 中 低 */
    Nominal *identities;     /* one for each of the library's identity types, in its order */
    Map told;                /* unknown names: index into told_diags */
    VEC(Told) told_diags;
    Map members;    /* enum members: index of the only enum's declaration, or
                                       MEMBER_OF_SEVERAL */
    bool has_roots; /* files[0] declares a rule, query or relation */
};

#define MEMBER_OF_SEVERAL UINT64_MAX

typedef struct VarState {
    TypedVar pub;
    bool hidden;              /* a sequence lies between */
    uint64_t optional_fields; /* extract: groups that may be missing */
    bool present;             /* lookup, latest: a guard proves it */
    uint64_t *link;           /* attached: the earlier variables that its `on` mentions */
    const AstNode *on;
} VarState;

typedef struct LetState {
    TypedLet pub;
    uint64_t *mentions; /* by slot */
    bool hidden;
    bool failed;     /* its value was wrong: silent where it is used */
    bool statistics; /* it rests on a statistic or a check */
    bool folds;      /* there is an aggregate in it, and not only within peers */
    bool of_many;    /* it rests on an aggregate or a window, whatever its stretch */
} LetState;

/* A column, a whole variable (column WHOLE_ROW) or a let. */
typedef struct Fact {
    const TypedVar *var;
    const TypedLet *let;
    uint32_t column;
} Fact;
#define WHOLE_ROW UINT32_MAX

/* What is known where a variable's value is: of an element its value alone, for two elements of a
 * list may be equal; else the row. */
static inline uint32_t value_column(const TypedVar *var)
{
    return var->kind == TYPED_VAR_EACH ? 0 : WHOLE_ROW;
}

typedef VEC(Fact) Facts;

typedef struct GroupState {
    TypedGroup pub;
    VEC(TypedKey) keys;
    uint64_t *determined; /* variables whose row the keys determine */
    Facts known;          /* columns that the keys determine */
} GroupState;

/* An equality between two columns, or a column and a constant, that holds for all bindings. */
typedef struct Link {
    const TypedVar *a, *b; /* a NULL: a constant */
    uint32_t column_a, column_b;
    bool forward; /* of a lookup or latest: b's row is not proved to be there */
} Link;

struct BodyState {
    TypedBody pub;
    Checker *c;
    DeclState *decl;
    uint32_t file;
    VEC(VarState *) vars;
    VEC(LetState *) lets;
    VEC(TypedClause) clauses;
    VEC(GroupState *) groups;
    VEC(TypedAggregate *) aggregates;
    VEC(Link) links;
    Facts facts;
    uint32_t stretch, fences, place;
    uint32_t words;       /* of a bit set over the variables */
    bool lost;            /* a row source or key is unknown: what seems missing below may be its */
    bool scored;          /* a score stands above: points may be read */
    bool has_group;       /* a `group by` is written */
    bool statistics_only; /* no condition but statistics so far */
};

/* Where an expression stands. Copied and changed on the way down. */
struct Scope {
    Checker *c;
    uint32_t file;
    DeclState *decl;
    BodyState *body;               /* NULL: no row variables */
    const TypedFunction *function; /* its parameters are in scope */
    Facts *facts;                  /* what is proved present here; may be NULL */
    bool bare_columns;             /* contract: names are columns of slot 0 */
    bool in_aggregate;             /* values are read per binding */
    bool in_peers;                 /* `among` or `series`: aggregates look at the peers */
    bool among;                    /* in_peers of `among` */
    bool in_window;                /* inside a function of `among`: a value of one peer */
    bool one_row;                  /* in a function over peers: a value of one row, of no set */
    bool folds_series;             /* what is folded may be a series */
    bool ordered;                  /* in_peers with `ordered by` */
    bool in_template;
    const VarState *link; /* `on`, `by` of a partner clause: its variable is open here */
    bool outputs;         /* `order by`: names are columns of the yield */
    bool in_test;         /* labels for identities, `missing` */
    bool condition;       /* a clause with a policy takes the truth */
};

/* ----------------------------------------------------------------------- reports (check.c) */

Diag *report(Checker *c, DiagId id, const AstNode *node);
Diag *report_with(Checker *c, DiagId id, const AstNode *node, const DiagArg *args, size_t count);
/* The same for an unknown name ({0}) of a scope ({1}), told once: later places become labels of the
 * first message, and the result is NULL. */
Diag *report_once(Checker *c, DiagId id, const AstNode *node, Str scope, Str name);
DiagArg type_arg(Checker *c, Type type);
/* The signature of a library function, in the reader's language. */
DiagArg signature_arg(Checker *c, const FnCard *card);
DiagArg kind_arg(TypedDeclKind kind);
DiagArg text_arg(Checker *c, const AstNode *node);        /* the source text under a node */
void fault_note(Checker *c, Diag *diag, TypeFault fault); /* why two types do not meet */
/* A near name, as a note with a fix. */
void advise_near(Checker *c, Diag *diag, const AstNode *node, Str near);

/* ----------------------------------------------------------------------- side tables (typed.c) */

TreeTable *tree_of(const Typed *typed, const AstNode *node);
void tables_add(Checker *c, const Ast *ast);
TypedExpr *expr_new(Checker *c, const AstNode *node);
void ref_set(Checker *c, const AstNode *node, const TypedDecl *decl);

/* ----------------------------------------------------------------------- files, names (resolve.c) */

void resolve_files(Checker *c, const Source *root);
/* The declaration `name` seen from a file; NULL: none. */
DeclState *resolve_name(Checker *c, uint32_t file, Str name);
/* Whether a name that is not known may have been declared where nothing could be read: say nothing of it. */
bool resolve_lost(const Checker *c, uint32_t file, Str name);
/* The same for a path with prefixes; reports what is unknown. `wanted` is the mask of kinds. */
DeclState *resolve_path(Checker *c, uint32_t file, const AstPath *path, unsigned kinds,
                        DiagId unknown);
void near_decls(Checker *c, uint32_t file, unsigned kinds, Str name, NearName *near);
#define KIND_BIT(kind) (1u << (kind))
#define KINDS_ROWS (KIND_BIT(TYPED_TABLE) | KIND_BIT(TYPED_RELATION) | KIND_BIT(TYPED_RULE))

/* ----------------------------------------------------------------------- declarations */

void declare_all(Checker *c);   /* resolve_decl.c */
void declare_heads(Checker *c); /* resolve_table.c */
/* Reports names of a list that stand there twice; `name_of` may give NULL. */
void check_distinct(Checker *c, AstList list, const AstName *(*name_of)(const AstNode *node));
/* The number of a column; UINT32_MAX: none. */
uint32_t find_column(const TypedDecl *decl, Str name);
void advise_column(Checker *c, Diag *diag, const AstName *name, const TypedDecl *decl);
void report_unknown_column(Checker *c, const AstName *name, const TypedDecl *decl);
Type resolve_type(Checker *c, uint32_t file, const AstTypeRef *node);
/* The type of a mean: of whole numbers one with decimals. `extra` > 0: so many places more (a median has one). */
Type type_averaged(Checker *c, Type of, int extra);
/* A unit's name: built-in, declared, or with a multiplier (万元). False: unknown, not reported. */
bool resolve_unit(Checker *c, uint32_t file, Str written, UnitMeaning *meaning);
void check_params(Checker *c); /* values, after all declarations */
void check_functions(Checker *c);
void check_tables(Checker *c);
const Nominal *identity_nominal(Checker *c, const IdentityCard *card);
bool date_range(const AstDateRange *range, int64_t *from, int64_t *to);

/* ----------------------------------------------------------------------- bodies (resolve_body.c) */

void check_bodies(Checker *c);
void check_matches(Checker *c);
void check_tests(Checker *c);
void check_models(Checker *c);
/* Is something of the body lost, so that what is missing may be what was lost? */
bool body_lost(const BodyState *b);
Scope body_scope(BodyState *b);
TypedClause *clause_new(BodyState *b, const AstNode *node);
LetState *let_new(BodyState *b, const AstName *name, const AstNode *clause, const AstNode *value);
DeclState *peek_rows(Checker *c, uint32_t file, const AstPath *path); /* says nothing */
DeclState *resolve_rows(BodyState *b, const AstPath *path);           /* resolve_clause.c */
/* Which variables the match model of the clause that binds `var` compares (resolve_using.c). */
void infer_using(BodyState *b, const AstUsing *using, VarState *var, TypedClause *clause);
void clause_partner(BodyState *b, const AstPartner *node);
void clause_latest(BodyState *b, const AstLatest *node);
void clause_group(BodyState *b, const AstGroup *node);
void clause_series(BodyState *b, const AstSeries *node);
void clause_sequence(BodyState *b, const AstSequence *node);
void clause_session(BodyState *b, const AstSession *node);
void clause_connect(BodyState *b, const AstConnect *node);
/* The place that `nth_value` names, or the number of parts of `ntile`. */
void check_window_place(Scope *s, const AstCall *call, const FnCard *card,
                        const AstNode *const *values);
void infer_among(Scope *s, const AstAmong *among);
/* Whether a value has an aggregate of its stretch in it, also through the lets that it reads. */
bool infer_folds(Scope *s, const AstNode *value);
void warn_window_order(BodyState *b, const AstLet *node);
GroupState *group_open(BodyState *b, const AstNode *node, AstList keys, bool implicit);
void group_by_clue(BodyState *b); /* resolve_end.c */
void end_clue(BodyState *b, const AstClue *clue);
void end_yield(BodyState *b, const AstYield *yield);
void end_query(BodyState *b, const AstQuery *query);
const TypedDecl *check_citation(Checker *c, uint32_t file, BodyState *b, const AstCites *cites);
VarState *body_var(BodyState *b, Str name);
LetState *body_let(BodyState *b, Str name);
void body_finish(BodyState *b);
BodyState *body_new(Checker *c, DeclState *decl, uint32_t file);
VarState *var_new(BodyState *b, TypedVarKind kind, const AstName *name, const AstNode *clause);

/* ----------------------------------------------------------------------- the whole (safety*.c) */

void check_graph(Checker *c);
void check_recursion(Checker *c);
void check_lint(Checker *c);

#endif
