// SPDX-License-Identifier: Apache-2.0
//
// typed_dump.c: the meaning as stable text, the rule graph, and the columns that are needed.

#include "lang/typed.h"
#include "lang/typed_body.h"

/* ----------------------------------------------------------------------- small parts */

static const char *decl_word(TypedDeclKind kind)
{
    static const char *const words[] = {"law",   "type",     "enum",   "unit",     "table",
                                        "param", "function", "extern", "relation", "rule",
                                        "query", "match",    "model",  "test"};
    return words[kind];
}

static const char *var_word(TypedVarKind kind)
{
    static const char *const words[] = {"from",    "join",  "lookup",  "attach",
                                        "exists",  "lacks", "latest",  "each",
                                        "extract", "step",  "session", "connect"};
    return words[kind];
}

static const char *policy_word(AstMissing policy)
{
    return policy == AST_MISSING_DROP ? "drop" : policy == AST_MISSING_KEEP ? "keep" : "undecided";
}

static void add_type(StrBuf *out, Type type, bool gap)
{
    typed_type_text(type, LANG_EN, out);
    if (type_is_exact(type))
        strbuf_printf(out, "/%d", type.scale);
    if (gap)
        strbuf_add_char(out, '?');
}

static void add_columns(StrBuf *out, const TypedRows *rows)
{
    for (uint32_t i = 0; i < rows->column_count; i++) {
        bool key = false;
        for (uint32_t k = 0; k < rows->key_count; k++)
            key |= rows->key[k] == i;
        strbuf_printf(out, "  column " STR_FMT ": ", STR_ARG(rows->columns[i].name));
        add_type(out, rows->columns[i].type, rows->columns[i].nullable);
        strbuf_add_c(out, key && rows->key_written ? " key" : "");
        strbuf_add_c(out, rows->columns[i].read ? " read" : "");
        strbuf_add_char(out, '\n');
    }
}

/* ----------------------------------------------------------------------- expressions */

typedef struct ExprDump {
    const Typed *typed;
    StrBuf *out;
    uint32_t depth;
} ExprDump;

static const char *const ref_words[] = {[TYPED_REF_NONE] = "",
                                        [TYPED_REF_COLUMN] = "column",
                                        [TYPED_REF_VAR] = "variable",
                                        [TYPED_REF_LET] = "let",
                                        [TYPED_REF_KEY] = "key",
                                        [TYPED_REF_FIELD] = "field",
                                        [TYPED_REF_PARAM] = "param",
                                        [TYPED_REF_AS_OF] = "as_of",
                                        [TYPED_REF_TOLERANCE] = "tolerance",
                                        [TYPED_REF_PARAMETER] = "parameter",
                                        [TYPED_REF_ENUM] = "member",
                                        [TYPED_REF_UNIT] = "unit",
                                        [TYPED_REF_BOOLEAN] = "boolean",
                                        [TYPED_REF_SEVERITY] = "severity",
                                        [TYPED_REF_POINTS] = "points",
                                        [TYPED_REF_MISSING] = "missing",
                                        [TYPED_REF_CALL] = "call",
                                        [TYPED_REF_FUNCTION] = "function",
                                        [TYPED_REF_AGGREGATE] = "aggregate",
                                        [TYPED_REF_WINDOW] = "window",
                                        [TYPED_REF_OUTPUT] = "output"};

static void add_text(const ExprDump *dump, const AstNode *node)
{
    Str text = source_set_text(dump->typed->sources, node->span);
    for (size_t i = 0; i < text.len; i++)
        strbuf_add_char(dump->out, text.ptr[i] == '\n' ? ' ' : text.ptr[i]);
}

static void add_aggregate(StrBuf *out, const TypedAggregate *a)
{
    strbuf_printf(out, " #%u mentions(", a->index);
    for (uint32_t i = 0; i < a->mention_count; i++)
        strbuf_printf(out, "%s" STR_FMT, i ? " " : "", STR_ARG(a->mentions[i]->name));
    strbuf_add_c(out, ")");
    strbuf_add_c(out, a->over ? " over-groups" : "");
    strbuf_add_c(out, a->per_binding ? " per-binding" : "");
    strbuf_add_c(out, a->window ? " window" : "");
    strbuf_add_c(out, a->fans_out ? " fans-out" : "");
    strbuf_add_c(out, a->nonnegative ? " nonnegative" : "");
}

static AstVisit expr_enter(void *context, const AstNode *node)
{
    ExprDump *dump = context;
    const TypedExpr *e = typed_expr(dump->typed, node);
    if (!e)
        return AST_VISIT_INTO;
    strbuf_add_repeat(dump->out, ' ', dump->depth * 2 + 4);
    add_text(dump, node);
    strbuf_add_c(dump->out, " : ");
    add_type(dump->out, e->type, e->can_gap);
    strbuf_add_c(dump->out, e->can_issue ? "!" : "");
    if (e->ref != TYPED_REF_NONE)
        strbuf_printf(dump->out, " %s", ref_words[e->ref]);
    strbuf_add_c(dump->out, e->grain == TYPED_GRAIN_ONE    ? " one"
                            : e->grain == TYPED_GRAIN_SHOW ? " show"
                                                           : "");
    if (e->aggregate)
        add_aggregate(dump->out, e->aggregate);
    strbuf_add_char(dump->out, '\n');
    dump->depth++;
    return AST_VISIT_INTO;
}

static void expr_leave(void *context, const AstNode *node)
{
    ExprDump *dump = context;
    if (typed_expr(dump->typed, node))
        dump->depth--;
}

static void dump_exprs(const Typed *typed, const AstNode *node, StrBuf *out)
{
    ExprDump dump = {typed, out, 0};
    ast_walk(node, expr_enter, expr_leave, &dump);
}

/* ----------------------------------------------------------------------- bodies */

static void dump_var(const TypedVar *var, StrBuf *out)
{
    strbuf_printf(out, " %s " STR_FMT " slot %u", var_word(var->kind), STR_ARG(var->name),
                  var->slot);
    if (var->source)
        strbuf_printf(out, " of %s " STR_FMT, decl_word(var->source->kind),
                      STR_ARG(var->source->name));
    strbuf_add_c(out, var->attached ? " attached" : "");
    strbuf_add_c(out, var->optional ? " optional" : "");
    strbuf_add_c(out, var->at_most_one ? " at-most-one" : "");
}

static void dump_clause(const Typed *typed, const TypedClause *clause, StrBuf *out)
{
    strbuf_printf(out, "  %u %s stretch %u", clause->place, ast_kind_name(clause->node->kind),
                  clause->stretch);
    bool policy = clause->node->kind == AST_WHERE || clause->node->kind == AST_PARTNER ||
                  clause->node->kind == AST_LATEST;
    if (policy)
        strbuf_printf(out, " policy %s", policy_word(clause->policy));
    if (clause->var)
        dump_var(clause->var, out);
    for (uint32_t i = 0; i < clause->covered_count; i++)
        strbuf_printf(out, " covered-by " STR_FMT, STR_ARG(clause->covered_tables[i]->name));
    strbuf_add_char(out, '\n');
    dump_exprs(typed, clause->node, out);
}

static void dump_group(const TypedGroup *group, uint32_t stretch, StrBuf *out)
{
    strbuf_printf(out, "  group %u%s before %u:", stretch, group->implicit ? " implicit" : "",
                  group->before);
    for (uint32_t i = 0; i < group->key_count; i++) {
        strbuf_printf(out, " " STR_FMT " ", STR_ARG(group->keys[i].name));
        add_type(out, group->keys[i].type, false);
    }
    strbuf_add_char(out, '\n');
}

static void dump_body(const Typed *typed, const TypedBody *body, StrBuf *out)
{
    if (!body || !body->node)
        return;
    strbuf_printf(out, "  body %u default %s\n", body->branch, policy_word(body->default_policy));
    for (uint32_t i = 0; i < body->clause_count; i++)
        dump_clause(typed, &body->clauses[i], out);
    for (uint32_t i = 0; i < body->group_count; i++)
        dump_group(body->groups[i], i, out);
    const AstNode *end = body->node->yield  ? &body->node->yield->base
                         : body->node->clue ? &body->node->clue->base
                                            : NULL;
    if (!end)
        return;
    strbuf_printf(out, "  %u %s\n", body->end_place, ast_kind_name(end->kind));
    dump_exprs(typed, end, out);
}

/* ----------------------------------------------------------------------- declarations */

static void dump_param(const TypedDecl *decl, StrBuf *out)
{
    strbuf_add_c(out, "  type ");
    add_type(out, decl->param.type, decl->param.nullable);
    strbuf_add_c(out, decl->param.dated ? " dated\n" : "\n");
}

static void dump_function(const Typed *typed, const TypedDecl *decl, StrBuf *out)
{
    strbuf_add_c(out, "  (");
    for (uint32_t i = 0; i < decl->function.parameter_count; i++) {
        strbuf_printf(out, "%s" STR_FMT ": ", i ? ", " : "",
                      STR_ARG(decl->function.parameters[i].name));
        add_type(out, decl->function.parameters[i].type, decl->function.parameters[i].nullable);
    }
    strbuf_add_c(out, "): ");
    add_type(out, decl->function.result, decl->function.nullable);
    strbuf_add_char(out, '\n');
    if (decl->function.body)
        dump_exprs(typed, decl->function.body, out);
}

static void dump_decl(const Typed *typed, const TypedDecl *decl, StrBuf *out)
{
    strbuf_printf(out, "%s " STR_FMT "\n", decl_word(decl->kind), STR_ARG(decl->name));
    switch (decl->kind) {
    case TYPED_PARAM:
        dump_param(decl, out);
        return;
    case TYPED_FUNCTION:
    case TYPED_EXTERN:
        dump_function(typed, decl, out);
        return;
    case TYPED_RELATION:
        add_columns(out, &decl->rows);
        for (uint32_t i = 0; i < decl->relation.branch_count; i++)
            dump_body(typed, decl->relation.branches[i], out);
        return;
    case TYPED_TABLE:
    case TYPED_RULE:
    case TYPED_QUERY:
        add_columns(out, &decl->rows);
        dump_body(typed, decl->body, out);
        return;
    default:
        return;
    }
}

void typed_dump(const Typed *typed, StrBuf *out)
{
    for (uint32_t i = 0; i < typed->decl_count; i++)
        dump_decl(typed, typed->decls[i], out);
}

void typed_dump_graph(const Typed *typed, StrBuf *out)
{
    for (uint32_t i = 0; i < typed->graph.order_count; i++) {
        const TypedDecl *decl = typed->graph.order[i];
        strbuf_printf(out, "stratum %u %s " STR_FMT "%s\n", decl->stratum, decl_word(decl->kind),
                      STR_ARG(decl->name),
                      decl->kind == TYPED_RELATION && decl->relation.recursive ? " recursive" : "");
    }
    for (uint32_t i = 0; i < typed->graph.edge_count; i++) {
        const TypedEdge *edge = &typed->graph.edges[i];
        strbuf_printf(out, STR_FMT " reads %s " STR_FMT " by %s%s\n", STR_ARG(edge->reader->name),
                      decl_word(edge->source->kind), STR_ARG(edge->source->name),
                      edge->clause->kind == AST_PARTNER
                          ? ast_verb_name(ast_as_Partner(edge->clause)->verb)
                          : ast_kind_name(edge->clause->kind),
                      edge->finished ? " finished" : "");
    }
}

/* ----------------------------------------------------------------------- needed columns */

static bool needed(const TypedRows *rows, uint32_t column)
{
    for (uint32_t k = 0; k < rows->key_count; k++)
        if (rows->key[k] == column)
            return true; /* keys are checked on load */
    return rows->columns[column].read;
}

static void dump_needed(const TypedDecl *decl, Lang lang, StrBuf *out)
{
    strbuf_add(out, decl->name);
    if (decl->title.len)
        strbuf_printf(out, lang == LANG_ZH ? "（" STR_FMT "）" : " (" STR_FMT ")",
                      STR_ARG(decl->title));
    if (decl->table.holder.len)
        strbuf_printf(out, lang == LANG_ZH ? "，提供单位：" STR_FMT : ", held by " STR_FMT,
                      STR_ARG(decl->table.holder));
    strbuf_add_char(out, '\n');
    for (uint32_t i = 0; i < decl->rows.column_count; i++) {
        if (!needed(&decl->rows, i))
            continue;
        strbuf_printf(out, "  " STR_FMT ": ", STR_ARG(decl->rows.columns[i].name));
        typed_type_text(decl->rows.columns[i].type, lang, out);
        strbuf_add_c(out, decl->rows.columns[i].nullable ? "?\n" : "\n");
    }
}

void typed_dump_columns(const Typed *typed, Lang lang, StrBuf *out)
{
    bool first = true;
    for (uint32_t i = 0; i < typed->decl_count; i++) {
        const TypedDecl *decl = typed->decls[i];
        if (decl->kind != TYPED_TABLE || !decl->table.read)
            continue;
        strbuf_add_c(out, first ? "" : "\n");
        dump_needed(decl, lang, out);
        first = false;
    }
}
