// SPDX-License-Identifier: Apache-2.0
//
// fmt.c: sup fmt: the canonical layout.

#include <unistd.h>

#include "compiler/cli/session.h"
#include "runtime/writer/writer.h"

static int replace_file(const Args *args, Str path, Str text)
{
    Error error = {0};
    Output *output;
    Status status = output_create(path, &output, &error);
    if (status == STATUS_OK) {
        strbuf_add(output_buffer(output), text);
        status = output_commit(output, &error);
    }
    int code = status == STATUS_OK ? EXIT_DONE : tell_error(args, &error);
    error_deinit(&error);
    return code;
}

static int settle(const Args *args, const Source *source, Str formatted)
{
    if (args_has(args, OPTION_STDOUT))
        return print_result(args, formatted);
    if (str_equal(source->text, formatted))
        return EXIT_DONE;
    if (!args_has(args, OPTION_CHECK))
        return replace_file(args, source->path, formatted);
    tell(args, STR_FMT " 的格式不合规范；sup fmt 可以改好",
         STR_FMT " is not formatted; sup fmt mends it", STR_ARG(source->path));
    return EXIT_FINDINGS;
}

static int format_file(const Args *args, Str path, FormatSpelling spelling)
{
    Arena *arena = arena_create(NULL, 0);
    SourceSet *sources = source_set_create(arena, session_read, NULL);
    const Source *source;
    Error error = {0};
    int code;
    if (source_load(sources, path, &source, &error) != STATUS_OK) {
        code = tell_error(args, &error);
    } else {
        Session session = {
            .args = args, .tells_warnings = true, .arena = arena, .sources = sources};
        DiagList *diags = diag_list_create(arena, sources);
        StrBuf formatted = {0};
        bool parsed = format_source(source, spelling, diags, &formatted);
        (void)session_tell(&session, diags);
        code = parsed ? settle(args, source, strbuf_str(&formatted)) : EXIT_MODEL;
        strbuf_deinit(&formatted);
    }
    error_deinit(&error);
    arena_destroy(arena);
    return code;
}

static int run_fmt(const Args *args)
{
    static const FormatSpelling SPELLINGS[] = {FORMAT_ZH, FORMAT_EN, FORMAT_AS_WRITTEN};
    int choice = args_choice(args, OPTION_LANG, 2);
    int worst = EXIT_DONE;
    for (size_t i = 0; i < args->files.count; i++) {
        int code = format_file(args, args->files.items[i], SPELLINGS[choice]);
        worst = MAX_OF(worst, code);
    }
    return worst;
}

static const OptionId OPTIONS[] = {OPTION_CHECK, OPTION_STDOUT, OPTION_JSON};

const Command command_fmt = {
    .name = "fmt",
    .usage = "FILE… [--check] [--lang zh|en]",
    .doc_zh = "整理版式；--lang 统一关键词的拼写",
    .doc_en = "lay out files; --lang respells the keywords",
    .example = "sup fmt 养老金.sup --lang zh",
    .options = OPTIONS,
    .option_count = ARRAY_LEN(OPTIONS),
    .files_least = 1,
    .run = run_fmt,
};
