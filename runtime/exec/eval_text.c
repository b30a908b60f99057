// SPDX-License-Identifier: Apache-2.0
// eval_text.c: conditions on texts, and texts made from values.
//
// Texts are codes, so equal texts have equal codes: a step that looks at bytes remembers its last answer, and
// columns that repeat themselves pay once per run of equal values.

#include "runtime/exec/eval_int.h"

static void text_begin(const Frame *frame, const Step *step, const Vector *operands[2], Vector *out)
{
    operands[0] = frame_operand(frame, step->a);
    operands[1] = frame_operand(frame, step->b);
    ASSERT(operands[0]->phys == PHYS_CODE && operands[1]->phys == PHYS_CODE);
    frame_make(frame, operands, 2, PHYS_BOOL, out);
    frame_strict(frame, operands, 2, out);
}

// No text is mentioned by being empty.
static bool mentions(Str text, Str part)
{
    return part.len > 0 && str_find(text, part, 0) != STR_NONE;
}

static bool mentions_any(const Dict *dict, Str text, uint32_t set)
{
    uint32_t count = list_count(dict, set);
    for (uint32_t i = 0; i < count; i++) {
        Value member = list_get(dict, type_of(TYPE_TEXT), set, i);
        if (mentions(text, dict_str(dict, member.code)))
            return true;
    }
    return false;
}

typedef bool (*MentionTest)(const Dict *dict, uint32_t text, uint32_t part);

static bool test_text(const Dict *dict, uint32_t text, uint32_t part)
{
    return mentions(dict_str(dict, text), dict_str(dict, part));
}

static bool test_set(const Dict *dict, uint32_t text, uint32_t set)
{
    return mentions_any(dict, dict_str(dict, text), set);
}

static void run_mentions(const Frame *frame, const Step *step, MentionTest test, Vector *out)
{
    const Vector *operands[2];
    text_begin(frame, step, operands, out);
    const Dict *dict = frame->shared->dict;
    uint32_t last_text = UINT32_MAX;
    uint32_t last_part = UINT32_MAX;
    bool last = false;
    int64_t length = vector_length(out);
    for (int64_t i = 0; i < length; i++) {
        if (!row_known(out, i))
            continue;
        uint32_t text = operands[0]->code[vector_index(operands[0], i)];
        uint32_t part = operands[1]->code[vector_index(operands[1], i)];
        if (text != last_text || part != last_part) {
            last = test(dict, text, part);
            last_text = text;
            last_part = part;
        }
        out->truth[i] = last;
    }
}

void step_run_MENTIONS(const Frame *frame, const Step *step, Vector *out)
{
    run_mentions(frame, step, test_text, out);
}

// Set membership is `or`: of the empty set it is F even where the text is not known.
void step_run_MENTIONS_ANY(const Frame *frame, const Step *step, Vector *out)
{
    run_mentions(frame, step, test_set, out);
    if (out->state == NULL)
        return;
    const Vector *set = frame_operand(frame, step->b);
    int64_t length = vector_length(out);
    for (int64_t i = 0; i < length; i++) {
        if (out->state[i] == VALUE_KNOWN || !row_known(set, i))
            continue;
        if (list_count(frame->shared->dict, set->code[vector_index(set, i)]) == 0) {
            out->state[i] = VALUE_KNOWN;
            out->cause[i] = 0;
            out->truth[i] = false;
        }
    }
}

// Long texts may take as many steps as a match may have, so whether the run is to end is asked now and then.
enum { BYTES_BETWEEN_POLLS = 1 << 14 };

static bool like_ends(const EvalShared *shared, Str text, size_t *bytes)
{
    *bytes += text.len + 1;
    if (*bytes < BYTES_BETWEEN_POLLS || shared->ends == NULL)
        return false;
    *bytes = 0;
    return shared->ends(shared->ends_closure);
}

void step_run_LIKE(const Frame *frame, const Step *step, Vector *out)
{
    const Vector *a = frame_operand(frame, step->a);
    frame_make(frame, &a, 1, PHYS_BOOL, out);
    frame_strict(frame, &a, 1, out);
    ASSERT(step->index < frame->shared->program->regex_count);
    const Regex *regex = frame->shared->program->regexes[step->index];
    RegexMatch *match = regex_match_create(regex);
    uint32_t last_text = UINT32_MAX;
    bool last = false;
    bool decided = true;
    size_t bytes = 0;
    int64_t length = vector_length(out);
    for (int64_t i = 0; i < length; i++) {
        if (!row_known(out, i))
            continue;
        if (a->code[i] != last_text) {
            last_text = a->code[i];
            Str text = dict_str(frame->shared->dict, last_text);
            if (like_ends(frame->shared, text, &bytes))
                break;
            decided = regex_test(regex, match, text, &last, NULL) == STATUS_OK;
        }
        if (decided)
            out->truth[i] = last;
        else
            frame_issue(frame, step, out, i, REASON_PATTERN_STEPS);
    }
    regex_match_destroy(match);
}

// ---------------------------------------------------------------- texts from values

// What templates print for a value that is not known. These words follow no locale.
static void unknown_text(const Frame *frame, const Value *value, StrBuf *text)
{
    if (value->state == VALUE_GAP) {
        strbuf_add_c(text, "（缺失）");
        return;
    }
    Reason reason = cause_get(frame->shared->causes, value->cause).reason;
    strbuf_add_c(text, "（");
    strbuf_add(text, reason_text(reason, LANG_ZH));
    strbuf_add_c(text, "）");
}

void step_run_TEXT(const Frame *frame, const Step *step, Vector *out)
{
    const Vector *a = frame_operand(frame, step->a);
    frame_make(frame, &a, 1, PHYS_CODE, out);
    StrBuf text;
    strbuf_init(&text);
    int64_t length = vector_length(out);
    for (int64_t i = 0; i < length; i++) {
        Value value = vector_value(a, step->type, i);
        strbuf_clear(&text);
        if (value.state == VALUE_KNOWN)
            value_text(&text, frame->shared->dict, &value, true);
        else
            unknown_text(frame, &value, &text);
        out->code[i] = dict_intern(frame->shared->dict, strbuf_str(&text));
    }
    strbuf_deinit(&text);
}

// The vectors named in the step's operand list.
static const Vector **listed_operands(const Frame *frame, const Step *step)
{
    const Vector **operands = ARENA_ARRAY(frame->arena, const Vector *, step->list_count);
    for (uint32_t k = 0; k < step->list_count; k++)
        operands[k] = frame_operand(frame, step->list[k]);
    return operands;
}

void step_run_CONCAT(const Frame *frame, const Step *step, Vector *out)
{
    const Vector **operands = listed_operands(frame, step);
    frame_make(frame, operands, step->list_count, PHYS_CODE, out);
    frame_strict(frame, operands, step->list_count, out);
    StrBuf text;
    strbuf_init(&text);
    int64_t length = vector_length(out);
    for (int64_t i = 0; i < length; i++) {
        if (!row_known(out, i))
            continue;
        strbuf_clear(&text);
        for (uint32_t k = 0; k < step->list_count; k++) {
            uint32_t code = operands[k]->code[vector_index(operands[k], i)];
            strbuf_add(&text, dict_str(frame->shared->dict, code));
        }
        out->code[i] = dict_intern(frame->shared->dict, strbuf_str(&text));
    }
    strbuf_deinit(&text);
}

// The greatest number of rows that are not known behind one of the aggregates.
static int64_t greatest_unknown(const Frame *frame, const Step *step, int64_t row)
{
    int64_t greatest = 0;
    for (uint32_t k = 0; k < step->list_count; k++) {
        const int64_t *counts = frame->context->aggregate_unknown[step->list[k]];
        if (counts != NULL && counts[row] > greatest)
            greatest = counts[row];
    }
    return greatest;
}

void step_run_UNKNOWN_ROWS(const Frame *frame, const Step *step, Vector *out)
{
    const Vector *value = frame_operand(frame, step->a);
    vector_make(out, PHYS_CODE, frame->count, frame->arena);
    if (frame->context->aggregate_unknown == NULL)
        return;
    StrBuf text;
    strbuf_init(&text);
    for (int64_t i = 0; i < frame->count; i++) {
        int64_t count = greatest_unknown(frame, step, i);
        if (count == 0 || !row_known(value, i))
            continue;
        strbuf_clear(&text);
        strbuf_printf(&text, "（%" PRId64 " 行不明）", count);
        out->code[i] = dict_intern(frame->shared->dict, strbuf_str(&text));
    }
    strbuf_deinit(&text);
}
