// SPDX-License-Identifier: Apache-2.0
//
// csv.c: the scanner. Sixty-four bytes at a time are reduced to a word with one bit for every byte that
// may matter: separator, quote, CR, LF. The rest of the work walks from bit to bit, so a byte inside a
// cell costs nothing but its share of the reduction. Quotes are handled where they are met instead of by
// parity over the whole file: parity would let one stray quote turn all following cells inside out.
#include "runtime/source/csv.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define SCAN_STOP ((size_t)-1) // the record is not complete in this piece

// Walks over the bytes of a text that may matter.
typedef struct Cursor {
    const char *text;
    size_t size;
    size_t base;   // of the word's block
    uint64_t bits; // marks of the block that are still ahead
    char separator;
} Cursor;

#ifdef __SSE2__
static inline uint64_t marks16(const char *p, __m128i separator)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i found =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, separator), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')),
                                _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')));
    return (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_or_si128(found, ends));
}

static inline uint64_t marks64(const char *p, char separator)
{
    __m128i wanted = _mm_set1_epi8(separator);
    return marks16(p, wanted) | marks16(p + 16, wanted) << 16 | marks16(p + 32, wanted) << 32 |
           marks16(p + 48, wanted) << 48;
}
#else
static inline uint64_t marks64(const char *p, char separator)
{
    uint64_t bits = 0;
    for (int i = 0; i < 64; i++) {
        bool mark = p[i] == separator || p[i] == '"' || p[i] == '\n' || p[i] == '\r';
        bits |= (uint64_t)mark << i;
    }
    return bits;
}
#endif

// Moves the cursor to a byte position.
static inline void cursor_seek(Cursor *cursor, size_t at)
{
    cursor->base = at & ~(size_t)63;
    cursor->bits = 0;
    if (cursor->base < cursor->size)
        cursor->bits = marks64(cursor->text + cursor->base, cursor->separator) & ~UINT64_C(0)
                                                                                     << (at & 63);
}

// The next byte that may matter; the text's size if there is none.
static inline size_t cursor_next(Cursor *cursor)
{
    while (cursor->bits == 0) {
        cursor->base += 64;
        if (cursor->base >= cursor->size)
            return cursor->size;
        cursor->bits = marks64(cursor->text + cursor->base, cursor->separator);
    }
    size_t at = cursor->base + (size_t)num_trailing_zeros_u64(cursor->bits);
    cursor->bits &= cursor->bits - 1;
    return MIN_OF(at, cursor->size);
}

// A record under way.
typedef struct Growing {
    CsvScanner *scanner;
    CsvBatch *batch;
    size_t start;
    size_t first_cell;
    size_t cell_start;
    uint32_t field;
    bool surplus;        // a cell beyond the last field holds something
    int64_t line_breaks; // inside quotes
} Growing;

static inline void end_cell(Growing *record, size_t start, size_t end, bool escaped)
{
    CsvScanner *scanner = record->scanner;
    CsvCell cell = {(uint32_t)start, (uint32_t)(end - start) & 0x7FFFFFFF, escaped};
    if (scanner->field_count == 0) {
        vec_push(&record->batch->cells, cell);
    } else if (record->field >= scanner->field_count) {
        record->surplus |= end > start;
    } else if (scanner->slot_of_field[record->field] >= 0) {
        size_t slot = (size_t)scanner->slot_of_field[record->field];
        record->batch->cells.items[record->first_cell + slot] = cell;
    }
    record->field++;
}

// Reads a quoted cell, whose opening quote the cursor has just passed. Returns the place of its closing
// quote, the text's size if there is none.
static size_t quoted_end(Cursor *cursor, Growing *record, bool *escaped)
{
    *escaped = false;
    for (;;) {
        size_t at = cursor_next(cursor);
        if (at >= cursor->size)
            return cursor->size;
        char mark = cursor->text[at];
        if (mark == '\n' || mark == '\r') {
            bool pair = mark == '\n' && cursor->text[at - 1] == '\r';
            record->line_breaks += !pair;
        } else if (mark == '"') {
            if (at + 1 >= cursor->size || cursor->text[at + 1] != '"')
                return at;
            *escaped = true;
            (void)cursor_next(cursor); // the second one
        }
    }
}

static inline bool is_line_end(char byte)
{
    return byte == '\n' || byte == '\r';
}

// Behind the line end at `at`. A CR at the very end of a piece that goes on gives SCAN_STOP: an LF may
// follow.
static inline size_t after_line_end(Cursor *cursor, size_t at, bool last)
{
    if (at >= cursor->size)
        return cursor->size;
    if (cursor->text[at] != '\r')
        return at + 1;
    if (at + 1 == cursor->size)
        return last ? at + 1 : SCAN_STOP;
    if (cursor->text[at + 1] != '\n')
        return at + 1;
    (void)cursor_next(cursor);
    return at + 2;
}

static size_t find_line_end(Str text, size_t from)
{
    while (from < text.len && !is_line_end(text.ptr[from]))
        from++;
    return from;
}

static void add_record(Growing *record, size_t end, Reason fault)
{
    CsvBatch *batch = record->batch;
    CsvScanner *scanner = record->scanner;
    if (fault != REASON_NONE) {
        if (scanner->field_count == 0)
            batch->cells.count = record->first_cell;
        for (uint32_t i = 0; scanner->field_count > 0 && i < scanner->slot_count; i++)
            batch->cells.items[record->first_cell + i] = (CsvCell){0};
    }
    if (scanner->field_count > 0)
        batch->cells.count += scanner->slot_count;
    vec_push(&batch->records, (CsvRecord){.line = scanner->lines_before + 1,
                                          .first_cell = record->first_cell,
                                          .start = (uint32_t)record->start,
                                          .size = (uint32_t)(end - record->start),
                                          .cell_count = record->field,
                                          .fault = fault});
}

// Drops the rest of a line that was too long, from `from`. Returns where to go on; the scanner is still
// skipping if the line goes on in the next piece.
static size_t skip_line(CsvScanner *scanner, Cursor *cursor, size_t from, bool last)
{
    Str text = {cursor->text, cursor->size};
    size_t end = find_line_end(text, from);
    cursor_seek(cursor, end + 1);
    size_t next = after_line_end(cursor, end, last);
    scanner->skipping = !last && (end == text.len || next == SCAN_STOP);
    if (next == SCAN_STOP)
        return end;
    scanner->lines_before += !scanner->skipping;
    return next;
}

// Refuses a record whose quotes are wrong or that is longer than allowed: its first physical line. If that
// line is not too long, the quotes are to blame. The same for every cutting of the file. Returns where to
// go on.
static size_t refuse(Cursor *cursor, Growing *record, bool last)
{
    CsvScanner *scanner = record->scanner;
    size_t limit_end = MIN_OF(record->start + scanner->record_size_max + 1, cursor->size);
    size_t end = find_line_end((Str){cursor->text, limit_end}, record->start);
    if (end - record->start > scanner->record_size_max) {
        add_record(record, end - 1, REASON_LINE_TOO_LONG);
        return skip_line(scanner, cursor, end - 1, last);
    }
    if (end == cursor->size && !last)
        return SCAN_STOP;
    cursor_seek(cursor, end + 1);
    size_t next = after_line_end(cursor, end, last);
    if (next == SCAN_STOP)
        return SCAN_STOP;
    add_record(record, end, REASON_BAD_QUOTE);
    scanner->lines_before++;
    return next;
}

// Judges a record that ends at `end`; the line end has been passed.
static void end_record(Growing *record, size_t end, bool quoted)
{
    CsvScanner *scanner = record->scanner;
    bool empty = end == record->start && !quoted;
    if (empty && scanner->field_count != 1) {
        if (scanner->field_count == 0)
            record->batch->cells.count = record->first_cell;
        record->batch->blank_lines++;
    } else {
        Reason fault = REASON_NONE;
        if (record->field < scanner->field_min)
            fault = REASON_TOO_FEW_CELLS;
        else if (record->surplus)
            fault = REASON_TOO_MANY_CELLS;
        add_record(record, end, fault);
    }
    scanner->lines_before += 1 + record->line_breaks;
}

static void begin_record(Growing *record, size_t start)
{
    CsvBatch *batch = record->batch;
    record->start = start;
    record->cell_start = start;
    record->first_cell = batch->cells.count;
    record->field = 0;
    record->surplus = false;
    record->line_breaks = 0;
    if (record->scanner->field_count > 0)
        vec_reserve(&batch->cells, batch->cells.count + record->scanner->slot_count);
}

// Reads one record from `start`. Returns where the next one begins, or SCAN_STOP.
static size_t scan_record(Cursor *cursor, Growing *record, size_t start, bool last)
{
    const char *text = cursor->text;
    bool quoted = false;
    begin_record(record, start);
    for (;;) {
        size_t at = cursor_next(cursor);
        bool escaped = false;
        size_t cell_start = record->cell_start, cell_end = at;
        if (at < cursor->size && text[at] == '"') {
            if (at != cell_start)
                continue;
            quoted = true;
            cell_start = at + 1;
            cell_end = quoted_end(cursor, record, &escaped);
            if (cell_end == cursor->size) // no closing quote
                return last ? refuse(cursor, record, last) : SCAN_STOP;
            at = cell_end + 1;
            if (at == cursor->size && !last)
                return SCAN_STOP; // it may be doubled
            if (at < cursor->size && text[at] != cursor->separator && !is_line_end(text[at]))
                return refuse(cursor, record, last);
            (void)cursor_next(cursor); // the mark at `at`
        }
        if (at == cursor->size && !last)
            return SCAN_STOP;
        if (at < cursor->size && text[at] == cursor->separator) {
            end_cell(record, cell_start, cell_end, escaped);
            record->cell_start = at + 1;
            continue;
        }
        if (at - start > record->scanner->record_size_max)
            return SCAN_STOP; // csv_scan sees to it
        size_t next = after_line_end(cursor, at, last);
        if (next == SCAN_STOP)
            return SCAN_STOP;
        end_cell(record, cell_start, cell_end, escaped);
        end_record(record, at, quoted);
        return next;
    }
}

size_t csv_scan(CsvScanner *scanner, Str text, bool last, size_t record_max, CsvBatch *batch)
{
    ASSERT(text.len < INT32_MAX);
    ASSERT(scanner->separator != '"');
    Cursor cursor = {.text = text.ptr, .size = text.len, .separator = scanner->separator};
    Growing record = {.scanner = scanner, .batch = batch};
    if (scanner->record_size_max == 0)
        scanner->record_size_max = CSV_RECORD_SIZE_MAX;
    size_t wanted = record_max > 0 ? batch->records.count + record_max : SIZE_MAX;
    size_t at = scanner->skipping ? skip_line(scanner, &cursor, 0, last) : 0;
    cursor_seek(&cursor, at);
    while (at < text.len && !scanner->skipping && batch->records.count < wanted) {
        size_t next = scan_record(&cursor, &record, at, last);
        if (next == SCAN_STOP) {
            batch->cells.count = record.first_cell;
            // One byte more: a CR behind a record of full length.
            if (text.len - at > (size_t)scanner->record_size_max + 1 || last)
                next = refuse(&cursor, &record, last);
            if (next == SCAN_STOP)
                break;
        }
        ASSERT(next > at);
        at = next;
    }
    return at;
}

void csv_refuse_nul(CsvBatch *batch, Str text, uint32_t slot_count)
{
    for (size_t i = 0; i < batch->records.count; i++) {
        CsvRecord *record = &batch->records.items[i];
        if (record->fault != REASON_NONE ||
            memchr(text.ptr + record->start, 0, record->size) == NULL)
            continue;
        record->fault = REASON_NUL_BYTE;
        for (uint32_t slot = 0; slot < slot_count; slot++)
            batch->cells.items[record->first_cell + slot] = (CsvCell){0};
    }
}

Str csv_cell_text(Str text, CsvCell cell, StrBuf *scratch)
{
    Str raw = {text.ptr + cell.start, cell.size};
    if (!cell.escaped)
        return raw;
    strbuf_clear(scratch);
    size_t from = 0;
    for (size_t at = str_find(raw, STR("\"\""), 0); at != STR_NONE;
         at = str_find(raw, STR("\"\""), from)) {
        strbuf_add(scratch, str_slice(raw, from, at + 1));
        from = at + 2;
    }
    strbuf_add(scratch, str_slice(raw, from, raw.len));
    return strbuf_str(scratch);
}

void csv_batch_clear(CsvBatch *batch)
{
    vec_clear(&batch->cells);
    vec_clear(&batch->records);
    batch->blank_lines = 0;
}

void csv_batch_deinit(CsvBatch *batch)
{
    vec_free(&batch->cells);
    vec_free(&batch->records);
    *batch = (CsvBatch){0};
}

int64_t csv_count_outside_quotes(Str text, char byte)
{
    int64_t count = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            quoted = !quoted;
        else if (!quoted && is_line_end(text.ptr[i]))
            break;
        else if (!quoted && text.ptr[i] == byte)
            count++;
    }
    return count;
}
