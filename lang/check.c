// SPDX-License-Identifier: Apache-2.0
//
// check.c: the checker's door: the order of its phases, and how it reports.

#include "lang/check_int.h"

/* ----------------------------------------------------------------------- reports */

Diag *report(Checker *c, DiagId id, const AstNode *node)
{
    return diag_emit(c->diags, id, node->span);
}

Diag *report_with(Checker *c, DiagId id, const AstNode *node, const DiagArg *args, size_t count)
{
    return diag_emit_with(c->diags, id, node->span, args, count);
}

/* At most so many more places of one unknown name are shown. */
#define REPEATS_MAX 4

Diag *report_once(Checker *c, DiagId id, const AstNode *node, Str scope, Str name)
{
    Str key =
        arena_printf(c->arena, "%d:" STR_FMT ":" STR_FMT, (int)id, STR_ARG(scope), STR_ARG(name));
    bool is_new;
    uint64_t *told = map_at(&c->told, key, &is_new);
    if (is_new) {
        Diag *diag = report_with(c, id, node, DIAG_ARGS(diag_arg(name), diag_arg(scope)));
        *told = c->told_diags.count;
        avec_push(c->arena, &c->told_diags, (Told){diag, 0});
        return diag;
    }
    Told *first = &c->told_diags.items[*told];
    if (first->repeats++ < REPEATS_MAX)
        diag_label(c->diags, first->diag, node->span, DIAG_TEXT_ALSO_HERE, DIAG_NONE);
    return NULL;
}

DiagArg signature_arg(Checker *c, const FnCard *card)
{
    Str text[2];
    for (int lang = 0; lang < 2; lang++) {
        StrBuf buf = {0};
        signature_add_text(&buf, str_from_cstr(card->signature), str_from_cstr(card->name_zh),
                           (Lang)lang);
        text[lang] = arena_str(c->arena, strbuf_str(&buf));
        strbuf_deinit(&buf);
    }
    return (DiagArg){.zh = text[LANG_ZH], .en = text[LANG_EN]};
}

DiagArg type_arg(Checker *c, Type type)
{
    Str text[2];
    for (int lang = 0; lang < 2; lang++) {
        StrBuf buf = {0};
        typed_type_text(type, (Lang)lang, &buf);
        text[lang] = arena_str(c->arena, strbuf_str(&buf));
        strbuf_deinit(&buf);
    }
    return (DiagArg){.zh = text[LANG_ZH], .en = text[LANG_EN]};
}

DiagArg kind_arg(TypedDeclKind kind)
{
    switch (kind) {
    case TYPED_LAW:
        return diag_arg_both("法律", "a law");
    case TYPED_TYPE:
        return diag_arg_both("类型", "a type");
    case TYPED_ENUM:
        return diag_arg_both("枚举", "an enum");
    case TYPED_UNIT:
        return diag_arg_both("单位", "a unit");
    case TYPED_TABLE:
        return diag_arg_both("数据表", "a table");
    case TYPED_PARAM:
        return diag_arg_both("参数", "a parameter");
    case TYPED_FUNCTION:
    case TYPED_EXTERN:
        return diag_arg_both("函数", "a function");
    case TYPED_RELATION:
        return diag_arg_both("关系", "a relation");
    case TYPED_RULE:
        return diag_arg_both("规则", "a rule");
    case TYPED_QUERY:
        return diag_arg_both("查询", "a query");
    case TYPED_MATCH:
        return diag_arg_both("匹配", "a match model");
    case TYPED_MODEL:
        return diag_arg_both("模型", "a model");
    case TYPED_TEST:
        return diag_arg_both("测试", "a test");
    }
    return diag_arg_both("声明", "a declaration");
}

/* At most so many bytes of a node's text stand in a message. */
#define QUOTE_MAX 90

DiagArg text_arg(Checker *c, const AstNode *node)
{
    Str text = source_set_text(c->sources, node->span);
    size_t line = 0;
    while (line < text.len && text.ptr[line] != '\n')
        line++;
    size_t end = MIN_OF(line, (size_t)QUOTE_MAX);
    while (end < text.len && end > 0 && ((unsigned char)text.ptr[end] & 0xC0) == 0x80)
        end--;
    Str shown = str_trim(str_slice(text, 0, end));
    return diag_arg(end == text.len ? shown : arena_printf(c->arena, STR_FMT "…", STR_ARG(shown)));
}

void fault_note(Checker *c, Diag *diag, TypeFault fault)
{
    static const DiagTextId texts[] = {
        [TYPE_FAULT_NONE] = DIAG_TEXT_FAULT_KINDS,
        [TYPE_FAULT_KINDS] = DIAG_TEXT_FAULT_KINDS,
        [TYPE_FAULT_NOMINAL] = DIAG_TEXT_FAULT_NOMINAL,
        [TYPE_FAULT_QUANTITY] = DIAG_TEXT_FAULT_QUANTITY,
        [TYPE_FAULT_LENGTHS] = DIAG_TEXT_FAULT_LENGTHS,
        [TYPE_FAULT_DAY_TIME] = DIAG_TEXT_FAULT_DAY_TIME,
        [TYPE_FAULT_MONTH_DATE] = DIAG_TEXT_FAULT_MONTH_DATE,
        [TYPE_FAULT_SCALE] = DIAG_TEXT_FAULT_SCALE,
        [TYPE_FAULT_UNIT] = DIAG_TEXT_FAULT_UNIT,
        [TYPE_FAULT_MONEY_REAL] = DIAG_TEXT_FAULT_MONEY_REAL,
        [TYPE_FAULT_MONEY] = DIAG_TEXT_FAULT_MONEY,
        [TYPE_FAULT_NO_VALUES] = DIAG_TEXT_FAULT_NO_VALUES,
        [TYPE_FAULT_WORKDAYS] = DIAG_TEXT_FAULT_WORKDAYS,
        [TYPE_FAULT_FRACTION] = DIAG_TEXT_FAULT_FRACTION,
    };
    diag_note(c->diags, diag, texts[fault], DIAG_NONE);
}

void advise_near(Checker *c, Diag *diag, const AstNode *node, Str near)
{
    diag_fix(c->diags, diag, node->span, near, DIAG_TEXT_DID_YOU_MEAN, DIAG_ARGS(diag_arg(near)));
}

/* ----------------------------------------------------------------------- set-up */

static const EnumMember severity_members[] = {
    {.name = STR_INIT("高")}, {.name = STR_INIT("中")}, {.name = STR_INIT("低")}};

static const Nominal severity_nominal = {.kind = NOMINAL_ENUM,
                                         .name = STR_INIT("程度"),
                                         .name_en = STR_INIT("severity"),
                                         .members = severity_members,
                                         .member_count = ARRAY_LEN(severity_members)};

static void make_identities(Checker *c)
{
    uint32_t count = stdlib_identity_count();
    c->identities = ARENA_ARRAY(c->arena, Nominal, count);
    for (uint32_t i = 0; i < count; i++) {
        const IdentityCard *card = stdlib_identity_at(i);
        c->identities[i] = (Nominal){.kind = NOMINAL_IDENTITY,
                                     .name = str_from_cstr(card->name_zh),
                                     .name_en = str_from_cstr(card->name),
                                     .identity = card->key};
    }
}

const Nominal *identity_nominal(Checker *c, const IdentityCard *card)
{
    for (uint32_t i = 0; i < stdlib_identity_count(); i++)
        if (stdlib_identity_at(i) == card)
            return &c->identities[i];
    UNREACHABLE();
}

static void publish(Checker *c)
{
    Typed *typed = c->typed;
    TypedFile *files = ARENA_ARRAY(c->arena, TypedFile, c->files.count);
    for (size_t i = 0; i < c->files.count; i++)
        files[i] = c->files.items[i]->pub;
    const TypedDecl **decls = ARENA_ARRAY(c->arena, const TypedDecl *, c->decls.count);
    for (size_t i = 0; i < c->decls.count; i++) {
        decls[i] = &c->decls.items[i]->pub;
        typed->reads_as_of |= c->decls.items[i]->reads_as_of;
    }
    typed->files = files;
    typed->file_count = (uint32_t)c->files.count;
    typed->decls = decls;
    typed->decl_count = (uint32_t)c->decls.count;
}

static void free_names(Checker *c)
{
    for (size_t i = 0; i < c->files.count; i++)
        map_deinit(&c->files.items[i]->names);
    map_deinit(&c->members);
    map_deinit(&c->told);
}

/* ----------------------------------------------------------------------- the phases */

static void check_phases(Checker *c, const Source *root)
{
    resolve_files(c, root);
    declare_all(c);
    check_params(c);
    check_functions(c);
    check_tables(c);
    check_bodies(c);
    check_matches(c);
    check_graph(c);
    check_recursion(c);
    check_tests(c);
    check_models(c);
    if (!diag_has_errors(c->diags)) /* what is unused may only look so beside a mistake */
        check_lint(c);
}

const Typed *check(Arena *arena, SourceSet *sources, const Source *root, DiagList *diags,
                   CheckOptions options)
{
    Checker *c = ARENA_NEW(arena, Checker); /* bodies keep it for later questions */
    *c = (Checker){.arena = arena, .sources = sources, .diags = diags, .options = options};
    c->typed = ARENA_NEW(arena, Typed);
    c->tables = ARENA_NEW(arena, struct TypedTables);
    c->typed->arena = arena;
    c->typed->sources = sources;
    c->typed->tables = c->tables;
    c->severity = &severity_nominal;
    make_identities(c);
    check_phases(c, root);
    publish(c);
    free_names(c);
    if (options.ci)
        diag_promote_ci(diags);
    return c->typed;
}
