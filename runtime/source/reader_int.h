// SPDX-License-Identifier: Apache-2.0
//
// reader_int.h: the bytes of a data file as UTF-8, piece by piece, and the files that a table has.
//
// A Reader opens one file, settles its encoding, feeds every byte to a digest and gives the text in
// pieces. The encoding is told by the head of the file where that is certain, and otherwise at the
// first byte that is not ASCII, wherever that is: a file of a million plain lines before the first
// Chinese word is read right. A Reader belongs to one thread at a time.
#ifndef SUP_RUNTIME_SOURCE_READER_INT_H
#define SUP_RUNTIME_SOURCE_READER_INT_H

#include "runtime/base/status.h"
#include "runtime/base/vec.h"
#include "runtime/exec/program.h"
#include "runtime/source/encoding.h"
#include "runtime/source/source.h"

typedef struct Reader Reader;

// What is known of a file; complete when everything has been read.
typedef struct ReaderFacts {
    Encoding encoding; // as used
    bool detected;     // not declared, or the declaration was overridden by a byte order mark
    bool overridden;
    int64_t size;      // of a regular file, else 0
    int64_t bytes;     // read so far
    int64_t bad_count; // sequences that mean nothing in the encoding (not counted for UTF-8)
} ReaderFacts;

// Opens a file. `declared` is ENCODING_UNKNOWN to detect; `piece_size` is the number of bytes read at
// a time. On STATUS_OK the caller owns *out. The error names the file in both languages.
Status reader_open(Str path, Encoding declared, size_t piece_size, Reader **out, Error *error);
void reader_close(Reader *reader); // NULL is allowed

// Appends the next piece to `text`; *last says that nothing follows. STATUS_IO: reading failed or the
// file changed meanwhile. STATUS_DATA: the bytes are not in the declared encoding, or in none.
Status reader_next(Reader *reader, StrBuf *text, bool *last, Error *error);

// From now on the digest is computed on a thread of its own, until it is asked for. Once, before the last piece.
void reader_digest_apart(Reader *reader);

const ReaderFacts *reader_facts(const Reader *reader);

// The digest of all bytes read, in hexadecimal, NUL-terminated. Once, at the end.
void reader_digest(Reader *reader, char hex[65]);

// ---- The digest (digester.c) --------------------------------------------------------------------

typedef struct Digester Digester;

Digester *digester_create(void);
void digester_start(Digester *digester);          // begins the thread
void digester_add(Digester *digester, Str bytes); // which may be gone afterwards
void digester_finish(Digester *digester,
                     char hex[65]);        // ends the thread; nothing may be added then
void digester_destroy(Digester *digester); // NULL is allowed

// ---- Files (files.c) ----------------------------------------------------------------------------

// One file of a table and the layout declared for it (NULL: everything is detected).
typedef struct FoundFile {
    Str path;
    const SourceDecl *source;
    bool bound; // given on the command line: only header line and separator of `source` hold
} FoundFile;

typedef struct FoundFiles {
    FoundFile *items;
    size_t count, cap;
} FoundFiles;

// The files of a table in the order of reading: of each source in byte order of paths. --bind comes
// before --data, and --data before declared sources. The array is the caller's (vec_free), paths live
// in the arena. No file: STATUS_IO with the places that were searched.
Status files_find(const TableDecl *table, const LoadOptions *options, Arena *arena, FoundFiles *out,
                  Error *error);

// Does a name fit a pattern of characters, * (any number of them) and ? (one of them)?
bool files_match(Str pattern, Str name);

// The size of a regular file, else 0.
int64_t files_size(Str path);

// Fills `error` for a failed system call on a file.
Status files_error(Error *error, Str path, int number);

#endif
