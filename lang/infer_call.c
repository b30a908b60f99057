// SPDX-License-Identifier: Apache-2.0
//
// infer_call.c: calls: own functions, library functions chosen by signature, checks with records.

#include "lang/infer_int.h"

#include "runtime/base/wide.h"

/* ----------------------------------------------------------------------- arguments */

/* The arguments of a call, given a place each. */
typedef struct Given {
    const AstNode *values[SIG_PARAMS_MAX]; /* by parameter; NULL: not given */
    const AstNode *repeated[64];           /* behind a `...` parameter, in order */
    uint32_t repeated_count;
    const AstArgument *too_many;
    const AstArgument *unknown;
} Given;

static bool same_parameter(const SigParam *param, Str name)
{
    return str_equal(param->name, name) || str_equal(param->name_zh, name);
}

static uint32_t named_parameter(const Signature *sig, Str name)
{
    for (uint32_t i = 0; i < sig->count; i++)
        if (same_parameter(&sig->params[i], name))
            return i;
    return UINT32_MAX;
}

static void place_argument(const Signature *sig, const AstArgument *argument, uint32_t *next,
                           Given *given)
{
    if (argument->name) {
        uint32_t at = named_parameter(sig, argument->name->text);
        if (at == UINT32_MAX)
            given->unknown = argument;
        else if (given->values[at])
            given->too_many = argument;
        else
            given->values[at] = argument->value;
        return;
    }
    if (*next < sig->count) {
        given->values[(*next)++] = argument->value;
        return;
    }
    bool repeats = sig->count && sig->params[sig->count - 1].repeated;
    if (repeats && given->repeated_count < ARRAY_LEN(given->repeated))
        given->repeated[given->repeated_count++] = argument->value;
    else
        given->too_many = argument;
}

static void place_arguments(const Signature *sig, const AstCall *call, Given *given)
{
    *given = (Given){0};
    uint32_t next = 0;
    for (uint32_t i = 0; i < call->arguments.count; i++)
        if (call->arguments.items[i]->kind == AST_ARGUMENT)
            place_argument(sig, ast_as_Argument(call->arguments.items[i]), &next, given);
}

/* A parameter that may be repeated stands there once at least. */
static bool is_given(const Signature *sig, const Given *given)
{
    for (uint32_t i = 0; i < sig->count; i++)
        if (!given->values[i] && !sig->params[i].fallback.len)
            return false;
    return !given->too_many && !given->unknown;
}

/* ----------------------------------------------------------------------- matching */

typedef struct Binding {
    Type t, u, n; /* TYPE_ERROR: not bound yet */
    bool has_t, has_u, has_n;
    bool any_unit; /* rounding takes units of money, too */
} Binding;

static bool bind(Arena *arena, bool *has, Type *bound, Type type)
{
    Type joined;
    if (!*has) {
        *has = true;
        *bound = type;
        return true;
    }
    if (type_common(arena, *bound, type, &joined) != TYPE_FAULT_NONE)
        return false;
    if (bound->kind == TYPE_ERROR)
        *bound = type;
    else if (joined.kind != TYPE_ERROR)
        *bound = joined;
    return true;
}

static bool is_addable(Type type)
{
    return type_is_number(type) || type_is_amount(type) || type_is_length(type) ||
           type.kind == TYPE_REAL || type.kind == TYPE_ERROR;
}

static bool match_plain(Scope *s, const SigType *sig, Type type)
{
    Type wanted = sig->type;
    if (sig->card)
        wanted.nominal = identity_nominal(s->c, sig->card);
    if (type.kind == TYPE_ERROR)
        return true;
    bool plain = type.kind == TYPE_INTEGER || type.kind == TYPE_DECIMAL || type.kind == TYPE_RATIO;
    if ((wanted.kind == TYPE_DECIMAL || wanted.kind == TYPE_RATIO) && plain)
        return true;
    if (wanted.kind == TYPE_REAL && plain)
        return true;
    if (wanted.kind == TYPE_QUANTITY && type.kind == TYPE_QUANTITY)
        return str_equal(wanted.unit->dimension, type.unit->dimension);
    return wanted.kind == type.kind && (!wanted.nominal || wanted.nominal == type.nominal);
}

/* Money and lengths of time have units of their own. */
static bool is_quantity_unit(const Unit *unit)
{
    static const TypeKind others[] = {TYPE_MONEY, TYPE_DAYS, TYPE_MONTHS, TYPE_TIME, TYPE_WORKDAYS};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (str_equal(unit->dimension, type_kind_name(others[i], LANG_ZH)))
            return false;
    return true;
}

static bool match_type(Scope *s, const SigType *sig, Type type, Binding *binding)
{
    Arena *arena = s->c->arena;
    if (sig->wrap != TYPE_ERROR) {
        if (type.kind == TYPE_ERROR)
            return true;
        if (type.kind != sig->wrap || !type.element)
            return false;
        SigType element = *sig;
        element.wrap = TYPE_ERROR;
        return match_type(s, &element, *type.element, binding);
    }
    switch (sig->kind) {
    case SIG_T:
        return bind(arena, &binding->has_t, &binding->t, type);
    case SIG_U:
        return bind(arena, &binding->has_u, &binding->u, type);
    case SIG_N:
        return is_addable(type) && bind(arena, &binding->has_n, &binding->n, type);
    case SIG_IDENTITY:
        return type.kind == TYPE_IDENTITY || type.kind == TYPE_ERROR;
    case SIG_ENUM:
        return type.kind == TYPE_ENUM || type.kind == TYPE_ERROR;
    case SIG_UNIT:
        return type.kind == TYPE_UNIT && (binding->any_unit || is_quantity_unit(type.unit));
    case SIG_TYPE:
        return match_plain(s, sig, type);
    }
    return false;
}

static Type plain_result(Scope *s, const SigType *sig)
{
    Type type = sig->type;
    if (sig->card)
        type.nominal = identity_nominal(s->c, sig->card);
    if (type.kind == TYPE_RATIO)
        type.scale = EXACT_QUOTIENT_SCALE;
    return type;
}

static Type substitute(Scope *s, const SigType *sig, const Binding *binding)
{
    Type type = sig->kind == SIG_T   ? binding->t
                : sig->kind == SIG_U ? binding->u
                : sig->kind == SIG_N ? binding->n
                                     : plain_result(s, sig);
    if (sig->wrap == TYPE_ERROR)
        return type;
    Type *element = ARENA_NEW(s->c->arena, Type);
    *element = type;
    Type whole = type_of(sig->wrap);
    whole.element = element;
    return whole;
}

/* ----------------------------------------------------------------------- inferring arguments */

/* A bare name that is a unit stands for the unit where a signature wants one. */
static bool unit_argument(Scope *s, const AstNode *node)
{
    UnitMeaning meaning;
    if (node->kind != AST_NAME || !resolve_unit(s->c, s->file, ast_as_Name(node)->text, &meaning))
        return false;
    TypedExpr *e = expr_here(s, node);
    e->ref = TYPED_REF_UNIT;
    e->constant = true;
    e->unit = meaning.unit;
    if (!e->unit) {
        Unit *unit = ARENA_NEW(s->c->arena, Unit);
        *unit = (Unit){ast_as_Name(node)->text, type_kind_name(meaning.kind, LANG_ZH), meaning.num,
                       meaning.den};
        e->unit = unit;
    }
    Type type = type_of(TYPE_UNIT);
    type.unit = e->unit;
    (void)record_type(e, type);
    return true;
}

static bool wants_unit(const FnCard *const *cards, uint32_t count, uint32_t at)
{
    for (uint32_t i = 0; i < count; i++) {
        Signature sig;
        if (signature_parse(str_from_cstr(cards[i]->signature), &sig) && at < sig.count &&
            sig.params[at].type.kind == SIG_UNIT)
            return true;
    }
    return false;
}

/* The type that the cards agree on for an argument, to help literals; NULL: they do not. */
static bool agreed_type(Scope *s, const FnCard *const *cards, uint32_t count, uint32_t at,
                        Type *type)
{
    bool found = false;
    for (uint32_t i = 0; i < count; i++) {
        Signature sig;
        if (!signature_parse(str_from_cstr(cards[i]->signature), &sig) || at >= sig.count)
            continue;
        if (sig.params[at].type.kind != SIG_TYPE || sig.params[at].type.wrap != TYPE_ERROR)
            return false;
        Type one = plain_result(s, &sig.params[at].type);
        if (found && !type_equal(*type, one))
            return false;
        *type = one;
        found = true;
    }
    return found;
}

static void infer_arguments(Scope *s, const AstCall *call, const FnCard *const *cards,
                            uint32_t count)
{
    Type first = type_of(TYPE_ERROR);
    for (uint32_t i = 0; i < call->arguments.count; i++) {
        if (call->arguments.items[i]->kind != AST_ARGUMENT)
            continue;
        const AstArgument *argument = ast_as_Argument(call->arguments.items[i]);
        if (argument->when)
            report(s->c, DIAG_WHEN_OUTSIDE, argument->when);
        if (wants_unit(cards, count, i) && unit_argument(s, argument->value))
            continue;
        Type agreed;
        bool known = agreed_type(s, cards, count, i, &agreed);
        Type type = infer(s, argument->value, known ? &agreed : i ? &first : NULL);
        if (i == 0)
            first = type;
    }
}

/* ----------------------------------------------------------------------- results */

static bool card_is(const FnCard *card, const char *name)
{
    return strcmp(card->name, name) == 0;
}

static bool is_rounding(const FnCard *card)
{
    return card->step && strncmp(card->step, "ROUND_", 6) == 0;
}

/* Places of one unit: 分 has 2, 元 and 万元 have 0. -1: no decimal part. */
static int unit_scale(const Unit *unit)
{
    int places = 0;
    int128_t den = unit->den;
    for (; den % 10 == 0; den /= 10)
        places++;
    return den == 1 ? places : -1;
}

static Type rounded_to_unit(Scope *s, const AstCall *call, const AstNode *argument, Type of)
{
    const Unit *unit = expr_of(s->c, argument)->unit;
    Type type = of;
    TypeKind real;
    if (of.kind == TYPE_REAL && type_real_kind(of, &real) && real == TYPE_MONEY)
        type = (Type){.kind = TYPE_MONEY, .nominal = of.nominal};
    bool money = type.kind == TYPE_MONEY && str_equal(unit->dimension, STR("金额"));
    bool quantity = type.kind == TYPE_QUANTITY && str_equal(unit->dimension, type.unit->dimension);
    int scale = unit_scale(unit);
    if (type.kind == TYPE_ERROR)
        return type;
    if ((!money && !quantity) || (money && scale < 0)) {
        report_with(s->c, DIAG_ROUND_UNIT, argument,
                    DIAG_ARGS(text_arg(s->c, argument), type_arg(s->c, of)));
        return type_of(TYPE_ERROR);
    }
    (void)call;
    type.precision = 0;
    type.scale = money ? (uint8_t)scale : 0;
    if (quantity)
        type.unit = unit;
    return type;
}

static Type rounded_to_places(Scope *s, const AstNode *argument, Type of)
{
    const AstNumber *number = argument->kind == AST_NUMBER ? ast_as_Number(argument) : NULL;
    bool literal = number && number->form == AST_NUMBER_INTEGER && number->count >= 0 &&
                   number->count <= EXACT_SCALE_MAX;
    if (!literal) {
        report(s->c, DIAG_ROUND_PLACES, argument);
        return type_of(TYPE_ERROR);
    }
    Type type = of.kind == TYPE_REAL && !of.unit ? type_of(TYPE_DECIMAL) : of;
    if (of.kind == TYPE_INTEGER || type_is_length(of) || of.kind == TYPE_ERROR)
        return of;
    if (of.kind == TYPE_REAL && of.unit) {
        report_with(s->c, DIAG_ROUND_UNIT, argument,
                    DIAG_ARGS(text_arg(s->c, argument), type_arg(s->c, of)));
        return type_of(TYPE_ERROR);
    }
    type.precision = 0;
    type.scale = (uint8_t)number->count;
    return type;
}

static Type card_result(Scope *s, const AstCall *call, const FnCard *card, const Signature *sig,
                        const Given *given, const Binding *binding)
{
    if (is_rounding(card) && sig->params[1].type.kind == SIG_UNIT)
        return rounded_to_unit(s, call, given->values[1], binding->n);
    if (is_rounding(card))
        return rounded_to_places(s, given->values[1], binding->n);
    Type type = substitute(s, &sig->result, binding);
    if (type.kind == TYPE_QUANTITY && sig->count > 1 && sig->params[1].type.kind == SIG_UNIT)
        type = (Type){
            .kind = TYPE_QUANTITY, .scale = 6, .unit = expr_of(s->c, given->values[1])->unit};
    if (card_is(card, "moving_mean") || card_is(card, "moving_median"))
        type = type_averaged(s->c, type, card_is(card, "moving_median"));
    type.precision = card->lower == LOWER_CALL ? type.precision : 0;
    return type;
}

static Type wanted_type(Scope *s, const SigType *sig, const Binding *binding, Type own)
{
    if (sig->kind == SIG_TYPE && sig->wrap == TYPE_ERROR) {
        Type wanted = sig->type;
        if (sig->card)
            wanted.nominal = identity_nominal(s->c, sig->card);
        if (type_is_exact(wanted) && wanted.kind != TYPE_QUANTITY)
            wanted.scale = MAX_OF(wanted.scale, own.kind == TYPE_INTEGER ? 0 : own.scale);
        return own.kind == TYPE_ERROR ? own : wanted;
    }
    if (sig->wrap == TYPE_ERROR && sig->kind == SIG_N)
        return binding->n;
    if (sig->wrap == TYPE_ERROR && sig->kind == SIG_T)
        return binding->t;
    return own;
}

/* ----------------------------------------------------------------------- the record of a call */

/* The last end of a period is the last day of a month, also behind `??`. */
static void mark_month_end(Checker *c, const AstNode *node)
{
    TypedExpr *e = expr_of(c, node);
    if (!e)
        return;
    e->month_end = e->type.kind == TYPE_MONTH;
    if (node->kind == AST_BINARY && ast_as_Binary(node)->operator== AST_OP_COALESCE) {
        mark_month_end(c, ast_as_Binary(node)->left);
        mark_month_end(c, ast_as_Binary(node)->right);
    }
}

static void call_argument(Scope *s, TypedExpr *e, TypedCall *call, const SigParam *param,
                          const AstNode *value, const Binding *binding, uint32_t at)
{
    const AstNode **arguments = (const AstNode **)(uintptr_t)(const void *)call->arguments;
    Type *types = (Type *)(uintptr_t)(const void *)call->types;
    Str *defaults = (Str *)(uintptr_t)(const void *)call->defaults;
    arguments[at] = value;
    defaults[at] = param->fallback;
    const TypedExpr *from = value ? expr_of(s->c, value) : NULL;
    types[at] = wanted_type(s, &param->type, binding, from ? from->type : param->type.type);
    if (!value || !from)
        return;
    if (from->type.kind != TYPE_UNIT)
        expr_want(s->c, value, types[at]);
    e->can_gap |= from->can_gap && !param->type.nullable;
    e->can_miss |= from->can_gap && !param->type.nullable;
    e->can_issue |= from->can_issue;
    e->constant &= from->constant;
}

static TypedCall *call_new(Scope *s, TypedExpr *e, const AstCall *node, const Signature *sig,
                           const Given *given, const Binding *binding)
{
    uint32_t count = sig->count + given->repeated_count;
    TypedCall *call = ARENA_NEW(s->c->arena, TypedCall);
    call->node = node;
    call->name = arena_str(s->c->arena, sig->name);
    call->arguments = ARENA_ARRAY(s->c->arena, const AstNode *, count);
    call->types = ARENA_ARRAY(s->c->arena, Type, count);
    call->defaults = ARENA_ARRAY(s->c->arena, Str, count);
    call->count = count;
    e->constant = true;
    for (uint32_t i = 0; i < sig->count; i++)
        call_argument(s, e, call, &sig->params[i], given->values[i], binding, i);
    for (uint32_t i = 0; i < given->repeated_count; i++)
        call_argument(s, e, call, &sig->params[sig->count - 1], given->repeated[i], binding,
                      sig->count + i);
    e->call = call;
    return call;
}

/* ----------------------------------------------------------------------- choosing a card */

static bool card_matches(Scope *s, const FnCard *card, const AstCall *call, Signature *sig,
                         Given *given, Binding *binding)
{
    bool read = signature_parse(str_from_cstr(card->signature), sig);
    ASSERT(read);
    place_arguments(sig, call, given);
    if (!is_given(sig, given))
        return false;
    *binding = (Binding){.any_unit = is_rounding(card)};
    bool ends = card_is(card, "period") && sig->count == 2;
    for (uint32_t i = 0; i < sig->count; i++) {
        const TypedExpr *e = given->values[i] ? expr_of(s->c, given->values[i]) : NULL;
        if (ends && e && e->type.kind == TYPE_MONTH)
            continue; /* a month stands for its first or last day */
        if (e && !match_type(s, &sig->params[i].type, e->type, binding))
            return false;
    }
    for (uint32_t i = 0; i < given->repeated_count; i++) {
        const TypedExpr *e = expr_of(s->c, given->repeated[i]);
        if (e && !match_type(s, &sig->params[sig->count - 1].type, e->type, binding))
            return false;
    }
    return true;
}

static DiagArg argument_types(Scope *s, const AstCall *call)
{
    Str texts[2];
    for (int lang = 0; lang < 2; lang++) {
        StrBuf buf = {0};
        for (uint32_t i = 0; i < call->arguments.count; i++) {
            if (call->arguments.items[i]->kind != AST_ARGUMENT)
                continue;
            const TypedExpr *e = expr_of(s->c, ast_as_Argument(call->arguments.items[i])->value);
            strbuf_add_c(&buf, buf.len ? (lang == LANG_ZH ? "、" : ", ") : "");
            typed_type_text(e ? e->type : type_of(TYPE_ERROR), (Lang)lang, &buf);
        }
        texts[lang] = arena_str(s->c->arena, strbuf_str(&buf));
        strbuf_deinit(&buf);
    }
    if (texts[LANG_EN].len == 0)
        return diag_arg_both("空的括号", "empty brackets");
    return (DiagArg){.zh = texts[LANG_ZH], .en = texts[LANG_EN]};
}

/* Any argument whose fault was told already silences the call. */
static bool has_error_argument(Scope *s, const AstCall *call)
{
    for (uint32_t i = 0; i < call->arguments.count; i++) {
        if (call->arguments.items[i]->kind != AST_ARGUMENT)
            return true;
        const AstNode *value = ast_as_Argument(call->arguments.items[i])->value;
        const TypedExpr *e = expr_of(s->c, value);
        if (value->kind == AST_ERROR || (e && e->type.kind == TYPE_ERROR))
            return true;
    }
    return false;
}

static void report_no_form(Scope *s, const AstCall *call, const FnCard *const *cards,
                           uint32_t count)
{
    if (has_error_argument(s, call))
        return;
    Diag *diag = report_with(s->c, DIAG_NO_SUCH_FORM, &call->base,
                             DIAG_ARGS(text_arg(s->c, call->callee), argument_types(s, call)));
    for (uint32_t i = 0; i < count && i < 4; i++)
        diag_note(s->c->diags, diag, DIAG_TEXT_FORM, DIAG_ARGS(signature_arg(s->c, cards[i])));
}

static bool window_allowed(Scope *s, const AstCall *call, const FnCard *card)
{
    static const char *const unordered[] = {"share_of", "rank", "dense_rank", "percent_rank"};
    if (!s->in_peers) {
        report_with(s->c, DIAG_WINDOW_OUTSIDE, &call->base,
                    DIAG_ARGS(text_arg(s->c, call->callee)));
        return false;
    }
    bool needs = true;
    for (size_t i = 0; i < ARRAY_LEN(unordered); i++)
        needs &= !card_is(card, unordered[i]);
    if (needs && !s->ordered)
        report_with(s->c, DIAG_WINDOW_UNORDERED, &call->base,
                    DIAG_ARGS(text_arg(s->c, call->callee)));
    return true;
}

static bool is_window(const FnCard *card)
{
    return card->lower == LOWER_SPECIAL && card->step && strcmp(card->step, "WINDOW") == 0;
}

static Type call_card(Scope *s, const AstCall *call, const FnCard *const *cards, uint32_t count)
{
    Scope inner = *s;
    bool window = is_window(cards[0]);
    if (window) {
        if (!window_allowed(s, call, cards[0]))
            return record_type(expr_here(s, &call->base), type_of(TYPE_ERROR));
        inner = infer_folded(s);
        inner.one_row = true;
    }
    infer_arguments(&inner, call, cards, count);
    for (uint32_t i = 0; i < count; i++) {
        Signature sig;
        Given given;
        Binding binding;
        if (!card_matches(s, cards[i], call, &sig, &given, &binding))
            continue;
        TypedExpr *e = expr_here(s, &call->base);
        TypedCall *made = call_new(s, e, call, &sig, &given, &binding);
        made->card = cards[i];
        made->runs = cards[i]->lower == LOWER_STEP || cards[i]->kernel;
        if (card_is(cards[i], "period") && given.values[1])
            mark_month_end(s->c, given.values[1]);
        if (window)
            check_window_place(s, call, cards[i], given.values);
        e->ref = window ? TYPED_REF_WINDOW : TYPED_REF_CALL;
        e->can_issue |= cards[i]->issues != NULL || window;
        e->constant &= !window;
        if (sig.result.nullable)
            e->can_gap = e->can_miss = true;
        return record_type(e, card_result(s, call, cards[i], &sig, &given, &binding));
    }
    report_no_form(s, call, cards, count);
    return record_type(expr_here(s, &call->base), type_of(TYPE_ERROR));
}

/* ----------------------------------------------------------------------- records */

/* `of_parts` is the library's card of the record; NULL: this version cannot run it. */
static Type call_record(Scope *s, const AstCall *call, const RecordFunction *function,
                        const FnCard *of_parts)
{
    FnCard card = {.name = function->name,
                   .name_zh = function->name_zh,
                   .signature = function->signature,
                   .lower = LOWER_CALL};
    const FnCard *cards[1] = {&card};
    Scope inner = *s;
    Signature sig;
    Given given;
    Binding binding;
    bool read = signature_parse(str_from_cstr(function->signature), &sig);
    ASSERT(read);
    bool series = sig.params[0].type.wrap == TYPE_LIST;
    bool grouped = s->body && s->body->stretch > 0;
    if (function->window && !series && !s->in_peers && !grouped) {
        report_with(s->c, DIAG_CHECK_OUTSIDE, &call->base, DIAG_ARGS(text_arg(s->c, call->callee)));
        return record_type(expr_here(s, &call->base), type_of(TYPE_ERROR));
    }
    inner.in_aggregate = s->in_aggregate || (function->window && !series);
    infer_arguments(&inner, call, cards, 1);
    TypedExpr *e = expr_here(s, &call->base);
    if (!card_matches(s, &card, call, &sig, &given, &binding)) {
        report_no_form(s, call, cards, 1);
        return record_type(e, type_of(TYPE_ERROR));
    }
    TypedCall *made = call_new(s, e, call, &sig, &given, &binding);
    made->card = of_parts;
    e->ref = function->window && !series ? TYPED_REF_WINDOW : TYPED_REF_CALL;
    e->can_issue = true;
    e->constant = false;
    Type type = type_of(TYPE_RECORD);
    const TypedExpr *first = given.values[0] ? expr_of(s->c, given.values[0]) : NULL;
    type.nominal =
        record_function_result(s->c->arena, function, first ? first->type : type_of(TYPE_ERROR));
    return record_type(e, type);
}

/* ----------------------------------------------------------------------- own functions */

static void own_argument(Scope *s, const AstNode *value, const TypedParameter *parameter)
{
    infer_into(s, value, parameter->type, parameter->nullable, DIAG_MISSING_ARGUMENT,
               parameter->name);
}

static uint32_t own_position(const TypedFunction *function, const AstArgument *argument,
                             uint32_t *next)
{
    if (!argument->name)
        return (*next)++;
    for (uint32_t i = 0; i < function->parameter_count; i++)
        if (str_equal(function->parameters[i].name, argument->name->text))
            return i;
    return UINT32_MAX;
}

static TypedCall *own_call_new(Scope *s, const AstCall *node, DeclState *decl)
{
    uint32_t count = decl->pub.function.parameter_count;
    TypedCall *call = ARENA_NEW(s->c->arena, TypedCall);
    call->node = node;
    call->name = decl->pub.name;
    call->arguments = ARENA_ARRAY(s->c->arena, const AstNode *, count);
    call->defaults = ARENA_ARRAY(s->c->arena, Str, count);
    Type *types = ARENA_ARRAY(s->c->arena, Type, count);
    for (uint32_t i = 0; i < count; i++)
        types[i] = decl->pub.function.parameters[i].type;
    call->types = types;
    call->count = count;
    call->runs = true;
    return call;
}

static Type call_own(Scope *s, const AstCall *node, DeclState *decl)
{
    const TypedFunction *function = &decl->pub.function;
    TypedCall *call = own_call_new(s, node, decl);
    const AstNode **arguments = (const AstNode **)(uintptr_t)(const void *)call->arguments;
    uint32_t next = 0, given = 0;
    bool good = true;
    decl->pub.used = true;
    if (s->decl)
        avec_push(s->c->arena, &s->decl->calls, decl);
    TypedExpr *e = expr_here(s, &node->base);
    e->constant = true;
    for (uint32_t i = 0; i < node->arguments.count; i++) {
        if (node->arguments.items[i]->kind != AST_ARGUMENT)
            continue;
        const AstArgument *argument = ast_as_Argument(node->arguments.items[i]);
        uint32_t at = own_position(function, argument, &next);
        good &= at < call->count && !arguments[at < call->count ? at : 0];
        if (at >= call->count)
            continue;
        own_argument(s, argument->value, &function->parameters[at]);
        arguments[at] = argument->value;
        given++;
        const TypedExpr *from = expr_of(s->c, argument->value);
        e->can_issue |= from && from->can_issue;
        e->constant &= from && from->constant;
        bool gap = from && from->can_gap && !function->parameters[at].nullable;
        e->can_gap |= gap;
    }
    if (!good || given != call->count)
        report_with(s->c, DIAG_ARGUMENT_COUNT, &node->base,
                    DIAG_ARGS(diag_arg(decl->pub.name), diag_arg_int(s->c->diags, call->count),
                              diag_arg_int(s->c->diags, node->arguments.count)));
    e->ref = TYPED_REF_FUNCTION;
    e->decl = &decl->pub;
    e->call = call;
    e->can_gap |= function->nullable;
    e->can_miss |= function->nullable;
    e->can_issue = true;
    return record_type(e, function->result);
}

/* ----------------------------------------------------------------------- special words */

static Type call_size(Scope *s, const AstCall *call)
{
    const AstNode *value =
        call->arguments.count == 1 && call->arguments.items[0]->kind == AST_ARGUMENT
            ? ast_as_Argument(call->arguments.items[0])->value
            : NULL;
    Scope inside = *s;
    inside.folds_series = true;
    if (value)
        (void)infer(&inside, value, NULL);
    const TypedExpr *of = value ? expr_of(s->c, value) : NULL;
    const TypedExpr *inner = of && of->ref == TYPED_REF_KEY ? expr_of(s->c, of->key->value) : of;
    TypedExpr *e = expr_here(s, &call->base);
    bool component = inner && inner->ref == TYPED_REF_VAR && inner->var->kind == TYPED_VAR_CONNECT;
    bool many = of && (of->type.kind == TYPE_LIST || of->type.kind == TYPE_SET);
    if (!component && !many)
        report(s->c, DIAG_SIZE_OF_WHAT, &call->base);
    e->ref = TYPED_REF_CALL;
    e->can_issue = true;
    e->can_gap = of && of->can_gap;
    return record_type(e, type_of(TYPE_INTEGER));
}

static Type call_path(Scope *s, const AstCall *call)
{
    report(s->c, DIAG_PATH_OUTSIDE, &call->base);
    return record_type(expr_here(s, &call->base), type_of(TYPE_ERROR));
}

/* ----------------------------------------------------------------------- dispatch */

static void offer_functions(Scope *s, NearName *near)
{
    for (uint32_t i = 0; i < stdlib_count(); i++) {
        near_name_offer(near, str_from_cstr(stdlib_at(i)->name));
        near_name_offer(near, str_from_cstr(stdlib_at(i)->name_zh));
    }
    for (uint32_t i = 0; i < record_function_count(); i++) {
        near_name_offer(near, str_from_cstr(record_function_at(i)->name));
        near_name_offer(near, str_from_cstr(record_function_at(i)->name_zh));
    }
    near_decls(s->c, s->file, KIND_BIT(TYPED_FUNCTION) | KIND_BIT(TYPED_EXTERN), STR(""), near);
}

static Type call_unknown(Scope *s, const AstCall *call, Str name)
{
    Diag *diag = resolve_lost(s->c, s->file, name)
                     ? NULL
                     : report_once(s->c, DIAG_UNKNOWN_FUNCTION, call->callee, STR(""), name);
    if (!diag)
        return record_type(expr_here(s, &call->base), type_of(TYPE_ERROR));
    NearName near;
    near_name_init(&near, name);
    offer_functions(s, &near);
    Str best;
    if (other_function_name(name, &best) || near_name_best(&near, &best))
        advise_near(s->c, diag, call->callee, best);
    return record_type(expr_here(s, &call->base), type_of(TYPE_ERROR));
}

static DeclState *prefixed_function(Scope *s, const AstNode *callee)
{
    if (callee->kind != AST_MEMBER || ast_as_Member(callee)->object->kind != AST_NAME)
        return NULL;
    Str prefix = ast_as_Name(ast_as_Member(callee)->object)->text;
    const FileState *file = s->c->files.items[s->file];
    for (size_t i = 0; i < file->uses.count; i++)
        if (file->uses.items[i].file != UINT32_MAX && file->uses.items[i].alias.len &&
            str_equal(file->uses.items[i].alias, prefix))
            return resolve_name(s->c, file->uses.items[i].file, ast_as_Member(callee)->name->text);
    return NULL;
}

/* Whether the prefix is that of a file that could not be read. */
static bool lost_prefix(const Scope *s, const AstNode *callee)
{
    if (callee->kind != AST_MEMBER || ast_as_Member(callee)->object->kind != AST_NAME)
        return false;
    Str prefix = ast_as_Name(ast_as_Member(callee)->object)->text;
    const FileState *file = s->c->files.items[s->file];
    for (size_t i = 0; i < file->uses.count; i++)
        if (file->uses.items[i].file == UINT32_MAX && file->uses.items[i].alias.len &&
            str_equal(file->uses.items[i].alias, prefix))
            return true;
    return false;
}

static bool is_function(const DeclState *decl)
{
    return decl && (decl->pub.kind == TYPED_FUNCTION || decl->pub.kind == TYPED_EXTERN);
}

#define CARDS_MAX 16

Type infer_call(Scope *s, const AstCall *call, const Type *expected)
{
    (void)expected;
    if (call->callee->kind != AST_NAME) {
        DeclState *own = prefixed_function(s, call->callee);
        if (is_function(own))
            return call_own(s, call, own);
        if (call->callee->kind != AST_ERROR && !lost_prefix(s, call->callee))
            report(s->c, DIAG_NOT_CALLABLE, call->callee);
        return record_type(expr_here(s, &call->base), type_of(TYPE_ERROR));
    }
    Str name = ast_as_Name(call->callee)->text;
    DeclState *own = resolve_name(s->c, s->file, name);
    if (is_function(own))
        return call_own(s, call, own);
    const FnCard *cards[CARDS_MAX];
    uint32_t count = MIN_OF(stdlib_find(name, cards, CARDS_MAX), CARDS_MAX);
    const RecordFunction *record = record_function(name);
    if (record && (count == 0 || cards[0]->parts || cards[0]->lower == LOWER_RECORD))
        return call_record(s, call, record, count > 0 ? cards[0] : NULL);
    if (count == 0)
        return call_unknown(s, call, name);
    if (cards[0]->lower == LOWER_AGGREGATE)
        return infer_aggregate(s, call, cards, count);
    if (card_is(cards[0], "size"))
        return call_size(s, call);
    if (card_is(cards[0], "path"))
        return call_path(s, call);
    if ((card_is(cards[0], "as_of") || card_is(cards[0], "points")) && !call->arguments.count)
        return infer_name(s, ast_as_Name(call->callee), NULL);
    return call_card(s, call, cards, count);
}
