// SPDX-License-Identifier: Apache-2.0
//
// rows_signature.c: rows by what is known of their keys.

#include "runtime/exec/rows_signature.h"

#include "runtime/exec/pattern_int.h"

void signatures_init(Signatures *signatures, const RowMaker *maker, const uint32_t *key,
                     uint32_t key_count)
{
    *signatures = (Signatures){.maker = maker, .key = key, .key_count = key_count};
    signatures->arena = arena_create(NULL, 0);
}

void signatures_deinit(Signatures *signatures)
{
    for (size_t s = 0; s < signatures->list.count; s++)
        map_deinit(&signatures->list.items[s]->places);
    map_deinit(&signatures->numbers);
    vec_free(&signatures->list);
    strbuf_deinit(&signatures->text);
    strbuf_deinit(&signatures->projected);
    arena_destroy(signatures->arena);
}

static const Value *key_cell(const Signatures *signatures, const MadeRow *row, uint32_t k)
{
    return &row->cells[signatures->key[k]];
}

static bool is_kept(const Value *cell)
{
    return cell->state == VALUE_GAP && cell->skeleton != 0;
}

static bool has_bounds(const Value *cell)
{
    return cell->state == VALUE_ISSUE && cell->bounded;
}

// What is known of each key cell: '=' the value, '~' characters at known positions, '!' bounds, '*' nothing.
static Str signature_text(Signatures *signatures, const MadeRow *row)
{
    const Dict *dict = signatures->maker->shared->dict;
    ArenaMark mark = arena_mark(signatures->arena);
    strbuf_clear(&signatures->text);
    for (uint32_t k = 0; k < signatures->key_count; k++) {
        const Value *cell = key_cell(signatures, row, k);
        strbuf_add_char(&signatures->text, cell->state == VALUE_KNOWN ? '='
                                           : is_kept(cell)            ? '~'
                                           : has_bounds(cell)         ? '!'
                                                                      : '*');
        if (is_kept(cell))
            strbuf_add(&signatures->text,
                       pattern_of(signatures->arena, dict_str(dict, cell->skeleton)));
        strbuf_add_char(&signatures->text, '\0');
    }
    arena_rewind(signatures->arena, mark);
    return strbuf_str(&signatures->text);
}

static uint32_t number_of(Signatures *signatures, const MadeRow *row)
{
    const Dict *dict = signatures->maker->shared->dict;
    bool is_new = false;
    uint64_t *at = map_at(&signatures->numbers, signature_text(signatures, row), &is_new);
    if (!is_new)
        return (uint32_t)*at;
    *at = signatures->list.count;
    Signature *signature = ARENA_NEW(signatures->arena, Signature);
    *signature = (Signature){
        .model = row, .patterns = ARENA_ARRAY(signatures->arena, Str, signatures->key_count)};
    for (uint32_t k = 0; k < signatures->key_count; k++) {
        const Value *cell = key_cell(signatures, row, k);
        signature->bounds |= has_bounds(cell);
        if (is_kept(cell))
            signature->patterns[k] = pattern_of(signatures->arena, dict_str(dict, cell->skeleton));
    }
    vec_push(&signatures->list, signature);
    return (uint32_t)(signatures->list.count - 1);
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
static bool project_cell(Signatures *signatures, const Signature *signature, uint32_t k,
                         const Value *cell)
{
    if (key_cell(signatures, signature->model, k)->state == VALUE_KNOWN) {
        if (cell->state != VALUE_KNOWN)
            return false;
        add_known(&signatures->projected, cell);
        return true;
    }
    if (signature->patterns[k].ptr == NULL)
        return true;
    if (cell->state != VALUE_KNOWN && !is_kept(cell))
        return false;
    uint32_t code = cell->state == VALUE_KNOWN ? cell->code : cell->skeleton;
    if (!pattern_project(dict_str(signatures->maker->shared->dict, code), signature->patterns[k],
                         &signatures->text))
        return false;
    strbuf_add(&signatures->projected, strbuf_str(&signatures->text));
    strbuf_add_char(&signatures->projected, '\0');
    return true;
}

static bool project_row(Signatures *signatures, const Signature *signature, const MadeRow *row)
{
    strbuf_clear(&signatures->projected);
    for (uint32_t k = 0; k < signatures->key_count; k++) {
        if (!project_cell(signatures, signature, k, key_cell(signatures, row, k)))
            return false;
    }
    return true;
}

static uint32_t place_of(const Signatures *signatures, const Signature *signature)
{
    uint64_t at;
    bool found = map_get(&signature->places, strbuf_str(&signatures->projected), &at);
    return found ? (uint32_t)at : PLACE_NONE;
}

uint32_t signatures_add(Signatures *signatures, const MadeRow *row, uint32_t *place)
{
    uint32_t number = number_of(signatures, row);
    Signature *signature = signatures->list.items[number];
    bool is_new = false;
    if (!project_row(signatures, signature, row))
        UNREACHABLE(); // a row knows what its signature knows
    uint64_t *at = map_at(&signature->places, strbuf_str(&signatures->projected), &is_new);
    if (is_new)
        *at = signature->place_count++;
    *place = (uint32_t)*at;
    return number;
}

uint32_t signatures_find(Signatures *signatures, const Signature *signature, const MadeRow *row,
                         bool *placed)
{
    *placed = project_row(signatures, signature, row);
    for (uint32_t k = 0; k < signatures->key_count && *placed; k++)
        *placed = !has_bounds(key_cell(signatures, row, k));
    return *placed ? place_of(signatures, signature) : PLACE_NONE;
}

uint32_t signatures_find_known(Signatures *signatures, const Signature *signature,
                               const Vector *key_columns, int64_t row)
{
    strbuf_clear(&signatures->projected);
    for (uint32_t k = 0; k < signatures->key_count; k++) {
        Type type = signatures->maker->columns[signatures->key[k]].type;
        Value cell = vector_value(&key_columns[k], type, row);
        if (!project_cell(signatures, signature, k, &cell))
            return PLACE_NONE; // it does not fit what is left of a damaged value
    }
    return place_of(signatures, signature);
}
