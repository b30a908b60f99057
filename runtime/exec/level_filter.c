// SPDX-License-Identifier: Apache-2.0
//
// level_filter.c: where, doubt, cites, except and score behind a fence.
//
// A condition is judged over m; where a group has shadow members, also over n, and where it has tolerated ones,
// over t. What the three say about a group is spec/evaluation.md 5.3; whose causes an undecided one gets is
// tests/reference/README.md, decision 10.

#include "runtime/exec/coverage.h"
#include "runtime/exec/observer.h"
#include "runtime/exec/series.h"
#include "runtime/exec/window.h"

typedef struct Verdict {
    const uint8_t *m, *n, *t;
    const Vector *m_truth, *n_truth;
} Verdict;

static void judge_which(Level *level, const Expr *condition, int which, Arena *arena, Vector *out)
{
    EvalContext context = level_context(level, condition, which, NULL, arena);
    Vector points;
    if (which >= 0 && level->score_count > 0) {
        level_points(level, arena, &points);
        context.points = &points;
    }
    eval_truth(&context, condition, out);
    vector_expand(out, level->count, arena);
}

// For which groups the guard can change what becomes of them. A plain rule has no use for a group that fails without
// its shadows; what others read, and readings that differ, need to know whether shadows could bring it back.
static bool guard_wanted(const Level *level, const Operator *op, uint8_t m)
{
    if (op->kind == OPERATOR_EXCEPT)
        return true;
    if (op->kind == OPERATOR_DOUBT)
        return m == TRUTH_F;
    return m == TRUTH_T ||
           (m == TRUTH_F && op->kind == OPERATOR_FILTER && level->run->shadows_matter);
}

static void judge(Level *level, const Operator *op, Arena *arena, Vector vectors[3], Verdict *out)
{
    const Expr *condition = &op->condition;
    judge_which(level, condition, 1, arena, &vectors[0]);
    vectors[1] = vectors[0];
    vectors[2] = vectors[0];
    uint8_t *wanted = ARENA_ARRAY(arena, uint8_t, level->count);
    for (int64_t g = 0; g < level->count; g++)
        wanted[g] = level->alive[g] && guard_wanted(level, op, vectors[0].truth[g]);
    if (!level->run->body->is_query && level_guard(level, condition, wanted)) {
        judge_which(level, condition, 2, arena, &vectors[1]);
        judge_which(level, condition, 3, arena, &vectors[2]);
        for (int64_t g = 0; g < level->count; g++) { // elsewhere nothing was computed
            vectors[1].truth[g] = wanted[g] ? vectors[1].truth[g] : vectors[0].truth[g];
            vectors[2].truth[g] = wanted[g] ? vectors[2].truth[g] : vectors[0].truth[g];
        }
    }
    *out =
        (Verdict){vectors[0].truth, vectors[1].truth, vectors[2].truth, &vectors[0], &vectors[1]};
}

static void judge_citation(Level *level, const Citation *citation, Vector vectors[3], Verdict *out)
{
    EvalContext context = level_context(level, &citation->at, 1, NULL, level->run->scratch);
    citation_truth(&context, citation, &vectors[0]);
    vectors[1] = vectors[2] = vectors[0];
    *out =
        (Verdict){vectors[0].truth, vectors[0].truth, vectors[0].truth, &vectors[0], &vectors[0]};
}

static CauseId cause_of(const Vector *truth, int64_t group)
{
    return truth->cause == NULL ? 0 : truth->cause[group];
}

static bool has_member_of(Level *level, int64_t group, RowClass row_class)
{
    level_index(level);
    for (int64_t k = level->starts[group]; k < level->starts[group + 1]; k++) {
        if (level_member_class(level, level->rows[k], group) == row_class)
            return true;
    }
    if (row_class != CLASS_SHADOW || level->unplaced.count == 0 ||
        level_member_class(level, level->unplaced.items[0].member, group) != CLASS_SHADOW)
        return false;
    return level_fit_any(level, group);
}

// The causes of an undecided condition on a group: those of its members, or the condition's own.
static void blame_group(Level *level, int64_t group, uint32_t place, CauseId cause, bool guard_only)
{
    const CauseTable *causes = level->run->shared->causes;
    if (members_cause_is(causes, cause) && members_cause(causes, cause) != cause) {
        RowClass wanted = guard_only ? CLASS_SHADOW : CLASS_POSSIBLE;
        if (has_member_of(level, group, wanted)) {
            if (guard_only)
                level->blames_shadows[group] = 1;
            else
                level->blames_possible[group] = 1;
            return;
        }
    }
    level_own(level, group, (Mark){place, members_cause(causes, cause)});
}

// Whether members that the fence tolerates stand in the group, or fit it.
static bool has_tolerated(Level *level, int64_t group)
{
    if (!level->tolerant || level->shadow_total == 0)
        return false;
    level_index(level);
    for (int64_t k = level->starts[group]; k < level->starts[group + 1]; k++) {
        if (level_member_class(level, level->rows[k], group) == CLASS_TOLERATED)
            return true;
    }
    return level_fit_any(level, group);
}

// Whether tolerated groups could change a window's value for a group, or for one that a member was in at a fence below.
static bool rests_on_groups(const Level *level, uint32_t index, int64_t group)
{
    const Level *at = level;
    while (at != NULL && at->stretch != level->run->body->aggregate_stretch[index])
        at = at->below;
    if (at == NULL || !at->values[index].done)
        return false;
    const LevelValues *values = &at->values[index];
    Type type = level->run->body->aggregates[index].type;
    for (int64_t k = level->starts[group]; k < level->starts[group + 1]; k++) {
        int64_t of = at == level ? group : at->group[level->rows[k]];
        Value n = vector_value(&values->n, type, MAX_OF(of, 0)),
              t = vector_value(&values->t, type, MAX_OF(of, 0));
        if (of >= 0 && !window_same(&n, &t))
            return true;
    }
    return false;
}

// The caveats of windows over groups that an expression reads, at whatever depth.
static uint64_t group_windows(const Level *level, const Expr *expr, int64_t group)
{
    const Body *body = level->run->body;
    uint64_t caveats = 0;
    for (uint32_t s = 0; s < expr->count; s++) {
        if (expr->steps[s].op != STEP_AGG)
            continue;
        uint32_t index = expr->steps[s].index;
        const Aggregate *aggregate = &body->aggregates[index];
        caveats |= group_windows(level, &aggregate->argument, group) |
                   group_windows(level, &aggregate->when, group);
        if (aggregate->function == WINDOW_VALUE && rests_on_groups(level, index, group))
            caveats |= window_caveat(body, aggregate->window);
    }
    return caveats;
}

// The attached slots of which a condition's aggregates fold tolerated rows, as bits.
static uint64_t tolerated_slots(const Level *level, const Expr *condition, int64_t group)
{
    const Body *body = level->run->body;
    uint64_t known_slots = 0, slots = 0;
    for (uint32_t s = 0; s < condition->count; s++) {
        if (condition->steps[s].op != STEP_AGG)
            continue;
        bool known;
        known_slots |= level_tolerated_sets(level, condition->steps[s].index, group, &known);
        const Aggregate *aggregate = &body->aggregates[condition->steps[s].index];
        for (uint32_t m = 0; m < aggregate->mention_count && !known; m++)
            slots |= (uint64_t)1 << aggregate->mention[m];
    }
    for (uint32_t slot = 0; slot < body->slot_count; slot++) {
        const AttachedSet *set = &level->members->all.attached[slot];
        bool met = false, read = (slots >> slot & 1) != 0 && set->offsets != NULL;
        for (int64_t k = level->starts[group]; read && k < level->starts[group + 1]; k++) {
            int64_t member = level->rows[k];
            for (int64_t a = set->offsets[member]; a < set->offsets[member + 1]; a++)
                met |= set->members[a].row_class == CLASS_TOLERATED;
        }
        known_slots |= (uint64_t)met << slot;
    }
    return known_slots;
}

// The caveats of a verdict that tolerated rows could overturn.
static uint64_t caveats_of(Level *level, const Expr *condition, int64_t group)
{
    const Body *body = level->run->body;
    uint64_t caveats = 0;
    level_index(level);
    if (level_tolerates(level, condition, group) && has_tolerated(level, group))
        caveats |= CAVEAT_FENCE;
    uint64_t slots = tolerated_slots(level, condition, group);
    uint32_t ordinal = 0;
    for (uint32_t i = 0; i < level->run->end_operator; i++) {
        const Operator *op = &body->operators[i];
        if (op->kind != OPERATOR_PARTNER)
            continue;
        if ((slots >> op->partner.slot & 1) != 0)
            caveats |= caveat_of_partner(ordinal);
        ordinal++;
    }
    caveats |= group_windows(level, condition, group);
    uint64_t windows = expr_slots_inside(body, condition);
    for (int64_t k = level->starts[group]; k < level->starts[group + 1]; k++)
        caveats |= window_caveats(level->run, &level->members->all, windows, level->rows[k]);
    return caveats;
}

// What the three readings of a condition say about one group.
typedef struct GroupVerdict {
    uint8_t m, n, t;
    CauseId m_cause, n_cause;
} GroupVerdict;

static GroupVerdict verdict_of(const Verdict *verdict, int64_t group)
{
    return (GroupVerdict){verdict->m[group], verdict->n[group], verdict->t[group],
                          cause_of(verdict->m_truth, group), cause_of(verdict->n_truth, group)};
}

static void settle_where(Level *level, const Operator *op, const GroupVerdict *verdict,
                         int64_t group)
{
    uint8_t m = verdict->m, n = verdict->n;
    if (m == TRUTH_F && n == TRUTH_F) {
        level->alive[group] = 0;
    } else if (m == TRUTH_F) {
        level->class_of[group] = CLASS_SHADOW;
        blame_group(level, group, op->place, verdict->n_cause, true);
    } else if (m == TRUTH_U || n != TRUTH_T) {
        level->class_of[group] = MAX_OF(level->class_of[group], CLASS_POSSIBLE);
        bool guard_only = m == TRUTH_T;
        blame_group(level, group, op->place, guard_only ? verdict->n_cause : verdict->m_cause,
                    guard_only);
    } else if (verdict->t != TRUTH_T) {
        level->caveats[group] |= caveats_of(level, &op->condition, group);
    }
}

static void settle_doubt(Level *level, const Operator *op, const GroupVerdict *verdict,
                         int64_t group)
{
    if (verdict->m == TRUTH_F && verdict->n == TRUTH_F)
        return;
    level->class_of[group] = MAX_OF(level->class_of[group], CLASS_POSSIBLE);
    CauseId cause = cause_intern(level->run->shared->causes, REASON_DOUBT, op->name);
    level_own(level, group, (Mark){op->place, cause});
}

static void settle_except(Level *level, const Operator *op, const GroupVerdict *verdict,
                          int64_t group)
{
    if (!level->reading_a) {
        if (verdict->m == TRUTH_T)
            level->excepted[group] |= (uint64_t)1
                                      << operator_ordinal(level->run->body->operators, op);
        return;
    }
    GroupVerdict negated = {truth_not(verdict->m), truth_not(verdict->n), truth_not(verdict->t),
                            verdict->m_cause, verdict->n_cause};
    settle_where(level, op, &negated, group);
}

// ---------------------------------------------------------------- scores

void level_points(const Level *level, Arena *arena, Vector *out)
{
    vector_make(out, PHYS_I64, level->count, arena);
    for (int64_t g = 0; g < level->count && level->score_count > 0; g++) {
        int64_t low = 0, high = 0;
        CauseId blame = 0;
        for (uint32_t s = 0; s < level->score_count; s++) {
            const ScoreState *score = &level->scores[s];
            if (score->state == NULL || score->state[g] == 0)
                continue;
            int64_t points = score->points.i64[g];
            low += score->state[g] == 1 ? points : MIN_OF(points, 0);
            high += score->state[g] == 1 ? points : MAX_OF(points, 0);
            if (score->state[g] == 2 && blame == 0)
                blame = score->blame[g];
        }
        Value value = {.type = type_of(TYPE_INTEGER), .state = VALUE_KNOWN, .i64 = low};
        if (low != high)
            value = (Value){.type = value.type,
                            .state = VALUE_ISSUE,
                            .cause = blame,
                            .bounded = true,
                            .lo = low,
                            .hi = high};
        vector_set(out, g, &value, arena);
    }
}

static void score_values(Level *level, const Operator *op, ScoreState *score)
{
    EvalContext context = level_context(level, &op->points, 1, NULL, level->arena);
    eval_expr(&context, &op->points, &score->points);
    vector_expand(&score->points, level->count, level->arena);
}

static void settle_score(Level *level, const Operator *op, uint32_t ordinal, const Verdict *verdict)
{
    ScoreState *score = &level->scores[ordinal];
    score->state = ARENA_ARRAY(level->arena, uint8_t, level->count);
    score->blame = ARENA_ARRAY(level->arena, CauseId, level->count);
    score_values(level, op, score);
    for (int64_t g = 0; g < level->count; g++) {
        uint8_t m = verdict->m[g], n = verdict->n[g];
        if (m == TRUTH_T && n == TRUTH_T) {
            score->state[g] = 1;
            if (verdict->t[g] != TRUTH_T)
                level->caveats[g] |= caveats_of(level, &op->condition, g);
        } else if (m == TRUTH_U || m == TRUTH_T) {
            score->state[g] = 2;
            score->blame[g] = cause_of(m == TRUTH_U ? verdict->m_truth : verdict->n_truth, g);
        }
    }
}

// ---------------------------------------------------------------- all of them

static bool is_condition(const Operator *op)
{
    switch (op->kind) {
    case OPERATOR_FILTER:
    case OPERATOR_DOUBT:
    case OPERATOR_EXCEPT:
        return true;
    case OPERATOR_CITE:
        return op->citation.at.count > 0;
    case OPERATOR_FROM:
    case OPERATOR_PARTNER:
    case OPERATOR_EACH:
    case OPERATOR_WINDOW:
    case OPERATOR_CONNECT:
    case OPERATOR_SESSION:
    case OPERATOR_SEQUENCE:
    case OPERATOR_EXTRACT:
    case OPERATOR_GROUP:
    case OPERATOR_SERIES:
    case OPERATOR_SCORE:
        return false;
    }
    return false;
}

static void apply(Level *level, const Operator *op, uint32_t *score_ordinal)
{
    ArenaMark mark = arena_mark(level->run->scratch);
    Vector vectors[3];
    Verdict verdict;
    if (op->kind == OPERATOR_SCORE) {
        judge(level, op, level->run->scratch, vectors, &verdict);
        settle_score(level, op, (*score_ordinal)++, &verdict);
    } else if (is_condition(op)) {
        if (op->kind == OPERATOR_CITE)
            judge_citation(level, &op->citation, vectors, &verdict);
        else
            judge(level, op, level->run->scratch, vectors, &verdict);
        for (int64_t g = 0; g < level->count; g++) {
            GroupVerdict one = verdict_of(&verdict, g);
            if (!level->alive[g])
                continue;
            if (op->kind == OPERATOR_DOUBT)
                settle_doubt(level, op, &one, g);
            else if (op->kind == OPERATOR_EXCEPT)
                settle_except(level, op, &one, g);
            else
                settle_where(level, op, &one, g);
        }
    }
    arena_rewind(level->run->scratch, mark);
}

static Status observe(Level *level, const Operator *op)
{
    const Observer *observer = level->run->shared->observer;
    return observer == NULL ? STATUS_OK : observer->groups(observer->closure, level, op);
}

// Windows have a value all the same, for a second grouping of nothing.
static Status no_groups(Level *level)
{
    for (uint32_t i = level->op_index + 1; i < level->end_index; i++) {
        if (level->run->body->operators[i].kind == OPERATOR_WINDOW)
            TRY(window_groups(level, i));
    }
    return STATUS_OK;
}

Status level_filter(Level *level)
{
    uint32_t score_ordinal = 0;
    if (level->count == 0)
        return no_groups(level);
    TRY(observe(level, level->op));
    for (uint32_t i = level->op_index + 1; i < level->end_index; i++) {
        const Operator *op = &level->run->body->operators[i];
        level->run->shared->clause = op;
        if (op->kind == OPERATOR_SERIES)
            TRY(series_open(level, op, &level->series[i]));
        if (op->kind == OPERATOR_WINDOW)
            TRY(window_groups(level, i));
        apply(level, op, &score_ordinal);
        TRY(observe(level, op));
        TRY(run_poll(level->run->shared));
    }
    return STATUS_OK;
}
