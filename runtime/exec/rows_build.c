// SPDX-License-Identifier: Apache-2.0
//
// rows_build.c: what the end of a body gives to those who read it as a table.
//
// A row is certain, possible or shadow, as the binding or group that it comes from (spec/evaluation.md 8; decisions 35
// to 38 of tests/reference/README.md).

#include "runtime/exec/block.h"
#include "runtime/exec/rows_int.h"

static MadeRow *new_row(RowMaker *maker, RowClass row_class, CauseId cause, uint32_t branch)
{
    MadeRow row = {.row_class = row_class, .cause = cause, .branch = branch};
    row.cells = ARENA_ARRAY(maker->arena, Value, maker->column_count);
    row.origins = ARENA_ARRAY(maker->arena, uint64_t, maker->column_count);
    vec_push(&maker->rows, row);
    return &vec_last(&maker->rows);
}

// Sources and columns that an origin has room for; gaps of others are told apart by row of the relation.
enum { ORIGIN_SOURCES = 1024, ORIGIN_COLUMNS = 2048 };

// A column's cell of a table, or what that cell of a relation came from.
static uint64_t cell_origin(RowMaker *maker, const BodyRun *run, const Step *step,
                            const Unknown *gap)
{
    RowSource source = run->body->slots[step->slot].source;
    if (gap->origin != 0)
        return gap->origin;
    if (source.index >= ORIGIN_SOURCES || step->index >= ORIGIN_COLUMNS ||
        source.kind == SOURCE_PRODUCED)
        return ++maker->fresh;
    return (uint64_t)1 << 63 | (uint64_t)source.kind << 61 | (uint64_t)source.index << 51 |
           (uint64_t)step->index << 40 | (uint64_t)gap->row;
}

// Where the gap of a cell comes from: the first column read whose gap it is, else nowhere else. So a gap that rounds of
// a recursion compute anew stays the same.
static uint64_t origin_of(RowMaker *maker, const BodyRun *run, const Expr *expr,
                          const Bindings *view, int64_t index, CauseId cause)
{
    for (uint32_t i = 0; i < expr->count; i++) {
        const Step *step = &expr->steps[i];
        if (step->op != STEP_COLUMN || view->rows[step->slot] == NULL ||
            view->rows[step->slot][index] < 0)
            continue;
        int64_t row = view->rows[step->slot][index];
        const Column *column = &slot_rowset(run, step->slot)->columns[step->index];
        const Unknown *unknown = column_unknown(column, row);
        if (unknown != NULL && unknown->state == VALUE_GAP && unknown->cause == cause)
            return cell_origin(maker, run, step, unknown);
    }
    return ++maker->fresh;
}

// ---------------------------------------------------------------- clean rows

void row_maker_init(RowMaker *maker, RunShared *shared, const ColumnDecl *columns,
                    uint32_t column_count, Str name)
{
    *maker = (RowMaker){.shared = shared,
                        .arena = arena_create(NULL, 0),
                        .columns = columns,
                        .column_count = column_count,
                        .name = name};
    maker->clean.data = ARENA_ARRAY(maker->arena, void *, MAX_OF(column_count, 1u));
}

void row_maker_of(RowMaker *maker, RunShared *shared, const Relation *relation)
{
    row_maker_init(maker, shared, relation->columns, relation->column_count, relation->name);
    maker->key = relation->key_count > 0 ? relation->key : NULL;
    maker->key_count = relation_key_count(relation);
    // No two relations make gaps of one origin.
    maker->fresh = (uint64_t)(relation - shared->program->relations + 1) << 40;
}

void row_maker_deinit(RowMaker *maker)
{
    for (uint32_t c = 0; c < maker->column_count; c++)
        free(maker->clean.data[c]);
    vec_free(&maker->rows);
    arena_destroy(maker->arena);
}

static size_t cell_size(const RowMaker *maker, uint32_t column)
{
    return phys_size(type_phys(maker->columns[column].type));
}

static void reserve_clean(RowMaker *maker, int64_t extra)
{
    CleanRows *clean = &maker->clean;
    if (clean->count + extra <= clean->capacity)
        return;
    clean->capacity = MAX_OF(clean->count + extra, clean->capacity * 2);
    for (uint32_t c = 0; c < maker->column_count; c++) {
        size_t size;
        if (!num_mul_size((size_t)clean->capacity, cell_size(maker, c), &size))
            base_memory_failed(SIZE_MAX);
        clean->data[c] = base_realloc(clean->data[c], size);
    }
}

static void push_clean(RowMaker *maker, const Vector *cells, int64_t index)
{
    CleanRows *clean = &maker->clean;
    for (uint32_t c = 0; c < maker->column_count; c++) {
        size_t size = cell_size(maker, c);
        memcpy((char *)clean->data[c] + (size_t)clean->count * size,
               (const char *)cells[c].data + (size_t)index * size, size);
    }
    clean->count++;
}

static bool all_known(const Vector *cells, uint32_t count, int64_t index)
{
    for (uint32_t c = 0; c < count; c++) {
        if (cells[c].state != NULL && cells[c].state[index] != VALUE_KNOWN)
            return false;
    }
    return true;
}

void rows_unclean(RowMaker *maker)
{
    CleanRows *clean = &maker->clean;
    for (int64_t i = 0; i < clean->count; i++) {
        MadeRow *row = new_row(maker, CLASS_CERTAIN, 0, 0);
        for (uint32_t c = 0; c < maker->column_count; c++) {
            Vector cells = {.phys = type_phys(maker->columns[c].type), .count = clean->count};
            cells.data = clean->data[c];
            row->cells[c] = vector_value(&cells, maker->columns[c].type, i);
        }
    }
    clean->count = 0;
}

// ---------------------------------------------------------------- bodies without a fence

// A row of which a key cell could not be computed stands for any number of rows.
static bool key_has_issue(const RowMaker *maker, const MadeRow *row)
{
    for (uint32_t k = 0; k < maker->key_count; k++) {
        if (row->cells[maker->key == NULL ? k : maker->key[k]].state == VALUE_ISSUE)
            return true;
    }
    return false;
}

static void dirty_row(RowMaker *maker, BodyRun *run, const Bindings *view, const Vector *cells,
                      int64_t index, uint32_t branch)
{
    BindState state = bindings_state(run, view, index);
    CauseId cause;
    bind_lowest(run, &state, true, &cause);
    RowClass row_class = bind_class_a(&state);
    MadeRow *row = new_row(maker, row_class, row_class == CLASS_CERTAIN ? 0 : cause, branch);
    for (uint32_t c = 0; c < maker->column_count; c++) {
        row->cells[c] = vector_value(&cells[c], maker->columns[c].type, index);
        if (row->cells[c].state == VALUE_GAP)
            row->origins[c] = origin_of(maker, run, &run->body->columns[c].value, view, index,
                                        row->cells[c].cause);
        if (row->cells[c].state == VALUE_ISSUE &&
            members_cause_is(maker->shared->causes, row->cells[c].cause))
            row->cells[c].cause = undecided_cell(maker, c);
    }
    row->many = key_has_issue(maker, row);
}

void rows_of_bindings(RowMaker *maker, BodyRun *run, const Bindings *view, uint32_t branch)
{
    int64_t count = view->count;
    Vector *cells = ARENA_ARRAY(run->scratch, Vector, MAX_OF(maker->column_count, 1u));
    for (uint32_t c = 0; c < maker->column_count; c++) {
        const Expr *expr = &run->body->columns[c].value;
        EvalContext context = bindings_context(run, view, run->scratch);
        if (expr_reads_aggregate(expr))
            attached_aggregates(run, view, expr, CLASS_SHADOW, &context);
        eval_expr(&context, expr, &cells[c]);
        vector_expand(&cells[c], count, run->scratch);
    }
    reserve_clean(maker, count);
    for (int64_t i = 0; i < count; i++) {
        BindState state = bindings_state(run, view, i);
        if (bind_class_a(&state) == CLASS_CERTAIN && all_known(cells, maker->column_count, i))
            push_clean(maker, cells, i);
        else
            dirty_row(maker, run, view, cells, i, branch);
    }
}

CauseId undecided_cell(RowMaker *maker, uint32_t column)
{
    Str source = arena_printf(maker->arena, STR_FMT "." STR_FMT, STR_ARG(maker->name),
                              STR_ARG(maker->columns[column].name));
    return cause_intern(maker->shared->causes, REASON_UNDECIDED_MEMBERS, source);
}

// ---------------------------------------------------------------- bodies with fences

void group_vectors(Level *level, const Expr *expr, Arena *arena, Vector *m, Vector *n)
{
    Vector *out[2] = {m, n};
    (void)level_guard(level, expr, level->alive);
    for (int which = 1; which <= 2; which++) {
        EvalContext context = level_context(level, expr, which, NULL, arena);
        Vector points;
        level_points(level, arena, &points);
        context.points = &points;
        eval_expr(&context, expr, out[which - 1]);
        vector_expand(out[which - 1], level->count, arena);
    }
}

Value group_cell(RowMaker *maker, const Expr *expr, uint32_t column, int64_t group, const Vector *m,
                 const Vector *n)
{
    Type type = maker->columns[column].type;
    Value value = vector_value(m, type, group);
    if (!expr_reads_aggregate(expr))
        return value;
    Value guarded = vector_value(n, type, group);
    bool both_gaps = value.state == VALUE_GAP && guarded.state == VALUE_GAP;
    bool both_known =
        value.state == VALUE_KNOWN && guarded.state == VALUE_KNOWN && value_same(&value, &guarded);
    if (both_gaps || both_known)
        return value;
    if (guarded.state == VALUE_ISSUE && members_cause_is(maker->shared->causes, guarded.cause))
        guarded.cause = undecided_cell(maker, column);
    return guarded;
}

static bool same_in_guard(const Vector *m, const Vector *n, uint32_t count, int64_t group)
{
    for (uint32_t c = 0; c < count; c++) {
        if (n[c].data == m[c].data)
            continue;
        if (n[c].state != NULL && n[c].state[group] != VALUE_KNOWN)
            return false;
        if (!vector_equal_at(&m[c], group, &n[c], group))
            return false;
    }
    return true;
}

static void dirty_group(RowMaker *maker, Level *level, const Vector *m, const Vector *n,
                        int64_t group, uint32_t branch)
{
    RowClass row_class = (RowClass)level->class_of[group];
    CauseId cause = row_class == CLASS_CERTAIN ? 0 : level_first_cause(level, group).cause;
    MadeRow *row = new_row(maker, row_class, cause, branch);
    for (uint32_t c = 0; c < maker->column_count; c++) {
        const Expr *expr = &level->run->body->columns[c].value;
        row->cells[c] = group_cell(maker, expr, c, group, &m[c], &n[c]);
        if (row->cells[c].state == VALUE_GAP)
            row->origins[c] = ++maker->fresh;
    }
}

static void rows_of_groups(RowMaker *maker, Finding *finding, uint32_t branch)
{
    Level *level = finding_a(finding);
    Vector *m = ARENA_ARRAY(finding->run.arena, Vector, MAX_OF(maker->column_count, 1u));
    Vector *n = ARENA_ARRAY(finding->run.arena, Vector, MAX_OF(maker->column_count, 1u));
    for (uint32_t c = 0; c < maker->column_count; c++)
        group_vectors(level, &finding->run.body->columns[c].value, finding->run.arena, &m[c],
                      &n[c]);
    reserve_clean(maker, level->count);
    for (int64_t g = 0; g < level->count; g++) {
        if (!level->alive[g])
            continue;
        bool clean = level->class_of[g] == CLASS_CERTAIN && all_known(m, maker->column_count, g) &&
                     same_in_guard(m, n, maker->column_count, g);
        if (clean)
            push_clean(maker, m, g);
        else
            dirty_group(maker, level, m, n, g, branch);
    }
}

// A member without a full key: a row that may be any number of rows; known key parts are kept.
static void rows_of_unplaced(RowMaker *maker, Finding *finding, uint32_t branch)
{
    const Level *level = finding_a(finding);
    for (size_t u = 0; u < level->unplaced.count; u++) {
        const Unplaced *unplaced = &level->unplaced.items[u];
        CauseId cause = level_mark(level, unplaced->member).cause;
        MadeRow *row =
            new_row(maker, unplaced->was_shadow ? CLASS_SHADOW : CLASS_POSSIBLE, cause, branch);
        row->many = true;
        for (uint32_t c = 0; c < maker->column_count; c++) {
            const Expr *expr = &finding->run.body->columns[c].value;
            const Step *step = &expr->steps[expr->count - 1];
            bool is_key = expr->count == 1 && step->op == STEP_KEY;
            const Value *part = is_key ? &unplaced->parts[step->index] : NULL;
            if (part != NULL && part->state == VALUE_KNOWN)
                row->cells[c] = *part;
            else
                row->cells[c] = (Value){.type = maker->columns[c].type,
                                        .state = VALUE_ISSUE,
                                        .cause = part == NULL ? cause : part->cause};
            row->cells[c].type = maker->columns[c].type;
        }
    }
}

void rows_of_branch(RowMaker *maker, Finding *finding, uint32_t branch)
{
    if (finding->level_count > 0) {
        rows_of_groups(maker, finding, branch);
        rows_of_unplaced(maker, finding, branch);
        return;
    }
    int64_t total = finding->members.all.count;
    for (int64_t first = 0; first < total; first += BLOCK_ROWS) {
        ArenaMark mark = arena_mark(finding->run.scratch);
        Bindings view;
        members_view(&finding->members, first, MIN_OF(BLOCK_ROWS, total - first),
                     finding->run.scratch, &view);
        rows_of_bindings(maker, &finding->run, &view, branch);
        arena_rewind(finding->run.scratch, mark);
    }
}

// ---------------------------------------------------------------- rules read as tables

static CauseId undecided_row(RowMaker *maker, uint32_t column)
{
    Str source = arena_printf(maker->arena, STR_FMT "." STR_FMT, STR_ARG(maker->name),
                              STR_ARG(maker->columns[column].name));
    return cause_intern(maker->shared->causes, REASON_UNDECIDED_ROW, source);
}

static void undecided_cells(RowMaker *maker, MadeRow *row, uint32_t from)
{
    for (uint32_t c = from; c < maker->column_count; c++)
        row->cells[c] = (Value){
            .type = maker->columns[c].type, .state = VALUE_ISSUE, .cause = undecided_row(maker, c)};
}

static void set_keys(RowMaker *maker, MadeRow *row, const Value *parts, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        if (parts[k].state == VALUE_KNOWN) {
            row->cells[k] = parts[k];
            continue;
        }
        row->many = true;
        row->cells[k] = (Value){
            .type = maker->columns[k].type, .state = VALUE_ISSUE, .cause = undecided_row(maker, k)};
    }
}

static CauseId first_cause_of(Level *level, int64_t group)
{
    return level_first_cause(level, group).cause;
}

typedef struct RuleFields {
    Vector *m, *n; // per field, over the groups of reading A
} RuleFields;

static void clue_row(RowMaker *maker, Finding *finding, const RuleFields *fields,
                     const FindingKey *key, const Value *parts)
{
    const Body *body = finding->run.body;
    MadeRow *row = new_row(maker, CLASS_CERTAIN, 0, 0);
    set_keys(maker, row, parts, body->clue_key_count);
    for (uint32_t f = 0; f < body->field_count; f++) {
        uint32_t column = body->clue_key_count + f;
        row->cells[column] =
            group_cell(maker, &body->fields[f].value, column, key->a, &fields->m[f], &fields->n[f]);
    }
}

static void open_row(RowMaker *maker, const Value *parts, uint32_t count, RowClass row_class,
                     CauseId cause)
{
    MadeRow *row = new_row(maker, row_class, cause, 0);
    set_keys(maker, row, parts, count);
    undecided_cells(maker, row, count);
}

static void listed_rows(RowMaker *maker, Finding *finding, const RuleFields *fields, bool shadows)
{
    const Body *body = finding->run.body;
    Value parts[BODY_SLOTS_MAX];
    for (size_t i = 0; i < finding->keys.count; i++) {
        const FindingKey *key = &finding->keys.items[i];
        for (uint32_t k = 0; k < body->clue_key_count; k++)
            parts[k] = finding_key(finding, key, body->clue_keys[k]);
        Level *a = finding_a(finding), *b = finding_b(finding);
        if (shadows && key->shadow) {
            bool from_a = a->class_of[key->a] == CLASS_SHADOW;
            open_row(maker, parts, body->clue_key_count, CLASS_SHADOW,
                     from_a ? first_cause_of(a, key->a) : first_cause_of(b, key->b));
        } else if (!shadows && key->listed && key->list == LIST_CLUE) {
            clue_row(maker, finding, fields, key, parts);
        } else if (!shadows && key->listed && key->list == LIST_UNDECIDED) {
            bool from_a = a->class_of[key->a] == CLASS_POSSIBLE;
            open_row(maker, parts, body->clue_key_count, CLASS_POSSIBLE,
                     from_a ? first_cause_of(a, key->a) : first_cause_of(b, key->b));
        }
    }
}

static void partial_rows(RowMaker *maker, Finding *finding)
{
    const Body *body = finding->run.body;
    Value parts[BODY_SLOTS_MAX];
    for (size_t i = 0; i < finding->partials.count; i++) {
        Partial *partial = &finding->partials.items[i];
        if (partial->merged)
            continue;
        for (uint32_t k = 0; k < body->clue_key_count; k++)
            parts[k] = partial->first->parts[body->clue_keys[k]];
        cause_counts_sort(maker->shared->causes, &partial->causes);
        open_row(maker, parts, body->clue_key_count, CLASS_POSSIBLE,
                 partial->causes.items[0].cause);
    }
}

static void shadow_rows(RowMaker *maker, Finding *finding)
{
    const Level *level = finding_a(finding);
    const Body *body = finding->run.body;
    Value parts[BODY_SLOTS_MAX];
    for (size_t u = 0; u < level->unplaced.count; u++) {
        const Unplaced *unplaced = &level->unplaced.items[u];
        if (!unplaced->was_shadow)
            continue;
        for (uint32_t k = 0; k < body->clue_key_count; k++)
            parts[k] = unplaced->parts[body->clue_keys[k]];
        open_row(maker, parts, body->clue_key_count, CLASS_SHADOW,
                 level_mark(level, unplaced->member).cause);
    }
}

Status finding_rule_rows(Finding *finding, const Rule *rule, Rowset **out)
{
    RowMaker maker;
    row_maker_init(&maker, finding->run.shared, rule->columns, rule->column_count, rule->name);
    const Body *body = finding->run.body;
    ASSERT(rule->column_count == body->clue_key_count + body->field_count);
    RuleFields fields = {ARENA_ARRAY(maker.arena, Vector, body->field_count + 1),
                         ARENA_ARRAY(maker.arena, Vector, body->field_count + 1)};
    for (uint32_t f = 0; f < body->field_count; f++)
        group_vectors(finding_a(finding), &body->fields[f].value, maker.arena, &fields.m[f],
                      &fields.n[f]);
    listed_rows(&maker, finding, &fields, false);
    partial_rows(&maker, finding);
    listed_rows(&maker, finding, &fields, true);
    shadow_rows(&maker, finding);
    rows_finish(&maker, NULL, out);
    row_maker_deinit(&maker);
    return STATUS_OK;
}
