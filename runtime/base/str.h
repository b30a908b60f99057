// SPDX-License-Identifier: Apache-2.0
//
// str.h: text as pointer and length, a builder, interned names, UTF-8.
//
// A Str is a borrowed view: bytes that somebody else owns, usually UTF-8, possibly with NUL inside,
// not NUL-terminated. A StrBuf owns its bytes on the heap. A Sym is a small number for a name.
#ifndef SUP_RUNTIME_BASE_STR_H
#define SUP_RUNTIME_BASE_STR_H

#include "runtime/base/base.h"

typedef struct Str {
    const char *ptr; // may be NULL if len is 0
    size_t len;      // bytes
} Str;

// A Str of a string literal: as an expression, and as an initialiser of static data.
#define STR(literal) ((Str){"" literal, sizeof(literal) - 1})
#define STR_INIT(literal) {"" literal, sizeof(literal) - 1}

// For printf: printf("name " STR_FMT, STR_ARG(name)). Texts over INT_MAX bytes are cut.
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)((s).len > INT_MAX ? INT_MAX : (s).len), ((s).ptr ? (s).ptr : "")

// A result of str_find when there is none.
#define STR_NONE ((size_t)-1)

// A view of a NUL-terminated text; NULL gives the empty Str.
Str str_from_cstr(const char *text);

// Are the bytes the same?
bool str_equal(Str a, Str b);

// Order by bytes (= by code points in UTF-8): negative, 0 or positive.
int str_compare(Str a, Str b);

// Does text begin, or end, with this part? The empty part always fits.
bool str_starts(Str text, Str part);
bool str_ends(Str text, Str part);

// Byte position of the first part in text at or after from, or STR_NONE. The empty part is found
// at from. from must be ≤ text.len.
size_t str_find(Str text, Str part, size_t from);

// The bytes [start, end) of text; both are cut to the text's length, end < start gives "".
Str str_slice(Str text, size_t start, size_t end);

// text without blanks at both ends: space, \t, \r, \n, \v, \f and the ideographic space U+3000.
Str str_trim(Str text);

// 64-bit hash of the bytes, keyed by a seed that differs per process: never print it or order by it.
uint64_t str_hash(Str text);

// ---- StrBuf -------------------------------------------------------------------------------------

// A growing text. All zero is a valid empty one. Growth failing ends the process (base.h).
typedef struct StrBuf {
    char *ptr; // owned; NULL before the first byte; always NUL-terminated otherwise
    size_t len;
    size_t cap;
} StrBuf;

void strbuf_init(StrBuf *buf);   // makes an empty one, without allocating
void strbuf_deinit(StrBuf *buf); // frees the bytes and leaves an empty one
void strbuf_clear(StrBuf *buf);  // empties it and keeps the memory

// Makes room for extra more bytes.
void strbuf_reserve(StrBuf *buf, size_t extra);

// Append: a text (may not point into buf), a NUL-terminated text, a byte, a repeated byte, numbers
// in decimal, a code point as UTF-8.
void strbuf_add(StrBuf *buf, Str text);
void strbuf_add_c(StrBuf *buf, const char *text);
void strbuf_add_char(StrBuf *buf, char byte);
void strbuf_add_repeat(StrBuf *buf, char byte, size_t count);
void strbuf_add_i64(StrBuf *buf, int64_t value);
void strbuf_add_u64(StrBuf *buf, uint64_t value);
void strbuf_add_i128(StrBuf *buf, int128_t value);
void strbuf_add_code_point(StrBuf *buf, int32_t code_point);

// Appends the shortest decimal text that reads back as the same finite double: 0.1, 3, 1e+16,
// 1.5e-07. The exponent form is used below 1e-4 and from 1e16 on; a whole number has no ".0".
void strbuf_add_real(StrBuf *buf, double value);

// Appends formatted text.
void strbuf_printf(StrBuf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
void strbuf_vprintf(StrBuf *buf, const char *format, va_list args) PRINTF_LIKE(2, 0);

// Cuts the text to len bytes (≤ its length).
void strbuf_truncate(StrBuf *buf, size_t len);

// A view of the text, valid until the next change of buf.
Str strbuf_str(const StrBuf *buf);

// The text NUL-terminated, valid until the next change of buf; "" when empty. Never NULL.
const char *strbuf_cstr(const StrBuf *buf);

// ---- UTF-8 --------------------------------------------------------------------------------------

// The code point at *pos (< text.len); moves *pos behind it. -1 at a byte that begins no valid
// sequence (overlong, surrogate, above U+10FFFF, cut off); *pos then moves by one byte.
int32_t utf8_decode(Str text, size_t *pos);

// Writes the UTF-8 of a code point (a scalar value) to out; returns its length, 1 to 4.
size_t utf8_encode(int32_t code_point, char out[4]);

// Is all of text valid UTF-8? If not, *bad_at (may be NULL) is the first byte that is not.
bool utf8_valid(Str text, size_t *bad_at);

// Number of code points of a valid text (in an invalid one each stray byte counts as at most one).
int64_t utf8_count(Str text);

// Byte position of the code point with this index (0-based), or text.len if there are fewer.
size_t utf8_offset(Str text, int64_t index);

// ---- Sym ----------------------------------------------------------------------------------------

// An interned name. Two names of one Interner are equal iff their ids are. id 0 is no name.
typedef struct Sym {
    uint32_t id;
} Sym;

#define SYM_NONE ((Sym){0})

typedef struct Interner Interner;

// The caller owns the result.
Interner *interner_create(void);

// Frees the interner and all texts it gave out. NULL is allowed.
void interner_destroy(Interner *interner);

// The Sym of text; the first call copies the bytes. Ids count up from 1 in order of first call.
// The empty text is a name like any other.
Sym sym_intern(Interner *interner, Str text);

// The Sym of text if it was interned before, else SYM_NONE.
Sym sym_find(const Interner *interner, Str text);

// The text of sym (of SYM_NONE: the empty text), valid as long as the interner.
Str sym_str(const Interner *interner, Sym sym);

static inline bool sym_equal(Sym a, Sym b)
{
    return a.id == b.id;
}

#endif
