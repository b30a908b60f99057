// SPDX-License-Identifier: Apache-2.0
//
// test_load.c: files become rowsets: rows and their faults, headers, encodings, warnings. Each test writes
// small files, loads them, and compares a description of what came out.
#include "tests/unit/load.h"

#include "runtime/base/digest.h"
#include "runtime/source/source.h"

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
                   "the line reads: 甲, 乙, 丙");
    path = write_text(state, "double.csv", "门店,身份证,销售日,金额,金 额\n");
    expect_failure(&sales, bound(&sales, &path), STATUS_DATA, "有两列“金额”", "two columns “金额”");
    path = write_text(state, "empty.csv", "");
    expect_failure(&sales, bound(&sales, &path), STATUS_DATA, "是空的", "is empty");
    path = write_text(state, "blank.csv", "\n \n");
    expect_failure(&sales, bound(&sales, &path), STATUS_DATA, "只有空行", "blank lines only");
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

// Texts come back as they were, whatever their length, neighbours and number.
static void test_texts_and_identities(void **state)
{
    StrBuf text = {0};
    strbuf_add_c(&text, "门店,身份证,销售日,金额\n");
    for (int i = 0; i < 5000; i++) {
        strbuf_printf(&text, "店%d", i % 777);
        strbuf_add_repeat(&text, 'x', (size_t)(i % 97 == 0 ? 3000 : i % 40));
        strbuf_printf(&text, ",%s%04d,,%d\n", i % 3 == 0 ? " " : "", i, i);
    }
    Loaded loaded = load_path(&sales, write_bytes(state, "texts.csv", strbuf_str(&text)));
    assert_int_equal(loaded.status, STATUS_OK);
    assert_int_equal(loaded.report.accepted, 5000);
    assert_int_equal(loaded.report.columns.items[1].repaired, 1667);
    for (int i = 0; i < 5000; i++) {
        StrBuf expected = {0};
        strbuf_printf(&expected, "店%d", i % 777);
        strbuf_add_repeat(&expected, 'x', (size_t)(i % 97 == 0 ? 3000 : i % 40));
        expect_str(dict_str(loaded.dict, column_get(&loaded.rowset->columns[0], i).code),
                   strbuf_cstr(&expected));
        strbuf_clear(&expected);
        strbuf_printf(&expected, "%04d", i);
        expect_str(dict_str(loaded.dict, column_get(&loaded.rowset->columns[1], i).code),
                   strbuf_cstr(&expected));
        strbuf_deinit(&expected);
    }
    loaded_free(&loaded);
    strbuf_deinit(&text);
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

/* One number of 16 digits in ten ends in 0: as many as chance brings are no sign of a spreadsheet. */
static void test_rounded_by_chance(void **state)
{
    StrBuf text = {0};
    strbuf_add_c(&text, "a,b\n");
    for (int i = 0; i < 20; i++)
        strbuf_printf(&text, "62170012345678%02d,1\n", i + 1);
    Loaded loaded = load_path(&pairs, write_text(state, "cards.csv", strbuf_cstr(&text)));
    assert_int_equal(loaded.status, STATUS_OK);
    assert_int_equal(loaded.report.warnings.count, 0);
    loaded_free(&loaded);
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
        cmocka_unit_test(test_texts_and_identities),
        cmocka_unit_test(test_needed_columns),
        cmocka_unit_test(test_warnings),
        cmocka_unit_test(test_rounded_by_chance),
        cmocka_unit_test(test_no_false_warnings),
    };
    return cmocka_run_group_tests(tests, folder_create, folder_destroy);
}
