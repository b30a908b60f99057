// SPDX-License-Identifier: Apache-2.0
//
// resolve_series.c: `series`: what a slot holds, whose time puts rows into it, and the range.

#include "lang/infer_int.h"

static bool known_step(Str per)
{
    static const char *const names[] = {"day", "week", "month", "quarter", "year", "日",
                                        "天",  "周",   "月",    "季度",    "年"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_equal(per, str_from_cstr(names[i])))
            return true;
    return false;
}

static void series_range(Scope *s, const AstSeries *node, Type by)
{
    if (node->over->kind != AST_INTERVAL) {
        Type type = infer(s, node->over, NULL);
        if (type.kind != TYPE_PERIOD && type.kind != TYPE_ERROR)
            report_with(s->c, DIAG_SERIES_RANGE, node->over, DIAG_ARGS(type_arg(s->c, type)));
        return;
    }
    const AstInterval *interval = ast_as_Interval(node->over);
    const AstNode *ends[2] = {interval->low, interval->high};
    TypedExpr *range = expr_here(s, node->over);
    (void)record_type(range, type_of(TYPE_PERIOD));
    for (int i = 0; i < 2; i++) {
        Type type = infer(s, ends[i], &by);
        if (type.kind != TYPE_MONTH && type.kind != TYPE_DATE && type.kind != TYPE_ERROR)
            report_with(s->c, DIAG_SERIES_RANGE, ends[i], DIAG_ARGS(type_arg(s->c, type)));
    }
}

typedef struct FoldWalk {
    BodyState *b;
    bool found;
} FoldWalk;

static AstVisit fold_enter(void *context, const AstNode *node)
{
    FoldWalk *walk = context;
    const TypedExpr *e = expr_of(walk->b->c, node);
    if (!e)
        return AST_VISIT_INTO;
    walk->found |= e->ref == TYPED_REF_AGGREGATE || e->ref == TYPED_REF_WINDOW;
    for (size_t i = 0; e->ref == TYPED_REF_LET && i < walk->b->lets.count; i++)
        walk->found |= &walk->b->lets.items[i]->pub == e->let && walk->b->lets.items[i]->of_many;
    return AST_VISIT_INTO;
}

bool value_folds(BodyState *b, const AstNode *value)
{
    FoldWalk walk = {b, false};
    ast_walk(value, fold_enter, NULL, &walk);
    return walk.found;
}

/* Whether an attached variable is read that is not folded: it would multiply what is. */
static bool other_sets(BodyState *b, const AstSeries *node)
{
    uint64_t *time = bits_new(b), *folded = bits_new(b);
    mentions_of(b, node->by, time);
    mentions_of(b, node->value, folded);
    for (uint32_t i = 0; i < b->vars.count; i++)
        if (bit_get(time, i) && !bit_get(folded, i) && b->vars.items[i]->pub.attached)
            return true;
    return false;
}

static void series_time(BodyState *b, const AstSeries *node, Type by)
{
    if (value_folds(b, node->by) || other_sets(b, node))
        report_with(b->c, DIAG_SERIES_TIME_OF, node->by, DIAG_ARGS(text_arg(b->c, node->by)));
    static const char *const short_steps[] = {"day", "日", "天", "week", "周"};
    for (size_t i = 0; by.kind == TYPE_MONTH && i < ARRAY_LEN(short_steps); i++)
        if (str_equal(node->per->text, str_from_cstr(short_steps[i])))
            report_with(b->c, DIAG_SERIES_OF_MONTHS, node->by, DIAG_ARGS(text_arg(b->c, node->by)));
}

static void series_value(BodyState *b, const AstSeries *node)
{
    const TypedExpr *e = expr_of(b->c, node->value);
    bool folds = e && e->ref == TYPED_REF_AGGREGATE && e->type.kind != TYPE_RECORD;
    bool ordered = folds && (str_equal(str_from_cstr(e->aggregate->card->name), STR("first")) ||
                             str_equal(str_from_cstr(e->aggregate->card->name), STR("last")));
    if (!folds || ordered)
        report_with(b->c, DIAG_SERIES_VALUE, node->value, DIAG_ARGS(text_arg(b->c, node->value)));
}

void clause_series(BodyState *b, const AstSeries *node)
{
    (void)clause_new(b, &node->base);
    LetState *let = let_new(b, node->name, &node->base, node->value);
    Scope s = body_scope(b), peers = body_scope(b);
    peers.in_peers = true;
    if (b->stretch == 0 && !body_lost(b))
        report_with(b->c, DIAG_SERIES_ABOVE_GROUP, &node->base,
                    DIAG_ARGS(diag_arg(node->name->text)));
    Type element = infer(&peers, node->value, NULL);
    peers.in_aggregate = true;
    Type by = infer(&peers, node->by, NULL);
    if (by.kind != TYPE_DATE && by.kind != TYPE_DATETIME && by.kind != TYPE_MONTH &&
        by.kind != TYPE_ERROR)
        report_with(b->c, DIAG_SERIES_TIME, node->by, DIAG_ARGS(type_arg(b->c, by)));
    else if (by.kind != TYPE_ERROR && b->stretch > 0)
        series_time(b, node, by);
    if (element.kind != TYPE_ERROR && b->stretch > 0)
        series_value(b, node);
    if (!known_step(node->per->text))
        report_with(b->c, DIAG_SERIES_STEP, &node->per->base, DIAG_ARGS(diag_arg(node->per->text)));
    series_range(&s, node, by);
    if (node->fill->kind == AST_BLANK)
        (void)infer(&s, node->fill, &element);
    else
        infer_into(&s, node->fill, element, true, DIAG_MISSING_ARGUMENT, node->name->text);
    Type *copy = ARENA_NEW(b->c->arena, Type);
    *copy = element;
    let->pub.type = type_of(element.kind == TYPE_ERROR ? TYPE_ERROR : TYPE_LIST);
    let->pub.type.element = copy;
    let->pub.can_issue = true;
    let->failed = element.kind == TYPE_ERROR;
    let->statistics = rests_on_statistics(b->c, node->value);
    if (b->stretch > 0) /* per group: a value of this stretch */
        memset(let->mentions, 0, b->words * sizeof *let->mentions);
    else
        mentions_of(b, node->value, let->mentions);
    avec_push(b->c->arena, &b->lets, let);
    vec_last(&b->clauses).let = &let->pub;
    b->fences++;
}
