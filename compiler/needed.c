// SPDX-License-Identifier: Apache-2.0
//
// needed.c: columns that are read, counted over the whole program.
//
// What is loaded must not depend on what is run: a cell of a column that one rule reads may quarantine a row,
// and the other rules must see the same rows. Removing a let that nothing uses, on the other hand, may change
// nothing, so lets count only from where they are used.

#include "compiler/needed.h"

#include "runtime/base/map.h"
#include "runtime/base/vec.h"

typedef struct Reading {
    const Typed *typed;
    uint8_t **needed;
    VEC(const AstNode *) waiting; // values of lets that were met
    MapI64 met;                   // addresses of those lets
} Reading;

static void read_let(Reading *reading, const TypedLet *let)
{
    if (map_i64_put(&reading->met, (int64_t)(intptr_t)let, 1))
        vec_push(&reading->waiting, let->clause);
}

static AstVisit read_node(void *context, const AstNode *node)
{
    Reading *reading = context;
    if (node->kind == AST_LET)
        return AST_VISIT_OVER;
    const TypedExpr *typed = typed_expr(reading->typed, node);
    if (typed == NULL)
        return AST_VISIT_INTO;
    if (typed->ref == TYPED_REF_COLUMN && typed->var->source != NULL &&
        typed->var->source->kind == TYPED_TABLE)
        reading->needed[typed->var->source->index][typed->column] = 1;
    if (typed->ref == TYPED_REF_LET)
        read_let(reading, typed->let);
    return AST_VISIT_INTO;
}

static void read_children(void *context, const AstNode *child)
{
    ast_walk(child, read_node, NULL, context);
}

const uint8_t *const *needed_columns(Arena *arena, const Typed *typed)
{
    Reading reading = {.typed = typed, .needed = ARENA_ARRAY(arena, uint8_t *, typed->decl_count)};
    for (uint32_t i = 0; i < typed->decl_count; i++)
        if (typed->decls[i]->kind == TYPED_TABLE)
            reading.needed[i] = ARENA_ARRAY(arena, uint8_t, typed->decls[i]->rows.column_count);
    for (uint32_t i = 0; i < typed->decl_count; i++)
        if (typed->decls[i]->kind != TYPED_TEST)
            ast_walk(typed->decls[i]->node, read_node, NULL, &reading);
    while (reading.waiting.count > 0) {
        const AstNode *clause = vec_pop(&reading.waiting);
        ast_each_child(clause, read_children, &reading);
    }
    vec_free(&reading.waiting);
    map_i64_deinit(&reading.met);
    return (const uint8_t *const *)reading.needed;
}
