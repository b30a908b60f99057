// SPDX-License-Identifier: Apache-2.0
//
// load_int.h: the parts of loading a table, in the order in which a file passes through them: its header
// line is matched with the table's columns (header.c), the rest is cut into pieces of whole records
// (feed.c, on a thread of its own where the file is large), the cells of a piece become values
// column by column (load_column.c; by two threads where it pays, load_share.c), and what happened is written down (report.c). load.c leads.
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

// Why a record of a piece was rejected.
typedef struct RowFault {
    Reason reason;
    uint32_t column; // number of the table's column + 1; 0: the whole record
} RowFault;

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
    // What a helper found in its columns: it has done with the piece (feed_await) before they are read.
    VEC(RowFault) faults; // per record; empty: none
    int64_t bytes_kept;   // of these columns, up to this piece
} Piece;

typedef struct Feed Feed;

#define FEED_TAKERS 2

// Begins to cut a file: `reader` is borrowed and may not be touched until feed_destroy; `front` is the
// text read so far from which the header has been taken off. With `takers` (1 or 2) reading and scanning
// run on another thread, up to a few pieces ahead, if there is one to be had; the pieces are the same either way. Each
// taker, on a thread of its own, gets every piece.
Feed *feed_create(Reader *reader, const CsvScanner *scanner, Str front, bool last, uint32_t takers);
bool feed_threaded(const Feed *feed); // without a thread there is only taker 0

// The next piece, valid until the taker's next call; NULL after the last one or when it was stopped.
Piece *feed_next(Feed *feed, uint32_t taker);

// The taker has done with its piece. Only with a thread, as the following ones.
void feed_done(Feed *feed, uint32_t taker);

// The taker gets no more pieces, and nobody waits for it.
void feed_leave(Feed *feed, uint32_t taker);

// Waits until `other` has done with the piece that `taker` has.
void feed_await(Feed *feed, uint32_t taker, uint32_t other);

// Takers get nothing more.
void feed_stop(Feed *feed);

// Stops and frees the feed; the reader may then be used again. Other takers must be gone.
void feed_destroy(Feed *feed);

// Bytes read at a time.
size_t feed_piece_size(void);

// ---- Columns (load_column.c) --------------------------------------------------------------------

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
    bool helped;     // converted by the helper
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

// ---- Shares (load_share.c) ----------------------------------------------------------------------

// What one thread has to do with a table: some of its columns. All that changes is its own.
typedef struct Share {
    ColumnLoader *loaders; // all of the table
    uint32_t loader_count;
    bool helped; // of these, those for which this is said
    bool reserved;
    int64_t bytes_total; // of the table's files
    Dict *dict;
    StrBuf scratch;
} Share;

// Converts the share's columns of a piece. `faults` are one per record, each with the first fault of its columns.
void share_convert(Share *share, const Piece *piece, RowFault *faults);

// Bytes that the share's columns take.
int64_t share_bytes(const Share *share);

// Divides the columns between the thread that loads and a helper. Columns of texts and identities, which need the
// dictionary, stay: its codes come in the order of records. Returns whether the helper has any.
bool share_divide(ColumnLoader *loaders, uint32_t count);

// A thread that converts its share of all pieces of a feed, as taker 1.
typedef struct Helper Helper;

// Starts a helper; both are borrowed. NULL if there is no thread to be had: taker 1 is then gone.
Helper *helper_start(Feed *feed, Share *share);

// Waits for the helper to end, which it does after the last piece or when the feed was stopped. NULL is allowed.
void helper_join(Helper *helper);

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
