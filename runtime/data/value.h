// SPDX-License-Identifier: Apache-2.0
// value.h: one value, vectors of values, and why a value is not known.
//
// A value is *known*, a *gap* (the data has a hole: missing, damaged, masked, absent) or an *issue* (a
// computation failed, or an input is undecided). spec/evaluation.md 1.1 is the authority. A gap of an
// identity type may keep a skeleton, an issue of an ordered type may carry bounds.
//
// A Vector is what an expression gives for a batch of rows. `state == NULL` means that every value is
// known, which is what clean data looks like: then no other array besides the values exists.

#ifndef SUP_RUNTIME_DATA_VALUE_H
#define SUP_RUNTIME_DATA_VALUE_H

#include "runtime/base/arena.h"
#include "runtime/base/reason.h"
#include "runtime/base/vec.h"
#include "runtime/data/type.h"

typedef enum ValueState { VALUE_KNOWN = 0, VALUE_GAP = 1, VALUE_ISSUE = 2 } ValueState;

// Truth values of conditions. The numbers are chosen so that AND = table lookup on 2 bits each.
typedef enum Truth { TRUTH_F = 0, TRUTH_T = 1, TRUTH_U = 2 } Truth;

// Not, in three values: unknown stays unknown.
static inline Truth truth_not(Truth truth)
{
    return truth == TRUTH_U ? TRUTH_U : truth == TRUTH_T ? TRUTH_F : TRUTH_T;
}

// Row and binding classes, from good to bad: worse = greater.
typedef enum RowClass { CLASS_CERTAIN = 0, CLASS_POSSIBLE = 1, CLASS_SHADOW = 2 } RowClass;

typedef struct Pair {
    int64_t a, b;
} Pair;

// Ends of the bounds of an issue that are not finite. Finite ends lie strictly between them.
#define BOUND_LOW INT128_MIN
#define BOUND_HIGH INT128_MAX

// Index into the run's CauseTable; 0 is "no cause".
typedef uint32_t CauseId;

typedef struct Cause {
    Reason reason;
    Str source; // `table.column` of a gap, or the text of the operation that failed
} Cause;

// Interns causes, so that a vector can carry them as numbers. Not thread-safe.
typedef struct CauseTable CauseTable;
CauseTable *cause_table_create(void);
void cause_table_destroy(CauseTable *table);
// The id of (reason, source); the source is copied.
CauseId cause_intern(CauseTable *table, Reason reason, Str source);
// The cause behind an id; valid as long as the table.
Cause cause_get(const CauseTable *table, CauseId id);

// Order of causes in lists: by the reason's stable name, then by the source's bytes.
int cause_compare(const CauseTable *table, CauseId a, CauseId b);

// Interned texts: equal bytes if and only if equal codes. Code 0 is the empty text. Lists and sets are
// interned as texts of a private layout (list_encode). Not thread-safe for interning; reading is.
typedef struct Dict Dict;
Dict *dict_create(void);
void dict_destroy(Dict *dict);
// The code of `text`, added if new (bytes copied).
uint32_t dict_intern(Dict *dict, Str text);
// The same for many texts, which is faster where they are new to the processor's caches.
void dict_intern_many(Dict *dict, const Str *texts, size_t count, uint32_t *codes);
// The code of `text`, or UINT32_MAX if it was never interned.
uint32_t dict_find(const Dict *dict, Str text);
// The bytes behind a code; stable as long as the Dict.
Str dict_str(const Dict *dict, uint32_t code);
uint32_t dict_count(const Dict *dict);
size_t dict_bytes(const Dict *dict);

// One value with its state, for constants, keys and fields.
typedef struct Value {
    Type type;
    ValueState state;
    CauseId cause;     // where not known
    uint32_t skeleton; // identity gaps: code of the characters that survived, 0 = none
    bool bounded;      // issues: lo and hi hold
    int128_t lo, hi;
    union {
        bool boolean;
        int64_t i64;
        int128_t i128;
        double f64;
        Pair pair;
        uint32_t code;
    };
} Value;

// Values of one expression for `count` rows. Arrays come from the arena given at making, or from a column.
typedef struct Vector {
    Phys phys;
    int64_t count;
    union {
        void *data;
        uint8_t *truth; // PHYS_BOOL
        int64_t *i64;
        int128_t *i128;
        double *f64;
        Pair *pair;
        uint32_t *code;
    };
    uint8_t *
        state; // ValueState per row, or NULL: all known. Truth vectors: that of the value behind a U
    CauseId *cause;     // where state is not known (truth is U); NULL if state is NULL
    uint32_t *skeleton; // identity gaps; NULL: none has one
    int128_t *lo, *hi; // bounds of issues; NULL: none has any. An issue without bounds has lo > hi.
    bool constant;     // one value stands for all rows: index 0
} Vector;

// The unknown character of a skeleton. Lengths and positions count code points.
#define SKELETON_UNKNOWN '\x01'

// Whether two identity values, given as texts or skeletons, may be equal (spec/evaluation.md 1.5).
bool skeleton_may_equal(Str a, Str b);

// Canonical text of a known value (spec/evaluation.md 1.2), without or with its unit, appended to `out`.
// A gap or issue appends nothing; callers print （缺失） or the reason themselves.
void value_text(StrBuf *out, const Dict *dict, const Value *value, bool with_unit);
// Row `row` of a vector as a Value of `type`.
Value vector_value(const Vector *vector, Type type, int64_t row);
// Three-way order of two known values of one type (spec/evaluation.md 1.2).
int value_compare(const Dict *dict, const Value *a, const Value *b);
// Whether two values have the same state, and where known are equal.
bool value_same(const Value *a, const Value *b);
// The same; and unknown ones have the same cause, skeleton and bounds.
bool value_identical(const Value *a, const Value *b);

// Bytes of one value of this layout.
size_t phys_size(Phys phys);

// Lists and sets: a text holding the elements' canonical bytes with lengths. `list_decode` gives them back.
uint32_t list_encode(Dict *dict, Type element, const Value *items, uint32_t count);
// The same for a set: `items` is sorted and stripped of repetitions in place first.
uint32_t set_encode(Dict *dict, Type element, Value *items, uint32_t count);
// Sorts known values of one type by value_compare, stably.
void value_sort(const Dict *dict, Value *items, uint32_t count);
uint32_t list_count(const Dict *dict, uint32_t code);
// The element at `index`; the caller keeps index < list_count.
Value list_get(const Dict *dict, Type element, uint32_t code, uint32_t index);

#endif
