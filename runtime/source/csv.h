// SPDX-License-Identifier: Apache-2.0
//
// csv.h: text with separators to records and the places of their cells.
//
// The scanner works on a piece of a file that is already UTF-8 and finds complete records in it; the
// caller carries the rest over to the next piece, so any cutting of a file gives the same records.
// Nothing is copied: a cell is a place in the piece.
//
// What is accepted: any one separator byte; LF, CRLF and CR as line ends, also mixed; a cell that
// begins with `"` reaches to the next `"` that is not doubled, and may hold separators and line ends; a
// `"` elsewhere is itself. A record whose quotes are wrong (text behind a closing quote, no closing
// quote) is one physical line with the fault REASON_BAD_QUOTE, and the next line is read afresh, so a
// stray quote never swallows what follows. A line without any byte is no record, except in a file
// of one column.
#ifndef SUP_RUNTIME_SOURCE_CSV_H
#define SUP_RUNTIME_SOURCE_CSV_H

#include "runtime/base/base.h"
#include "runtime/base/reason.h"
#include "runtime/base/str.h"
#include "runtime/base/vec.h"

#define CSV_PADDING 64                  // readable bytes behind every piece that is scanned
#define CSV_RECORD_SIZE_MAX (16u << 20) // bytes of a record; a longer one is refused
#define CSV_FIELDS_MAX 1000000          // cells of a header line

// A cell's bytes in the piece, without its quotes.
typedef struct CsvCell {
    uint32_t start;
    uint32_t size : 31;
    uint32_t escaped : 1; // holds doubled quotes
} CsvCell;

typedef struct CsvRecord {
    int64_t line;        // physical line on which it begins, from 1
    size_t first_cell;   // in CsvBatch.cells
    uint32_t start;      // in the piece
    uint32_t size;       // without the line end
    uint32_t cell_count; // as found
    Reason fault;        // REASON_NONE, or why its cells cannot be used (they are then empty)
} CsvRecord;

// A field that is wanted, and where its cells go.
typedef struct CsvWanted {
    uint32_t field, slot;
} CsvWanted;

// The records found in one piece. All zero is an empty one.
typedef struct CsvBatch {
    VEC(CsvCell) cells; // of wanted fields, record by record
    VEC(CsvRecord) records;
    int64_t blank_lines;   // lines without a byte that are no records
    VEC(CsvWanted) wanted; // the scanner's, in the order of fields
} CsvBatch;

// How marks are found: by what the processor has (csv_index.c). All roads give the same; tests ask for each.
typedef enum CsvRoad { CSV_ROAD_BEST, CSV_ROAD_PLAIN, CSV_ROAD_AVX2, CSV_ROAD_AVX512 } CsvRoad;
bool csv_has_road(CsvRoad road);

// What to look for, and where the scanner is. Fill in the first ones; the rest begins as zero.
typedef struct CsvScanner {
    char separator;
    uint32_t field_count;         // cells that a record may have; 0: any number, all are wanted
    uint32_t field_min;           // cells that it must have: all wanted ones are among them
    const int32_t *slot_of_field; // per field: its place among the wanted ones, or -1
    uint32_t slot_count;          // number of wanted fields
    uint32_t record_size_max;     // 0: CSV_RECORD_SIZE_MAX
    CsvRoad road;                 // one that the processor has
    int64_t lines_before;         // physical lines behind us
    bool skipping;                // inside a line that was too long
} CsvScanner;

// Appends the records of `text` to the batch and returns how many bytes they take. The rest of the
// text is an unfinished record; if `last`, nothing is left. CSV_PADDING bytes behind the text must
// be readable. At most `record_max` records are taken (0: all).
size_t csv_scan(CsvScanner *scanner, Str text, bool last, size_t record_max, CsvBatch *batch);

// Gives records that hold a NUL byte the fault REASON_NUL_BYTE.
void csv_refuse_nul(CsvBatch *batch, Str text, uint32_t slot_count);

// The text of a cell; one with doubled quotes is written to `scratch` (cleared first).
Str csv_cell_text(Str text, CsvCell cell, StrBuf *scratch);

// Empties the batch and keeps its memory; frees it.
void csv_batch_clear(CsvBatch *batch);
void csv_batch_deinit(CsvBatch *batch);

// How often the byte stands outside quotes in the first record of a text.
int64_t csv_count_outside_quotes(Str text, char byte);

#endif
