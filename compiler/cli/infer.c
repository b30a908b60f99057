// SPDX-License-Identifier: Apache-2.0
//
// infer.c: sup infer: declarations for data files.
//
// What is printed is a model: it passes `sup check` and loads the files that it was made from. It is a proposal for
// somebody who knows the data; what looked damaged stands beside it in comments.

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/cli/session.h"
#include "runtime/base/unicode.h"
#include "runtime/source/source.h"
#include "stdlib/stdlib.h"

typedef struct Infer {
    const Args *args;
    bool zh;
    Arena *arena;
    VEC(Str) paths;
    VEC(Str) names; // of the tables so far
    StrBuf out;
} Infer;

// ---------------------------------------------------------------- names

static bool is_keyword(Str text)
{
    Str word;
    for (uint32_t i = 0; keyword_spelling(i, &word); i++)
        if (str_equal(word, text))
            return true;
    return false;
}

static bool is_plain_name(Str text)
{
    if (text.len == 0 || is_keyword(text))
        return false;
    for (size_t at = 0; at < text.len;) {
        bool first = at == 0;
        int32_t point = utf8_decode(text, &at);
        bool ascii = point < 0x80;
        bool letter =
            (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z') || point == '_';
        bool digit = point >= '0' && point <= '9';
        if (ascii ? !(letter || (digit && !first)) : !unicode_is_han(point))
            return false;
    }
    return true;
}

// A name as it is written in a model. Keywords may be glued into names, so only quoted ones are always safe.
static void add_name(StrBuf *out, Str name)
{
    if (is_plain_name(name)) {
        strbuf_add(out, name);
        return;
    }
    strbuf_add_char(out, '`');
    for (size_t i = 0; i < name.len; i++)
        strbuf_add_char(out,
                        name.ptr[i] == '`' || (unsigned char)name.ptr[i] < ' ' ? '_' : name.ptr[i]);
    strbuf_add_char(out, '`');
}

static void add_text(StrBuf *out, Str text)
{
    strbuf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '"' || c == '\\' || c == '{' || c == '}')
            strbuf_add_char(out, '\\');
        strbuf_add_char(out, c);
    }
    strbuf_add_char(out, '"');
}

static Str stem_of(Str path)
{
    size_t start = 0, end = path.len;
    for (size_t i = 0; i < path.len; i++)
        start = path.ptr[i] == '/' ? i + 1 : start;
    for (size_t i = start + 1; i < path.len; i++)
        end = path.ptr[i] == '.' ? i : end;
    return str_slice(path, start, end);
}

// The file's name, with a number behind it where an earlier table has it.
static Str table_name(Infer *infer, Str path)
{
    Str stem = arena_str(infer->arena, stem_of(path)), name = stem;
    for (uint32_t number = 2;; number++) {
        bool taken = false;
        for (size_t i = 0; i < infer->names.count; i++)
            taken = taken || str_equal(infer->names.items[i], name);
        if (!taken)
            break;
        name = arena_printf(infer->arena, STR_FMT "_%u", STR_ARG(stem), number);
    }
    vec_push(&infer->names, name);
    return name;
}

// ---------------------------------------------------------------- one table

static void add_type(const Infer *infer, const InferredColumn *column, StrBuf *out)
{
    if (column->identity != NULL)
        strbuf_add_c(out, infer->zh ? column->identity->name_zh : column->identity->name);
    else if (column->type.kind == TYPE_DECIMAL)
        strbuf_printf(out, infer->zh ? "小数(18, %d)" : "decimal(18, %d)", column->type.scale);
    else
        typed_type_text(column->type, infer->zh ? LANG_ZH : LANG_EN, out);
    if (column->missing > 0)
        strbuf_add_char(out, '?');
    if (column->in_wan)
        strbuf_add_c(out, infer->zh ? " 单位 万元" : " unit 万元");
}

static void add_count(StrBuf *out, const char *word, int64_t count)
{
    if (count > 0)
        strbuf_printf(out, "%s%s %" PRId64, out->len > 0 ? "，" : "", word, count);
}

// What looked damaged in a column, for its comment.
static void add_remarks(const Infer *infer, const InferredColumn *column, StrBuf *out)
{
    bool zh = infer->zh;
    StrBuf text = {0};
    add_count(&text, zh ? "空白" : "missing", column->missing);
    add_count(&text, zh ? "修复" : "repaired", column->repaired);
    add_count(&text, zh ? "损坏" : "damaged", column->damaged);
    add_count(&text, zh ? "脱敏" : "masked", column->masked);
    add_count(&text, zh ? "读不成，将被隔离" : "cannot be read and will be quarantined",
              column->refused);
    if (column->refused > 0)
        strbuf_printf(&text, zh ? "（如 " STR_FMT "）" : " (like " STR_FMT ")",
                      STR_ARG(column->refused_like));
    if (text.len > 0)
        strbuf_printf(out, "    # " STR_FMT, STR_ARG(strbuf_str(&text)));
    strbuf_deinit(&text);
}

static void add_columns(const Infer *infer, const InferredTable *table, StrBuf *out)
{
    uint32_t last = table->column_count;
    for (uint32_t i = 0; i < table->column_count; i++)
        last = table->columns[i].nameless ? last : i;
    for (uint32_t i = 0; i < table->column_count; i++) {
        const InferredColumn *column = &table->columns[i];
        if (column->nameless) {
            strbuf_printf(out,
                          infer->zh ? "    # 第 %u 列没有可用的名称："
                                    : "    # column %u has no name of its own: ",
                          i + 1);
            add_text(out, column->name);
            strbuf_add_char(out, '\n');
            continue;
        }
        strbuf_add_c(out, "    ");
        add_name(out, column->name);
        strbuf_add_c(out, ": ");
        add_type(infer, column, out);
        strbuf_add_c(out, i == last ? ")" : ",");
        add_remarks(infer, column, out);
        strbuf_add_char(out, '\n');
    }
}

static void add_source(const Infer *infer, const InferredTable *table, Str name, StrBuf *out)
{
    bool zh = infer->zh, first = true;
    StrBuf options = {0};
    if (!str_equal(table->encoding, STR("UTF-8"))) {
        strbuf_printf(&options, "encoding: \"" STR_FMT "\"", STR_ARG(table->encoding));
        first = false;
    }
    if (table->header_line > 1) {
        strbuf_printf(&options, "%sheader: %" PRId64, first ? "" : ", ", table->header_line);
        first = false;
    }
    if (table->separator != ',')
        strbuf_printf(&options,
                      table->separator == '\t' ? "%sseparator: \"tab\"" : "%sseparator: \"%c\"",
                      first ? "" : ", ", table->separator);
    strbuf_add_c(out, zh ? "数据源 " : "source ");
    add_name(out, name);
    strbuf_add_c(out, zh ? " 来自 csv " : " from csv ");
    add_text(out, table->path);
    if (options.len > 0)
        strbuf_printf(out, " (" STR_FMT ")", STR_ARG(strbuf_str(&options)));
    strbuf_add_c(out, "\n");
    strbuf_deinit(&options);
}

static void add_comments(const Infer *infer, const InferredTable *table, StrBuf *out)
{
    bool zh = infer->zh;
    strbuf_printf(out,
                  zh ? "# " STR_FMT "：%" PRId64 " 行，" STR_FMT "%s\n"
                     : "# " STR_FMT ": %" PRId64 " rows, " STR_FMT "%s\n",
                  STR_ARG(table->path), table->rows, STR_ARG(table->encoding),
                  !table->encoding_detected ? ""
                  : zh                      ? "（检测）"
                                            : " (detected)");
    if (table->broken_rows > 0)
        strbuf_printf(out,
                      zh ? "# 注意：%" PRId64 " 行的单元格数目不对或引号不配对，将被隔离\n"
                         : "# warning: %" PRId64 " rows have a wrong number of cells or unpaired "
                           "quotes; they will be quarantined\n",
                      table->broken_rows);
    if (table->header_looks_like_data)
        strbuf_add_c(out, zh ? "# 注意：第一行看起来是数据而不是表头\n"
                             : "# warning: the first line looks like data, not like a header\n");
    for (size_t i = 0; i < table->warnings.count; i++)
        strbuf_printf(out, zh ? "# 注意：" STR_FMT "\n" : "# warning: " STR_FMT "\n",
                      STR_ARG(zh ? table->warnings.items[i].zh : table->warnings.items[i].en));
}

static void add_table(Infer *infer, const InferredTable *table)
{
    StrBuf *out = &infer->out;
    Str name = table_name(infer, table->path);
    strbuf_add_c(out, out->len > 0 ? "\n" : "");
    add_comments(infer, table, out);
    strbuf_add_c(out, infer->zh ? "数据表 " : "table ");
    add_name(out, name);
    strbuf_add_c(out, " (\n");
    add_columns(infer, table, out);
    if (table->key >= 0) {
        strbuf_add_c(out, infer->zh ? "  主键 (" : "  key (");
        add_name(out, table->columns[table->key].name);
        strbuf_add_c(out, ")\n");
    }
    strbuf_add_char(out, '\n');
    add_source(infer, table, name, out);
}

// ---------------------------------------------------------------- the command

static bool has_data_ending(Str name)
{
    static const char *const ENDINGS[] = {".csv", ".tsv", ".txt", ".CSV", ".TSV", ".TXT"};
    for (size_t i = 0; i < ARRAY_LEN(ENDINGS); i++)
        if (str_ends(name, str_from_cstr(ENDINGS[i])))
            return true;
    return false;
}

static int compare_paths(const void *a, const void *b)
{
    return str_compare(*(const Str *)a, *(const Str *)b);
}

// The data files of a folder, in byte order of names; of anything else the path itself.
static void add_paths(Infer *infer, Str path)
{
    DIR *folder = opendir(arena_str(infer->arena, path).ptr);
    size_t first = infer->paths.count;
    if (folder == NULL) {
        vec_push(&infer->paths, path);
        return;
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        Str name = str_from_cstr(entry->d_name);
        if (has_data_ending(name) && !str_starts(name, STR(".")))
            vec_push(&infer->paths,
                     arena_printf(infer->arena, STR_FMT "%s" STR_FMT, STR_ARG(path),
                                  str_ends(path, STR("/")) ? "" : "/", STR_ARG(name)));
    }
    (void)closedir(folder);
    if (infer->paths.count - first > 1)
        qsort(infer->paths.items + first, infer->paths.count - first, sizeof(Str), compare_paths);
    if (infer->paths.count == first)
        tell(infer->args, "文件夹 " STR_FMT " 中没有 .csv、.tsv、.txt 文件",
             "folder " STR_FMT " has no .csv, .tsv or .txt file", STR_ARG(path));
}

static bool still_wanted(void *closure, Str table, int64_t bytes_done, int64_t bytes_total,
                         int64_t rows)
{
    (void)table, (void)bytes_done, (void)bytes_total, (void)rows;
    return !interrupt_seen(closure);
}

static int infer_file(Infer *infer, Str path)
{
    const IdentityCard *cards[32];
    uint32_t count = MIN_OF(stdlib_identity_count(), (uint32_t)ARRAY_LEN(cards));
    LoadOptions options = {
        .identity = stdlib_identity, .lang = infer->args->lang, .progress = still_wanted};
    InferredTable table;
    Error error = {0};
    for (uint32_t i = 0; i < count; i++)
        cards[i] = stdlib_identity_at(i);
    int code = EXIT_DONE;
    if (infer_table(path, cards, count, &options, &table, &error) == STATUS_OK) {
        bool any = false;
        for (uint32_t i = 0; i < table.column_count; i++)
            any = any || !table.columns[i].nameless;
        if (any)
            add_table(infer, &table);
        infer_table_deinit(&table);
    } else {
        code = tell_error(infer->args, &error);
    }
    error_deinit(&error);
    return code;
}

static int run_infer(const Args *args)
{
    Infer infer = {.args = args, .zh = args->lang == LANG_ZH, .arena = arena_create(NULL, 0)};
    int worst = EXIT_DONE;
    interrupt_catch();
    for (size_t i = 0; i < args->files.count; i++)
        add_paths(&infer, args->files.items[i]);
    if (infer.paths.count == 0)
        worst = EXIT_DATA;
    for (size_t i = 0; i < infer.paths.count && worst != EXIT_INTERRUPTED; i++) {
        int code = infer_file(&infer, infer.paths.items[i]);
        worst = MAX_OF(worst, code);
    }
    bool whole = worst != EXIT_INTERRUPTED; // half a list of tables looks like all of it
    int printed = print_result(args, whole ? strbuf_str(&infer.out) : STR(""));
    vec_free(&infer.paths);
    vec_free(&infer.names);
    strbuf_deinit(&infer.out);
    arena_destroy(infer.arena);
    return worst == EXIT_DONE ? printed : worst;
}

const Command command_infer = {
    .name = "infer",
    .usage = "DATA…",
    .doc_zh = "读数据文件或文件夹，写出数据表和数据源的声明",
    .doc_en = "read data files or folders and write declarations of tables and sources",
    .example = "sup infer 数据/药店销售.csv > 数据.sup",
    .files_least = 1,
    .run = run_infer,
};
