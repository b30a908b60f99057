// SPDX-License-Identifier: Apache-2.0
//
// infer_aggregate.c: aggregates: what they range over, where they may stand, what they give.

#include "lang/infer_int.h"

#include "runtime/base/wide.h"

/* ----------------------------------------------------------------------- parts of the call */

#define PARAMETERS_MAX 4

typedef struct Parts {
    const AstNode *argument, *when, *by;
    const AstNode *parameters[PARAMETERS_MAX]; /* behind the first */
    Str names[PARAMETERS_MAX];                 /* theirs; empty: by place */
    uint32_t count;                            /* of arguments but `by` */
} Parts;

static bool is_by(Str name)
{
    return str_equal(name, STR("by")) || str_equal(name, STR("按"));
}

static Parts parts_of_call(Scope *s, const AstCall *call)
{
    Parts parts = {0};
    for (uint32_t i = 0; i < call->arguments.count; i++) {
        if (call->arguments.items[i]->kind != AST_ARGUMENT)
            continue;
        const AstArgument *argument = ast_as_Argument(call->arguments.items[i]);
        if (argument->when) {
            if (parts.when)
                report(s->c, DIAG_WHEN_TWICE, argument->when);
            parts.when = argument->when;
        }
        if (argument->name && is_by(argument->name->text)) {
            parts.by = argument->value;
        } else {
            if (parts.count == 0)
                parts.argument = argument->value;
            else if (parts.count <= PARAMETERS_MAX) {
                parts.parameters[parts.count - 1] = argument->value;
                parts.names[parts.count - 1] = argument->name ? argument->name->text : STR("");
            }
            parts.count++;
        }
    }
    return parts;
}

static bool card_is(const FnCard *card, const char *name)
{
    return strcmp(card->name, name) == 0;
}

/* ----------------------------------------------------------------------- result types */

Type type_averaged(Checker *c, Type of, int extra)
{
    if (of.kind == TYPE_INTEGER)
        of = type_exact(TYPE_DECIMAL, 0);
    if (type_is_length(of))
        return type_real_of(c->arena, of);
    if (!type_is_exact(of))
        return of;
    int scale = extra ? of.scale + extra : EXACT_QUOTIENT_SCALE;
    of.scale = (uint8_t)MIN_OF(scale, EXACT_SCALE_MAX);
    of.precision = 0;
    return of;
}

static Type wrapped(Checker *c, TypeKind wrap, Type element)
{
    Type *copy = ARENA_NEW(c->arena, Type);
    *copy = element;
    Type type = type_of(wrap);
    type.element = copy;
    return type;
}

static Type aggregate_type(Checker *c, const FnCard *card, Type of)
{
    if (of.kind == TYPE_ERROR && !card_is(card, "list_text"))
        of.precision = 0;
    of.precision = 0;
    static const char *const means[] = {"mean", "quantile", "iqr", "trimmed_mean"};
    for (size_t i = 0; i < ARRAY_LEN(means); i++)
        if (card_is(card, means[i]))
            return type_averaged(c, of, 0);
    if (card_is(card, "median") || card_is(card, "mad"))
        return type_averaged(c, of, card_is(card, "mad") ? 2 : 1);
    static const char *const in_unit[] = {"variance", "stddev", "geometric_mean", "weighted_mean"};
    for (size_t i = 0; i < ARRAY_LEN(in_unit); i++)
        if (card_is(card, in_unit[i]))
            return type_real_of(c->arena, of);
    if (card_is(card, "list_text"))
        return type_of(TYPE_TEXT);
    if (card_is(card, "any") || card_is(card, "all"))
        return type_of(TYPE_BOOLEAN);
    if (card_is(card, "collect"))
        return wrapped(c, TYPE_SET, of);
    if (card_is(card, "union"))
        return of.kind == TYPE_PERIOD ? wrapped(c, TYPE_LIST, of) : of;
    Signature sig;
    bool read = signature_parse(str_from_cstr(card->signature), &sig);
    ASSERT(read);
    bool plain = sig.result.kind == SIG_TYPE && sig.result.wrap == TYPE_ERROR;
    if (plain && sig.result.type.kind == TYPE_RECORD) {
        Type record = type_of(TYPE_RECORD);
        record.nominal =
            record_function_result(c->arena, record_function(str_from_cstr(card->name)), of);
        return record;
    }
    if (plain && sig.result.type.kind == TYPE_RATIO)
        return type_exact(TYPE_RATIO, EXACT_QUOTIENT_SCALE);
    return plain ? sig.result.type : of;
}

/* Functions whose value does not depend on how often a row is met. */
static bool is_idempotent(const FnCard *card)
{
    static const char *const names[] = {
        "min",       "max",   "any",  "all",        "union", "collect", "distinct_count",
        "list_text", "first", "last", "longest_run"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (card_is(card, names[i]))
            return true;
    return false;
}

/* Has a value over nothing: count, sum, any, all, collect. */
static bool total_over_nothing(const FnCard *card)
{
    static const char *const names[] = {"count",
                                        "sum",
                                        "any",
                                        "all",
                                        "union",
                                        "collect",
                                        "distinct_count",
                                        "longest_run",
                                        "list_text",
                                        "missing_count",
                                        "concurrent_max",
                                        "overlap_days"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (card_is(card, names[i]))
            return true;
    return false;
}

/* ----------------------------------------------------------------------- count */

static void report_count(Scope *s, const AstNode *argument)
{
    Diag *diag =
        report_with(s->c, DIAG_COUNT_EXPRESSION, argument, DIAG_ARGS(text_arg(s->c, argument)));
    diag_note(s->c->diags, diag, DIAG_TEXT_COUNT_WAYS, DIAG_ARGS(text_arg(s->c, argument)));
}

static void count_variable(Scope *s, const AstNode *argument, uint64_t *mentions)
{
    VarState *var =
        argument->kind == AST_NAME ? body_var(s->body, ast_as_Name(argument)->text) : NULL;
    if (!var) {
        bool unknown = argument->kind == AST_NAME &&
                       !body_let(s->body, ast_as_Name(argument)->text) &&
                       !resolve_name(s->c, s->file, ast_as_Name(argument)->text);
        if (argument->kind == AST_ERROR)
            return;
        if (unknown)
            report_unknown_name(s, argument, ast_as_Name(argument)->text);
        else
            report_count(s, argument);
        return;
    }
    TypedExpr *e = expr_here(s, argument);
    e->ref = TYPED_REF_VAR;
    e->var = &var->pub;
    (void)record_type(e, type_of(TYPE_BOOLEAN));
    var->pub.used = true;
    bit_set(mentions, var->pub.slot);
}

static void count_arguments(Scope *s, const AstCall *call, uint64_t *mentions)
{
    for (uint32_t i = 0; i < call->arguments.count; i++)
        if (call->arguments.items[i]->kind == AST_ARGUMENT)
            count_variable(s, ast_as_Argument(call->arguments.items[i])->value, mentions);
    if (call->arguments.count)
        return;
    for (size_t i = 0; i < s->body->vars.count; i++) {
        const VarState *var = s->body->vars.items[i];
        if (!var->pub.attached && !var->hidden)
            bit_set(mentions, var->pub.slot);
    }
}

/* ----------------------------------------------------------------------- other arguments */

static bool suits(Scope *s, const FnCard *card, Type of)
{
    Signature sig;
    bool read = signature_parse(str_from_cstr(card->signature), &sig);
    ASSERT(read);
    (void)s;
    if (of.kind == TYPE_ERROR)
        return true;
    if (!sig.count)
        return false;
    const SigType *want = &sig.params[0].type;
    if (want->wrap != TYPE_ERROR)
        return of.kind == want->wrap;
    if (want->kind == SIG_N)
        return type_is_number(of) || type_is_amount(of) || type_is_length(of) ||
               of.kind == TYPE_REAL;
    if (card_is(card, "min") || card_is(card, "max"))
        return type_is_ordered(of);
    return want->kind == SIG_T ? of.kind != TYPE_RECORD && of.kind != TYPE_UNIT
                               : want->type.kind == of.kind;
}

static const FnCard *choose(Scope *s, const FnCard *const *cards, uint32_t count, Type of)
{
    for (uint32_t i = 0; i < count; i++)
        if (suits(s, cards[i], of))
            return cards[i];
    return NULL;
}

static void report_form(Scope *s, const AstCall *call, const FnCard *const *cards, uint32_t count,
                        Type of)
{
    Diag *diag = report_with(s->c, DIAG_NO_SUCH_FORM, &call->base,
                             DIAG_ARGS(text_arg(s->c, call->callee), type_arg(s->c, of)));
    for (uint32_t i = 0; i < count && i < 4; i++)
        diag_note(s->c->diags, diag, DIAG_TEXT_FORM, DIAG_ARGS(signature_arg(s->c, cards[i])));
}

static bool right_count(Scope *s, const AstCall *call, const FnCard *card, const Parts *parts)
{
    Signature sig;
    bool read = signature_parse(str_from_cstr(card->signature), &sig);
    ASSERT(read);
    bool ordered = card_is(card, "first") || card_is(card, "last");
    bool timed = card->pairs == PAIRS_TIME; /* its last operand is `by` */
    uint32_t wanted = ordered ? 1 : sig.count - timed, least = wanted;
    while (least > 1 && sig.params[least - 1].fallback.len)
        least--;
    if (parts->count >= least && parts->count <= wanted && (parts->by ? ordered || timed : !timed))
        return true;
    if (timed && !parts->by) {
        report_with(s->c, DIAG_STATISTIC_OPERAND, &call->base,
                    DIAG_ARGS(text_arg(s->c, &call->base), text_arg(s->c, call->callee),
                              diag_arg_c(card->signature)));
        return false;
    }
    Diag *diag =
        report_with(s->c, DIAG_ARGUMENT_COUNT, &call->base,
                    DIAG_ARGS(text_arg(s->c, call->callee), diag_arg_int(s->c->diags, wanted),
                              diag_arg_int(s->c->diags, call->arguments.count)));
    diag_note(s->c->diags, diag, DIAG_TEXT_FORM, DIAG_ARGS(signature_arg(s->c, card)));
    return false;
}

/* ----------------------------------------------------------------------- lists and series */

static bool aggregate_parameters(Scope *s, const FnCard *card, const Parts *parts,
                                 TypedAggregate *a);

/* The operands of a call over a series: the series, then the constants that the card wants besides. */
static TypedCall *list_call(Scope *s, const AstCall *call, const FnCard *card, const Parts *parts)
{
    TypedCall *made = ARENA_NEW(s->c->arena, TypedCall);
    TypedAggregate given = {.node = call, .card = card};
    for (uint32_t i = 0; i + 1 < parts->count && i < PARAMETERS_MAX; i++)
        (void)infer(s, parts->parameters[i], NULL);
    if (card->statistic && !aggregate_parameters(s, card, parts, &given))
        return NULL;
    uint32_t count = given.parameter_count + 1;
    const AstNode **arguments = ARENA_ARRAY(s->c->arena, const AstNode *, count);
    Type *types = ARENA_ARRAY(s->c->arena, Type, count);
    Str *defaults = ARENA_ARRAY(s->c->arena, Str, count);
    arguments[0] = parts->argument;
    types[0] = expr_of(s->c, parts->argument)->type;
    for (uint32_t i = 1; i < count; i++) {
        arguments[i] = given.parameters[i - 1];
        types[i] = given.parameter_types[i - 1];
        defaults[i] = given.parameter_defaults[i - 1];
    }
    *made = (TypedCall){.node = call,
                        .card = card,
                        .name = str_from_cstr(card->name),
                        .arguments = arguments,
                        .types = types,
                        .defaults = defaults,
                        .count = count};
    return made;
}

/* What a series can be given to: it brings its own order, and has no second side. */
static bool takes_series(const FnCard *card, const Parts *parts)
{
    bool alone = card->pairs == PAIRS_NONE || card->pairs == PAIRS_TIME;
    return alone && !card->own && !(parts->by && card->pairs == PAIRS_TIME);
}

/* An aggregate over the elements of a series or list: an ordinary function of that value. */
static bool over_list(Scope *s, const AstCall *call, const FnCard *const *cards, uint32_t count,
                      const Parts *parts, Type *result)
{
    LetState *let = s->body && parts->argument && parts->argument->kind == AST_NAME
                        ? body_let(s->body, ast_as_Name(parts->argument)->text)
                        : NULL;
    if (!let || let->pub.type.kind != TYPE_LIST || card_is(cards[0], "union") ||
        card_is(cards[0], "count"))
        return false;
    Scope series = *s;
    series.folds_series = true;
    Type read = infer(&series, parts->argument, NULL);
    if (read.kind == TYPE_ERROR) {
        *result = record_type(expr_here(s, &call->base), read);
        return true;
    }
    Type element = *let->pub.type.element;
    const FnCard *card = choose(s, cards, count, element);
    TypedExpr *e = expr_here(s, &call->base);
    if (!card || !takes_series(card, parts))
        report_form(s, call, cards, count, let->pub.type);
    TypedCall *made = card && takes_series(card, parts) ? list_call(s, call, card, parts) : NULL;
    if (!made) {
        *result = record_type(e, type_of(TYPE_ERROR));
        return true;
    }
    e->ref = TYPED_REF_CALL;
    e->call = made;
    e->can_issue = true;
    e->can_gap = e->can_miss = !total_over_nothing(card);
    *result = record_type(e, aggregate_type(s->c, card, element));
    return true;
}

/* ----------------------------------------------------------------------- where it may stand */

static void mention_lists(BodyState *b, TypedAggregate *a, const uint64_t *mentions,
                          const uint64_t *all)
{
    Arena *arena = b->c->arena;
    const TypedVar **vars = ARENA_ARRAY(arena, const TypedVar *, b->vars.count);
    const TypedVar **attached = ARENA_ARRAY(arena, const TypedVar *, b->vars.count);
    for (uint32_t i = 0; i < b->vars.count; i++) {
        const TypedVar *var = &b->vars.items[i]->pub;
        if (bit_get(mentions, i))
            vars[a->mention_count++] = var;
        if (bit_get(all, i) && var->attached)
            attached[a->attached_count++] = var;
    }
    a->mentions = vars;
    a->attached = attached;
}

static bool attached_here(const TypedAggregate *a, uint32_t stretch)
{
    for (uint32_t i = 0; i < a->attached_count; i++)
        if (a->attached[i]->stretch == stretch)
            return true;
    return false;
}

static bool has_place(Scope *s, const AstCall *call, TypedAggregate *a, bool told)
{
    const TypedExpr *of = a->argument ? expr_of(s->c, a->argument) : NULL;
    bool of_group = infer_over_groups(s) && (!of || !of->constant);
    if (!a->mention_count && !a->attached_count && !a->over && !of_group) {
        if (told || body_lost(s->body))
            return false;
        report_with(s->c, DIAG_AGGREGATE_OF_NOTHING, &call->base,
                    DIAG_ARGS(text_arg(s->c, &call->base)));
        return false;
    }
    a->window = s->in_peers;
    a->per_binding = !a->window && attached_here(a, s->body->stretch);
    if (a->window || a->per_binding || s->body->stretch > 0)
        return true;
    if (body_lost(s->body))
        return false;
    if (s->in_window) { /* it has a place if it is of attached rows */
        report_with(s->c, DIAG_AGGREGATE_NESTED, &call->base,
                    DIAG_ARGS(text_arg(s->c, call->callee)));
        return false;
    }
    Diag *diag =
        report_with(s->c, DIAG_NEEDS_GROUP, &call->base, DIAG_ARGS(text_arg(s->c, &call->base)));
    diag_note(s->c->diags, diag, DIAG_TEXT_GROUPING_WAYS, DIAG_NONE);
    return false;
}

/* Is a contract of the variable's table `column >= 0` (or > 0) that quarantines or stops? */
static bool proved_nonnegative(Scope *s, const AstNode *argument)
{
    const TypedExpr *e = argument ? expr_of(s->c, argument) : NULL;
    if (!e || e->ref != TYPED_REF_COLUMN || !e->var->source || e->var->source->kind != TYPED_TABLE)
        return false;
    const TypedTable *table = &e->var->source->table;
    Str name = e->var->source->rows.columns[e->column].name;
    for (uint32_t i = 0; i < table->contract_count; i++) {
        const AstNode *node = table->contracts[i]->condition;
        if (node->kind != AST_BINARY || table->contracts[i]->otherwise == AST_OTHERWISE_WARN)
            continue;
        const AstBinary *binary = ast_as_Binary(node);
        bool floor = binary->operator== AST_OP_GE || binary->operator== AST_OP_GT;
        if (floor && binary->left->kind == AST_NAME && binary->right->kind == AST_NUMBER &&
            str_equal(ast_as_Name(binary->left)->text, name) &&
            ast_as_Number(binary->right)->count >= 0)
            return true;
    }
    return false;
}

/* ----------------------------------------------------------------------- warnings */

static void warn_absent(Scope *s, const AstCall *call, const FnCard *card, const AstNode *argument)
{
    const TypedExpr *e = argument ? expr_of(s->c, argument) : NULL;
    bool adds = card_is(card, "sum") || card_is(card, "mean");
    if (!adds || !e)
        return;
    BodyState *b = s->body;
    uint64_t *bits = bits_new(b);
    mentions_of(b, argument, bits);
    for (uint32_t i = 0; i < b->vars.count; i++) {
        const TypedVar *var = &b->vars.items[i]->pub;
        if (!bit_get(bits, i) || !var->optional ||
            (s->facts && facts_prove(s->facts, var, NULL, WHOLE_ROW)))
            continue;
        report_with(s->c, DIAG_ABSENT_LEFT_OUT, &call->base,
                    DIAG_ARGS(text_arg(s->c, &call->base), diag_arg(var->name)));
        return;
    }
}

static void warn_pairs(Scope *s, TypedAggregate *a)
{
    BodyState *b = s->body;
    for (uint32_t i = 0; i < a->mention_count; i++)
        for (uint32_t k = i + 1; k < a->mention_count; k++) {
            const TypedVar *u = a->mentions[i], *v = a->mentions[k];
            uint64_t *from_u = bits_new(b), *from_v = bits_new(b);
            Facts none_u = {0}, none_v = {0};
            bit_set(from_u, u->slot);
            bit_set(from_v, v->slot);
            determine(b, &none_u, from_u);
            determine(b, &none_v, from_v);
            if (bit_get(from_u, v->slot) || bit_get(from_v, u->slot))
                continue;
            report_with(
                s->c, DIAG_COUNTS_PAIRS, &a->node->base,
                DIAG_ARGS(text_arg(s->c, &a->node->base), diag_arg(u->name), diag_arg(v->name)));
            return;
        }
}

static void warn_first_order(Scope *s, const FnCard *card, TypedAggregate *a)
{
    bool ordered = card_is(card, "first") || card_is(card, "last");
    if (!ordered || !a->by || !a->mention_count)
        return;
    BodyState *b = s->body;
    uint64_t *vars = bits_new(b);
    Facts columns = {0};
    const TypedExpr *by = expr_of(s->c, a->by);
    if (by && by->ref == TYPED_REF_COLUMN)
        avec_push(s->c->arena, &columns, (Fact){by->var, NULL, by->column});
    GroupState *group = b->groups.count ? vec_last(&b->groups) : NULL;
    for (size_t i = 0; group && i < group->known.count; i++)
        avec_push(s->c->arena, &columns, group->known.items[i]);
    determine(b, &columns, vars);
    for (uint32_t i = 0; i < a->mention_count; i++)
        if (!bit_get(vars, a->mentions[i]->slot)) {
            report_with(s->c, DIAG_ORDER_NOT_TOTAL, a->by,
                        DIAG_ARGS(text_arg(s->c, a->by), diag_arg(a->mentions[i]->name)));
            return;
        }
}

/* How many parts, or which place: a whole number that is written. */
void check_window_place(Scope *s, const AstCall *call, const FnCard *card,
                        const AstNode *const *values)
{
    if (!card_is(card, "ntile") && !card_is(card, "nth_value"))
        return;
    const AstNode *last = values[card_is(card, "nth_value")];
    const AstNumber *number = last->kind == AST_NUMBER ? ast_as_Number(last) : NULL;
    if (number == NULL || number->form != AST_NUMBER_INTEGER || number->count < 1)
        report_with(s->c, DIAG_WINDOW_PLACE, last,
                    DIAG_ARGS(text_arg(s->c, call->callee), text_arg(s->c, last)));
}

/* ----------------------------------------------------------------------- the whole */

static void aggregate_arguments(Scope *inner, const AstCall *call, const Parts *parts,
                                const FnCard *const *cards, uint64_t *mentions,
                                const TypedGroup **over)
{
    if (card_is(cards[0], "count")) {
        count_arguments(inner, call, mentions);
    } else if (parts->argument) {
        (void)infer(inner, parts->argument, NULL);
        mentions_by_level(inner->body, parts->argument, mentions, over);
    }
    bool counting = card_is(cards[0], "count");
    for (uint32_t i = 0; !counting && i + 1 < parts->count && i < PARAMETERS_MAX; i++) {
        (void)infer(inner, parts->parameters[i], NULL);
        mentions_by_level(inner->body, parts->parameters[i], mentions, over);
    }
    if (parts->by) {
        (void)infer(inner, parts->by, NULL);
        mentions_by_level(inner->body, parts->by, mentions, over);
    }
    if (parts->when)
        infer_condition(inner, parts->when);
}

/* The argument of the parameter with this number, by its name or place; PARAMETERS_MAX: not given. */
static uint32_t parameter_given(const Signature *sig, const Parts *parts, uint32_t number)
{
    const SigParam *param = &sig->params[number];
    for (uint32_t i = 0; i + 1 < parts->count && i < PARAMETERS_MAX; i++) {
        Str name = parts->names[i];
        bool named = str_equal(name, param->name) || str_equal(name, param->name_zh);
        if (name.len ? named : i + 1 == number)
            return i;
    }
    return PARAMETERS_MAX;
}

/* A value that is its own mark: what tells it apart fits a word. */
static bool is_mark(Type type)
{
    Phys phys = type_phys(type);
    return phys == PHYS_BOOL || phys == PHYS_I64 || phys == PHYS_CODE;
}

static bool is_time(const TypedExpr *e)
{
    TypeKind kind = e ? e->type.kind : TYPE_ERROR;
    return kind == TYPE_DATE || kind == TYPE_DATETIME || kind == TYPE_MONTH ||
           kind == TYPE_INTEGER || kind == TYPE_ERROR;
}

/* Whether a time can stand behind `by`, the last operand: any, or of the type that the signature names. */
static bool suits_by(const Signature *sig, const TypedExpr *e)
{
    const SigType *wanted = &sig->params[sig->count - 1].type;
    bool any = wanted->kind != SIG_TYPE || e == NULL || e->type.kind == TYPE_ERROR;
    return is_time(e) && (any || e->type.kind == wanted->type.kind);
}

/* Texts, or quantities of one kind. */
static bool same_kind(Type a, Type b)
{
    bool units = a.kind == TYPE_QUANTITY && a.unit && b.unit;
    return a.kind == b.kind && (!units || str_equal(a.unit->dimension, b.unit->dimension));
}

typedef struct WrittenWalk {
    Checker *c;
    bool read;
} WrittenWalk;

static AstVisit written_enter(void *context, const AstNode *node)
{
    WrittenWalk *walk = context;
    const TypedExpr *e = expr_of(walk->c, node);
    walk->read |= e && (e->ref == TYPED_REF_PARAM || e->ref == TYPED_REF_AS_OF);
    return AST_VISIT_INTO;
}

/* Whether a value is known before any run: no parameter is read. */
static bool is_written(Scope *s, const AstNode *node)
{
    WrittenWalk walk = {s->c, false};
    ast_walk(node, written_enter, NULL, &walk);
    return !walk.read;
}

/* Whether an operand can be the one with this number, 0 being the first of all. */
static bool parameter_suits(Scope *s, const FnCard *card, uint32_t number_of, const SigType *wanted,
                            const AstNode *node, Type first)
{
    const TypedExpr *e = expr_of(s->c, node);
    Type own = e ? e->type : type_of(TYPE_ERROR);
    if (own.kind == TYPE_ERROR || first.kind == TYPE_ERROR)
        return true;
    bool number = type_is_number(own) || own.kind == TYPE_REAL;
    bool amount = type_is_amount(own) || type_is_length(own);
    if (card->pairs != PAIRS_NONE && card->pairs != PAIRS_TIME && number_of == 1)
        return card->pairs == PAIRS_REALS   ? number || amount
               : card->pairs == PAIRS_GROUP ? own.kind == TYPE_BOOLEAN
                                            : is_mark(own) && is_mark(first);
    if (!is_written(s, node))
        return false;
    if (wanted->kind == SIG_N)
        return e->constant && (number || own.kind == first.kind);
    if (wanted->type.kind == TYPE_TEXT || wanted->type.kind == TYPE_QUANTITY)
        return e->constant && same_kind(own, wanted->type);
    return e->constant && number && (wanted->type.kind != TYPE_INTEGER || own.kind == TYPE_INTEGER);
}

static Type parameter_type(const SigType *wanted, Type own, Type first)
{
    Type type = wanted->kind == SIG_TYPE ? wanted->type : first;
    if (type_is_exact(type))
        type.scale =
            wanted->kind == SIG_TYPE ? EXACT_QUOTIENT_SCALE : MAX_OF(first.scale, own.scale);
    return type;
}

/* The operands behind the first of a statistic: the other side of pairs, or constants of the types that the
 * signature names. False where one is told to be wrong. */
static bool aggregate_parameters(Scope *s, const FnCard *card, const Parts *parts,
                                 TypedAggregate *a)
{
    Signature sig;
    bool read = signature_parse(str_from_cstr(card->signature), &sig);
    ASSERT(read);
    bool timed = card->pairs == PAIRS_TIME; /* its last operand is `by` */
    uint32_t count = sig.count > 0 ? sig.count - 1 - timed : 0, used = 0;
    const AstNode **nodes = ARENA_ARRAY(s->c->arena, const AstNode *, count);
    Type *types = ARENA_ARRAY(s->c->arena, Type, count);
    Str *defaults = ARENA_ARRAY(s->c->arena, Str, count);
    const TypedExpr *of = expr_of(s->c, parts->argument);
    Type first = of ? of->type : type_of(TYPE_ERROR);
    if (first.kind == TYPE_LIST && first.element)
        first = *first.element; /* a series */
    const AstNode *wrong = NULL;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t given = parameter_given(&sig, parts, i + 1);
        const SigType *wanted = &sig.params[i + 1].type;
        nodes[i] = given < PARAMETERS_MAX ? parts->parameters[given] : NULL;
        defaults[i] = arena_str(s->c->arena, sig.params[i + 1].fallback);
        const TypedExpr *e = nodes[i] ? expr_of(s->c, nodes[i]) : NULL;
        types[i] = parameter_type(wanted, e ? e->type : first, first);
        used += nodes[i] != NULL;
        if (nodes[i] && !wrong && !parameter_suits(s, card, i + 1, wanted, nodes[i], first))
            wrong = nodes[i];
    }
    a->parameters = nodes;
    a->parameter_types = types;
    a->parameter_defaults = defaults;
    a->parameter_count = count;
    if (timed && parts->by && !wrong && !suits_by(&sig, expr_of(s->c, parts->by)))
        wrong = parts->by;
    if (!wrong && used + 1 < parts->count)
        wrong = parts->parameters[parts->count - 2];
    if (wrong)
        report_with(s->c, DIAG_STATISTIC_OPERAND, wrong,
                    DIAG_ARGS(text_arg(s->c, &a->node->base), text_arg(s->c, wrong),
                              signature_arg(s->c, card)));
    return !wrong;
}

static TypedAggregate *aggregate_new(Scope *s, const AstCall *call, const FnCard *card,
                                     const Parts *parts, const uint64_t *mentions)
{
    BodyState *b = s->body;
    TypedAggregate *a = ARENA_NEW(s->c->arena, TypedAggregate);
    uint64_t *all = bits_new(b);
    for (uint32_t i = 0; i < b->words; i++)
        all[i] = mentions[i];
    if (parts->when)
        mentions_of(b, parts->when, all);
    *a = (TypedAggregate){.index = (uint32_t)b->aggregates.count,
                          .node = call,
                          .card = card,
                          .argument = card_is(card, "count") ? NULL : parts->argument,
                          .when = parts->when,
                          .by = parts->by,
                          .stretch = b->stretch};
    mention_lists(b, a, mentions, all);
    return a;
}

static void aggregate_gaps(Scope *s, TypedExpr *e, const FnCard *card, const TypedAggregate *a)
{
    const TypedExpr *of = a->argument ? expr_of(s->c, a->argument) : NULL;
    GroupState *group = s->body->groups.count ? vec_last(&s->body->groups) : NULL;
    bool empty =
        a->per_binding || a->when || a->attached_count || (group && group->pub.empty_group);
    for (uint32_t i = 0; i < a->mention_count; i++)
        empty |= a->mentions[i]->optional;
    e->can_miss = empty && !total_over_nothing(card);
    e->can_gap = e->can_miss;
    e->can_issue = true; /* undecided members */
    (void)of;
}

bool infer_over_groups(const Scope *s)
{
    return s->among && s->in_peers && s->body->stretch > 0;
}

Scope infer_folded(const Scope *s)
{
    Scope inner = *s;
    inner.in_window = s->in_peers && s->among;
    inner.in_aggregate = !infer_over_groups(s);
    inner.in_peers = false;
    inner.one_row = false;
    inner.in_template = false;
    inner.condition = false;
    return inner;
}

/* Peers that are groups are counted without a name. */
static bool counts_groups(Scope *s, const AstCall *call, const FnCard *card)
{
    if (!card_is(card, "count") || call->arguments.count == 0)
        return true;
    report_with(s->c, DIAG_COUNT_OF_GROUPS, &call->base, DIAG_ARGS(text_arg(s->c, &call->base)));
    return false;
}

static Type aggregate_failed(Scope *s, const AstCall *call)
{
    return record_type(expr_here(s, &call->base), type_of(TYPE_ERROR));
}

Type infer_aggregate(Scope *s, const AstCall *call, const FnCard *const *cards, uint32_t count)
{
    Parts parts = parts_of_call(s, call);
    Type result;
    if (over_list(s, call, cards, count, &parts, &result))
        return result;
    if (!s->body || s->bare_columns || s->outputs || s->link) {
        report_with(s->c, DIAG_AGGREGATE_HERE, &call->base,
                    DIAG_ARGS(text_arg(s->c, call->callee)));
        return aggregate_failed(s, call);
    }
    if (s->in_aggregate && !s->in_peers && !s->in_window) {
        report_with(s->c, DIAG_AGGREGATE_NESTED, &call->base,
                    DIAG_ARGS(text_arg(s->c, call->callee)));
        return aggregate_failed(s, call);
    }
    Scope inner = infer_folded(s);
    if (infer_over_groups(s) && !counts_groups(s, call, cards[0]))
        return aggregate_failed(s, call);
    uint64_t *mentions = bits_new(s->body);
    uint32_t errors = diag_count(s->c->diags, DIAG_ERROR);
    const TypedGroup *over = NULL;
    aggregate_arguments(&inner, call, &parts, cards, mentions, &over);
    const TypedExpr *of = parts.argument ? expr_of(s->c, parts.argument) : NULL;
    Type type = of ? of->type : type_of(TYPE_ERROR);
    bool counting = card_is(cards[0], "count");
    const FnCard *card = counting ? cards[0] : choose(s, cards, count, type);
    if (!counting && card && !right_count(s, call, card, &parts))
        return aggregate_failed(s, call);
    if (card && card->own && !s->in_peers) {
        report_with(s->c, DIAG_CHECK_OUTSIDE, &call->base, DIAG_ARGS(text_arg(s->c, call->callee)));
        return aggregate_failed(s, call);
    }
    if (!card) {
        report_form(s, call, cards, count, type);
        return aggregate_failed(s, call);
    }
    TypedAggregate *a = aggregate_new(s, call, card, &parts, mentions);
    a->over = over;
    if (!counting && card->statistic && !aggregate_parameters(s, card, &parts, a))
        return aggregate_failed(s, call);
    bool told = diag_count(s->c->diags, DIAG_ERROR) != errors || (of && type.kind == TYPE_ERROR);
    if (!has_place(s, call, a, told)) {
        if ((!a->mention_count && !a->over) || type.kind == TYPE_ERROR)
            return aggregate_failed(s, call);
    }
    if (a->window && s->ordered && s->body->stretch == 0 && a->attached_count > 0)
        report_with(s->c, DIAG_ATTACHED_ORDERED, &call->base,
                    DIAG_ARGS(text_arg(s->c, &call->base)));
    a->type = aggregate_type(s->c, card, type);
    a->nonnegative = proved_nonnegative(s, a->argument);
    aggregate_settle(s->body, a);
    avec_push(s->c->arena, &s->body->aggregates, a);
    if (!a->window) {
        warn_absent(s, call, card, a->argument);
        warn_first_order(s, card, a);
        if (!is_idempotent(card) && !card_is(card, "count"))
            warn_pairs(s, a);
    }
    TypedExpr *e = expr_here(s, &call->base);
    e->ref = TYPED_REF_AGGREGATE;
    e->aggregate = a;
    aggregate_gaps(s, e, card, a);
    return record_type(e, a->type);
}
