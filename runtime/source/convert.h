// SPDX-License-Identifier: Apache-2.0
//
// convert.h: one cell of a data file to one value.
//
// Nothing here follows a locale, guesses, or rounds: a cell either is a value of the column's type, or
// is missing (blank; for dates also an open end such as 9999-12-31, 至今, 长期, —), or is refused with
// a reason. Only identity types keep cells that are damaged or masked. Text is taken as it stands;
// cells of all other types are read without blanks around them and with full-width forms as half-width.
#ifndef SUP_RUNTIME_SOURCE_CONVERT_H
#define SUP_RUNTIME_SOURCE_CONVERT_H

#include "runtime/base/map.h"
#include "runtime/base/regex.h"
#include "runtime/exec/program.h"
#include "runtime/kernel.h"

typedef enum CellState {
    CELL_KNOWN,
    CELL_MISSING,
    CELL_DAMAGED, // identity types: `text` is the skeleton, empty if too little survived
    CELL_MASKED,  // the same
    CELL_REFUSED  // `fault` says why
} CellState;

// What a cell turned out to be.
typedef struct CellValue {
    CellState state;
    Reason fault;
    bool repaired; // identity types
    union {
        bool boolean;
        int64_t i64;
        int128_t i128;
        double f64;
        Pair pair;
        Str text; // text, identity, skeletons; valid until the next cell
    };
} CellValue;

// How the cells of one column are read. Belongs to one thread.
typedef struct Converter {
    const ColumnDecl *decl;
    Type type;
    const IdentityCard *identity; // NULL: text as it stands
    Regex *pattern;               // own identity types; NULL: any text
    RegexMatch *match;
    Map codes;                  // spellings of enum members, as written and folded → code
    StrBuf folded;              // the cell with half-width forms
    StrBuf normal;              // the identity's normalised text
    int64_t bare_num, bare_den; // a bare number times this counts the column's unit
} Converter;

// Prepares a converter. `identity` finds library normalisations and may be NULL. STATUS_USAGE: the
// column's pattern is no regular expression.
Status converter_init(Converter *converter, const ColumnDecl *decl,
                      const IdentityCard *(*identity)(Str key), Error *error);
void converter_deinit(Converter *converter);

// Reads one cell of valid UTF-8.
CellValue convert_cell(Converter *converter, Str cell);

// Does the text hold nothing but blanks (ASCII blanks, U+00A0, U+3000, U+200B, U+FEFF)?
bool convert_is_blank(Str text);

// ---- Parts, each in a file of its own ------------------------------------------------------------
// Texts given to these are folded to half width and without blanks around them. Each reads the whole
// text.

// An exact number: count · 10^-scale.
typedef struct Number {
    int128_t count;
    int scale;
} Number;

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// How many digits a text begins with.
static inline size_t leading_digits(Str text)
{
    size_t count = 0;
    while (count < text.len && is_digit(text.ptr[count]))
        count++;
    return count;
}

// Takes an unsigned number from the front of *rest: digits, thousands commas in their places, decimal
// point. False: *rest does not begin with one, or it has over 38 digits (*too_long).
bool number_take(Str *rest, Number *out, bool *too_long);
// Takes '+', '-' or U+2212; returns -1 or 1.
int number_take_sign(Str *rest);
// Takes `word` from the front of *rest.
bool take_word(Str *rest, Str word);
// Takes blanks.
void take_blanks(Str *rest);
// Takes one to `digits_max` ASCII digits as a number; returns how many, 0 if there are none.
int take_digits(Str *rest, int digits_max, int *out);
// Takes 十 … 万亿 (also combined: 百万) from the front of *rest; the power of ten, 0 if none.
int take_multiplier(Str *rest);

// Stores number · num / den at the scale of an exact type. REASON_NONE, or REASON_CELL_OUT_OF_RANGE if it
// does not fit exactly.
Reason number_fit(Number number, int64_t num, int64_t den, Type type, int128_t *out);

CellValue convert_integer(Str text);
CellValue convert_exact(const Converter *converter,
                        Str text); // decimal, ratio, money, price, quantity
CellValue convert_real(Str text);
CellValue convert_length(const Converter *converter, Str text); // days, months, time, workdays
CellValue convert_point(Str text);

CellValue convert_date(Str text);
CellValue convert_datetime(Str text);
CellValue convert_month(Str text);
CellValue convert_period(Str text);

// A unit in which data are delivered: one of it is num/den of `dimension`'s base unit. False: the name
// is not known. Lengths of time have the dimensions 天, 月, 微秒, 工作日.
typedef struct DataUnit {
    Str dimension;
    int64_t num, den;
} DataUnit;
bool data_unit_find(Str name, DataUnit *out);

static inline CellValue cell_refused(Reason fault)
{
    return (CellValue){.state = CELL_REFUSED, .fault = fault};
}

static inline CellValue cell_missing(void)
{
    return (CellValue){.state = CELL_MISSING};
}

#endif
