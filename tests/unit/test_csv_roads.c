// SPDX-License-Identifier: Apache-2.0
//
// test_csv_roads.c: the quick ways of reading against the careful ones: every indexer of this processor, the scanner's
// short road against its long one, and plain forms of numbers and dates against convert_cell.
#include "tests/unit/unit.h"

#include "runtime/base/time.h"
#include "runtime/source/convert.h"
#include "runtime/source/csv.h"
#include "runtime/source/plain_int.h"
#include "runtime/source/recent_int.h"

#ifdef SUP_TORTURE
#define ROUNDS 3000
#else
#define ROUNDS 30000
#endif

static const CsvRoad roads[] = {CSV_ROAD_PLAIN, CSV_ROAD_AVX2, CSV_ROAD_AVX512};

// ---- Records ------------------------------------------------------------------------------------

// What one record is to a scanner that wants fields.
typedef struct Layout {
    uint32_t field_count, field_min, slot_count;
    int32_t slots[8];
} Layout;

static void say_cell(StrBuf *out, Str text, CsvCell cell)
{
    StrBuf scratch = {0};
    strbuf_printf(out, "<" STR_FMT ">", STR_ARG(csv_cell_text(text, cell, &scratch)));
    strbuf_deinit(&scratch);
}

static void say_record(StrBuf *out, const CsvRecord *record, Reason fault)
{
    strbuf_printf(out, "@%lld+%u", (long long)record->line, (unsigned)record->size);
    if (fault != REASON_NONE)
        strbuf_printf(out, "!" STR_FMT, STR_ARG(reason_name(fault)));
}

// The records in pieces of `size` bytes by way of a road.
static void scan_wanted(StrBuf *out, Str text, const Layout *layout, CsvRoad road, size_t size)
{
    CsvScanner scanner = {.separator = ',',
                          .field_count = layout->field_count,
                          .field_min = layout->field_min,
                          .slot_of_field = layout->slots,
                          .slot_count = layout->slot_count,
                          .road = road};
    CsvBatch batch = {0};
    StrBuf carry = {0};
    for (size_t at = 0; at < text.len;) {
        size_t take = MIN_OF(size, text.len - at);
        strbuf_add(&carry, str_slice(text, at, at + take));
        at += take;
        csv_batch_clear(&batch);
        // In a block of its own size, with marks behind the text that must not be seen.
        char *copy = base_alloc(carry.len + CSV_PADDING);
        memcpy(copy, carry.ptr, carry.len);
        memset(copy + carry.len, road == CSV_ROAD_PLAIN ? '\n' : '"', CSV_PADDING);
        Str piece = {copy, carry.len};
        size_t used = csv_scan(&scanner, piece, at == text.len, 0, &batch);
        for (size_t i = 0; i < batch.records.count; i++) {
            const CsvRecord *record = &batch.records.items[i];
            say_record(out, record, record->fault);
            for (uint32_t slot = 0; record->fault == REASON_NONE && slot < layout->slot_count;
                 slot++)
                say_cell(out, piece, batch.cells.items[record->first_cell + slot]);
        }
        memmove(carry.ptr, carry.ptr + used, carry.len - used);
        strbuf_truncate(&carry, carry.len - used);
        free(copy);
    }
    strbuf_printf(out, " %lld blank", (long long)scanner.lines_before);
    csv_batch_deinit(&batch);
    strbuf_deinit(&carry);
}

// The same from records with all their cells, which go the long road (test_csv.c has an oracle for it).
static void scan_all(StrBuf *out, Str text, const Layout *layout)
{
    CsvScanner scanner = {.separator = ',', .road = CSV_ROAD_PLAIN};
    CsvBatch batch = {0};
    char *copy = base_alloc(text.len + CSV_PADDING);
    memcpy(copy, text.ptr, text.len);
    memset(copy + text.len, 0, CSV_PADDING);
    Str piece = {copy, text.len};
    (void)csv_scan(&scanner, piece, true, 0, &batch);
    for (size_t i = 0; i < batch.records.count; i++) {
        const CsvRecord *record = &batch.records.items[i];
        const CsvCell *cells = batch.cells.items + record->first_cell;
        Reason fault = record->fault;
        if (fault == REASON_NONE && record->cell_count < layout->field_min)
            fault = REASON_TOO_FEW_CELLS;
        for (uint32_t k = layout->field_count; fault == REASON_NONE && k < record->cell_count; k++)
            fault = cells[k].size > 0 ? REASON_TOO_MANY_CELLS : REASON_NONE;
        say_record(out, record, fault);
        for (int32_t slot = 0; fault == REASON_NONE && slot < (int32_t)layout->slot_count; slot++) {
            for (uint32_t k = 0; k < layout->field_count; k++) {
                if (layout->slots[k] == slot)
                    say_cell(out, piece, cells[k]);
            }
        }
    }
    strbuf_printf(out, " %lld blank", (long long)scanner.lines_before);
    csv_batch_deinit(&batch);
    free(copy);
}

static Layout random_layout(uint64_t *seed)
{
    Layout layout = {.field_count = 2 + (uint32_t)(random_next(seed) % 5)};
    layout.field_min = 1;
    for (uint32_t i = 0; i < layout.field_count; i++) {
        layout.slots[i] = -1;
        if (random_next(seed) % 2 == 0) {
            layout.slots[i] = (int32_t)layout.slot_count++;
            layout.field_min = i + 1;
        }
    }
    // Columns need not be declared in the order of the file.
    if (layout.slot_count > 1 && random_next(seed) % 2 == 0) {
        for (uint32_t i = 0; i < layout.field_count; i++) {
            if (layout.slots[i] >= 0)
                layout.slots[i] = (int32_t)layout.slot_count - 1 - layout.slots[i];
        }
    }
    return layout;
}

// Mostly records as they should be, with something else here and there.
static void random_text(uint64_t *seed, uint32_t field_count, size_t size, StrBuf *text)
{
    static const char *const cells[] = {"",       "1",        "abc",  "\"q\"",      "\"a,b\"",
                                        "\"\"",   "\"x\ny\"", "张三", "\"a\"\"b\"", "5\"",
                                        "\"r\rs", "\"t\"u",   "\xFF", "\"c\r\nd\"", "long long"};
    static const char *const ends[] = {"\n", "\n", "\n", "\r\n", "\r\n", "\r", "\n\n"};
    bool clean = random_next(seed) % 3 > 0, wide = random_next(seed) % 4 == 0;
    while (text->len < size) {
        uint32_t count = field_count;
        if (random_next(seed) % (clean ? 200 : 8) == 0)
            count = 1 + (uint32_t)(random_next(seed) % 9);
        for (uint32_t i = 0; i < count; i++) {
            strbuf_add_c(text, i > 0 ? "," : "");
            size_t odd = clean ? 5 : ARRAY_LEN(cells);
            strbuf_add_c(text, cells[random_next(seed) % odd]);
            for (size_t k = random_next(seed) % 200; wide && i == 1 && k > 0; k--)
                strbuf_add_char(text, 'w');
        }
        strbuf_add_c(text, ends[clean ? random_next(seed) % 2 * 3 : random_next(seed) % 7]);
    }
    if (random_next(seed) % 3 == 0)
        strbuf_truncate(text, text->len - 1);
}

static void compare_roads(Str text, const Layout *layout, const size_t *sizes, size_t size_count)
{
    StrBuf expected = {0}, found = {0};
    scan_all(&expected, text, layout);
    for (size_t i = 0; i < ARRAY_LEN(roads); i++) {
        for (size_t k = 0; csv_has_road(roads[i]) && k < size_count; k++) {
            strbuf_clear(&found);
            scan_wanted(&found, text, layout, roads[i], sizes[k]);
            if (!str_equal(strbuf_str(&found), strbuf_str(&expected)))
                fail_msg("road %d, pieces of %zu:\n%s\nexpected\n%s\nof\n" STR_FMT, (int)roads[i],
                         sizes[k], strbuf_cstr(&found), strbuf_cstr(&expected), STR_ARG(text));
        }
    }
    strbuf_deinit(&expected);
    strbuf_deinit(&found);
}

static void test_short_texts(void **state)
{
    (void)state;
    uint64_t seed = 77;
    for (int round = 0; round < ROUNDS / 10; round++) {
        StrBuf text = {0};
        Layout layout = random_layout(&seed);
        random_text(&seed, layout.field_count, 1 + random_next(&seed) % 400, &text);
        size_t sizes[] = {1 + random_next(&seed) % 70, 1 + random_next(&seed) % 500, 4096};
        compare_roads(strbuf_str(&text), &layout, sizes, ARRAY_LEN(sizes));
        strbuf_deinit(&text);
    }
}

// Texts of several windows, so that records lie across their borders.
static void test_long_texts(void **state)
{
    (void)state;
    uint64_t seed = 78;
    for (int round = 0; round < ROUNDS / 1000; round++) {
        StrBuf text = {0};
        Layout layout = random_layout(&seed);
        random_text(&seed, layout.field_count, 100000, &text);
        size_t sizes[] = {1000 + random_next(&seed) % 9000, 65536, 200000};
        compare_roads(strbuf_str(&text), &layout, sizes, ARRAY_LEN(sizes));
        strbuf_deinit(&text);
    }
}

// One text, torn at every byte: the first piece has each length.
static void test_torn_everywhere(void **state)
{
    (void)state;
    static const int32_t slots[] = {0, -1, 1};
    static const char text[] =
        "a,b,c\r\n\"d\",\"e,\"\"\n\",f\rg,,\"h\"\n\n1,2\n1,2,3,4\n\"x\"y,z,\n"
        "i,j,k\r\n\"l\",m,n\r\no,\"p\",q";
    Layout layout = {.field_count = 3, .field_min = 3, .slot_count = 2};
    memcpy(layout.slots, slots, sizeof slots);
    for (size_t size = 1; size <= sizeof text; size++)
        compare_roads((Str){text, sizeof text - 1}, &layout, &size, 1);
}

// ---- Plain forms --------------------------------------------------------------------------------

typedef struct Plain {
    char bytes[64];
    size_t size;
} Plain;

static Plain random_cell(uint64_t *seed, const char *letters)
{
    Plain cell = {.size = random_next(seed) % 21};
    memset(cell.bytes, '7', sizeof cell.bytes); // what stands behind a cell is another one
    for (size_t i = 0; i < cell.size; i++)
        cell.bytes[i] = letters[random_next(seed) % strlen(letters)];
    if (random_next(seed) % 4 > 0) {
        for (size_t i = 0; i < cell.size; i++)
            cell.bytes[i] = (char)('0' + random_next(seed) % 10);
        if (cell.size > 0 && random_next(seed) % 3 == 0)
            cell.bytes[0] = '-';
        if (cell.size > 0 && random_next(seed) % 2 == 0)
            cell.bytes[random_next(seed) % cell.size] = '.';
    }
    return cell;
}

// What is read is what the converter reads; plain cells are read.
static void check_number(Converter *converter, const Plain *cell, int scale)
{
    int64_t found;
    bool whole = scale < 0;
    bool read = whole ? plain_integer(cell->bytes, cell->size, &found)
                      : plain_exact(cell->bytes, cell->size, scale, INT64_MAX, &found);
    CellValue value = convert_cell(converter, (Str){cell->bytes, cell->size});
    if (read) {
        int128_t count = whole ? value.i64 : value.i128;
        if (value.state != CELL_KNOWN || count != found)
            fail_msg("'%.*s' read as %lld at scale %d", (int)cell->size, cell->bytes,
                     (long long)found, scale);
        return;
    }
    size_t digits = leading_digits((Str){cell->bytes, cell->size});
    bool plain = digits == cell->size && digits > 0 && digits <= (whole ? 18u : 12u);
    if (plain)
        fail_msg("'%.*s' not read at scale %d", (int)cell->size, cell->bytes, scale);
}

static void test_numbers(void **state)
{
    (void)state;
    uint64_t seed = 79;
    for (int scale = -1; scale <= 6; scale++) {
        Type type =
            scale < 0 ? (Type){.kind = TYPE_INTEGER} : type_exact(TYPE_DECIMAL, (uint8_t)scale);
        ColumnDecl decl = {.name = STR("n"), .type = type};
        Converter converter;
        assert_int_equal(converter_init(&converter, &decl, NULL, NULL), STATUS_OK);
        for (int round = 0; round < ROUNDS; round++) {
            Plain cell = random_cell(&seed, "0123456789.-,+ /:\xB5");
            check_number(&converter, &cell, scale);
        }
        converter_deinit(&converter);
    }
}

static void check_date(const char *text, bool exists, int32_t date)
{
    char bytes[96];
    int64_t found;
    snprintf(bytes, sizeof bytes, "%s%s", text, "12345678");
    bool read = plain_date(bytes, 10, &found);
    if (read != exists || (read && found != date))
        fail_msg("%s read as %lld", text, read ? (long long)found : -1);
}

static void test_dates(void **state)
{
    (void)state;
    char text[64];
    for (int year = 0; year <= 9999; year++) {
        bool all = year < 3 || year > 9997 || year % 100 < 5 || year == 2024;
        for (int month = 0; month <= 13; month += all ? 1 : 1 + year % 5) {
            for (int day = all ? 0 : 27; day <= 32; day++) {
                int32_t date = 0;
                bool exists = date_from_ymd(year, month, day, &date) && date != DATE_MAX;
                snprintf(text, sizeof text, "%04d%c%02d%c%02d", year, "-/"[day & 1], month,
                         "-/"[day & 1], day);
                check_date(text, exists, date);
            }
        }
    }
    check_date("2024-01/05", false, 0);
    check_date("2024.01.05", false, 0);
    check_date("2024-1-005", false, 0);
    check_date("202x-01-05", false, 0);
    check_date("2024-01-0:", false, 0);
    int64_t found;
    assert_false(plain_date("2024-01-051111111111", 11, &found));
}

// Keys tell texts apart.
static void test_recent_keys(void **state)
{
    (void)state;
    uint64_t seed = 80;
    for (int round = 0; round < ROUNDS; round++) {
        char a[64], b[64];
        size_t size = 1 + random_next(&seed) % RECENT_SIZE_MAX;
        for (size_t i = 0; i < sizeof a; i++)
            a[i] = (char)random_next(&seed);
        memcpy(b, a, sizeof a);
        memset(b + size, 'x', sizeof b - size); // what follows does not matter
        RecentText first = recent_key(a, size), second = recent_key(b, size);
        assert_true(recent_is(&first, &second));
        b[random_next(&seed) % size] ^= (char)(1 << random_next(&seed) % 8);
        second = recent_key(b, size);
        assert_false(recent_is(&first, &second));
        second = recent_key(a, size > 1 ? size - 1 : 2);
        assert_false(recent_is(&first, &second));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_texts),     cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_torn_everywhere), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_dates),           cmocka_unit_test(test_recent_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
