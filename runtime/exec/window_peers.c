// SPDX-License-Identifier: Apache-2.0
//
// window_peers.c: the members that a binding's value was made of, for explanations.
//
// The partition is put in line once more, and each function of the value names the places that it looked at: its frame,
// a neighbour, or the whole partition.

#include "runtime/base/sort.h"
#include "runtime/exec/window_int.h"

typedef struct Peers {
    const WindowReading *reading;
    int64_t member, group;
    VEC(int64_t) line; // certain members of the partition, by order; of a fan-out the first
    int64_t at;        // where the member stands in it, -1: nowhere
} Peers;

static int compare(const void *order, const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    int way = order == NULL ? 0 : order_compare_members(order, a, b);
    return way != 0 ? way : (x > y) - (x < y);
}

static bool is_lost(const WindowReading *reading, int64_t member)
{
    return reading->order != NULL && reading->order->cause[member] != 0;
}

static bool same_rows(const WindowReading *reading, uint64_t slots, int64_t a, int64_t b)
{
    for (uint64_t left = slots; left != 0; left &= left - 1) {
        const int64_t *rows = reading->members->all.rows[__builtin_ctzll(left)];
        if (rows != NULL && rows[a] != rows[b])
            return false;
    }
    return true;
}

static void line_up(Peers *peers, uint64_t slots)
{
    const WindowReading *reading = peers->reading;
    const Level *level = &reading->level;
    for (int64_t i = 0; i < reading->members->all.count; i++) {
        bool certain = level->group[i] == peers->group && level->row_class[i] == CLASS_CERTAIN;
        if (certain && !is_lost(reading, i))
            vec_push(&peers->line, i);
    }
    sort_stable(peers->line.items, peers->line.count, sizeof *peers->line.items, compare,
                reading->order);
    size_t kept = 0;
    peers->at = -1;
    for (size_t i = 0; i < peers->line.count; i++) {
        int64_t member = peers->line.items[i];
        if (kept == 0 || !same_rows(reading, slots, peers->line.items[kept - 1], member))
            peers->line.items[kept++] = member;
        if (same_rows(reading, slots, member, peers->member))
            peers->at = (int64_t)kept - 1;
    }
    peers->line.count = kept;
}

// The stretch of the line that a function looks at.
static void stretch(const Peers *peers, const Aggregate *aggregate, int64_t *from, int64_t *to)
{
    int64_t count = (int64_t)peers->line.count, at = peers->at;
    *from = 0;
    *to = count;
    switch (aggregate->function) {
    case WINDOW_PREVIOUS:
        *from = MAX_OF(at - 1, 0);
        *to = at;
        return;
    case WINDOW_NEXT:
        *from = at + 1;
        *to = MIN_OF(at + 2, count);
        return;
    case WINDOW_FIRST_VALUE:
        *to = MIN_OF(1, count);
        return;
    case WINDOW_LAST_VALUE:
        *from = count - 1;
        return;
    case WINDOW_FOLD:
    case WINDOW_LINE_FOLD:
        break;
    default:
        return; // a rank looks at all
    }
    if (aggregate->frame == FRAME_PEERS || aggregate->frame == FRAME_VALUE)
        return;
    *to = at + 1;
    if (aggregate->frame == FRAME_ROWS)
        *from = MAX_OF(at + 1 - peers->reading->op->window.rows, 0);
    if (aggregate->frame == FRAME_TIME) {
        const Order *order = peers->reading->order;
        while (*from < at && order->time[peers->line.items[*from]] <= order->low[peers->member])
            ++*from;
    }
    bool ties = aggregate->frame == FRAME_TIES || aggregate->frame == FRAME_TIME;
    while (ties && *to < count &&
           order_compare_keys(peers->reading->order, peers->line.items[*to], peers->member) == 0)
        ++*to;
}

// Members of the partition, or of unknown partition, that may count.
static int64_t count_open(const Peers *peers)
{
    const Level *level = &peers->reading->level;
    int64_t open = 0;
    for (int64_t i = 0; i < peers->reading->members->all.count; i++) {
        if (level->group[i] != peers->group)
            continue;
        open += level->row_class[i] != CLASS_CERTAIN || is_lost(peers->reading, i);
    }
    for (size_t u = 0; u < level->unplaced.count; u++)
        open += level_fits(level, &level->unplaced.items[u], peers->group);
    return open;
}

void window_peers_of(const WindowReading *reading, int64_t member, WindowPeers *out)
{
    const Body *body = reading->run->body;
    Peers peers = {.reading = reading, .member = member, .group = reading->level.group[member]};
    int64_t from = INT64_MAX, to = 0;
    *out = (WindowPeers){.count = 0};
    for (uint32_t a = 0; peers.group >= 0 && a < body->aggregate_count; a++) {
        const Aggregate *aggregate = &body->aggregates[a];
        if (aggregate->window != reading->op->slot || aggregate->mention_count == 0)
            continue;
        uint64_t slots = 0;
        for (uint32_t m = 0; m < aggregate->mention_count; m++)
            slots |= (uint64_t)1 << aggregate->mention[m];
        vec_clear(&peers.line);
        line_up(&peers, slots);
        int64_t begin, end;
        if (peers.at < 0)
            continue;
        stretch(&peers, aggregate, &begin, &end);
        if (begin >= end)
            continue;
        from = MIN_OF(from, begin);
        to = MAX_OF(to, end);
        out->slot = aggregate->mention[0];
    }
    const int64_t *rows = reading->members->all.rows[out->slot];
    if (from < to && rows != NULL) {
        out->count = to - from;
        // The last ones stand nearest in an order, the first ones without one.
        int64_t shown = MIN_OF(out->count, WINDOW_PEERS_SHOWN);
        int64_t first = reading->order == NULL ? from : to - shown;
        for (int64_t i = 0; i < shown; i++)
            out->rows[i] = rows[peers.line.items[first + i]];
    }
    if (peers.group >= 0)
        out->open = count_open(&peers);
    vec_free(&peers.line);
}
