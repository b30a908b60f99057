// SPDX-License-Identifier: Apache-2.0
//
// load.h: what the tests of loading share: files in a folder of their own, tables, loading, and a
// description of everything that came out: rows with their classes, gaps with their skeletons, rejected
// records.
#ifndef SUP_TESTS_UNIT_LOAD_H
#define SUP_TESTS_UNIT_LOAD_H

#include "tests/unit/unit.h"

#include <iconv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/wide.h"
#include "runtime/source/source.h"

// ---- Files --------------------------------------------------------------------------------------

typedef struct Folder {
    char path[256];
} Folder;

MAYBE_UNUSED static Folder *folder_of(void **state)
{
    return *state;
}

MAYBE_UNUSED static int folder_create(void **state)
{
    Folder *folder = base_alloc_zeroed(1, sizeof *folder);
    const char *root = getenv("TMPDIR");
    snprintf(folder->path, sizeof folder->path, "%s/sup-load-XXXXXX",
             root != NULL ? root : P_tmpdir);
    assert_non_null(mkdtemp(folder->path));
    *state = folder;
    return 0;
}

MAYBE_UNUSED static int folder_destroy(void **state)
{
    char command[320];
    snprintf(command, sizeof command, "rm -rf '%s'", folder_of(state)->path);
    int result = system(command);
    free(*state);
    return result;
}

MAYBE_UNUSED static Str path_in(void **state, const char *name)
{
    static char paths[4][512]; // a few at a time
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder_of(state)->path, name);
    return str_from_cstr(path);
}

MAYBE_UNUSED static Str write_bytes(void **state, const char *name, Str bytes)
{
    Str path = path_in(state, name);
    FILE *file = fopen(path.ptr, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
    return path;
}

MAYBE_UNUSED static Str write_text(void **state, const char *name, const char *text)
{
    return write_bytes(state, name, str_from_cstr(text));
}

// ---- Loading ------------------------------------------------------------------------------------

// A person id for these tests: 4 characters; '*' is masked, a '?' in it damaged, "-" missing, blanks repaired.
MAYBE_UNUSED static IdentityState normalise(Str cell, StrBuf *out)
{
    Str text = str_trim(cell);
    IdentityState state = text.len == cell.len ? IDENTITY_VALID : IDENTITY_REPAIRED;
    if (str_equal(text, STR("-")))
        return IDENTITY_MISSING;
    for (size_t i = 0; i < text.len; i++) {
        bool hidden = text.ptr[i] == '*' || text.ptr[i] == '?';
        if (hidden)
            state = text.ptr[i] == '*' ? IDENTITY_MASKED : IDENTITY_DAMAGED;
        strbuf_add_char(out, hidden ? SKELETON_UNKNOWN : text.ptr[i]);
    }
    if (text.len != 4) {
        strbuf_clear(out);
        return IDENTITY_DAMAGED;
    }
    return state;
}

static const IdentityCard *identity(Str key)
{
    static const IdentityCard card = {
        .key = "person_id", .name = "person_id", .name_zh = "身份号", .normalise = normalise};
    return str_equal(key, STR("person_id")) ? &card : NULL;
}

static const Nominal person = {
    .kind = NOMINAL_IDENTITY, .name = STR_INIT("身份号"), .identity = "person_id"};

typedef struct Loaded {
    Dict *dict;
    CauseTable *causes;
    Rowset *rowset;
    LoadReport report;
    Error error;
    Status status;
} Loaded;

MAYBE_UNUSED static Loaded load_with(const TableDecl *table, LoadOptions options)
{
    Loaded loaded = {.dict = dict_create(), .causes = cause_table_create()};
    error_init(&loaded.error);
    options.identity = identity;
    loaded.status = load_table(table, &options, loaded.dict, loaded.causes, &loaded.rowset,
                               &loaded.report, &loaded.error);
    return loaded;
}

MAYBE_UNUSED static Loaded load_path(const TableDecl *table, Str path)
{
    return load_with(
        table, (LoadOptions){.bind_tables = &table->name, .bind_paths = &path, .bind_count = 1});
}

MAYBE_UNUSED static void loaded_free(Loaded *loaded)
{
    rowset_destroy(loaded->rowset);
    load_report_deinit(&loaded->report);
    dict_destroy(loaded->dict);
    cause_table_destroy(loaded->causes);
    error_deinit(&loaded->error);
}

// One row: its cells in <>, gaps as reason and skeleton; '!' in front of a shadow.
MAYBE_UNUSED static void describe_row(StrBuf *out, const Loaded *loaded, int64_t row)
{
    const Rowset *rowset = loaded->rowset;
    if (rowset_quarantined(rowset, row)) {
        assert_int_equal(rowset_class(rowset, row), CLASS_SHADOW);
        strbuf_add_c(out, "!");
    }
    for (uint32_t i = 0; i < rowset->column_count; i++) {
        const Column *column = &rowset->columns[i];
        if (column->count == 0)
            continue;
        Value value = column_get(column, row);
        strbuf_add_c(out, "<");
        if (value.state == VALUE_KNOWN)
            value_text(out, loaded->dict, &value, false);
        else
            strbuf_add(out, reason_name(cause_get(loaded->causes, value.cause).reason));
        if (value.skeleton != 0) {
            Str skeleton = dict_str(loaded->dict, value.skeleton);
            strbuf_add_c(out, " ");
            for (size_t k = 0; k < skeleton.len; k++)
                strbuf_add_char(out, skeleton.ptr[k] == SKELETON_UNKNOWN ? '_' : skeleton.ptr[k]);
        }
        strbuf_add_c(out, ">");
    }
    strbuf_add_c(out, "\n");
}

MAYBE_UNUSED static void describe(StrBuf *out, const Loaded *loaded)
{
    assert_int_equal(loaded->status, STATUS_OK);
    for (int64_t row = 0; row < loaded->rowset->row_count; row++)
        describe_row(out, loaded, row);
    for (size_t i = 0; i < loaded->report.quarantined.count; i++) {
        const Quarantined *entry = &loaded->report.quarantined.items[i];
        strbuf_printf(out, "%u:%lld line %lld " STR_FMT " " STR_FMT " " STR_FMT "\n", entry->file,
                      (long long)entry->record, (long long)entry->line, STR_ARG(entry->column),
                      STR_ARG(reason_name(entry->reason)), STR_ARG(entry->shown));
    }
}

MAYBE_UNUSED static void expect_load(const TableDecl *table, Str path, const char *expected)
{
    StrBuf out = {0};
    Loaded loaded = load_path(table, path);
    if (loaded.status != STATUS_OK)
        fail_msg("%s", strbuf_cstr(&loaded.error.en));
    describe(&out, &loaded);
    assert_string_equal(strbuf_cstr(&out), expected);
    assert_int_equal(loaded.report.records,
                     loaded.report.accepted + loaded.report.quarantined_count);
    loaded_free(&loaded);
    strbuf_deinit(&out);
}

// Loading must fail with this status and a text in each language that holds these words.
MAYBE_UNUSED static void expect_failure(const TableDecl *table, LoadOptions options, Status status,
                                        const char *zh, const char *en)
{
    Loaded loaded = load_with(table, options);
    assert_int_equal(loaded.status, status);
    assert_null(loaded.rowset);
    if (str_find(strbuf_str(&loaded.error.zh), str_from_cstr(zh), 0) == STR_NONE)
        fail_msg("zh: %s", strbuf_cstr(&loaded.error.zh));
    if (str_find(strbuf_str(&loaded.error.en), str_from_cstr(en), 0) == STR_NONE)
        fail_msg("en: %s", strbuf_cstr(&loaded.error.en));
    loaded_free(&loaded);
}

MAYBE_UNUSED static LoadOptions bound(const TableDecl *table, Str *path)
{
    return (LoadOptions){.bind_tables = &table->name, .bind_paths = path, .bind_count = 1};
}

// ---- Tables -------------------------------------------------------------------------------------

static Str amount_also[] = {STR_INIT("金额（元）"), STR_INIT("涉案金额")};

#define SALES_COLUMNS                                                                              \
    {                                                                                              \
        {.name = STR_INIT("门店"), .type = {.kind = TYPE_TEXT}, .needed = true},                   \
            {.name = STR_INIT("身份证"),                                                           \
             .type = {.kind = TYPE_IDENTITY, .nominal = &person},                                  \
             .needed = true,                                                                       \
             .nullable = true},                                                                    \
            {.name = STR_INIT("销售日"),                                                           \
             .type = {.kind = TYPE_DATE},                                                          \
             .needed = true,                                                                       \
             .nullable = true},                                                                    \
        {                                                                                          \
            .name = STR_INIT("金额"), .also = amount_also, .also_count = 2,                        \
            .type = {.kind = TYPE_MONEY, .scale = 4}, .needed = true                               \
        }                                                                                          \
    }

static const ColumnDecl sales_columns[] = SALES_COLUMNS;
static const TableDecl sales = {
    .name = STR_INIT("药店销售"), .columns = sales_columns, .column_count = 4};

static const ColumnDecl pair_columns[] = {
    {.name = STR_INIT("a"), .type = {.kind = TYPE_TEXT}, .needed = true, .nullable = true},
    {.name = STR_INIT("b"), .type = {.kind = TYPE_INTEGER}, .needed = true, .nullable = true}};
static const TableDecl pairs = {.name = STR_INIT("T"), .columns = pair_columns, .column_count = 2};

MAYBE_UNUSED static StrBuf converted(const char *encoding, Str text)
{
    StrBuf out = {0};
    iconv_t converter = iconv_open(encoding, "UTF-8");
    assert_true(converter != (iconv_t)-1);
    strbuf_reserve(&out, text.len * 4 + 16);
    char *from = (char *)text.ptr, *to = out.ptr;
    size_t left = text.len, room = text.len * 4;
    assert_true(iconv(converter, &from, &left, &to, &room) != (size_t)-1);
    out.len = (size_t)(to - out.ptr);
    iconv_close(converter);
    return out;
}

#endif
