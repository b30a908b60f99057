// SPDX-License-Identifier: Apache-2.0
// eval_set.c: membership in sets.
//
// A set is a text of fixed-width elements, so a small one is looked through as it lies. A large one that all
// rows of the batch share gets a hash table first.

#include "runtime/base/map.h"
#include "runtime/exec/eval_int.h"
#include "runtime/exec/hash_int.h"

#define SET_INDEX_FROM 16 // elements, and rows of the batch, from which on a table pays

// The elements of a set as they lie in its bytes.
typedef struct SetView {
    const char *bytes;
    uint32_t count;
    size_t size;
    uint32_t *slots; // NULL: looked through one by one
    size_t slot_mask;
} SetView;

static SetView set_view(const Dict *dict, uint32_t code, Phys phys)
{
    Str bytes = dict_str(dict, code);
    SetView view = {.count = list_count(dict, code), .size = phys_size(phys)};
    if (view.count > 0) {
        ASSERT((unsigned char)bytes.ptr[0] == view.size);
        view.bytes = bytes.ptr + 1;
    }
    return view;
}

// A value's bytes as two words, zero beyond it.
typedef struct Words {
    uint64_t low, high;
} Words;

static Words words_of(const void *value, size_t size)
{
    Words words = {0, 0};
    memcpy(&words, value, size);
    return words;
}

static size_t words_slot(const SetView *view, Words words)
{
    return hash_mix(hash_mix(hash_seed(), words.low), words.high) & view->slot_mask;
}

// Large sets get a table of element numbers + 1, 0 where free.
static void index_set(SetView *view, Arena *arena)
{
    size_t size = 1;
    while (size < (size_t)view->count * 2)
        size *= 2;
    view->slots = ARENA_ARRAY(arena, uint32_t, size);
    view->slot_mask = size - 1;
    for (uint32_t i = 0; i < view->count; i++) {
        size_t at = words_slot(view, words_of(view->bytes + i * view->size, view->size));
        while (view->slots[at] != 0)
            at = (at + 1) & view->slot_mask;
        view->slots[at] = i + 1;
    }
}

static bool indexed_has(const SetView *view, const void *value)
{
    size_t at = words_slot(view, words_of(value, view->size));
    for (; view->slots[at] != 0; at = (at + 1) & view->slot_mask) {
        const char *element = view->bytes + (view->slots[at] - 1) * view->size;
        if (memcmp(element, value, view->size) == 0)
            return true;
    }
    return false;
}

// Elements of the two usual sizes are compared as numbers.
#define HAS_WORD(name, type)                                                                       \
    static bool name(const SetView *view, const void *value)                                       \
    {                                                                                              \
        type wanted, element;                                                                      \
        bool found = false;                                                                        \
        memcpy(&wanted, value, sizeof wanted);                                                     \
        for (uint32_t i = 0; i < view->count; i++) {                                               \
            memcpy(&element, view->bytes + i * sizeof element, sizeof element);                    \
            found |= element == wanted;                                                            \
        }                                                                                          \
        return found;                                                                              \
    }
HAS_WORD(has_word32, uint32_t)
HAS_WORD(has_word64, uint64_t)
#undef HAS_WORD

// Whether `value` (view.size bytes) is an element. Reals are never elements, so bytes tell equality.
static bool set_has(const SetView *view, const void *value)
{
    if (view->slots != NULL)
        return indexed_has(view, value);
    if (view->count <= SET_INDEX_FROM && view->size == sizeof(uint32_t))
        return has_word32(view, value);
    if (view->count <= SET_INDEX_FROM && view->size == sizeof(uint64_t))
        return has_word64(view, value);
    for (uint32_t i = 0; i < view->count; i++)
        if (memcmp(view->bytes + i * view->size, value, view->size) == 0)
            return true;
    return false;
}

// Whether some element may be what a damaged or masked identity value was.
static bool set_may_have(const Dict *dict, const SetView *view, Str skeleton)
{
    for (uint32_t i = 0; i < view->count; i++) {
        uint32_t code;
        memcpy(&code, view->bytes + i * view->size, sizeof code);
        if (skeleton_may_equal(skeleton, dict_str(dict, code)))
            return true;
    }
    return false;
}

// Whether an issue's bounds leave out every element.
static bool bounds_are_outside(const SetView *view, const Vector *a, int64_t row)
{
    Interval interval = vector_interval(a, row);
    if (!interval.some)
        return false;
    for (uint32_t i = 0; i < view->count; i++) {
        int128_t element = 0;
        int64_t narrow = 0;
        memcpy(a->phys == PHYS_I128 ? (void *)&element : (void *)&narrow,
               view->bytes + i * view->size, view->size);
        if (a->phys != PHYS_I128)
            element = narrow;
        if (element >= interval.lo && element <= interval.hi)
            return false;
    }
    return true;
}

// Membership is `or` of equalities: of no equality it is F; an unknown value that can equal no element is outside.
static bool unknown_is_outside(const Frame *frame, const Step *step, const SetView *view,
                               const Vector *a, int64_t row)
{
    if (view->count == 0)
        return true;
    if (a->state[vector_index(a, row)] == VALUE_ISSUE)
        return bounds_are_outside(view, a, row);
    Str skeleton;
    return step->type.kind == TYPE_IDENTITY && a->phys == PHYS_CODE &&
           identity_characters(frame->shared->dict, a, row, &skeleton) &&
           !set_may_have(frame->shared->dict, view, skeleton);
}

// The answer for one row whose set is known.
static void decide_row(const Frame *frame, const Step *step, const SetView *view, const Vector *a,
                       int64_t row, Vector *out)
{
    int64_t at = vector_index(a, row);
    if (row_known(a, row))
        out->truth[row] = set_has(view, (const char *)a->data + (size_t)at * view->size);
    else if (unknown_is_outside(frame, step, view, a, row))
        row_decide(out, row, false);
}

void step_run_IN_SET(const Frame *frame, const Step *step, Vector *out)
{
    const Vector *operands[2] = {frame_operand(frame, step->a), frame_operand(frame, step->b)};
    frame_make(frame, operands, 2, PHYS_BOOL, out);
    frame_strict(frame, operands, 2, out);
    const Vector *a = operands[0];
    const Vector *set = operands[1];
    int64_t length = vector_length(out);
    SetView view = {0};
    uint32_t viewed = UINT32_MAX;
    for (int64_t i = 0; i < length; i++) {
        if (!row_known(set, i))
            continue;
        uint32_t code = set->code[vector_index(set, i)];
        if (code != viewed) {
            view = set_view(frame->shared->dict, code, a->phys);
            viewed = code;
            if (set->constant && length >= SET_INDEX_FROM && view.count >= SET_INDEX_FROM)
                index_set(&view, frame->arena);
        }
        decide_row(frame, step, &view, a, i, out);
    }
}
