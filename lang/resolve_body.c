// SPDX-License-Identifier: Apache-2.0
//
// resolve_body.c: bodies of rules, relations and queries, clause by clause. Partner clauses and the
// patterns over whole binding tables are in resolve_clause.c, ends of bodies in resolve_end.c.

#include "lang/infer_int.h"

/* ----------------------------------------------------------------------- names of a body */

VarState *body_var(BodyState *b, Str name)
{
    for (size_t i = b->vars.count; i > 0; i--)
        if (!b->vars.items[i - 1]->hidden && str_equal(b->vars.items[i - 1]->pub.name, name))
            return b->vars.items[i - 1];
    return NULL;
}

LetState *body_let(BodyState *b, Str name)
{
    for (size_t i = b->lets.count; i > 0; i--)
        if (!b->lets.items[i - 1]->hidden && str_equal(b->lets.items[i - 1]->pub.name, name))
            return b->lets.items[i - 1];
    return NULL;
}

/* Two of one name in one body are an error that shows both. */
static void check_fresh(BodyState *b, const AstName *name)
{
    VarState *var = name->text.len ? body_var(b, name->text) : NULL;
    LetState *let = name->text.len ? body_let(b, name->text) : NULL;
    if (!var && !let)
        return;
    const AstNode *first = var ? &var->pub.node->base
                           : let->pub.clause->kind == AST_LET
                               ? &ast_as_Let(let->pub.clause)->name->base
                               : &ast_as_Series(let->pub.clause)->name->base;
    Diag *diag = report_with(b->c, DIAG_NAME_TWICE, &name->base, DIAG_ARGS(diag_arg(name->text)));
    diag_label(b->c->diags, diag, first->span, DIAG_TEXT_FIRST_HERE_PLAIN, DIAG_NONE);
}

VarState *var_new(BodyState *b, TypedVarKind kind, const AstName *name, const AstNode *clause)
{
    check_fresh(b, name);
    VarState *var = ARENA_NEW(b->c->arena, VarState);
    var->pub = (TypedVar){.name = name->text,
                          .kind = kind,
                          .slot = (uint32_t)b->vars.count,
                          .place = b->place,
                          .clause = clause,
                          .node = name,
                          .stretch = b->stretch};
    ASSERT(var->pub.slot < b->words * 64);
    avec_push(b->c->arena, &b->vars, var);
    return var;
}

LetState *let_new(BodyState *b, const AstName *name, const AstNode *clause, const AstNode *value)
{
    check_fresh(b, name);
    LetState *let = ARENA_NEW(b->c->arena, LetState);
    let->pub = (TypedLet){.name = name->text,
                          .clause = clause,
                          .value = value,
                          .place = b->place,
                          .stretch = b->stretch};
    let->mentions = bits_new(b);
    return let;
}

/* ----------------------------------------------------------------------- set-up */

/* Room for every variable that the clauses could bind. */
static uint32_t variable_room(const AstBody *node)
{
    uint32_t count = 2;
    for (uint32_t i = 0; node && i < node->clauses.count; i++) {
        count++;
        if (node->clauses.items[i]->kind == AST_SEQUENCE)
            count += ast_as_Sequence(node->clauses.items[i])->steps.count;
    }
    return count;
}

BodyState *body_new(Checker *c, DeclState *decl, uint32_t file)
{
    BodyState *b = ARENA_NEW(c->arena, BodyState);
    b->c = c;
    b->decl = decl;
    b->file = file;
    b->pub.decl = decl ? &decl->pub : NULL;
    b->words = 1;
    b->statistics_only = true;
    return b;
}

bool body_lost(const BodyState *b)
{
    return b && (b->lost || (b->pub.node && b->pub.node->base.wrong));
}

Scope body_scope(BodyState *b)
{
    return (Scope){.c = b->c, .file = b->file, .decl = b->decl, .body = b, .facts = &b->facts};
}

void body_finish(BodyState *b)
{
    TypedBody *pub = &b->pub;
    pub->vars = (const TypedVar *const *)(const void *)b->vars.items;
    pub->var_count = (uint32_t)b->vars.count;
    pub->lets = (const TypedLet *const *)(const void *)b->lets.items;
    pub->let_count = (uint32_t)b->lets.count;
    pub->clauses = b->clauses.items;
    pub->clause_count = (uint32_t)b->clauses.count;
    pub->groups = (const TypedGroup *const *)(const void *)b->groups.items;
    pub->group_count = (uint32_t)b->groups.count;
    pub->aggregates = (const TypedAggregate *const *)(const void *)b->aggregates.items;
    pub->aggregate_count = (uint32_t)b->aggregates.count;
    for (size_t i = 0; i < b->groups.count; i++) {
        b->groups.items[i]->pub.keys = b->groups.items[i]->keys.items;
        b->groups.items[i]->pub.key_count = (uint32_t)b->groups.items[i]->keys.count;
    }
}

/* ----------------------------------------------------------------------- clauses, one by one */

TypedClause *clause_new(BodyState *b, const AstNode *node)
{
    TypedClause clause = {.node = node,
                          .place = b->place,
                          .stretch = b->stretch,
                          .fences = b->fences,
                          .policy = b->pub.default_policy};
    avec_push(b->c->arena, &b->clauses, clause);
    return &vec_last(&b->clauses);
}

static void clause_where(BodyState *b, const AstWhere *node)
{
    TypedClause *clause = clause_new(b, &node->base);
    if (node->missing) {
        clause->policy = node->missing->policy;
        clause->policy_written = true;
    }
    Scope s = body_scope(b);
    infer_condition(&s, node->condition);
    links_from_condition(b, node->condition, NULL);
    if (vec_last(&b->clauses).policy != AST_MISSING_KEEP)
        facts_from_condition(b->c, node->condition, false, &b->facts);
    if (!rests_on_statistics(b->c, node->condition))
        b->statistics_only = false;
}

static void clause_doubt(BodyState *b, const AstDoubt *node)
{
    (void)clause_new(b, &node->base);
    Scope s = body_scope(b);
    infer_condition(&s, node->condition);
}

static void clause_let(BodyState *b, const AstLet *node)
{
    (void)clause_new(b, &node->base);
    LetState *let = let_new(b, node->name, &node->base, node->value);
    Scope s = body_scope(b);
    if (node->among)
        infer_among(&s, node->among);
    s.in_peers = s.among = node->among != NULL;
    s.ordered = node->among && node->among->order.count > 0;
    let->pub.type = infer(&s, node->value, NULL);
    const TypedExpr *e = expr_of(b->c, node->value);
    let->pub.can_gap = e && e->can_gap;
    let->pub.can_miss = e && (e->can_miss || e->can_gap);
    let->pub.can_issue = !e || e->can_issue;
    let->pub.constant = e && e->constant;
    let->failed = let->pub.type.kind == TYPE_ERROR;
    let->statistics = rests_on_statistics(b->c, node->value);
    let->folds = !node->among && infer_folds(&s, node->value);
    let->of_many = node->among != NULL || value_folds(b, node->value);
    mentions_of(b, node->value, let->mentions);
    if (node->among) {
        for (uint32_t i = 0; i < node->among->peers.count; i++)
            mentions_of(b, node->among->peers.items[i], let->mentions);
        for (uint32_t i = 0; i < node->among->order.count; i++)
            mentions_of(b, ast_as_Order(node->among->order.items[i])->value, let->mentions);
        warn_window_order(b, node);
        b->fences++;
    }
    avec_push(b->c->arena, &b->lets, let);
    vec_last(&b->clauses).let = &let->pub;
}

static void clause_each(BodyState *b, const AstEach *node)
{
    (void)clause_new(b, &node->base);
    Scope s = body_scope(b);
    Type type = infer(&s, node->value, NULL);
    VarState *var = var_new(b, TYPED_VAR_EACH, node->name, &node->base);
    var->pub.type = type_of(TYPE_ERROR);
    if (type.kind == TYPE_LIST || type.kind == TYPE_SET)
        var->pub.type = *type.element;
    else if (type.kind != TYPE_ERROR)
        report_with(b->c, type.kind == TYPE_PERIOD ? DIAG_EACH_PERIOD : DIAG_EACH_WHAT, node->value,
                    DIAG_ARGS(type_arg(b->c, type)));
    vec_last(&b->clauses).var = &var->pub;
}

static const RecordField match_position = {STR_INIT("position"), STR_INIT("位置"), NULL};

/* The fields of a match: its named groups, and where it stands. */
static void match_fields(Checker *c, VarState *var, const Regex *regex, const AstName *name)
{
    static const Type text = {.kind = TYPE_TEXT}, integer = {.kind = TYPE_INTEGER};
    int groups = regex ? regex_group_count(regex) : 0;
    RecordField *fields = ARENA_ARRAY(c->arena, RecordField, (size_t)groups + 1);
    uint32_t count = 0;
    for (int i = 1; i <= groups; i++) {
        Str group = regex_group_name(regex, i);
        if (!group.len)
            continue;
        if (regex_group_optional(regex, i) && count < 64)
            var->optional_fields |= UINT64_C(1) << count;
        group = arena_str(c->arena, group);
        fields[count++] = (RecordField){group, group, &text};
    }
    fields[count] = match_position;
    fields[count++].type = &integer;
    Nominal *record = ARENA_NEW(c->arena, Nominal);
    *record = (Nominal){
        .kind = NOMINAL_RECORD, .name = name->text, .fields = fields, .field_count = count};
    var->pub.type = type_of(TYPE_RECORD);
    var->pub.type.nominal = record;
}

static void clause_extract(BodyState *b, const AstExtract *node)
{
    (void)clause_new(b, &node->base);
    Scope s = body_scope(b);
    Type type = infer(&s, node->value, NULL);
    if (type.kind != TYPE_TEXT && type.kind != TYPE_ERROR)
        report_with(b->c, DIAG_WANTS_TEXT, node->value, DIAG_ARGS(type_arg(b->c, type)));
    VarState *var = var_new(b, TYPED_VAR_EXTRACT, node->name, &node->base);
    Regex *regex;
    check_regex(b->c, node->pattern, REGEX_SEARCH, &regex);
    if (regex)
        match_fields(b->c, var, regex, node->name);
    else
        var->pub.type = type_of(TYPE_ERROR);
    regex_destroy(regex);
    vec_last(&b->clauses).var = &var->pub;
}

static void clause_except(BodyState *b, const AstExcept *node)
{
    (void)clause_new(b, &node->base);
    for (size_t i = 0; i < b->decl->exceptions.count; i++)
        if (str_equal(b->decl->exceptions.items[i], node->name->text))
            report_with(b->c, DIAG_NAME_TWICE, &node->name->base,
                        DIAG_ARGS(diag_arg(node->name->text)));
    avec_push(b->c->arena, &b->decl->exceptions, node->name->text);
    if (node->cites)
        check_citation(b->c, b->file, b, node->cites);
    Scope s = body_scope(b);
    infer_condition(&s, node->condition);
}

static void clause_cites(BodyState *b, const AstCites *node)
{
    (void)clause_new(b, &node->base);
    const TypedDecl *law = check_citation(b->c, b->file, b, node);
    vec_last(&b->clauses).law = law;
}

static void clause_score(BodyState *b, const AstScore *node)
{
    if (!b->has_group && b->groups.count == 0)
        group_by_clue(b);
    (void)clause_new(b, &node->base);
    Scope s = body_scope(b);
    Type type = infer(&s, node->points, NULL);
    if (type.kind != TYPE_INTEGER && type.kind != TYPE_ERROR)
        report_with(b->c, DIAG_SCORE_NOT_INTEGER, node->points, DIAG_ARGS(type_arg(b->c, type)));
    infer_condition(&s, node->condition);
    (void)infer(&s, node->label, NULL);
    b->scored = true;
}

/* What determines what is found by closures over the row variables, and later stages keep sets of
 * them in one word. */
#define VARIABLES_MAX 64

static bool has_room(BodyState *b, const AstNode *node)
{
    if (b->vars.count < VARIABLES_MAX)
        return true;
    if (b->vars.count == VARIABLES_MAX && !b->lost)
        report_with(b->c, DIAG_TOO_MANY_VARIABLES, node,
                    DIAG_ARGS(diag_arg_int(b->c->diags, VARIABLES_MAX)));
    b->lost = true; /* names unknown from here on are those of clauses left out */
    return false;
}

/* The keyword of a clause that brings rows in or looks at rows one by one; NULL: it does neither. */
static const char *rows_clause(const AstNode *node, Lang lang)
{
    static const char *const verbs[][2] = {[AST_VERB_JOIN] = {"“关联”", "`join`"},
                                           [AST_VERB_LOOKUP] = {"“查找”", "`lookup`"},
                                           [AST_VERB_ATTACH] = {"“附带”", "`attach`"},
                                           [AST_VERB_EXISTS] = {"“存在”", "`exists`"},
                                           [AST_VERB_LACKS] = {"“不存在”", "`lacks`"}};
    switch (node->kind) {
    case AST_PARTNER:
        return verbs[ast_as_Partner(node)->verb][lang];
    case AST_LATEST:
        return lang == LANG_ZH ? "“最近”" : "`latest`";
    case AST_EACH:
        return lang == LANG_ZH ? "“逐一”" : "`each`";
    case AST_EXTRACT:
        return lang == LANG_ZH ? "“提取”" : "`extract`";
    case AST_SESSION:
        return lang == LANG_ZH ? "“批次”" : "`session`";
    case AST_SEQUENCE:
        return lang == LANG_ZH ? "“次序”" : "`sequence`";
    case AST_CONNECT:
        return lang == LANG_ZH ? "“连通”" : "`connect`";
    default:
        return NULL;
    }
}

/* Below a grouping there are no rows to look at, and none can be brought in. */
static void check_above_group(BodyState *b, const AstNode *node)
{
    const char *zh = rows_clause(node, LANG_ZH);
    if (zh == NULL || b->groups.count == 0 || b->stretch == 0)
        return;
    const GroupState *group = vec_last(&b->groups);
    Diag *diag = report_with(b->c, DIAG_BELOW_GROUP, node,
                             DIAG_ARGS(diag_arg_both(zh, rows_clause(node, LANG_EN))));
    diag_label(b->c->diags, diag, group->pub.node->span,
               group->pub.implicit ? DIAG_TEXT_GROUPED_BY_SCORE : DIAG_TEXT_GROUPED_HERE,
               DIAG_NONE);
}

static void check_clause(BodyState *b, const AstNode *node)
{
    b->place++;
    if (!has_room(b, node))
        return;
    check_above_group(b, node);
    switch (node->kind) {
    case AST_PARTNER:
        clause_partner(b, ast_as_Partner(node));
        return;
    case AST_LATEST:
        clause_latest(b, ast_as_Latest(node));
        return;
    case AST_WHERE:
        clause_where(b, ast_as_Where(node));
        return;
    case AST_DOUBT:
        clause_doubt(b, ast_as_Doubt(node));
        return;
    case AST_LET:
        clause_let(b, ast_as_Let(node));
        return;
    case AST_EACH:
        clause_each(b, ast_as_Each(node));
        return;
    case AST_EXTRACT:
        clause_extract(b, ast_as_Extract(node));
        return;
    case AST_GROUP:
        clause_group(b, ast_as_Group(node));
        return;
    case AST_SERIES:
        clause_series(b, ast_as_Series(node));
        return;
    case AST_SEQUENCE:
        clause_sequence(b, ast_as_Sequence(node));
        return;
    case AST_SESSION:
        clause_session(b, ast_as_Session(node));
        return;
    case AST_CONNECT:
        clause_connect(b, ast_as_Connect(node));
        return;
    case AST_EXCEPT:
        clause_except(b, ast_as_Except(node));
        return;
    case AST_CITES:
        clause_cites(b, ast_as_Cites(node));
        return;
    case AST_SCORE:
        clause_score(b, ast_as_Score(node));
        return;
    default:
        return; /* AST_ERROR: told already */
    }
}

/* ----------------------------------------------------------------------- bodies */

static AstMissing default_policy(const BodyState *b, bool query)
{
    const TypedFile *file = &b->c->files.items[b->file]->pub;
    if (file->has_policy)
        return file->policy;
    return query ? AST_MISSING_DROP : AST_MISSING_UNDECIDED;
}

static bool writes_group(const AstBody *node)
{
    for (uint32_t i = 0; i < node->clauses.count; i++)
        if (node->clauses.items[i]->kind == AST_GROUP)
            return true;
    return false;
}

static void check_from(BodyState *b, const AstFrom *node)
{
    b->place++;
    (void)clause_new(b, &node->base);
    VarState *var = var_new(b, TYPED_VAR_FROM, node->variable, &node->base);
    DeclState *rows = resolve_rows(b, node->source);
    var->pub.source = rows ? &rows->pub : NULL;
    vec_last(&b->clauses).var = &var->pub;
}

/* One body: `place` goes on through the branches of a relation. */
static BodyState *check_body(Checker *c, DeclState *decl, const AstBody *node, uint32_t branch,
                             uint32_t *place)
{
    BodyState *b = body_new(c, decl, decl->pub.file);
    b->pub.node = node;
    b->pub.branch = branch;
    b->pub.is_query = decl->pub.kind == TYPED_QUERY;
    b->pub.default_policy = default_policy(b, b->pub.is_query);
    b->words = variable_room(node) / 64 + 1;
    b->has_group = writes_group(node);
    b->place = *place;
    check_from(b, node->from);
    for (uint32_t i = 0; i < node->clauses.count; i++)
        check_clause(b, node->clauses.items[i]);
    if (node->yield)
        end_yield(b, node->yield);
    else if (node->clue)
        end_clue(b, node->clue);
    *place = b->place;
    body_finish(b);
    avec_push(c->arena, &decl->bodies, &b->pub);
    return b;
}

static void check_relation(Checker *c, DeclState *decl)
{
    const AstRelation *relation = ast_as_Relation(decl->pub.node);
    uint32_t place = 0, count = 0;
    for (uint32_t i = 0; i < relation->branches.count; i++)
        if (relation->branches.items[i]->kind == AST_BODY)
            (void)check_body(c, decl, ast_as_Body(relation->branches.items[i]), count++, &place);
    decl->pub.relation.branches = decl->bodies.items;
    decl->pub.relation.branch_count = (uint32_t)decl->bodies.count;
}

static void check_rule(Checker *c, DeclState *decl)
{
    uint32_t place = 0;
    if (decl->checked)
        return;
    decl->checked = true;
    decl->pub.body = &check_body(c, decl, ast_as_Rule(decl->pub.node)->body, 0, &place)->pub;
}

static void check_query(Checker *c, DeclState *decl)
{
    const AstQuery *query = ast_as_Query(decl->pub.node);
    uint32_t place = 0;
    BodyState *b = check_body(c, decl, query->body, 0, &place);
    decl->pub.body = &b->pub;
    end_query(b, query);
}

/* ----------------------------------------------------------------------- rules read by rules */

/* The paths of a body's sources, in order; the last is followed by NULL. */
static const AstPath *source_path(const AstNode *clause)
{
    switch (clause->kind) {
    case AST_FROM:
        return ast_as_From(clause)->source;
    case AST_PARTNER:
        return ast_as_Partner(clause)->source;
    case AST_LATEST:
        return ast_as_Latest(clause)->source;
    default:
        return NULL;
    }
}

DeclState *peek_rows(Checker *c, uint32_t file, const AstPath *path)
{
    for (uint32_t i = 0; i + 1 < path->names.count; i++) {
        const FileState *state = c->files.items[file];
        Str prefix = ast_as_Name(path->names.items[i])->text;
        uint32_t next = UINT32_MAX;
        for (size_t k = 0; k < state->uses.count; k++)
            if (state->uses.items[k].alias.len && str_equal(state->uses.items[k].alias, prefix))
                next = state->uses.items[k].file;
        if (next == UINT32_MAX)
            return NULL;
        file = next;
    }
    const AstName *last = ast_as_Name(path->names.items[path->names.count - 1]);
    DeclState *decl = resolve_name(c, file, last->text);
    return decl && (KIND_BIT(decl->pub.kind) & KINDS_ROWS) ? decl : NULL;
}

static bool is_fence(const AstNode *clause)
{
    return clause->kind == AST_GROUP || clause->kind == AST_SERIES ||
           clause->kind == AST_SEQUENCE || clause->kind == AST_SESSION ||
           clause->kind == AST_CONNECT || (clause->kind == AST_LET && ast_as_Let(clause)->among);
}

static bool wants_finished(const AstNode *clause)
{
    if (clause->kind == AST_LATEST)
        return true;
    if (clause->kind != AST_PARTNER)
        return false;
    AstVerb verb = ast_as_Partner(clause)->verb;
    return verb == AST_VERB_LACKS || verb == AST_VERB_LOOKUP || verb == AST_VERB_ATTACH;
}

static void collect_edge(Checker *c, DeclState *decl, const AstNode *clause, bool fenced)
{
    const AstPath *path = source_path(clause);
    DeclState *rows = path ? peek_rows(c, decl->pub.file, path) : NULL;
    if (!rows)
        return;
    TypedEdge edge = {&decl->pub, &rows->pub, fenced || wants_finished(clause), clause};
    avec_push(c->arena, &decl->edges, edge);
}

static void collect_edges_of(Checker *c, DeclState *decl, const AstBody *node)
{
    bool fenced = decl->pub.kind == TYPED_RULE;
    for (uint32_t i = 0; i < node->clauses.count; i++)
        fenced |= is_fence(node->clauses.items[i]);
    collect_edge(c, decl, &node->from->base, fenced);
    for (uint32_t i = 0; i < node->clauses.count; i++)
        collect_edge(c, decl, node->clauses.items[i], fenced);
}

static void collect_edges(Checker *c, DeclState *decl)
{
    if (decl->pub.kind == TYPED_RULE)
        collect_edges_of(c, decl, ast_as_Rule(decl->pub.node)->body);
    if (decl->pub.kind == TYPED_QUERY)
        collect_edges_of(c, decl, ast_as_Query(decl->pub.node)->body);
    if (decl->pub.kind != TYPED_RELATION)
        return;
    const AstRelation *relation = ast_as_Relation(decl->pub.node);
    for (uint32_t i = 0; i < relation->branches.count; i++)
        if (relation->branches.items[i]->kind == AST_BODY)
            collect_edges_of(c, decl, ast_as_Body(relation->branches.items[i]));
}

typedef struct Visit {
    DeclState *decl;
    size_t next; /* edge to follow */
} Visit;

typedef enum RuleMark { RULE_NEW, RULE_OPEN, RULE_DONE } RuleMark;

static void report_rule_cycle(Checker *c, const Visit *visits, size_t count, const TypedEdge *edge)
{
    StrBuf names = {0};
    size_t start = 0;
    while (start < count && &visits[start].decl->pub != edge->source)
        start++;
    for (size_t i = start; i < count; i++) {
        strbuf_add(&names, visits[i].decl->pub.name);
        strbuf_add_c(&names, " ← ");
        visits[i].decl->failed = true;
    }
    strbuf_add(&names, edge->source->name);
    report_with(c, DIAG_RULE_CYCLE, edge->clause,
                DIAG_ARGS(diag_arg(arena_str(c->arena, strbuf_str(&names)))));
    strbuf_deinit(&names);
}

/* Checks a rule after the rules whose clues it reads, without recursion. */
static void check_rule_after(Checker *c, DeclState *rule, uint8_t *marks)
{
    VEC(Visit) stack = {0};
    vec_push(&stack, (Visit){rule, 0});
    marks[rule->pub.index] = RULE_OPEN;
    while (stack.count) {
        Visit *top = &vec_last(&stack);
        if (top->next == top->decl->edges.count) {
            marks[top->decl->pub.index] = RULE_DONE;
            check_rule(c, top->decl);
            (void)vec_pop(&stack);
            continue;
        }
        const TypedEdge *edge = &top->decl->edges.items[top->next++];
        if (edge->source->kind != TYPED_RULE)
            continue;
        if (marks[edge->source->index] == RULE_OPEN) {
            report_rule_cycle(c, stack.items, stack.count, edge);
        } else if (marks[edge->source->index] == RULE_NEW) {
            marks[edge->source->index] = RULE_OPEN;
            vec_push(&stack, (Visit){c->decls.items[edge->source->index], 0});
        }
    }
    vec_free(&stack);
}

void check_bodies(Checker *c)
{
    for (size_t i = 0; i < c->decls.count; i++)
        collect_edges(c, c->decls.items[i]);
    uint8_t *marks = base_alloc_zeroed(c->decls.count + 1, 1);
    for (size_t i = 0; i < c->decls.count; i++)
        if (c->decls.items[i]->pub.kind == TYPED_RULE && marks[i] == RULE_NEW)
            check_rule_after(c, c->decls.items[i], marks);
    free(marks);
    for (size_t i = 0; i < c->decls.count; i++) {
        DeclState *decl = c->decls.items[i];
        if (decl->pub.kind == TYPED_RELATION)
            check_relation(c, decl);
        else if (decl->pub.kind == TYPED_QUERY)
            check_query(c, decl);
    }
}
