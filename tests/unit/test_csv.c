// SPDX-License-Identifier: Apache-2.0
//
// test_csv.c: records and cells. A table of texts with their cells, a slow second reader of the same
// rules as oracle for random texts, and every cutting of a text must give the same records.
#include "tests/unit/unit.h"

#include "runtime/source/csv.h"

// Under torture every growth moves its block.
#ifdef SUP_TORTURE
#define MANY_FIELDS 3000
#else
#define MANY_FIELDS 100000
#endif

// Records as text: cells in <>, records parted by '/', a fault as !reason, line numbers as @n.
static void describe(StrBuf *out, Str text, const CsvBatch *batch, bool lines)
{
    StrBuf scratch = {0};
    for (size_t i = 0; i < batch->records.count; i++) {
        const CsvRecord *record = &batch->records.items[i];
        if (lines)
            strbuf_printf(out, "@%lld", (long long)record->line);
        if (record->fault != REASON_NONE)
            strbuf_printf(out, "!" STR_FMT, STR_ARG(reason_name(record->fault)));
        for (uint32_t k = 0; record->fault == REASON_NONE && k < record->cell_count; k++) {
            Str cell = csv_cell_text(text, batch->cells.items[record->first_cell + k], &scratch);
            strbuf_printf(out, "<" STR_FMT ">", STR_ARG(cell));
        }
        strbuf_add_c(out, "/");
    }
    strbuf_deinit(&scratch);
}

// A copy with the padding that the scanner asks for; at the very end of its block, so that reading
// further is noticed.
static char *padded(Str text)
{
    char *copy = base_alloc(text.len + CSV_PADDING);
    memcpy(copy, text.ptr, text.len);
    memset(copy + text.len, '"', CSV_PADDING); // marks that must not be seen
    return copy;
}

static void scan_whole(StrBuf *out, Str text, char separator, bool lines)
{
    CsvScanner scanner = {.separator = separator};
    CsvBatch batch = {0};
    char *copy = padded(text);
    size_t used = csv_scan(&scanner, (Str){copy, text.len}, true, 0, &batch);
    assert_int_equal(used, text.len);
    describe(out, (Str){copy, text.len}, &batch, lines);
    csv_batch_deinit(&batch);
    free(copy);
}

// The same, the text arriving in pieces of `size` bytes.
static void scan_pieces(StrBuf *out, Str text, char separator, size_t size, uint32_t limit)
{
    CsvScanner scanner = {.separator = separator, .record_size_max = limit};
    StrBuf carry = {0};
    for (size_t at = 0; at < text.len;) {
        size_t take = MIN_OF(size, text.len - at);
        strbuf_add(&carry, str_slice(text, at, at + take));
        at += take;
        CsvBatch batch = {0};
        char *copy = padded(strbuf_str(&carry));
        Str piece = {copy, carry.len};
        size_t used = csv_scan(&scanner, piece, at == text.len, 0, &batch);
        assert_true(used <= piece.len);
        assert_true(at < text.len || used == piece.len);
        describe(out, piece, &batch, true);
        memmove(carry.ptr, carry.ptr + used, carry.len - used);
        strbuf_truncate(&carry, carry.len - used);
        csv_batch_deinit(&batch);
        free(copy);
    }
    strbuf_deinit(&carry);
}

typedef struct Case {
    const char *text, *expected;
} Case;

static const Case cases[] = {
    {"", ""},
    {"a", "@1<a>/"},
    {"a\n", "@1<a>/"},
    {"a,b\n", "@1<a><b>/"},
    {"a,b\r\nc,d\r\n", "@1<a><b>/@2<c><d>/"},
    {"a,b\rc,d\r", "@1<a><b>/@2<c><d>/"},
    {"a,b\nc,d\re,f\r\ng,h", "@1<a><b>/@2<c><d>/@3<e><f>/@4<g><h>/"},
    {",\n", "@1<><>/"},
    {",,", "@1<><><>/"},
    {"\n\na\n\n", "@3<a>/"},
    {"\r\n\r\na", "@3<a>/"},
    {" a , b ", "@1< a >< b >/"},
    {"\"a\",\"b\"\n", "@1<a><b>/"},
    {"\"a,b\",c", "@1<a,b><c>/"},
    {"\"a\nb\",c\nd,e", "@1<a\nb><c>/@3<d><e>/"},
    {"\"a\r\nb\r\nc\",d\r\ne,f", "@1<a\r\nb\r\nc><d>/@4<e><f>/"},
    {"\"a\rb\",c\nd,e", "@1<a\rb><c>/@3<d><e>/"},
    {"\"a\"\"b\",c", "@1<a\"b><c>/"},
    {"\"\"\"\"", "@1<\">/"},
    {"\"\"", "@1<>/"},
    {"\"\",\"\"", "@1<><>/"},
    {"\"\"\"a\"\"\"", "@1<\"a\">/"},
    {"a\"b,c\"d\n", "@1<a\"b><c\"d>/"},
    {"5\" pipe,x\ny,z", "@1<5\" pipe><x>/@2<y><z>/"},
    {" \"a\",b", "@1< \"a\"><b>/"},
    // Wrong quotes: one physical line each, the next one is read afresh.
    {"\"a\"b,c\nd,e", "@1!bad quote/@2<d><e>/"},
    {"\"a\" ,c\nd,e", "@1!bad quote/@2<d><e>/"},
    {"a,\"b\nc,d", "@1!bad quote/@2<c><d>/"},
    {"a,\"b\r\nc,d\r\n", "@1!bad quote/@2<c><d>/"},
    {"a,\"b", "@1!bad quote/"},
    {"\"", "@1!bad quote/"},
    {"\"\"\"", "@1!bad quote/"},
    {"x,\"a\nb\"c,d\ne,f\n", "@1!bad quote/@2<b\"c><d>/@3<e><f>/"},
    {"a,b\n\"x\ny,z\nu,v", "@1<a><b>/@2!bad quote/@3<y><z>/@4<u><v>/"},
    {"张三,\"李，四\"\n", "@1<张三><李，四>/"},
};

static void test_cases(void **state)
{
    (void)state;
    StrBuf out = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        strbuf_clear(&out);
        scan_whole(&out, str_from_cstr(cases[i].text), ',', true);
        assert_string_equal(strbuf_cstr(&out), cases[i].expected);
    }
    strbuf_deinit(&out);
}

static void test_separators(void **state)
{
    (void)state;
    StrBuf out = {0};
    scan_whole(&out, STR("a\tb,c|d\n1\t2\n"), '\t', false);
    scan_whole(&out, STR("a|b;c\n"), '|', false);
    scan_whole(&out, STR("a;\"b;c\"\n"), ';', false);
    assert_string_equal(strbuf_cstr(&out), "<a><b,c|d>/<1><2>/<a><b;c>/<a><b;c>/");
    strbuf_deinit(&out);
}

static void test_any_cutting_gives_the_same(void **state)
{
    (void)state;
    StrBuf whole = {0}, pieces = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str text = str_from_cstr(cases[i].text);
        for (size_t size = 1; size <= text.len; size++) {
            strbuf_clear(&pieces);
            scan_pieces(&pieces, text, ',', size, 0);
            assert_string_equal(strbuf_cstr(&pieces), cases[i].expected);
        }
    }
    strbuf_deinit(&whole);
    strbuf_deinit(&pieces);
}

// ---- A slow reader as oracle --------------------------------------------------------------------

typedef struct Slow {
    Str text;
    size_t at;
    int64_t line;
    StrBuf *out;
} Slow;

static bool at_end(const Slow *slow, size_t at)
{
    return at >= slow->text.len;
}

static bool at_line_end(const Slow *slow, size_t at)
{
    return at_end(slow, at) || slow->text.ptr[at] == '\n' || slow->text.ptr[at] == '\r';
}

static void skip_line_end(Slow *slow)
{
    if (at_end(slow, slow->at))
        return;
    bool pair = slow->text.ptr[slow->at] == '\r' && !at_end(slow, slow->at + 1) &&
                slow->text.ptr[slow->at + 1] == '\n';
    slow->at += pair ? 2 : 1;
}

// One record, byte by byte. False: wrong quotes.
static bool slow_record(Slow *slow, StrBuf *cells, int64_t *breaks)
{
    for (;;) {
        strbuf_add_c(cells, "<");
        bool quoted = !at_end(slow, slow->at) && slow->text.ptr[slow->at] == '"';
        if (quoted) {
            slow->at++;
            for (;; slow->at++) {
                if (at_end(slow, slow->at))
                    return false;
                char c = slow->text.ptr[slow->at];
                if (c == '"') {
                    bool again = !at_end(slow, slow->at + 1) && slow->text.ptr[slow->at + 1] == '"';
                    if (!again)
                        break;
                    slow->at++;
                }
                bool pair = c == '\n' && slow->text.ptr[slow->at - 1] == '\r';
                *breaks += (c == '\n' || c == '\r') && !pair;
                strbuf_add_char(cells, c);
            }
            slow->at++;
            if (!at_line_end(slow, slow->at) && slow->text.ptr[slow->at] != ',')
                return false;
        } else {
            while (!at_line_end(slow, slow->at) && slow->text.ptr[slow->at] != ',')
                strbuf_add_char(cells, slow->text.ptr[slow->at++]);
        }
        strbuf_add_c(cells, ">");
        if (at_line_end(slow, slow->at))
            return true;
        slow->at++;
    }
}

static void slow_read(Str text, StrBuf *out)
{
    Slow slow = {.text = text, .line = 1, .out = out};
    StrBuf cells = {0};
    while (!at_end(&slow, slow.at)) {
        size_t start = slow.at;
        int64_t breaks = 0;
        strbuf_clear(&cells);
        bool good = slow_record(&slow, &cells, &breaks);
        if (!good) {
            breaks = 0;
            slow.at = start;
            while (!at_line_end(&slow, slow.at))
                slow.at++;
            strbuf_printf(out, "@%lld!bad quote/", (long long)slow.line);
        } else if (slow.at > start) {
            strbuf_printf(out, "@%lld", (long long)slow.line);
            strbuf_add(out, strbuf_str(&cells));
            strbuf_add_c(out, "/");
        }
        slow.line += 1 + breaks;
        skip_line_end(&slow);
    }
    strbuf_deinit(&cells);
}

static void test_random_texts(void **state)
{
    (void)state;
    static const char letters[] = "ab,,\"\"\"\n\r,x";
    uint64_t seed = 20240317;
    StrBuf text = {0}, expected = {0}, found = {0};
    for (int round = 0; round < 60000; round++) {
        strbuf_clear(&text);
        strbuf_clear(&expected);
        strbuf_clear(&found);
        size_t size = random_next(&seed) % (round % 10 == 0 ? 300 : 24);
        for (size_t i = 0; i < size; i++)
            strbuf_add_char(&text, letters[random_next(&seed) % (sizeof letters - 1)]);
        slow_read(strbuf_str(&text), &expected);
        scan_pieces(&found, strbuf_str(&text), ',', 1 + random_next(&seed) % 90, 0);
        assert_string_equal(strbuf_cstr(&found), strbuf_cstr(&expected));
    }
    strbuf_deinit(&text);
    strbuf_deinit(&expected);
    strbuf_deinit(&found);
}

// ---- Wanted fields ------------------------------------------------------------------------------

static void test_wanted_fields(void **state)
{
    (void)state;
    static const int32_t slots[] = {-1, 1, 0};
    static const char text[] = "a,b,c\nd,e\n1,2,3,\n1,2,3,4\n\n\"x\",\"y\"\"\",z\n,,\n";
    CsvScanner scanner = {.separator = ',',
                          .field_count = 3,
                          .field_min = 3,
                          .slot_of_field = slots,
                          .slot_count = 2};
    CsvBatch batch = {0};
    StrBuf scratch = {0};
    char *copy = padded(((Str){text, sizeof text - 1}));
    Str piece = {copy, sizeof text - 1};
    assert_int_equal(csv_scan(&scanner, piece, true, 0, &batch), piece.len);
    static const Reason faults[] = {REASON_NONE,           REASON_TOO_FEW_CELLS, REASON_NONE,
                                    REASON_TOO_MANY_CELLS, REASON_NONE,          REASON_NONE};
    static const char *const wanted[] = {"cb", "", "32", "", "zy\"", ""};
    assert_int_equal(batch.records.count, ARRAY_LEN(faults));
    assert_int_equal(batch.blank_lines, 1);
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        StrBuf both = {0};
        assert_int_equal(batch.records.items[i].fault, faults[i]);
        assert_int_equal(batch.records.items[i].first_cell, i * 2);
        for (size_t k = 0; k < 2; k++)
            strbuf_add(&both, csv_cell_text(piece, batch.cells.items[i * 2 + k], &scratch));
        assert_string_equal(strbuf_cstr(&both), wanted[i]);
        strbuf_deinit(&both);
    }
    strbuf_deinit(&scratch);
    csv_batch_deinit(&batch);
    free(copy);
}

static void test_single_column_keeps_blank_lines(void **state)
{
    (void)state;
    static const int32_t slots[] = {0};
    CsvScanner scanner = {.separator = ',',
                          .field_count = 1,
                          .field_min = 1,
                          .slot_of_field = slots,
                          .slot_count = 1};
    CsvBatch batch = {0};
    char *copy = padded(STR("a\n\nb\n"));
    assert_int_equal(csv_scan(&scanner, (Str){copy, 5}, true, 0, &batch), 5);
    assert_int_equal(batch.records.count, 3);
    assert_int_equal(batch.blank_lines, 0);
    csv_batch_deinit(&batch);
    free(copy);
}

static void test_nul_bytes(void **state)
{
    (void)state;
    static const char text[] = "a,b\nc\0,d\ne,f\n";
    static const int32_t slots[] = {0, 1};
    CsvScanner scanner = {.separator = ',',
                          .field_count = 2,
                          .field_min = 2,
                          .slot_of_field = slots,
                          .slot_count = 2};
    CsvBatch batch = {0};
    char *copy = padded(((Str){text, sizeof text - 1}));
    Str piece = {copy, sizeof text - 1};
    (void)csv_scan(&scanner, piece, true, 0, &batch);
    csv_refuse_nul(&batch, piece, 2);
    assert_int_equal(batch.records.items[0].fault, REASON_NONE);
    assert_int_equal(batch.records.items[1].fault, REASON_NUL_BYTE);
    assert_int_equal(batch.records.items[2].fault, REASON_NONE);
    assert_int_equal(batch.cells.items[2].size, 0);
    csv_batch_deinit(&batch);
    free(copy);
}

// Records longer than the limit: the same for every cutting, and what follows is read.
static void test_long_records(void **state)
{
    (void)state;
    static const char text[] = "a,b\n0123456789012345678901234,x\nc,d\n\"q\nr\ns\nt\nuvwxyz"
                               "0123456789\",e\nf,g\n";
    static const char expected[] = "@1<a><b>/@2!line too long/@3<c><d>/@4!bad quote/@5<r>/@6<s>/"
                                   "@7<t>/@8<uvwxyz0123456789\"><e>/@9<f><g>/";
    for (size_t size = 1; size < sizeof text; size++) {
        StrBuf out = {0};
        scan_pieces(&out, ((Str){text, sizeof text - 1}), ',', size, 20);
        assert_string_equal(strbuf_cstr(&out), expected);
        strbuf_deinit(&out);
    }
}

static void test_many_fields(void **state)
{
    (void)state;
    StrBuf text = {0};
    for (int i = 0; i < MANY_FIELDS; i++)
        strbuf_printf(&text, "%s%d", i > 0 ? "," : "", i);
    CsvScanner scanner = {.separator = ','};
    CsvBatch batch = {0};
    char *copy = padded(strbuf_str(&text));
    assert_int_equal(csv_scan(&scanner, (Str){copy, text.len}, true, 0, &batch), text.len);
    assert_int_equal(batch.records.count, 1);
    assert_int_equal(batch.records.items[0].cell_count, MANY_FIELDS);
    csv_batch_deinit(&batch);
    strbuf_deinit(&text);
    free(copy);
}

static void test_count_outside_quotes(void **state)
{
    (void)state;
    assert_int_equal(csv_count_outside_quotes(STR("a,\"b,c\",d\ne,f"), ','), 2);
    assert_int_equal(csv_count_outside_quotes(STR("a;b"), ','), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_separators),
        cmocka_unit_test(test_any_cutting_gives_the_same),
        cmocka_unit_test(test_random_texts),
        cmocka_unit_test(test_wanted_fields),
        cmocka_unit_test(test_single_column_keeps_blank_lines),
        cmocka_unit_test(test_nul_bytes),
        cmocka_unit_test(test_long_records),
        cmocka_unit_test(test_many_fields),
        cmocka_unit_test(test_count_outside_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
