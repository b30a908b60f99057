// SPDX-License-Identifier: Apache-2.0
//
// main.c: finds the command, reads its options, runs it.
//
// All help texts come from the commands' own fields and from options.def. An unknown command or
// option names the nearest one. Nothing is loaded or initialised before the command runs.

#include "compiler/cli/command.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "runtime/base/fault.h"
#include "runtime/base/unicode.h"

#ifndef SUP_VERSION
#define SUP_VERSION "0"
#endif

typedef struct OptionInfo {
    const char *name, *value;
    bool repeats;
    const char *zh, *en;
} OptionInfo;

static const OptionInfo OPTIONS[OPTION_COUNT] = {
#define OPTION(ID, name, value, repeats, zh, en) [OPTION_##ID] = {name, value, repeats, zh, en},
#include "compiler/cli/options.def"
};

#define ENTRY(name) extern const Command command_##name;
#include "generated/commands.inc"
#undef ENTRY

static const Command *const COMMANDS[] = {
#define ENTRY(name) &command_##name,
#include "generated/commands.inc"
#undef ENTRY
    NULL,
};

// Options that every command takes.
static const OptionId COMMON[] = {OPTION_HELP, OPTION_LANG, OPTION_COLOR, OPTION_QUIET};

// ---------------------------------------------------------------- telling

const char *option_name(OptionId id)
{
    return OPTIONS[id].name;
}

bool write_all(int descriptor, Str bytes)
{
    size_t done = 0;
    while (done < bytes.len) {
        ssize_t written = fault_write(descriptor, bytes.ptr + done, bytes.len - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        done += (size_t)written;
    }
    return true;
}

int print_result(const Args *args, Str text)
{
    if (write_all(STDOUT_FILENO, text))
        return EXIT_DONE;
    tell(args, "无法写到标准输出：%s", "cannot write to standard output: %s",
         error_system_text(errno, args->lang));
    return EXIT_DATA;
}

void tell(const Args *args, const char *zh_format, const char *en_format, ...)
{
    StrBuf text = {0};
    strbuf_add_c(&text, args->lang == LANG_ZH ? "sup：" : "sup: ");
    va_list list;
    va_start(list, en_format);
    strbuf_vprintf(&text, args->lang == LANG_ZH ? zh_format : en_format, list);
    va_end(list);
    strbuf_add_char(&text, '\n');
    (void)write_all(STDERR_FILENO, strbuf_str(&text)); // nowhere is left to say that this failed
    strbuf_deinit(&text);
}

int exit_code_of(Status status)
{
    switch (status) {
    case STATUS_OK:
        return EXIT_DONE;
    case STATUS_IO:
    case STATUS_DATA:
    case STATUS_LIMIT:
    case STATUS_MEMORY:
        return EXIT_DATA;
    case STATUS_CANCELLED:
        return EXIT_INTERRUPTED;
    case STATUS_USAGE:
        return EXIT_USAGE;
    case STATUS_INTERNAL:
        return EXIT_INTERNAL;
    }
    return EXIT_INTERNAL;
}

int tell_error(const Args *args, const Error *error)
{
    Str text = error_text(error, args->lang);
    tell(args, STR_FMT, STR_FMT, STR_ARG(text));
    return exit_code_of(error->status);
}

// ---------------------------------------------------------------- interruption

static volatile sig_atomic_t interrupted; // the only state that a signal handler can reach

static void on_interrupt(int signal_number)
{
    if (interrupted)
        _exit(EXIT_INTERRUPTED);
    interrupted = signal_number;
}

void interrupt_catch(void)
{
    struct sigaction action = {0};
    action.sa_handler = on_interrupt;
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

void interrupt_forget(void)
{
    interrupted = 0;
}

bool interrupt_seen(void *closure)
{
    (void)closure;
    return interrupted != 0;
}

// ---------------------------------------------------------------- options

bool args_has(const Args *args, OptionId id)
{
    ASSERT(id < OPTION_COUNT);
    return args->values[id].count > 0;
}

Str args_text(const Args *args, OptionId id, Str otherwise)
{
    return args_has(args, id) ? vec_last(&args->values[id]) : otherwise;
}

bool args_number(const Args *args, OptionId id, int64_t otherwise, int64_t *out)
{
    *out = otherwise;
    if (!args_has(args, id))
        return true;
    Str text = vec_last(&args->values[id]);
    int64_t value = 0;
    bool fits = text.len > 0;
    for (size_t i = 0; fits && i < text.len; i++) {
        char c = text.ptr[i];
        fits = c >= '0' && c <= '9' && num_mul_i64(value, 10, &value) &&
               num_add_i64(value, c - '0', &value);
    }
    if (!fits) {
        tell(args, "%s 后面应当是一个数，不是“" STR_FMT "”",
             "%s wants a whole number, not '" STR_FMT "'", option_name(id), STR_ARG(text));
        return false;
    }
    *out = value;
    return true;
}

int args_choice(const Args *args, OptionId id, int otherwise)
{
    if (!args_has(args, id))
        return otherwise;
    Str given = vec_last(&args->values[id]);
    Str words = str_from_cstr(OPTIONS[id].value);
    int number = 0;
    size_t start = 0;
    for (size_t i = 0; i <= words.len; i++) {
        if (i < words.len && words.ptr[i] != '|')
            continue;
        if (str_equal(str_slice(words, start, i), given))
            return number;
        number++;
        start = i + 1;
    }
    tell(args, "%s 可以是 %s，不是“" STR_FMT "”", "%s may be %s, not '" STR_FMT "'",
         option_name(id), OPTIONS[id].value, STR_ARG(given));
    return -1;
}

static bool command_takes(const Command *command, OptionId id)
{
    for (size_t i = 0; i < ARRAY_LEN(COMMON); i++)
        if (COMMON[i] == id)
            return true;
    for (uint32_t i = 0; i < command->option_count; i++)
        if (command->options[i] == id)
            return true;
    return false;
}

static OptionId option_find(Str name)
{
    for (OptionId id = 0; id < OPTION_COUNT; id++)
        if (str_equal(str_from_cstr(OPTIONS[id].name), name))
            return id;
    return OPTION_COUNT;
}

static void tell_unknown_option(const Args *args, const Command *command, Str name)
{
    NearName near;
    Str best;
    near_name_init(&near, name);
    for (OptionId id = 0; id < OPTION_COUNT; id++)
        if (command_takes(command, id))
            near_name_offer(&near, str_from_cstr(OPTIONS[id].name));
    if (near_name_best(&near, &best))
        tell(args, "%s 没有选项 " STR_FMT "；是不是 " STR_FMT "？",
             "%s has no option " STR_FMT "; did you mean " STR_FMT "?", command->name,
             STR_ARG(name), STR_ARG(best));
    else
        tell(args, "%s 没有选项 " STR_FMT "；sup %s --help 列出全部选项",
             "%s has no option " STR_FMT "; sup %s --help lists them", command->name, STR_ARG(name),
             command->name);
}

// Reads one option at argv[*at]; moves *at behind its value.
static bool read_option(Args *args, const Command *command, int argc, char **argv, int *at)
{
    Str word = str_from_cstr(argv[*at]);
    size_t equals = str_find(word, STR("="), 0);
    Str name = str_slice(word, 0, equals == STR_NONE ? word.len : equals);
    OptionId id = option_find(name);
    (*at)++;
    if (id == OPTION_COUNT || !command_takes(command, id)) {
        tell_unknown_option(args, command, name);
        return false;
    }
    if (OPTIONS[id].value == NULL) {
        if (equals != STR_NONE) {
            tell(args, STR_FMT " 不带值", STR_FMT " takes no value", STR_ARG(name));
            return false;
        }
        vec_push(&args->values[id], STR(""));
        return true;
    }
    if (equals == STR_NONE && *at >= argc) {
        tell(args, "%s 后面缺少 %s", "%s wants %s behind it", OPTIONS[id].name, OPTIONS[id].value);
        return false;
    }
    if (args->values[id].count > 0 && !OPTIONS[id].repeats) {
        tell(args, "%s 只能写一次", "%s may be given only once", OPTIONS[id].name);
        return false;
    }
    Str value =
        equals == STR_NONE ? str_from_cstr(argv[*at]) : str_slice(word, equals + 1, word.len);
    *at += equals == STR_NONE;
    vec_push(&args->values[id], value);
    return true;
}

static bool read_args(Args *args, const Command *command, int argc, char **argv)
{
    bool only_files = false;
    for (int at = 2; at < argc;) {
        Str word = str_from_cstr(argv[at]);
        if (!only_files && str_equal(word, STR("--"))) {
            only_files = true;
            at++;
        } else if (!only_files && word.len > 1 && word.ptr[0] == '-') {
            if (str_equal(word, STR("-h")))
                word = STR("--help");
            if (word.ptr != argv[at]) {
                vec_push(&args->values[OPTION_HELP], STR(""));
                at++;
            } else if (!read_option(args, command, argc, argv, &at)) {
                return false;
            }
        } else {
            vec_push(&args->files, word);
            at++;
        }
    }
    return true;
}

// ---------------------------------------------------------------- language and colours

static Lang lang_of_environment(void)
{
    static const char *const NAMES[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        const char *value = getenv(NAMES[i]);
        if (value != NULL && value[0] != '\0')
            return strncmp(value, "en", 2) == 0 ? LANG_EN : LANG_ZH;
    }
    return LANG_ZH;
}

// --lang is looked for before anything else is read, so that every message is in that language.
static Lang lang_of_words(int argc, char **argv)
{
    bool help = false; // a page of help is a message, whatever --lang means to the command
    for (int i = 2; i < argc; i++)
        help = help || strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0;
    if (argc > 1 && strcmp(argv[1], "fmt") == 0 && !help)
        return lang_of_environment();
    for (int i = 1; i < argc; i++) {
        const char *value = NULL;
        if (strncmp(argv[i], "--lang=", 7) == 0)
            value = argv[i] + 7;
        else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            value = argv[i + 1];
        if (value != NULL && strcmp(value, "en") == 0)
            return LANG_EN;
        if (value != NULL && strcmp(value, "zh") == 0)
            return LANG_ZH;
    }
    return lang_of_environment();
}

static bool color_wanted(const Args *args, int choice)
{
    const char *forced = getenv("CLICOLOR_FORCE");
    const char *refused = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    if (choice != 0)
        return choice == 1;
    if (refused != NULL && refused[0] != '\0')
        return false;
    if (forced != NULL && forced[0] != '\0' && strcmp(forced, "0") != 0)
        return true;
    return args->stderr_terminal && terminal != NULL && strcmp(terminal, "dumb") != 0;
}

// ---------------------------------------------------------------- help

static void help_option(StrBuf *out, OptionId id, Lang lang)
{
    const OptionInfo *info = &OPTIONS[id];
    StrBuf left = {0};
    strbuf_printf(&left, "  %s%s%s", info->name, info->value == NULL ? "" : " ",
                  info->value == NULL ? "" : info->value);
    int64_t width = unicode_display_width(strbuf_str(&left));
    strbuf_add(out, strbuf_str(&left));
    strbuf_add_repeat(out, ' ', width < 30 ? (size_t)(30 - width) : 1);
    strbuf_add_c(out, lang == LANG_ZH ? info->zh : info->en);
    strbuf_add_char(out, '\n');
    strbuf_deinit(&left);
}

static void help_command(StrBuf *out, const Command *command, Lang lang)
{
    bool zh = lang == LANG_ZH;
    strbuf_printf(out, "%s sup %s %s\n\n%s\n\n", zh ? "用法：" : "usage:", command->name,
                  command->usage, zh ? command->doc_zh : command->doc_en);
    strbuf_add_c(out, zh ? "选项：\n" : "options:\n");
    for (uint32_t i = 0; i < command->option_count; i++)
        help_option(out, command->options[i], lang);
    for (size_t i = 0; i < ARRAY_LEN(COMMON); i++)
        help_option(out, COMMON[i], lang);
    strbuf_printf(out, "\n%s %s\n", zh ? "例：" : "example:", command->example);
}

static void help_all(StrBuf *out, Lang lang)
{
    bool zh = lang == LANG_ZH;
    strbuf_printf(out, "sup %s %s\n\n%s\n\n%s\n", SUP_VERSION,
                  zh ? "法律监督模型" : "supervision models",
                  zh ? "用法： sup 命令 [文件…] [选项…]" : "usage: sup COMMAND [FILE…] [OPTION…]",
                  zh ? "命令：" : "commands:");
    for (size_t i = 0; COMMANDS[i] != NULL; i++)
        strbuf_printf(out, "  %-9s %s\n", COMMANDS[i]->name,
                      zh ? COMMANDS[i]->doc_zh : COMMANDS[i]->doc_en);
    strbuf_printf(out, "\n%s\n",
                  zh ? "sup 命令 --help 说明一个命令的全部选项。"
                     : "sup COMMAND --help explains all options of a command.");
    strbuf_add_c(out,
                 zh ? "退出码：0 完成，1 有应当注意的结果，2 模型有错，3 数据或环境有错，"
                      "4 用法有错，5 程序自身有错，130 被中断。\n"
                    : "exit codes: 0 done, 1 findings, 2 the model is wrong, 3 the data or the "
                      "environment is wrong,\n4 wrong usage, 5 internal fault, 130 interrupted.\n");
}

static int print_help(const Args *args, const Command *command)
{
    StrBuf text = {0};
    if (command == NULL)
        help_all(&text, args->lang);
    else
        help_command(&text, command, args->lang);
    int code = print_result(args, strbuf_str(&text));
    strbuf_deinit(&text);
    return code;
}

// ---------------------------------------------------------------- main

static const Command *command_find(Str name)
{
    for (size_t i = 0; COMMANDS[i] != NULL; i++)
        if (str_equal(str_from_cstr(COMMANDS[i]->name), name))
            return COMMANDS[i];
    return NULL;
}

static int tell_unknown_command(const Args *args, Str name)
{
    NearName near;
    Str best;
    near_name_init(&near, name);
    for (size_t i = 0; COMMANDS[i] != NULL; i++)
        near_name_offer(&near, str_from_cstr(COMMANDS[i]->name));
    if (near_name_best(&near, &best))
        tell(args, "没有命令“" STR_FMT "”；是不是 " STR_FMT "？",
             "there is no command '" STR_FMT "'; did you mean " STR_FMT "?", STR_ARG(name),
             STR_ARG(best));
    else
        tell(args, "没有命令“" STR_FMT "”；sup --help 列出全部命令",
             "there is no command '" STR_FMT "'; sup --help lists them", STR_ARG(name));
    return EXIT_USAGE;
}

static int run_command(Args *args, const Command *command, int argc, char **argv)
{
    if (!read_args(args, command, argc, argv))
        return EXIT_USAGE;
    int color = args_choice(args, OPTION_COLOR, 0);
    if (color < 0 || args_choice(args, OPTION_LANG, 0) < 0)
        return EXIT_USAGE;
    args->color = color_wanted(args, color);
    if (args_has(args, OPTION_HELP))
        return print_help(args, command);
    if (args->files.count < command->files_least) {
        tell(args, "缺少文件；用法： sup %s %s", "a file is missing; usage: sup %s %s",
             command->name, command->usage);
        return EXIT_USAGE;
    }
    return command->run(args);
}

static int run_words(Args *args, int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        int code = print_help(args, NULL);
        return argc < 2 ? EXIT_USAGE : code;
    }
    if (strcmp(argv[1], "--version") == 0)
        return print_result(args, STR("sup " SUP_VERSION "\n"));
    const Command *command = command_find(str_from_cstr(argv[1]));
    if (command == NULL)
        return tell_unknown_command(args, str_from_cstr(argv[1]));
    return run_command(args, command, argc, argv);
}

static void args_deinit(Args *args)
{
    for (OptionId id = 0; id < OPTION_COUNT; id++)
        vec_free(&args->values[id]);
    vec_free(&args->files);
}

// What one step frees, the next one wants again. Given back to the system in between, it costs a page fault for every
// page: a quarter of the time of a query over tables that are loaded.
static void keep_freed_memory(void)
{
#ifdef __GLIBC__
    (void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
    (void)mallopt(M_TRIM_THRESHOLD, INT_MAX);
    (void)mallopt(M_TOP_PAD, 16 << 20);
#endif
}

int main(int argc, char **argv)
{
    Args args = {0};
    keep_freed_memory();
    args.lang = lang_of_words(argc, argv);
    args.stdout_terminal = isatty(STDOUT_FILENO) == 1;
    args.stderr_terminal = isatty(STDERR_FILENO) == 1;
    (void)signal(SIGPIPE, SIG_IGN); // a closed pipe is a failed write, which is told
    int code = run_words(&args, argc, argv);
    args_deinit(&args);
    return code;
}
