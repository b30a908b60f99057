// SPDX-License-Identifier: Apache-2.0
//
// resolve_decl.c: what declarations say: types, enums, units, laws, tables, sources, signatures.

#include "lang/infer_int.h"

#include "runtime/base/regex.h"
#include "runtime/base/time.h"
#include "runtime/base/wide.h"

/* ----------------------------------------------------------------------- names that must differ */

static Diag *report_again(Checker *c, const AstName *again, const AstNode *first)
{
    Diag *diag = report_with(c, DIAG_NAME_TWICE, &again->base, DIAG_ARGS(diag_arg(again->text)));
    diag_label(c->diags, diag, first->span, DIAG_TEXT_FIRST_HERE_PLAIN, DIAG_NONE);
    return diag;
}

/* Reports names of a list that are there twice; `name_of` may give NULL. */
void check_distinct(Checker *c, AstList list, const AstName *(*name_of)(const AstNode *node))
{
    Map seen = {0};
    for (uint32_t i = 0; i < list.count; i++) {
        const AstName *name = name_of(list.items[i]);
        if (!name || !name->text.len)
            continue;
        bool is_new;
        uint64_t *first = map_at(&seen, name->text, &is_new);
        if (is_new)
            *first = i;
        else
            report_again(c, name, &name_of(list.items[*first])->base);
    }
    map_deinit(&seen);
}

static const AstName *member_name(const AstNode *node)
{
    return node->kind == AST_ENUM_MEMBER ? ast_as_EnumMember(node)->name : NULL;
}

/* ----------------------------------------------------------------------- dates */

static int64_t range_first(const AstDate *date)
{
    return date->form == AST_DATE_MONTH ? month_first_day((int32_t)date->value) : date->value;
}

static int64_t range_last(const AstDate *date)
{
    return date->form == AST_DATE_MONTH ? month_last_day((int32_t)date->value) : date->value;
}

bool date_range(const AstDateRange *range, int64_t *from, int64_t *to)
{
    *from = range_first(range->first);
    *to = range->last ? range_last(range->last) : INT64_MAX;
    return *from <= *to;
}

static void check_range(Checker *c, const AstDateRange *range, int64_t *from, int64_t *to)
{
    if (!date_range(range, from, to))
        report(c, DIAG_RANGE_BACKWARDS, &range->base);
}

/* ----------------------------------------------------------------------- laws */

static void declare_law(Checker *c, DeclState *decl)
{
    const AstLaw *law = ast_as_Law(decl->pub.node);
    TypedLawVersion *versions = ARENA_ARRAY(c->arena, TypedLawVersion, law->versions.count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < law->versions.count; i++) {
        if (law->versions.items[i]->kind != AST_LAW_VERSION)
            continue;
        const AstLawVersion *node = ast_as_LawVersion(law->versions.items[i]);
        TypedLawVersion version = {node->name ? node->name->text : STR(""), 0, 0};
        check_range(c, node->effective, &version.from, &version.to);
        for (uint32_t k = 0; k < count; k++)
            if (version.name.len && str_equal(versions[k].name, version.name))
                report_with(c, DIAG_VERSION_TWICE, &node->base, DIAG_ARGS(diag_arg(version.name)));
        if (!version.name.len && law->versions.count > 1)
            report_with(c, DIAG_VERSION_UNNAMED, &node->base, DIAG_ARGS(diag_arg(decl->pub.name)));
        versions[count++] = version;
    }
    for (uint32_t i = 1; i < count; i++) /* by date; few */
        for (uint32_t k = i; k > 0 && versions[k].from < versions[k - 1].from; k--) {
            TypedLawVersion swap = versions[k];
            versions[k] = versions[k - 1];
            versions[k - 1] = swap;
        }
    decl->pub.law.versions = versions;
    decl->pub.law.version_count = count;
}

/* ----------------------------------------------------------------------- types and enums */

static void declare_type(Checker *c, DeclState *decl)
{
    const AstType *type = ast_as_Type(decl->pub.node);
    Nominal *nominal = ARENA_NEW(c->arena, Nominal);
    *nominal = (Nominal){.kind = NOMINAL_IDENTITY, .name = decl->pub.name, .identity = "text"};
    decl->pub.nominal = nominal;
    if (type->pattern) {
        nominal->pattern = type->pattern->text;
        Regex *regex;
        check_regex(c, type->pattern, REGEX_WHOLE, &regex);
        regex_destroy(regex);
    }
}

/* The representation is looked up when all types are known. */
static void settle_type(Checker *c, DeclState *decl)
{
    const AstType *type = ast_as_Type(decl->pub.node);
    Type of = resolve_type(c, decl->pub.file, type->representation);
    if (of.kind == TYPE_IDENTITY && of.nominal->identity && of.nominal != decl->pub.nominal) {
        Nominal *nominal = (Nominal *)(uintptr_t)(const void *)decl->pub.nominal;
        nominal->identity = of.nominal->identity;
    } else if (of.kind != TYPE_TEXT && of.kind != TYPE_ERROR) {
        report_with(c, DIAG_TYPE_NOT_TEXT, &type->representation->base, DIAG_ARGS(type_arg(c, of)));
    }
}

/* A bare member's name finds its enum where only one enum has it. */
static void note_member(Checker *c, const DeclState *decl, Str name)
{
    bool is_new;
    uint64_t *owner = map_at(&c->members, name, &is_new);
    if (is_new)
        *owner = decl->pub.index;
    else if (*owner != decl->pub.index)
        *owner = MEMBER_OF_SEVERAL;
}

static void declare_enum(Checker *c, DeclState *decl)
{
    const AstEnum *node = ast_as_Enum(decl->pub.node);
    EnumMember *members = ARENA_ARRAY(c->arena, EnumMember, node->members.count);
    Map spellings = {0};
    uint32_t count = 0;
    for (uint32_t i = 0; i < node->members.count; i++) {
        if (node->members.items[i]->kind != AST_ENUM_MEMBER)
            continue;
        const AstEnumMember *member = ast_as_EnumMember(node->members.items[i]);
        Str *also = ARENA_ARRAY(c->arena, Str, member->also.count);
        for (uint32_t k = 0; k < member->also.count; k++) {
            also[k] = ast_as_Text(member->also.items[k])->text;
            if (!map_put(&spellings, also[k], i))
                report_with(c, DIAG_NAME_TWICE, member->also.items[k],
                            DIAG_ARGS(diag_arg(also[k])));
        }
        members[count++] = (EnumMember){member->name->text, also, member->also.count};
        note_member(c, decl, member->name->text);
    }
    map_deinit(&spellings);
    check_distinct(c, node->members, member_name);
    Nominal *nominal = ARENA_NEW(c->arena, Nominal);
    *nominal = (Nominal){
        .kind = NOMINAL_ENUM, .name = decl->pub.name, .members = members, .member_count = count};
    decl->pub.nominal = nominal;
}

/* ----------------------------------------------------------------------- units */

static bool number_value(const AstNumber *number, int128_t *num, int128_t *den)
{
    *num = number->count;
    *den = wide_pow10((int)number->scale);
    return number->count > 0;
}

static const Unit *unit_from_factor(Checker *c, const DeclState *decl, const AstUnit *node,
                                    const Unit *of)
{
    int128_t n1 = 1, d1 = 1, n2 = 1, d2 = 1, num, den, part;
    bool positive = number_value(node->numerator, &n1, &d1) &&
                    (!node->denominator || number_value(node->denominator, &n2, &d2));
    UnitFactor factor;
    bool fits = positive && num_mul_i128(n1, d2, &part) && num_mul_i128(part, of->num, &num) &&
                num_mul_i128(d1, n2, &part) && num_mul_i128(part, of->den, &den) &&
                unit_factor(num, den, &factor);
    if (!fits) {
        report_with(c, DIAG_UNIT_FACTOR, &node->base, DIAG_ARGS(diag_arg(decl->pub.name)));
        return NULL;
    }
    Unit *unit = ARENA_NEW(c->arena, Unit);
    *unit = (Unit){decl->pub.name, of->dimension, factor.num, factor.den};
    return unit;
}

static bool settle_unit(Checker *c, DeclState *decl, uint32_t depth);

static bool declared_unit(Checker *c, uint32_t file, Str name, UnitMeaning *meaning)
{
    DeclState *decl = resolve_name(c, file, name);
    if (!decl || decl->pub.kind != TYPED_UNIT)
        return false;
    decl->pub.used = true;
    if (!decl->pub.unit && !settle_unit(c, decl, 0))
        return false;
    *meaning = (UnitMeaning){TYPE_QUANTITY, decl->pub.unit, NULL, 1, 1};
    return true;
}

static bool multiply_unit(Checker *c, UnitMeaning *meaning, Str written, int power)
{
    int128_t factor = wide_pow10(power);
    if (meaning->kind != TYPE_QUANTITY)
        return num_mul_i128(meaning->num, factor, &meaning->num);
    UnitFactor exact;
    int128_t num;
    if (!num_mul_i128(meaning->unit->num, factor, &num) ||
        !unit_factor(num, meaning->unit->den, &exact))
        return false;
    Unit *unit = ARENA_NEW(c->arena, Unit);
    *unit = (Unit){written, meaning->unit->dimension, exact.num, exact.den};
    meaning->unit = unit;
    return true;
}

static bool price_unit(Checker *c, uint32_t file, Str per, UnitMeaning *meaning)
{
    UnitMeaning below;
    bool known = declared_unit(c, file, per, &below) || unit_builtin(per, &below);
    if (!known || meaning->kind != TYPE_MONEY || below.kind != TYPE_QUANTITY)
        return false;
    meaning->kind = TYPE_PRICE;
    meaning->unit = below.unit;
    return true;
}

bool resolve_unit(Checker *c, uint32_t file, Str written, UnitMeaning *meaning)
{
    if (declared_unit(c, file, written, meaning) || unit_builtin(written, meaning))
        return true;
    AstUnitParts parts = ast_unit_split(written);
    if (parts.power == 0 && !parts.per.len)
        return false;
    if (!declared_unit(c, file, parts.unit, meaning) && !unit_builtin(parts.unit, meaning))
        return false;
    if (parts.power && !multiply_unit(c, meaning, written, parts.power))
        return false;
    return !parts.per.len || price_unit(c, file, parts.per, meaning);
}

#define UNIT_DEPTH_MAX 50

static bool settle_unit(Checker *c, DeclState *decl, uint32_t depth)
{
    const AstUnit *node = ast_as_Unit(decl->pub.node);
    if (!node->numerator || !node->of) {
        Unit *base = ARENA_NEW(c->arena, Unit);
        *base = (Unit){decl->pub.name, decl->pub.name, 1, 1};
        decl->pub.unit = base;
        return true;
    }
    DeclState *of = resolve_name(c, decl->pub.file, node->of->text);
    bool own = of && of->pub.kind == TYPED_UNIT;
    if (own)
        of->pub.used = true;
    if (decl->failed)
        return false;
    if (depth > UNIT_DEPTH_MAX || (own && of == decl)) {
        decl->failed = true;
        report_with(c, DIAG_UNIT_CYCLE, &node->of->base, DIAG_ARGS(diag_arg(decl->pub.name)));
        return false;
    }
    UnitMeaning meaning = {0};
    bool known = own ? of->pub.unit || settle_unit(c, of, depth + 1)
                     : resolve_unit(c, decl->pub.file, node->of->text, &meaning);
    if (own)
        meaning = (UnitMeaning){TYPE_QUANTITY, of->pub.unit, NULL, 1, 1};
    if (!known || meaning.kind != TYPE_QUANTITY) {
        decl->failed = true;
        if (!own && !c->files.items[decl->pub.file]->lost_use)
            report_with(c, DIAG_UNKNOWN_UNIT, &node->of->base, DIAG_ARGS(diag_arg(node->of->text)));
        return false;
    }
    decl->pub.unit = unit_from_factor(c, decl, node, meaning.unit);
    return decl->pub.unit != NULL;
}

/* ----------------------------------------------------------------------- type references */

static void offer_name(void *context, Str name)
{
    near_name_offer(context, name);
}

static void report_unknown_type(Checker *c, uint32_t file, const AstName *name)
{
    if (resolve_lost(c, file, name->text))
        return;
    Diag *diag = report_once(c, DIAG_UNKNOWN_TYPE, &name->base, STR(""), name->text);
    if (!diag)
        return;
    NearName near;
    near_name_init(&near, name->text);
    near_decls(c, file, KIND_BIT(TYPED_TYPE) | KIND_BIT(TYPED_ENUM) | KIND_BIT(TYPED_UNIT),
               name->text, &near);
    type_each_name(offer_name, &near);
    for (uint32_t i = 0; i < stdlib_identity_count(); i++) {
        near_name_offer(&near, str_from_cstr(stdlib_identity_at(i)->name));
        near_name_offer(&near, str_from_cstr(stdlib_identity_at(i)->name_zh));
    }
    Str best;
    if (other_type_name(name->text, &best) || near_name_best(&near, &best))
        advise_near(c, diag, &name->base, best);
}

static Type declared_type(Checker *c, const AstName *name, DeclState *decl)
{
    Type type = type_of(TYPE_ERROR);
    decl->pub.used = true;
    switch (decl->pub.kind) {
    case TYPED_TYPE:
        type.kind = TYPE_IDENTITY;
        type.nominal = decl->pub.nominal;
        break;
    case TYPED_ENUM:
        type.kind = TYPE_ENUM;
        type.nominal = decl->pub.nominal;
        break;
    case TYPED_UNIT:
        if (decl->pub.unit) {
            type = type_exact(TYPE_QUANTITY, 6);
            type.unit = decl->pub.unit;
        }
        break;
    default:
        report_with(
            c, DIAG_WRONG_KIND, &name->base,
            DIAG_ARGS(diag_arg(decl->pub.name), kind_arg(decl->pub.kind), kind_arg(TYPED_TYPE)));
    }
    return type;
}

static bool argument_number(const AstNode *node, int64_t *value)
{
    if (node->kind != AST_NUMBER || ast_as_Number(node)->form != AST_NUMBER_INTEGER)
        return false;
    return num_cast_i128_i64(ast_as_Number(node)->count, value);
}

static Type decimal_type(Checker *c, const AstTypeRef *node)
{
    int64_t precision, scale;
    bool good = node->arguments.count == 2 &&
                argument_number(node->arguments.items[0], &precision) &&
                argument_number(node->arguments.items[1], &scale) && precision >= 1 &&
                precision <= EXACT_SCALE_MAX && scale >= 0 && scale <= precision;
    if (!good) {
        report(c, DIAG_DECIMAL_ARGUMENTS, &node->base);
        return type_of(TYPE_ERROR);
    }
    Type type = type_exact(TYPE_DECIMAL, (uint8_t)scale);
    type.precision = (uint8_t)precision;
    return type;
}

static Type money_type(Checker *c, const AstTypeRef *node, Type type)
{
    if (!node->arguments.count)
        return type;
    const AstNode *argument = node->arguments.items[0];
    Str code = argument->kind == AST_NAME ? ast_as_Name(argument)->text : STR("");
    UnitMeaning meaning;
    if (node->arguments.count == 1 && unit_builtin(code, &meaning) && meaning.kind == TYPE_MONEY) {
        type.nominal = meaning.currency;
        return type;
    }
    report_with(c, DIAG_UNKNOWN_CURRENCY, argument, DIAG_ARGS(text_arg(c, argument)));
    return type_of(TYPE_ERROR);
}

static Type price_type(Checker *c, uint32_t file, const AstTypeRef *node, Type type)
{
    UnitMeaning meaning;
    const AstNode *argument = node->arguments.count == 1 ? node->arguments.items[0] : NULL;
    if (argument && argument->kind == AST_NAME &&
        resolve_unit(c, file, ast_as_Name(argument)->text, &meaning) &&
        meaning.kind == TYPE_QUANTITY) {
        type.unit = meaning.unit;
        return type;
    }
    report(c, DIAG_PRICE_UNIT, argument ? argument : &node->base);
    return type_of(TYPE_ERROR);
}

static Type builtin_type(Checker *c, uint32_t file, const AstTypeRef *node, Type type)
{
    switch (type.kind) {
    case TYPE_DECIMAL:
        return decimal_type(c, node);
    case TYPE_MONEY:
        return money_type(c, node, type);
    case TYPE_PRICE:
        return price_type(c, file, node, type);
    default:
        if (node->arguments.count) {
            report_with(c, DIAG_TYPE_ARGUMENTS, &node->base, DIAG_ARGS(type_arg(c, type)));
            return type_of(TYPE_ERROR);
        }
        return type;
    }
}

static Type named_type(Checker *c, uint32_t file, const AstTypeRef *node)
{
    const AstPath *path = node->name;
    if (path->names.count > 1) {
        unsigned kinds = KIND_BIT(TYPED_TYPE) | KIND_BIT(TYPED_ENUM) | KIND_BIT(TYPED_UNIT);
        DeclState *decl = resolve_path(c, file, path, kinds, DIAG_UNKNOWN_TYPE);
        const AstNode *last = path->names.items[path->names.count - 1];
        return decl ? declared_type(c, ast_as_Name(last), decl) : type_of(TYPE_ERROR);
    }
    const AstName *name = ast_as_Name(path->names.items[0]);
    DeclState *decl = resolve_name(c, file, name->text);
    bool is_type = decl && (decl->pub.kind == TYPED_TYPE || decl->pub.kind == TYPED_ENUM ||
                            decl->pub.kind == TYPED_UNIT);
    Type type;
    if (is_type || (decl && !type_builtin(name->text, &type) && !stdlib_identity(name->text))) {
        ref_set(c, &path->base, &decl->pub);
        return declared_type(c, name, decl);
    }
    if (type_builtin(name->text, &type))
        return builtin_type(c, file, node, type);
    const IdentityCard *card = stdlib_identity(name->text);
    if (card) {
        type = type_of(TYPE_IDENTITY);
        type.nominal = identity_nominal(c, card);
        return builtin_type(c, file, node, type);
    }
    if (name->text.len)
        report_unknown_type(c, file, name);
    return type_of(TYPE_ERROR);
}

Type resolve_type(Checker *c, uint32_t file, const AstTypeRef *node)
{
    if (!node->element)
        return node->name ? named_type(c, file, node) : type_of(TYPE_ERROR);
    Type *element = ARENA_NEW(c->arena, Type);
    *element = resolve_type(c, file, node->element);
    Type type = type_of(TYPE_SET);
    type.element = element;
    return type;
}

/* ----------------------------------------------------------------------- all of them */

void declare_all(Checker *c)
{
    for (size_t i = 0; i < c->decls.count; i++) {
        DeclState *decl = c->decls.items[i];
        if (decl->pub.kind == TYPED_LAW)
            declare_law(c, decl);
        else if (decl->pub.kind == TYPED_TYPE)
            declare_type(c, decl);
        else if (decl->pub.kind == TYPED_ENUM)
            declare_enum(c, decl);
    }
    for (size_t i = 0; i < c->decls.count; i++) {
        DeclState *decl = c->decls.items[i];
        if (decl->pub.kind == TYPED_TYPE)
            settle_type(c, decl);
        else if (decl->pub.kind == TYPED_UNIT && !decl->pub.unit)
            (void)settle_unit(c, decl, 0);
    }
    declare_heads(c);
}
