// SPDX-License-Identifier: Apache-2.0
//
// recursion.c: relations that use themselves, alone or in a ring.
//
// Round d holds the rows of all derivations of depth <= d; the rounds end when nothing changes, and a relation with
// `limit depth n` stands still after round n (spec/evaluation.md 8). Three roads give the same rows:
//
// - Some recursions are questions to a graph, which needs no rounds (recursion_graph.c).
// - On clean data (every row certain and known) a round reads what the last one added, through each use of the ring
//   in turn (semi-naive), and indexes over the tables beside it are built once.
// - Rows that are not certain or have an unknown cell stand aside there (recursion_aside.c), if what they lead to rests
//   on them alone. Else all is begun anew, as soon as one shows, with rounds that read everything the last one held:
//   first over certain rows, then over all others beside them.
//
// Rows of the ring are never tolerated inside it: how many there will be is not known yet.

#include "runtime/exec/recursion.h"

#include "runtime/exec/recursion_int.h"

// ---------------------------------------------------------------- who belongs together

static bool reads_relation(const Relation *reader, uint32_t index)
{
    for (uint32_t b = 0; b < reader->branch_count; b++) {
        const Body *body = &reader->branches[b];
        for (uint32_t s = 0; s < body->slot_count; s++) {
            if (body->slots[s].source.kind == SOURCE_RELATION &&
                body->slots[s].source.index == index)
                return true;
        }
    }
    return false;
}

// Marks the relations that `from` reads, at any depth.
static void mark_read(const Program *program, uint32_t from, uint8_t *marks)
{
    VEC(uint32_t) open = {0};
    vec_push(&open, from);
    while (open.count > 0) {
        uint32_t reader = open.items[--open.count];
        for (uint32_t r = 0; r < program->relation_count; r++) {
            if (marks[r] || !reads_relation(&program->relations[reader], r))
                continue;
            marks[r] = 1;
            vec_push(&open, r);
        }
    }
    vec_free(&open);
}

uint32_t recursion_ring(const Program *program, uint32_t relation, uint32_t *members)
{
    uint8_t *down = base_alloc_zeroed(program->relation_count, 1);
    uint32_t count = 0;
    mark_read(program, relation, down);
    for (uint32_t r = 0; r < program->relation_count && down[relation]; r++) {
        uint8_t *back = base_alloc_zeroed(program->relation_count, 1);
        if (down[r])
            mark_read(program, r, back);
        if (back[relation])
            members[count++] = r;
        free(back);
    }
    free(down);
    return count;
}

// ---------------------------------------------------------------- the ring

FixRelation *fix_member(const Fix *fix, RowSource source)
{
    for (uint32_t m = 0; source.kind == SOURCE_RELATION && m < fix->count; m++) {
        if (fix->relations[m].index == source.index)
            return &fix->relations[m];
    }
    return NULL;
}

bool fix_uses_ring(const Fix *fix, const Body *body)
{
    for (uint32_t s = 0; s < body->slot_count; s++) {
        if (fix_member(fix, body->slots[s].source) != NULL)
            return true;
    }
    return false;
}

bool fix_stands_still(const FixRelation *member, int64_t round)
{
    return member->relation->depth_limit >= 0 && round > member->relation->depth_limit;
}

Status fix_round(Fix *fix, int64_t round)
{
    const RunOptions *options = fix->shared->options;
    if (options->limit_depth <= 0 || round <= options->limit_depth)
        return run_poll(fix->shared);
    return error_set(fix->shared->error, STATUS_LIMIT,
                     "关系“" STR_FMT "”递推超过 %" PRId64
                     " 层还没有结束：请在关系里写“限 深度 n”，或用 --limit-depth 提高上限",
                     "relation `" STR_FMT "` has not ended after %" PRId64
                     " rounds: write `limit depth n` in the relation, or raise --limit-depth",
                     STR_ARG(fix->relations[0].relation->name), options->limit_depth);
}

Status fix_row_limit(const Fix *fix, const FixRelation *member, int64_t rows)
{
    int64_t limit = fix->shared->options->limit_recursion;
    if (limit <= 0 || rows <= limit)
        return STATUS_OK;
    return error_set(fix->shared->error, STATUS_LIMIT,
                     "递推的关系“" STR_FMT "”的行数超过上限 %" PRId64
                     "：请收紧条件，或写“限 深度 n”，或用 --limit-recursion 提高上限",
                     "the recursive relation `" STR_FMT "` has more than %" PRId64
                     " rows: narrow its conditions, write `limit depth n`, or raise "
                     "--limit-recursion",
                     STR_ARG(member->relation->name), limit);
}

Status fix_branch(Fix *fix, FixRelation *into, uint32_t branch, const Rowset *const *slot_rows)
{
    Finding finding;
    const Body *body = &into->relation->branches[branch];
    fix->shared->slot_rows = slot_rows;
    Status status = finding_open(&finding, fix->shared, body, true);
    fix->shared->slot_rows = NULL;
    if (status != STATUS_OK)
        return status;
    rows_of_branch(&into->maker, &finding, branch);
    if (fix->starts != NULL && !fix->starts_later && !fix_uses_ring(fix, body))
        starts_narrow(fix->starts, &into->maker);
    if (!into->lines_told[branch]) {
        gap_entries(&finding.run, into->gap_lines->arena, &into->entries);
        into->lines_told[branch] = 1;
    }
    finding_close(&finding);
    return STATUS_OK;
}

static void member_init(Fix *fix, FixRelation *member, uint32_t index, RuleResult *gap_lines)
{
    const Relation *relation = &fix->shared->program->relations[index];
    *member = (FixRelation){.relation = relation, .index = index, .gap_lines = gap_lines};
    member->lines_told = base_alloc_zeroed(MAX_OF(relation->branch_count, 1u), 1);
    row_maker_of(&member->maker, fix->shared, relation);
}

static void member_deinit(FixRelation *member)
{
    Entry *kept = ARENA_ARRAY(member->gap_lines->arena, Entry, member->entries.count + 1);
    if (member->entries.count > 0)
        memcpy(kept, member->entries.items, member->entries.count * sizeof *kept);
    member->gap_lines->entries = kept;
    member->gap_lines->entry_count = (uint32_t)member->entries.count;
    member->gap_lines->gap_count = (int64_t)member->entries.count;
    vec_free(&member->entries);
    free(member->lines_told);
    for (size_t r = 0; r < member->certain.count; r++)
        row_maker_deinit(&member->certain.items[r]);
    vec_free(&member->certain);
    row_maker_deinit(&member->read);
    row_maker_deinit(&member->maker);
}

// Forgets what the clean road found, gap lines included.
static void begin_anew(Fix *fix)
{
    for (uint32_t m = 0; m < fix->count; m++) {
        FixRelation *member = &fix->relations[m];
        const Relation *relation = member->relation;
        vec_clear(&member->entries);
        memset(member->lines_told, 0, MAX_OF(relation->branch_count, 1u));
        row_maker_deinit(&member->maker);
        row_maker_of(&member->maker, fix->shared, relation);
    }
}

// With starts: where a row shows that is not clean, *solved is false, and all is to be begun anew.
static Status solve_starts(Fix *fix, bool *solved)
{
    *solved = false;
    if (!fix->shared->options->no_graph)
        TRY(fix_solve_graph(fix, solved));
    if (!*solved) {
        begin_anew(fix);
        TRY(fix_solve_clean(fix, solved));
    }
    if (!*solved)
        begin_anew(fix);
    return STATUS_OK;
}

static Status solve(Fix *fix, Rowset **rows)
{
    bool clean = !fix->shared->options->plain_recursion, solved = false;
    Starts *starts = NULL;
    if (clean && fix->count == 1)
        TRY(starts_find(fix->shared, fix->relations[0].index, &starts));
    if (starts != NULL) {
        fix->starts = starts;
        Status status = solve_starts(fix, &solved);
        fix->starts = NULL;
        starts_free(starts);
        TRY(status);
    }
    if (clean && !solved && !fix->shared->options->no_graph)
        TRY(fix_solve_graph(fix, &solved));
    if (clean && !solved) {
        begin_anew(fix);
        TRY(fix_solve_clean(fix, &clean));
    }
    if (!clean) {
        begin_anew(fix);
        TRY(fix_solve_plain(fix));
    }
    for (uint32_t m = 0; m < fix->count; m++) {
        FixRelation *member = &fix->relations[m];
        if (clean) { // settled; it changes hands
            rows[member->index] = member->result;
            member->result = NULL;
        } else {
            TRY(rows_settle(&member->maker, member->relation, &rows[member->index]));
        }
    }
    return STATUS_OK;
}

Status recursion_build(RunShared *shared, const uint32_t *members, uint32_t count, Rowset **rows,
                       RuleResult *gap_lines)
{
    Fix fix = {.shared = shared, .count = count};
    fix.arena = arena_create(NULL, 0);
    fix.relations = base_alloc_zeroed(count, sizeof *fix.relations);
    for (uint32_t m = 0; m < count; m++) {
        gap_lines[members[m]] = (RuleResult){.arena = arena_create(NULL, 0),
                                             .rule = shared->program->relations[members[m]].name};
        member_init(&fix, &fix.relations[m], members[m], &gap_lines[members[m]]);
    }
    Status status = solve(&fix, rows);
    for (uint32_t m = 0; m < count; m++) {
        if (status != STATUS_OK)
            rowset_destroy(fix.relations[m].result);
        member_deinit(&fix.relations[m]);
    }
    free(fix.relations);
    arena_destroy(fix.arena);
    return status;
}
