// SPDX-License-Identifier: Apache-2.0
//
// ast_int.h: how the parser builds a tree. Nobody else includes this.
//
// One constructor per row of ast.def. It numbers the node, measures its height, and marks it wrong
// when something below is.

#ifndef SUP_LANG_AST_INT_H
#define SUP_LANG_AST_INT_H

#include "lang/ast.h"
#include "lang/diag.h"
#include "runtime/base/arena.h"

typedef struct AstBuilder {
    Arena *arena;
    DiagList *diags; /* may be NULL: a trial that tells nobody */
    uint32_t node_count;
    bool failed;         /* something was wrong, told or not */
    uint32_t height_max; /* 0: AST_HEIGHT_MAX */
    bool told_height;    /* E0801 was given */
} AstBuilder;

/* ast_new_Where(builder, span, &(AstWhere){.condition = …}): a copy of the fields given, in the
 * arena. Required children must be there. */
#define AST(KIND, Type, name, class, ...)                                                          \
    Ast##Type *ast_new_##Type(AstBuilder *builder, Span span, const Ast##Type *fields);
#include "lang/ast.def"
#undef AST

/* An expression that is too high for later stages becomes an AST_ERROR, told once per file. */
const AstNode *ast_bounded(AstBuilder *builder, const AstNode *node);

/* The list with `item` behind it. The list is not used again by the caller. */
AstList ast_list_add(AstBuilder *builder, AstList list, const AstNode *item);

/* As ast_list_add, but an AST_ERROR behind another one widens that instead. */
AstList ast_list_add_error(AstBuilder *builder, AstList list, const AstNode *error);

/* A list of one. */
AstList ast_list_of(AstBuilder *builder, const AstNode *item);

/* Makes `list`, which has grown by one, the list at `member` of `node`, and `node` reach to its end.
 * Lists behind a declaration's head (options, branches) are filled this way. */
void ast_extend(AstNode *node, AstList *member, AstList list);

#endif
