// SPDX-License-Identifier: Apache-2.0
//
// finding.c: evaluates a body to its end.

#include "runtime/exec/finding.h"

#include "runtime/base/sort.h"
#include "runtime/exec/block.h"
#include "runtime/exec/native_int.h"

// Whether some exception touches some binding, or stands behind a fence: then the readings differ.
static bool readings_differ(const Finding *finding)
{
    const Body *body = finding->run.body;
    bool behind = false, excepts = false;
    for (uint32_t i = 0; i < body->operator_count; i++) {
        behind |= body->operators[i].kind == OPERATOR_GROUP;
        excepts |= body->operators[i].kind == OPERATOR_EXCEPT;
        if (behind && body->operators[i].kind == OPERATOR_EXCEPT)
            return true;
    }
    for (size_t i = 1; excepts && i < finding->run.states.count; i++) {
        const BindState *state = &finding->run.states.items[i];
        if (state->a_gone || state->a_place != 0 || state->a_class != CLASS_CERTAIN ||
            state->excepted != 0 || state->b_gone)
            return true;
    }
    return false;
}

static uint32_t count_fences(const Body *body)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < body->operator_count; i++)
        count += body->operators[i].kind == OPERATOR_GROUP;
    return count;
}

static Status open_levels(Finding *finding, Level *levels, bool reading_a)
{
    const Body *body = finding->run.body;
    uint32_t next = 0;
    for (uint32_t i = 0; i < body->operator_count; i++) {
        if (body->operators[i].kind != OPERATOR_GROUP)
            continue;
        Level *below = next == 0 ? NULL : &levels[next - 1];
        TRY(level_open(&levels[next], &finding->members, below, i, reading_a));
        TRY(level_filter(&levels[next]));
        next++;
    }
    return STATUS_OK;
}

// ---------------------------------------------------------------- keys

// T, U, S or F of a group.
static char class_letter(const Level *level, int64_t group)
{
    if (group < 0 || !level->alive[group])
        return 'F';
    return "TUS"[level->class_of[group]];
}

static void settle_list(const Finding *finding, FindingKey *key)
{
    char a = class_letter(finding_a(finding), key->a), b = class_letter(finding_b(finding), key->b);
    key->listed = true;
    if (a == 'T' && b == 'T')
        key->list = LIST_CLUE;
    else if ((a == 'T' || a == 'U') && (b == 'T' || b == 'U'))
        key->list = LIST_UNDECIDED;
    else if (a == 'F' && b == 'T')
        key->list = LIST_CLEARED;
    else
        key->listed = false;
    key->shadow = (a == 'S' || b == 'S') && a != 'F' && b != 'F';
}

static void pair_keys(Finding *finding)
{
    const Level *a = finding_a(finding), *b = finding_b(finding);
    int64_t *in_b = ARENA_ARRAY(finding->run.arena, int64_t, a->count);
    uint8_t *met = ARENA_ARRAY(finding->run.arena, uint8_t, b->count);
    uint32_t key_count = a->op->group.key_count;
    for (int64_t g = 0; g < a->count && a == b; g++)
        in_b[g] = g;
    if (a != b && key_count == 0 && a->count > 0)
        in_b[0] = b->count > 0 ? 0 : -1;
    else if (a != b)
        group_find(b->table, a->keys, a->count, in_b);
    for (int64_t g = 0; g < a->count; g++) {
        vec_push(&finding->keys, (FindingKey){.a = g, .b = in_b[g], .partial = -1});
        if (in_b[g] >= 0)
            met[in_b[g]] = 1;
    }
    for (int64_t g = 0; g < b->count; g++) {
        if (!met[g])
            vec_push(&finding->keys, (FindingKey){.a = -1, .b = g, .partial = -1});
    }
    for (size_t i = 0; i < finding->keys.count; i++)
        settle_list(finding, &finding->keys.items[i]);
}

Value finding_key(const Finding *finding, const FindingKey *key, uint32_t part)
{
    const Level *level = key->a >= 0 ? finding_a(finding) : finding_b(finding);
    int64_t group = key->a >= 0 ? key->a : key->b;
    return vector_value(&level->keys[part], level->op->group.keys[part].value.type, group);
}

static int compare_keys(const void *context, const void *a, const void *b)
{
    const Finding *finding = context;
    uint32_t count = finding_a(finding)->op->group.key_count;
    for (uint32_t k = 0; k < count; k++) {
        Value x = finding_key(finding, a, k), y = finding_key(finding, b, k);
        int order = value_compare(finding->run.shared->dict, &x, &y);
        if (order != 0)
            return order;
    }
    return 0;
}

// Only keys that can show are sorted: most groups of a rule are in no list.
static void drop_unlisted(Finding *finding)
{
    size_t kept = 0;
    for (size_t i = 0; i < finding->keys.count; i++) {
        const FindingKey *key = &finding->keys.items[i];
        if (key->listed || key->shadow)
            finding->keys.items[kept++] = *key;
    }
    finding->keys.count = kept;
}

static void order_keys(Finding *finding)
{
    drop_unlisted(finding);
    sort_stable(finding->keys.items, finding->keys.count, sizeof *finding->keys.items, compare_keys,
                finding);
}

// A query behind one fence: members are folded block by block and forgotten.
typedef struct Stream {
    Finding *finding;
    LevelStream *folds;
} Stream;

static void flush(Stream *stream)
{
    level_stream_place(&stream->finding->levels_a[0]);
    level_stream_fold(stream->folds);
    members_clear(&stream->finding->members);
}

static Status stream_append(void *closure, BodyRun *run, const Bindings *batch)
{
    Stream *stream = closure;
    TRY(members_append(&stream->finding->members, run, batch));
    if (stream->finding->members.all.count >= STREAM_ROWS)
        flush(stream);
    return STATUS_OK;
}

// Takes to the folds what kernels can do of the body.
static Status stream_front(void *closure, BodyRun *run, const int64_t **rows, int64_t *count,
                           bool *taken)
{
    Stream *stream = closure;
    NativeStream *native = level_stream_native(stream->folds, *rows, *count);
    if (native == NULL)
        return STATUS_OK;
    Status status = STATUS_OK;
    *taken = native_stream_run(native);
    if (*taken) {
        level_stream_merge(stream->folds, native);
        status = native_stream_give(native);
        *rows = native_stream_rest(native, count);
    } else {
        status = run_poll(run->shared); // else the limit is told by who does it again
    }
    native_stream_close(native);
    return status;
}

static Status evaluate_stream(Finding *finding)
{
    finding->level_count = 1;
    finding->levels_a = ARENA_ARRAY(finding->run.arena, Level, 1);
    finding->levels_b = finding->levels_a;
    Level *level = &finding->levels_a[0];
    level_stream_open(level, &finding->members, finding->run.end_operator);
    Stream stream = {finding, level_stream_folds(level)};
    finding->run.sink = stream_append;
    finding->run.sink_closure = &stream;
    finding->run.front = stream_front;
    finding->run.front_closure = &stream;
    Status status = body_run(&finding->run);
    flush(&stream);
    level_stream_finish(level);
    level_stream_close(stream.folds);
    return status == STATUS_OK ? level_filter(level) : status;
}

// A series looks at the members once more, when its groups are known.
static bool has_series(const Body *body)
{
    for (uint32_t i = 0; i < body->operator_count; i++)
        if (body->operators[i].kind == OPERATOR_SERIES)
            return true;
    return false;
}

static Status evaluate(Finding *finding)
{
    if (finding->run.body->is_query && count_fences(finding->run.body) == 1 &&
        !has_series(finding->run.body))
        return evaluate_stream(finding);
    finding->run.sink = members_append;
    finding->run.sink_closure = &finding->members;
    TRY(body_run(&finding->run));
    uint32_t count = count_fences(finding->run.body);
    finding->level_count = count;
    if (count == 0)
        return STATUS_OK;
    finding->levels_a = ARENA_ARRAY(finding->run.arena, Level, count);
    finding->levels_b = finding->levels_a;
    TRY(open_levels(finding, finding->levels_a, true));
    if (readings_differ(finding)) {
        finding->levels_b = ARENA_ARRAY(finding->run.arena, Level, count);
        TRY(open_levels(finding, finding->levels_b, false));
    }
    if (finding->run.body->clue_key_count > 0) {
        pair_keys(finding);
        finding_partials(finding);
        order_keys(finding);
    }
    return STATUS_OK;
}

static bool has_exceptions(const Body *body)
{
    for (uint32_t i = 0; i < body->operator_count; i++) {
        if (body->operators[i].kind == OPERATOR_EXCEPT)
            return true;
    }
    return false;
}

// Windows below a grouping, whose groups are peers of each other.
static bool has_group_windows(const Body *body)
{
    for (uint32_t a = 0; a < body->aggregate_count; a++) {
        if (body->aggregates[a].function == WINDOW_VALUE)
            return true;
    }
    return false;
}

Status finding_open(Finding *finding, RunShared *shared, const Body *body, bool read)
{
    *finding = (Finding){0};
    body_run_init(&finding->run, shared, body);
    finding->run.shadows_matter =
        read || count_fences(body) > 1 || has_exceptions(body) || has_group_windows(body);
    members_init(&finding->members, &finding->run);
    Status status = evaluate(finding);
    if (status != STATUS_OK)
        finding_close(finding);
    return status;
}

void finding_close(Finding *finding)
{
    for (uint32_t i = 0; i < finding->level_count; i++) {
        if (finding->levels_a != NULL && finding->levels_b != finding->levels_a)
            level_close(&finding->levels_b[i]);
        if (finding->levels_a != NULL)
            level_close(&finding->levels_a[i]);
    }
    vec_free(&finding->keys);
    partials_free(&finding->partials);
    members_deinit(&finding->members);
    body_run_deinit(&finding->run);
    *finding = (Finding){0};
}
