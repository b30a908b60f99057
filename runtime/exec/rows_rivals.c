// SPDX-License-Identifier: Apache-2.0
//
// rows_rivals.c: which rows with a blank in their key might be the same as another row.
//
// Rows with a blank ask the same question of all others where the same is known of their keys (rows_signature.h), and
// every other row is looked up there once. Rows that are unknown where a signature is known have no place there; there
// are few of them, and they are compared one by one.

#include "runtime/exec/rows_signature.h"

// Rows of one signature that agree in all that it knows.
typedef struct Alike {
    size_t first; // an index of maker->rows that was seen here
    bool seen;
    bool rival; // rows of two keys stand here, so each has a rival
    VEC(size_t) asking;
} Alike;

typedef struct Asking { // of one signature, by place
    VEC(Alike) alike;
    VEC(size_t) open; // of which none had a rival when they were last looked at
} Asking;

typedef struct Rivals {
    RowMaker *maker;
    Signatures signatures;
    VEC(Asking) asking; // by signature
} Rivals;

static bool same_identity(const Rivals *rivals, const MadeRow *a, const MadeRow *b)
{
    StrBuf x = {0}, y = {0};
    const Signatures *keys = &rivals->signatures;
    bool same = str_equal(made_row_bytes(&x, rivals->maker, a, keys->key, keys->key_count),
                          made_row_bytes(&y, rivals->maker, b, keys->key, keys->key_count));
    strbuf_deinit(&x);
    strbuf_deinit(&y);
    return same;
}

static void ask(Rivals *rivals, size_t index)
{
    uint32_t place;
    uint32_t number =
        signatures_add(&rivals->signatures, &rivals->maker->rows.items[index], &place);
    if (number == rivals->asking.count)
        vec_push(&rivals->asking, (Asking){0});
    Asking *asking = &rivals->asking.items[number];
    if (place == asking->alike.count) {
        vec_push(&asking->open, asking->alike.count);
        vec_push(&asking->alike, (Alike){0});
    }
    vec_push(&asking->alike.items[place].asking, index);
}

// ---------------------------------------------------------------- the others

// Clean rows: each is known in full, so it is no row that asks.
static void meet_clean(Rivals *rivals, const Signature *signature, Asking *asking)
{
    const RowMaker *maker = rivals->maker;
    Signatures *keys = &rivals->signatures;
    Vector *columns = base_alloc(MAX_OF(keys->key_count, 1u) * sizeof *columns);
    for (uint32_t k = 0; k < keys->key_count; k++) {
        columns[k] = (Vector){.phys = type_phys(maker->columns[keys->key[k]].type),
                              .count = maker->clean.count};
        columns[k].data = maker->clean.data[keys->key[k]];
    }
    for (int64_t i = 0; i < maker->clean.count; i++) {
        uint32_t place = signatures_find_known(keys, signature, columns, i);
        if (place != PLACE_NONE)
            asking->alike.items[place].rival = true;
    }
    free(columns);
}

// A row that the signature cannot place: compared with each row that asks.
static void meet_loose(const Rivals *rivals, Asking *asking, const MadeRow *row)
{
    const MadeRow *rows = rivals->maker->rows.items;
    const Signatures *keys = &rivals->signatures;
    size_t kept = 0;
    for (size_t i = 0; i < asking->open.count; i++) {
        Alike *alike = &asking->alike.items[asking->open.items[i]];
        if (alike->rival)
            continue;
        if (made_rows_fit(rivals->maker, row, &rows[alike->asking.items[0]], keys->key,
                          keys->key_count))
            alike->rival = true; // its key differs, for it is unknown elsewhere
        else
            asking->open.items[kept++] = asking->open.items[i];
    }
    asking->open.count = kept;
}

static void meet_made(Rivals *rivals, const Signature *signature, Asking *asking)
{
    const MadeRow *rows = rivals->maker->rows.items;
    for (size_t i = 0; i < rivals->maker->rows.count; i++) {
        bool placed;
        uint32_t place = signatures_find(&rivals->signatures, signature, &rows[i], &placed);
        if (!placed) {
            meet_loose(rivals, asking, &rows[i]);
            continue;
        }
        Alike *alike = place == PLACE_NONE ? NULL : &asking->alike.items[place];
        if (alike == NULL || alike->rival)
            continue;
        if (!alike->seen)
            alike->first = i;
        else
            alike->rival = !same_identity(rivals, &rows[i], &rows[alike->first]);
        alike->seen = true;
    }
}

// ---------------------------------------------------------------- all of them

static void settle_signature(Rivals *rivals, uint32_t number, uint8_t *doubtful)
{
    const Signature *signature = rivals->signatures.list.items[number];
    Asking *asking = &rivals->asking.items[number];
    meet_clean(rivals, signature, asking);
    meet_made(rivals, signature, asking);
    for (size_t a = 0; a < asking->alike.count; a++) {
        Alike *alike = &asking->alike.items[a];
        for (size_t i = 0; i < alike->asking.count; i++)
            doubtful[alike->asking.items[i]] |= alike->rival;
        vec_free(&alike->asking);
    }
    vec_free(&asking->alike);
    vec_free(&asking->open);
}

void rows_doubt_unknown_keys(RowMaker *maker, const uint32_t *key, uint32_t key_count)
{
    if (maker->rows.count == 0)
        return;
    Rivals rivals = {.maker = maker};
    signatures_init(&rivals.signatures, maker, key, key_count);
    uint8_t *doubtful = base_alloc_zeroed(maker->rows.count, 1);
    for (size_t i = 0; i < maker->rows.count; i++) {
        MadeRow *row = &maker->rows.items[i];
        bool issue;
        const Value *unknown = made_row_unknown(row, key, key_count, &issue);
        row->many |= issue; // of a `?`, say: any number of rows
        doubtful[i] = issue && row->row_class == CLASS_CERTAIN;
        if (unknown != NULL && row->row_class == CLASS_CERTAIN && !issue)
            ask(&rivals, i);
    }
    for (uint32_t s = 0; s < rivals.signatures.list.count; s++)
        settle_signature(&rivals, s, doubtful);
    for (size_t i = 0; i < maker->rows.count; i++) {
        MadeRow *row = &maker->rows.items[i];
        bool issue;
        if (!doubtful[i])
            continue;
        row->row_class = CLASS_POSSIBLE;
        row->cause = made_row_unknown(row, key, key_count, &issue)->cause;
    }
    vec_free(&rivals.asking);
    signatures_deinit(&rivals.signatures);
    free(doubtful);
}
