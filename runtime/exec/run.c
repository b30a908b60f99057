// SPDX-License-Identifier: Apache-2.0
//
// run.c: one run of a program: tables, then relations and rules that others read, in their order, then the lists.

#include "runtime/base/clock.h"
#include "runtime/exec/block.h"
#include "runtime/exec/cache.h"
#include "runtime/exec/ffi.h"
#include "runtime/exec/finding.h"
#include "runtime/exec/flow.h"
#include "runtime/exec/profile.h"
#include "runtime/exec/recursion.h"
#include "runtime/exec/recursion_path.h"
#include "runtime/exec/replay.h"
#include "runtime/exec/scan.h"
#include "runtime/exec/table.h"

struct Run {
    const Program *program;
    RunOptions options;
    RunShared shared;
    Value *consts;
    Value **params;
    VEC(RuleResult) rules; // selected rules, in the program's order
    VEC(QueryResult) queries;
    VEC(LoadReport) loads;
    RuleResult *relation_gaps; // per relation; arena NULL: not computed
    RuleResult *rule_results;  // per rule: computed early because others read it
    QueryResult relation_rows; // of the relation asked for
    RuleResult relation_undecided_rows;
    Flow *flow; // NULL: nothing is counted
    VEC(RunPart) parts;
    int64_t load_us, whole_us;
};

void run_options_init(RunOptions *options)
{
    *options =
        (RunOptions){.tolerance_count = 10000000, .evidence_limit = 100, .batch_size = BATCH_ROWS};
    options->limit_pairs = INT64_C(20000000000);
    options->limit_output = INT64_C(10000000);
    options->limit_depth = INT64_C(1000000);
    options->limit_recursion = INT64_C(100000000);
}

// ---------------------------------------------------------------- constants and parameters

static Value const_value(RunShared *shared, const Const *constant)
{
    Value value = constant->value;
    value.type = constant->type;
    if (value.state != VALUE_KNOWN)
        return value;
    TypeKind kind = constant->type.kind;
    if (kind == TYPE_TEXT || kind == TYPE_IDENTITY) {
        value.code = dict_intern(shared->dict, constant->text);
    } else if (kind == TYPE_SET || kind == TYPE_LIST) {
        Value *items = base_alloc(MAX_OF((size_t)constant->item_count, 1) * sizeof *items);
        for (uint32_t i = 0; i < constant->item_count; i++)
            items[i] = const_value(shared, &constant->items[i]);
        value.code =
            kind == TYPE_SET
                ? set_encode(shared->dict, *constant->type.element, items, constant->item_count)
                : list_encode(shared->dict, *constant->type.element, items, constant->item_count);
        free(items);
    }
    return value;
}

static void set_consts(Run *run)
{
    const Program *program = run->program;
    run->consts = base_alloc_zeroed(MAX_OF(program->const_count, 1u), sizeof *run->consts);
    for (uint32_t i = 0; i < program->const_count; i++)
        run->consts[i] = const_value(&run->shared, &program->consts[i]);
    run->params = base_alloc_zeroed(MAX_OF(program->param_count, 1u), sizeof *run->params);
    for (uint32_t p = 0; p < program->param_count; p++) {
        const Param *param = &program->params[p];
        run->params[p] = base_alloc_zeroed(MAX_OF(param->value_count, 1u), sizeof **run->params);
        for (uint32_t v = 0; v < param->value_count; v++)
            run->params[p][v] = const_value(&run->shared, &param->values[v]);
    }
}

static void set_param(Run *run, uint32_t param, const Const *constant)
{
    Value value = const_value(&run->shared, constant);
    for (uint32_t v = 0; v < run->program->params[param].value_count; v++)
        run->params[param][v] = value;
}

static void set_as_of(Run *run, int64_t days)
{
    run->shared.eval.has_as_of = true;
    run->shared.eval.as_of = days;
}

static void apply_settings(Run *run)
{
    if (run->options.has_as_of)
        set_as_of(run, run->options.as_of);
    for (uint32_t i = 0; i < run->options.setting_count; i++)
        set_param(run, run->options.settings[i].param, &run->options.settings[i].constant);
    const TestCase *test = run->options.test;
    for (uint32_t i = 0; test != NULL && i < test->param_count; i++) {
        const GivenParam *given = &test->params[i];
        if (given->param == UINT32_MAX)
            set_as_of(run, given->value.value.i64);
        else if (given->param == UINT32_MAX - 1)
            run->options.tolerance_count = run_ratio_count(&given->value);
        else
            set_param(run, given->param, &given->value);
    }
}

// An exact ratio as a count of 10^-9.
int64_t run_ratio_count(const Const *ratio)
{
    int128_t count = 0;
    int128_t value = type_phys(ratio->type) == PHYS_I64 ? ratio->value.i64 : ratio->value.i128;
    if (!exact_round(value, ratio->type.scale, 9, ROUND_HALF_AWAY, &count) || count < 0)
        return 0;
    return count > INT64_C(1000000000) ? INT64_C(1000000000) : (int64_t)count;
}

// ---------------------------------------------------------------- tables

static const GivenTable *given_for(const TestCase *test, SourceKind kind, uint32_t index)
{
    for (uint32_t i = 0; test != NULL && i < test->table_count; i++) {
        if (test->tables[i].source.kind == kind && test->tables[i].source.index == index)
            return &test->tables[i];
    }
    return NULL;
}

static Status open_given(Run *run, const TableDecl *table, const GivenTable *given, Rowset **out)
{
    GivenTable empty = {.source = {SOURCE_TABLE, 0}};
    return load_given(table, given == NULL ? &empty : given, run->shared.dict, run->shared.causes,
                      out, run->shared.error);
}

static void add_part(Run *run, const char *kind, Str name, int64_t begun_us)
{
    vec_push(&run->parts, (RunPart){.kind = kind, .name = name, .us = clock_now_us() - begun_us});
}

static Status open_table(Run *run, uint32_t index)
{
    const TableDecl *table = &run->program->tables[index];
    Rowset **rows = &run->shared.tables[index];
    if (run->options.test != NULL) {
        TRY(open_given(run, table, given_for(run->options.test, SOURCE_TABLE, index), rows));
        return table_judge(&run->shared, table, *rows, NULL);
    }
    if (run->options.cache != NULL) {
        const LoadReport *report;
        TRY(cache_table(&run->shared, index, rows, &report));
        vec_push(&run->loads, *report);
        return STATUS_OK;
    }
    vec_push(&run->loads, (LoadReport){0});
    return table_open(&run->shared, index, rows, &vec_last(&run->loads));
}

static Status load_tables(Run *run)
{
    const Program *program = run->program;
    int64_t begun_us = clock_now_us();
    if (run->options.test == NULL)
        TRY(load_find_all(program->tables, program->table_count, &run->options.load,
                          run->shared.error));
    for (uint32_t t = 0; t < program->table_count; t++) {
        if (!program->tables[t].needed)
            continue;
        int64_t table_us = clock_now_us();
        TRY(run_poll(&run->shared));
        TRY(open_table(run, t));
        add_part(run, "table", program->tables[t].name, table_us);
    }
    run->load_us = clock_now_us() - begun_us;
    return STATUS_OK;
}

// ---------------------------------------------------------------- relations and rules

static Status given_rows(Run *run, Str name, const ColumnDecl *columns, uint32_t column_count,
                         const GivenTable *given, Rowset **out)
{
    TableDecl as_table = {.name = name, .columns = columns, .column_count = column_count};
    TRY(open_given(run, &as_table, given, out));
    (*out)->is_relation = true;
    return STATUS_OK;
}

// The relations of a test whose rows it gives, before all others: a ring may be open at them.
static Status compute_given(Run *run)
{
    for (uint32_t r = 0; r < run->program->relation_count; r++) {
        const Relation *relation = &run->program->relations[r];
        const GivenTable *given = given_for(run->options.test, SOURCE_RELATION, r);
        if (given != NULL)
            TRY(given_rows(run, relation->name, relation->columns, relation->column_count, given,
                           &run->shared.relations[r]));
    }
    return STATUS_OK;
}

static Status compute_ring(Run *run, uint32_t index)
{
    const Program *program = run->program;
    uint32_t *members = base_alloc(program->relation_count * sizeof *members);
    uint32_t count = recursion_ring(program, index, members);
    Status status = count > 0
                        ? recursion_build(&run->shared, members, count, run->shared.relations,
                                          run->relation_gaps)
                        : relation_build(&run->shared, &program->relations[index],
                                         &run->shared.relations[index], &run->relation_gaps[index]);
    free(members);
    return status;
}

static Status compute_relation(Run *run, uint32_t index)
{
    if (run->shared.relations[index] != NULL)
        return STATUS_OK; // it is given, or came with its ring
    const Relation *relation = &run->program->relations[index];
    if (relation->recursive)
        return compute_ring(run, index);
    return relation_build(&run->shared, relation, &run->shared.relations[index],
                          &run->relation_gaps[index]);
}

static Status compute_rule(Run *run, uint32_t index)
{
    const Rule *rule = &run->program->rules[index];
    const GivenTable *given = given_for(run->options.test, SOURCE_RULE, index);
    if (given != NULL && !rule->selected)
        return given_rows(run, rule->name, rule->columns, rule->column_count, given,
                          &run->shared.rules[index]);
    bool listed = rule->selected && !run->options.no_lists;
    if (!rule->read && !listed)
        return STATUS_OK;
    Finding finding;
    TRY(finding_open(&finding, &run->shared, &rule->body, rule->read));
    Status status = STATUS_OK;
    if (rule->read)
        status = finding_rule_rows(&finding, rule, &run->shared.rules[index]);
    if (status == STATUS_OK && listed)
        status = finding_entries(&finding, rule, &run->rule_results[index]);
    finding_close(&finding);
    return status;
}

static Status compute_in_order(Run *run)
{
    const Program *program = run->program;
    TRY(compute_given(run));
    for (uint32_t i = 0; i < program->order_count; i++) {
        RowSource source = program->order[i];
        int64_t begun_us = clock_now_us();
        if (source.kind == SOURCE_RELATION) {
            TRY(compute_relation(run, source.index));
            add_part(run, "relation", program->relations[source.index].name, begun_us);
        } else if (source.kind == SOURCE_RULE) {
            TRY(compute_rule(run, source.index));
            add_part(run, "rule", program->rules[source.index].name, begun_us);
        }
    }
    return STATUS_OK;
}

static void take_result(Run *run, RuleResult *result, bool wanted)
{
    if (wanted)
        vec_push(&run->rules, *result);
    else
        arena_destroy(result->arena);
    result->arena = NULL;
}

// Selected rules in the order of the files, and where relations are declared, their gap lines.
static void collect_rules(Run *run)
{
    const Program *program = run->program;
    uint32_t relation = 0, rule = 0;
    bool any_rule = false; // gap lines stand beside the lists of rules; a query has none
    for (uint32_t r = 0; r < program->rule_count; r++)
        any_rule |= program->rules[r].selected;
    while (relation < program->relation_count || rule < program->rule_count) {
        bool is_relation = rule == program->rule_count ||
                           (relation < program->relation_count &&
                            program->relations[relation].declared < program->rules[rule].declared);
        if (is_relation) {
            RuleResult *gaps = &run->relation_gaps[relation++];
            take_result(run, gaps, gaps->entry_count > 0 && any_rule);
        } else {
            RuleResult *result = &run->rule_results[rule];
            take_result(run, result, program->rules[rule++].selected);
        }
    }
}

static Status collect_results(Run *run)
{
    const Program *program = run->program;
    collect_rules(run);
    for (uint32_t q = 0; q < program->query_count; q++) {
        if (!program->queries[q].selected)
            continue;
        int64_t begun_us = clock_now_us();
        vec_push(&run->queries, (QueryResult){0});
        TRY(query_build(&run->shared, &program->queries[q], &vec_last(&run->queries)));
        add_part(run, "query", program->queries[q].name, begun_us);
    }
    return STATUS_OK;
}

// ---------------------------------------------------------------- the run

static bool run_ends(const void *closure)
{
    const RunShared *shared = closure;
    const RunOptions *options = shared->options;
    return (shared->deadline_us > 0 && clock_now_us() > shared->deadline_us) ||
           (options->cancelled != NULL && options->cancelled(options->cancel_closure));
}

static void share(Run *run, Error *error)
{
    const Program *program = run->program;
    RunShared *shared = &run->shared;
    *shared = (RunShared){.program = program, .options = &run->options, .error = error};
    const DataCache *cache = run->options.cache;
    shared->dict = cache == NULL ? dict_create() : cache_dict(cache);
    shared->causes = cache == NULL ? cause_table_create() : cache_causes(cache);
    shared->tables = base_alloc_zeroed(MAX_OF(program->table_count, 1u), sizeof *shared->tables);
    shared->relations =
        base_alloc_zeroed(MAX_OF(program->relation_count, 1u), sizeof *shared->relations);
    shared->parents =
        base_alloc_zeroed(MAX_OF(program->relation_count, 1u), sizeof *shared->parents);
    shared->rules = base_alloc_zeroed(MAX_OF(program->rule_count, 1u), sizeof *shared->rules);
    run->relation_gaps =
        base_alloc_zeroed(MAX_OF(program->relation_count, 1u), sizeof *run->relation_gaps);
    run->rule_results =
        base_alloc_zeroed(MAX_OF(program->rule_count, 1u), sizeof *run->rule_results);
    set_consts(run);
    shared->eval = (EvalShared){.program = program,
                                .facts = run->options.facts,
                                .dict = shared->dict,
                                .causes = shared->causes,
                                .consts = run->consts,
                                .params = run->params,
                                .ends = run_ends,
                                .ends_closure = shared};
    shared->eval.absent_cause = cause_intern(shared->causes, REASON_ABSENT, STR(""));
    apply_settings(run);
    if (run->options.limit_seconds > 0) {
        shared->deadline_us = clock_now_us() + run->options.limit_seconds * 1000000;
        run->options.load.limit_seconds = run->options.limit_seconds;
        run->options.load.deadline_us = shared->deadline_us;
    }
    if (run->options.counts) {
        run->flow = flow_create(program);
        shared->observer = flow_observer(run->flow);
    }
}

static Status need_as_of(const Run *run)
{
    if (!run->program->reads_as_of || run->shared.eval.has_as_of)
        return STATUS_OK;
    return error_set(run->shared.error, STATUS_USAGE,
                     "模型用到截止日，却没有给定：请用 --as-of 2024-12-31 "
                     "这样的写法给出（测试里写“给定 截止日 = 2024-12-31”）",
                     "the model reads as_of, but no date is given: add --as-of 2024-12-31 "
                     "(in a test: `given as_of = 2024-12-31`)");
}

Status run_open(const Program *program, const RunOptions *options, Run **out, Error *error)
{
    Run *run = base_alloc_zeroed(1, sizeof *run);
    int64_t begun_us = clock_now_us();
    run->program = program;
    run->options = *options;
    share(run, error);
    Status status = need_as_of(run);
    if (status == STATUS_OK)
        status = foreign_open(program, options->externs, options->extern_count,
                              &run->shared.eval.foreign, error);
    if (status == STATUS_OK)
        status = load_tables(run);
    if (status == STATUS_OK)
        status = compute_in_order(run);
    if (status == STATUS_OK)
        status = collect_results(run);
    if (status == STATUS_OK)
        status = run_poll(&run->shared);
    partner_indexes_free(&run->shared);
    scans_free(&run->shared);
    run->whole_us = clock_now_us() - begun_us;
    *out = run;
    if (status != STATUS_OK) {
        run_close(run);
        *out = NULL;
    } else {
        run->shared.error = NULL;
        run->shared.observer = NULL;
        run->shared.deadline_us = 0; // what is asked of a finished run is no part of it
    }
    return status;
}

static void close_results(Run *run)
{
    for (size_t i = 0; i < run->rules.count; i++)
        arena_destroy(run->rules.items[i].arena);
    for (size_t i = 0; i < run->queries.count; i++)
        arena_destroy(run->queries.items[i].arena);
    for (size_t i = 0; i < run->loads.count && run->options.cache == NULL; i++)
        load_report_deinit(&run->loads.items[i]);
    for (uint32_t r = 0; r < run->program->relation_count; r++)
        arena_destroy(run->relation_gaps[r].arena);
    for (uint32_t r = 0; r < run->program->rule_count; r++)
        arena_destroy(run->rule_results[r].arena);
    arena_destroy(run->relation_rows.arena);
    arena_destroy(run->relation_undecided_rows.arena);
    vec_free(&run->rules);
    vec_free(&run->queries);
    vec_free(&run->loads);
    vec_free(&run->parts);
    free(run->relation_gaps);
    free(run->rule_results);
}

static void close_rowsets(Rowset **rowsets, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        rowset_destroy(rowsets[i]);
    free(rowsets);
}

void run_close(Run *run)
{
    if (run == NULL)
        return;
    close_results(run);
    parents_free(&run->shared);
    foreign_close(run->shared.eval.foreign);
    bool borrowed = run->options.cache != NULL && run->options.test == NULL;
    close_rowsets(run->shared.tables, borrowed ? 0 : run->program->table_count);
    close_rowsets(run->shared.relations, run->program->relation_count);
    close_rowsets(run->shared.rules, run->program->rule_count);
    for (uint32_t p = 0; p < run->program->param_count; p++)
        free(run->params[p]);
    free(run->params);
    free(run->consts);
    if (run->options.cache == NULL) {
        cause_table_destroy(run->shared.causes);
        dict_destroy(run->shared.dict);
    }
    flow_destroy(run->flow);
    free(run);
}

uint32_t run_rule_count(const Run *run)
{
    return (uint32_t)run->rules.count;
}

const RuleResult *run_rule(const Run *run, uint32_t index)
{
    ASSERT(index < run->rules.count);
    return &run->rules.items[index];
}

uint32_t run_query_count(const Run *run)
{
    return (uint32_t)run->queries.count;
}

const QueryResult *run_query(const Run *run, uint32_t index)
{
    ASSERT(index < run->queries.count);
    return &run->queries.items[index];
}

RunTimes run_times(const Run *run)
{
    return (RunTimes){.load_us = run->load_us,
                      .rest_us = run->whole_us - run->load_us,
                      .parts = run->parts.items,
                      .part_count = (uint32_t)run->parts.count};
}

uint32_t run_flow_count(const Run *run)
{
    return run->flow == NULL ? 0 : flow_count(run->flow);
}

const BodyFlow *run_flow(const Run *run, uint32_t index)
{
    ASSERT(index < run_flow_count(run));
    return flow_get(run->flow, index);
}

const QueryResult *run_relation(Run *run, uint32_t relation)
{
    ASSERT(relation < run->program->relation_count);
    arena_destroy(run->relation_rows.arena);
    relation_result(&run->shared, &run->program->relations[relation],
                    run->shared.relations[relation], &run->relation_rows);
    return &run->relation_rows;
}

const RuleResult *run_relation_undecided(Run *run, uint32_t relation)
{
    ASSERT(relation < run->program->relation_count);
    arena_destroy(run->relation_undecided_rows.arena);
    relation_undecided(&run->shared, &run->program->relations[relation],
                       run->shared.relations[relation], &run->relation_undecided_rows);
    return &run->relation_undecided_rows;
}

bool run_profile(const Run *run, Str rows, Str column, Arena *arena, ColumnProfile *out)
{
    return shared_profile(&run->shared, rows, column, arena, out);
}

int64_t run_row_count(const Run *run, Str rows)
{
    return shared_row_count(&run->shared, rows);
}

Value run_value(Run *run, const Const *constant)
{
    return const_value(&run->shared, constant);
}

Status run_explain(Run *run, uint32_t rule, const Value *key, Explanation *out, Error *error)
{
    ASSERT(rule < run->program->rule_count);
    run->shared.error = error;
    Status status = replay_rule(&run->shared, &run->program->rules[rule], key, out);
    partner_indexes_free(&run->shared);
    scans_free(&run->shared);
    run->shared.error = NULL;
    return status;
}

void run_explained(Explanation *explanation)
{
    arena_destroy(explanation->arena);
    arena_destroy(explanation->entry_arena);
    *explanation = (Explanation){0};
}

uint32_t run_load_count(const Run *run)
{
    return (uint32_t)run->loads.count;
}

const LoadReport *run_load(const Run *run, uint32_t index)
{
    ASSERT(index < run->loads.count);
    return &run->loads.items[index];
}

const Dict *run_dict(const Run *run)
{
    return run->shared.dict;
}
