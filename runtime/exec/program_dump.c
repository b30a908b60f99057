// SPDX-License-Identifier: Apache-2.0
// program_dump.c: a program as text, for people and for golden tests.
//
// One line per declaration, operator and step; steps are numbered as their registers, operands are %n. Everything
// that the runtime reads is printed, in the order in which it lies in the program.

#include "runtime/base/time.h"
#include "runtime/exec/program.h"

typedef struct Dumper {
    const Program *program;
    const Body *body;
    StrBuf *out;
} Dumper;

static void indent(Dumper *d, int depth)
{
    strbuf_add_repeat(d->out, ' ', (size_t)depth * 2);
}

// ---------------------------------------------------------------- types and values

static void dump_type(Dumper *d, Type type)
{
    strbuf_add_c(d->out, type_kind_word(type.kind));
    if (type_is_exact(type))
        strbuf_printf(d->out, ".%u", type.scale);
    if (type.unit != NULL)
        strbuf_printf(d->out, " " STR_FMT, STR_ARG(type.unit->name));
    if (type.nominal != NULL)
        strbuf_printf(d->out, " " STR_FMT, STR_ARG(type.nominal->name));
    if (type.element != NULL) {
        strbuf_add_c(d->out, " of ");
        dump_type(d, *type.element);
    }
}

static void dump_quoted(Dumper *d, Str text)
{
    strbuf_add_char(d->out, '"');
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        if (byte == '"' || byte == '\\')
            strbuf_add_char(d->out, '\\');
        if (byte == '\n')
            strbuf_add_c(d->out, "\\n");
        else
            strbuf_add_char(d->out, byte);
    }
    strbuf_add_char(d->out, '"');
}

static void dump_const(Dumper *d, const Const *constant)
{
    if (constant->value.state != VALUE_KNOWN) {
        strbuf_add_c(d->out, constant->value.state == VALUE_GAP ? "missing" : "issue");
        return;
    }
    if (constant->type.kind == TYPE_SET || constant->type.kind == TYPE_LIST) {
        strbuf_add_char(d->out, '{');
        for (uint32_t i = 0; i < constant->item_count; i++) {
            if (i > 0)
                strbuf_add_c(d->out, ", ");
            dump_const(d, &constant->items[i]);
        }
        strbuf_add_char(d->out, '}');
        return;
    }
    if (type_phys(constant->type) == PHYS_CODE) {
        dump_quoted(d, constant->text);
        return;
    }
    Value value = constant->value;
    value.type = constant->type;
    value_text(d->out, NULL, &value, true);
}

// ---------------------------------------------------------------- expressions

static int step_operands(StepOp op)
{
    static const int counts[STEP_COUNT] = {
#define STEP(name, operands, doc) [STEP_##name] = operands,
#include "runtime/exec/step.def"
#undef STEP
    };
    return counts[op];
}

static const char *compare_name(uint32_t op)
{
    static const char *const names[] = {"=", "!=", "<", "<=", ">", ">="};
    return op < ARRAY_LEN(names) ? names[op] : "?";
}

static Str column_name(const Dumper *d, const Step *step)
{
    const Program *program = d->program;
    const ColumnDecl *columns = NULL;
    if (d->body == NULL)
        return STR("");
    RowSource source = d->body->slots[step->slot].source;
    if (source.kind == SOURCE_PRODUCED)
        return d->body->slots[step->slot].columns[step->index].name;
    if (source.kind == SOURCE_TABLE)
        columns = program->tables[source.index].columns;
    else if (source.kind == SOURCE_RELATION)
        columns = program->relations[source.index].columns;
    else
        columns = program->rules[source.index].columns;
    return columns[step->index].name;
}

// What a step has besides operands.
static void dump_step_detail(Dumper *d, const Step *step)
{
    switch (step->op) {
    case STEP_CONST:
    case STEP_MULTIPLY_CONST:
        strbuf_add_char(d->out, ' ');
        dump_const(d, &d->program->consts[step->index]);
        return;
    case STEP_PARAM:
    case STEP_PARAM_AT:
        strbuf_printf(d->out, " " STR_FMT, STR_ARG(d->program->params[step->index].name));
        return;
    case STEP_COLUMN:
        if (d->body != NULL)
            strbuf_printf(d->out, " " STR_FMT ".", STR_ARG(d->body->slots[step->slot].name));
        else
            strbuf_printf(d->out, " column %u", step->index);
        strbuf_add(d->out, column_name(d, step));
        return;
    case STEP_KEY:
    case STEP_AGG:
    case STEP_LIKE:
    case STEP_RESCALE:
    case STEP_TO_PERIOD:
        strbuf_printf(d->out, " %u", step->index);
        return;
    case STEP_VARIABLE_PRESENT:
    case STEP_ELEMENT:
        if (d->body != NULL)
            strbuf_printf(d->out, " " STR_FMT, STR_ARG(d->body->slots[step->slot].name));
        return;
    case STEP_COMPARE:
        strbuf_printf(d->out, " %s", compare_name(step->index));
        return;
    case STEP_COMPARE_FRACTION:
        strbuf_printf(d->out, " %s scales %u/%u %u/%u", compare_name(step->index),
                      step->index2 & 0xff, step->index2 >> 8 & 0xff, step->index2 >> 16 & 0xff,
                      step->index2 >> 24);
        return;
    case STEP_DIVIDE:
        strbuf_printf(d->out, " scales %u/%u", step->index, step->index2);
        return;
    case STEP_ROUND:
        strbuf_printf(d->out, " %u to %u mode %u", step->index, step->index2, step->slot);
        return;
    case STEP_TO_REAL:
        strbuf_printf(d->out, " scale %u", step->index);
        return;
    case STEP_LEAF:
        strbuf_printf(d->out, " gap=%c", "FTU"[MIN_OF(step->index, 2u)]);
        return;
    case STEP_CALL:
        strbuf_printf(d->out, " " STR_FMT, STR_ARG(d->program->functions[step->index].name));
        return;
    default:
        return;
    }
}

static void dump_step(Dumper *d, const Step *step, uint32_t number, int depth)
{
    indent(d, depth);
    strbuf_printf(d->out, "%%%u = %s", number, step_name(step->op));
    dump_step_detail(d, step);
    const uint32_t registers[4] = {step->a, step->b, step->c, step->d};
    for (int k = 0; k < step_operands(step->op); k++)
        strbuf_printf(d->out, " %%%u", registers[k]);
    if (step->list_count > 0) {
        strbuf_add_c(d->out, " [");
        for (uint32_t k = 0; k < step->list_count; k++)
            strbuf_printf(d->out, k == 0 ? "%u" : " %u", step->list[k]);
        strbuf_add_char(d->out, ']');
    }
    strbuf_add_c(d->out, " : ");
    dump_type(d, step->type);
    strbuf_add_char(d->out, '\n');
}

static void dump_expr(Dumper *d, const char *role, const Expr *expr, int depth)
{
    if (expr->count == 0)
        return;
    indent(d, depth);
    strbuf_printf(d->out, "%s%s%s\n", role, expr->can_gap ? " gap?" : "",
                  expr->can_issue ? " issue?" : "");
    for (uint32_t i = 0; i < expr->count; i++)
        dump_step(d, &expr->steps[i], i, depth + 1);
}

// ---------------------------------------------------------------- bodies

static Str source_name(const Dumper *d, RowSource source)
{
    if (source.kind == SOURCE_TABLE)
        return d->program->tables[source.index].name;
    if (source.kind == SOURCE_RELATION)
        return d->program->relations[source.index].name;
    if (source.kind == SOURCE_PRODUCED)
        return STR("produced rows");
    return d->program->rules[source.index].name;
}

static const char *policy_name(Policy policy)
{
    static const char *const names[] = {"drop", "keep", "undecided"};
    return names[policy];
}

static void dump_leaves(Dumper *d, const Partner *partner)
{
    for (uint32_t i = 0; i < partner->leaf_count; i++) {
        const OnLeaf *leaf = &partner->leaves[i];
        indent(d, 3);
        strbuf_printf(d->out, "leaf %u%s%s%s%s\n", i, leaf->key ? " key" : "",
                      leaf->identity ? " identity" : "", leaf->negative ? " negative" : "",
                      leaf->conjunct ? " conjunct" : "");
        dump_expr(d, "value", &leaf->value, 4);
        dump_expr(d, "earlier", &leaf->earlier, 4);
        dump_expr(d, "partner", &leaf->partner, 4);
        for (uint32_t k = 0; k < leaf->reads_earlier_count; k++)
            dump_expr(d, "reads earlier", &leaf->reads_earlier[k], 4);
        for (uint32_t k = 0; k < leaf->reads_partner_count; k++)
            dump_expr(d, "reads partner", &leaf->reads_partner[k], 4);
    }
    indent(d, 3);
    strbuf_add_c(d->out, "on");
    for (uint32_t i = 0; i < partner->node_count; i++) {
        static const char *const ops[] = {"", " and", " or", " not"};
        if (partner->nodes[i].op == ON_LEAF)
            strbuf_printf(d->out, " %u", partner->nodes[i].leaf);
        else
            strbuf_add_c(d->out, ops[partner->nodes[i].op]);
    }
    strbuf_add_char(d->out, '\n');
}

static void dump_match(Dumper *d, const MatchModel *match)
{
    indent(d, 3);
    strbuf_printf(d->out,
                  "match " STR_FMT " with " STR_FMT " accept %" PRId64 " review %" PRId64 "\n",
                  STR_ARG(match->name), STR_ARG(d->body->slots[match->earlier].name), match->accept,
                  match->review);
    for (uint32_t i = 0; i < match->block_count; i++) {
        indent(d, 3);
        const MatchBlock *block = &match->blocks[i];
        strbuf_printf(d->out, "block %u%s\n", i,
                      !block->mentions         ? ""
                      : block->text_is_earlier ? " words of the partner"
                                               : " words of the earlier side");
        dump_leaves(d, &block->on);
    }
    for (uint32_t i = 0; i < match->compare_count; i++) {
        const MatchCompare *compare = &match->compares[i];
        indent(d, 3);
        strbuf_printf(d->out, "compare " STR_FMT, STR_ARG(compare->name));
        for (uint32_t l = 0; l < compare->level_count; l++)
            strbuf_printf(d->out, " %%%u=%" PRId64, compare->levels[l], compare->weights[l]);
        strbuf_printf(d->out, " else %" PRId64, compare->otherwise);
        if (compare->has_missing)
            strbuf_printf(d->out, " missing %" PRId64, compare->missing);
        strbuf_add_char(d->out, '\n');
        dump_expr(d, "values", &compare->values, 4);
    }
}

static void dump_partner(Dumper *d, const Partner *partner)
{
    static const char *const kinds[] = {"join", "attach", "exists", "lacks", "lookup", "latest"};
    strbuf_printf(
        d->out, "%s " STR_FMT " as " STR_FMT " on missing %s%s%s%s\n", kinds[partner->kind],
        STR_ARG(source_name(d, partner->source)), STR_ARG(d->body->slots[partner->slot].name),
        policy_name(partner->policy), partner->at_most_one ? ", at most one" : "",
        partner->coverage.written ? ", covered" : "", partner->read_later ? ", read later" : "");
    if (partner->match != NULL)
        dump_match(d, partner->match);
    else
        dump_leaves(d, partner);
    dump_expr(d, "covered at", &partner->coverage.at, 3);
    dump_expr(d, "region", &partner->coverage.region, 3);
    dump_expr(d, "by", &partner->time, 3);
    dump_expr(d, "upto", &partner->upto, 3);
    dump_expr(d, "low", &partner->low, 3);
}

static void dump_group(Dumper *d, const Group *group)
{
    strbuf_printf(d->out, "group%s\n", group->empty_group ? " also over nothing" : "");
    for (uint32_t k = 0; k < group->key_count; k++) {
        indent(d, 3);
        strbuf_printf(d->out, "key %u " STR_FMT "\n", k, STR_ARG(group->keys[k].name));
        dump_expr(d, "value", &group->keys[k].value, 4);
    }
}

static void dump_citation(Dumper *d, const Operator *op)
{
    if (op->citation_count == 0)
        return;
    indent(d, 3);
    strbuf_printf(d->out, "law " STR_FMT, STR_ARG(d->program->laws[op->citation.law].name));
    for (uint32_t i = 0; i < op->citation.article_count; i++)
        strbuf_printf(d->out, " " STR_FMT, STR_ARG(op->citation.articles[i]));
    strbuf_add_char(d->out, '\n');
    dump_expr(d, "at", &op->citation.at, 3);
}

static void dump_pattern(Dumper *d, const Pattern *pattern)
{
    for (uint32_t k = 0; k < pattern->sort_count; k++)
        dump_expr(d, pattern->sorts[k].descending ? "descending" : "ordered",
                  &pattern->sorts[k].value, 3);
    dump_expr(d, "high", &pattern->high, 3);
    for (uint32_t t = 0; t < pattern->table_count; t++) {
        indent(d, 3);
        strbuf_printf(d->out, "must cover it: " STR_FMT "\n",
                      STR_ARG(d->program->tables[pattern->tables[t]].name));
    }
    for (uint32_t s = 0; s < pattern->step_count; s++) {
        const PatternStep *step = &pattern->steps[s];
        indent(d, 3);
        strbuf_printf(d->out, "%s " STR_FMT, step->absent ? "absent" : "step", STR_ARG(step->name));
        for (uint32_t t = 0; !step->absent && t < pattern->taken_count; t++)
            strbuf_printf(d->out, " " STR_FMT " as " STR_FMT,
                          STR_ARG(d->body->slots[pattern->taken[t]].name),
                          STR_ARG(d->body->slots[step->slots[t]].name));
        strbuf_add_char(d->out, '\n');
        dump_expr(d, "condition", &step->condition, 4);
    }
}

static void dump_series(Dumper *d, const Operator *op)
{
    static const char *const units[] = {"day", "week", "month", "quarter", "year"};
    if (op->kind != OPERATOR_SERIES)
        return;
    indent(d, 3);
    strbuf_printf(d->out, "aggregate %u per %s\n", op->series.aggregate, units[op->series.unit]);
    dump_expr(d, "by", &op->series.time, 3);
    dump_expr(d, "from", &op->series.low, 3);
    dump_expr(d, "to", &op->series.high, 3);
    dump_expr(d, "fill", &op->series.fill, 3);
}

static void dump_operator(Dumper *d, const Operator *op)
{
    static const char *const kinds[] = {"from",    "",        "each",     "extract", "window",
                                        "connect", "session", "sequence", "filter",  "doubt",
                                        "cite",    "except",  "",         "series",  "score"};
    indent(d, 2);
    strbuf_printf(d->out, "%u: ", op->place);
    if (op->kind == OPERATOR_PARTNER) {
        dump_partner(d, &op->partner);
    } else if (op->kind == OPERATOR_GROUP) {
        dump_group(d, &op->group);
    } else {
        strbuf_add_c(d->out, kinds[op->kind]);
        if (op->kind == OPERATOR_FROM)
            strbuf_printf(d->out, " " STR_FMT " as " STR_FMT, STR_ARG(source_name(d, op->source)),
                          STR_ARG(d->body->slots[op->slot].name));
        if (op->kind == OPERATOR_EACH || op->kind == OPERATOR_EXTRACT ||
            op->kind == OPERATOR_WINDOW || op->kind == OPERATOR_CONNECT ||
            op->kind == OPERATOR_SESSION)
            strbuf_printf(d->out, " as " STR_FMT, STR_ARG(d->body->slots[op->slot].name));
        if (op->name.len > 0)
            strbuf_printf(d->out, " \"" STR_FMT "\"", STR_ARG(op->name));
        strbuf_add_char(d->out, '\n');
    }
    dump_expr(d, "start", &op->start, 3);
    dump_expr(d, "of", &op->produce.value, 3);
    bool parts = op->kind != OPERATOR_GROUP && op->kind != OPERATOR_CONNECT;
    for (uint32_t k = 0; parts && k < op->group.key_count; k++)
        dump_expr(d, "among", &op->group.keys[k].value, 3);
    for (uint32_t k = 0; op->kind == OPERATOR_CONNECT && k < op->group.key_count; k++)
        dump_expr(d,
                  k == 0         ? "end"
                  : op->one_kind ? "with"
                                 : "with other kind",
                  &op->group.keys[k].value, 3);
    for (uint32_t k = 0; k < op->window.sort_count; k++)
        dump_expr(d, op->window.sorts[k].descending ? "descending" : "ordered",
                  &op->window.sorts[k].value, 3);
    dump_expr(d, "low", &op->window.low, 3);
    dump_expr(d, "value", &op->window.value, 3);
    dump_pattern(d, &op->pattern);
    dump_series(d, op);
    dump_expr(d, "condition", &op->condition, 3);
    dump_expr(d, "points", &op->points, 3);
    dump_expr(d, "label", &op->label, 3);
    dump_citation(d, op);
}

static void dump_aggregate(Dumper *d, uint32_t index)
{
    static const char *const kinds[] = {
        "count", "sum",     "mean",      "min",   "max",         "distinct_count", "any",
        "all",   "collect", "list_text", "union", "longest_run", "median",         "mode",
        "first", "last",    "one",       "show",  "statistic"};
    const Aggregate *aggregate = &d->body->aggregates[index];
    indent(d, 2);
    strbuf_printf(d->out, "aggregate %u %s stretch %u mentions", index, kinds[aggregate->kind],
                  d->body->aggregate_stretch[index]);
    for (uint32_t m = 0; m < aggregate->mention_count; m++)
        strbuf_printf(d->out, " " STR_FMT, STR_ARG(d->body->slots[aggregate->mention[m]].name));
    if (aggregate->series > 0)
        strbuf_printf(d->out, " slots of operator %u%s", aggregate->series,
                      aggregate->missing ? " that are missing" : "");
    strbuf_printf(d->out, "%s%s%s : ", aggregate->fans_out ? ", distinct" : "",
                  aggregate->nonnegative ? ", not negative" : "",
                  aggregate->per_binding ? ", per binding" : "");
    dump_type(d, aggregate->type);
    strbuf_add_char(d->out, '\n');
    dump_expr(d, "argument", &aggregate->argument, 3);
    dump_expr(d, "when", &aggregate->when, 3);
    dump_expr(d, "by", &aggregate->by, 3);
}

static void dump_fields(Dumper *d, const char *role, const Field *fields, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        indent(d, 2);
        strbuf_printf(d->out, "%s " STR_FMT "\n", role, STR_ARG(fields[i].name));
        dump_expr(d, "value", &fields[i].value, 3);
    }
}

static void dump_end(Dumper *d, const Body *body)
{
    dump_fields(d, "column", body->columns, body->column_count);
    for (uint32_t i = 0; i < body->order_count; i++) {
        indent(d, 2);
        strbuf_printf(d->out, "order by column %u%s\n", body->order[i].column,
                      body->order[i].descending ? " descending" : "");
    }
    if (body->is_query && body->limit >= 0) {
        indent(d, 2);
        strbuf_printf(d->out, "limit %" PRId64 "\n", body->limit);
    }
    if (body->clue_key_count > 0) {
        indent(d, 2);
        strbuf_add_c(d->out, "clue");
        for (uint32_t i = 0; i < body->clue_key_count; i++)
            strbuf_printf(d->out, " %u=" STR_FMT, body->clue_keys[i],
                          STR_ARG(body->clue_key_names[i]));
        strbuf_add_char(d->out, '\n');
    }
    dump_expr(d, "title", &body->title, 2);
    dump_expr(d, "severity", &body->severity, 2);
    dump_fields(d, "field", body->fields, body->field_count);
    if (body->evidence_count > 0) {
        indent(d, 2);
        strbuf_add_c(d->out, "evidence");
        for (uint32_t i = 0; i < body->evidence_count; i++)
            strbuf_printf(d->out, " " STR_FMT "%s", STR_ARG(body->slots[body->evidence[i]].name),
                          body->evidence_paths >> body->evidence[i] & 1 ? " path" : "");
        strbuf_add_char(d->out, '\n');
    }
}

static void dump_body(Dumper *d, const Body *body)
{
    d->body = body;
    for (uint32_t i = 0; i < body->slot_count; i++) {
        indent(d, 2);
        strbuf_printf(d->out, "slot %u " STR_FMT " of " STR_FMT "%s%s\n", i,
                      STR_ARG(body->slots[i].name), STR_ARG(source_name(d, body->slots[i].source)),
                      body->slots[i].attached ? ", attached" : "",
                      body->slots[i].optional ? ", optional" : "");
    }
    for (uint32_t i = 0; i < body->operator_count; i++)
        dump_operator(d, &body->operators[i]);
    for (uint32_t i = 0; i < body->aggregate_count; i++)
        dump_aggregate(d, i);
    dump_end(d, body);
    d->body = NULL;
}

// ---------------------------------------------------------------- declarations

static void dump_columns(Dumper *d, const ColumnDecl *columns, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        indent(d, 1);
        strbuf_printf(d->out, "column %u " STR_FMT " ", i, STR_ARG(columns[i].name));
        dump_type(d, columns[i].type);
        strbuf_printf(d->out, "%s%s\n", columns[i].nullable ? "?" : "",
                      columns[i].needed ? " needed" : "");
    }
}

static void dump_table(Dumper *d, const TableDecl *table)
{
    strbuf_printf(d->out, "table " STR_FMT "%s\n", STR_ARG(table->name),
                  table->needed ? " needed" : "");
    dump_columns(d, table->columns, table->column_count);
    if (table->key_count > 0) {
        indent(d, 1);
        strbuf_add_c(d->out, "key");
        for (uint32_t i = 0; i < table->key_count; i++)
            strbuf_printf(d->out, " %u", table->key[i]);
        strbuf_add_char(d->out, '\n');
    }
    for (uint32_t i = 0; i < table->expectation_count; i++) {
        static const char *const actions[] = {"expect else error", "expect else warn",
                                              "expect else quarantine"};
        dump_expr(d, actions[table->expectations[i].action], &table->expectations[i].condition, 1);
    }
}

static void dump_param(Dumper *d, const Param *param)
{
    strbuf_printf(d->out, "param " STR_FMT " ", STR_ARG(param->name));
    dump_type(d, param->type);
    for (uint32_t i = 0; i < param->value_count; i++) {
        strbuf_add_c(d->out, " = ");
        dump_const(d, &param->values[i]);
        if (param->since != NULL) {
            strbuf_add_c(d->out, " since ");
            date_format(d->out, (int32_t)param->since[i]);
        }
    }
    strbuf_add_char(d->out, '\n');
}

static void dump_relation(Dumper *d, const Relation *relation)
{
    strbuf_printf(d->out, "relation " STR_FMT " stratum %u%s\n", STR_ARG(relation->name),
                  relation->stratum, relation->recursive ? " recursive" : "");
    dump_columns(d, relation->columns, relation->column_count);
    for (uint32_t i = 0; i < relation->branch_count; i++) {
        indent(d, 1);
        strbuf_printf(d->out, "branch %u\n", i);
        dump_body(d, &relation->branches[i]);
    }
}

void program_dump(const Program *program, StrBuf *out)
{
    Dumper d = {.program = program, .out = out};
    for (uint32_t i = 0; i < program->table_count; i++)
        dump_table(&d, &program->tables[i]);
    for (uint32_t i = 0; i < program->param_count; i++)
        dump_param(&d, &program->params[i]);
    for (uint32_t i = 0; i < program->law_count; i++)
        strbuf_printf(out, "law " STR_FMT " versions %u\n", STR_ARG(program->laws[i].name),
                      program->laws[i].version_count);
    for (uint32_t i = 0; i < program->relation_count; i++)
        dump_relation(&d, &program->relations[i]);
    for (uint32_t i = 0; i < program->rule_count; i++) {
        const Rule *rule = &program->rules[i];
        strbuf_printf(out, "rule " STR_FMT " stratum %u%s%s\n", STR_ARG(rule->name), rule->stratum,
                      rule->selected ? " selected" : "", rule->read ? " read" : "");
        dump_body(&d, &rule->body);
    }
    for (uint32_t i = 0; i < program->query_count; i++) {
        const Query *query = &program->queries[i];
        strbuf_printf(out, "query " STR_FMT "%s\n", STR_ARG(query->name),
                      query->selected ? " selected" : "");
        dump_body(&d, &query->body);
    }
}
