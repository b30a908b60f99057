// SPDX-License-Identifier: Apache-2.0
//
// unicode.h: normal forms, width, identifiers and near names. The only user of utf8proc.
//
// Texts are UTF-8. Functions that append to a StrBuf leave what was there before. All functions are
// pure and may be used from any thread.
#ifndef SUP_RUNTIME_BASE_UNICODE_H
#define SUP_RUNTIME_BASE_UNICODE_H

#include "runtime/base/base.h"
#include "runtime/base/str.h"

// Appends text in normal form C (or KC). False, with nothing appended, if text is not valid UTF-8.
MUST_USE bool unicode_nfc(Str text, StrBuf *out);
MUST_USE bool unicode_nfkc(Str text, StrBuf *out);

// Can text be said to be in normal form C already without composing it? (False means "maybe not".)
bool unicode_is_nfc_quick(Str text);

// The half-width twin of a full-width form: U+FF01–U+FF5E → ASCII, U+3000 → space, else itself.
int32_t unicode_half_width(int32_t code_point);
// The full-width twin of printable ASCII, else itself.
int32_t unicode_full_width(int32_t code_point);

// Appends text with every full-width form replaced by its half-width twin, or the reverse. Bytes
// that are no UTF-8 are copied.
void unicode_fold_width(Str text, StrBuf *out);
void unicode_widen(Str text, StrBuf *out);

// Appends text with simple lower, or upper, case per code point.
void unicode_lower(Str text, StrBuf *out);
void unicode_upper(Str text, StrBuf *out);

// May the code point begin a name: a letter of any script or '_'; go on: also digits, marks and the
// middle dots of names (U+00B7, U+30FB)? These are the UAX 31 classes in terms of categories.
bool unicode_is_name_start(int32_t code_point);
bool unicode_is_name_part(int32_t code_point);

// Is it a Han character; a letter; a decimal digit; white space?
bool unicode_is_han(int32_t code_point);
bool unicode_is_letter(int32_t code_point);
bool unicode_is_digit(int32_t code_point);
bool unicode_is_space(int32_t code_point);

// Columns on a terminal: 2 for Han and other wide ones, 0 for marks and controls, else 1. A tab
// counts 1 here.
int unicode_width(int32_t code_point);
// Columns of a text; a byte that is no UTF-8 counts 1.
int64_t unicode_display_width(Str text);

// Edits (insert, delete, replace, swap of neighbours) of code points that turn a into b, stopping at
// limit + 1 when there are more than limit. Texts over 256 code points give limit + 1 unless equal.
int64_t unicode_distance(Str a, Str b, int64_t limit);

// Picks the candidate nearest to a name that was not found, for "did you mean …". Case is ignored.
// A candidate is near if it needs at most one edit per three code points of the name (at least 1 if
// the name has two or more; Han names of two characters may differ in one).
typedef struct NearName {
    Str wanted;
    Str best;
    int64_t distance;
} NearName;

// Starts a search for wanted, which is borrowed.
void near_name_init(NearName *near, Str wanted);
// Offers a candidate, borrowed. Of equally near ones the first stays.
void near_name_offer(NearName *near, Str candidate);
// Was a near one offered? Then *out is it.
bool near_name_best(const NearName *near, Str *out);

#endif
