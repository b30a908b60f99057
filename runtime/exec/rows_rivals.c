// SPDX-License-Identifier: Apache-2.0
//
// rows_rivals.c: which rows with a blank in their key might be the same as another row.
//
// Rows of whose keys the same is known ask the same question of all others, so all of them stand under what they know
// (their *signature*) and its values, and every other row is looked up there once. Rows that are unknown where a
// signature is known are no key of that table; there are few of them, and they are compared one by one.

#include "runtime/base/map.h"
#include "runtime/exec/level_int.h"
#include "runtime/exec/pattern_int.h"
#include "runtime/exec/rows_int.h"

// Rows of one signature that agree in all that it knows.
typedef struct Alike {
    size_t first; // an index of maker->rows that was seen here
    bool seen;
    bool rival; // rows of two keys stand here, so each has a rival
    VEC(size_t) asking;
} Alike;

typedef struct Signature {
    size_t model;    // a row of it, as an index of maker->rows
    Str *patterns;   // per key column: known characters of a damaged value; ptr NULL: another cell
    Map projections; // known part of the key -> index of alike
    VEC(Alike *) alike;
} Signature;

typedef struct Rivals {
    RowMaker *maker;
    const uint32_t *key;
    uint32_t key_count;
    Arena *arena;
    Map signatures; // -> index of `list`
    VEC(Signature *) list;
    StrBuf text, projected;
} Rivals;

static const Value *key_cell(const Rivals *rivals, const MadeRow *row, uint32_t k)
{
    return &row->cells[rivals->key[k]];
}

static Str identity_of(const Rivals *rivals, const MadeRow *row, StrBuf *out)
{
    return made_row_bytes(out, rivals->maker, row, rivals->key, rivals->key_count);
}

static bool same_identity(const Rivals *rivals, const MadeRow *a, const MadeRow *b)
{
    StrBuf x = {0}, y = {0};
    bool same = str_equal(identity_of(rivals, a, &x), identity_of(rivals, b, &y));
    strbuf_deinit(&x);
    strbuf_deinit(&y);
    return same;
}

// ---------------------------------------------------------------- signatures

static bool is_kept(const Value *cell)
{
    return cell->state == VALUE_GAP && cell->skeleton != 0;
}

// What is known of each key cell: '=' the value, '~' characters at known positions, '*' nothing.
static Str signature_text(Rivals *rivals, const MadeRow *row)
{
    const Dict *dict = rivals->maker->shared->dict;
    ArenaMark mark = arena_mark(rivals->arena);
    strbuf_clear(&rivals->text);
    for (uint32_t k = 0; k < rivals->key_count; k++) {
        const Value *cell = key_cell(rivals, row, k);
        strbuf_add_char(&rivals->text, cell->state == VALUE_KNOWN ? '='
                                       : is_kept(cell)            ? '~'
                                                                  : '*');
        if (is_kept(cell))
            strbuf_add(&rivals->text, pattern_of(rivals->arena, dict_str(dict, cell->skeleton)));
        strbuf_add_char(&rivals->text, '\0');
    }
    arena_rewind(rivals->arena, mark);
    return strbuf_str(&rivals->text);
}

static Signature *signature_at(Rivals *rivals, size_t row)
{
    const Dict *dict = rivals->maker->shared->dict;
    const MadeRow *model = &rivals->maker->rows.items[row];
    bool is_new = false;
    uint64_t *at = map_at(&rivals->signatures, signature_text(rivals, model), &is_new);
    if (!is_new)
        return rivals->list.items[*at];
    *at = rivals->list.count;
    Signature *signature = ARENA_NEW(rivals->arena, Signature);
    *signature =
        (Signature){.model = row, .patterns = ARENA_ARRAY(rivals->arena, Str, rivals->key_count)};
    for (uint32_t k = 0; k < rivals->key_count; k++) {
        const Value *cell = key_cell(rivals, model, k);
        if (is_kept(cell))
            signature->patterns[k] = pattern_of(rivals->arena, dict_str(dict, cell->skeleton));
    }
    vec_push(&rivals->list, signature);
    return signature;
}

static void add_known(StrBuf *out, const Value *value)
{
    switch (type_phys(value->type)) {
    case PHYS_BOOL:
        strbuf_add_char(out, value->boolean ? 1 : 0);
        return;
    case PHYS_I64:
        strbuf_add(out, (Str){(const char *)&value->i64, sizeof value->i64});
        return;
    case PHYS_I128:
        strbuf_add(out, (Str){(const char *)&value->i128, sizeof value->i128});
        return;
    case PHYS_F64: {
        double real = value->f64 + 0.0; // both zeros are one value
        strbuf_add(out, (Str){(const char *)&real, sizeof real});
        return;
    }
    case PHYS_PAIR:
        strbuf_add(out, (Str){(const char *)&value->pair, sizeof value->pair});
        return;
    case PHYS_CODE:
        strbuf_add(out, (Str){(const char *)&value->code, sizeof value->code});
        return;
    }
    UNREACHABLE();
}

// Adds what the signature sees of key cell `k`. False: the cell is unknown where the signature is known.
static bool project_cell(Rivals *rivals, const Signature *signature, uint32_t k, const Value *cell)
{
    const Value *model = key_cell(rivals, &rivals->maker->rows.items[signature->model], k);
    if (model->state == VALUE_KNOWN) {
        if (cell->state != VALUE_KNOWN)
            return false;
        add_known(&rivals->projected, cell);
        return true;
    }
    if (signature->patterns[k].ptr == NULL)
        return cell->state != VALUE_ISSUE; // an issue may have bounds
    if (cell->state != VALUE_KNOWN && !is_kept(cell))
        return false;
    uint32_t code = cell->state == VALUE_KNOWN ? cell->code : cell->skeleton;
    if (!pattern_project(dict_str(rivals->maker->shared->dict, code), signature->patterns[k],
                         &rivals->text))
        return false;
    strbuf_add(&rivals->projected, strbuf_str(&rivals->text));
    strbuf_add_char(&rivals->projected, '\0');
    return true;
}

static bool project_row(Rivals *rivals, const Signature *signature, const MadeRow *row)
{
    strbuf_clear(&rivals->projected);
    for (uint32_t k = 0; k < rivals->key_count; k++) {
        if (!project_cell(rivals, signature, k, key_cell(rivals, row, k)))
            return false;
    }
    return true;
}

static Alike *alike_at(const Rivals *rivals, const Signature *signature)
{
    uint64_t at;
    bool found = map_get(&signature->projections, strbuf_str(&rivals->projected), &at);
    return found ? signature->alike.items[at] : NULL;
}

static void ask(Rivals *rivals, size_t index)
{
    Signature *signature = signature_at(rivals, index);
    if (!project_row(rivals, signature, &rivals->maker->rows.items[index]))
        UNREACHABLE(); // a row knows what its signature knows
    bool is_new = false;
    uint64_t *at = map_at(&signature->projections, strbuf_str(&rivals->projected), &is_new);
    if (is_new) {
        *at = signature->alike.count;
        vec_push(&signature->alike, ARENA_NEW(rivals->arena, Alike));
    }
    vec_push(&signature->alike.items[*at]->asking, index);
}

// ---------------------------------------------------------------- the others

// Clean rows: each is known in full, so it is no row that asks.
static void meet_clean(Rivals *rivals, Signature *signature)
{
    const RowMaker *maker = rivals->maker;
    for (int64_t i = 0; i < maker->clean.count; i++) {
        bool projected = true;
        strbuf_clear(&rivals->projected);
        for (uint32_t k = 0; k < rivals->key_count && projected; k++) {
            uint32_t c = rivals->key[k];
            Type type = maker->columns[c].type;
            Vector cells = {.phys = type_phys(type), .count = maker->clean.count};
            cells.data = maker->clean.data[c];
            Value cell = vector_value(&cells, type, i);
            projected = project_cell(rivals, signature, k, &cell);
        }
        Alike *alike = projected ? alike_at(rivals, signature) : NULL;
        if (alike != NULL)
            alike->rival = true;
    }
}

// A row that the signature cannot place: compared with each row that asks.
static void meet_loose(const Rivals *rivals, Signature *signature, const MadeRow *row)
{
    const MadeRow *rows = rivals->maker->rows.items;
    for (size_t a = 0; a < signature->alike.count; a++) {
        Alike *alike = signature->alike.items[a];
        if (!alike->rival && made_rows_fit(rivals->maker, row, &rows[alike->asking.items[0]],
                                           rivals->key, rivals->key_count))
            alike->rival = true; // its key differs, for it is unknown elsewhere
    }
}

static void meet_made(Rivals *rivals, Signature *signature)
{
    const MadeRow *rows = rivals->maker->rows.items;
    for (size_t i = 0; i < rivals->maker->rows.count; i++) {
        if (!project_row(rivals, signature, &rows[i])) {
            meet_loose(rivals, signature, &rows[i]);
            continue;
        }
        Alike *alike = alike_at(rivals, signature);
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

static void settle_signature(Rivals *rivals, Signature *signature, uint8_t *doubtful)
{
    meet_clean(rivals, signature);
    meet_made(rivals, signature);
    for (size_t a = 0; a < signature->alike.count; a++) {
        Alike *alike = signature->alike.items[a];
        for (size_t i = 0; i < alike->asking.count; i++)
            doubtful[alike->asking.items[i]] |= alike->rival;
        vec_free(&alike->asking);
    }
    vec_free(&signature->alike);
    map_deinit(&signature->projections);
}

void rows_doubt_unknown_keys(RowMaker *maker, const uint32_t *key, uint32_t key_count)
{
    if (maker->rows.count == 0)
        return;
    Rivals rivals = {.maker = maker, .key = key, .key_count = key_count};
    rivals.arena = arena_create(NULL, 0);
    uint8_t *doubtful = ARENA_ARRAY(rivals.arena, uint8_t, maker->rows.count);
    for (size_t i = 0; i < maker->rows.count; i++) {
        MadeRow *row = &maker->rows.items[i];
        bool issue;
        const Value *unknown = made_row_unknown(row, key, key_count, &issue);
        row->many |= issue; // of a `?`, say: any number of rows
        doubtful[i] = issue && row->row_class == CLASS_CERTAIN;
        if (unknown != NULL && row->row_class == CLASS_CERTAIN && !issue)
            ask(&rivals, i);
    }
    for (size_t s = 0; s < rivals.list.count; s++)
        settle_signature(&rivals, rivals.list.items[s], doubtful);
    for (size_t i = 0; i < maker->rows.count; i++) {
        MadeRow *row = &maker->rows.items[i];
        bool issue;
        if (!doubtful[i])
            continue;
        row->row_class = CLASS_POSSIBLE;
        row->cause = made_row_unknown(row, key, key_count, &issue)->cause;
    }
    map_deinit(&rivals.signatures);
    vec_free(&rivals.list);
    strbuf_deinit(&rivals.text);
    strbuf_deinit(&rivals.projected);
    arena_destroy(rivals.arena);
}
