// SPDX-License-Identifier: Apache-2.0
//
// typed.h: what a program means, as side tables over its trees.
//
// `check` reads a file and everything that it uses, resolves every name, infers every type and
// reports what is wrong. The result is read-only. Declarations are TypedDecls, in the order of their
// files and texts; bodies are TypedBodies (typed_body.h); what an expression is, is asked by node with
// `typed_expr`. Where errors were reported the tables are still complete enough for an editor, but a
// program with errors must not be compiled.
//
// Ownership: everything lives in the arena given to `check`. Nothing changes afterwards, so it may be
// read from several threads.

#ifndef SUP_LANG_TYPED_H
#define SUP_LANG_TYPED_H

#include "lang/ast.h"
#include "lang/diag.h"
#include "runtime/data/type.h"
#include "stdlib/stdlib.h"

typedef struct Typed Typed;
typedef struct TypedDecl TypedDecl;
typedef struct TypedBody TypedBody; /* typed_body.h */
typedef struct TypedExpr TypedExpr; /* typed_body.h */

/* ----------------------------------------------------------------------- files */

typedef struct TypedUse {
    const AstUse *node;
    uint32_t file; /* into Typed.files; UINT32_MAX: could not be read */
    Str alias;     /* empty: no prefix */
} TypedUse;

typedef struct TypedFile {
    const Ast *ast;
    Str path;
    const TypedUse *uses;
    uint32_t use_count;
    bool has_policy; /* the file says `on missing …` */
    AstMissing policy;
} TypedFile;

/* ----------------------------------------------------------------------- declarations */

typedef struct TypedColumn {
    Str name;
    Type type;
    bool nullable;
    const Str *also; /* other header spellings */
    uint32_t also_count;
    const Unit *bare_unit; /* unit of bare numbers where `unit` is written; NULL: the type's own */
    int128_t bare_num,
        bare_den;         /* a bare number times num/den counts the type's unit (yuan for money) */
    bool read;            /* some rule, relation, query, match or contract reads it */
    const AstNode *node;  /* Column, Parameter, or Named (key or field of a rule) */
    const AstNode *value; /* of a rule's columns: the expression behind it; else NULL */
} TypedColumn;

typedef struct TypedCovers {
    int64_t from, to; /* days, closed; to = INT64_MAX: open */
    Str prefix;       /* of the region's code; empty: everywhere */
    const AstCovers *node;
} TypedCovers;

typedef struct TypedSource {
    const AstSource *node;
    const TypedCovers *covers; /* replace the table's when there are any */
    uint32_t covers_count;
    Str holder;    /* empty: the table's */
    uint32_t file; /* that declares it: paths are relative to its folder */
} TypedSource;

typedef struct TypedLawVersion {
    Str name;         /* empty where the law has one version without a name */
    int64_t from, to; /* days, closed; to = INT64_MAX: open */
} TypedLawVersion;

typedef struct TypedDated {
    int64_t since; /* days */
    const AstNode *value;
    const AstCites *cites; /* may be NULL */
} TypedDated;

typedef enum TypedDeclKind {
    TYPED_LAW,
    TYPED_TYPE,
    TYPED_ENUM,
    TYPED_UNIT,
    TYPED_TABLE,
    TYPED_PARAM,
    TYPED_FUNCTION,
    TYPED_EXTERN,
    TYPED_RELATION,
    TYPED_RULE,
    TYPED_QUERY,
    TYPED_MATCH,
    TYPED_MODEL,
    TYPED_TEST,
} TypedDeclKind;

/* Rows one can read: tables, relations, and rules (key, then fields). */
typedef struct TypedRows {
    const TypedColumn *columns;
    uint32_t column_count;
    const uint32_t *key; /* column numbers; of a relation without `key`: all columns */
    uint32_t key_count;  /* 0: rows have no key (tables only) */
    bool key_written;
} TypedRows;

typedef struct TypedTable {
    Str holder;
    const TypedCovers *covers;
    uint32_t covers_count;
    const TypedSource *sources;
    uint32_t source_count;
    const AstContract *const *contracts;
    uint32_t contract_count;
    bool read;              /* some part of the program reads it */
    const TypedBody *scope; /* the contracts' scope: one row variable without a name */
} TypedTable;

typedef struct TypedParam {
    Type type;
    bool nullable, dated;
    const AstNode *value;    /* undated */
    const TypedDated *dates; /* dated: in order of `since` */
    uint32_t date_count;
} TypedParam;

typedef struct TypedParameter {
    Str name;
    Type type;
    bool nullable;
} TypedParameter;

typedef struct TypedFunction {
    const TypedParameter *parameters;
    uint32_t parameter_count;
    Type result;
    bool nullable;
    const AstNode *body; /* NULL: extern */
} TypedFunction;

typedef struct TypedRelation {
    const TypedBody *const *branches;
    uint32_t branch_count;
    bool keep_least, keep_greatest;
    uint32_t keep_column;
    int64_t depth_limit; /* -1: none */
    bool recursive;      /* it is in a cycle of relations */
} TypedRelation;

/* One pair of a match model: its two variables are slots 0 and 1 of the scope. */
typedef struct TypedMatch {
    const TypedBody *scope;
    const TypedDecl *left, *right; /* tables or relations */
    int64_t accept, review;        /* bits at scale 6 */
} TypedMatch;

typedef struct TypedGiven {
    const AstNode *node;     /* GivenTable or GivenValue */
    const TypedDecl *rows;   /* GivenTable: table, relation or rule */
    const uint32_t *columns; /* GivenTable: column number of each header cell */
    const TypedDecl *param;  /* GivenValue of a parameter */
    bool as_of, tolerance;   /* GivenValue of a parameter of the run */
} TypedGiven;

typedef struct TypedTest {
    const TypedDecl *subject; /* rule, relation or query; NULL: unknown */
    const TypedGiven *givens;
    uint32_t given_count;
    /* `expect result`: number of the relation's or query's column under each header cell. */
    const uint32_t *result_columns;
    const AstExpectResult *result;
} TypedTest;

struct TypedDecl {
    TypedDeclKind kind;
    Str name;       /* without prefix; a test's text */
    Str title;      /* empty: none */
    uint32_t index; /* into Typed.decls */
    uint32_t file;
    const AstNode *node;
    const AstName *name_node; /* NULL: tests and queries of the prompt */
    bool used;                /* something refers to it */
    uint32_t stratum;         /* relations, rules, queries: see TypedGraph */

    TypedRows rows;        /* table, relation, rule; of a query the yielded columns */
    const TypedBody *body; /* rule, query */
    union {
        struct {
            const TypedLawVersion *versions;
            uint32_t version_count;
        } law;
        const Nominal *nominal; /* type, enum */
        const Unit *unit;
        TypedTable table;
        TypedParam param;
        TypedFunction function;
        TypedRelation relation;
        TypedMatch match;
        TypedTest test;
    };
};

/* ----------------------------------------------------------------------- who reads whom */

typedef struct TypedEdge {
    const TypedDecl *reader; /* relation, rule or query */
    const TypedDecl *source; /* table, relation or rule */
    bool finished; /* lacks lookup attach latest, aggregates, fences: must be complete before */
    const AstNode *clause; /* the clause that reads it */
} TypedEdge;

typedef struct TypedGraph {
    const TypedEdge *edges; /* in the order of readers and clauses */
    uint32_t edge_count;
    /* Relations and rules, so that everything read stands before its readers or in the same stratum;
     * ties by name. decl->stratum counts from 0; the members of a cycle share one. */
    const TypedDecl *const *order;
    uint32_t order_count;
} TypedGraph;

/* ----------------------------------------------------------------------- the program */

struct Typed {
    Arena *arena;
    SourceSet *sources;
    const TypedFile *files; /* files[0] is the one that was checked */
    uint32_t file_count;
    const TypedDecl *const *decls;
    uint32_t decl_count;
    TypedGraph graph;
    bool reads_as_of;                 /* some rule, relation, query or function reads as_of */
    const struct TypedTables *tables; /* private: side tables by file and node */
};

typedef struct CheckOptions {
    bool ci; /* warnings of this kind become errors */
} CheckOptions;

/* Checks the file `root` with all files it uses, read through `sources`. Everything wrong goes to
 * `diags`, syntax errors among them. Never NULL. */
const Typed *check(Arena *arena, SourceSet *sources, const Source *root, DiagList *diags,
                   CheckOptions options);

/* What an expression node means; NULL for nodes that are no expressions or were never reached. */
const TypedExpr *typed_expr(const Typed *typed, const AstNode *node);

/* The declaration that a Path or Name refers to (source of a clause, law, match, rule of a point,
 * subject of a test, type, enum, unit); NULL: none, or a name of the library. */
const TypedDecl *typed_ref(const Typed *typed, const AstNode *node);

/* The declaration with this name as written in files[0] ("前缀.名" allowed); NULL: none. */
const TypedDecl *typed_find(const Typed *typed, Str name);

/* Appends the meaning as stable text, one line a declaration, clause or expression (`emit --stage
 * typed`). */
void typed_dump(const Typed *typed, StrBuf *out);

/* Appends the rule graph and its strata (`emit --stage rules`). */
void typed_dump_graph(const Typed *typed, StrBuf *out);

/* Appends which columns of which tables the program reads (`sup check --columns`), one table a
 * paragraph, tables that nothing reads left out. */
void typed_dump_columns(const Typed *typed, Lang lang, StrBuf *out);

/* Appends a type as an author would write it ("体积(升)", "money"). */
void typed_type_text(Type type, Lang lang, StrBuf *out);

/* Appends the names, in both languages, of the fields of the record that a library function gives. False: it gives
 * none. */
bool typed_record_fields(Str function, StrBuf *out);

/* The library's name for what an author calls otherwise: 个数 for 计数 (other_name.c). False: none known. */
bool other_function_name(Str word, Str *name);

#endif
