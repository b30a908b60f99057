// SPDX-License-Identifier: Apache-2.0
//
// truth.c: truth.csv, and the rows that could hide an absence.

#include <stdlib.h>
#include <string.h>

#include "examples/generate/generate.h"

// unplaced_tolerance of a run: of a hundred rows so many may be anybody's
#define TOLERATED_PERCENT 1

void truth_add(Gen *gen, const char *rule, const char *key, const char *lists, const char *truth,
               const char *why, const char *check)
{
    if (fprintf(gen->truth, "%s,\"%s\",%s,%s,%s,%s\n", rule, key, lists, truth, why, check) < 0)
        gen->failed = true;
}

int64_t gen_planted(const Gen *gen, int64_t per, int64_t least)
{
    int64_t count = gen->scale / per;
    return count < least ? least : count;
}

typedef struct {
    char known[ID_SIZE];
    int64_t from, to;
} Hole;

struct Holes {
    Hole *list;
    int64_t count, room;
    int64_t unplaced; // rows without a skeleton, and rejected ones
    int64_t rows;
};

Holes *holes_create(void)
{
    Holes *holes = calloc(1, sizeof *holes);
    if (!holes)
        abort();
    return holes;
}

void holes_destroy(Holes *holes)
{
    free(holes->list);
    free(holes);
}

void holes_add(Holes *holes, const Written *written, int64_t from, int64_t to)
{
    if (written->usable)
        return;
    if (holes->count == holes->room) {
        holes->room = holes->room ? holes->room * 2 : 1024;
        holes->list = realloc(holes->list, (size_t)holes->room * sizeof *holes->list);
        if (!holes->list)
            abort();
    }
    Hole *hole = &holes->list[holes->count++];
    hole->from = from;
    hole->to = to;
    memcpy(hole->known, written->known, sizeof hole->known);
    holes->unplaced += written->known[0] == '\0';
}

void holes_finish(Holes *holes, const Table *table)
{
    holes->rows = table_rows(table);
    holes->unplaced += table_rejected(table);
}

static bool known_fits(const char *known, const char *id)
{
    for (; *known && *id; known++, id++)
        if (*known != '?' && *known != *id)
            return false;
    return *known == *id;
}

bool written_fits(const Written *written, const char *id)
{
    return written->known[0] == '\0' || known_fits(written->known, id);
}

Fit holes_fit(const Holes *holes, const char *id, int64_t from, int64_t to)
{
    bool loose = false, tolerated = holes->unplaced * 100 <= holes->rows * TOLERATED_PERCENT;
    for (int64_t i = 0; i < holes->count; i++) {
        const Hole *hole = &holes->list[i];
        if (hole->to < from || hole->from > to)
            continue;
        if (hole->known[0] == '\0')
            loose = true;
        else if (known_fits(hole->known, id))
            return FIT_LINKED;
    }
    return loose && !tolerated ? FIT_LOOSE : FIT_NONE;
}

bool holes_astray(const Holes *holes, int64_t members)
{
    return holes->count * 100 > members * TOLERATED_PERCENT;
}
