// SPDX-License-Identifier: Apache-2.0
//
// produce.c: each, extract: one binding per element of a list, or per match in a text.
//
// The elements are rows of a table that the body makes while it runs, so that whatever reads row variables reads
// them too. A row is told by the rows that the list or text was made from and its number among its like: where a
// fan-out meets the same list twice, it gets the same rows (spec/evaluation.md 3). Where every binding differs in
// those rows, nothing has to be remembered.

#include "runtime/exec/produce.h"
#include "runtime/data/vector.h"

typedef struct Range {
    int64_t first, count;
} Range;

struct Produced {
    Rowset *rowset;
    Rowset *m, *t;    // of windows: without the guard, and with tolerated rows; NULL: the same
    uint64_t mention; // slots that the value reads
    Map known;        // their rows -> index into ranges
    VEC(Range) ranges;
    RegexMatch *match;
};

// ---------------------------------------------------------------- life

static Rowset *empty_rows(const Slot *slot)
{
    Rowset *rowset = rowset_create(slot->name, slot->column_count);
    for (uint32_t c = 0; c < slot->column_count; c++)
        column_init(&rowset->columns[c], slot->columns[c].name, slot->columns[c].type);
    return rowset;
}

Produced *produced_table(BodyRun *run, uint32_t slot)
{
    Produced *produced = ARENA_NEW(run->arena, Produced);
    produced->rowset = empty_rows(&run->body->slots[slot]);
    return produced;
}

Rowset *produced_write(Produced *produced)
{
    return produced->rowset;
}

void produced_write_readings(BodyRun *run, Produced *produced, uint32_t slot, Rowset **m,
                             Rowset **t)
{
    if (produced->m == NULL) {
        produced->m = empty_rows(&run->body->slots[slot]);
        produced->t = empty_rows(&run->body->slots[slot]);
    }
    *m = produced->m;
    *t = produced->t;
}

const Rowset *produced_upto(const Produced *produced, RowClass upto)
{
    if (produced->m == NULL || upto == CLASS_SHADOW)
        return produced->rowset;
    return upto == CLASS_TOLERATED ? produced->t : produced->m;
}

Produced *produced_open(BodyRun *run, const Operator *op)
{
    Produced *produced = produced_table(run, op->slot);
    produced->mention = expr_slots(&op->produce.value);
    if (op->kind == OPERATOR_EXTRACT)
        produced->match = regex_match_create(run->shared->program->regexes[op->produce.regex]);
    return produced;
}

void produced_close(Produced *produced)
{
    if (produced == NULL)
        return;
    rowset_destroy(produced->rowset);
    if (produced->m != NULL) {
        rowset_destroy(produced->m);
        rowset_destroy(produced->t);
    }
    map_deinit(&produced->known);
    vec_free(&produced->ranges);
    regex_match_destroy(produced->match);
}

const Rowset *produced_rows(const Produced *produced)
{
    return produced->rowset;
}

// ---------------------------------------------------------------- elements

static void append(Produced *produced, uint32_t column, const Value *value)
{
    column_append(&produced->rowset->columns[column], value);
}

static void produce_elements(const BodyRun *run, Produced *produced, Type list, uint32_t code)
{
    const Dict *dict = run->shared->dict;
    uint32_t count = list_count(dict, code);
    for (uint32_t i = 0; i < count; i++) {
        Value value = list_get(dict, *list.element, code, i);
        append(produced, 0, &value);
    }
    produced->rowset->row_count += count;
}

// ---------------------------------------------------------------- matches

static void append_match(BodyRun *run, Produced *produced, const Operator *op, Str text,
                         int64_t position)
{
    const Slot *slot = &run->body->slots[op->slot];
    for (uint32_t c = 0; c < slot->column_count; c++) {
        size_t start, end;
        Value value = {.type = slot->columns[c].type, .state = VALUE_KNOWN};
        if (op->produce.groups[c] == PRODUCE_POSITION) {
            value.i64 = position;
        } else if (regex_match_span(produced->match, (int)op->produce.groups[c], &start, &end)) {
            value.code = dict_intern(run->shared->dict, str_slice(text, start, end));
        } else {
            Str source = arena_printf(run->scratch, STR_FMT "." STR_FMT, STR_ARG(slot->name),
                                      STR_ARG(slot->columns[c].name));
            value.state = VALUE_GAP;
            value.cause = cause_intern(run->shared->causes, REASON_MISSING, source);
        }
        append(produced, c, &value);
    }
    produced->rowset->row_count++;
}

static size_t next_character(Str text, size_t at)
{
    do
        at++;
    while (at < text.len && ((unsigned char)text.ptr[at] & 0xC0) == 0x80);
    return at;
}

// All matches, from left to right, none inside another. False: the text is too hard for the pattern.
static bool produce_matches(BodyRun *run, Produced *produced, const Operator *op, Str text)
{
    const Regex *regex = run->shared->program->regexes[op->produce.regex];
    size_t from = 0, counted = 0, start, end;
    int64_t position = 1; // of byte `counted`
    while (from <= text.len) {
        bool found;
        if (regex_find(regex, produced->match, text, from, &found, NULL) != STATUS_OK)
            return false;
        if (!found || !regex_match_span(produced->match, 0, &start, &end))
            return true;
        position += utf8_count(str_slice(text, counted, start));
        counted = start;
        append_match(run, produced, op, text, position);
        from = end > start ? end : next_character(text, end); // an empty match moves on
    }
    return true;
}

// ---------------------------------------------------------------- bindings

typedef struct Emitted { // one output binding
    int64_t binding, row;
    CauseId cause; // of a `?`
} Emitted;
typedef VEC(Emitted) EmittedList;

// Whether two bindings can agree in all rows that the value is made from.
static bool may_meet_again(const BodyRun *run, const Produced *produced, const Bindings *in)
{
    for (uint32_t s = 0; s < run->body->slot_count; s++) {
        if ((in->rows[s] != NULL || in->attached[s].offsets != NULL) &&
            (produced->mention >> s & 1) == 0)
            return true;
    }
    return false;
}

static Str mention_key(const BodyRun *run, const Produced *produced, const Bindings *in,
                       int64_t binding, int64_t key[BODY_SLOTS_MAX])
{
    uint32_t width = 0;
    for (uint32_t s = 0; s < run->body->slot_count; s++) {
        if ((produced->mention >> s & 1) != 0 && in->rows[s] != NULL)
            key[width++] = in->rows[s][binding];
    }
    return (Str){(const char *)key, width * sizeof *key};
}

// The rows of one list or text; made when it was not met before. count < 0: the text is too hard.
static Range produce_one(BodyRun *run, Produced *produced, const Operator *op, uint32_t code)
{
    Range range = {.first = produced->rowset->row_count};
    if (op->kind == OPERATOR_EACH)
        produce_elements(run, produced, op->produce.value.type, code);
    else if (!produce_matches(run, produced, op, dict_str(run->shared->dict, code)))
        return (Range){.count = -1};
    range.count = produced->rowset->row_count - range.first;
    return range;
}

static Range range_of(BodyRun *run, Produced *produced, const Operator *op, const Bindings *in,
                      int64_t binding, uint32_t code, bool remembers)
{
    int64_t key[BODY_SLOTS_MAX];
    bool is_new = false;
    if (!remembers)
        return produce_one(run, produced, op, code);
    uint64_t *index =
        map_at(&produced->known, mention_key(run, produced, in, binding, key), &is_new);
    if (is_new) {
        *index = produced->ranges.count;
        vec_push(&produced->ranges, produce_one(run, produced, op, code));
    }
    return produced->ranges.items[*index];
}

static void emit(BodyRun *run, const Operator *op, const Bindings *in, const EmittedList *list,
                 Bindings *out)
{
    int64_t count = (int64_t)list->count;
    int64_t *index = ARENA_ARRAY(run->scratch, int64_t, count),
            *rows = ARENA_ARRAY(run->scratch, int64_t, count);
    for (int64_t i = 0; i < count; i++) {
        index[i] = list->items[i].binding;
        rows[i] = list->items[i].row;
    }
    bindings_take(run, in, index, count, run->scratch, out);
    out->rows[op->slot] = rows;
    for (int64_t i = 0; i < count; i++) {
        if (list->items[i].cause == 0)
            continue;
        BindState state = bindings_state(run, out, i);
        bind_mark(run, &state, op->place, list->items[i].cause);
        bindings_set_state(run, out, run->scratch, i, &state);
    }
}

// A list or text that is not known: there may be elements, nobody knows which.
static void push_unknown(EmittedList *list, int64_t binding, CauseId cause)
{
    vec_push(list, (Emitted){binding, row_unknown(cause), cause});
}

Status produce_apply(BodyRun *run, Produced *produced, const Operator *op, const Bindings *in,
                     Bindings *out)
{
    const Expr *expr = &op->produce.value;
    EvalContext context = bindings_context(run, in, run->scratch);
    Vector values;
    if (expr_reads_aggregate(expr))
        attached_aggregates(run, in, expr, CLASS_POSSIBLE, &context);
    eval_expr(&context, expr, &values);
    vector_expand(&values, in->count, run->scratch);
    bool remembers = may_meet_again(run, produced, in) && !expr_reads_aggregate(expr);
    EmittedList list = {0};
    Status status = STATUS_OK;
    for (int64_t i = 0; i < in->count && status == STATUS_OK; i++) {
        if (values.state != NULL && values.state[i] != VALUE_KNOWN) {
            push_unknown(&list, i, values.cause[i]);
            continue;
        }
        Range range = range_of(run, produced, op, in, i, values.code[i], remembers);
        if (range.count < 0)
            push_unknown(&list, i,
                         cause_intern(run->shared->causes, REASON_PATTERN_STEPS, expr->text));
        for (int64_t k = 0; k < range.count; k++)
            vec_push(&list, (Emitted){i, range.first + k, 0});
        status = run_poll(run->shared);
    }
    if (status == STATUS_OK)
        emit(run, op, in, &list, out);
    vec_free(&list);
    return status;
}
