// SPDX-License-Identifier: Apache-2.0
//
// partials.c: members whose clue key is not known in full, by what is known of it.
//
// All members with the same known parts are one entry: 40,000 blank ids are one line.

#include "runtime/exec/entry_int.h"

static bool same_parts(const Unplaced *a, const Unplaced *b, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        bool x = a->parts[k].state == VALUE_KNOWN, y = b->parts[k].state == VALUE_KNOWN;
        if (x != y || (x && !value_same(&a->parts[k], &b->parts[k])))
            return false;
    }
    return true;
}

// The canonical text of the known parts: what tells partial keys apart.
static Str parts_text(const Dict *dict, const Unplaced *unplaced, uint32_t count, StrBuf *buf)
{
    strbuf_clear(buf);
    for (uint32_t k = 0; k < count; k++) {
        strbuf_add_char(buf, unplaced->parts[k].state == VALUE_KNOWN ? '=' : '?');
        if (unplaced->parts[k].state == VALUE_KNOWN)
            value_text(buf, dict, &unplaced->parts[k], true);
        strbuf_add_char(buf, '\0');
    }
    return strbuf_str(buf);
}

static void collect(Finding *finding, Partials *partials)
{
    Level *level = finding_a(finding);
    uint32_t count = level->op->group.key_count;
    Map index = {0};
    StrBuf buf;
    strbuf_init(&buf);
    for (size_t u = 0; u < level->unplaced.count; u++) {
        const Unplaced *unplaced = &level->unplaced.items[u];
        if (unplaced->was_shadow)
            continue;
        bool is_new = false;
        uint64_t *at =
            map_at(&index, parts_text(finding->run.shared->dict, unplaced, count, &buf), &is_new);
        if (is_new) {
            *at = partials->count;
            vec_push(partials, (Partial){.first = unplaced});
        }
        Partial *partial = &partials->items[*at];
        ASSERT(same_parts(partial->first, unplaced, count));
        cause_counts_add(&partial->causes, level_mark(level, unplaced->member), 1);
        vec_push(&partial->members, unplaced->member);
    }
    strbuf_deinit(&buf);
    map_deinit(&index);
}

static bool full_key(const Unplaced *unplaced, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        if (unplaced->parts[k].state != VALUE_KNOWN)
            return false;
    }
    return true;
}

// With two fences, a member without a full key at the first may have the full key of the clue: it is an undecided row
// of that entry. A cleared key for which such a member speaks is undecided, and listed by that member alone.
static void merge(Finding *finding, Partial *partial, int64_t number)
{
    uint32_t count = finding_a(finding)->op->group.key_count;
    if (!full_key(partial->first, count))
        return;
    for (size_t i = 0; i < finding->keys.count; i++) {
        FindingKey *key = &finding->keys.items[i];
        bool same = key->listed;
        for (uint32_t k = 0; k < count && same; k++) {
            Value part = finding_key(finding, key, k);
            same = value_same(&part, &partial->first->parts[k]);
        }
        if (!same)
            continue;
        if (key->list == LIST_CLEARED) {
            key->listed = false;
            return;
        }
        key->partial = number;
        partial->merged = true;
        return;
    }
}

void finding_partials(Finding *finding)
{
    collect(finding, &finding->partials);
    for (size_t i = 0; i < finding->partials.count && finding->level_count > 1; i++)
        merge(finding, &finding->partials.items[i], (int64_t)i);
}

void partials_free(Partials *partials)
{
    for (size_t i = 0; i < partials->count; i++) {
        vec_free(&partials->items[i].causes);
        vec_free(&partials->items[i].members);
    }
    vec_free(partials);
}
