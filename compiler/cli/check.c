// SPDX-License-Identifier: Apache-2.0
//
// check.c: sup check: is the model right?

#include <unistd.h>

#include "compiler/cli/session.h"

static int print_columns(const Args *args, const Session *session)
{
    StrBuf text = {0};
    typed_dump_columns(session->typed, args->lang, &text);
    int code = print_result(args, strbuf_str(&text));
    strbuf_deinit(&text);
    return code;
}

// The plan is made too: what the checker lets through must be one.
static int plan_all(const Args *args, Session *session)
{
    StrBuf fault = {0};
    int code = EXIT_DONE;
    if (!compile_verify(session->compilation, &fault)) {
        tell(args, "程序内部有错：%s", "internal fault: %s", strbuf_cstr(&fault));
        code = EXIT_INTERNAL;
    }
    strbuf_deinit(&fault);
    return code;
}

static int check_file(const Args *args, Str path)
{
    Session session;
    int code = session_open(&session, args, path, true);
    if (code == EXIT_DONE)
        code = plan_all(args, &session);
    if (code == EXIT_DONE && args_has(args, OPTION_COLUMNS))
        code = print_columns(args, &session);
    if (code == EXIT_DONE && args->stderr_terminal && !args_has(args, OPTION_QUIET))
        tell(args, STR_FMT "：没有错误", STR_FMT ": no errors", STR_ARG(path));
    session_close(&session);
    return code;
}

static int run_check(const Args *args)
{
    int worst = EXIT_DONE;
    for (size_t i = 0; i < args->files.count; i++) {
        int code = check_file(args, args->files.items[i]);
        worst = MAX_OF(worst, code);
    }
    return worst;
}

static const OptionId OPTIONS[] = {OPTION_COLUMNS, OPTION_CI, OPTION_JSON, OPTION_OPT_OFF};

const Command command_check = {
    .name = "check",
    .usage = "FILE… [--columns] [--ci]",
    .doc_zh = "检查模型：语法、名称、类型、缺失值的处理",
    .doc_en = "check a model: syntax, names, types, missing values",
    .example = "sup check 养老金.sup --columns",
    .options = OPTIONS,
    .option_count = ARRAY_LEN(OPTIONS),
    .files_least = 1,
    .run = run_check,
};
