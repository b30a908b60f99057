// SPDX-License-Identifier: Apache-2.0
//
// test_csv_files.c: published CSV files beside the project (../shared/data/csv) with their contents as JSON.
// Where the folder is absent the test says so and passes.
#include "tests/unit/unit.h"

#include <dirent.h>

#include "runtime/source/csv.h"
#include "runtime/source/reader_int.h"

#define FILES SUP_ROOT "/../shared/data/csv"

// ---- JSON: as much as the expected contents need -----------------------------------------------

static void json_blanks(const char **p)
{
    while (**p == ' ' || **p == '\n' || **p == '\t' || **p == '\r')
        (*p)++;
}

static bool json_take(const char **p, char mark)
{
    json_blanks(p);
    if (**p != mark)
        return false;
    (*p)++;
    return true;
}

static int32_t json_unit(const char **p)
{
    char digits[5] = {0};
    memcpy(digits, *p, 4);
    *p += 4;
    return (int32_t)strtol(digits, NULL, 16);
}

static void json_string(const char **p, StrBuf *out)
{
    assert_true(json_take(p, '"'));
    while (**p != '"') {
        assert_true(**p != '\0');
        char c = *(*p)++;
        if (c != '\\') {
            strbuf_add_char(out, c);
            continue;
        }
        c = *(*p)++;
        int32_t point = c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
        if (c == 'u') {
            point = json_unit(p);
            if (point >= 0xD800 && point < 0xDC00 && **p == '\\') {
                *p += 2;
                point = 0x10000 + ((point - 0xD800) << 10) + json_unit(p) - 0xDC00;
            }
        }
        strbuf_add_code_point(out, point);
    }
    (*p)++;
}

// A list of records, each a list of strings, or an object whose keys are the header line: cells in <>.
static void json_describe(const char *p, StrBuf *out)
{
    StrBuf keys = {0}, record = {0};
    bool first = true;
    assert_true(json_take(&p, '['));
    while (!json_take(&p, ']')) {
        bool object = json_take(&p, '{');
        assert_true(object || json_take(&p, '['));
        strbuf_clear(&record);
        strbuf_clear(&keys);
        while (!json_take(&p, object ? '}' : ']')) {
            if (object) {
                strbuf_add_c(&keys, "<");
                json_string(&p, &keys);
                strbuf_add_c(&keys, ">");
                assert_true(json_take(&p, ':'));
            }
            strbuf_add_c(&record, "<");
            json_string(&p, &record);
            strbuf_add_c(&record, ">");
            (void)json_take(&p, ',');
        }
        if (object && first)
            strbuf_printf(out, "%s\n", strbuf_cstr(&keys));
        strbuf_add(out, strbuf_str(&record));
        strbuf_add_c(out, "\n");
        first = false;
        (void)json_take(&p, ',');
    }
    strbuf_deinit(&keys);
    strbuf_deinit(&record);
}

// ---- Files --------------------------------------------------------------------------------------

static void read_text(const char *path, size_t piece_size, StrBuf *text)
{
    Reader *reader;
    bool last = false;
    assert_int_equal(reader_open(str_from_cstr(path), ENCODING_UNKNOWN, piece_size, &reader, NULL),
                     STATUS_OK);
    while (!last)
        assert_int_equal(reader_next(reader, text, &last, NULL), STATUS_OK);
    reader_close(reader);
}

static void csv_describe(const char *path, size_t piece_size, StrBuf *out)
{
    StrBuf text = {0}, scratch = {0};
    CsvScanner scanner = {.separator = ','};
    CsvBatch batch = {0};
    read_text(path, piece_size, &text);
    strbuf_reserve(&text, CSV_PADDING);
    memset(text.ptr + text.len, 0, CSV_PADDING);
    Str whole = strbuf_str(&text);
    assert_int_equal(csv_scan(&scanner, whole, true, 0, &batch), whole.len);
    for (size_t i = 0; i < batch.records.count; i++) {
        const CsvRecord *record = &batch.records.items[i];
        assert_int_equal(record->fault, REASON_NONE);
        for (uint32_t k = 0; k < record->cell_count; k++) {
            Str cell = csv_cell_text(whole, batch.cells.items[record->first_cell + k], &scratch);
            strbuf_printf(out, "<" STR_FMT ">", STR_ARG(cell));
        }
        strbuf_add_c(out, "\n");
    }
    csv_batch_deinit(&batch);
    strbuf_deinit(&text);
    strbuf_deinit(&scratch);
}

// Compares all pairs of a set; returns how many.
static int compare_set(const char *set, const char *contents)
{
    char path[512];
    int count = 0;
    snprintf(path, sizeof path, "%s/%s/%s", FILES, set, contents);
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        Str name = str_from_cstr(entry->d_name);
        if (!str_ends(name, STR(".json")))
            continue;
        StrBuf json = {0}, expected = {0};
        snprintf(path, sizeof path, "%s/%s/%s/%s", FILES, set, contents, entry->d_name);
        read_text(path, 65536, &json);
        json_describe(strbuf_cstr(&json), &expected);
        snprintf(path, sizeof path, "%s/%s/csvs/%.*s.csv", FILES, set, (int)name.len - 5, name.ptr);
        for (size_t piece = 1; piece < 100000; piece = piece * 7 + 1) {
            StrBuf found = {0};
            csv_describe(path, piece, &found);
            if (!str_equal(strbuf_str(&found), strbuf_str(&expected)))
                fail_msg("%s differs from %s", path, entry->d_name);
            strbuf_deinit(&found);
        }
        strbuf_deinit(&json);
        strbuf_deinit(&expected);
        count++;
    }
    closedir(folder);
    return count;
}

static void test_published_files(void **state)
{
    (void)state;
    DIR *folder = opendir(FILES);
    if (folder == NULL) {
        print_message("skipped: no folder ../shared/data/csv beside the project\n");
        return;
    }
    closedir(folder);
    assert_int_equal(compare_set("spectrum", "json"), 11);
    assert_int_equal(compare_set("duckdb", "expected"), 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_published_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
