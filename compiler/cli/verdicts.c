// SPDX-License-Identifier: Apache-2.0
//
// verdicts.c: expected against found.
//
// Lists must hold exactly the expected keys; of a list with an expected count only the count and the named keys
// matter. Fields that are not named are not compared. Values are compared by their canonical text, so 100元
// equals 100.00元. Gap lines are in no list.

#include "compiler/cli/verdicts.h"

#include "runtime/base/unicode.h"
#include "runtime/writer/writer.h"

typedef struct Verdict {
    const Program *program;
    const TestCase *test;
    Run *run; // relations are shown on demand
    Lang lang;
    StrBuf *out;
    bool differs;
    bool explain;
    uint32_t explained; // keys so far
} Verdict;

#define EXPLAINED_MAX 2   // keys explained per test
#define GIVEN_ROWS_MAX 30 // rows of a given table shown

static const char *word(const Verdict *verdict, const char *zh, const char *en)
{
    return verdict->lang == LANG_ZH ? zh : en;
}

static void begin_difference(Verdict *verdict)
{
    verdict->differs = true;
    strbuf_add_c(verdict->out, "  ");
}

// ---------------------------------------------------------------- values

static void const_text(const Run *run, const Const *value, bool with_unit, StrBuf *out)
{
    if (value->value.state != VALUE_KNOWN)
        return;
    if (value->type.kind == TYPE_SET || value->type.kind == TYPE_LIST) {
        strbuf_add_char(out, '[');
        for (uint32_t i = 0; i < value->item_count; i++) {
            strbuf_add_c(out, i == 0 ? "" : ", ");
            const_text(run, &value->items[i], with_unit, out);
        }
        strbuf_add_char(out, ']');
    } else if (type_phys(value->type) == PHYS_CODE) {
        strbuf_add(out, value->text);
    } else {
        value_text(out, run_dict(run), &value->value, with_unit);
    }
}

static bool const_matches(const Run *run, const Const *value, bool known, Str text)
{
    if (value->value.state != VALUE_KNOWN || !known)
        return value->value.state != VALUE_KNOWN && !known;
    StrBuf expected = {0};
    const_text(run, value, false, &expected);
    bool same = str_equal(strbuf_str(&expected), text);
    strbuf_deinit(&expected);
    return same;
}

static void add_const(const Verdict *verdict, const Const *value, StrBuf *out)
{
    if (value->value.state != VALUE_KNOWN)
        strbuf_add_c(out, word(verdict, "缺失", "missing"));
    else
        const_text(verdict->run, value, true, out);
}

// ---------------------------------------------------------------- lists

static ListKind list_of(ExpectList list)
{
    return list == EXPECT_CLUE ? LIST_CLUE : list == EXPECT_CLEARED ? LIST_CLEARED : LIST_UNDECIDED;
}

static bool key_matches(const Verdict *verdict, const ExpectEntry *expected, const Entry *entry)
{
    if (expected->key_count != entry->key_count)
        return false;
    for (uint32_t i = 0; i < entry->key_count; i++)
        if (!const_matches(verdict->run, &expected->key[i],
                           entry->key[i].value.state == VALUE_KNOWN, entry->key[i].text))
            return false;
    return true;
}

static void add_expected_key(const Verdict *verdict, const ExpectEntry *expected)
{
    for (uint32_t i = 0; i < expected->key_count; i++) {
        strbuf_add_c(verdict->out, i == 0 ? "" : ", ");
        add_const(verdict, &expected->key[i], verdict->out);
    }
}

static void add_found_key(const Verdict *verdict, const Entry *entry)
{
    for (uint32_t i = 0; i < entry->key_count; i++) {
        strbuf_add_c(verdict->out, i == 0 ? "" : ", ");
        if (entry->key[i].value.state == VALUE_KNOWN)
            strbuf_add(verdict->out, entry->key[i].display);
        else
            strbuf_add_c(verdict->out, word(verdict, "缺失", "missing"));
    }
}

// Why it is there: the title, or the causes.
static void add_found_reason(const Verdict *verdict, const Entry *entry)
{
    if (entry->title.len > 0)
        strbuf_printf(verdict->out, "  " STR_FMT, STR_ARG(entry->title));
    for (uint32_t i = 0; i < entry->cause_count; i++) {
        const EntryCause *cause = &entry->causes[i];
        Str reason = reason_text(cause->reason, verdict->lang);
        strbuf_printf(verdict->out,
                      word(verdict, "  第 %u 个子句 " STR_FMT " " STR_FMT,
                           "  clause %u " STR_FMT " " STR_FMT),
                      cause->place, STR_ARG(reason), STR_ARG(cause->source));
    }
}

static void compare_field(Verdict *verdict, const ExpectEntry *expected, uint32_t number,
                          const Entry *entry)
{
    Str name = expected->field_names[number];
    const Const *value = &expected->field_values[number];
    Str text = STR(""), shown;
    bool known = false, found = false;
    StrBuf plain = {0};
    if (str_equal(name, STR("标题")) || str_equal(name, STR("title"))) {
        text = entry->title;
        known = found = true;
    } else if (str_equal(name, STR("程度")) || str_equal(name, STR("severity"))) {
        text = severity_name(entry->severity);
        known = found = entry->severity != SEVERITY_NONE;
    }
    shown = text;
    for (uint32_t i = 0; i < entry->field_count && !found; i++)
        if (str_equal(entry->fields[i].name, name)) {
            known = entry->fields[i].known;
            shown = entry->fields[i].display;
            value_text(&plain, run_dict(verdict->run), &entry->fields[i].value, false);
            text = strbuf_str(&plain); // without what is said of unknown rows
            found = true;
        }
    bool matches = found && const_matches(verdict->run, value, known, text);
    strbuf_deinit(&plain);
    if (matches)
        return;
    begin_difference(verdict);
    add_found_key(verdict, entry);
    strbuf_printf(verdict->out, word(verdict, " 的 " STR_FMT "：预期 ", ", " STR_FMT ": expected "),
                  STR_ARG(name));
    add_const(verdict, value, verdict->out);
    strbuf_printf(verdict->out, word(verdict, "，得到 " STR_FMT "\n", ", found " STR_FMT "\n"),
                  STR_ARG(shown));
}

static void compare_entry(Verdict *verdict, const ExpectEntry *expected, const Entry *entry)
{
    for (uint32_t i = 0; i < expected->field_count; i++)
        compare_field(verdict, expected, i, entry);
    if (expected->cleared_by.len == 0)
        return;
    for (uint32_t i = 0; i < entry->cleared_by_count; i++)
        if (str_equal(entry->cleared_by[i], expected->cleared_by))
            return;
    begin_difference(verdict);
    add_found_key(verdict, entry);
    strbuf_printf(
        verdict->out,
        word(verdict, "：不是按“" STR_FMT "”排除的\n", ": not cleared by '" STR_FMT "'\n"),
        STR_ARG(expected->cleared_by));
}

static const Entry *entry_for(const Verdict *verdict, const RuleResult *result,
                              const ExpectEntry *expected)
{
    for (uint32_t i = 0; i < result->entry_count; i++)
        if (result->entries[i].list == list_of(expected->list) &&
            key_matches(verdict, expected, &result->entries[i]))
            return &result->entries[i];
    return NULL;
}

static bool is_expected(const Verdict *verdict, const Entry *entry)
{
    for (uint32_t i = 0; i < verdict->test->entry_count; i++) {
        const ExpectEntry *expected = &verdict->test->entries[i];
        if (list_of(expected->list) == entry->list && key_matches(verdict, expected, entry))
            return true;
    }
    return false;
}

static int64_t counted(const TestCase *test, ListKind list)
{
    return list == LIST_CLUE      ? test->count_clue
           : list == LIST_CLEARED ? test->count_cleared
                                  : test->count_undecided;
}

// Text of several lines, each moved in.
static void add_indented(StrBuf *out, Str text, const char *indent)
{
    for (size_t start = 0; start < text.len;) {
        size_t end = str_find(text, STR("\n"), start);
        end = end == STR_NONE ? text.len : end;
        strbuf_add_c(out, end > start ? indent : "");
        strbuf_add(out, str_slice(text, start, end));
        strbuf_add_char(out, '\n');
        start = end + 1;
    }
}

// Where an expected key of a rule ended, clause by clause.
static void explain_key(Verdict *verdict, const ExpectEntry *expected)
{
    const TestCase *test = verdict->test;
    bool known = expected->key_count > 0;
    if (!verdict->explain || test->target_is_query || test->target.kind != SOURCE_RULE ||
        verdict->explained == EXPLAINED_MAX)
        return;
    Value *key = base_alloc_zeroed(expected->key_count + 1, sizeof *key);
    for (uint32_t k = 0; k < expected->key_count; k++) {
        key[k] = run_value(verdict->run, &expected->key[k]);
        known = known && key[k].state == VALUE_KNOWN;
    }
    Explanation explanation;
    Error error = {0};
    const Rule *rule = &verdict->program->rules[test->target.index];
    if (known && expected->key_count == rule->body.clue_key_count &&
        run_explain(verdict->run, test->target.index, key, &explanation, &error) == STATUS_OK) {
        StrBuf text = {0};
        explanation_text(&explanation, verdict->lang, false, &text);
        add_indented(verdict->out, strbuf_str(&text), "    ");
        strbuf_deinit(&text);
        run_explained(&explanation);
        verdict->explained++;
    }
    error_deinit(&error);
    free(key);
}

static void compare_expected(Verdict *verdict, const RuleResult *result)
{
    for (uint32_t i = 0; i < verdict->test->entry_count; i++) {
        const ExpectEntry *expected = &verdict->test->entries[i];
        const Entry *entry = entry_for(verdict, result, expected);
        if (entry != NULL) {
            compare_entry(verdict, expected, entry);
            continue;
        }
        begin_difference(verdict);
        strbuf_printf(verdict->out, word(verdict, STR_FMT "：缺少 ", STR_FMT ": lacks "),
                      STR_ARG(list_title(list_of(expected->list), verdict->lang)));
        add_expected_key(verdict, expected);
        strbuf_printf(verdict->out, word(verdict, "（第 %u 行）\n", " (line %u)\n"),
                      expected->line);
        explain_key(verdict, expected);
    }
}

static void compare_found(Verdict *verdict, const RuleResult *result)
{
    for (uint32_t i = 0; i < result->entry_count; i++) {
        const Entry *entry = &result->entries[i];
        if (entry->list == LIST_GAP || counted(verdict->test, entry->list) >= 0 ||
            is_expected(verdict, entry))
            continue;
        begin_difference(verdict);
        strbuf_printf(verdict->out, word(verdict, STR_FMT "：多出 ", STR_FMT ": also holds "),
                      STR_ARG(list_title(entry->list, verdict->lang)));
        add_found_key(verdict, entry);
        add_found_reason(verdict, entry);
        strbuf_add_char(verdict->out, '\n');
    }
}

static void compare_lists(Verdict *verdict, const RuleResult *result)
{
    compare_expected(verdict, result);
    compare_found(verdict, result);
    for (ListKind list = LIST_CLUE; list <= LIST_UNDECIDED; list++) {
        int64_t expected = counted(verdict->test, list), found = list_size(result, list);
        if (expected < 0 || expected == found)
            continue;
        begin_difference(verdict);
        strbuf_printf(verdict->out,
                      word(verdict, STR_FMT "：预期 %" PRId64 " 条，得到 %" PRId64 " 条\n",
                           STR_FMT ": expected %" PRId64 ", found %" PRId64 "\n"),
                      STR_ARG(list_title(list, verdict->lang)), expected, found);
    }
}

// ---------------------------------------------------------------- rows

static bool row_matches(const Verdict *verdict, const QueryResult *result, uint32_t expected,
                        int64_t found)
{
    const TestCase *test = verdict->test;
    for (uint32_t i = 0; i < test->result_column_count; i++) {
        const Const *value = &test->result_cells[(size_t)expected * test->result_column_count + i];
        const FieldValue *cell =
            &result->cells[(size_t)found * result->column_count + test->result_columns[i]];
        if (!const_matches(verdict->run, value, cell->known, cell->text))
            return false;
    }
    return true;
}

static void add_expected_row(Verdict *verdict, uint32_t row)
{
    const TestCase *test = verdict->test;
    begin_difference(verdict);
    strbuf_add_c(verdict->out, word(verdict, "结果：缺少", "result: lacks"));
    for (uint32_t i = 0; i < test->result_column_count; i++) {
        strbuf_add_c(verdict->out, " | ");
        add_const(verdict, &test->result_cells[(size_t)row * test->result_column_count + i],
                  verdict->out);
    }
    strbuf_add_char(verdict->out, '\n');
}

static void add_found_row(Verdict *verdict, const QueryResult *result, int64_t row)
{
    begin_difference(verdict);
    strbuf_add_c(verdict->out, word(verdict, "结果：多出", "result: also holds"));
    for (uint32_t i = 0; i < verdict->test->result_column_count; i++) {
        const FieldValue *cell =
            &result->cells[(size_t)row * result->column_count + verdict->test->result_columns[i]];
        strbuf_printf(verdict->out, " | " STR_FMT, STR_ARG(cell->known ? cell->display : STR("-")));
    }
    strbuf_add_char(verdict->out, '\n');
}

// Rows in order where the query orders them, else as a bag.
static void compare_rows(Verdict *verdict, const QueryResult *result, bool ordered)
{
    uint32_t expected_count = verdict->test->result_row_count;
    bool *taken = base_alloc_zeroed((size_t)result->row_count + 1, sizeof *taken);
    for (uint32_t i = 0; i < expected_count; i++) {
        bool found = false;
        for (int64_t row = ordered ? i : 0;
             row < result->row_count && !found && !(ordered && row > i); row++) {
            if (taken[row] || !row_matches(verdict, result, i, row))
                continue;
            taken[row] = found = true;
        }
        if (!found)
            add_expected_row(verdict, i);
    }
    for (int64_t row = 0; row < result->row_count; row++)
        if (!taken[row])
            add_found_row(verdict, result, row);
    free(taken);
}

// ---------------------------------------------------------------- given rows

typedef struct GivenNames {
    Str table;
    const ColumnDecl *columns;
} GivenNames;

static GivenNames names_of(const Program *program, RowSource source)
{
    switch (source.kind) {
    case SOURCE_TABLE:
        return (GivenNames){program->tables[source.index].name,
                            program->tables[source.index].columns};
    case SOURCE_RELATION:
        return (GivenNames){program->relations[source.index].name,
                            program->relations[source.index].columns};
    case SOURCE_RULE:
        return (GivenNames){program->rules[source.index].name,
                            program->rules[source.index].columns};
    case SOURCE_PRODUCED:
        break; // made while a body runs; no test gives it
    }
    UNREACHABLE();
}

static void given_cell(const Verdict *verdict, const GivenTable *given, uint32_t row,
                       uint32_t column, StrBuf *out)
{
    const Const *cell = &given->cells[(size_t)row * given->column_count + column];
    strbuf_clear(out);
    if (cell->value.state == VALUE_KNOWN)
        const_text(verdict->run, cell, true, out);
    else
        strbuf_add_char(out, '-');
}

static void add_column(StrBuf *out, Str text, int64_t width)
{
    strbuf_add_c(out, " ");
    strbuf_add(out, text);
    strbuf_add_repeat(out, ' ', (size_t)MAX_OF(width - unicode_display_width(text), 0));
    strbuf_add_c(out, " |");
}

static void add_given_table(const Verdict *verdict, const GivenTable *given)
{
    GivenNames names = names_of(verdict->program, given->source);
    uint32_t rows = MIN_OF(given->row_count, (uint32_t)GIVEN_ROWS_MAX);
    int64_t *widths = base_alloc_zeroed(given->column_count + 1, sizeof *widths);
    StrBuf cell = {0};
    for (uint32_t c = 0; c < given->column_count; c++) {
        widths[c] = unicode_display_width(names.columns[given->columns[c]].name);
        for (uint32_t r = 0; r < rows; r++) {
            given_cell(verdict, given, r, c, &cell);
            widths[c] = MAX_OF(widths[c], unicode_display_width(strbuf_str(&cell)));
        }
    }
    strbuf_printf(verdict->out, word(verdict, "  给定 " STR_FMT "\n", "  given " STR_FMT "\n"),
                  STR_ARG(names.table));
    strbuf_add_c(verdict->out, "    |");
    for (uint32_t c = 0; c < given->column_count; c++)
        add_column(verdict->out, names.columns[given->columns[c]].name, widths[c]);
    strbuf_add_char(verdict->out, '\n');
    for (uint32_t r = 0; r < rows; r++) {
        strbuf_add_c(verdict->out, "    |");
        for (uint32_t c = 0; c < given->column_count; c++) {
            given_cell(verdict, given, r, c, &cell);
            add_column(verdict->out, strbuf_str(&cell), widths[c]);
        }
        strbuf_add_char(verdict->out, '\n');
    }
    if (rows < given->row_count)
        strbuf_printf(verdict->out, word(verdict, "    共 %u 行\n", "    %u rows in all\n"),
                      given->row_count);
    strbuf_deinit(&cell);
    free(widths);
}

static void add_given(const Verdict *verdict)
{
    for (uint32_t i = 0; i < verdict->test->table_count; i++)
        add_given_table(verdict, &verdict->test->tables[i]);
}

// ---------------------------------------------------------------- the door

static const RuleResult *rule_named(const Run *run, Str name)
{
    for (uint32_t i = 0; i < run_rule_count(run); i++)
        if (str_equal(run_rule(run, i)->rule, name))
            return run_rule(run, i);
    return NULL;
}

static const QueryResult *query_named(const Run *run, Str name)
{
    for (uint32_t i = 0; i < run_query_count(run); i++)
        if (str_equal(run_query(run, i)->query, name))
            return run_query(run, i);
    return NULL;
}

bool verdict_of_test(const Program *program, const TestCase *test, Run *run, Lang lang,
                     bool explain, StrBuf *out)
{
    static const RuleResult NOTHING = {0};
    Verdict verdict = {
        .program = program, .test = test, .run = run, .lang = lang, .out = out, .explain = explain};
    const QueryResult *rows = NULL;
    const RuleResult *lists = &NOTHING;
    bool ordered = false;
    if (test->target_is_query) {
        rows = query_named(run, program->queries[test->query].name);
        ordered = program->queries[test->query].body.order_count > 0;
    } else if (test->target.kind == SOURCE_RELATION) {
        rows = run_relation(run, test->target.index);
        lists = run_relation_undecided(run, test->target.index);
    } else {
        lists = rule_named(run, program->rules[test->target.index].name);
    }
    compare_lists(&verdict, lists == NULL ? &NOTHING : lists);
    if (test->expect_result && rows != NULL)
        compare_rows(&verdict, rows, ordered);
    if (test->expect_none && rows != NULL && rows->row_count > 0) {
        begin_difference(&verdict);
        strbuf_printf(out,
                      word(&verdict, "预期没有结果，得到 %" PRId64 " 行\n",
                           "expected nothing, found %" PRId64 " rows\n"),
                      rows->row_count);
    }
    if (explain && verdict.differs)
        add_given(&verdict);
    return !verdict.differs;
}
