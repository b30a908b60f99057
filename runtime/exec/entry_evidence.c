// SPDX-License-Identifier: Apache-2.0
//
// entry_evidence.c: the input rows behind an entry, and gap lines.

#include "runtime/exec/entry_int.h"
#include "runtime/exec/recursion_path.h"

typedef VEC(int64_t) RowNumbers;

static int compare_rows(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void sort_distinct(RowNumbers *rows)
{
    if (rows->count > 1)
        qsort(rows->items, rows->count, sizeof *rows->items, compare_rows);
    size_t kept = 0;
    for (size_t i = 0; i < rows->count; i++) {
        if (kept == 0 || rows->items[kept - 1] != rows->items[i])
            rows->items[kept++] = rows->items[i];
    }
    rows->count = kept;
}

static void collect_rows(const Bindings *all, int64_t member, uint32_t slot, RowClass row_class,
                         RowNumbers *rows)
{
    const AttachedSet *set = &all->attached[slot];
    if (set->offsets == NULL) {
        if (all->rows[slot] != NULL && all->rows[slot][member] >= 0)
            vec_push(rows, all->rows[slot][member]);
        return;
    }
    for (int64_t k = set->offsets[member]; k < set->offsets[member + 1]; k++) {
        if (set->members[k].row >= 0 && set->members[k].row_class <= row_class)
            vec_push(rows, set->members[k].row);
    }
}

EvidenceRow evidence_row(Str variable, const Rowset *rowset, int64_t row)
{
    EvidenceRow out = {.variable = variable, .table = rowset->name, .row = row + 1};
    if (rowset->records != NULL)
        out.row = rowset->records[row];
    if (rowset->file_count > 0)
        out.file = rowset->file_names[rowset->files == NULL ? 0 : rowset->files[row]];
    return out;
}

static void put_rows(Arena *arena, Str variable, const PathRows *rows, uint32_t limit,
                     EvidenceRow **out, uint32_t *count)
{
    uint32_t shown = (uint32_t)MIN_OF(rows->count, (size_t)limit);
    EvidenceRow *grown = ARENA_ARRAY(arena, EvidenceRow, *count + shown + 1);
    if (*count > 0)
        memcpy(grown, *out, *count * sizeof *grown);
    for (uint32_t i = 0; i < shown; i++)
        grown[*count + i] = evidence_row(variable, rows->items[i].rowset, rows->items[i].row);
    *out = grown;
    *count += shown;
}

// The rows of one variable, each behind the chain that led to it where that is wanted.
static void trace_rows(const Finding *finding, uint32_t slot, const RowNumbers *rows, PathRows *out)
{
    const Body *body = finding->run.body;
    RowSource source = body->slots[slot].source;
    bool path = (body->evidence_paths >> slot & 1) != 0 && source.kind == SOURCE_RELATION;
    Map seen = {0};
    vec_clear(out);
    for (size_t i = 0; i < rows->count; i++) {
        if (path)
            parents_path(finding->run.shared, source.index, rows->items[i], &seen, out);
        else
            vec_push(out, (PathRow){slot_rowset(&finding->run, slot), rows->items[i]});
    }
    map_deinit(&seen);
}

void members_evidence(Finding *finding, Arena *arena, const int64_t *members, int64_t count,
                      RowClass row_class, Entry *entry)
{
    const Body *body = finding->run.body;
    bool every = body->evidence_count == 0;
    uint32_t slots = every ? body->slot_count : body->evidence_count;
    EvidenceRow *out = NULL;
    uint32_t out_count = 0;
    RowNumbers rows = {0};
    PathRows traced = {0};
    for (uint32_t s = 0; s < slots; s++) {
        uint32_t slot = every ? s : body->evidence[s];
        if (body->slots[slot].source.kind == SOURCE_PRODUCED)
            continue; // no rows of the input
        vec_clear(&rows);
        for (int64_t i = 0; i < count; i++)
            collect_rows(&finding->members.all, members[i], slot, row_class, &rows);
        sort_distinct(&rows);
        trace_rows(finding, slot, &rows, &traced);
        entry->evidence_total += (int64_t)traced.count;
        put_rows(arena, body->slots[slot].name, &traced,
                 finding->run.shared->options->evidence_limit, &out, &out_count);
    }
    vec_free(&rows);
    vec_free(&traced);
    entry->evidence = out;
    entry->evidence_count = out_count;
    entry_matches(finding, arena, members, count, row_class, entry);
}

void entry_evidence(Finding *finding, Arena *arena, const Level *level, int64_t group,
                    RowClass row_class, const Partial *partial, Entry *entry)
{
    RowNumbers members = {0};
    for (size_t i = 0; partial != NULL && i < partial->members.count; i++)
        vec_push(&members, partial->members.items[i]);
    for (int64_t k = level->starts[group]; k < level->starts[group + 1]; k++) {
        if (level->row_class[level->rows[k]] == row_class)
            vec_push(&members, level->rows[k]);
    }
    members_evidence(finding, arena, members.items, (int64_t)members.count, row_class, entry);
    vec_free(&members);
}

// ---------------------------------------------------------------- gap lines

static int compare_lines(const BodyRun *run, const GapLine *a, const GapLine *b)
{
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    int order = cause_order(run->shared->causes, a->cause, b->cause);
    return order != 0 ? order : str_compare(a->rowset->name, b->rowset->name);
}

static Entry gap_entry(const BodyRun *run, Arena *arena, const GapLine *line)
{
    Cause cause = cause_get(run->shared->causes, line->cause);
    EntryCause *causes = ARENA_NEW(arena, EntryCause);
    *causes = (EntryCause){line->place, cause.reason, arena_str(arena, cause.source), line->rows};
    Entry entry = {
        .list = LIST_GAP, .causes = causes, .cause_count = 1, .evidence_total = line->rows};
    uint32_t shown = (uint32_t)MIN_OF(line->rows, 3);
    EvidenceRow *evidence = ARENA_ARRAY(arena, EvidenceRow, 3);
    for (uint32_t i = 0; i < shown; i++)
        evidence[i] = evidence_row(STR(""), line->rowset, line->first[i]);
    entry.evidence = evidence;
    entry.evidence_count = shown;
    return entry;
}

void gap_entries(const BodyRun *run, Arena *arena, Entries *entries)
{
    size_t count = run->gap_lines.count;
    const GapLine **lines = ARENA_ARRAY(arena, const GapLine *, count + 1);
    for (size_t i = 0; i < count; i++) { // few: insertion
        size_t at = i;
        for (; at > 0 && compare_lines(run, &run->gap_lines.items[i], lines[at - 1]) < 0; at--)
            lines[at] = lines[at - 1];
        lines[at] = &run->gap_lines.items[i];
    }
    for (size_t i = 0; i < count; i++)
        vec_push(entries, gap_entry(run, arena, lines[i]));
}
