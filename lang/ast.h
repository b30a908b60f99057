// SPDX-License-Identifier: Apache-2.0
//
// ast.h: the syntax tree.
//
// One struct per kind, all declared by the rows of ast.def. A tree is built by the parser in an
// arena and never changes afterwards; later stages keep what they find in side tables indexed by
// `NodeId`, which is dense within one tree: 0 .. node_count-1. Every node knows its `Span`. Required
// children are never NULL; what could not be parsed is an AST_ERROR node, and a diagnostic was
// given for it.
//
//     switch (node->kind) {
//     case AST_WHERE: return check_where(checker, ast_as_Where(node));
//     …
//     }

#ifndef SUP_LANG_AST_H
#define SUP_LANG_AST_H

#include "lang/source.h"
#include "runtime/base/base.h"
#include "runtime/base/str.h"

/* ----------------------------------------------------------------------- kinds and ids */

typedef enum AstKind {
#define AST(KIND, Type, name, class, ...) AST_##KIND,
#include "lang/ast.def"
#undef AST
    AST_KIND_COUNT
} AstKind;

typedef enum AstClass { AST_CLASS_EXPR, AST_CLASS_CLAUSE, AST_CLASS_DECL, AST_CLASS_PART } AstClass;

/* Number of a node within its tree. */
typedef struct NodeId {
    uint32_t index;
} NodeId;

/* No tree is higher than this: what is nested deeper is told (E0801) and becomes an AST_ERROR, so
 * that later stages may recurse. Long chains of one operator count, for they lean to the left. */
#define AST_HEIGHT_MAX 512

/* What every node begins with. */
typedef struct AstNode {
    AstKind kind;
    NodeId id;
    Span span;
    uint16_t height; /* 1 for a leaf */
    bool wrong; /* an AST_ERROR stands somewhere below or here: missing names need no message */
} AstNode;

typedef struct AstList {
    const AstNode **items;
    uint32_t count;
} AstList;

/* ----------------------------------------------------------------------- choices */

/* Operators; the second column is how dumps and messages write them. */
#define AST_OPERATORS(X)                                                                           \
    X(OR, "or")                                                                                    \
    X(AND, "and")                                                                                  \
    X(NOT, "not")                                                                                  \
    X(EQ, "=")                                                                                     \
    X(NE, "!=")                                                                                    \
    X(LT, "<")                                                                                     \
    X(LE, "<=")                                                                                    \
    X(GT, ">")                                                                                     \
    X(GE, ">=")                                                                                    \
    X(IN, "in")                                                                                    \
    X(NOT_IN, "not in")                                                                            \
    X(DURING, "during")                                                                            \
    X(NOT_DURING, "not during")                                                                    \
    X(OVERLAPS, "overlaps")                                                                        \
    X(NOT_OVERLAPS, "not overlaps")                                                                \
    X(MENTIONS, "mentions")                                                                        \
    X(NOT_MENTIONS, "not mentions")                                                                \
    X(COALESCE, "?\?")                                                                             \
    X(ADD, "+")                                                                                    \
    X(SUB, "-")                                                                                    \
    X(MUL, "*")                                                                                    \
    X(DIV, "/")                                                                                    \
    X(NEG, "-")                                                                                    \
    X(AT, "at")

#define AST_VERBS(X)                                                                               \
    X(JOIN, "join") X(LOOKUP, "lookup") X(ATTACH, "attach") X(EXISTS, "exists") X(LACKS, "lacks")

#define AST_NUMBER_FORMS(X)                                                                        \
    X(INTEGER, "integer") X(DECIMAL, "decimal") X(PERCENT, "percent") X(QUANTITY, "quantity")

#define AST_DATE_FORMS(X) X(DAY, "date") X(MONTH, "month") X(DATETIME, "datetime")

#define AST_MISSINGS(X) X(DROP, "drop") X(KEEP, "keep") X(UNDECIDED, "undecided")

#define AST_OTHERWISES(X) X(ERROR, "error") X(WARN, "warn") X(QUARANTINE, "quarantine")

#define AST_LEVEL_KINDS(X) X(BOUND, "bound") X(ELSE, "else") X(MISSING, "missing")

#define AST_ENTRIES(X) X(CLUE, "clue") X(CLEARED, "cleared") X(UNDECIDED, "undecided")

#define AST_OPERATOR_VALUE(V, name) AST_OP_##V,
#define AST_VERB_VALUE(V, name) AST_VERB_##V,
#define AST_NUMBER_VALUE(V, name) AST_NUMBER_##V,
#define AST_DATE_VALUE(V, name) AST_DATE_##V,
#define AST_MISSING_VALUE(V, name) AST_MISSING_##V,
#define AST_OTHERWISE_VALUE(V, name) AST_OTHERWISE_##V,
#define AST_LEVEL_VALUE(V, name) AST_LEVEL_##V,
#define AST_ENTRIES_VALUE(V, name) AST_ENTRIES_##V,

typedef enum AstOperator { AST_OPERATORS(AST_OPERATOR_VALUE) } AstOperator;
typedef enum AstVerb { AST_VERBS(AST_VERB_VALUE) } AstVerb;
typedef enum AstNumberForm { AST_NUMBER_FORMS(AST_NUMBER_VALUE) } AstNumberForm;
typedef enum AstDateForm { AST_DATE_FORMS(AST_DATE_VALUE) } AstDateForm;
typedef enum AstMissing { AST_MISSINGS(AST_MISSING_VALUE) } AstMissing;
typedef enum AstOtherwise { AST_OTHERWISES(AST_OTHERWISE_VALUE) } AstOtherwise;
typedef enum AstLevelKind { AST_LEVEL_KINDS(AST_LEVEL_VALUE) } AstLevelKind;
typedef enum AstEntries { AST_ENTRIES(AST_ENTRIES_VALUE) } AstEntries;

/* ----------------------------------------------------------------------- the structs */

#define AST(KIND, Type, name, class, ...) typedef struct Ast##Type Ast##Type;
#include "lang/ast.def"
#undef AST

#define CHILD(T, x) const Ast##T *x;
#define OPTION(T, x) const Ast##T *x;
#define LIST(x) AstList x;
#define TEXT(x) Str x;
#define FLAG(x) bool x;
#define CHOICE(E, x) Ast##E x;
#define COUNT(x) int128_t x;
#define WHOLE(x) int64_t x;
#define AST(KIND, Type, name, class, ...)                                                          \
    struct Ast##Type {                                                                             \
        AstNode base;                                                                              \
        __VA_ARGS__                                                                                \
    };
#include "lang/ast.def"
#undef AST
#undef CHILD
#undef OPTION
#undef LIST
#undef TEXT
#undef FLAG
#undef CHOICE
#undef COUNT
#undef WHOLE

/* ast_as_Where(node): the node as its own struct; the kind is asserted. */
#define AST(KIND, Type, name, class, ...)                                                          \
    static inline const Ast##Type *ast_as_##Type(const AstNode *node)                              \
    {                                                                                              \
        ASSERT(node->kind == AST_##KIND);                                                          \
        return (const Ast##Type *)(const void *)node;                                              \
    }
#include "lang/ast.def"
#undef AST

/* ----------------------------------------------------------------------- trees */

/* One parsed text. */
typedef struct Ast {
    const Source *source;
    const AstNode *root; /* AST_FILE, AST_PROMPT, or an expression, as asked for */
    uint32_t node_count; /* ids are below this */
    bool failed;         /* errors were given while parsing this text */
} Ast;

/* Name of a kind as in dumps: "law-version". */
const char *ast_kind_name(AstKind kind);

/* Class of a kind. */
AstClass ast_kind_class(AstKind kind);

/* Text of an operator in English: "not in". */
const char *ast_operator_name(AstOperator op);

/* Text of a choice in English: "lookup". */
const char *ast_verb_name(AstVerb verb);

/* One field of a node, as the walker and other generic code see it. */
typedef enum AstFieldKind {
    AST_FIELD_CHILD,
    AST_FIELD_OPTION,
    AST_FIELD_LIST,
    AST_FIELD_TEXT,
    AST_FIELD_FLAG,
    AST_FIELD_CHOICE,
    AST_FIELD_COUNT,
    AST_FIELD_WHOLE,
} AstFieldKind;

typedef struct AstField {
    AstFieldKind kind;
    const char *name;
    size_t offset;
    const char *(*choice_name)(unsigned value); /* of AST_FIELD_CHOICE only */
} AstField;

/* The fields of a kind in the order of ast.def; `*count` is their number. */
const AstField *ast_fields(AstKind kind, uint32_t *count);

/* Calls `visit` for each child of `node` in order, not for deeper nodes. */
void ast_each_child(const AstNode *node, void (*visit)(void *context, const AstNode *child),
                    void *context);

/* What a walk does after the node was shown. */
typedef enum AstVisit { AST_VISIT_INTO, AST_VISIT_OVER, AST_VISIT_STOP } AstVisit;

/* Shows `node` and everything below it, parents first, children in order, without recursion.
 * `leave` may be NULL; it is called when everything below a node was shown. */
void ast_walk(const AstNode *node, AstVisit (*enter)(void *context, const AstNode *node),
              void (*leave)(void *context, const AstNode *node), void *context);

/* Whether both trees are the same apart from places and ids. */
bool ast_equal(const AstNode *a, const AstNode *b);

/* Appends the tree as text: one node a line with the field that it stands in, its kind and its plain
 * fields, children indented; byte offsets only where asked for. */
void ast_dump(const AstNode *node, bool with_places, StrBuf *out);

/* The name by which a path names itself: `s.门店` and `门店` give 门店. NULL for anything else. */
const AstName *ast_last_name(const AstNode *node);

/* The name that `name: value` gives, or that the value gives itself. NULL: none. */
const AstName *ast_named_name(const AstNamed *named);

/* Its text; empty where there is none. */
Str ast_named_text(const AstNamed *named);

/* Whether a declaration of this name, or of a name that nobody knows, could not be parsed: then the
 * name needs no message where it is used. `file` may be NULL. */
bool ast_lost_name(const AstFile *file, Str name);

/* ----------------------------------------------------------------------- units */

/* More zeros than this are no multiplier any more: 万万亿. */
#define AST_UNIT_POWER_MAX 16

/* A quantity's unit as written, taken apart: 万元每吨 is 10^4, 元, 吨. */
typedef struct AstUnitParts {
    int power; /* of ten, from 十 百 千 万 亿 at the front */
    Str unit;  /* what is left, before 每 */
    Str per;   /* behind 每; empty when not written */
} AstUnitParts;

/* Takes a unit apart. The caller first looks the whole text up as a unit, for 千克, 百分点 and 个月
 * begin with a multiplier or could; only when there is none are the parts tried. */
AstUnitParts ast_unit_split(Str written);

#endif
