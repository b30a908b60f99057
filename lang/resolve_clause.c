// SPDX-License-Identifier: Apache-2.0
//
// resolve_clause.c: clauses that bring other rows in, and clauses over whole binding tables.

#include "lang/infer_int.h"

/* ----------------------------------------------------------------------- rows */

static DeclState *known_rows(BodyState *b, const AstPath *path)
{
    DeclState *decl = resolve_path(b->c, b->file, path, KINDS_ROWS, DIAG_UNKNOWN_ROWS);
    if (!decl || decl == b->decl)
        return decl && decl->pub.kind == TYPED_RULE ? NULL : decl;
    if (decl->pub.kind == TYPED_RULE && (!decl->checked || decl->failed))
        return NULL;
    if (decl->pub.kind == TYPED_TABLE)
        decl->pub.table.read = true;
    return decl;
}

DeclState *resolve_rows(BodyState *b, const AstPath *path)
{
    DeclState *rows = known_rows(b, path);
    b->lost |= !rows;
    return rows;
}

/* ----------------------------------------------------------------------- coverage */

typedef struct Reach {
    Checker *c;
    uint8_t *seen;
    VEC(DeclState *) todo;
    VEC(const TypedDecl *) tables;
} Reach;

static bool has_covers(const TypedTable *table)
{
    bool any = table->covers_count > 0;
    for (uint32_t i = 0; i < table->source_count; i++)
        any |= table->sources[i].covers_count > 0;
    return any;
}

static void reach_one(Reach *reach, DeclState *decl)
{
    if (decl->pub.kind == TYPED_TABLE) {
        if (has_covers(&decl->pub.table))
            avec_push(reach->c->arena, &reach->tables, &decl->pub);
        return;
    }
    for (size_t i = 0; i < decl->edges.count; i++) {
        uint32_t index = decl->edges.items[i].source->index;
        if (reach->seen[index])
            continue;
        reach->seen[index] = 1;
        vec_push(&reach->todo, reach->c->decls.items[index]);
    }
}

static void reach_from(Reach *reach, DeclState *rows)
{
    if (reach->seen[rows->pub.index])
        return;
    reach->seen[rows->pub.index] = 1;
    vec_push(&reach->todo, rows);
    while (reach->todo.count) {
        DeclState *next = vec_pop(&reach->todo);
        reach_one(reach, next);
    }
}

static Reach reach_open(Checker *c)
{
    return (Reach){.c = c, .seen = base_alloc_zeroed(c->decls.count + 1, 1)};
}

static void reach_close(Reach *reach, TypedClause *clause)
{
    clause->covered_tables = reach->tables.items;
    clause->covered_count = (uint32_t)reach->tables.count;
    vec_free(&reach->todo);
    free(reach->seen);
}

/* Tables with `covers` that the rows are made from, at any depth. */
static void covered_tables(BodyState *b, DeclState *rows, TypedClause *clause)
{
    Reach reach = reach_open(b->c);
    reach_from(&reach, rows);
    reach_close(&reach, clause);
}

static void check_covered(BodyState *b, const AstCovered *covered, DeclState *rows,
                          TypedClause *clause)
{
    Scope s = body_scope(b);
    for (uint32_t i = 0; i < covered->values.count; i++) {
        const AstNode *value = covered->values.items[i];
        Type type = infer(&s, value, NULL);
        bool time = type.kind == TYPE_DATE || type.kind == TYPE_DATETIME ||
                    type.kind == TYPE_MONTH || type.kind == TYPE_PERIOD;
        bool region = type.kind == TYPE_TEXT || type.kind == TYPE_IDENTITY;
        if (type.kind != TYPE_ERROR && !(i == 0 ? time : region && i == 1))
            report_with(b->c, i == 0 ? DIAG_COVERED_WANTS_TIME : DIAG_COVERED_WANTS_REGION, value,
                        DIAG_ARGS(type_arg(b->c, type)));
    }
    if (!rows)
        return;
    covered_tables(b, rows, clause);
    if (clause->covered_count == 0 && !rows->pub.node->wrong)
        report_with(b->c, DIAG_NOTHING_COVERED, &covered->base,
                    DIAG_ARGS(diag_arg(rows->pub.name)));
}

static void warn_uncovered(BodyState *b, bool exists, const AstPath *source, DeclState *rows,
                           const TypedClause *clause)
{
    bool declares = rows && rows->pub.kind == TYPED_TABLE && has_covers(&rows->pub.table);
    if (!declares || clause->policy == AST_MISSING_KEEP)
        return;
    Diag *diag =
        report_with(b->c, DIAG_UNCOVERED, &source->base, DIAG_ARGS(diag_arg(rows->pub.name)));
    diag_note(b->c->diags, diag, exists ? DIAG_TEXT_COVERED_EXISTS_WAYS : DIAG_TEXT_COVERED_WAYS,
              DIAG_NONE);
}

/* ----------------------------------------------------------------------- on */

/* Does the condition have a leaf that ties the variable to earlier ones and that a join can use? */
typedef struct TieWalk {
    BodyState *b;
    const VarState *bound;
    bool tied, key_can_gap, has_key;
} TieWalk;

static bool mentions_both(TieWalk *walk, const AstNode *node)
{
    uint64_t *bits = bits_new(walk->b);
    mentions_of(walk->b, node, bits);
    bool own = bit_get(bits, walk->bound->pub.slot), other = false;
    for (uint32_t i = 0; i < walk->bound->pub.slot; i++)
        other |= bit_get(bits, i);
    return own && other;
}

static void tie_key(TieWalk *walk, const AstBinary *binary)
{
    const TypedExpr *l = expr_of(walk->b->c, binary->left);
    const TypedExpr *r = expr_of(walk->b->c, binary->right);
    walk->has_key = true;
    walk->key_can_gap |= (l && l->can_gap) || (r && r->can_gap);
    const TypedExpr *e = expr_of(walk->b->c, &binary->base);
    if (e && e->common.kind == TYPE_REAL)
        report(walk->b->c, DIAG_REAL_KEY, &binary->base);
}

static void tie_leaf(TieWalk *walk, const AstNode *node, bool positive)
{
    if (!mentions_both(walk, node))
        return;
    bool equality = node->kind == AST_BINARY && ast_as_Binary(node)->operator== AST_OP_EQ;
    bool unequal = node->kind == AST_BINARY && ast_as_Binary(node)->operator== AST_OP_NE;
    if (positive && equality)
        tie_key(walk, ast_as_Binary(node));
    walk->tied |= positive != unequal;
}

static void tie_walk(TieWalk *walk, const AstNode *node, bool positive)
{
    if (node->kind == AST_UNARY && ast_as_Unary(node)->operator== AST_OP_NOT) {
        tie_walk(walk, ast_as_Unary(node)->operand, !positive);
        return;
    }
    bool truth =
        node->kind == AST_BINARY &&
        (ast_as_Binary(node)->operator== AST_OP_AND || ast_as_Binary(node)->operator== AST_OP_OR);
    if (truth) {
        tie_walk(walk, ast_as_Binary(node)->left, positive);
        tie_walk(walk, ast_as_Binary(node)->right, positive);
    } else {
        tie_leaf(walk, node, positive);
    }
}

/* Marks the key columns that equality conjuncts fix; all fixed: at most one row is met. */
static void fix_columns(BodyState *b, const AstNode *on, const VarState *var, uint64_t *fixed)
{
    if (on->kind != AST_BINARY)
        return;
    const AstBinary *binary = ast_as_Binary(on);
    if (binary->operator== AST_OP_AND) {
        fix_columns(b, binary->left, var, fixed);
        fix_columns(b, binary->right, var, fixed);
    }
    if (binary->operator!= AST_OP_EQ)
        return;
    const AstNode *sides[2] = {binary->left, binary->right};
    for (int i = 0; i < 2; i++) {
        const TypedExpr *e = expr_of(b->c, sides[i]);
        if (!e || e->ref != TYPED_REF_COLUMN || e->var != &var->pub)
            continue;
        uint64_t *bits = bits_new(b);
        mentions_of(b, sides[1 - i], bits);
        if (!bit_get(bits, var->pub.slot))
            fixed[e->column / 64] |= UINT64_C(1) << (e->column % 64);
    }
}

static bool proves_one(BodyState *b, const AstNode *on, const VarState *var)
{
    const TypedRows *rows = &var->pub.source->rows;
    if (!rows->key_count)
        return false;
    uint64_t *fixed = ARENA_ARRAY(b->c->arena, uint64_t, rows->column_count / 64 + 1);
    fix_columns(b, on, var, fixed);
    for (uint32_t i = 0; i < rows->key_count; i++)
        if (!((fixed[rows->key[i] / 64] >> (rows->key[i] % 64)) & 1))
            return false;
    return true;
}

static void facts_of_partner(BodyState *b, const AstNode *on, const VarState *var, bool both)
{
    Facts facts = {0};
    facts_from_condition(b->c, on, false, &facts);
    for (size_t i = 0; i < facts.count; i++) {
        Fact fact = facts.items[i];
        bool own = fact.var == &var->pub;
        if ((own && fact.column == WHOLE_ROW) || (!own && !both))
            continue;
        if (!facts_prove(&b->facts, fact.var, fact.let, fact.column))
            avec_push(b->c->arena, &b->facts, fact);
    }
}

static void infer_on(BodyState *b, const AstNode *on, VarState *var, TieWalk *walk)
{
    Scope s = body_scope(b);
    s.link = var;
    infer_condition(&s, on);
    var->on = on;
    links_from_condition(b, on, var);
    mentions_of(b, on, var->link);
    var->link[var->pub.slot / 64] &= ~(UINT64_C(1) << (var->pub.slot % 64));
    *walk = (TieWalk){.b = b, .bound = var};
    tie_walk(walk, on, true);
    if (var->pub.source)
        var->pub.at_most_one = proves_one(b, on, var);
}

/* ----------------------------------------------------------------------- partner clauses */

static TypedVarKind partner_kind(AstVerb verb)
{
    switch (verb) {
    case AST_VERB_JOIN:
        return TYPED_VAR_JOIN;
    case AST_VERB_LOOKUP:
        return TYPED_VAR_LOOKUP;
    case AST_VERB_ATTACH:
        return TYPED_VAR_ATTACH;
    case AST_VERB_EXISTS:
        return TYPED_VAR_EXISTS;
    case AST_VERB_LACKS:
        return TYPED_VAR_LACKS;
    }
    UNREACHABLE();
}

static void settle_policy(BodyState *b, const AstPolicy *written, const AstCovered *covered,
                          bool no_keep, bool lacks, TypedClause *clause)
{
    if (written) {
        clause->policy = written->policy;
        clause->policy_written = true;
        if (no_keep && written->policy == AST_MISSING_KEEP)
            report(b->c, DIAG_NO_KEEP, &written->base);
        return;
    }
    bool query = b->pub.is_query;
    if (lacks || covered)
        clause->policy = AST_MISSING_UNDECIDED;
    else if (no_keep && clause->policy == AST_MISSING_KEEP)
        clause->policy = query ? AST_MISSING_DROP : AST_MISSING_UNDECIDED;
}

/* Whether a `lacks` says nothing about a gap in its key, and there may be one. */
static bool policy_wanted(const AstPartner *node, const TieWalk *walk, const TypedClause *clause)
{
    return node->verb == AST_VERB_LACKS && !clause->policy_written && !node->covered &&
           !node->base.wrong && (walk->key_can_gap || (node->using && clause->match));
}

static void check_links(BodyState *b, const AstPartner *node, VarState *var, const TieWalk *walk,
                        const TypedClause *clause)
{
    if (policy_wanted(node, walk, clause)) {
        Diag *diag =
            report_with(b->c, DIAG_LACKS_POLICY, &node->base,
                        DIAG_ARGS(diag_arg(var->pub.source ? var->pub.source->name : STR(""))));
        diag_note(b->c->diags, diag, DIAG_TEXT_LACKS_WAYS, DIAG_NONE);
    }
    if (!var->pub.source || !node->on || node->base.wrong)
        return;
    if (node->verb == AST_VERB_JOIN && !walk->tied)
        report_with(b->c, DIAG_CROSS_JOIN, node->on,
                    DIAG_ARGS(diag_arg(var->pub.source->name), diag_arg(var->pub.name)));
    if (node->verb == AST_VERB_LOOKUP && !var->pub.at_most_one)
        report_with(b->c, DIAG_LOOKUP_NO_KEY, &node->source->base,
                    DIAG_ARGS(diag_arg(var->pub.source->name)));
}

static void partner_facts(BodyState *b, const AstPartner *node, const VarState *var)
{
    bool both = node->verb == AST_VERB_JOIN || node->verb == AST_VERB_EXISTS;
    if (node->on && node->verb != AST_VERB_LACKS)
        facts_of_partner(b, node->on, var, both);
}

void clause_partner(BodyState *b, const AstPartner *node)
{
    TypedClause *clause = clause_new(b, &node->base);
    AstVerb verb = node->verb;
    VarState *var = var_new(b, partner_kind(verb), node->variable, &node->base);
    DeclState *rows = resolve_rows(b, node->source);
    TieWalk walk = {.b = b, .bound = var};
    var->pub.source = rows ? &rows->pub : NULL;
    var->pub.attached =
        verb == AST_VERB_ATTACH || verb == AST_VERB_EXISTS || verb == AST_VERB_LACKS;
    var->pub.optional = verb == AST_VERB_LOOKUP;
    var->link = bits_new(b);
    clause->var = &var->pub;
    bool joins = verb == AST_VERB_JOIN || verb == AST_VERB_EXISTS;
    settle_policy(b, node->missing, node->covered, joins, verb == AST_VERB_LACKS, clause);
    if (node->on)
        infer_on(b, node->on, var, &walk);
    if (node->using)
        infer_using(b, node->using, var, clause);
    if (node->covered && verb == AST_VERB_JOIN)
        report(b->c, DIAG_COVERED_JOIN, &node->covered->base);
    else if (node->covered)
        check_covered(b, node->covered, rows, clause);
    else if (verb != AST_VERB_JOIN && !policy_wanted(node, &walk, clause))
        warn_uncovered(b, verb == AST_VERB_EXISTS, node->source, rows, clause);
    check_links(b, node, var, &walk, clause);
    partner_facts(b, node, var);
    if (verb != AST_VERB_ATTACH && node->on && !rests_on_statistics(b->c, node->on) &&
        verb != AST_VERB_JOIN && verb != AST_VERB_LOOKUP)
        b->statistics_only = false;
}

static void latest_times(BodyState *b, const AstLatest *node, const VarState *var)
{
    Scope own = body_scope(b), s = body_scope(b);
    own.link = var;
    Type by = infer(&own, node->by, NULL), upto = infer(&s, node->upto, NULL), joined;
    TypeFault fault = type_common(b->c->arena, by, upto, &joined);
    if (fault != TYPE_FAULT_NONE)
        fault_note(b->c,
                   report_with(b->c, DIAG_LATEST_TIMES, node->upto,
                               DIAG_ARGS(type_arg(b->c, by), type_arg(b->c, upto))),
                   fault);
    else if (joined.kind != TYPE_ERROR && !type_is_ordered(joined))
        report_with(b->c, DIAG_NOT_ORDERED, node->by, DIAG_ARGS(type_arg(b->c, joined)));
    expr_want(b->c, node->by, joined);
    expr_want(b->c, node->upto, joined);
    if (!node->within)
        return;
    Type within = infer(&s, node->within, NULL), moved;
    if (type_arithmetic(b->c->arena, AST_OP_SUB, by, within, &moved) != TYPE_FAULT_NONE)
        report_with(b->c, DIAG_WITHIN_LENGTH, node->within,
                    DIAG_ARGS(type_arg(b->c, within), type_arg(b->c, by)));
}

void clause_latest(BodyState *b, const AstLatest *node)
{
    TypedClause *clause = clause_new(b, &node->base);
    VarState *var = var_new(b, TYPED_VAR_LATEST, node->variable, &node->base);
    DeclState *rows = resolve_rows(b, node->source);
    TieWalk walk;
    var->pub.source = rows ? &rows->pub : NULL;
    var->pub.optional = true;
    var->link = bits_new(b);
    clause->var = &var->pub;
    settle_policy(b, node->missing, node->covered, false, false, clause);
    if (node->on)
        infer_on(b, node->on, var, &walk);
    if (node->using)
        infer_using(b, node->using, var, clause);
    var->pub.at_most_one = true;
    latest_times(b, node, var);
    mentions_of(b, node->upto, var->link);
    if (node->covered)
        check_covered(b, node->covered, rows, clause);
    else
        warn_uncovered(b, false, node->source, rows, clause);
    if (node->on)
        facts_of_partner(b, node->on, var, false);
}

/* ----------------------------------------------------------------------- keys and orders */

static void infer_keys(Scope *s, AstList keys)
{
    for (uint32_t i = 0; i < keys.count; i++) {
        Type type = infer(s, keys.items[i], NULL);
        if (type.kind == TYPE_REAL)
            report(s->c, DIAG_REAL_KEY, keys.items[i]);
        else if (type.kind != TYPE_ERROR && !type_is_comparable(type))
            report_with(s->c, DIAG_NO_KEY_TYPE, keys.items[i], DIAG_ARGS(type_arg(s->c, type)));
    }
}

static Type infer_orders(Scope *s, AstList orders)
{
    Type first = type_of(TYPE_ERROR);
    for (uint32_t i = 0; i < orders.count; i++) {
        if (orders.items[i]->kind != AST_ORDER)
            continue;
        const AstNode *value = ast_as_Order(orders.items[i])->value;
        Type type = infer(s, value, NULL);
        if (!type_is_ordered(type))
            report_with(s->c, DIAG_NOT_ORDERED, value, DIAG_ARGS(type_arg(s->c, type)));
        if (i == 0)
            first = type;
    }
    return first;
}

static void check_length(Scope *s, const AstNode *node, Type time, bool rows)
{
    Type length = infer(s, node, NULL), moved;
    if (rows && length.kind == TYPE_ROWS)
        return;
    if (time.kind == TYPE_ERROR || length.kind == TYPE_ERROR)
        return;
    if (type_arithmetic(s->c->arena, AST_OP_SUB, time, length, &moved) != TYPE_FAULT_NONE ||
        !type_is_length(length))
        report_with(s->c, DIAG_WITHIN_LENGTH, node,
                    DIAG_ARGS(type_arg(s->c, length), type_arg(s->c, time)));
}

void infer_among(Scope *s, const AstAmong *among)
{
    infer_keys(s, among->peers);
    Type time = infer_orders(s, among->order);
    if (among->within)
        check_length(s, among->within, time, true);
}

/* Partition and order should determine the rows, so that no two peers stand at one place. The first
 * variable that they do not determine; NULL: the order is total. */
static const TypedVar *loose_row(BodyState *b, AstList peers, AstList orders, const uint64_t *rows)
{
    Facts columns = {0};
    uint64_t *vars = bits_new(b);
    for (uint32_t pass = 0; pass < 2; pass++) {
        AstList list = pass ? orders : peers;
        for (uint32_t i = 0; i < list.count; i++) {
            const AstNode *value = list.items[i]->kind == AST_ORDER
                                       ? ast_as_Order(list.items[i])->value
                                       : list.items[i];
            const TypedExpr *e = expr_of(b->c, value);
            if (e && e->ref == TYPED_REF_COLUMN)
                avec_push(b->c->arena, &columns, (Fact){e->var, NULL, e->column});
        }
    }
    determine(b, &columns, vars);
    for (uint32_t i = 0; i < b->vars.count; i++)
        if (bit_get(rows, i) && !b->vars.items[i]->pub.attached && !bit_get(vars, i))
            return &b->vars.items[i]->pub;
    return NULL;
}

static bool calls_ordered(BodyState *b, const AstNode *value);

void warn_window_order(BodyState *b, const AstLet *node)
{
    const AstAmong *among = node->among;
    if (!among->order.count || !calls_ordered(b, node->value))
        return;
    uint64_t *rows = bits_new(b);
    mentions_of(b, node->value, rows);
    const TypedVar *loose = loose_row(b, among->peers, among->order, rows);
    if (loose)
        report_with(b->c, DIAG_ORDER_NOT_TOTAL, among->order.items[0],
                    DIAG_ARGS(text_arg(b->c, among->order.items[0]), diag_arg(loose->name)));
}

typedef struct OrderedWalk {
    BodyState *b;
    bool found;
} OrderedWalk;

static AstVisit ordered_enter(void *context, const AstNode *node)
{
    static const char *const free_of_ties[] = {"rank", "dense_rank", "percent_rank", "share_of"};
    OrderedWalk *walk = context;
    const TypedExpr *e = expr_of(walk->b->c, node);
    if (!e || e->ref != TYPED_REF_WINDOW || !e->call || !e->call->card)
        return AST_VISIT_INTO;
    bool tied = true;
    for (size_t i = 0; i < ARRAY_LEN(free_of_ties); i++)
        tied &= strcmp(e->call->card->name, free_of_ties[i]) != 0;
    walk->found |= tied;
    return AST_VISIT_INTO;
}

static bool calls_ordered(BodyState *b, const AstNode *value)
{
    OrderedWalk walk = {b, false};
    ast_walk(value, ordered_enter, NULL, &walk);
    return walk.found;
}

/* ----------------------------------------------------------------------- group by */

/* Finds which rows and columns the keys determine. */
static void group_determines(BodyState *b, GroupState *group)
{
    group->determined = bits_new(b);
    for (size_t i = 0; i < group->keys.count; i++) {
        const TypedExpr *e = expr_of(b->c, group->keys.items[i].value);
        if (!e)
            continue;
        if (e->ref == TYPED_REF_COLUMN && !e->step)
            avec_push(b->c->arena, &group->known, (Fact){e->var, NULL, e->column});
        else if (e->ref == TYPED_REF_VAR)
            avec_push(b->c->arena, &group->known, (Fact){e->var, NULL, value_column(e->var)});
    }
    determine(b, &group->known, group->determined);
}

static void group_key(BodyState *b, GroupState *group, const AstNamed *named)
{
    Scope s = body_scope(b);
    Type type = infer(&s, named->value, NULL);
    const AstName *name = ast_named_name(named);
    const TypedExpr *e = expr_of(b->c, named->value);
    if (type.kind == TYPE_REAL)
        report(b->c, DIAG_REAL_KEY, named->value);
    else if (type.kind != TYPE_ERROR && !type_is_comparable(type))
        report_with(b->c, DIAG_NO_KEY_TYPE, named->value, DIAG_ARGS(type_arg(b->c, type)));
    if (!name && named->value->kind != AST_ERROR)
        report(b->c, DIAG_KEY_WITHOUT_NAME, named->value);
    b->lost |= !name || type.kind == TYPE_ERROR;
    for (size_t i = 0; name && i < group->keys.count; i++)
        if (str_equal(group->keys.items[i].name, name->text))
            report_with(b->c, DIAG_NAME_TWICE, &name->base, DIAG_ARGS(diag_arg(name->text)));
    TypedKey key = {.name = name ? name->text : STR(""),
                    .value = named->value,
                    .type = type,
                    .can_gap = e && e->can_gap};
    avec_push(b->c->arena, &group->keys, key);
}

GroupState *group_open(BodyState *b, const AstNode *node, AstList keys, bool implicit)
{
    GroupState *group = ARENA_NEW(b->c->arena, GroupState);
    group->pub = (TypedGroup){.node = node,
                              .before = (uint32_t)b->clauses.count,
                              .place = b->place,
                              .implicit = implicit,
                              .empty_group = keys.count == 0};
    for (uint32_t i = 0; i < keys.count; i++)
        if (keys.items[i]->kind == AST_NAMED)
            group_key(b, group, ast_as_Named(keys.items[i]));
    group_determines(b, group);
    avec_push(b->c->arena, &b->groups, group);
    b->stretch++;
    b->fences++;
    return group;
}

/* Scores above a grouping are lost: they are given per clue. */
static void report_scores_above(const BodyState *b, const AstGroup *node)
{
    for (size_t i = 0; i < b->clauses.count; i++) {
        const AstNode *clause = b->clauses.items[i].node;
        if (clause->kind != AST_SCORE)
            continue;
        Diag *diag = report(b->c, DIAG_SCORE_ABOVE_GROUP, clause);
        diag_label(b->c->diags, diag, node->base.span, DIAG_TEXT_GROUPED_HERE, DIAG_NONE);
    }
}

void clause_group(BodyState *b, const AstGroup *node)
{
    report_scores_above(b, node);
    TypedClause *clause = clause_new(b, &node->base);
    (void)clause;
    size_t index = b->clauses.count - 1;
    GroupState *group = group_open(b, &node->base, node->keys, false);
    group->pub.before = (uint32_t)index;
    b->clauses.items[index].group = &group->pub;
}

/* ----------------------------------------------------------------------- sequence, session */

static void hide_all(BodyState *b, uint32_t var_count)
{
    for (uint32_t i = 0; i < var_count; i++)
        b->vars.items[i]->hidden = true;
    for (size_t i = 0; i < b->lets.count; i++)
        b->lets.items[i]->hidden = true;
    b->facts.count = 0;
    b->links.count = 0;
}

/* Behind the last step nothing may follow until the time is over: whether it is, `as_of` says, and whether the data reach
 * so far, what all the variables' tables cover. */
static void note_end(BodyState *b, const AstNode *last, uint32_t var_count)
{
    if (last->kind != AST_STEP || !ast_as_Step(last)->absent)
        return;
    Reach reach = reach_open(b->c);
    for (uint32_t i = 0; i < var_count; i++) {
        const TypedDecl *source = b->vars.items[i]->pub.source;
        if (source && !b->vars.items[i]->pub.attached)
            reach_from(&reach, b->c->decls.items[source->index]);
    }
    reach_close(&reach, &vec_last(&b->clauses));
    if (!b->decl || b->decl->reads_as_of)
        return;
    b->decl->reads_as_of = true;
    b->decl->as_of_node = last;
}

static void check_only_sequence(BodyState *b, const AstSequence *node)
{
    for (size_t i = 0; i + 1 < b->clauses.count; i++) {
        if (b->clauses.items[i].node->kind != AST_SEQUENCE)
            continue;
        Diag *diag = report(b->c, DIAG_SECOND_SEQUENCE, &node->base);
        diag_label(b->c->diags, diag, b->clauses.items[i].node->span, DIAG_TEXT_FIRST_HERE_PLAIN,
                   DIAG_NONE);
        return;
    }
}

void clause_sequence(BodyState *b, const AstSequence *node)
{
    (void)clause_new(b, &node->base);
    check_only_sequence(b, node);
    Scope s = body_scope(b);
    infer_keys(&s, node->keys);
    Type time = infer_orders(&s, node->order);
    check_length(&s, node->within, time, false);
    uint32_t before = (uint32_t)b->vars.count;
    uint64_t *rows = bits_new(b);
    for (uint32_t i = 0; i < before; i++)
        if (!b->vars.items[i]->pub.attached)
            bit_set(rows, i);
    const TypedVar *loose = loose_row(b, node->keys, node->order, rows);
    if (node->order.count && loose)
        report_with(b->c, DIAG_ORDER_NOT_TOTAL, node->order.items[0],
                    DIAG_ARGS(text_arg(b->c, node->order.items[0]), diag_arg(loose->name)));
    for (uint32_t i = 0; i < node->steps.count; i++) {
        if (node->steps.items[i]->kind != AST_STEP)
            continue;
        const AstStep *step = ast_as_Step(node->steps.items[i]);
        infer_condition(&s, step->condition);
    }
    if (node->steps.count > 0)
        note_end(b, node->steps.items[node->steps.count - 1], before);
    hide_all(b, before);
    for (uint32_t i = 0; i < node->steps.count; i++)
        if (node->steps.items[i]->kind == AST_STEP && !ast_as_Step(node->steps.items[i])->absent)
            (void)var_new(b, TYPED_VAR_STEP, ast_as_Step(node->steps.items[i])->name,
                          node->steps.items[i]);
    b->fences++;
}

void clause_session(BodyState *b, const AstSession *node)
{
    (void)clause_new(b, &node->base);
    Scope s = body_scope(b);
    infer_keys(&s, node->keys);
    Type time = infer_orders(&s, node->order);
    check_length(&s, node->gap, time, false);
    VarState *var = var_new(b, TYPED_VAR_SESSION, node->name, &node->base);
    var->pub.type = type_of(TYPE_TEXT);
    var->link = bits_new(b);
    for (uint32_t i = 0; i < node->keys.count; i++)
        mentions_of(b, node->keys.items[i], var->link);
    for (uint32_t i = 0; i < node->order.count; i++)
        mentions_of(b, node->order.items[i], var->link);
    vec_last(&b->clauses).var = &var->pub;
    b->fences++;
}

/* The type to which both ends are brought, if they are of one kind: then equal values are one node. */
static Type common_end(Checker *c, const AstConnect *node)
{
    const TypedExpr *left = expr_of(c, node->left), *right = expr_of(c, node->right);
    Type common = type_of(TYPE_ERROR);
    if (left && right && left->type.kind == right->type.kind &&
        type_common(c->arena, left->type, right->type, &common) != TYPE_FAULT_NONE)
        common = type_of(TYPE_ERROR);
    return common;
}

void clause_connect(BodyState *b, const AstConnect *node)
{
    (void)clause_new(b, &node->base);
    Scope s = body_scope(b);
    AstList ends = {.items = (const AstNode *[2]){node->left, node->right}, .count = 2};
    infer_keys(&s, ends);
    Type common = common_end(b->c, node);
    for (uint32_t i = 0; common.kind != TYPE_ERROR && i < ends.count; i++)
        expr_want(b->c, ends.items[i], common);
    VarState *var = var_new(b, TYPED_VAR_CONNECT, node->name, &node->base);
    const TypedExpr *left = expr_of(b->c, node->left);
    var->pub.type = left ? left->want : type_of(TYPE_ERROR);
    var->link = bits_new(b);
    mentions_of(b, node->left, var->link);
    vec_last(&b->clauses).var = &var->pub;
    b->fences++;
}
