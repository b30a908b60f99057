// SPDX-License-Identifier: Apache-2.0
//
// test_load_files.c: where the files of a table are, and files of hostile or merely large size; rows given
// by a test.
#include "tests/unit/load.h"

#include "runtime/source/source.h"

// Under torture every growth moves its block, so sizes are smaller there.
#ifdef SUP_TORTURE
#define LARGE_ROWS 10000
#define LONG_BYTES (20 << 20)
#define OPEN_LINES 20000
#define WIDE_FIELDS 3000
#else
#define LARGE_ROWS 400000
#define LONG_BYTES (100 << 20)
#define OPEN_LINES 2000000
#define WIDE_FIELDS 100000
#endif

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
    for (int64_t i = 0; i < LARGE_ROWS; i++) {
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
    assert_true(text.len > (size_t)LARGE_ROWS * 13);
    Loaded loaded = load_path(&pairs, write_bytes(state, "large.csv", strbuf_str(&text)));
    assert_int_equal(loaded.status, STATUS_OK);
    assert_int_equal(loaded.report.records, LARGE_ROWS);
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
    strbuf_add_repeat(&text, 'y', LONG_BYTES);
    strbuf_add_c(&text, ",2\nz,3\n");
    Str path = write_bytes(state, "long.csv", strbuf_str(&text));
    expect_load(&pairs, path, "<x><1>\n!<missing><missing>\n<z><3>\n0:2 line 3  line too long \n");
    // A quote that never closes takes only its own line.
    strbuf_clear(&text);
    strbuf_add_c(&text, "a,b\n\"x,1\n");
    for (int i = 0; i < OPEN_LINES; i++)
        strbuf_add_c(&text, "yyyyyyyyyy,1\n");
    Loaded loaded = load_path(&pairs, write_bytes(state, "open.csv", strbuf_str(&text)));
    assert_int_equal(loaded.report.records, OPEN_LINES + 1);
    assert_int_equal(loaded.report.quarantined_count, 1);
    assert_int_equal(loaded.report.quarantined.items[0].reason, REASON_BAD_QUOTE);
    loaded_free(&loaded);
    strbuf_deinit(&text);
}

static void test_many_columns(void **state)
{
    StrBuf text = {0};
    for (int i = 0; i < WIDE_FIELDS; i++)
        strbuf_printf(&text, "c%d,", i);
    strbuf_add_c(&text, "a,b\n");
    for (int row = 0; row < 3; row++) {
        strbuf_add_repeat(&text, ',', WIDE_FIELDS);
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
        cmocka_unit_test(test_several_files), cmocka_unit_test(test_where_files_are),
        cmocka_unit_test(test_large_file),    cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_many_columns),  cmocka_unit_test(test_limits),
        cmocka_unit_test(test_given),
    };
    return cmocka_run_group_tests(tests, folder_create, folder_destroy);
}
