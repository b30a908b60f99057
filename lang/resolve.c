// SPDX-License-Identifier: Apache-2.0
//
// resolve.c: files, and which names each of them sees.
//
// A file sees its own declarations and those of the files it uses without a prefix, and what these
// see in the same way; a file used `as` a prefix is seen through the prefix only. Two declarations of
// one name that a file would see are an error that shows both.

#include "lang/check_int.h"

#include "lang/parse.h"

/* A chain of files longer than this is refused; it bounds the recursion below. */
#define USE_DEPTH_MAX 100

/* ----------------------------------------------------------------------- declared names */

static const AstName *declared_name(const AstNode *node)
{
    switch (node->kind) {
    case AST_LAW:
        return ast_as_Law(node)->name;
    case AST_TYPE:
        return ast_as_Type(node)->name;
    case AST_ENUM:
        return ast_as_Enum(node)->name;
    case AST_UNIT:
        return ast_as_Unit(node)->name;
    case AST_TABLE:
        return ast_as_Table(node)->name;
    case AST_PARAM:
        return ast_as_Param(node)->name;
    case AST_FUNCTION:
        return ast_as_Function(node)->name;
    case AST_EXTERN:
        return ast_as_Extern(node)->name;
    case AST_RELATION:
        return ast_as_Relation(node)->name;
    case AST_RULE:
        return ast_as_Rule(node)->name;
    case AST_QUERY:
        return ast_as_Query(node)->name;
    case AST_MATCH:
        return ast_as_Match(node)->name;
    case AST_MODEL:
        return ast_as_Model(node)->name;
    default:
        return NULL;
    }
}

static bool declared_kind(const AstNode *node, TypedDeclKind *kind)
{
    static const struct {
        AstKind node;
        TypedDeclKind kind;
    } rows[] = {
        {AST_LAW, TYPED_LAW},           {AST_TYPE, TYPED_TYPE},     {AST_ENUM, TYPED_ENUM},
        {AST_UNIT, TYPED_UNIT},         {AST_TABLE, TYPED_TABLE},   {AST_PARAM, TYPED_PARAM},
        {AST_FUNCTION, TYPED_FUNCTION}, {AST_EXTERN, TYPED_EXTERN}, {AST_RELATION, TYPED_RELATION},
        {AST_RULE, TYPED_RULE},         {AST_QUERY, TYPED_QUERY},   {AST_MATCH, TYPED_MATCH},
        {AST_MODEL, TYPED_MODEL},       {AST_TEST, TYPED_TEST}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (rows[i].node == node->kind) {
            *kind = rows[i].kind;
            return true;
        }
    return false;
}

static const AstText *declared_title(const AstNode *node)
{
    switch (node->kind) {
    case AST_LAW:
        return ast_as_Law(node)->title;
    case AST_TABLE:
        return ast_as_Table(node)->title;
    case AST_RELATION:
        return ast_as_Relation(node)->title;
    case AST_RULE:
        return ast_as_Rule(node)->title;
    case AST_QUERY:
        return ast_as_Query(node)->title;
    case AST_MODEL:
        return ast_as_Model(node)->title;
    default:
        return NULL;
    }
}

static void report_twice(Checker *c, const AstNode *again, const TypedDecl *first, Str name)
{
    Diag *diag = report_with(c, DIAG_NAME_TWICE, again, DIAG_ARGS(diag_arg(name)));
    if (first->name_node)
        diag_label(c->diags, diag, first->name_node->base.span, DIAG_TEXT_FIRST_HERE,
                   DIAG_ARGS(kind_arg(first->kind)));
}

static void see(Checker *c, FileState *file, DeclState *decl, const AstNode *because)
{
    bool is_new;
    uint64_t *index = map_at(&file->names, decl->pub.name, &is_new);
    if (is_new)
        *index = decl->pub.index;
    else if (*index != decl->pub.index)
        report_twice(c, because, &c->decls.items[*index]->pub, decl->pub.name);
}

static DeclState *declare(Checker *c, uint32_t file, const AstNode *node, TypedDeclKind kind)
{
    DeclState *decl = ARENA_NEW(c->arena, DeclState);
    const AstName *name = declared_name(node);
    const AstText *title = declared_title(node);
    decl->pub.kind = kind;
    decl->pub.name = node->kind == AST_TEST ? ast_as_Test(node)->name->text
                     : name                 ? name->text
                                            : STR("");
    decl->pub.title = title ? title->text : STR("");
    decl->pub.index = (uint32_t)c->decls.count;
    decl->pub.file = file;
    decl->pub.node = node;
    decl->pub.name_node = name;
    avec_push(c->arena, &c->decls, decl);
    ref_set(c, node, &decl->pub);
    return decl;
}

static void declare_file(Checker *c, uint32_t index)
{
    FileState *file = c->files.items[index];
    if (!file->root)
        return;
    AstList list = file->root->declarations;
    for (uint32_t i = 0; i < list.count; i++) {
        TypedDeclKind kind;
        if (!declared_kind(list.items[i], &kind))
            continue;
        DeclState *decl = declare(c, index, list.items[i], kind);
        if (kind != TYPED_TEST && decl->pub.name.len)
            see(c, file, decl, &decl->pub.name_node->base);
    }
}

/* ----------------------------------------------------------------------- files */

static uint32_t open_file(Checker *c, const Source *source);

static void import(Checker *c, FileState *file, const FileState *used, const AstNode *use)
{
    for (size_t i = 0; i < map_count(&used->names); i++)
        see(c, file, c->decls.items[map_entry(&used->names, i)->value], use);
}

static void use_file(Checker *c, uint32_t index, const AstUse *use, uint32_t depth)
{
    FileState *file = c->files.items[index];
    TypedUse pub = {use, UINT32_MAX, use->alias ? use->alias->text : STR("")};
    for (size_t i = 0; pub.alias.len && i < file->uses.count; i++)
        if (str_equal(file->uses.items[i].alias, pub.alias))
            report_with(c, DIAG_NAME_TWICE, &use->alias->base, DIAG_ARGS(diag_arg(pub.alias)));
    Str path = source_relative_path(c->arena, file->source->path, use->path->text);
    const Source *source;
    Error error = {0};
    if (depth >= USE_DEPTH_MAX) {
        file->lost_use |= pub.alias.len == 0;
        report(c, DIAG_USE_TOO_DEEP, &use->base);
    } else if (source_load(c->sources, path, &source, &error) != STATUS_OK) {
        Str why[2] = {arena_str(c->arena, error_text(&error, LANG_ZH)),
                      arena_str(c->arena, error_text(&error, LANG_EN))};
        file->lost_use |= pub.alias.len == 0;
        Diag *diag = report_with(c, DIAG_FILE_UNREADABLE, &use->path->base,
                                 DIAG_ARGS(diag_arg(path), (DiagArg){why[0], why[1]}));
        diag_note(c->diags, diag, DIAG_TEXT_USE_FROM, DIAG_NONE);
    } else {
        pub.file = open_file(c, source);
    }
    error_deinit(&error);
    avec_push(c->arena, &file->uses, pub);
}

#define RING_SHOWN_MAX 8 /* links of a circle that are listed */

/* The files that are open, from the one used on, are the circle: they were opened in the order of their uses. */
static void report_cycle(Checker *c, const FileState *file, const TypedUse *use)
{
    Str used = c->files.items[use->file]->pub.path;
    Diag *diag = report_with(c, DIAG_USE_CYCLE, &use->node->path->base,
                             DIAG_ARGS(diag_arg(used), diag_arg(file->pub.path)));
    Str before = used;
    uint32_t shown = 0;
    for (uint32_t i = use->file + 1; i < c->files.count && shown < RING_SHOWN_MAX; i++) {
        if (c->files.items[i]->state != FILE_OPEN)
            continue;
        Str next = c->files.items[i]->pub.path;
        diag_note(c->diags, diag, DIAG_TEXT_USES, DIAG_ARGS(diag_arg(before), diag_arg(next)));
        before = next;
        shown++;
    }
    diag_note(c->diags, diag, DIAG_TEXT_USE_THIRD, DIAG_NONE);
}

static void use_finished(Checker *c, FileState *file, const TypedUse *use)
{
    const FileState *used = c->files.items[use->file];
    bool bare = use->alias.len == 0;
    if (used->state == FILE_OPEN) {
        report_cycle(c, file, use);
        file->lost_use |= bare;
    } else if (bare) {
        import(c, file, used, &use->node->base);
        file->lost_use |= used->lost_use;
    }
}

/* Whether a name that is not known may have been declared where nothing could be read. */
bool resolve_lost(const Checker *c, uint32_t file, Str name)
{
    const FileState *state = c->files.items[file];
    return state->lost_use || ast_lost_name(state->root, name);
}

static void read_policy(FileState *file)
{
    AstList head = file->root->head;
    for (uint32_t i = 0; i < head.count; i++)
        if (head.items[i]->kind == AST_POLICY) {
            file->pub.has_policy = true;
            file->pub.policy = ast_as_Policy(head.items[i])->policy;
        }
}

static void load_uses(Checker *c, uint32_t index, uint32_t depth)
{
    FileState *file = c->files.items[index];
    file->state = FILE_OPEN;
    AstList head = file->root ? file->root->head : (AstList){0};
    for (uint32_t i = 0; i < head.count; i++) {
        if (head.items[i]->kind != AST_USE)
            continue;
        use_file(c, index, ast_as_Use(head.items[i]), depth);
        const TypedUse *use = &vec_last(&file->uses);
        if (use->file == UINT32_MAX)
            continue;
        if (c->files.items[use->file]->state == FILE_NEW)
            load_uses(c, use->file, depth + 1);
        use_finished(c, file, use);
    }
    file->state = FILE_DONE;
    file->pub.uses = file->uses.items;
    file->pub.use_count = (uint32_t)file->uses.count;
}

static uint32_t open_file(Checker *c, const Source *source)
{
    for (uint32_t i = 0; i < c->files.count; i++)
        if (c->files.items[i]->source == source)
            return i;
    FileState *file = ARENA_NEW(c->arena, FileState);
    uint32_t index = (uint32_t)c->files.count;
    file->source = source;
    file->pub.path = source->path;
    file->pub.ast = parse(c->arena, source, c->diags);
    if (file->pub.ast->root->kind == AST_FILE)
        file->root = ast_as_File(file->pub.ast->root);
    avec_push(c->arena, &c->files, file);
    tables_add(c, file->pub.ast);
    if (file->root)
        read_policy(file);
    declare_file(c, index);
    return index;
}

void resolve_files(Checker *c, const Source *root)
{
    uint32_t index = open_file(c, root);
    load_uses(c, index, 0);
}

/* ----------------------------------------------------------------------- names */

DeclState *resolve_name(Checker *c, uint32_t file, Str name)
{
    uint64_t index;
    if (!name.len || !map_get(&c->files.items[file]->names, name, &index))
        return NULL;
    return c->decls.items[index];
}

static bool follow_prefix(Checker *c, uint32_t *file, Str alias)
{
    const FileState *state = c->files.items[*file];
    for (size_t i = 0; i < state->uses.count; i++) {
        const TypedUse *use = &state->uses.items[i];
        if (use->alias.len && str_equal(use->alias, alias) && use->file != UINT32_MAX) {
            *file = use->file;
            return true;
        }
    }
    return false;
}

static bool is_prefix(Checker *c, uint32_t file, Str alias)
{
    const FileState *state = c->files.items[file];
    for (size_t i = 0; i < state->uses.count; i++)
        if (state->uses.items[i].alias.len && str_equal(state->uses.items[i].alias, alias))
            return true;
    return false;
}

void near_decls(Checker *c, uint32_t file, unsigned kinds, Str name, NearName *near)
{
    (void)name;
    const Map *names = &c->files.items[file]->names;
    for (size_t i = 0; i < map_count(names); i++) {
        const DeclState *decl = c->decls.items[map_entry(names, i)->value];
        if (kinds & KIND_BIT(decl->pub.kind))
            near_name_offer(near, decl->pub.name);
    }
}

static void report_unknown(Checker *c, uint32_t file, const AstName *name, unsigned kinds,
                           DiagId unknown)
{
    if (resolve_lost(c, file, name->text))
        return;
    Diag *diag = report_once(c, unknown, &name->base, STR(""), name->text);
    if (!diag)
        return;
    NearName near;
    near_name_init(&near, name->text);
    near_decls(c, file, kinds, name->text, &near);
    Str best;
    if (near_name_best(&near, &best))
        advise_near(c, diag, &name->base, best);
}

static void report_wrong_kind(Checker *c, const AstName *name, const DeclState *decl,
                              unsigned kinds)
{
    DiagArg wanted = diag_arg_both("数据表、关系或者规则", "a table, relation or rule");
    for (unsigned kind = 0; kind <= TYPED_TEST; kind++)
        if (kinds == KIND_BIT(kind))
            wanted = kind_arg((TypedDeclKind)kind);
    Diag *diag = report_with(c, DIAG_WRONG_KIND, &name->base,
                             DIAG_ARGS(diag_arg(decl->pub.name), kind_arg(decl->pub.kind), wanted));
    if (decl->pub.name_node)
        diag_label(c->diags, diag, decl->pub.name_node->base.span, DIAG_TEXT_DECLARED_HERE,
                   DIAG_NONE);
}

DeclState *resolve_path(Checker *c, uint32_t file, const AstPath *path, unsigned kinds,
                        DiagId unknown)
{
    ASSERT(path->names.count > 0);
    uint32_t last = path->names.count - 1;
    for (uint32_t i = 0; i < last; i++) {
        const AstName *prefix = ast_as_Name(path->names.items[i]);
        if (follow_prefix(c, &file, prefix->text))
            continue;
        if (!is_prefix(c, file, prefix->text))
            report_with(c, DIAG_UNKNOWN_PREFIX, &prefix->base, DIAG_ARGS(diag_arg(prefix->text)));
        return NULL;
    }
    const AstName *name = ast_as_Name(path->names.items[last]);
    if (!name->text.len)
        return NULL;
    DeclState *decl = resolve_name(c, file, name->text);
    if (!decl) {
        report_unknown(c, file, name, kinds, unknown);
        return NULL;
    }
    decl->pub.used = true;
    if (!(KIND_BIT(decl->pub.kind) & kinds)) {
        report_wrong_kind(c, name, decl, kinds);
        return NULL;
    }
    ref_set(c, &path->base, &decl->pub);
    ref_set(c, &name->base, &decl->pub);
    return decl;
}
