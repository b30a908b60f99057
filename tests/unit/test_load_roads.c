// SPDX-License-Identifier: Apache-2.0
//
// test_load_roads.c: the same bytes loaded by one thread and by several, in pieces of any size: the same rows, gaps,
// rejected records, warnings and digest.
#include "tests/unit/load.h"

#ifdef SUP_TORTURE
#define ROUNDS 20
#else
#define ROUNDS 60
#endif

static const Nominal licence = {
    .kind = NOMINAL_IDENTITY, .name = STR_INIT("文号"), .pattern = STR_INIT("[A-Z]{2}[0-9]+")};
static const ColumnDecl columns[] = {
    {.name = STR_INIT("名"), .type = {.kind = TYPE_TEXT}, .needed = true},
    {.name = STR_INIT("数"), .type = {.kind = TYPE_INTEGER}, .needed = true},
    {.name = STR_INIT("人"),
     .type = {.kind = TYPE_IDENTITY, .nominal = &person},
     .needed = true,
     .nullable = true},
    {.name = STR_INIT("额"), .type = {.kind = TYPE_MONEY, .scale = 2}, .needed = true},
    {.name = STR_INIT("日"), .type = {.kind = TYPE_DATE}, .needed = true, .nullable = true},
    {.name = STR_INIT("号"), .type = {.kind = TYPE_IDENTITY, .nominal = &licence}, .needed = true},
    {.name = STR_INIT("真"), .type = {.kind = TYPE_BOOLEAN}, .needed = true, .nullable = true},
    {.name = STR_INIT("大"), .type = {.kind = TYPE_DECIMAL, .scale = 3}, .needed = true}};
static const TableDecl table = {
    .name = STR_INIT("T"), .columns = columns, .column_count = ARRAY_LEN(columns)};

// Good cells of each column, and cells that could stand anywhere.
static const char *const good[][4] = {{"甲", "乙公司", "a name", "\"x, y\""},
                                      {"12", "-7", "123456789012", "1,234"},
                                      {"A123", "B456", "C7?9", ""},
                                      {"12.50", "-3", "￥3000", "1.2万元"},
                                      {"2024-01-31", "2023/2/8", "至今", ""},
                                      {"AB12", "CD3456", "EF7", "\"GH8\""},
                                      {"是", "0", "true", ""},
                                      {"1.5", "100000000000000000000.125", "0.001", "7"}};
static const char *const odd[] = {"",
                                  "\"a\"\"b\"",
                                  "\"line\nbreak\"",
                                  "5\" pipe",
                                  "\"open",
                                  "\"a\"b",
                                  "\xFF\xFE",
                                  "\xC3",
                                  "2023-02-30",
                                  "1.2E+05",
                                  "\"\r\n\"",
                                  "长期",
                                  "4101050000000000000"};

static void add_line(StrBuf *text, uint64_t *seed, uint32_t dirt)
{
    size_t count = ARRAY_LEN(columns);
    if (random_next(seed) % 1000 < dirt)
        count = 1 + random_next(seed) % 10;
    for (size_t i = 0; i < count; i++) {
        strbuf_add_c(text, i > 0 ? "," : "");
        if (i >= ARRAY_LEN(columns) || random_next(seed) % 1000 < dirt)
            strbuf_add_c(text, odd[random_next(seed) % ARRAY_LEN(odd)]);
        else
            strbuf_add_c(text, good[i][random_next(seed) % 4]);
        if (random_next(seed) % 4000 < dirt)
            strbuf_add_char(text, '\0');
    }
    static const char *const ends[] = {"\n", "\r\n", "\r", "\n\n"};
    strbuf_add_c(text, ends[dirt > 0 ? random_next(seed) % 4 : 0]);
}

static void random_file(StrBuf *text, uint64_t *seed, size_t size, uint32_t dirt)
{
    strbuf_add_c(text, random_next(seed) % 2 == 0 ? "\xEF\xBB\xBF" : "");
    strbuf_add_c(text, "名,数,人,额,日,号,真,大\n");
    while (text->len < size)
        add_line(text, seed, dirt);
    if (random_next(seed) % 2 == 0)
        strbuf_truncate(text, text->len - 1);
}

// Everything that is to be the same.
static StrBuf loaded_text(Str path, uint32_t threads, size_t piece_size)
{
    StrBuf out = {0};
    Loaded loaded = load_with(&table, (LoadOptions){.bind_tables = &table.name,
                                                    .bind_paths = &path,
                                                    .bind_count = 1,
                                                    .threads = threads,
                                                    .piece_size = piece_size});
    if (loaded.status != STATUS_OK) {
        strbuf_printf(&out, "%s", strbuf_cstr(&loaded.error.en));
        loaded_free(&loaded);
        return out;
    }
    describe(&out, &loaded);
    const LoadedFile *file = &loaded.report.files.items[0];
    strbuf_printf(&out, "%s " STR_FMT " %lld/%lld\n", file->sha256, STR_ARG(file->encoding),
                  (long long)file->accepted, (long long)file->records);
    for (size_t i = 0; i < loaded.report.warnings.count; i++)
        strbuf_printf(&out, STR_FMT "\n", STR_ARG(loaded.report.warnings.items[i].en));
    for (size_t i = 0; i < loaded.report.columns.count; i++) {
        const ColumnReport *counts = &loaded.report.columns.items[i];
        const Column *column = &loaded.rowset->columns[i];
        strbuf_printf(&out, "%lld %lld %lld %lld %lld; %lld to %lld\n", (long long)counts->valid,
                      (long long)counts->repaired, (long long)counts->damaged,
                      (long long)counts->missing, (long long)counts->unparsed,
                      (long long)column->min, (long long)column->max);
    }
    loaded_free(&loaded);
    return out;
}

static void compare(Str path, size_t piece_size)
{
    StrBuf expected = loaded_text(path, 1, 1 << 20);
    for (uint32_t threads = 1; threads <= 2; threads++) {
        StrBuf found = loaded_text(path, threads, piece_size);
        if (!str_equal(strbuf_str(&found), strbuf_str(&expected)))
            fail_msg("%u threads, pieces of %zu bytes:\n%s\nexpected\n%s", (unsigned)threads,
                     piece_size, strbuf_cstr(&found), strbuf_cstr(&expected));
        strbuf_deinit(&found);
    }
    strbuf_deinit(&expected);
}

static void test_torn_anywhere(void **state)
{
    uint64_t seed = 4711;
    for (int round = 0; round < 3; round++) {
        StrBuf text = {0};
        random_file(&text, &seed, 300, 60);
        Str path = write_bytes(state, "torn.csv", strbuf_str(&text));
        for (size_t size = 1; size <= text.len + 1; size++)
            compare(path, size);
        strbuf_deinit(&text);
    }
}

static void test_any_threads(void **state)
{
    uint64_t seed = 4712;
    static const uint32_t dirts[] = {0, 2, 30, 300};
    for (int round = 0; round < ROUNDS; round++) {
        StrBuf text = {0};
        random_file(&text, &seed, 1000 + random_next(&seed) % 60000, dirts[round % 4]);
        Str path = write_bytes(state, "any.csv", strbuf_str(&text));
        compare(path, 1 + random_next(&seed) % 65536);
        strbuf_deinit(&text);
    }
}

// The same in other encodings, of which the pieces cut through characters.
static void test_encodings(void **state)
{
    uint64_t seed = 4713;
    static const char *const names[] = {"GB18030", "UTF-16LE"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        StrBuf text = {0};
        strbuf_add_c(&text, "名,数,人,额,日,号,真,大\n");
        for (int line = 0; line < 200; line++)
            add_line(&text, &seed, 0);
        StrBuf bytes = converted(names[i], strbuf_str(&text));
        Str path = write_bytes(state, "encoded.csv", strbuf_str(&bytes));
        for (size_t size = 97; size < 9000; size = size * 3 + 1)
            compare(path, size);
        strbuf_deinit(&text);
        strbuf_deinit(&bytes);
    }
}

static bool stop_later(void *closure, Str name, int64_t done, int64_t total, int64_t rows)
{
    (void)name, (void)done, (void)total, (void)rows;
    return --*(int *)closure > 0;
}

// What stops in the middle leaves no thread behind, and says the same.
static void test_stopping(void **state)
{
    uint64_t seed = 4714;
    StrBuf text = {0};
    random_file(&text, &seed, 60000, 10);
    Str path = write_bytes(state, "stop.csv", strbuf_str(&text));
    for (uint32_t threads = 1; threads <= 2; threads++) {
        int turns = 5;
        LoadOptions options = {.bind_tables = &table.name,
                               .bind_paths = &path,
                               .bind_count = 1,
                               .threads = threads,
                               .piece_size = 1000,
                               .progress = stop_later,
                               .progress_closure = &turns};
        expect_failure(&table, options, STATUS_CANCELLED, "中断", "interrupted");
        options.progress = NULL;
        options.limit_rows = 100;
        expect_failure(&table, options, STATUS_LIMIT, "行数上限", "more than 100 rows");
        options.limit_rows = 0;
        options.limit_bytes = 20000;
        expect_failure(&table, options, STATUS_LIMIT, "内存上限", "memory limit");
    }
    strbuf_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_torn_anywhere), cmocka_unit_test(test_any_threads),
        cmocka_unit_test(test_encodings), cmocka_unit_test(test_stopping)};
    return cmocka_run_group_tests(tests, folder_create, folder_destroy);
}
