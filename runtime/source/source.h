// SPDX-License-Identifier: Apache-2.0
// source.h: the door of data sources: a table's files become a Rowset.
//
// Loading a table: find its files, detect or take the encoding and layout, match header cells to columns (by
// name and `also` spellings, width- and blank-folded), convert only the columns that the program needs, and
// judge every record: accepted, or quarantined with file, line, column, reason. Nothing is dropped in silence.
// Quarantined rows stay in the Rowset as shadows (cells that parsed are known); repeated rows do not.
// Keys and expectations are judged by exec/table.c, which calls load_table first.

#ifndef SUP_RUNTIME_SOURCE_SOURCE_H
#define SUP_RUNTIME_SOURCE_SOURCE_H

#include "runtime/base/status.h"
#include "runtime/data/column.h"
#include "runtime/exec/program.h"
#include "runtime/kernel.h"

// One rejected record, in order of files and records.
typedef struct Quarantined {
    uint32_t file;  // into LoadReport.files
    int64_t record; // 1-based data record
    int64_t line;   // physical line where the record begins, 1-based
    Str column;     // empty: the whole record
    Reason reason;
    Str shown;   // masked value: first characters and length
    int64_t row; // its row in the Rowset, -1 if none was kept
} Quarantined;

typedef struct LoadWarning { // known silent losses, odd layouts
    uint32_t file;
    Str zh, en;
    int64_t count;
    bool of_codes;   // tells of a code that lost a digit: means nothing for amounts
    uint32_t column; // of_codes: its number in the table
} LoadWarning;

typedef struct LoadedFile {
    Str path;
    Str encoding; // as used: "UTF-8", "GB18030", "UTF-16LE"…
    bool encoding_detected;
    char separator;
    int64_t bytes, records, accepted, quarantined;
    char sha256[65]; // hex of the file's bytes
} LoadedFile;

typedef struct ColumnReport { // identity and parse states, for the summary
    Str name;
    int64_t valid, repaired, damaged, masked, missing, unparsed;
} ColumnReport;

typedef struct LoadReport {
    Arena *arena; // owns the texts
    Str table;
    VEC(LoadedFile) files;
    VEC(Quarantined) quarantined;
    VEC(LoadWarning) warnings;
    VEC(ColumnReport) columns;
    int64_t records, accepted, quarantined_count, repeated_count;
} LoadReport;

typedef struct LoadOptions {
    Str data_folder;                     // --data DIR, empty: none
    const Str *bind_tables, *bind_paths; // --bind TABLE=PATH
    uint32_t bind_count;
    int64_t limit_rows, limit_bytes;
    int64_t limit_seconds, deadline_us; // of the clock; 0: no limit of time
    // Threads for one file: 0: by its size and the machine; 1: none beside the caller's; more: others help in any case.
    // The result is the same.
    uint32_t threads;
    size_t piece_size; // bytes read at a time; 0: as many as are best
    Lang lang;
    // Called now and then with bytes done and total, rows; returns false to stop (Ctrl-C). May be NULL.
    bool (*progress)(void *closure, Str table, int64_t bytes_done, int64_t bytes_total,
                     int64_t rows);
    void *progress_closure;
    // Identity normalisations come from the library, which this layer does not see.
    const IdentityCard *(*identity)(Str key);
} LoadOptions;

// Loads the needed columns of `table`. On STATUS_OK `*out` is a new Rowset (columns in declaration order; those
// not needed are empty) and `report` is filled. Missing file, missing column (near header named), unreadable or
// directory: STATUS_DATA or STATUS_IO with a text in both languages in `error`.
Status load_table(const TableDecl *table, const LoadOptions *options, Dict *dict,
                  CauseTable *causes, Rowset **out, LoadReport *report, Error *error);

// Looks for the files of all needed tables before any is read; of those that have none, each is told, a line each.
Status load_find_all(const TableDecl *tables, uint32_t count, const LoadOptions *options,
                     Error *error);

// Builds the Rowset of a test's `given` rows. Identity cells of a test may be any label.
Status load_given(const TableDecl *table, const GivenTable *given, Dict *dict, CauseTable *causes,
                  Rowset **out, Error *error);

void load_report_deinit(LoadReport *report);

// ---------------------------------------------------------------- what a file could be (infer.c)

// What the cells of a column look like. A type is proposed where almost all cells are values of it; what is not stands
// in `refused` and would be quarantined.
typedef struct InferredColumn {
    Str name;      // the header cell, without blanks around it
    bool nameless; // an empty header cell, or one that an earlier column has: cannot be declared
    Type type;     // of an identity, `identity` says which
    const IdentityCard *identity;
    bool in_wan; // money whose header says 万元
    int64_t missing, repaired, damaged, masked, refused, distinct;
    Str refused_like; // the first refused cell, masked
} InferredColumn;

typedef struct InferredTable {
    Arena *arena; // owns all of it
    Str path, encoding;
    bool encoding_detected;
    char separator;
    int64_t header_line; // physical line
    bool header_looks_like_data;
    int64_t rows, broken_rows; // broken: quarantined already as text
    InferredColumn *columns;
    uint32_t column_count;
    int32_t key; // a column whose values are all there and all different; -1: none
    VEC(LoadWarning) warnings;
} InferredTable;

// Reads a file and proposes a declaration for it. `cards` are the identity types that may be proposed. What cannot be read
// as a table is an error as in loading. Free it with infer_table_deinit.
Status infer_table(Str path, const IdentityCard *const *cards, uint32_t card_count,
                   const LoadOptions *options, InferredTable *out, Error *error);
void infer_table_deinit(InferredTable *table);

#endif
