// SPDX-License-Identifier: Apache-2.0
//
// infer.c: types of expressions: the dispatch, literals, sets, templates, conversions into places.

#include "lang/infer_int.h"

#include "lang/parse.h"
#include "runtime/base/regex.h"
#include "runtime/base/time.h"
#include "runtime/base/wide.h"

/* ----------------------------------------------------------------------- recording */

void expr_want(Checker *c, const AstNode *node, Type want)
{
    TypedExpr *e = expr_of(c, node);
    if (e)
        e->want = want;
}

Type record_type(TypedExpr *e, Type type)
{
    e->type = type;
    e->want = type;
    return type;
}

TypedExpr *expr_here(Scope *s, const AstNode *node)
{
    TypedExpr *e = expr_new(s->c, node);
    e->stretch = s->body ? s->body->stretch : 0;
    return e;
}

/* ----------------------------------------------------------------------- numbers and dates */

static void offer_unit(void *context, Str name)
{
    near_name_offer(context, name);
}

/* So large a number in front of letters is an id with its check character. */
static const int64_t LIKE_AN_ID = 1000000000000;

static void report_unit(Scope *s, const AstNumber *number)
{
    if (s->c->files.items[s->file]->lost_use)
        return;
    Diag *diag =
        report_with(s->c, DIAG_UNKNOWN_UNIT, &number->base, DIAG_ARGS(diag_arg(number->unit)));
    NearName near;
    near_name_init(&near, number->unit);
    unit_each_name(offer_unit, &near);
    Str best;
    ParseSplit splits[PARSE_SPLITS_MAX];
    const Source *source = source_get(s->c->sources, number->base.span.file);
    uint32_t count = parse_splits(s->c->arena, source, number->base.span, splits);
    static const Str multiples[] = {STR_INIT("千"),   STR_INIT("万"),   STR_INIT("十万"),
                                    STR_INIT("百万"), STR_INIT("千万"), STR_INIT("亿")};
    for (size_t i = 0; i < ARRAY_LEN(multiples); i++) {
        if (str_equal(number->unit, multiples[i])) {
            diag_note(s->c->diags, diag, DIAG_TEXT_MULTIPLE, DIAG_NONE);
            return;
        }
    }
    if (number->count >= LIKE_AN_ID)
        diag_note(s->c->diags, diag, DIAG_TEXT_MAYBE_TEXT, DIAG_ARGS(text_arg(s->c, &number->base)));
    else if (count == 1)
        parse_advise_split(s->c->diags, diag, &splits[0]);
    else if (near_name_best(&near, &best))
        diag_note(s->c->diags, diag, DIAG_TEXT_NEAR_UNIT, DIAG_ARGS(diag_arg(best)));
}

/* A length counts whole days, months or microseconds. */
static bool whole_length(const AstNumber *number, const UnitMeaning *meaning, int128_t *count)
{
    int128_t product;
    if (!num_mul_i128(number->count, meaning->num, &product))
        return false;
    int128_t divisor = wide_pow10((int)number->scale);
    *count = product / divisor;
    return product % divisor == 0 && *count <= INT64_MAX && *count >= INT64_MIN;
}

/* Money: 3.5万元 is 35000 at scale 0, 5分 is 5 at scale 2. */
static bool money_count(const AstNumber *number, const UnitMeaning *meaning, int128_t *count,
                        uint8_t *scale)
{
    int128_t product, num = number->count;
    int64_t places = number->scale;
    for (int128_t den = meaning->den; den > 1; den /= 10)
        places++;
    if (!num_mul_i128(num, meaning->num, &product))
        return false;
    for (; places > 0 && product % 10 == 0; places--)
        product /= 10;
    *count = product;
    *scale = (uint8_t)places;
    return exact_fits(product) && places <= EXACT_SCALE_MAX;
}

static Type quantity_type(Scope *s, const AstNumber *number, const UnitMeaning *meaning,
                          TypedExpr *e)
{
    Type type = type_of(meaning->kind);
    bool fits = true;
    e->count = number->count;
    if (meaning->kind == TYPE_QUANTITY) {
        type.unit = meaning->unit;
        type.scale = (uint8_t)number->scale;
    } else if (meaning->kind == TYPE_MONEY || meaning->kind == TYPE_PRICE) {
        type.unit = meaning->unit;
        type.nominal = meaning->currency;
        fits = money_count(number, meaning, &e->count, &type.scale);
    } else {
        fits = whole_length(number, meaning, &e->count);
    }
    if (fits)
        return type;
    report_with(s->c, DIAG_NUMBER_TOO_FINE, &number->base,
                DIAG_ARGS(text_arg(s->c, &number->base)));
    return type_of(TYPE_ERROR);
}

Type literal_number(Scope *s, const AstNumber *number, const Type *expected)
{
    TypedExpr *e = expr_here(s, &number->base);
    (void)expected;
    e->constant = true;
    e->count = number->count;
    switch (number->form) {
    case AST_NUMBER_INTEGER: {
        bool fits = number->count <= INT64_MAX && number->count >= INT64_MIN;
        return record_type(e, fits ? type_of(TYPE_INTEGER) : type_exact(TYPE_DECIMAL, 0));
    }
    case AST_NUMBER_DECIMAL:
        return record_type(e, type_exact(TYPE_DECIMAL, (uint8_t)number->scale));
    case AST_NUMBER_PERCENT:
        return record_type(e, type_exact(TYPE_RATIO, (uint8_t)number->scale));
    case AST_NUMBER_QUANTITY:
        break;
    }
    UnitMeaning meaning;
    if (!resolve_unit(s->c, s->file, number->unit, &meaning)) {
        report_unit(s, number);
        return record_type(e, type_of(TYPE_ERROR));
    }
    return record_type(e, quantity_type(s, number, &meaning, e));
}

static Type literal_date(Scope *s, const AstDate *date)
{
    TypedExpr *e = expr_here(s, &date->base);
    e->constant = true;
    e->count = date->value;
    return record_type(e, type_of(date->form == AST_DATE_DAY     ? TYPE_DATE
                                  : date->form == AST_DATE_MONTH ? TYPE_MONTH
                                                                 : TYPE_DATETIME));
}

/* ----------------------------------------------------------------------- texts */

static bool pattern_fits(Scope *s, Str pattern, Str text)
{
    Regex *regex = NULL;
    bool found = true;
    (void)s;
    if (regex_compile(pattern, REGEX_WHOLE, &regex, NULL, NULL) != STATUS_OK)
        return true; /* the declaration has been told */
    RegexMatch *match = regex_match_create(regex);
    if (regex_test(regex, match, text, &found, NULL) != STATUS_OK)
        found = true;
    regex_match_destroy(match);
    regex_destroy(regex);
    return found;
}

static bool identity_usable(const Nominal *nominal, Str text)
{
    const IdentityCard *card =
        nominal->identity ? stdlib_identity(str_from_cstr(nominal->identity)) : NULL;
    if (!card || !card->normalise)
        return true;
    StrBuf out = {0};
    IdentityState state = card->normalise(text, &out);
    strbuf_deinit(&out);
    return state == IDENTITY_VALID || state == IDENTITY_REPAIRED;
}

static Type identity_literal(Scope *s, const AstText *text, Type expected)
{
    bool good = s->in_test || (identity_usable(expected.nominal, text->text) &&
                               (!expected.nominal->pattern.len ||
                                pattern_fits(s, expected.nominal->pattern, text->text)));
    if (!good)
        report_with(s->c, DIAG_IDENTITY_LITERAL, &text->base,
                    DIAG_ARGS(diag_arg(text->text), type_arg(s->c, expected)));
    return expected;
}

uint32_t enum_member(const Nominal *nominal, Str name)
{
    for (uint32_t i = 0; i < nominal->member_count; i++)
        if (str_equal(nominal->members[i].name, name))
            return i;
    return UINT32_MAX;
}

static Type enum_text(Scope *s, const AstText *text, Type expected)
{
    Diag *diag = report_with(s->c, DIAG_ENUM_IN_QUOTES, &text->base,
                             DIAG_ARGS(type_arg(s->c, expected), diag_arg(text->text)));
    if (enum_member(expected.nominal, text->text) != UINT32_MAX)
        advise_near(s->c, diag, &text->base, text->text);
    return type_of(TYPE_ERROR);
}

static Type literal_text(Scope *s, const AstText *text, const Type *expected)
{
    TypedExpr *e = expr_here(s, &text->base);
    e->constant = true;
    Type type = type_of(TYPE_TEXT);
    if (expected && expected->kind == TYPE_IDENTITY)
        type = identity_literal(s, text, *expected);
    else if (expected && expected->kind == TYPE_ENUM)
        type = enum_text(s, text, *expected);
    return record_type(e, type);
}

static bool printable(Type type)
{
    return type.kind != TYPE_RECORD && type.kind != TYPE_UNIT && type.kind != TYPE_ROWS;
}

static Type infer_template(Scope *s, const AstTemplate *template)
{
    Scope inner = *s;
    inner.in_template = true;
    for (uint32_t i = 0; i < template->parts.count; i++) {
        const AstNode *part = template->parts.items[i];
        Type type = infer(&inner, part, NULL);
        if (!printable(type))
            report_with(s->c, DIAG_NOT_PRINTABLE, part, DIAG_ARGS(type_arg(s->c, type)));
    }
    TypedExpr *e = expr_here(s, &template->base);
    return record_type(e, type_of(TYPE_TEXT));
}

/* ----------------------------------------------------------------------- sets */

static Type set_of(Checker *c, Type element)
{
    Type *copy = ARENA_NEW(c->arena, Type);
    *copy = element;
    Type type = type_of(TYPE_SET);
    type.element = copy;
    return type;
}

static Type infer_set(Scope *s, const AstSet *set, const Type *expected)
{
    const Type *element = expected && expected->kind == TYPE_SET ? expected->element : NULL;
    Type common = type_of(TYPE_ERROR);
    bool gap = false, issue = false, constant = true;
    for (uint32_t i = 0; i < set->items.count; i++) {
        const AstNode *item = set->items.items[i];
        Type type = infer(s, item, element ? element : i ? &common : NULL), joined;
        const TypedExpr *e = expr_of(s->c, item);
        gap |= e && e->can_gap;
        issue |= e && e->can_issue;
        constant &= e && e->constant;
        TypeFault fault = i ? type_common(s->c->arena, common, type, &joined) : TYPE_FAULT_NONE;
        if (fault != TYPE_FAULT_NONE)
            report_with(s->c, DIAG_SET_MIXED, item,
                        DIAG_ARGS(type_arg(s->c, common), type_arg(s->c, type)));
        if (!i || (fault == TYPE_FAULT_NONE && joined.kind != TYPE_ERROR))
            common = i ? joined : type;
    }
    for (uint32_t i = 0; i < set->items.count; i++)
        expr_want(s->c, set->items.items[i], common);
    TypedExpr *e = expr_here(s, &set->base);
    e->can_gap = gap;
    e->can_issue = issue;
    e->constant = constant;
    return record_type(e, set_of(s->c, common));
}

/* ----------------------------------------------------------------------- what takes its type */

static bool is_local(Scope *s, Str name)
{
    if (s->body && (body_var(s->body, name) || body_let(s->body, name)))
        return true;
    for (uint32_t i = 0; s->function && i < s->function->parameter_count; i++)
        if (str_equal(s->function->parameters[i].name, name))
            return true;
    return false;
}

bool is_adaptable(Scope *s, const AstNode *node)
{
    switch (node->kind) {
    case AST_TEXT:
        return true;
    case AST_NAME:
        return !is_local(s, ast_as_Name(node)->text) &&
               map_get(&s->c->members, ast_as_Name(node)->text, NULL);
    case AST_SET:
        return ast_as_Set(node)->items.count > 0 &&
               is_adaptable(s, ast_as_Set(node)->items.items[0]);
    default:
        return false;
    }
}

/* ----------------------------------------------------------------------- dispatch */

static Type infer_blank(Scope *s, const AstNode *node, const Type *expected)
{
    TypedExpr *e = expr_here(s, node);
    e->can_gap = e->can_miss = true;
    e->constant = true;
    return record_type(e, expected ? *expected : type_of(TYPE_ERROR));
}

static Type infer_misplaced_interval(Scope *s, const AstNode *node)
{
    report(s->c, DIAG_INTERVAL_ALONE, node);
    return record_type(expr_here(s, node), type_of(TYPE_ERROR));
}

Type infer(Scope *s, const AstNode *node, const Type *expected)
{
    Type type;
    if (settle_key(s, node, expected, &type))
        return type;
    switch (node->kind) {
    case AST_NAME:
        return infer_name(s, ast_as_Name(node), expected);
    case AST_TEXT:
        return literal_text(s, ast_as_Text(node), expected);
    case AST_TEMPLATE:
        return infer_template(s, ast_as_Template(node));
    case AST_NUMBER:
        return literal_number(s, ast_as_Number(node), expected);
    case AST_DATE:
        return literal_date(s, ast_as_Date(node));
    case AST_BLANK:
        return infer_blank(s, node, expected);
    case AST_MEMBER:
        return infer_member(s, ast_as_Member(node), expected);
    case AST_CALL:
        return infer_call(s, ast_as_Call(node), expected);
    case AST_SET:
        return infer_set(s, ast_as_Set(node), expected);
    case AST_INTERVAL:
        return infer_misplaced_interval(s, node);
    case AST_UNARY:
    case AST_BINARY:
    case AST_LIKE:
    case AST_PRESENCE:
    case AST_IF:
        return infer_operator(s, node, expected);
    default:
        return record_type(expr_here(s, node), type_of(TYPE_ERROR));
    }
}

void infer_condition(Scope *s, const AstNode *node)
{
    Scope inner = *s;
    inner.condition = true;
    Type type = infer(&inner, node, NULL);
    if (type.kind != TYPE_BOOLEAN && type.kind != TYPE_ERROR)
        report_with(s->c, DIAG_NOT_TRUTH, node, DIAG_ARGS(type_arg(s->c, type)));
    else
        lint_condition(s, node);
}

typedef struct FailedWalk {
    Checker *c;
    bool found;
} FailedWalk;

static AstVisit failed_enter(void *context, const AstNode *node)
{
    FailedWalk *walk = context;
    const TypedExpr *e = expr_of(walk->c, node);
    walk->found |= node->kind == AST_ERROR || (e && e->type.kind == TYPE_ERROR);
    return walk->found ? AST_VISIT_STOP : AST_VISIT_INTO;
}

bool expr_failed(Checker *c, const AstNode *node)
{
    FailedWalk walk = {c, false};
    ast_walk(node, failed_enter, NULL, &walk);
    return walk.found;
}

/* ----------------------------------------------------------------------- into declared places */

static void report_store(Scope *s, const AstNode *node, Type from, Type to, TypeFault fault,
                         Str place)
{
    if (fault == TYPE_FAULT_SCALE || fault == TYPE_FAULT_UNIT) {
        report_with(s->c, DIAG_PRECISION_LOST, node,
                    DIAG_ARGS(diag_arg(place), type_arg(s->c, to),
                              diag_arg_int(s->c->diags, to.scale),
                              diag_arg_int(s->c->diags, from.scale)));
        return;
    }
    if (fault == TYPE_FAULT_MONEY_REAL) {
        report_with(s->c, DIAG_REAL_TO_MONEY, node, DIAG_ARGS(text_arg(s->c, node)));
        return;
    }
    Diag *diag = report_with(s->c, DIAG_WRONG_TYPE, node,
                             DIAG_ARGS(diag_arg(place), type_arg(s->c, to), type_arg(s->c, from)));
    advise_literal(s, diag, node, to);
}

/* A number without a unit may stand where a real is wanted: it is rounded to binary64. */
static bool becomes_real(Type from, Type to)
{
    return to.kind == TYPE_REAL && (from.kind == TYPE_INTEGER || from.kind == TYPE_DECIMAL);
}

void infer_into(Scope *s, const AstNode *node, Type to, bool nullable, DiagId missing, Str place)
{
    Type from = infer(s, node, &to);
    TypeFault fault = becomes_real(from, to) ? TYPE_FAULT_NONE : type_store(s->c->arena, from, to);
    if (fault != TYPE_FAULT_NONE) {
        report_store(s, node, from, to, fault, place);
        return;
    }
    expr_want(s->c, node, to);
    const TypedExpr *e = expr_of(s->c, node);
    if (e && e->can_miss && !nullable && from.kind != TYPE_ERROR)
        report_with(s->c, missing, node, DIAG_ARGS(text_arg(s->c, node), diag_arg(place)));
}
