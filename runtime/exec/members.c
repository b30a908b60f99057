// SPDX-License-Identifier: Apache-2.0
//
// members.c: keeps the bindings that reach the first fence.
//
// Rules and relations need them again: for the members of groups that turn out to be in question, for the second
// reading, and for evidence. They are row numbers only.

#include "runtime/exec/level_int.h"

void members_init(Members *members, BodyRun *run)
{
    *members = (Members){.run = run};
    bindings_init(&members->all, run->body, run->arena);
    uint32_t slots = MAX_OF(run->body->slot_count, 1u);
    members->attached_capacity = ARENA_ARRAY(run->arena, int64_t, slots);
    members->attached_count = ARENA_ARRAY(run->arena, int64_t, slots);
}

void members_deinit(Members *members)
{
    for (uint32_t slot = 0; slot < members->run->body->slot_count; slot++) {
        free(members->all.rows[slot]);
        free(members->all.attached[slot].offsets);
        free(members->all.attached[slot].members);
    }
    free(members->all.state);
    *members = (Members){0};
}

static void grow(Members *members, const Bindings *batch)
{
    int64_t need = members->all.count + batch->count;
    bool first = members->capacity == 0;
    if (need <= members->capacity)
        return;
    members->capacity = MAX_OF(need, members->capacity + members->capacity / 2 + 1024);
    size_t size = (size_t)members->capacity;
    for (uint32_t slot = 0; slot < members->run->body->slot_count; slot++) {
        if (batch->rows[slot] != NULL)
            members->all.rows[slot] = base_realloc(members->all.rows[slot], size * sizeof(int64_t));
        if (batch->attached[slot].offsets == NULL)
            continue;
        AttachedSet *set = &members->all.attached[slot];
        set->offsets = base_realloc(set->offsets, (size + 1) * sizeof(int64_t));
        if (first)
            set->offsets[0] = 0;
    }
    if (members->all.state != NULL)
        members->all.state = base_realloc(members->all.state, size * sizeof(uint32_t));
}

static void append_attached(Members *members, const Bindings *batch, uint32_t slot)
{
    const AttachedSet *from = &batch->attached[slot];
    AttachedSet *to = &members->all.attached[slot];
    int64_t base = from->offsets[0], added = from->offsets[batch->count] - base;
    int64_t have = members->attached_count[slot];
    if (have + added > members->attached_capacity[slot] || to->members == NULL) {
        members->attached_capacity[slot] = MAX_OF(have + added, have + have / 2 + 64);
        to->members = base_realloc(to->members,
                                   (size_t)members->attached_capacity[slot] * sizeof *to->members);
    }
    if (added > 0)
        memcpy(to->members + have, from->members + base, (size_t)added * sizeof *to->members);
    for (int64_t i = 0; i <= batch->count; i++)
        to->offsets[members->all.count + i] = have + from->offsets[i] - base;
    members->attached_count[slot] = have + added;
}

static void append_states(Members *members, const Bindings *batch)
{
    int64_t have = members->all.count;
    if (batch->state == NULL && members->all.state == NULL)
        return;
    if (members->all.state == NULL)
        members->all.state = base_alloc_zeroed((size_t)members->capacity, sizeof(uint32_t));
    if (batch->state == NULL)
        memset(members->all.state + have, 0, (size_t)batch->count * sizeof(uint32_t));
    else
        memcpy(members->all.state + have, batch->state, (size_t)batch->count * sizeof(uint32_t));
}

static void append(Members *members, const Bindings *batch)
{
    grow(members, batch);
    for (uint32_t slot = 0; slot < members->run->body->slot_count; slot++) {
        if (batch->rows[slot] != NULL)
            memcpy(members->all.rows[slot] + members->all.count, batch->rows[slot],
                   (size_t)batch->count * sizeof(int64_t));
        if (batch->attached[slot].offsets != NULL)
            append_attached(members, batch, slot);
    }
    append_states(members, batch);
    members->all.count += batch->count;
}

// Of a query, only certain bindings go on; what stays behind is counted by its first mark.
static void keep_certain(BodyRun *run, const Bindings *batch, Bindings *out)
{
    uint8_t *keep = ARENA_ARRAY(run->scratch, uint8_t, batch->count);
    for (int64_t i = 0; i < batch->count; i++) {
        BindState state = bindings_state(run, batch, i);
        RowClass row_class = bind_class(&state);
        keep[i] = row_class == CLASS_CERTAIN;
        if (row_class == CLASS_POSSIBLE)
            body_count(run, state.place, state.cause, 1);
    }
    bindings_select(run, batch, keep, run->scratch, out);
}

Status members_append(void *closure, BodyRun *run, const Bindings *batch)
{
    Members *members = closure;
    Bindings kept = *batch;
    if (run->body->is_query && batch->state != NULL)
        keep_certain(run, batch, &kept);
    if (kept.count > 0)
        append(members, &kept);
    return STATUS_OK;
}

void members_clear(Members *members)
{
    members->all.count = 0;
    for (uint32_t slot = 0; slot < members->run->body->slot_count; slot++)
        members->attached_count[slot] = 0;
}

void members_view(const Members *members, int64_t first, int64_t count, Arena *arena,
                  Bindings *view)
{
    ASSERT(first + count <= members->all.count);
    bindings_init(view, members->run->body, arena);
    view->count = count;
    for (uint32_t slot = 0; slot < members->run->body->slot_count; slot++) {
        if (members->all.rows[slot] != NULL)
            view->rows[slot] = members->all.rows[slot] + first;
        if (members->all.attached[slot].offsets != NULL)
            view->attached[slot] = (AttachedSet){members->all.attached[slot].offsets + first,
                                                 members->all.attached[slot].members};
    }
    if (members->all.state != NULL)
        view->state = members->all.state + first;
}
