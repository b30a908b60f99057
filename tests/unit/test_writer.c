// SPDX-License-Identifier: Apache-2.0
//
// test_writer.c: outputs and formats of results.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/writer/writer.h"

// ---------------------------------------------------------------- results to write

static const KeyPart KEY[] = {
    {.name = STR_INIT("门店"),
     .value = {.state = VALUE_KNOWN},
     .text = STR_INIT("店\"甲\""),
     .display = STR_INIT("店\"甲\"")},
    {.name = STR_INIT("日"), .value = {.state = VALUE_GAP}},
};
static const FieldValue FIELDS[] = {
    {.name = STR_INIT("涉案金额"),
     .text = STR_INIT("12345"),
     .display = STR_INIT("12345元"),
     .known = true},
    {.name = STR_INIT("说明"),
     .known = false,
     .text = STR_INIT("（缺失）"),
     .display = STR_INIT("（缺失）")},
};
static const EntryScore SCORES[] = {{.points = 40, .label = STR_INIT("达到一万元")},
                                    {.points = 30, .label = STR_INIT("达到十笔"), .open = true}};
static const EntryLaw LAWS[] = {{.law = STR_INIT("药品管理法"),
                                 .version = STR_INIT("2019修订"),
                                 .article = STR_INIT("第八十三条"),
                                 .effective = STR_INIT("2019-12-01..")}};
static const EntryCause CAUSES[] = {
    {.place = 2, .reason = REASON_MISSING, .source = STR_INIT("药店销售.文号"), .rows = 3},
    {.place = 4, .reason = REASON_DOUBT, .source = STR_INIT("读数回走"), .rows = 1}};
static const Str CAVEATS[] = {STR_INIT("3 / 41000 请假登记")};
static const EvidenceRow EVIDENCE[] = {
    {.variable = STR_INIT("s"),
     .table = STR_INIT("药店销售"),
     .file = STR_INIT("药店销售.csv"),
     .row = 12},
    {.variable = STR_INIT("s"),
     .table = STR_INIT("药店销售"),
     .file = STR_INIT("药店销售.csv"),
     .row = 15},
    {.variable = STR_INIT("m"), .table = STR_INIT("站月"), .row = 1},
};
static const Entry ENTRIES[] = {
    {.list = LIST_CLUE,
     .id = "0123456789abcdef0123",
     .key = KEY,
     .key_count = 1,
     .title = STR_INIT("标题，\n两行"),
     .severity = SEVERITY_HIGH,
     .score = 40,
     .scores = SCORES,
     .score_count = 2,
     .fields = FIELDS,
     .field_count = 2,
     .laws = LAWS,
     .law_count = 1,
     .caveats = CAVEATS,
     .caveat_count = 1,
     .certain_rows = 3,
     .evidence = EVIDENCE,
     .evidence_count = 3,
     .evidence_total = 3},
    {.list = LIST_UNDECIDED,
     .key = KEY,
     .key_count = 2,
     .causes = CAUSES,
     .cause_count = 2,
     .undecided_rows = 4},
};
static const RuleResult RULE = {.rule = STR_INIT("规则一"),
                                .title = STR_INIT("题"),
                                .entries = ENTRIES,
                                .entry_count = 2,
                                .clue_count = 1,
                                .undecided_count = 1};

static const Str NAMES[] = {STR_INIT("门店"), STR_INIT("笔数")};
static const FieldValue CELLS[] = {
    {.name = STR_INIT("门店"),
     .text = STR_INIT("甲,乙"),
     .display = STR_INIT("甲,乙"),
     .known = true},
    {.name = STR_INIT("笔数"),
     .text = STR_INIT("1200"),
     .display = STR_INIT("1200"),
     .known = true},
    {.name = STR_INIT("门店"), .text = STR_INIT("abc"), .display = STR_INIT("abc"), .known = true},
    {.name = STR_INIT("笔数"), .known = false, .display = STR_INIT("（缺失）")},
};

static char *written(const char *format, bool query, ListMask lists)
{
    int ends[2];
    static char text[8192];
    Error error = {0};
    assert_int_equal(pipe(ends), 0);
    Output *output = output_of_descriptor(ends[1]);
    Writer writer = {.driver = writer_find(str_from_cstr(format)),
                     .output = output,
                     .error = &error,
                     .lang = LANG_ZH};
    Type types[] = {type_of(TYPE_TEXT), type_of(TYPE_INTEGER)};
    QueryResult rows = {.query = STR("各店"),
                        .names = NAMES,
                        .types = types,
                        .column_count = 2,
                        .cells = CELLS,
                        .row_count = 2};
    assert_non_null(writer.driver);
    assert_int_equal(writer.driver->begin(&writer), STATUS_OK);
    if (query)
        assert_int_equal(writer.driver->query(&writer, &rows), STATUS_OK);
    else
        assert_int_equal(writer.driver->rule(&writer, &RULE, lists), STATUS_OK);
    assert_int_equal(writer.driver->end(&writer), STATUS_OK);
    assert_int_equal(output_commit(output, &error), STATUS_OK);
    close(ends[1]);
    ssize_t got = read(ends[0], text, sizeof text - 1);
    close(ends[0]);
    assert_true(got >= 0);
    text[got] = '\0';
    return text;
}

// ---------------------------------------------------------------- formats

static void jsonl_has_fixed_keys(void **state)
{
    (void)state;
    assert_string_equal(
        written("jsonl", false, LIST_BIT(LIST_CLUE)),
        "{\"rule\":\"规则一\",\"list\":\"clue\",\"id\":\"0123456789abcdef0123\",\"key\":{\"门店\":"
        "\"店\\\"甲\\\"\"},"
        "\"title\":\"标题，\\n两行\",\"severity\":\"高\",\"score\":40,\"scores\":[{\"points\":40,"
        "\"label\":\"达到一万元\",\"open\":false},"
        "{\"points\":30,\"label\":\"达到十笔\",\"open\":true}],\"fields\":{\"涉案金额\":\"12345\","
        "\"说明\":\"（缺失）\"},"
        "\"laws\":[{\"law\":\"药品管理法\",\"version\":\"2019修订\",\"article\":\"第八十三条\","
        "\"effective\":\"2019-12-01..\"}],"
        "\"causes\":[],\"caveats\":[\"3 / 41000 "
        "请假登记\"],\"cleared_by\":[],\"certain_rows\":3,\"undecided_rows\":0,"
        "\"excluded_rows\":0,\"evidence\":[{\"variable\":\"s\",\"table\":\"药店销售\",\"file\":"
        "\"药店销售.csv\",\"row\":12},"
        "{\"variable\":\"s\",\"table\":\"药店销售\",\"file\":\"药店销售.csv\",\"row\":15},"
        "{\"variable\":\"m\",\"table\":\"站月\",\"file\":null,\"row\":1}],\"evidence_total\":3}\n");
}

static void undecided_entry_is_null_where_it_has_nothing(void **state)
{
    (void)state;
    assert_string_equal(
        written("jsonl", false, LIST_BIT(LIST_UNDECIDED)),
        "{\"rule\":\"规则一\",\"list\":\"undecided\",\"id\":null,\"key\":{\"门店\":"
        "\"店\\\"甲\\\"\",\"日\":null},\"title\":null,"
        "\"severity\":null,\"score\":null,\"scores\":[],\"fields\":{},\"laws\":[],"
        "\"causes\":[{\"clause\":2,\"reason\":\"missing\",\"source\":\"药店销售.文号\",\"rows\":3},"
        "{\"clause\":4,\"reason\":\"读数回走\",\"source\":\"\",\"rows\":1}],\"caveats\":[],"
        "\"cleared_by\":[],"
        "\"certain_rows\":0,\"undecided_rows\":4,\"excluded_rows\":0,\"evidence\":[],\"evidence_"
        "total\":0}\n");
}

static void json_is_one_array(void **state)
{
    (void)state;
    assert_string_equal(written("json", true, LIST_ALL),
                        "[\n{\"query\":\"各店\",\"row\":{\"门店\":\"甲,乙\",\"笔数\":\"1200\"}},\n"
                        "{\"query\":\"各店\",\"row\":{\"门店\":\"abc\",\"笔数\":null}}\n]\n");
    assert_string_equal(written("json", false, LIST_BIT(LIST_CLEARED)), "[]\n");
}

static void csv_quotes_what_needs_it(void **state)
{
    (void)state;
    assert_string_equal(written("csv", true, LIST_ALL), "门店,笔数\n\"甲,乙\",1200\nabc,\n");
    char *text = written("csv", false, LIST_BIT(LIST_CLUE));
    assert_non_null(
        strstr(text, "规则一,clue,0123456789abcdef0123,\"店\"\"甲\"\"\",\"标题，\n两行\",高,40,"));
}

static void table_lines_up_han_text(void **state)
{
    (void)state;
    assert_string_equal(written("table", true, LIST_ALL),
                        "门店   笔数\n-----  ----\n甲,乙  1200\nabc       -\n2 行\n");
}

static void table_shows_a_clue_as_a_card(void **state)
{
    (void)state;
    char *text = written("table", false, LIST_ALL);
    assert_non_null(strstr(text, "[高] 40 分  门店 店\"甲\""));
    assert_non_null(strstr(text, "证据 s  药店销售.csv 第 12、15 条记录"));
    assert_non_null(strstr(text, "证据 m  站月 第 1 条记录"));
    assert_non_null(strstr(text, "读数回走（第 4 个子句，1 行）"));
}

static void json_escapes_controls(void **state)
{
    (void)state;
    StrBuf out = {0};
    json_add_str(&out, (Str){"a\x01\t\\\"\x7f", 6});
    assert_string_equal(strbuf_cstr(&out), "\"a\\u0001\\t\\\\\\\"\x7f\"");
    strbuf_deinit(&out);
}

// ---------------------------------------------------------------- outputs

static void file_appears_whole_or_not_at_all(void **state)
{
    (void)state;
    char folder[] = "/tmp/sup-writer-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/结果", folder);
    Error error = {0};
    Output *output;
    assert_int_equal(output_create(str_from_cstr(path), &output, &error), STATUS_OK);
    strbuf_add_c(output_buffer(output), "text");
    assert_int_equal(output_flush(output, true, &error), STATUS_OK);
    assert_int_not_equal(access(path, F_OK), 0);
    output_discard(output);
    assert_int_equal(rmdir(folder), 0); // nothing is left
    memcpy(folder, "/tmp/sup-writer-XXXXXX", sizeof folder);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/结果", folder);
    assert_int_equal(output_create(str_from_cstr(path), &output, &error), STATUS_OK);
    strbuf_add_c(output_buffer(output), "text");
    assert_int_equal(output_commit(output, &error), STATUS_OK);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_size, 4);
    unlink(path);
    rmdir(folder);
    error_deinit(&error);
}

static void full_disk_is_told(void **state)
{
    (void)state;
    int full = open("/dev/full", O_WRONLY);
    if (full < 0)
        skip();
    Error error = {0};
    Output *output = output_of_descriptor(full);
    strbuf_add_c(output_buffer(output), "text");
    assert_int_equal(output_commit(output, &error), STATUS_IO);
    assert_true(error_text(&error, LANG_ZH).len > 0);
    close(full);
    error_deinit(&error);
}

static void missing_folder_is_told_with_the_name(void **state)
{
    (void)state;
    Error error = {0};
    Output *output;
    assert_int_equal(output_create(STR("/nonexistent/result.csv"), &output, &error), STATUS_IO);
    assert_null(output);
    assert_true(str_find(error_text(&error, LANG_EN), STR("/nonexistent/result.csv"), 0) !=
                STR_NONE);
    error_deinit(&error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jsonl_has_fixed_keys),
        cmocka_unit_test(undecided_entry_is_null_where_it_has_nothing),
        cmocka_unit_test(json_is_one_array),
        cmocka_unit_test(csv_quotes_what_needs_it),
        cmocka_unit_test(table_lines_up_han_text),
        cmocka_unit_test(table_shows_a_clue_as_a_card),
        cmocka_unit_test(json_escapes_controls),
        cmocka_unit_test(file_appears_whole_or_not_at_all),
        cmocka_unit_test(full_disk_is_told),
        cmocka_unit_test(missing_folder_is_told_with_the_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
