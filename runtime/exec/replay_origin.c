// SPDX-License-Identifier: Apache-2.0
//
// replay_origin.c: the rows of tables behind the rows of relations and rules that an entry rests on.
//
// A row of a relation is no record that anybody could look up. Its branches are evaluated once more, and the bindings
// or members of the group whose cells it has are its origin; of a relation that uses itself it is the row's first
// derivation (recursion_path.h). Origins that are rows of relations have origins in their turn.

#include "runtime/exec/block.h"
#include "runtime/exec/entry_int.h"
#include "runtime/exec/recursion_path.h"
#include "runtime/exec/replay_int.h"
#include "runtime/exec/rows_int.h"

// Rows with origins of their own that one explanation looks behind; of what stands deeper only the cells are told.
enum { ORIGINS_MOST = 60 };

typedef struct Evaluated {
    const Body *body;
    Finding *finding;
} Evaluated;

typedef struct Origins {
    Replay *replay;
    VEC(Evaluated) bodies;
    Map seen; // relation or rule and row
    uint32_t left;
} Origins;

typedef struct Target {
    const Rowset *rowset;
    int64_t row;
    RowClass row_class;
} Target;

typedef VEC(int64_t) Numbers;

// ---------------------------------------------------------------- bodies evaluated again

static Status evaluated(Origins *origins, const Body *body, Finding **out)
{
    for (size_t i = 0; i < origins->bodies.count; i++) {
        *out = origins->bodies.items[i].finding;
        if (origins->bodies.items[i].body == body)
            return STATUS_OK;
    }
    *out = base_alloc_zeroed(1, sizeof **out);
    Status status = finding_open(*out, origins->replay->shared, body, true);
    if (status != STATUS_OK) {
        free(*out);
        return status;
    }
    vec_push(&origins->bodies, (Evaluated){body, *out});
    return STATUS_OK;
}

static void origins_close(Origins *origins)
{
    for (size_t i = 0; i < origins->bodies.count; i++) {
        finding_close(origins->bodies.items[i].finding);
        free(origins->bodies.items[i].finding);
    }
    vec_free(&origins->bodies);
    map_deinit(&origins->seen);
}

// ---------------------------------------------------------------- which of them gave the row

// Whether a cell could be the one at `index` of a vector; what is unknown in both is taken to be the same.
static bool same_cell(const Target *target, uint32_t column, const Vector *cells, int64_t index)
{
    const Column *of = &target->rowset->columns[column];
    if (of->count == 0)
        return true; // nobody reads it
    Value have = column_get(of, target->row), given = vector_value(cells, of->type, index);
    return have.state != VALUE_KNOWN || value_same(&have, &given);
}

static bool same_cells(const Target *target, const Vector *cells, uint32_t count, int64_t index)
{
    for (uint32_t c = 0; c < count; c++)
        if (!same_cell(target, c, &cells[c], index))
            return false;
    return true;
}

static void matching_bindings(Finding *finding, const Target *target, Numbers *out)
{
    BodyRun *run = &finding->run;
    const Body *body = run->body;
    int64_t total = finding->members.all.count;
    for (int64_t first = 0; first < total; first += BLOCK_ROWS) {
        ArenaMark mark = arena_mark(run->scratch);
        Bindings view;
        members_view(&finding->members, first, MIN_OF(BLOCK_ROWS, total - first), run->scratch,
                     &view);
        Vector *cells = ARENA_ARRAY(run->scratch, Vector, MAX_OF(body->column_count, 1u));
        for (uint32_t c = 0; c < body->column_count; c++) {
            EvalContext context = replay_context(run, &view, &body->columns[c].value);
            eval_expr(&context, &body->columns[c].value, &cells[c]);
            vector_expand(&cells[c], view.count, run->scratch);
        }
        for (int64_t i = 0; i < view.count; i++) {
            BindState state = bindings_state(run, &view, i);
            if (bind_class_a(&state) <= target->row_class &&
                same_cells(target, cells, body->column_count, i))
                vec_push(out, first + i);
        }
        arena_rewind(run->scratch, mark);
    }
}

static void members_of_group(Level *level, int64_t group, RowClass row_class, Numbers *out)
{
    level_index(level);
    for (int64_t k = level->starts[group]; k < level->starts[group + 1]; k++)
        if (level->row_class[level->rows[k]] <= row_class)
            vec_push(out, level->rows[k]);
}

static void matching_members(Finding *finding, const Target *target, Numbers *out)
{
    const Body *body = finding->run.body;
    Level *level = finding_a(finding);
    Arena *arena = arena_create(NULL, 0);
    Vector *m = ARENA_ARRAY(arena, Vector, MAX_OF(body->column_count, 1u));
    for (uint32_t c = 0; c < body->column_count; c++) {
        Vector guarded;
        group_vectors(level, &body->columns[c].value, arena, &m[c], &guarded);
    }
    for (int64_t g = 0; g < level->count && out->count == 0; g++)
        if (level->alive[g] && level->class_of[g] == target->row_class &&
            same_cells(target, m, body->column_count, g))
            members_of_group(level, g, target->row_class, out);
    arena_destroy(arena);
}

// ---------------------------------------------------------------- rows and what is behind them

static Str cells_text(const Origins *origins, const Target *target)
{
    StrBuf text = {0};
    for (uint32_t c = 0; c < target->rowset->column_count; c++) {
        const Column *column = &target->rowset->columns[c];
        if (column->count == 0)
            continue;
        Value value = column_get(column, target->row);
        strbuf_printf(&text, "%s" STR_FMT " " STR_FMT, text.len > 0 ? "，" : "",
                      STR_ARG(column->name), STR_ARG(replay_text(origins->replay, &value)));
    }
    Str out = arena_str(origins->replay->arena, strbuf_str(&text));
    strbuf_deinit(&text);
    return out;
}

// Puts the evidence of the members, if there are any, into the row, and frees their list.
static void put_members(Origins *origins, Finding *finding, const Target *target, Numbers *members,
                        EvidenceRow *row)
{
    Entry entry = {0};
    if (members->count == 0)
        return;
    members_evidence(finding, origins->replay->arena, members->items, (int64_t)members->count,
                     target->row_class, &entry);
    row->origins = (EvidenceRow *)(uintptr_t)entry.evidence;
    row->origin_count = entry.evidence_count;
    row->origin_total = entry.evidence_total;
    vec_free(members);
}

static Status from_branch(Origins *origins, const Body *branch, const Target *target,
                          EvidenceRow *row)
{
    Finding *finding;
    Numbers members = {0};
    TRY(evaluated(origins, branch, &finding));
    if (finding->level_count > 0)
        matching_members(finding, target, &members);
    else
        matching_bindings(finding, target, &members);
    put_members(origins, finding, target, &members, row);
    return STATUS_OK;
}

static Status from_derivation(Origins *origins, uint32_t relation, const Target *target,
                              EvidenceRow *row)
{
    const RunShared *shared = origins->replay->shared;
    TRY(parents_find(origins->replay->shared, relation));
    const Body *branch;
    const int64_t *rows = parents_derivation(shared, relation, target->row, &branch);
    if (rows == NULL)
        return STATUS_OK;
    row->origins = ARENA_ARRAY(origins->replay->arena, EvidenceRow, branch->slot_count);
    for (uint32_t s = 0; s < branch->slot_count; s++) {
        if (rows[s] < 0 || branch->slots[s].source.kind == SOURCE_PRODUCED)
            continue;
        row->origins[row->origin_count++] = evidence_row(
            branch->slots[s].name, run_rowset(shared, branch->slots[s].source), rows[s]);
    }
    row->origin_total = row->origin_count;
    return STATUS_OK;
}

static Status from_rule(Origins *origins, const Rule *rule, const Target *target, EvidenceRow *row)
{
    Finding *finding;
    Numbers members = {0};
    TRY(evaluated(origins, &rule->body, &finding));
    for (size_t i = 0; i < finding->keys.count && members.count == 0; i++) {
        const FindingKey *key = &finding->keys.items[i];
        bool same = key->a >= 0;
        for (uint32_t k = 0; k < rule->body.clue_key_count && same; k++) {
            Value have = column_get(&target->rowset->columns[k], target->row),
                  given = finding_key(finding, key, k);
            same = value_same(&have, &given);
        }
        if (same)
            members_of_group(finding_a(finding), key->a, target->row_class, &members);
    }
    put_members(origins, finding, target, &members, row);
    return STATUS_OK;
}

static Status from_relation(Origins *origins, uint32_t index, const Target *target,
                            EvidenceRow *row)
{
    const Relation *relation = &origins->replay->shared->program->relations[index];
    if (relation->recursive)
        return from_derivation(origins, index, target, row);
    for (uint32_t b = 0; b < relation->branch_count && row->origin_count == 0; b++)
        TRY(from_branch(origins, &relation->branches[b], target, row));
    return STATUS_OK;
}

// The relation or rule of this name; false: it is a table.
static bool source_of(const Program *program, Str name, RowSource *out)
{
    for (uint32_t r = 0; r < program->relation_count; r++)
        if (str_equal(program->relations[r].name, name)) {
            *out = (RowSource){SOURCE_RELATION, r};
            return true;
        }
    for (uint32_t r = 0; r < program->rule_count; r++)
        if (program->rules[r].read && str_equal(program->rules[r].name, name)) {
            *out = (RowSource){SOURCE_RULE, r};
            return true;
        }
    return false;
}

static bool first_seen(Origins *origins, RowSource source, int64_t row)
{
    int64_t id[3] = {source.kind, source.index, row};
    return map_put(&origins->seen, (Str){(const char *)id, sizeof id}, 0);
}

// Level by level, so that the rows nearest to the entry come first where not all can be looked behind.
static Status look_behind(Origins *origins, EvidenceRow *rows, uint32_t count)
{
    const RunShared *shared = origins->replay->shared;
    VEC(EvidenceRow *) open = {0};
    Status status = STATUS_OK;
    for (uint32_t i = 0; i < count; i++)
        vec_push(&open, &rows[i]);
    for (size_t i = 0; i < open.count && status == STATUS_OK; i++) {
        EvidenceRow *row = open.items[i];
        RowSource source;
        if (row->file.len > 0 || !source_of(shared->program, row->table, &source))
            continue;
        const Rowset *rowset = run_rowset(shared, source);
        Target target = {rowset, row->row - 1, rowset_class(rowset, row->row - 1)};
        row->cells = cells_text(origins, &target);
        if (origins->left == 0 || !first_seen(origins, source, target.row))
            continue;
        origins->left--;
        status = source.kind == SOURCE_RULE
                     ? from_rule(origins, &shared->program->rules[source.index], &target, row)
                     : from_relation(origins, source.index, &target, row);
        for (uint32_t o = 0; o < row->origin_count; o++)
            vec_push(&open, &row->origins[o]);
    }
    vec_free(&open);
    return status;
}

Status replay_origins(Replay *replay, Entry *entry)
{
    Origins origins = {.replay = replay, .left = ORIGINS_MOST};
    EvidenceRow *rows = ARENA_ARRAY(replay->arena, EvidenceRow, entry->evidence_count + 1);
    if (entry->evidence_count > 0)
        memcpy(rows, entry->evidence, entry->evidence_count * sizeof *rows);
    Status status = look_behind(&origins, rows, entry->evidence_count);
    entry->evidence = rows;
    origins_close(&origins);
    return status;
}
