// SPDX-License-Identifier: Apache-2.0
//
// load_int.h: the parts of loading a table, in the order in which a file passes through them: its header
// line is matched with the table's columns (header.c), the rest is cut into pieces of whole records
// (feed.c, on a thread of its own where the file is large), the cells of a piece become values
// column by column (load_column.c), and what happened is written down (report.c). load.c leads.
#ifndef SUP_RUNTIME_SOURCE_LOAD_INT_H
#define SUP_RUNTIME_SOURCE_LOAD_INT_H

#include "runtime/source/convert.h"
#include "runtime/source/csv.h"
#include "runtime/source/reader_int.h"
#include "runtime/source/source.h"

#define QUARANTINE_KEPT_MAX 1000000 // rejected records listed; further ones are only counted
#define HEADER_SIZE_MAX CSV_RECORD_SIZE_MAX

// ---- Header (header.c) --------------------------------------------------------------------------

// A file's layout: what its header line says about the table's columns.
typedef struct Header {
    char separator;
    uint32_t field_count;
    uint32_t field_min;       // up to the last cell that is not blank: records may end there
    int32_t *field_of_column; // per column of the table; -1: not in the file. Owned.
    int64_t line;             // physical line of the header
    int64_t lines_used;       // physical lines up to the end of the header
    size_t end;               // where data begin in the text
} Header;

// Reads the header line at the front of a file's text. `*more` says that the text given does not reach
// to its end yet (never if `last`). STATUS_DATA: no header, a needed column is missing or double.
Status header_read(const TableDecl *table, const FoundFile *file, Str text, bool last, Header *out,
                   bool *more, Error *error);
void header_deinit(Header *header);

// A header cell as it is compared: normal form KC without blanks. Appended to out.
void header_fold(Str cell, StrBuf *out);

// ---- Pieces (feed.c) ----------------------------------------------------------------------------

// Whole records of a file.
typedef struct Piece {
    StrBuf text;
    size_t used; // bytes of the text that are whole records
    CsvBatch batch;
    TextFacts facts;    // of those bytes
    int64_t bytes_done; // of the file, when this piece had been read
    bool last;
    Status status; // not OK: reading failed, `error` says why, and nothing follows
    Error error;
} Piece;

typedef struct Feed Feed;

// Begins to cut a file: `reader` is borrowed and may not be touched until feed_destroy; `front` is the
// text read so far from which the header has been taken off. With `threaded`, reading and scanning
// run on another thread, up to a few pieces ahead; the pieces are the same either way.
Feed *feed_create(Reader *reader, const CsvScanner *scanner, Str front, bool last, bool threaded);

// The next piece, valid until the next call; NULL after the last one.
Piece *feed_next(Feed *feed);

// Stops and frees the feed; the reader may then be used again.
void feed_destroy(Feed *feed);

// Bytes read at a time.
size_t feed_piece_size(void);

// ---- Columns (load_column.c) --------------------------------------------------------------------

// Why a record of the present piece was rejected.
typedef struct RowFault {
    Reason reason;
    uint32_t column; // number of the table's column + 1; 0: the whole record
} RowFault;

// What loading noticed about the texts of a column; report.c turns it into warnings.
typedef struct TextSigns {
    int64_t digit_lengths[24]; // cells of so many digits; [23]: more
    int64_t leading_zero;      // cells of digits that begin with 0
    int64_t long_rounded;      // over 15 digits, those behind the 15th all 0
    int64_t rounded_valid;     // of these, identities whose check digit fits
    int64_t long_numbers;      // over 15 digits
    int64_t rounded_chance;    // how many of them end so by chance, in millionths
    int64_t scientific;        // 4.1E+17
} TextSigns;

typedef struct ColumnLoader {
    Converter converter;
    const ColumnDecl *decl;
    uint32_t number; // of the column in the table
    uint32_t slot;   // among the wanted fields
    Column *column;
    CauseId missing, damaged, masked;
    ColumnReport counts;
    TextSigns signs;
    bool check_digit;           // valid values of this type are known by a check digit
    int64_t limit;              // exact types: counts below this need no further look
    struct RecentTexts *recent; // texts
} ColumnLoader;

// What the columns of a piece share.
typedef struct PieceView {
    Str text;
    const CsvBatch *batch;
    uint32_t slot_count;
    bool valid;       // the text is valid UTF-8
    RowFault *faults; // one per record
    Dict *dict;
    StrBuf *scratch;
} PieceView;

Status column_loader_init(ColumnLoader *loader, const TableDecl *table, uint32_t number,
                          const LoadOptions *options, CauseTable *causes, Column *column,
                          Error *error);
void column_loader_deinit(ColumnLoader *loader);

// Appends the column's cells of a piece, one value per record.
void column_loader_add(ColumnLoader *loader, const PieceView *view);

// Where a spreadsheet has rounded identities of the column, those of the same form whose check digit fits by chance
// (one in eleven) become damaged too: what survived are the first 15 digits.
void column_loader_distrust(ColumnLoader *loader, Dict *dict);

// Hands the counts over to the Column.
void column_loader_finish(ColumnLoader *loader);

// ---- Report (report.c) --------------------------------------------------------------------------

// Writes down a rejected record. `cell` is the text that was refused (empty for a whole record).
void report_quarantine(LoadReport *report, uint32_t file, const CsvRecord *record,
                       int64_t record_number, const RowFault *fault, const TableDecl *table,
                       Str cell, int64_t row);

// A warning about a file; both texts are copied.
void report_warning(LoadReport *report, uint32_t file, int64_t count, Str zh, Str en);

// The first characters of a value and its length: 41…(18).
Str report_mask(Arena *arena, Str value);

// What is noticed over a whole file.
typedef struct FileSigns {
    TextFacts facts;     // sums over the pieces
    int64_t blank_lines; // between records
    bool no_last_line_end;
    int64_t records;
    bool overridden; // a byte order mark contradicted the declared encoding
} FileSigns;

void report_file_signs(LoadReport *report, uint32_t file, const FileSigns *signs);
void report_column_signs(LoadReport *report, const ColumnLoader *loader);

#endif
