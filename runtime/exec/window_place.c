// SPDX-License-Identifier: Apache-2.0
//
// window_place.c: functions of a row's place in the total order of its partition: rank, previous, first_value …
//
// They need the whole order: where a member may or may not be there, or has no place, no value is known.

#include "runtime/exec/window_int.h"

Value window_undecided(const Partition *partition)
{
    const RunShared *shared = partition->reading->run->shared;
    CauseId cause =
        cause_intern(shared->causes, REASON_PEERS_UNDECIDED, partition->aggregate->text);
    return (Value){.type = partition->aggregate->type, .state = VALUE_ISSUE, .cause = cause};
}

static RowClass open_class(const Place *places, int64_t count, RowClass least)
{
    for (int64_t i = 0; i < count; i++) {
        if (!places[i].absent && places[i].in_line != CLASS_CERTAIN)
            least = MIN_OF(least, places[i].in_line);
    }
    return least;
}

RowClass window_open_class(const Partition *partition)
{
    RowClass least = CLASS_TOLERATED;
    if (partition->reading->run->body->is_query)
        return least;
    least = open_class(partition->places, partition->count, least);
    least = open_class(partition->loose, partition->loose_count, least);
    for (int64_t s = 0; s < partition->stranger_count; s++) {
        if (partition->strangers[s]->present)
            least = MIN_OF(least, CLASS_SHADOW);
    }
    return least;
}

static Value missing(const Partition *partition)
{
    CauseId cause =
        cause_intern(partition->reading->run->shared->causes, REASON_MISSING, (Str){"", 0});
    return (Value){.type = partition->aggregate->type, .state = VALUE_GAP, .cause = cause};
}

// The value at the p-th place of the certain ones; a gap where there is none.
static Value value_at(const Partition *partition, const int64_t *at, int64_t count, int64_t p)
{
    if (p < 0 || p >= count)
        return missing(partition);
    return vector_value(&partition->order->value, partition->aggregate->type,
                        partition->places[at[p]].member);
}

typedef struct Walk {
    int64_t rank, dense;
} Walk;

static void walk_on(const Partition *partition, const int64_t *at, int64_t p, Walk *walk)
{
    bool tied = p > 0 && partition->tie[at[p]] == partition->tie[at[p - 1]];
    walk->rank = tied ? walk->rank : p + 1;
    walk->dense += !tied;
}

static int64_t parameter_of(const Partition *partition)
{
    return partition->aggregate->statistic.parameters[0].i64;
}

int64_t window_part(int64_t p, int64_t count, int64_t parts)
{
    int64_t least = count / parts, longer = count % parts;
    if (p < longer * (least + 1))
        return 1 + p / (least + 1);
    return 1 + longer + (p - longer * (least + 1)) / least;
}

static Value value_here(const Partition *partition, const int64_t *at, int64_t count, int64_t p,
                        const Walk *walk)
{
    Type type = partition->aggregate->type;
    switch (partition->aggregate->function) {
    case WINDOW_RANK:
        return known_i64(type, walk->rank);
    case WINDOW_DENSE_RANK:
        return known_i64(type, walk->dense);
    case WINDOW_BEHIND:
        return known_i64(type, walk->rank - 1);
    case WINDOW_OTHERS:
        return known_i64(type, MAX_OF(count - 1, 1));
    case WINDOW_NTILE:
        return known_i64(type, window_part(p, count, parameter_of(partition)));
    case WINDOW_ROW_NUMBER:
        return known_i64(type, p + 1);
    case WINDOW_PREVIOUS:
        return value_at(partition, at, count, p - 1);
    case WINDOW_NEXT:
        return value_at(partition, at, count, p + 1);
    case WINDOW_FIRST_VALUE:
        return value_at(partition, at, count, 0);
    case WINDOW_LAST_VALUE:
        return value_at(partition, at, count, count - 1);
    case WINDOW_NTH_VALUE:
        return value_at(partition, at, count, parameter_of(partition) - 1);
    case WINDOW_FOLD:
    case WINDOW_LINE_FOLD:
    case WINDOW_VALUE:
        break;
    }
    UNREACHABLE();
}

void window_places(Partition *partition)
{
    RowClass open = window_open_class(partition);
    int64_t *at = ARENA_ARRAY(partition->reading->run->scratch, int64_t, partition->count);
    int64_t count = 0;
    Value undecided = window_undecided(partition);
    for (int64_t i = 0; i < partition->count; i++) {
        const Place *place = &partition->places[i];
        partition->m[i] = partition->t[i] = undecided;
        if (open > CLASS_POSSIBLE && !place->absent && place->in_line == CLASS_CERTAIN)
            at[count++] = i;
    }
    Walk walk = {0};
    for (int64_t p = 0; p < count; p++) {
        walk_on(partition, at, p, &walk);
        partition->m[at[p]] = value_here(partition, at, count, p, &walk);
        if (open > CLASS_SHADOW)
            partition->t[at[p]] = partition->m[at[p]];
    }
}
