// SPDX-License-Identifier: Apache-2.0
//
// entry_build.c: the lines of a rule's lists, from its finding.
//
// Only keys that are in a list get here, so values that are printed (titles, fields) are computed for their groups
// alone. Printed values are taken over certain members with known values; how many are not known stands behind
// them. A value that cannot be computed prints （缺失） or its reason and never changes a list.

#include "runtime/base/sort.h"
#include "runtime/clue/clue_id.h"
#include "runtime/exec/entry_int.h"
#include "runtime/exec/recursion_path.h"
#include "runtime/exec/window.h"

typedef struct Builder {
    Finding *finding;
    const Rule *rule;
    const Body *body;
    Arena *arena;
    Entries *entries;
    uint8_t *show_a, *show_b; // groups whose values are printed, per reading
} Builder;

static Str text_copy(Arena *arena, StrBuf *buf)
{
    Str out = arena_str(arena, strbuf_str(buf));
    strbuf_clear(buf);
    return out;
}

static Str shown_value(Builder *builder, const Value *value, int64_t unknown, bool with_unit)
{
    StrBuf buf;
    strbuf_init(&buf);
    if (value->state == VALUE_KNOWN) {
        value_text(&buf, builder->finding->run.shared->dict, value, with_unit);
        if (unknown > 0)
            strbuf_printf(&buf, "（%" PRId64 " 行不明）", unknown);
    } else if (value->state == VALUE_GAP) {
        strbuf_add_c(&buf, "（缺失）");
    } else {
        Cause cause = cause_get(builder->finding->run.shared->causes, value->cause);
        strbuf_printf(&buf, "（" STR_FMT "）", STR_ARG(reason_text(cause.reason, LANG_ZH)));
    }
    Str out = text_copy(builder->arena, &buf);
    strbuf_deinit(&buf);
    return out;
}

// Rows not known behind the aggregates that `expr` reads, the greatest number.
static int64_t unknown_behind(const Level *level, const Expr *expr, int64_t group)
{
    int64_t most = 0;
    for (uint32_t s = 0; s < expr->count; s++) {
        if (expr->steps[s].op != STEP_AGG)
            continue;
        AggregateKind kind = level->run->body->aggregates[expr->steps[s].index].kind;
        const int64_t *unknown = level->values[expr->steps[s].index].unknown;
        if (unknown != NULL && kind != AGGREGATE_SHOW && kind != AGGREGATE_ONE)
            most = MAX_OF(most, unknown[group]);
    }
    return most;
}

// One expression over the groups of a level, with printed values.
static void shown_vector(Level *level, const Expr *expr, const uint8_t *selected, Arena *arena,
                         Vector *out)
{
    EvalContext context = level_context(level, expr, 0, selected, arena);
    Vector points;
    level_points(level, arena, &points);
    context.points = &points;
    eval_expr(&context, expr, out);
    vector_expand(out, level->count, arena);
}

// ---------------------------------------------------------------- what is printed, for all keys of a reading

typedef struct Shown {
    Vector title, severity;
    Vector *fields;
    Vector *score_labels; // per score
    const Level *level;
} Shown;

static void shown_init(Builder *builder, Level *level, const uint8_t *selected, Shown *shown)
{
    const Body *body = builder->body;
    *shown = (Shown){.level = level};
    if (body->title.count > 0)
        shown_vector(level, &body->title, selected, builder->finding->run.arena, &shown->title);
    if (body->severity.count > 0)
        shown_vector(level, &body->severity, selected, builder->finding->run.arena,
                     &shown->severity);
    shown->fields = ARENA_ARRAY(builder->arena, Vector, MAX_OF(body->field_count, 1u));
    for (uint32_t f = 0; f < body->field_count; f++)
        shown_vector(level, &body->fields[f].value, selected, builder->finding->run.arena,
                     &shown->fields[f]);
    shown->score_labels = ARENA_ARRAY(builder->arena, Vector, MAX_OF(level->score_count, 1u));
    uint32_t ordinal = 0;
    for (uint32_t i = level->op_index + 1; i < level->end_index; i++) {
        const Operator *op = &body->operators[i];
        if (op->kind == OPERATOR_SCORE)
            shown_vector(level, &op->label, selected, builder->finding->run.arena,
                         &shown->score_labels[ordinal++]);
    }
}

static Severity severity_of(const RunShared *shared, const Vector *vector, int64_t group)
{
    if (vector->data == NULL)
        return SEVERITY_NONE;
    if (vector->state != NULL && vector->state[group] != VALUE_KNOWN)
        return SEVERITY_LOW;
    Str text = dict_str(shared->dict, vector->code[group]);
    if (str_equal(text, STR("高")))
        return SEVERITY_HIGH;
    return str_equal(text, STR("中")) ? SEVERITY_MEDIUM : SEVERITY_LOW;
}

static void add_fields(Builder *builder, const Shown *shown, int64_t group, Entry *entry)
{
    const Body *body = builder->body;
    FieldValue *fields = ARENA_ARRAY(builder->arena, FieldValue, MAX_OF(body->field_count, 1u));
    for (uint32_t f = 0; f < body->field_count; f++) {
        const Expr *expr = &body->fields[f].value;
        Value value = vector_value(&shown->fields[f], expr->type, group);
        int64_t unknown = unknown_behind(shown->level, expr, group);
        fields[f] = (FieldValue){
            .name = body->fields[f].name, .value = value, .known = value.state == VALUE_KNOWN};
        fields[f].text = shown_value(builder, &value, unknown, false);
        fields[f].display = shown_value(builder, &value, unknown, true);
    }
    entry->fields = fields;
    entry->field_count = body->field_count;
    entry->severity = severity_of(builder->finding->run.shared, &shown->severity, group);
    if (shown->title.data != NULL) {
        Value title = vector_value(&shown->title, type_of(TYPE_TEXT), group);
        entry->title = shown_value(builder, &title, 0, true);
    }
}

static void add_scores(Builder *builder, const Shown *shown, int64_t group, Entry *entry)
{
    const Level *level = shown->level;
    EntryScore *scores = ARENA_ARRAY(builder->arena, EntryScore, MAX_OF(level->score_count, 1u));
    for (uint32_t s = 0; s < level->score_count; s++) {
        const ScoreState *score = &level->scores[s];
        if (score->state == NULL || score->state[group] == 0)
            continue;
        Value label = vector_value(&shown->score_labels[s], type_of(TYPE_TEXT), group);
        EntryScore *out = &scores[entry->score_count++];
        *out = (EntryScore){.points = score->points.i64[group],
                            .open = score->state[group] == 2,
                            .label = shown_value(builder, &label, 0, true)};
        if (!out->open)
            entry->score += out->points;
    }
    entry->scores = scores;
}

// ---------------------------------------------------------------- keys

static void add_key(Builder *builder, const Value *parts, uint32_t count, Entry *entry)
{
    KeyPart *key = ARENA_ARRAY(builder->arena, KeyPart, MAX_OF(count, 1u));
    bool full = true;
    for (uint32_t k = 0; k < count; k++) {
        key[k] = (KeyPart){.name = builder->body->clue_key_names[k], .value = parts[k]};
        full &= parts[k].state == VALUE_KNOWN;
        if (parts[k].state != VALUE_KNOWN)
            continue;
        key[k].text = shown_value(builder, &parts[k], 0, false);
        key[k].display = shown_value(builder, &parts[k], 0, true);
    }
    entry->key = key;
    entry->key_count = count;
    if (full)
        clue_id(builder->finding->run.shared->dict, builder->rule->name, parts, count, entry->id);
}

static void key_parts(const Builder *builder, const FindingKey *key, Value *parts)
{
    for (uint32_t k = 0; k < builder->body->clue_key_count; k++)
        parts[k] = finding_key(builder->finding, key, builder->body->clue_keys[k]);
}

// ---------------------------------------------------------------- causes, caveats, laws

static void add_causes(Builder *builder, CauseCounts *counts, Entry *entry)
{
    const CauseTable *table = builder->finding->run.shared->causes;
    cause_counts_sort(table, counts);
    EntryCause *causes = ARENA_ARRAY(builder->arena, EntryCause, MAX_OF(counts->count, 1u));
    for (size_t i = 0; i < counts->count; i++) {
        Cause cause = cause_get(table, counts->items[i].cause);
        Str source = cause.reason == REASON_UNDECIDED_MEMBERS && str_starts(cause.source, STR("#"))
                         ? STR("")
                         : cause.source;
        causes[i] = (EntryCause){.place = counts->items[i].place,
                                 .reason = cause.reason,
                                 .source = arena_str(builder->arena, source),
                                 .rows = counts->items[i].rows};
    }
    entry->causes = causes;
    entry->cause_count = (uint32_t)counts->count;
}

typedef struct Caveat {
    uint32_t place;
    Str text;
} Caveat;

// What the clause `i` disregards.
static Caveat caveat_of_clause(Builder *builder, uint32_t i)
{
    const BodyRun *run = &builder->finding->run;
    Str name = STR("同组");
    int64_t unplaced, total;
    if (run->windows[i] != NULL)
        window_unplaced(run->windows[i], &unplaced, &total);
    else
        name = partner_unplaced(run->partners[i], &unplaced, &total);
    return (Caveat){builder->body->operators[i].place,
                    arena_printf(builder->arena, "%" PRId64 " / %" PRId64 " " STR_FMT, unplaced,
                                 total, STR_ARG(name))};
}

// The same of a window over the groups of a level, or of one below.
static Caveat caveat_of_groups(Builder *builder, const Level *level, uint32_t i)
{
    const Operator *op = &builder->body->operators[i];
    const LevelValues *values = NULL;
    for (; level != NULL && values == NULL; level = level->below)
        values = window_group_values(level, op);
    ASSERT(values != NULL);
    return (Caveat){op->place, arena_printf(builder->arena, "%" PRId64 " / %" PRId64 " 同组",
                                            values->shadow_tuples, values->tuples)};
}

static int compare_caveats(const void *a, const void *b)
{
    const Caveat *x = a, *y = b;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return str_compare(x->text, y->text);
}

static void add_caveats(Builder *builder, Level *level, int64_t group, Entry *entry)
{
    uint64_t bits = level->caveats[group] & ~CAVEAT_FENCE, fences = 0;
    Caveat found[64 + 8];
    uint32_t count = 0;
    for (int64_t k = level->starts[group]; k < level->starts[group + 1]; k++) {
        if (level->row_class[level->rows[k]] != CLASS_CERTAIN)
            continue;
        BindState state =
            bindings_state(&builder->finding->run, &builder->finding->members.all, level->rows[k]);
        bits |= state.caveats;
        for (const Level *below = level->below; below != NULL; below = below->below) {
            uint64_t more = below->caveats[below->group[level->rows[k]]];
            bits |= more & ~CAVEAT_FENCE;
            fences |= (more & CAVEAT_FENCE) != 0 ? (uint64_t)1 << below->stretch : 0;
        }
    }
    fences |= (level->caveats[group] & CAVEAT_FENCE) != 0 ? (uint64_t)1 << level->stretch : 0;
    for (uint32_t i = 0, partners = 0, windows = 0; i < builder->body->operator_count; i++) {
        OperatorKind kind = builder->body->operators[i].kind;
        uint64_t bit = kind == OPERATOR_PARTNER  ? caveat_of_partner(partners++)
                       : kind == OPERATOR_WINDOW ? caveat_of_window(windows++)
                                                 : 0;
        if ((bits & bit) != 0)
            found[count++] = i < builder->finding->run.end_operator
                                 ? caveat_of_clause(builder, i)
                                 : caveat_of_groups(builder, level, i);
    }
    for (const Level *at = level; at != NULL && count < 64 + 8; at = at->below) {
        if ((fences >> at->stretch & 1) == 0)
            continue;
        found[count++] =
            (Caveat){at->op->place, arena_printf(builder->arena, "%" PRId64 " / %" PRId64 " 分组",
                                                 at->shadow_total, at->member_total)};
    }
    qsort(found, count, sizeof *found, compare_caveats);
    Str *caveats = ARENA_ARRAY(builder->arena, Str, MAX_OF(count, 1u));
    for (uint32_t i = 0; i < count; i++)
        caveats[i] = found[i].text;
    entry->caveats = caveats;
    entry->caveat_count = count;
}

// ---------------------------------------------------------------- members

typedef struct MemberCounts {
    int64_t certain, possible, excluded;
    uint64_t excepted,
        peers; // exceptions of certain members, and of those that their values rest on
} MemberCounts;

static uint64_t member_excepted(const Finding *finding, const Level *level, int64_t member,
                                int64_t group)
{
    BindState state = bindings_state(&finding->run, &finding->members.all, member);
    uint64_t excepted = state.excepted | level->excepted[group];
    for (const Level *below = level->below; below != NULL; below = below->below)
        excepted |= below->excepted[below->group[member]];
    return excepted;
}

static uint64_t peers_excepted(const Finding *finding, const Level *level, int64_t member)
{
    uint64_t peers = bindings_state(&finding->run, &finding->members.all, member).peers_excepted;
    for (const Level *at = level; at != NULL; at = at->below) {
        if (at->peers_excepted != NULL)
            peers |= at->peers_excepted[at->group[member]];
    }
    return peers;
}

static MemberCounts count_members(const Finding *finding, const Level *level, int64_t group)
{
    MemberCounts counts = {0};
    for (int64_t k = level->starts[group]; k < level->starts[group + 1]; k++) {
        int64_t member = level->rows[k];
        counts.possible += level->row_class[member] == CLASS_POSSIBLE;
        if (level->row_class[member] != CLASS_CERTAIN)
            continue;
        counts.certain++;
        uint64_t excepted = member_excepted(finding, level, member, group);
        counts.excepted |= excepted;
        counts.peers |= peers_excepted(finding, level, member);
        counts.excluded += excepted != 0;
    }
    return counts;
}

static void add_cleared_by(Builder *builder, uint64_t excepted, Entry *entry)
{
    Str *names = ARENA_ARRAY(builder->arena, Str, 64);
    uint32_t ordinal = 0;
    for (uint32_t i = 0; i < builder->body->operator_count; i++) {
        const Operator *op = &builder->body->operators[i];
        if (op->kind == OPERATOR_EXCEPT && (excepted >> ordinal++ & 1))
            names[entry->cleared_by_count++] = op->name;
    }
    entry->cleared_by = names;
}

// ---------------------------------------------------------------- the lists

static Entry start_entry(Builder *builder, ListKind list, const FindingKey *key)
{
    Entry entry = {.list = list};
    Value parts[BODY_SLOTS_MAX];
    ASSERT(builder->body->clue_key_count <= BODY_SLOTS_MAX);
    key_parts(builder, key, parts);
    add_key(builder, parts, builder->body->clue_key_count, &entry);
    return entry;
}

static void add_clue(Builder *builder, const FindingKey *key, const Shown *shown)
{
    Level *level = finding_a(builder->finding);
    Entry entry = start_entry(builder, LIST_CLUE, key);
    add_fields(builder, shown, key->a, &entry);
    add_scores(builder, shown, key->a, &entry);
    entry_laws(&(EntryLaws){builder->finding, builder->arena, level, key->a}, &entry);
    add_caveats(builder, level, key->a, &entry);
    MemberCounts counts = count_members(builder->finding, level, key->a);
    entry.certain_rows = counts.certain;
    entry.undecided_rows = counts.possible;
    if (key->partial >= 0)
        entry.undecided_rows +=
            (int64_t)builder->finding->partials.items[key->partial].members.count;
    if (key->b >= 0)
        entry.excluded_rows =
            count_members(builder->finding, finding_b(builder->finding), key->b).excluded;
    entry_evidence(builder->finding, builder->arena, level, key->a, CLASS_CERTAIN, NULL, &entry);
    vec_push(builder->entries, entry);
}

static void add_cleared(Builder *builder, const FindingKey *key, const Shown *shown)
{
    Level *level = finding_b(builder->finding);
    Entry entry = start_entry(builder, LIST_CLEARED, key);
    add_fields(builder, shown, key->b, &entry);
    MemberCounts counts = count_members(builder->finding, level, key->b);
    uint64_t own = counts.excepted | level->excepted[key->b];
    add_cleared_by(builder, own != 0 ? own : counts.peers, &entry);
    entry.certain_rows = counts.certain;
    entry.undecided_rows = counts.possible;
    entry.excluded_rows = counts.excluded;
    entry_evidence(builder->finding, builder->arena, level, key->b, CLASS_CERTAIN, NULL, &entry);
    vec_push(builder->entries, entry);
}

// Whether the group's causes count all members of the partial key already.
static bool all_blamed(const Level *level, int64_t group, const Partial *partial)
{
    for (size_t i = 0; i < partial->members.count; i++) {
        int64_t unplaced = level->group[partial->members.items[i]];
        bool fits =
            unplaced <= -2 &&
            level_fits(level, &level->unplaced.items[member_unplaced_index(unplaced)], group);
        if (!level->blames_shadows[group] || !fits)
            return false;
    }
    return true;
}

static void add_undecided(Builder *builder, const FindingKey *key)
{
    Level *level = finding_a(builder->finding);
    int64_t group = key->a;
    if (level->class_of[group] == CLASS_CERTAIN) {
        level = finding_b(builder->finding);
        group = key->b;
    }
    Entry entry = start_entry(builder, LIST_UNDECIDED, key);
    MemberCounts counts = count_members(builder->finding, level, group);
    const Partial *partial =
        key->partial < 0 ? NULL : &builder->finding->partials.items[key->partial];
    entry.certain_rows = counts.certain;
    entry.undecided_rows =
        counts.possible + (partial == NULL ? 0 : (int64_t)partial->members.count);
    CauseCounts causes = {0};
    level_causes(level, group, &causes);
    for (size_t i = 0;
         partial != NULL && i < partial->causes.count && !all_blamed(level, group, partial); i++) {
        const CauseCount *cause = &partial->causes.items[i];
        cause_counts_add(&causes, (Mark){cause->place, cause->cause}, cause->rows);
    }
    add_causes(builder, &causes, &entry);
    vec_free(&causes);
    entry_evidence(builder->finding, builder->arena, level, group, CLASS_POSSIBLE, partial, &entry);
    vec_push(builder->entries, entry);
}

// ---------------------------------------------------------------- partial keys

static Entry partial_entry(Builder *builder, Partial *partial)
{
    Entry entry = {.list = LIST_UNDECIDED};
    Value parts[BODY_SLOTS_MAX];
    for (uint32_t k = 0; k < builder->body->clue_key_count; k++)
        parts[k] = partial->first->parts[builder->body->clue_keys[k]];
    add_key(builder, parts, builder->body->clue_key_count, &entry);
    entry.undecided_rows = (int64_t)partial->members.count;
    add_causes(builder, &partial->causes, &entry);
    members_evidence(builder->finding, builder->arena, partial->members.items,
                     (int64_t)partial->members.count, CLASS_POSSIBLE, &entry);
    return entry;
}

static void add_partials(Builder *builder)
{
    Partials *partials = &builder->finding->partials;
    for (size_t i = 0; i < partials->count; i++) {
        if (!partials->items[i].merged)
            vec_push(builder->entries, partial_entry(builder, &partials->items[i]));
    }
}

// ---------------------------------------------------------------- order

static int compare_entry_keys(const Dict *dict, const Entry *a, const Entry *b)
{
    for (uint32_t k = 0; k < a->key_count; k++) {
        bool x = a->key[k].value.state == VALUE_KNOWN, y = b->key[k].value.state == VALUE_KNOWN;
        if (x != y)
            return x ? -1 : 1; // null last
        int order = x ? value_compare(dict, &a->key[k].value, &b->key[k].value) : 0;
        if (order != 0)
            return order;
    }
    return 0;
}

static int severity_rank(Severity severity)
{
    return severity == SEVERITY_NONE ? SEVERITY_LOW + 1 : (int)severity;
}

static int compare_entries(const void *context, const void *x, const void *y)
{
    const Dict *dict = context;
    const Entry *a = x, *b = y;
    if (a->list != b->list)
        return (int)a->list - (int)b->list;
    if (a->list == LIST_CLUE && severity_rank(a->severity) != severity_rank(b->severity))
        return severity_rank(a->severity) - severity_rank(b->severity);
    if (a->list == LIST_CLUE && a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return compare_entry_keys(dict, a, b);
}

// ---------------------------------------------------------------- all together

static void mark_shown(Builder *builder)
{
    Finding *finding = builder->finding;
    builder->show_a = ARENA_ARRAY(finding->run.arena, uint8_t, finding_a(finding)->count);
    builder->show_b = ARENA_ARRAY(finding->run.arena, uint8_t, finding_b(finding)->count);
    for (size_t i = 0; i < finding->keys.count; i++) {
        const FindingKey *key = &finding->keys.items[i];
        if (key->listed && key->list == LIST_CLUE)
            builder->show_a[key->a] = 1;
        if (key->listed && key->list == LIST_CLEARED)
            builder->show_b[key->b] = 1;
    }
}

static void add_lists(Builder *builder)
{
    Finding *finding = builder->finding;
    bool one = finding_a(finding) == finding_b(finding);
    mark_shown(builder);
    level_index(finding_a(finding));
    level_index(finding_b(finding));
    Shown shown_a, shown_b;
    shown_init(builder, finding_a(finding), builder->show_a, &shown_a);
    shown_b = shown_a;
    if (!one)
        shown_init(builder, finding_b(finding), builder->show_b, &shown_b);
    for (size_t i = 0; i < finding->keys.count; i++) {
        const FindingKey *key = &finding->keys.items[i];
        if (!key->listed)
            continue;
        if (key->list == LIST_CLUE)
            add_clue(builder, key, &shown_a);
        else if (key->list == LIST_CLEARED)
            add_cleared(builder, key, &shown_b);
        else
            add_undecided(builder, key);
    }
}

static void count_lists(RuleResult *result)
{
    for (uint32_t i = 0; i < result->entry_count; i++) {
        const Entry *entry = &result->entries[i];
        result->clue_count += entry->list == LIST_CLUE;
        result->cleared_count += entry->list == LIST_CLEARED;
        result->undecided_count += entry->list == LIST_UNDECIDED;
        result->gap_count += entry->list == LIST_GAP;
    }
}

// The summary: undecided entries' causes by clause, what could not be placed, and what that could overturn.
static void add_summary(Builder *builder, RuleResult *result)
{
    int64_t caveated = 0, unplaced_most = 0;
    CauseCounts counts = {0};
    for (size_t i = 0; i < builder->entries->count; i++) {
        const Entry *entry = &builder->entries->items[i];
        caveated += entry->list == LIST_CLUE && entry->caveat_count > 0;
        for (uint32_t c = 0; entry->list == LIST_UNDECIDED && c < entry->cause_count; c++) {
            CauseId cause = cause_intern(builder->finding->run.shared->causes,
                                         entry->causes[c].reason, entry->causes[c].source);
            cause_counts_add(&counts, (Mark){entry->causes[c].place, cause}, entry->causes[c].rows);
        }
    }
    uint32_t operator_count = builder->finding->run.end_operator;
    UnplacedTable *beyond = ARENA_ARRAY(builder->arena, UnplacedTable, MAX_OF(operator_count, 1u));
    result->beyond = beyond;
    for (uint32_t i = 0; i < operator_count; i++) {
        const PartnerRun *partner = builder->finding->run.partners[i];
        UnplacedTable at = {0};
        if (partner == NULL)
            continue;
        at.table = partner_unplaced(partner, &at.unplaced, &at.total);
        unplaced_most += at.unplaced;
        if (partner_beyond_tolerance(partner))
            beyond[result->beyond_count++] = at;
    }
    Entry all = {0};
    add_causes(builder, &counts, &all);
    vec_free(&counts);
    ClauseCount *lines = ARENA_ARRAY(builder->arena, ClauseCount, MAX_OF(all.cause_count, 1u));
    for (uint32_t c = 0; c < all.cause_count; c++)
        lines[c] = (ClauseCount){all.causes[c].place, all.causes[c].reason, all.causes[c].source,
                                 all.causes[c].rows};
    result->counts = lines;
    result->count_count = all.cause_count;
    result->unplaced_rows = unplaced_most;
    result->overturn_most = MIN_OF(unplaced_most, caveated);
}

// More lines than anybody can look at are a mistake in the rule; they are refused before they are made.
static Status check_output(const Finding *finding, const Rule *rule)
{
    const RunShared *shared = finding->run.shared;
    int64_t limit = shared->options->limit_output, count = 0;
    for (size_t i = 0; i < finding->keys.count; i++)
        count += finding->keys.items[i].listed;
    for (size_t i = 0; i < finding->partials.count; i++)
        count += !finding->partials.items[i].merged;
    if (limit == 0 || count <= limit)
        return STATUS_OK;
    return error_set(shared->error, STATUS_LIMIT,
                     "规则“" STR_FMT "”要列出 %" PRId64 " 条，超过上限 %" PRId64
                     "：请收紧条件，或用 --limit-output 提高上限",
                     "rule `" STR_FMT "` would list %" PRId64 " entries, more than %" PRId64
                     ": narrow its conditions, or raise --limit-output",
                     STR_ARG(rule->name), count, limit);
}

// The parents of rows whose path is evidence.
static Status find_paths(Finding *finding)
{
    const Body *body = finding->run.body;
    for (uint32_t i = 0; i < body->evidence_count; i++) {
        RowSource source = body->slots[body->evidence[i]].source;
        if ((body->evidence_paths >> body->evidence[i] & 1) != 0 && source.kind == SOURCE_RELATION)
            TRY(parents_find(finding->run.shared, source.index));
    }
    return STATUS_OK;
}

Status finding_entries(Finding *finding, const Rule *rule, RuleResult *result)
{
    *result =
        (RuleResult){.arena = arena_create(NULL, 0), .rule = rule->name, .title = rule->title};
    TRY(check_output(finding, rule));
    TRY(find_paths(finding));
    Entries entries = {0};
    Builder builder = {.finding = finding,
                       .rule = rule,
                       .body = &rule->body,
                       .arena = result->arena,
                       .entries = &entries};
    add_lists(&builder);
    add_partials(&builder);
    sort_stable(entries.items, entries.count, sizeof *entries.items, compare_entries,
                finding->run.shared->dict);
    add_summary(&builder, result);
    gap_entries(&finding->run, result->arena, &entries);
    Entry *kept = ARENA_ARRAY(result->arena, Entry, entries.count + 1);
    if (entries.count > 0)
        memcpy(kept, entries.items, entries.count * sizeof *kept);
    result->entries = kept;
    result->entry_count = (uint32_t)entries.count;
    vec_free(&entries);
    count_lists(result);
    return STATUS_OK;
}
