// SPDX-License-Identifier: Apache-2.0
//
// encoding.h: character encodings of data files: names, detection, conversion to UTF-8.
//
// A byte sequence that means nothing in its encoding becomes one byte 0xFF in the result, which is
// never valid UTF-8: so positions and line ends survive, and the cell it stands in is refused with
// its reason instead of being repaired by guess. All functions are pure and may be used from any
// thread.
#ifndef SUP_RUNTIME_SOURCE_ENCODING_H
#define SUP_RUNTIME_SOURCE_ENCODING_H

#include "runtime/base/base.h"
#include "runtime/base/str.h"

typedef enum Encoding {
    ENCODING_UNKNOWN, // not told yet: so far the bytes are ASCII
    ENCODING_UTF8,
    ENCODING_GB18030, // the superset of GBK and GB2312, edition of 2022
    ENCODING_UTF16LE,
    ENCODING_UTF16BE
} Encoding;

// The name for reports: "UTF-8", "GB18030", "UTF-16LE", "UTF-16BE"; ENCODING_UNKNOWN is "ASCII".
Str encoding_name(Encoding encoding);

// The encoding with this name, as authors write it (case, '-', '_' and blanks do not matter: utf8,
// GBK, gb2312, cp936, utf-16…). "utf-16" without an order gives ENCODING_UTF16LE; a byte order mark
// overrides. False if the name is not known.
MUST_USE bool encoding_find(Str name, Encoding *out);

// The names that encoding_find knows, for messages: "utf-8, gb18030 …".
Str encoding_list(void);

// What the first bytes of a file say: a byte order mark (its length in *mark_size), or UTF-16 by the
// pattern of zero bytes. ENCODING_UNKNOWN: nothing; encoding_guess then decides at the first byte
// that is not ASCII.
Encoding encoding_of_head(Str head, size_t *mark_size);

// UTF-8 or GB18030, for bytes of which the first is not ASCII. A sequence cut off at the end counts as
// good if `cut`. ENCODING_UNKNOWN: the bytes are neither.
Encoding encoding_guess(Str bytes, bool cut);

// Appends `bytes` as UTF-8 to out and returns how many bytes were used: all but a sequence cut off at
// the end, unless `last`. *bad_count grows by the number of 0xFF written. UTF-8 itself is appended
// unchanged (its faults are found where cells are read). A byte order mark at the start is the
// caller's business.
size_t encoding_decode(Encoding encoding, Str bytes, bool last, StrBuf *out, int64_t *bad_count);

// What a piece of text in UTF-8 holds.
typedef struct TextFacts {
    bool ascii; // only ASCII
    bool valid; // valid UTF-8
    bool has_nul;
    int64_t replaced; // U+FFFD
    int64_t marks;    // U+FEFF
    int64_t mojibake; // 锟斤拷: U+FFFD read as GBK
} TextFacts;

// Examines a text in one pass over it.
TextFacts encoding_examine(Str text);

// The part of encoding_decode for GB18030 (encoding_gb18030.c).
size_t gb18030_decode(Str bytes, bool last, StrBuf *out, int64_t *bad_count);

#endif
