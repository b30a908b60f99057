// SPDX-License-Identifier: Apache-2.0
//
// csv.c: the scanner. It walks from mark to mark (csv_index.c finds them), so a byte inside a cell costs nothing but its
// share of a comparison of 64 bytes.
//
// There are two roads. The short one takes a record whose marks are all in the window and which holds nothing but
// plain and quoted cells: between two quotes or line ends there are only separators, so the cells there are the spaces
// between marks, and of them only the wanted ones are touched. Everything else (doubled quotes, line ends in cells,
// wrong counts, wrong quotes, ends of pieces) goes the long road, cell by cell, which is the meaning. Quotes are
// handled where they are met instead of by parity over the whole file: parity would let one stray quote turn all
// following cells inside out.
#include "runtime/source/csv_int.h"

#define SCAN_STOP ((size_t)-1) // the record is not complete in this piece

// Walks over the bytes of a text that may matter.
typedef struct Cursor {
    const char *text;
    size_t size;
    size_t window_end; // bytes before it are indexed
    size_t next;       // the first mark that is still ahead
    CsvMarks *marks;
    CsvIndexer *index;
    char separator;
} Cursor;

// Indexes the window that begins with the block of `at`. `before` is the place of the mark before.
static void load_window(Cursor *cursor, size_t at, uint32_t before)
{
    CsvMarks *marks = cursor->marks;
    size_t from = at & ~(size_t)(CSV_BLOCK - 1);
    memset(marks->special, 0, (marks->count / 64 + 2) * sizeof *marks->special);
    marks->at[0] = before;
    marks->count = 1;
    cursor->next = 1;
    cursor->window_end = MIN_OF(from + CSV_WINDOW, cursor->size);
    if (at < cursor->size)
        cursor->index(cursor->text, from, cursor->window_end, ~UINT64_C(0) << (at - from),
                      cursor->separator, marks);
}

// Moves the cursor to a byte position.
static void cursor_seek(Cursor *cursor, size_t at)
{
    load_window(cursor, at, (uint32_t)at - 1);
}

// The next byte that may matter; the text's size if there is none.
static inline size_t cursor_next(Cursor *cursor)
{
    CsvMarks *marks = cursor->marks;
    while (cursor->next == marks->count) {
        if (cursor->window_end >= cursor->size)
            return cursor->size;
        load_window(cursor, cursor->window_end, marks->at[marks->count - 1]);
    }
    return marks->at[cursor->next++];
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

// ---- The short road -----------------------------------------------------------------------------

// The first mark from `from` on that is no separator; the count of marks if there is none.
static inline size_t next_special(const CsvMarks *marks, size_t from)
{
    size_t word = from >> 6;
    uint64_t bits = marks->special[word] >> (from & 63) << (from & 63);
    while (bits == 0) {
        if (++word > marks->count >> 6)
            return marks->count;
        bits = marks->special[word];
    }
    return (word << 6) + (size_t)num_trailing_zeros_u64(bits);
}

// Where a record stands on the short road.
typedef struct Stretch {
    CsvCell *cells;         // of the record
    const CsvWanted *ahead; // wanted fields that are still to come; the last one never comes
    uint32_t field;         // the next one
} Stretch;

// Takes the cells that end with the marks [from, to).
static inline void take_plain(Stretch *stretch, const uint32_t *at, size_t from, size_t to)
{
    const CsvWanted *ahead = stretch->ahead;
    uint32_t field = stretch->field, end = field + (uint32_t)(to - from);
    // before[f] is the mark before field f: at least as many marks as fields lie behind us.
    const uint32_t *before = at + from - field - 1;
    for (; ahead->field < end; ahead++) {
        uint32_t start = before[ahead->field] + 1;
        stretch->cells[ahead->slot] = (CsvCell){start, before[ahead->field + 1] - start, 0};
    }
    stretch->ahead = ahead;
    stretch->field = end;
}

// Takes the quoted cell that begins with the mark `*mark`; *mark is then the one behind its closing quote. False: it
// is not one that can be read here.
static inline bool take_quoted(const Cursor *cursor, Stretch *stretch, size_t *mark)
{
    const CsvMarks *marks = cursor->marks;
    uint32_t open = marks->at[*mark];
    size_t last = next_special(marks, *mark + 1);
    if (open != marks->at[*mark - 1] + 1 || last + 1 >= marks->count)
        return false;
    uint32_t close = marks->at[last];
    // The next mark stands right behind and is no quote.
    if (cursor->text[close] != '"' || marks->at[last + 1] != close + 1 ||
        cursor->text[close + 1] == '"')
        return false;
    if (stretch->ahead->field == stretch->field)
        stretch->cells[stretch->ahead++->slot] = (CsvCell){open + 1, close - open - 1, 0};
    stretch->field++;
    *mark = last + 1;
    return true;
}

// Finds the cells of the record that begins behind mark `first - 1`. Returns the mark that ends it, 0 if it must go the
// long road.
static inline size_t take_cells(const Cursor *cursor, Stretch *stretch, size_t first)
{
    const CsvMarks *marks = cursor->marks;
    size_t mark = first;
    for (;;) {
        size_t special = next_special(marks, mark);
        if (special == marks->count)
            return 0;
        take_plain(stretch, marks->at, mark, special);
        mark = special;
        if (cursor->text[marks->at[mark]] != '"') {
            take_plain(stretch, marks->at, mark, mark + 1);
            return mark;
        }
        if (!take_quoted(cursor, stretch, &mark))
            return 0;
        if (is_line_end(cursor->text[marks->at[mark]]))
            return mark;
        mark++;
    }
}

// Reads one record from `start`. Returns where the next one begins, 0 if it must go the long road.
static inline size_t scan_short(Cursor *cursor, Growing *record, size_t start)
{
    CsvScanner *scanner = record->scanner;
    const CsvMarks *marks = cursor->marks;
    size_t first = cursor->next;
    if (marks->at[first - 1] + 1 != (uint32_t)start)
        return 0;
    begin_record(record, start);
    Stretch stretch = {record->batch->cells.items + record->first_cell, record->batch->wanted.items,
                       0};
    size_t mark = take_cells(cursor, &stretch, first);
    size_t end = marks->at[mark];
    if (mark == 0 || end == start || end - start > scanner->record_size_max ||
        stretch.field < scanner->field_min || stretch.field > scanner->field_count)
        return 0;
    if (cursor->text[end] == '\r') {
        if (mark + 1 == marks->count)
            return 0; // what stands behind is not known
        mark += cursor->text[end + 1] == '\n';
    }
    record->field = stretch.field;
    add_record(record, end, REASON_NONE);
    scanner->lines_before++;
    cursor->next = mark + 1;
    return (size_t)marks->at[mark] + 1;
}

// The same, with the record brought to the front of the window if it is not all in it.
static inline size_t scan_quickly(Cursor *cursor, Growing *record, size_t start)
{
    if (record->scanner->field_count == 0)
        return 0;
    size_t next = scan_short(cursor, record, start);
    if (next > 0 || cursor->window_end >= cursor->size ||
        next_special(cursor->marks, cursor->next) < cursor->marks->count)
        return next;
    if (start + CSV_WINDOW < cursor->window_end + CSV_BLOCK)
        return 0; // it stands at the front already
    cursor_seek(cursor, start);
    return scan_short(cursor, record, start);
}

// ---- The scan -----------------------------------------------------------------------------------

// Puts the wanted fields into order, and one behind them that no record has.
static void list_wanted(const CsvScanner *scanner, CsvBatch *batch)
{
    vec_clear(&batch->wanted);
    for (uint32_t field = 0; field < scanner->field_count; field++) {
        if (scanner->slot_of_field[field] >= 0)
            vec_push(&batch->wanted, (CsvWanted){field, (uint32_t)scanner->slot_of_field[field]});
    }
    vec_push(&batch->wanted, (CsvWanted){.field = UINT32_MAX});
}

size_t csv_scan(CsvScanner *scanner, Str text, bool last, size_t record_max, CsvBatch *batch)
{
    ASSERT(text.len < INT32_MAX);
    ASSERT(scanner->separator != '"');
    CsvMarks marks;
    marks.count = CSV_WINDOW; // so much is cleared at first
    Cursor cursor = {.text = text.ptr,
                     .size = text.len,
                     .marks = &marks,
                     .index = csv_indexer(scanner->road),
                     .separator = scanner->separator};
    Growing record = {.scanner = scanner, .batch = batch};
    if (scanner->record_size_max == 0)
        scanner->record_size_max = CSV_RECORD_SIZE_MAX;
    size_t wanted = record_max > 0 ? batch->records.count + record_max : SIZE_MAX;
    list_wanted(scanner, batch);
    size_t at = scanner->skipping ? skip_line(scanner, &cursor, 0, last) : 0;
    cursor_seek(&cursor, at);
    while (at < text.len && !scanner->skipping && batch->records.count < wanted) {
        size_t next = scan_quickly(&cursor, &record, at);
        if (next == 0)
            next = scan_record(&cursor, &record, at, last);
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
    vec_free(&batch->wanted);
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
