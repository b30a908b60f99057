// SPDX-License-Identifier: Apache-2.0
//
// session.c: reading, checking, telling.

#include "compiler/cli/session.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/fault.h"
#include "runtime/base/unicode.h"

// ---------------------------------------------------------------- files

static Status read_descriptor(int descriptor, size_t size, Str path, Arena *arena, Str *text,
                              Error *error)
{
    StrBuf buffer = {0};
    char chunk[1 << 16];
    Status status = STATUS_OK;
    strbuf_reserve(&buffer, MIN_OF(size, (size_t)SOURCE_SIZE_MAX));
    for (;;) {
        ssize_t got = fault_read(descriptor, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            status = error_set_system(error, errno, "无法读取 " STR_FMT, "cannot read " STR_FMT,
                                      STR_ARG(path));
        if (got <= 0)
            break;
        strbuf_add(&buffer, (Str){chunk, (size_t)got});
        if (buffer.len > SOURCE_SIZE_MAX) {
            status = error_set(error, STATUS_LIMIT, STR_FMT " 太大，不像是模型文件",
                               STR_FMT " is too large for a model", STR_ARG(path));
            break;
        }
    }
    *text = arena_str(arena, strbuf_str(&buffer));
    strbuf_deinit(&buffer);
    return status;
}

Status session_read(void *context, Str path, Arena *arena, Str *text, Error *error)
{
    (void)context;
    struct stat info;
    if (path.len == 0 || memchr(path.ptr, 0, path.len) != NULL)
        return error_set(error, STATUS_IO, "文件名是空的，或者含有空字节",
                         "a file name is empty or holds a NUL byte");
    Str name = arena_str(arena, path); // ends with a NUL
    int descriptor = fault_open(name.ptr, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return error_set_system(error, errno, "无法打开 " STR_FMT, "cannot open " STR_FMT,
                                STR_ARG(path));
    Status status;
    if (fstat(descriptor, &info) != 0 || S_ISDIR(info.st_mode))
        status = error_set(error, STATUS_IO, STR_FMT " 是目录，不是模型文件",
                           STR_FMT " is a folder, not a model", STR_ARG(path));
    else
        status =
            read_descriptor(descriptor, (size_t)MAX_OF(info.st_size, 0), path, arena, text, error);
    (void)close(descriptor);
    return status;
}

// ---------------------------------------------------------------- checking

static void render(const Session *session, DiagList *diags, StrBuf *out)
{
    const Args *args = session->args;
    DiagRender options = {.lang = args->lang, .color = args->color, .limit = 100};
    uint32_t count;
    if (session->tells_warnings) {
        diag_render(diags, options, out);
        return;
    }
    const Diag *const *sorted = diag_sorted(diags, &count);
    for (uint32_t i = 0; i < count; i++)
        if (sorted[i]->severity == DIAG_ERROR)
            diag_render_one(diags, sorted[i], options, out);
}

uint32_t session_tell(const Session *session, DiagList *diags)
{
    StrBuf text = {0};
    if (args_has(session->args, OPTION_JSON))
        diag_render_json(diags, &text);
    else
        render(session, diags, &text);
    (void)write_all(STDERR_FILENO, strbuf_str(&text));
    strbuf_deinit(&text);
    return diag_count(diags, DIAG_ERROR);
}

static bool limit_nesting(Session *session)
{
    int64_t levels;
    if (!args_number(session->args, OPTION_LIMIT_NESTING, AST_HEIGHT_MAX, &levels))
        return false;
    if (levels < 1 || levels > AST_HEIGHT_MAX) {
        tell(session->args, "--limit-nesting 应在 1 到 %d 之间", "--limit-nesting is from 1 to %d",
             AST_HEIGHT_MAX);
        return false;
    }
    source_set_limit_nesting(session->sources, (uint32_t)levels);
    return true;
}

static bool is_run_pass(Str pass)
{
    return str_equal(pass, STR(SESSION_SEMI_NAIVE)) || str_equal(pass, STR(SESSION_GRAPH)) ||
           str_equal(pass, STR(SESSION_PLANNING)) || str_equal(pass, STR(SESSION_SIZES));
}

// Rewrites that were left out on the command line; `--counts` counts clauses in the written order, so none may move.
static bool read_passes(Session *session, CompileOptions *options)
{
    const Args *args = session->args;
    size_t given = args->values[OPTION_OPT_OFF].count;
    Str *passes = ARENA_ARRAY(session->arena, Str, given + 1);
    for (size_t i = 0; i < given; i++) {
        passes[i] = args->values[OPTION_OPT_OFF].items[i];
        if (!compile_has_pass(passes[i]) && !is_run_pass(passes[i])) {
            tell(args, "没有名为“" STR_FMT "”的改写", "there is no rewrite named '" STR_FMT "'",
                 STR_ARG(passes[i]));
            return false;
        }
    }
    passes[given] = STR("pushdown");
    *options = (CompileOptions){.passes_off = passes, .passes_off_count = (uint32_t)given};
    options->passes_off_count += args_has(args, OPTION_COUNTS);
    return true;
}

int session_begin(Session *session, const Args *args, bool tells_warnings)
{
    *session =
        (Session){.args = args, .tells_warnings = tells_warnings, .arena = arena_create(NULL, 0)};
    session->sources = source_set_create(session->arena, session_read, NULL);
    return limit_nesting(session) ? EXIT_DONE : EXIT_USAGE;
}

int session_check(Session *session, const Source *root)
{
    const Args *args = session->args;
    session->root = root;
    DiagList *diags = diag_list_create(session->arena, session->sources);
    CheckOptions options = {.ci = args_has(args, OPTION_CI)};
    session->typed = check(session->arena, session->sources, session->root, diags, options);
    if (options.ci)
        diag_promote_ci(diags);
    if (session_tell(session, diags) > 0)
        return EXIT_MODEL;
    CompileOptions compile;
    if (!read_passes(session, &compile))
        return EXIT_USAGE;
    session->compilation = compilation_create(session->arena, session->typed, compile);
    return EXIT_DONE;
}

int session_open(Session *session, const Args *args, Str path, bool tells_warnings)
{
    const Source *root;
    Error error = {0};
    int code = session_begin(session, args, tells_warnings);
    if (code != EXIT_DONE)
        return code;
    if (source_load(session->sources, path, &root, &error) != STATUS_OK)
        code = tell_error(args, &error);
    error_deinit(&error);
    return code == EXIT_DONE ? session_check(session, root) : code;
}

static Compilation *plain(Session *session, bool roots_only)
{
    VEC(Str) off = {0};
    for (uint32_t i = 0; compile_pass_name(i) != NULL; i++)
        avec_push(session->arena, &off, str_from_cstr(compile_pass_name(i)));
    CompileOptions options = {
        .passes_off = off.items, .passes_off_count = (uint32_t)off.count, .roots_only = roots_only};
    return compilation_create(session->arena, session->typed, options);
}

Compilation *session_plain(Session *session)
{
    return plain(session, false);
}

Compilation *session_plain_roots(Session *session)
{
    return plain(session, true);
}

void session_close(Session *session)
{
    arena_destroy(session->arena);
    *session = (Session){0};
}

// ---------------------------------------------------------------- names on the command line

static const TypedDecl *root_named(Session *session, Str name, TypedDeclKind kind)
{
    const Args *args = session->args;
    const TypedDecl *decl = typed_find(session->typed, name);
    if (decl != NULL && decl->kind == kind)
        return decl;
    NearName near;
    Str best;
    near_name_init(&near, name);
    for (uint32_t i = 0; i < session->typed->decl_count; i++)
        if (session->typed->decls[i]->kind == kind)
            near_name_offer(&near, session->typed->decls[i]->name);
    const char *zh = kind == TYPED_RULE ? "规则" : "查询",
               *en = kind == TYPED_RULE ? "rule" : "query";
    if (near_name_best(&near, &best))
        tell(args, "没有%s“" STR_FMT "”；是不是“" STR_FMT "”？",
             "there is no %s '" STR_FMT "'; did you mean '" STR_FMT "'?",
             args->lang == LANG_ZH ? zh : en, STR_ARG(name), STR_ARG(best));
    else
        tell(args, "没有%s“" STR_FMT "”", "there is no %s '" STR_FMT "'",
             args->lang == LANG_ZH ? zh : en, STR_ARG(name));
    return NULL;
}

bool session_roots(Session *session, const TypedDecl *const **roots, uint32_t *count)
{
    const Args *args = session->args;
    size_t rules = args->values[OPTION_RULE].count, queries = args->values[OPTION_QUERY].count;
    if (rules + queries == 0) {
        *roots = compile_default_roots(session->compilation, count);
        return true;
    }
    const TypedDecl **named = ARENA_ARRAY(session->arena, const TypedDecl *, rules + queries);
    *count = 0;
    for (size_t i = 0; i < rules + queries; i++) {
        bool rule = i < rules;
        Str name =
            rule ? args->values[OPTION_RULE].items[i] : args->values[OPTION_QUERY].items[i - rules];
        const TypedDecl *decl = root_named(session, name, rule ? TYPED_RULE : TYPED_QUERY);
        bool twice = false;
        if (decl == NULL)
            return false;
        for (uint32_t j = 0; j < *count; j++)
            twice = twice || named[j] == decl;
        if (!twice)
            named[(*count)++] = decl;
    }
    *roots = named;
    return true;
}

// The value is checked as a declaration of its own, in a small file that uses the model: same literals, same
// units, same messages as in the model itself.
bool session_param(Session *session, const TypedDecl *param, Str text, Const *out)
{
    const AstParam *node = ast_as_Param(param->node);
    const Source *declared = source_get(session->typed->sources, param->node->span.file);
    Str type = source_text(declared, node->type->base.span);
    Str path = session->typed->files[param->file].path, file = path;
    for (size_t i = path.len; i > 0 && file.ptr == path.ptr; i--)
        if (path.ptr[i - 1] == '/')
            file = str_slice(path, i, path.len);
    bool bare = type_phys(param->param.type) == PHYS_CODE && param->param.type.kind != TYPE_SET &&
                text.len > 0 && text.ptr[0] != '"' && !str_starts(text, STR("“")) &&
                !str_starts(text, STR("「"));
    Str quote = bare ? STR("\"") : STR("");
    Str name = arena_printf(session->arena, "--set " STR_FMT, STR_ARG(param->name));
    Str model = arena_printf(
        session->arena,
        "use \"" STR_FMT "\"\nparam `" STR_FMT "` : " STR_FMT " = " STR_FMT STR_FMT STR_FMT "\n",
        STR_ARG(file), STR_ARG(name), STR_ARG(type), STR_ARG(quote), STR_ARG(text), STR_ARG(quote));
    Str folder = str_slice(path, 0, path.len - file.len);
    const Source *source = source_add(
        session->sources,
        arena_printf(session->arena, STR_FMT STR_FMT, STR_ARG(folder), STR_ARG(name)), model);
    DiagList *diags = diag_list_create(session->arena, session->sources);
    const Typed *typed = check(session->arena, session->sources, source, diags, (CheckOptions){0});
    const TypedDecl *made = diag_has_errors(diags) ? NULL : typed_find(typed, name);
    if (made == NULL) {
        (void)session_tell(session, diags);
        return false;
    }
    return compile_constant(session->arena, typed, made, out);
}
