// SPDX-License-Identifier: Apache-2.0
//
// rows_signature.h: rows by what is known of their keys.
//
// Rows of whose keys the same is known ask the same question of all others: they have one *signature*, and stand in it
// under the values that they know (their *place*). Any other row is looked up once per signature. A row that is unknown
// where a signature is known has no place there.

#ifndef SUP_RUNTIME_EXEC_ROWS_SIGNATURE_H
#define SUP_RUNTIME_EXEC_ROWS_SIGNATURE_H

#include "runtime/base/map.h"
#include "runtime/exec/rows_int.h"

typedef struct Signature {
    const MadeRow *model; // a row of it
    Str *patterns; // per key column: known characters of a damaged value; ptr NULL: another cell
    bool
        bounds; // of some cell of theirs bounds are known: they may not fit what stands in their place
    Map places; // known part of the key -> place
    uint32_t place_count;
} Signature;

typedef struct Signatures {
    const RowMaker *maker;
    const uint32_t *key;
    uint32_t key_count;
    Arena *arena;
    Map numbers; // -> index of `list`
    VEC(Signature *) list;
    StrBuf text, projected;
} Signatures;

#define PLACE_NONE UINT32_MAX

// Makes an empty collection; frees what it holds. The rows given later must stay where they are.
void signatures_init(Signatures *signatures, const RowMaker *maker, const uint32_t *key,
                     uint32_t key_count);
void signatures_deinit(Signatures *signatures);
// The number of the row's signature, added if it is new; *place: its place there, added likewise.
uint32_t signatures_add(Signatures *signatures, const MadeRow *row, uint32_t *place);
// The row's place in the signature. *placed: false where the row is unknown where the signature is known, or known by
// bounds only; else PLACE_NONE says that nobody stands there.
uint32_t signatures_find(Signatures *signatures, const Signature *signature, const MadeRow *row,
                         bool *placed);
// The same for row `row` of the key's columns, all known.
uint32_t signatures_find_known(Signatures *signatures, const Signature *signature,
                               const Vector *key_columns, int64_t row);

#endif
