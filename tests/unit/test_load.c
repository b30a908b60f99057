// SPDX-License-Identifier: Apache-2.0
//
// test_load.c: files become rowsets. Each test writes small files, loads them, and compares a description
// of everything that came out: rows with their classes, files, rejected records, warnings.
#include "tests/unit/unit.h"

#include <iconv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/digest.h"
#include "runtime/base/wide.h"
#include "runtime/source/source.h"

// ---- Files --------------------------------------------------------------------------------------

typedef struct Folder {
    char path[256];
} Folder;

static Folder *folder_of(void **state)
{
    return *state;
}

static int folder_create(void **state)
{
    Folder *folder = base_alloc_zeroed(1, sizeof *folder);
    const char *root = getenv("TMPDIR");
    snprintf(folder->path, sizeof folder->path, "%s/sup-load-XXXXXX",
             root != NULL ? root : P_tmpdir);
    assert_non_null(mkdtemp(folder->path));
    *state = folder;
    return 0;
}

static int folder_destroy(void **state)
{
    char command[320];
    snprintf(command, sizeof command, "rm -rf '%s'", folder_of(state)->path);
    int result = system(command);
    free(*state);
    return result;
}

static Str path_in(void **state, const char *name)
{
    static char paths[4][512]; // a few at a time
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder_of(state)->path, name);
    return str_from_cstr(path);
}

static Str write_bytes(void **state, const char *name, Str bytes)
{
    Str path = path_in(state, name);
    FILE *file = fopen(path.ptr, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
    return path;
}

static Str write_text(void **state, const char *name, const char *text)
{
    return write_bytes(state, name, str_from_cstr(text));
}

// ---- Loading ------------------------------------------------------------------------------------

// A person id for these tests: 4 characters; '*' is masked, a '?' in it damaged, "-" missing, blanks repaired.
static IdentityState normalise(Str cell, StrBuf *out)
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

static Loaded load_with(const TableDecl *table, LoadOptions options)
{
    Loaded loaded = {.dict = dict_create(), .causes = cause_table_create()};
    error_init(&loaded.error);
    options.identity = identity;
    loaded.status = load_table(table, &options, loaded.dict, loaded.causes, &loaded.rowset,
                               &loaded.report, &loaded.error);
    return loaded;
}

static Loaded load_path(const TableDecl *table, Str path)
{
    return load_with(
        table, (LoadOptions){.bind_tables = &table->name, .bind_paths = &path, .bind_count = 1});
}

static void loaded_free(Loaded *loaded)
{
    rowset_destroy(loaded->rowset);
    load_report_deinit(&loaded->report);
    dict_destroy(loaded->dict);
    cause_table_destroy(loaded->causes);
    error_deinit(&loaded->error);
}

// One row: its cells in <>, gaps as reason and skeleton; '!' in front of a shadow.
static void describe_row(StrBuf *out, const Loaded *loaded, int64_t row)
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

static void describe(StrBuf *out, const Loaded *loaded)
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

static void expect_load(const TableDecl *table, Str path, const char *expected)
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
static void expect_failure(const TableDecl *table, LoadOptions options, Status status,
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

static LoadOptions bound(const TableDecl *table, Str *path)
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

// ---- Rows ---------------------------------------------------------------------------------------

static void test_rows(void **state)
{
    Str path = write_text(state, "rows.csv",
                          "门店,身份证,销售日,金额,备注\n"
                          "甲店,1234,2023-01-05,30.5,x\n"
                          "\"乙,店\",12*4,2023/1/6,\"1,200.00\",\n"
                          "丙店,1?34,至今,1.2万元,x\n"
                          "丁店, 1234 ,,30元,x\n"
                          "戊店,12345,2023年2月30日,30,x\n"
                          ",-,2023-01-05,30,x\n"
                          "己店,1234,2023-01-05,3.00001,x\n"
                          "庚店,1234\n"
                          "辛店,1234,2023-01-05,1,x,y\n"
                          "壬店,1234,2023-01-05,1,x,,\n"
                          "\"癸\"店,1234,2023-01-05,1,x\n");
    expect_load(&sales, path,
                "<甲店><1234><2023-01-05><30.5>\n"
                "<乙,店><masked 12_4><2023-01-06><1200>\n"
                "<丙店><damaged 1_34><missing><12000>\n"
                "<丁店><1234><missing><30>\n"
                "!<戊店><damaged><missing><30>\n"
                "!<missing><missing><2023-01-05><30>\n"
                "!<己店><1234><2023-01-05><missing>\n"
                "!<missing><missing><missing><missing>\n"
                "!<missing><missing><missing><missing>\n"
                "<壬店><1234><2023-01-05><1>\n"
                "!<missing><missing><missing><missing>\n"
                "0:5 line 6 销售日 cell does not parse 20…(10)\n"
                "0:6 line 7 门店 missing value in a required column \n"
                "0:7 line 8 金额 cell value out of range 3.…(7)\n"
                "0:8 line 9  too few cells \n"
                "0:9 line 10  too many cells \n"
                "0:11 line 12  bad quote \n");
}

static void test_report(void **state)
{
    static const char text[] =
        "门店,身份证,销售日,金额\n甲,1234,2023-01-05,1\n乙, 1*34,x,2\n丙,12,,\n";
    Str path = write_text(state, "report.csv", text);
    Loaded loaded = load_path(&sales, path);
    assert_int_equal(loaded.status, STATUS_OK);
    const LoadedFile *file = &loaded.report.files.items[0];
    uint8_t digest[DIGEST_SIZE];
    StrBuf hex = {0};
    digest_sha256(STR("门店,身份证,销售日,金额\n甲,1234,2023-01-05,1\n乙, 1*34,x,2\n丙,12,,\n"),
                  digest);
    digest_hex(&hex, digest, sizeof digest);
    assert_string_equal(file->sha256, strbuf_cstr(&hex));
    assert_int_equal(file->bytes, sizeof text - 1);
    assert_int_equal(file->records, 3);
    assert_int_equal(file->accepted, 1);
    assert_int_equal(file->quarantined, 2);
    assert_int_equal(file->separator, ',');
    assert_true(file->encoding_detected);
    expect_str(file->encoding, "UTF-8");
    const ColumnReport *columns = loaded.report.columns.items;
    assert_int_equal(loaded.report.columns.count, 4);
    assert_int_equal(columns[0].valid, 3);
    assert_int_equal(columns[1].valid, 1);
    assert_int_equal(columns[1].masked, 1);
    assert_int_equal(columns[1].damaged, 1);
    assert_int_equal(columns[2].unparsed, 1);
    assert_int_equal(columns[2].missing, 1);
    assert_int_equal(columns[3].missing, 1);
    assert_int_equal(loaded.rowset->quarantined_count, 2);
    assert_int_equal(loaded.rowset->total_count, 3);
    expect_str(loaded.rowset->file_names[0], "report.csv");
    assert_null(loaded.rowset->files);
    const Column *amount = &loaded.rowset->columns[3];
    assert_true(amount->has_range);
    assert_true(amount->min == 10000 && amount->max == 20000);
    assert_int_equal(amount->missing_count, 1);
    strbuf_deinit(&hex);
    loaded_free(&loaded);
}

// What a text loads to, with its digest left out.
static void describe_text(void **state, StrBuf *out, Str text)
{
    Loaded loaded = load_path(&sales, write_bytes(state, "matters.csv", text));
    strbuf_clear(out);
    describe(out, &loaded);
    loaded_free(&loaded);
}

static const char *const matters[] = {"甲,1234,2023-01-05,1\n",
                                      "乙,12*4,2023-01-06,2\n",
                                      "丙,1?34,,3\n",
                                      "丁,1234,x,4\n",
                                      "戊,1234\n",
                                      ",1234,2023-01-05,5\n"};

// The rows of `matters` with row `hit` left out (times 0) or written twice (times 2).
static void matters_text(StrBuf *text, size_t hit, int times)
{
    strbuf_clear(text);
    strbuf_add_c(text, "门店,身份证,销售日,金额\n");
    for (size_t i = 0; i < ARRAY_LEN(matters); i++) {
        for (int k = 0; k < (i == hit ? times : 1); k++)
            strbuf_add_c(text, matters[i]);
    }
}

// A row left out, written twice, or changed in any byte changes a value, a count or a rejection.
static void test_every_row_matters(void **state)
{
    StrBuf base = {0}, changed = {0}, text = {0};
    matters_text(&text, SIZE_MAX, 1);
    describe_text(state, &base, strbuf_str(&text));
    for (size_t hit = 0; hit < ARRAY_LEN(matters); hit++) {
        for (int times = 0; times <= 2; times += 2) {
            matters_text(&text, hit, times);
            describe_text(state, &changed, strbuf_str(&text));
            assert_string_not_equal(strbuf_cstr(&base), strbuf_cstr(&changed));
        }
    }
    matters_text(&text, SIZE_MAX, 1);
    size_t start = str_find(strbuf_str(&text), STR("甲"), 0);
    for (size_t at = start; at < start + strlen(matters[0]) + strlen(matters[1]); at++) {
        text.ptr[at] ^= 1;
        describe_text(state, &changed, strbuf_str(&text));
        assert_string_not_equal(strbuf_cstr(&base), strbuf_cstr(&changed));
        text.ptr[at] ^= 1;
    }
    strbuf_deinit(&base);
    strbuf_deinit(&changed);
    strbuf_deinit(&text);
}

// ---- Headers ------------------------------------------------------------------------------------

static void test_header_spellings(void **state)
{
    static const char *const headers[] = {"门店,身份证,销售日,金额",
                                          "金额（元）,门店,身份证,销售日",
                                          " 门 店 ,身份证,销售日,金额(元)",
                                          "\"门店\",身份证,\"销售\n日\",涉案金额",
                                          "\xEF\xBB\xBF门店,身份证,销售日,金额",
                                          "\n\n门店,身份证,销售日,金额"};
    for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
        char text[256];
        const char *row = i == 1 ? "7,甲,1234,2023-01-05" : "甲,1234,2023-01-05,7";
        snprintf(text, sizeof text, "%s\r\n%s\r\n", headers[i], row);
        expect_load(&sales, write_text(state, "header.csv", text), "<甲><1234><2023-01-05><7>\n");
    }
    // Cells without a name at the end of the header line may be left out.
    expect_load(&pairs,
                write_text(state, "padded.csv", "a,b,,\nx,1\ny,2,\nz,3,,\nu,4,,,\nv,5,,n\nw\n"),
                "<x><1>\n<y><2>\n<z><3>\n<u><4>\n<v><5>\n!<missing><missing>\n"
                "0:6 line 7  too few cells \n");
    // The column's own name goes before another spelling.
    expect_load(&sales,
                write_text(state, "both.csv", "涉案金额,门店,身份证,销售日,金额\n1,甲,1234,,2\n"),
                "<甲><1234><missing><2>\n");
}

static void test_header_line(void **state)
{
    SourceDecl source = {.format = STR("csv"), .header_line = 3};
    TableDecl table = sales;
    table.sources = &source;
    table.source_count = 1;
    source.path = write_text(state, "titled.csv",
                             "\"药店销售明细\n\n门店,身份证,销售日,金额\n甲,1234,,7\n乙,1,2\n");
    Loaded loaded = load_with(&table, (LoadOptions){0});
    StrBuf out = {0};
    describe(&out, &loaded);
    assert_string_equal(strbuf_cstr(&out), "<甲><1234><missing><7>\n"
                                           "!<missing><missing><missing><missing>\n"
                                           "0:2 line 5  too few cells \n");
    loaded_free(&loaded);
    source.header_line = 30;
    expect_failure(&table, (LoadOptions){0}, STATUS_DATA, "没有第 30 行", "has no line 30");
    strbuf_deinit(&out);
}

static void test_header_faults(void **state)
{
    Str path = write_text(state, "near.csv", "门店,身份证,销售日,金额（万元）\n");
    expect_failure(&sales, bound(&sales, &path), STATUS_DATA, "最接近的是“金额（万元）”",
                   "nearest is “金额（万元）”");
    path = write_text(state, "far.csv", "甲,乙,丙\n");
    expect_failure(&sales, bound(&sales, &path), STATUS_DATA, "该行是：甲、乙、丙",
                   "the line reads: 甲、乙、丙");
    path = write_text(state, "double.csv", "门店,身份证,销售日,金额,金 额\n");
    expect_failure(&sales, bound(&sales, &path), STATUS_DATA, "有两列“金额”", "two columns “金额”");
    path = write_text(state, "empty.csv", "");
    expect_failure(&sales, bound(&sales, &path), STATUS_DATA, "是空的", "is empty");
    path = write_text(state, "blank.csv", "\n \n");
    expect_failure(&sales, bound(&sales, &path), STATUS_DATA, "没有表头行", "has no header line");
    path = write_text(state, "quote.csv", "\"门店,身份证\n");
    expect_failure(&sales, bound(&sales, &path), STATUS_DATA, "读不出来", "cannot be read");
    path = write_text(state, "only.csv", "门店,身份证,销售日,金额\n");
    Loaded loaded = load_path(&sales, path);
    assert_int_equal(loaded.status, STATUS_OK);
    assert_int_equal(loaded.report.records, 0);
    assert_int_equal(loaded.report.warnings.count, 1);
    loaded_free(&loaded);
}

static void test_separators(void **state)
{
    static const char separators[] = {',', '\t', '|', ';'};
    for (size_t i = 0; i < sizeof separators; i++) {
        char text[200];
        char c = separators[i];
        snprintf(text, sizeof text, "门店%c身份证%c销售日%c金额\n甲%c1234%c%c\"1,000\"\n", c, c, c,
                 c, c, c);
        Str path = write_text(state, "separated.txt", text);
        expect_load(&sales, path, "<甲><1234><missing><1000>\n");
    }
    // A title full of commas in a file parted by bars.
    expect_load(
        &sales,
        write_text(state, "bars.txt", "门店|身份证|销售日|金额|备注,一,二,三,四,五\n甲|1234||7|\n"),
        "<甲><1234><missing><7>\n");
    SourceDecl source = {.format = STR("csv"), .separator = STR("tab")};
    TableDecl table = pairs;
    table.sources = &source;
    table.source_count = 1;
    Str path = write_text(state, "tabs.txt", "a\tb\nx,y\t1\n");
    source.path = path;
    Loaded loaded = load_with(&table, (LoadOptions){0});
    StrBuf out = {0};
    describe(&out, &loaded);
    assert_string_equal(strbuf_cstr(&out), "<x,y><1>\n");
    loaded_free(&loaded);
    source.separator = STR("::");
    expect_failure(&table, (LoadOptions){0}, STATUS_USAGE, "分隔符“::”不可用", "cannot be used");
    strbuf_deinit(&out);
}

// ---- Encodings ----------------------------------------------------------------------------------

static StrBuf converted(const char *encoding, Str text)
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

static void test_encodings(void **state)
{
    static const char text[] = "门店,身份证,销售日,金额\n𠮷野家㎡,1234,2023年1月5日,￥7\n";
    static const char *const names[] = {"UTF-8", "GB18030", "UTF-16LE", "UTF-16BE", "UTF-16"};
    static const char *const reported[] = {"UTF-8", "GB18030", "UTF-16LE", "UTF-16BE", "UTF-16LE"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        StrBuf bytes = converted(names[i], str_from_cstr(text));
        Str path = write_bytes(state, "encoded.csv", strbuf_str(&bytes));
        expect_load(&sales, path, "<𠮷野家㎡><1234><2023-01-05><7>\n");
        Loaded loaded = load_path(&sales, path);
        expect_str(loaded.report.files.items[0].encoding, reported[i]);
        loaded_free(&loaded);
        strbuf_deinit(&bytes);
    }
}

static void test_declared_encoding(void **state)
{
    SourceDecl source = {.format = STR("csv"), .encoding = STR("gbk")};
    TableDecl table = sales;
    table.sources = &source;
    table.source_count = 1;
    StrBuf bytes = converted("GB18030", STR("门店,身份证,销售日,金额\n联通,1234,,7\n"));
    source.path = write_bytes(state, "declared.csv", strbuf_str(&bytes));
    Loaded loaded = load_with(&table, (LoadOptions){0});
    assert_int_equal(loaded.status, STATUS_OK);
    assert_false(loaded.report.files.items[0].encoding_detected);
    loaded_free(&loaded);
    source.encoding = STR("utf-8");
    expect_failure(&table, (LoadOptions){0}, STATUS_DATA, "不是所声明的 UTF-8 编码，看来是 GB18030",
                   "it looks like GB18030");
    source.encoding = STR("latin1");
    expect_failure(&table, (LoadOptions){0}, STATUS_USAGE, "不认识字符编码 latin1",
                   "unknown encoding latin1");
    source.encoding = STR("gb18030");
    source.path =
        write_text(state, "other.csv", "门店,身份证,销售日,金额\n成都市锦江区药店,1234,,7\n");
    expect_failure(&table, (LoadOptions){0}, STATUS_DATA, "看来是 UTF-8", "it looks like UTF-8");
    // A mark at the front settles it.
    source.path = write_text(state, "marked.csv",
                             "\xEF\xBB\xBF门店,身份证,销售日,金额\n成都市锦江区药店,1234,,7\n");
    loaded = load_with(&table, (LoadOptions){0});
    assert_int_equal(loaded.status, STATUS_OK);
    assert_int_equal(loaded.report.warnings.count, 1);
    loaded_free(&loaded);
    strbuf_deinit(&bytes);
}

// The first character that is not ASCII may stand anywhere.
static void test_late_chinese(void **state)
{
    StrBuf text = {0};
    strbuf_add_c(&text, "a,b\n");
    for (int i = 0; i < 150000; i++)
        strbuf_printf(&text, "x%d,%d\n", i % 7, i);
    strbuf_add_c(&text, "张三李四,1\n");
    StrBuf gb = converted("GB18030", strbuf_str(&text));
    Loaded loaded = load_path(&pairs, write_bytes(state, "late.csv", strbuf_str(&gb)));
    assert_int_equal(loaded.status, STATUS_OK);
    assert_int_equal(loaded.report.accepted, 150001);
    expect_str(loaded.report.files.items[0].encoding, "GB18030");
    assert_int_not_equal(dict_find(loaded.dict, STR("张三李四")), UINT32_MAX);
    loaded_free(&loaded);
    strbuf_deinit(&gb);
    strbuf_deinit(&text);
}

static void test_bad_bytes(void **state)
{
    static const char text[] =
        "a,b,张三李四\n\xE5\xBC\xA0,1,\nx\xFF,2,\n\xE5\xBC,3,\ny,4,\xFF\nz\0z,5,\n";
    Str path = write_bytes(state, "bad.csv", (Str){text, sizeof text - 1});
    expect_load(&pairs, path,
                "<张><1>\n!<missing><2>\n!<missing><3>\n<y><4>\n!<missing><missing>\n"
                "0:2 line 3 a bad encoding x…(2)\n"
                "0:3 line 4 a bad encoding …(1)\n"
                "0:5 line 6  NUL byte \n");
}

// ---- Files --------------------------------------------------------------------------------------

static void test_several_files(void **state)
{
    SourceDecl source = {.format = STR("csv"), .path = STR("part/b*.csv")};
    TableDecl table = pairs;
    table.sources = &source;
    table.source_count = 1;
    source.folder = str_from_cstr(folder_of(state)->path);
    assert_int_equal(mkdir(path_in(state, "part").ptr, 0700), 0);
    write_text(state, "part/b10.csv", "a,b\nten,1\nten,x\n");
    write_text(state, "part/b2.csv", "b;a\n2;two\n");
    write_text(state, "part/b1.csv", "b,a\n3,one\n");
    write_text(state, "part/c.csv", "a,b\nno,1\n");
    Loaded loaded = load_with(&table, (LoadOptions){0});
    StrBuf out = {0};
    describe(&out, &loaded);
    assert_string_equal(strbuf_cstr(&out), "<one><3>\n<ten><1>\n!<ten><missing>\n<two><2>\n"
                                           "1:2 line 3 b cell does not parse …(1)\n");
    static const uint32_t files[] = {0, 1, 1, 2};
    static const int64_t records[] = {1, 1, 2, 1};
    assert_memory_equal(loaded.rowset->files, files, sizeof files);
    assert_memory_equal(loaded.rowset->records, records, sizeof records);
    expect_str(loaded.rowset->file_names[1], "b10.csv");
    assert_int_equal(loaded.report.files.items[1].quarantined, 1);
    loaded_free(&loaded);
    source.path = STR("part/d*.csv");
    expect_failure(&table, (LoadOptions){0}, STATUS_IO, "没有与", "no file matches");
    strbuf_deinit(&out);
}

static void test_where_files_are(void **state)
{
    LoadOptions options = {.data_folder = str_from_cstr(folder_of(state)->path)};
    Loaded loaded;
    expect_failure(&pairs, (LoadOptions){0}, STATUS_IO, "找不到数据表 T 的文件",
                   "no file for table T");
    expect_failure(&pairs, options, STATUS_IO, "中没有 T.csv", "has no T.csv");
    write_text(state, "T.tsv", "a\tb\ntsv\t1\n");
    loaded = load_with(&pairs, options);
    assert_int_equal(loaded.report.records, 1);
    loaded_free(&loaded);
    write_text(state, "T.csv", "a,b\ncsv,1\n");
    expect_failure(&pairs, options, STATUS_DATA, "有两个文件", "has two files");
    Str path = write_text(state, "bound.csv", "a,b\nbound,1\nbound,2\n");
    options.bind_tables = &pairs.name;
    options.bind_paths = &path;
    options.bind_count = 1;
    loaded = load_with(&pairs, options);
    assert_int_equal(loaded.report.records, 2);
    loaded_free(&loaded);
    path = path_in(state, "nothing.csv");
    expect_failure(&pairs, options, STATUS_IO, "不存在", "there is no file");
    path = str_from_cstr(folder_of(state)->path);
    expect_failure(&pairs, options, STATUS_IO, "是文件夹", "is a folder");
    path = write_text(state, "locked.csv", "a,b\n");
    assert_int_equal(chmod(path.ptr, 0), 0);
    if (geteuid() != 0) // who may read everything proves nothing
        expect_failure(&pairs, options, STATUS_IO, "没有权限", "no permission");
    assert_int_equal(chmod(path.ptr, 0600), 0);
}

// ---- Sizes --------------------------------------------------------------------------------------

// A file large enough for a second thread, against counts made while it is written.
static void test_large_file(void **state)
{
    StrBuf text = {0};
    int64_t sum = 0, refused = 0, missing = 0;
    strbuf_add_c(&text, "b,注,a\r\n");
    for (int64_t i = 0; i < 400000; i++) {
        if (i % 1001 == 7) {
            strbuf_printf(&text, "%lld,x\r\n", (long long)i);
            refused++;
        } else if (i % 997 == 3) {
            strbuf_printf(&text, "x,\"y\r\nz\",k%lld\r\n", (long long)i % 50000);
            refused++;
        } else if (i % 10 == 0) {
            strbuf_printf(&text, ",,k%lld\r\n", (long long)i % 50000);
            missing++;
        } else {
            strbuf_printf(&text, "%lld,\"a,\"\"b\",k%lld\r\n", (long long)i, (long long)i % 50000);
            sum += i;
        }
    }
    assert_true(text.len > (5 << 20));
    Loaded loaded = load_path(&pairs, write_bytes(state, "large.csv", strbuf_str(&text)));
    assert_int_equal(loaded.status, STATUS_OK);
    assert_int_equal(loaded.report.records, 400000);
    assert_int_equal(loaded.report.quarantined_count, refused);
    assert_int_equal(loaded.report.columns.items[1].missing, missing);
    assert_int_equal(loaded.report.files.items[0].bytes, text.len);
    const Column *numbers = &loaded.rowset->columns[1];
    int64_t found = 0;
    for (int64_t row = 0; row < numbers->count; row++)
        found += column_is_known(numbers, row) ? column_get(numbers, row).i64 : 0;
    assert_int_equal(found, sum);
    for (size_t i = 0; i < loaded.report.quarantined.count; i++) {
        int64_t record = loaded.report.quarantined.items[i].record - 1;
        assert_true(record % 1001 == 7 || record % 997 == 3);
        assert_true(rowset_quarantined(loaded.rowset, loaded.report.quarantined.items[i].row));
    }
    loaded_free(&loaded);
    strbuf_deinit(&text);
}

static void test_long_line(void **state)
{
    StrBuf text = {0};
    strbuf_add_c(&text, "a,b\nx,1\n");
    strbuf_add_repeat(&text, 'y', 100 << 20);
    strbuf_add_c(&text, ",2\nz,3\n");
    Str path = write_bytes(state, "long.csv", strbuf_str(&text));
    expect_load(&pairs, path, "<x><1>\n!<missing><missing>\n<z><3>\n0:2 line 3  line too long \n");
    // A quote that never closes takes only its own line.
    strbuf_clear(&text);
    strbuf_add_c(&text, "a,b\n\"x,1\n");
    for (int i = 0; i < 2000000; i++)
        strbuf_add_c(&text, "yyyyyyyyyy,1\n");
    Loaded loaded = load_path(&pairs, write_bytes(state, "open.csv", strbuf_str(&text)));
    assert_int_equal(loaded.report.records, 2000001);
    assert_int_equal(loaded.report.quarantined_count, 1);
    assert_int_equal(loaded.report.quarantined.items[0].reason, REASON_BAD_QUOTE);
    loaded_free(&loaded);
    strbuf_deinit(&text);
}

static void test_many_columns(void **state)
{
    StrBuf text = {0};
    for (int i = 0; i < 100000; i++)
        strbuf_printf(&text, "c%d,", i);
    strbuf_add_c(&text, "a,b\n");
    for (int row = 0; row < 3; row++) {
        strbuf_add_repeat(&text, ',', 100000);
        strbuf_printf(&text, "x%d,%d\n", row, row);
    }
    Str path = write_bytes(state, "wide.csv", strbuf_str(&text));
    expect_load(&pairs, path, "<x0><0>\n<x1><1>\n<x2><2>\n");
    strbuf_deinit(&text);
}

static bool stop_at_once(void *closure, Str table, int64_t done, int64_t total, int64_t rows)
{
    (void)table;
    (void)rows;
    assert_true(done <= total);
    *(int *)closure += 1;
    return false;
}

static void test_limits(void **state)
{
    int calls = 0;
    Str path = write_text(state, "limits.csv", "a,b\nx,1\ny,2\nz,3\n");
    LoadOptions options = bound(&pairs, &path);
    options.limit_rows = 3;
    Loaded loaded = load_with(&pairs, options);
    assert_int_equal(loaded.status, STATUS_OK);
    loaded_free(&loaded);
    options.limit_rows = 2;
    expect_failure(&pairs, options, STATUS_LIMIT, "超过行数上限 2", "more than 2 rows");
    options.limit_rows = 0;
    options.limit_bytes = 10;
    expect_failure(&pairs, options, STATUS_LIMIT, "内存上限", "memory limit");
    options.limit_bytes = 0;
    options.progress = stop_at_once;
    options.progress_closure = &calls;
    expect_failure(&pairs, options, STATUS_CANCELLED, "被中断", "interrupted");
    assert_int_equal(calls, 1);
}

// ---- Columns that are not read ------------------------------------------------------------------

static void test_needed_columns(void **state)
{
    ColumnDecl columns[] = SALES_COLUMNS;
    TableDecl table = sales;
    table.columns = columns;
    columns[1].needed = columns[2].needed = columns[3].needed = false;
    // Columns that are not needed need not be there, and their cells are not judged.
    expect_load(&table, write_text(state, "needed.csv", "门店,销售日\n甲,x\n乙,y\n"),
                "<甲>\n<乙>\n");
    columns[0].needed = false;
    Loaded loaded = load_path(&table, write_text(state, "none.csv", "门店,销售日\n甲,x\n乙,y\n"));
    assert_int_equal(loaded.status, STATUS_OK);
    assert_int_equal(loaded.rowset->row_count, 2);
    loaded_free(&loaded);
}

// ---- Warnings -----------------------------------------------------------------------------------

static void expect_warning(void **state, const TableDecl *table, Str text, const char *zh,
                           int64_t count)
{
    Loaded loaded = load_path(table, write_bytes(state, "warn.csv", text));
    assert_int_equal(loaded.status, STATUS_OK);
    bool found = false;
    for (size_t i = 0; i < loaded.report.warnings.count; i++) {
        const LoadWarning *warning = &loaded.report.warnings.items[i];
        bool here = str_find(warning->zh, str_from_cstr(zh), 0) != STR_NONE;
        assert_true(warning->en.len > 0);
        if (here)
            assert_int_equal(warning->count, count);
        found |= here;
    }
    if (!found)
        fail_msg("no warning with %s", zh);
    loaded_free(&loaded);
}

static void test_warnings(void **state)
{
    expect_warning(state, &pairs, STR("a,b\nx,1"), "最后一行没有换行符", 1);
    expect_warning(state, &pairs, STR("a,b\nx,1\n\ny,2\n"), "个空行", 1);
    expect_warning(state, &pairs, STR("a,b\nx\xEF\xBF\xBD,1\n\xEF\xBF\xBD,1\n"), "U+FFFD", 2);
    expect_warning(state, &pairs, STR("a,b\n锟斤拷锟斤拷,1\n"), "锟斤拷", 2);
    expect_warning(state, &pairs,
                   STR("a,b\nx,1\n\xEF\xBB\xBF"
                       "a,b\n"),
                   "字节顺序标记在文件中间", 1);
    expect_warning(state, &pairs, STR("a,b\n123456789012345000,1\n123456789012345678,1\n"),
                   "第 15 位以后全为 0", 1);
    expect_warning(state, &pairs, STR("a,b\nx,1234567890123456\n"), "16 位以上的数字", 1);
    expect_warning(state, &pairs, STR("a,b\n1.10101E+17,1\n4E+17,1\n"), "科学计数法", 2);
    expect_warning(state, &pairs, STR("a,b\n320602,1\n320603,1\n10101,2\n"), "开头的 0", 1);
    expect_warning(state, &pairs, STR("a,b\n"), "只有表头", 0);
    StrBuf text = {0};
    strbuf_add_c(&text, "a,b\n");
    for (int i = 0; i < 65535; i++)
        strbuf_add_c(&text, "x,1\n");
    expect_warning(state, &pairs, strbuf_str(&text), "电子表格的行数上限", 65535);
    strbuf_deinit(&text);
}

static void test_no_false_warnings(void **state)
{
    Loaded loaded = load_path(&pairs, write_text(state, "fine.csv",
                                                 "a,b\n012345,1\n12345,2\n6217001234567890123,3\n"
                                                 "2E1,4\n（全角）,5\n"));
    assert_int_equal(loaded.status, STATUS_OK);
    assert_int_equal(loaded.report.warnings.count, 0);
    loaded_free(&loaded);
}

// ---- Rows given by a test -----------------------------------------------------------------------

static void test_given(void **state)
{
    (void)state;
    static const Unit litre = {STR_INIT("升"), STR_INIT("升"), 1, 1};
    static const Unit cubic = {STR_INIT("立方米"), STR_INIT("升"), 1000, 1};
    ColumnDecl columns[] = SALES_COLUMNS;
    columns[2].type = type_exact(TYPE_QUANTITY, 6);
    columns[2].type.unit = &litre;
    TableDecl table = sales;
    table.columns = columns;
    Type money = type_exact(TYPE_MONEY, 1), volume = type_exact(TYPE_QUANTITY, 1);
    volume.unit = &cubic;
    const uint32_t given_columns[] = {3, 1, 2};
    const Const cells[] = {
        {.type = money, .value = {.i128 = 305}},
        {.type = columns[1].type, .text = STR("店甲")},
        {.type = volume, .value = {.i128 = 15}},
        {.type = money, .value = {.state = VALUE_GAP}},
        {.type = columns[1].type, .value = {.state = VALUE_GAP}},
        {.type = type_of(TYPE_INTEGER), .value = {.i64 = 2}},
    };
    GivenTable given = {
        .columns = given_columns, .column_count = 3, .cells = cells, .row_count = 2};
    Loaded loaded = {.dict = dict_create(), .causes = cause_table_create()};
    error_init(&loaded.error);
    StrBuf out = {0};
    assert_int_equal(
        load_given(&table, &given, loaded.dict, loaded.causes, &loaded.rowset, &loaded.error),
        STATUS_OK);
    for (int64_t row = 0; row < 2; row++)
        describe_row(&out, &loaded, row);
    assert_string_equal(strbuf_cstr(&out),
                        "<missing><店甲><1500><30.5>\n<missing><missing><2><missing>\n");
    Cause cause = cause_get(loaded.causes, column_get(&loaded.rowset->columns[3], 1).cause);
    expect_str(cause.source, "药店销售.金额");
    strbuf_deinit(&out);
    loaded_free(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_report),
        cmocka_unit_test(test_every_row_matters),
        cmocka_unit_test(test_header_spellings),
        cmocka_unit_test(test_header_line),
        cmocka_unit_test(test_header_faults),
        cmocka_unit_test(test_separators),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_declared_encoding),
        cmocka_unit_test(test_late_chinese),
        cmocka_unit_test(test_bad_bytes),
        cmocka_unit_test(test_several_files),
        cmocka_unit_test(test_where_files_are),
        cmocka_unit_test(test_large_file),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_many_columns),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_needed_columns),
        cmocka_unit_test(test_warnings),
        cmocka_unit_test(test_no_false_warnings),
        cmocka_unit_test(test_given),
    };
    return cmocka_run_group_tests(tests, folder_create, folder_destroy);
}
