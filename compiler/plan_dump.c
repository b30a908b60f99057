// SPDX-License-Identifier: Apache-2.0
//
// plan_dump.c: plans as text, and what must hold of them.

#include "compiler/consts.h"
#include "compiler/plan.h"

// Bytes of one expression's text after which the rest is left out.
enum { PLAN_DUMP_MAX = 1 << 16 };

// ---------------------------------------------------------------- expressions

static const char *const COMPARES[] = {
    [COMPARE_EQ] = "=",  [COMPARE_NE] = "!=", [COMPARE_LT] = "<",
    [COMPARE_LE] = "<=", [COMPARE_GT] = ">",  [COMPARE_GE] = ">="};

static const char *const POLICIES[] = {
    [POLICY_DROP] = "drop", [POLICY_KEEP] = "keep", [POLICY_UNDECIDED] = "undecided"};

static const char *const PARTNERS[] = {
    [PARTNER_JOIN] = "join",   [PARTNER_ATTACH] = "attach", [PARTNER_EXISTS] = "exists",
    [PARTNER_LACKS] = "lacks", [PARTNER_LOOKUP] = "lookup", [PARTNER_LATEST] = "latest"};

static const char *const UNITS[] = {
    [SERIES_DAY] = "day",         [SERIES_WEEK] = "week", [SERIES_MONTH] = "month",
    [SERIES_QUARTER] = "quarter", [SERIES_YEAR] = "year"};

static const char *const FOLDS[] = {
    [AGGREGATE_COUNT] = "count",
    [AGGREGATE_SUM] = "sum",
    [AGGREGATE_MEAN] = "mean",
    [AGGREGATE_MIN] = "min",
    [AGGREGATE_MAX] = "max",
    [AGGREGATE_DISTINCT_COUNT] = "distinct-count",
    [AGGREGATE_ANY] = "any",
    [AGGREGATE_ALL] = "all",
    [AGGREGATE_COLLECT] = "collect",
    [AGGREGATE_LIST_TEXT] = "list-text",
    [AGGREGATE_UNION] = "union",
    [AGGREGATE_LONGEST_RUN] = "longest-run",
    [AGGREGATE_MEDIAN] = "median",
    [AGGREGATE_MODE] = "mode",
    [AGGREGATE_FIRST] = "first",
    [AGGREGATE_LAST] = "last",
    [AGGREGATE_ONE] = "one",
    [AGGREGATE_SHOW] = "show",
    [AGGREGATE_STATISTIC] = "statistic",
};

static void leaf_dump(const PlanExpr *expr, const PlanBody *body, StrBuf *out)
{
    const TypedVar *var;
    switch (expr->kind) {
    case PLAN_EXPR_CONST:
        const_dump(expr->constant, out);
        return;
    case PLAN_EXPR_PARAM:
    case PLAN_EXPR_PARAM_AT:
        strbuf_printf(out, " " STR_FMT, STR_ARG(expr->decl->name));
        return;
    case PLAN_EXPR_COLUMN:
        if (body == NULL || body->typed == NULL || expr->slot >= body->typed->var_count ||
            body->typed->vars[expr->slot]->source == NULL) {
            strbuf_printf(out, "#%u.%u", expr->slot, expr->index);
            return;
        }
        var = body->typed->vars[expr->slot];
        strbuf_printf(out, STR_FMT "." STR_FMT, STR_ARG(var->name),
                      STR_ARG(var->source->rows.columns[expr->index].name));
        return;
    case PLAN_EXPR_VARIABLE:
        strbuf_printf(out, " #%u", expr->slot);
        return;
    case PLAN_EXPR_KEY:
        strbuf_printf(out, " %u.%u", expr->stretch, expr->index);
        return;
    case PLAN_EXPR_AGGREGATE:
        strbuf_printf(out, " %u", expr->index);
        return;
    case PLAN_EXPR_COMPARE:
        strbuf_printf(out, " %s", COMPARES[expr->compare]);
        return;
    case PLAN_EXPR_ROUND:
        strbuf_printf(out, " %d/%d", expr->places, (int)expr->mode);
        return;
    case PLAN_EXPR_CALL:
        if (expr->card != NULL)
            strbuf_printf(out, " %s", expr->card->name);
        else
            strbuf_printf(out, " extern " STR_FMT, STR_ARG(expr->decl->name));
        return;
    case PLAN_EXPR_LIKE:
        strbuf_printf(out, " \"" STR_FMT "\"", STR_ARG(expr->pattern));
        return;
    case PLAN_EXPR_CONVERT:
        strbuf_add_char(out, ' ');
        type_dump(expr->type, out);
        return;
    default:
        return;
    }
}

// Shared parts are printed wherever they stand, so a small plan may have a huge text: it is cut at `end`.
static void expr_dump(const PlanExpr *expr, const PlanBody *body, size_t end, StrBuf *out)
{
    if (out->len > end) {
        strbuf_add_c(out, "…");
        return;
    }
    bool bare = expr->kind == PLAN_EXPR_CONST || expr->kind == PLAN_EXPR_COLUMN;
    if (!bare)
        strbuf_printf(out, "(%s", plan_expr_name(expr->kind));
    leaf_dump(expr, body, out);
    for (uint32_t i = 0; i < expr->kid_count; i++) {
        strbuf_add_char(out, ' ');
        expr_dump(expr->kids[i], body, end, out);
    }
    if (!bare)
        strbuf_add_char(out, ')');
}

void plan_expr_dump(const PlanExpr *expr, const PlanBody *body, StrBuf *out)
{
    expr_dump(expr, body, out->len + PLAN_DUMP_MAX, out);
}

// ---------------------------------------------------------------- operators

static void named_dump(const char *name, const PlanExpr *expr, const PlanBody *body, StrBuf *out)
{
    if (expr == NULL)
        return;
    strbuf_printf(out, " %s=", name);
    plan_expr_dump(expr, body, out);
}

static void cite_dump(const PlanCite *cite, const PlanBody *body, StrBuf *out)
{
    strbuf_printf(out, " " STR_FMT, STR_ARG(cite->law->name));
    for (uint32_t i = 0; i < cite->article_count; i++)
        strbuf_printf(out, " " STR_FMT, STR_ARG(cite->articles[i]));
    named_dump("at", cite->at, body, out);
}

static void match_dump(const PlanMatch *match, const PlanBody *body, StrBuf *out)
{
    strbuf_printf(out, " using " STR_FMT " with #%u", STR_ARG(match->decl->name), match->earlier);
    for (uint32_t i = 0; i < match->block_count; i++)
        named_dump("block", match->blocks[i], body, out);
    for (uint32_t i = 0; i < match->compare_count; i++) {
        const PlanCompare *compare = &match->compares[i];
        strbuf_printf(out, " compare " STR_FMT, STR_ARG(compare->name));
        for (uint32_t j = 0; j < compare->level_count; j++) {
            named_dump("level", compare->levels[j], body, out);
            strbuf_printf(out, "=%" PRId64, compare->weights[j]);
        }
        if (compare->has_otherwise)
            strbuf_printf(out, " else=%" PRId64, compare->otherwise);
        if (compare->has_missing)
            strbuf_printf(out, " missing=%" PRId64, compare->missing);
    }
    strbuf_printf(out, " accept=%" PRId64 " review=%" PRId64, match->accept, match->review);
}

static void step_dump(const PlanOp *op, const PlanStep *step, const PlanBody *body, StrBuf *out)
{
    strbuf_printf(out, " %s " STR_FMT, step->absent ? "absent" : "step", STR_ARG(step->name));
    for (uint32_t t = 0; !step->absent && t < op->taken_count; t++)
        strbuf_printf(out, " #%u as #%u", op->taken[t], step->slots[t]);
    named_dump("when", step->condition, body, out);
}

static void op_dump(const PlanOp *op, const PlanBody *body, StrBuf *out)
{
    strbuf_printf(out, "  %2u %s", op->place, plan_op_name(op->kind));
    if (op->kind == PLAN_OP_PARTNER)
        strbuf_printf(out, " %s%s", PARTNERS[op->partner], op->at_most_one ? " at-most-one" : "");
    if (op->source != NULL)
        strbuf_printf(out, " " STR_FMT " #%u", STR_ARG(op->source->name), op->slot);
    if (op->start != NULL) {
        strbuf_printf(out, " starts " STR_FMT,
                      STR_ARG(op->source->rows.columns[op->start_column].name));
        named_dump("at", op->start, body, out);
    }
    if (op->kind == PLAN_OP_PARTNER || op->kind == PLAN_OP_FILTER)
        strbuf_printf(out, " %s", POLICIES[op->policy]);
    if (op->name.len > 0)
        strbuf_printf(out, " \"" STR_FMT "\"", STR_ARG(op->name));
    if (op->kind == PLAN_OP_CITE)
        cite_dump(&op->cite, body, out);
    for (uint32_t i = 0; i < op->citation_count; i++)
        cite_dump(&op->citations[i], body, out);
    for (uint32_t i = 0; i < op->key_count; i++) {
        strbuf_printf(out, " " STR_FMT "=", STR_ARG(op->keys[i].name));
        plan_expr_dump(op->keys[i].value, body, out);
    }
    for (uint32_t i = 0; i < op->sort_count; i++)
        named_dump(op->sorts[i].descending ? "descending" : "ordered", op->sorts[i].value, body,
                   out);
    if (op->rows > 0)
        strbuf_printf(out, " rows %" PRId64, op->rows);
    if (op->empty_group)
        strbuf_add_c(out, " empty-group");
    if (op->kind == PLAN_OP_SERIES)
        strbuf_printf(out, " per %s", UNITS[op->unit]);
    if (op->kind == PLAN_OP_CONNECT)
        strbuf_printf(out, " %s as #%u", op->one_kind ? "one-kind" : "two-kinds", op->slot);
    named_dump("points", op->points, body, out);
    named_dump("when", op->condition, body, out);
    if (op->match != NULL)
        match_dump(op->match, body, out);
    named_dump("label", op->label, body, out);
    named_dump("covered", op->covered_at, body, out);
    named_dump("region", op->covered_region, body, out);
    named_dump("of", op->value, body, out);
    named_dump("by", op->time, body, out);
    named_dump("upto", op->upto, body, out);
    named_dump("low", op->low, body, out);
    named_dump("high", op->high, body, out);
    for (uint32_t i = 0; i < op->step_count; i++)
        step_dump(op, &op->steps[i], body, out);
    named_dump("fill", op->fill, body, out);
    strbuf_add_char(out, '\n');
}

static void fold_dump(uint32_t number, const PlanAggregate *fold, const PlanBody *body, StrBuf *out)
{
    strbuf_printf(out, "  fold %u %s %s%s stretch %u", number, FOLDS[fold->kind],
                  fold->per_binding ? "per-binding " : "", fold->fans_out ? "distinct" : "plain",
                  fold->stretch);
    if (fold->series > 0)
        strbuf_printf(out, " slots of %u%s", fold->series, fold->missing ? " missing" : "");
    strbuf_add_c(out, " over");
    for (uint32_t slot = 0; slot < 64; slot++)
        if ((fold->mention >> slot & 1) != 0)
            strbuf_printf(out, " #%u", slot);
    named_dump("of", fold->argument, body, out);
    named_dump("when", fold->when, body, out);
    named_dump("by", fold->by, body, out);
    strbuf_add_char(out, '\n');
}

static void end_dump(const PlanBody *body, StrBuf *out)
{
    strbuf_printf(out, "  %2u %s\n", body->typed->end_place,
                  body->typed->node->clue != NULL ? "clue" : "yield");
    named_dump("    title", body->title, body, out);
    named_dump("    severity", body->severity, body, out);
    if (body->title != NULL || body->severity != NULL)
        strbuf_add_char(out, '\n');
    for (uint32_t i = 0; i < body->field_count; i++) {
        strbuf_printf(out, "     " STR_FMT "%s: ", STR_ARG(body->fields[i].name),
                      i >= body->visible_count ? "(hidden)" : "");
        type_dump(body->fields[i].value->type, out);
        strbuf_add_char(out, ' ');
        plan_expr_dump(body->fields[i].value, body, out);
        strbuf_add_char(out, '\n');
    }
    for (uint32_t i = 0; i < body->order_count; i++)
        strbuf_printf(out, "     order %u%s\n", body->order[i].column,
                      body->order[i].descending ? " descending" : "");
    if (body->limit >= 0)
        strbuf_printf(out, "     limit %" PRId64 "\n", body->limit);
    if (body->evidence_count > 0)
        strbuf_add_c(out, "     evidence");
    for (uint32_t i = 0; i < body->evidence_count; i++)
        strbuf_printf(out, " #%u", body->evidence[i]);
    if (body->evidence_count > 0)
        strbuf_add_char(out, '\n');
}

static void body_dump(const PlanBody *body, StrBuf *out)
{
    if (body->unsupported.present) {
        strbuf_printf(out, "  does not run: " STR_FMT "\n", STR_ARG(body->unsupported.en));
        return;
    }
    for (uint32_t i = 0; i < body->op_count; i++)
        op_dump(&body->ops[i], body, out);
    for (uint32_t i = 0; i < body->aggregate_count; i++)
        fold_dump(i, &body->aggregates[i], body, out);
    end_dump(body, out);
}

void plan_dump(const Plan *plan, StrBuf *out)
{
    static const char *const KINDS[] = {
        [TYPED_RELATION] = "relation", [TYPED_RULE] = "rule", [TYPED_QUERY] = "query"};
    bool first = true;
    for (uint32_t i = 0; i < plan->typed->decl_count; i++) {
        const TypedDecl *decl = plan->typed->decls[i];
        for (uint32_t j = 0; plan->bodies[i] != NULL && j < plan_body_count(decl); j++) {
            strbuf_printf(out, "%s%s " STR_FMT, first ? "" : "\n", KINDS[decl->kind],
                          STR_ARG(decl->name));
            if (j > 0)
                strbuf_printf(out, " branch %u", j + 1);
            strbuf_add_char(out, '\n');
            body_dump(&plan->bodies[i][j], out);
            first = false;
        }
    }
}

// ---------------------------------------------------------------- what must hold

static bool op_verify(const PlanOp *op, const PlanBody *body, bool first, StrBuf *fault)
{
    bool scan = op->kind == PLAN_OP_SCAN;
    bool conditional = (op->kind == PLAN_OP_PARTNER && op->match == NULL) ||
                       op->kind == PLAN_OP_FILTER || op->kind == PLAN_OP_DOUBT ||
                       op->kind == PLAN_OP_EXCEPT || op->kind == PLAN_OP_SCORE;
    if (scan != first)
        strbuf_add_c(fault, "a scan stands first, and only there");
    else if (op->place == 0 || op->place > body->typed->end_place)
        strbuf_printf(fault, "place %u is outside the body", op->place);
    else if ((scan || op->kind == PLAN_OP_PARTNER) && op->source == NULL)
        strbuf_add_c(fault, "a row variable has no source");
    else if (conditional && (op->condition == NULL || op->condition->type.kind != TYPE_BOOLEAN))
        strbuf_printf(fault, "the condition of place %u is no condition", op->place);
    else if ((op->kind == PLAN_OP_EACH || op->kind == PLAN_OP_EXTRACT) && op->value == NULL)
        strbuf_add_c(fault, "nothing to take elements from");
    else if (op->kind == PLAN_OP_WINDOW && op->value == NULL)
        strbuf_add_c(fault, "a window has no value");
    else if (op->kind == PLAN_OP_SERIES &&
             (op->value == NULL || op->value->kind != PLAN_EXPR_AGGREGATE || op->time == NULL ||
              op->low == NULL))
        strbuf_add_c(fault, "a series lacks its aggregate, its time or its range");
    else if (op->kind == PLAN_OP_CONNECT && op->key_count != 2)
        strbuf_add_c(fault, "an edge has no two ends");
    else if ((op->kind == PLAN_OP_SESSION || op->kind == PLAN_OP_SEQUENCE) &&
             (op->high == NULL || op->sort_count == 0))
        strbuf_add_c(fault, "a session or sequence has no time");
    else if (op->kind == PLAN_OP_SEQUENCE && (op->step_count == 0 || op->steps[0].absent))
        strbuf_add_c(fault, "a sequence does not begin with a step");
    else if (op->kind == PLAN_OP_PARTNER && op->partner == PARTNER_LATEST &&
             (op->time == NULL || op->upto == NULL))
        strbuf_add_c(fault, "a latest row has no time");
    else if (op->kind == PLAN_OP_SCORE && (op->points == NULL || op->label == NULL))
        strbuf_add_c(fault, "a score lacks points or label");
    else if (op->kind == PLAN_OP_CITE && op->cite.law == NULL)
        strbuf_add_c(fault, "a citation has no law");
    return fault->len == 0;
}

typedef struct Verify {
    const PlanBody *body;
    StrBuf *fault;
} Verify;

// Comparisons and sums have both sides on one scale; whatever needs more says so in its type.
static void expr_verify(void *context, const PlanExpr *expr)
{
    Verify *verify = context;
    if (verify->fault->len > 0)
        return;
    if (expr->kind == PLAN_EXPR_AGGREGATE && expr->index >= verify->body->aggregate_count)
        strbuf_printf(verify->fault, "fold %u does not exist", expr->index);
    uint32_t slots = verify->body->typed->var_count + verify->body->window_count;
    if ((expr->slots >> 1 >> (slots - 1)) != 0)
        strbuf_add_c(verify->fault, "a row variable does not exist");
    bool together = expr->kind == PLAN_EXPR_COMPARE || expr->kind == PLAN_EXPR_ADD ||
                    expr->kind == PLAN_EXPR_SUBTRACT || expr->kind == PLAN_EXPR_LEAST ||
                    expr->kind == PLAN_EXPR_GREATEST;
    if (together && (type_phys(expr->kids[0]->type) != type_phys(expr->kids[1]->type) ||
                     expr->kids[0]->type.scale != expr->kids[1]->type.scale)) {
        strbuf_add_c(verify->fault, "two layouts meet in ");
        plan_expr_dump(expr, verify->body, verify->fault);
    }
}

typedef struct VerifyWalk {
    Verify verify;
    uint64_t *seen;
} VerifyWalk;

static void root_verify(void *context, const PlanExpr *expr)
{
    VerifyWalk *walk = context;
    plan_expr_walk(expr, walk->seen, expr_verify, &walk->verify);
}

static bool body_verify(const Plan *plan, const PlanBody *body, StrBuf *fault)
{
    if (body->unsupported.present)
        return true;
    for (uint32_t i = 0; i < body->op_count; i++)
        if (!op_verify(&body->ops[i], body, i == 0, fault))
            return false;
    VerifyWalk walk = {.verify = {.body = body, .fault = fault}};
    walk.seen = base_alloc_zeroed(plan->node_count / 64 + 1, sizeof *walk.seen);
    plan_body_exprs(body, root_verify, &walk);
    free(walk.seen);
    return fault->len == 0;
}

bool plan_verify(const Plan *plan, StrBuf *fault)
{
    strbuf_clear(fault);
    for (uint32_t i = 0; i < plan->typed->decl_count; i++)
        for (uint32_t j = 0; plan->bodies[i] != NULL && j < plan_body_count(plan->typed->decls[i]);
             j++)
            if (!body_verify(plan, &plan->bodies[i][j], fault)) {
                strbuf_printf(fault, " in " STR_FMT, STR_ARG(plan->typed->decls[i]->name));
                return false;
            }
    return true;
}
