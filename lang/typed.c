// SPDX-License-Identifier: Apache-2.0
//
// typed.c: the side tables and their queries.

#include "lang/infer_int.h"

/* ----------------------------------------------------------------------- tables */

TreeTable *tree_of(const Typed *typed, const AstNode *node)
{
    const struct TypedTables *tables = typed->tables;
    if (!node || node->span.file >= tables->count)
        return NULL;
    TreeTable *tree = &tables->trees[node->span.file];
    return node->id.index < tree->count ? tree : NULL;
}

void tables_add(Checker *c, const Ast *ast)
{
    uint32_t file = ast->source->file;
    if (file >= c->tables->count) {
        TreeTable *trees = ARENA_ARRAY(c->arena, TreeTable, file + 1);
        if (c->tables->count)
            memcpy(trees, c->tables->trees, c->tables->count * sizeof *trees);
        c->tables->trees = trees;
        c->tables->count = file + 1;
    }
    c->tables->trees[file] = (TreeTable){
        .exprs = ARENA_ARRAY(c->arena, TypedExpr *, ast->node_count),
        .refs = ARENA_ARRAY(c->arena, const TypedDecl *, ast->node_count),
        .count = ast->node_count,
    };
}

TypedExpr *expr_new(Checker *c, const AstNode *node)
{
    TreeTable *tree = tree_of(c->typed, node);
    ASSERT(tree);
    TypedExpr **slot = &tree->exprs[node->id.index];
    if (!*slot)
        *slot = ARENA_NEW(c->arena, TypedExpr);
    else
        **slot = (TypedExpr){0};
    return *slot;
}

TypedExpr *expr_of(Checker *c, const AstNode *node)
{
    TreeTable *tree = tree_of(c->typed, node);
    return tree ? tree->exprs[node->id.index] : NULL;
}

void ref_set(Checker *c, const AstNode *node, const TypedDecl *decl)
{
    TreeTable *tree = tree_of(c->typed, node);
    ASSERT(tree);
    tree->refs[node->id.index] = decl;
}

/* ----------------------------------------------------------------------- queries */

const TypedExpr *typed_expr(const Typed *typed, const AstNode *node)
{
    TreeTable *tree = tree_of(typed, node);
    return tree ? tree->exprs[node->id.index] : NULL;
}

const TypedDecl *typed_ref(const Typed *typed, const AstNode *node)
{
    TreeTable *tree = tree_of(typed, node);
    return tree ? tree->refs[node->id.index] : NULL;
}

/* Marks the files that `file` sees without a prefix. */
static void mark_seen(const Typed *typed, uint32_t file, bool *seen)
{
    if (seen[file])
        return;
    seen[file] = true;
    const TypedFile *from = &typed->files[file];
    for (uint32_t i = 0; i < from->use_count; i++)
        if (!from->uses[i].alias.len && from->uses[i].file != UINT32_MAX)
            mark_seen(typed, from->uses[i].file, seen);
}

static uint32_t prefixed_file(const Typed *typed, uint32_t file, Str alias)
{
    const TypedFile *from = &typed->files[file];
    for (uint32_t i = 0; i < from->use_count; i++)
        if (from->uses[i].alias.len && str_equal(from->uses[i].alias, alias))
            return from->uses[i].file;
    return UINT32_MAX;
}

static const TypedDecl *find_seen(const Typed *typed, uint32_t file, Str name)
{
    bool *seen = base_alloc_zeroed(typed->file_count, sizeof *seen);
    mark_seen(typed, file, seen);
    const TypedDecl *found = NULL;
    for (uint32_t i = 0; i < typed->decl_count && !found; i++) {
        const TypedDecl *decl = typed->decls[i];
        if (decl->kind != TYPED_TEST && seen[decl->file] && str_equal(decl->name, name))
            found = decl;
    }
    free(seen);
    return found;
}

const TypedDecl *typed_find(const Typed *typed, Str name)
{
    uint32_t file = 0;
    for (size_t dot; (dot = str_find(name, STR("."), 0)) != STR_NONE;) {
        file = prefixed_file(typed, file, str_slice(name, 0, dot));
        if (file == UINT32_MAX)
            return NULL;
        name = str_slice(name, dot + 1, name.len);
    }
    return find_seen(typed, file, name);
}

uint32_t typed_mentions(const Typed *typed, const TypedBody *body, const AstNode *expr,
                        const TypedVar **vars)
{
    (void)typed;
    BodyState *b = (BodyState *)(uintptr_t)(const void *)body;
    uint64_t *bits = base_alloc_zeroed(b->words + 1, sizeof *bits);
    mentions_of(b, expr, bits);
    uint32_t count = 0;
    for (uint32_t i = 0; i < body->var_count; i++)
        if (bit_get(bits, i))
            vars[count++] = body->vars[i];
    free(bits);
    return count;
}
