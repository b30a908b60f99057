// SPDX-License-Identifier: Apache-2.0
//
// infer_field.c: parts of values that have names: of checks, matches, case numbers and sessions.

#include "lang/infer_int.h"

const RecordField *record_field(const Nominal *record, Str name, uint32_t *index)
{
    for (uint32_t i = 0; i < record->field_count; i++)
        if (str_equal(name, record->fields[i].name_en) ||
            str_equal(name, record->fields[i].name_zh)) {
            *index = i;
            return &record->fields[i];
        }
    return NULL;
}

static void report_unknown_field(Scope *s, const AstName *name, Type of)
{
    Diag *diag = report_with(s->c, DIAG_UNKNOWN_FIELD, &name->base,
                             DIAG_ARGS(diag_arg(name->text), type_arg(s->c, of)));
    NearName near;
    near_name_init(&near, name->text);
    for (uint32_t i = 0; of.nominal && i < of.nominal->field_count; i++) {
        near_name_offer(&near, of.nominal->fields[i].name_en);
        near_name_offer(&near, of.nominal->fields[i].name_zh);
    }
    Str best;
    if (near_name_best(&near, &best))
        advise_near(s->c, diag, &name->base, best);
}

static const Type type_integer = {.kind = TYPE_INTEGER};
static const Type type_text = {.kind = TYPE_TEXT};
static const Type type_datetime = {.kind = TYPE_DATETIME};

static const RecordField case_fields[] = {{STR_INIT("year"), STR_INIT("年"), &type_integer},
                                          {STR_INIT("court"), STR_INIT("法院"), &type_text},
                                          {STR_INIT("kind"), STR_INIT("类别"), &type_text},
                                          {STR_INIT("number"), STR_INIT("序号"), &type_integer}};

static const Nominal case_record = {.kind = NOMINAL_RECORD,
                                    .name = STR_INIT("案号"),
                                    .name_en = STR_INIT("case_number"),
                                    .fields = case_fields,
                                    .field_count = ARRAY_LEN(case_fields)};

static const RecordField session_fields[] = {{STR_INIT("start"), STR_INIT("起"), &type_datetime},
                                             {STR_INIT("end"), STR_INIT("止"), &type_datetime}};

static const Nominal session_record = {.kind = NOMINAL_RECORD,
                                       .name = STR_INIT("批次"),
                                       .name_en = STR_INIT("session"),
                                       .fields = session_fields,
                                       .field_count = ARRAY_LEN(session_fields)};

/* The session that a value is, or a key of which it is the value; NULL: it is none. */
static const TypedVar *session_of(Scope *s, const TypedExpr *e)
{
    const TypedExpr *key = e->ref == TYPED_REF_KEY ? expr_of(s->c, e->key->value) : NULL;
    e = key ? key : e;
    return e->ref == TYPED_REF_VAR && e->var->kind == TYPED_VAR_SESSION ? e->var : NULL;
}

/* The record behind a value whose parts have names; NULL: it has none. */
static const Nominal *parts_of(Scope *s, const TypedExpr *e)
{
    if (session_of(s, e))
        return &session_record;
    if (e->type.kind == TYPE_RECORD)
        return e->type.nominal;
    bool number = e->type.kind == TYPE_IDENTITY && e->type.nominal->identity &&
                  strcmp(e->type.nominal->identity, "case_number") == 0;
    return number ? &case_record : NULL;
}

/* The ends of a session are times of its order. */
static Type session_end(Scope *s, const TypedVar *var)
{
    AstList orders = ast_as_Session(var->clause)->order;
    bool written = orders.count > 0 && orders.items[0]->kind == AST_ORDER;
    const TypedExpr *time = written ? expr_of(s->c, ast_as_Order(orders.items[0])->value) : NULL;
    return time ? time->type : type_of(TYPE_ERROR);
}

Type infer_field(Scope *s, const AstMember *member)
{
    Scope inner = *s;
    Type of = infer(&inner, member->object, NULL);
    TypedExpr *object = expr_of(s->c, member->object);
    TypedExpr *e = expr_here(s, &member->base);
    const Nominal *parts = object ? parts_of(s, object) : NULL;
    uint32_t index = 0;
    const RecordField *field = parts ? record_field(parts, member->name->text, &index) : NULL;
    if (!field) {
        if (of.kind != TYPE_ERROR && member->name->text.len) {
            Type shown = of;
            shown.nominal = parts ? parts : of.nominal;
            report_unknown_field(s, member->name, shown);
        }
        return record_type(e, type_of(TYPE_ERROR));
    }
    e->ref = TYPED_REF_FIELD;
    e->field = index;
    e->var = object->var;
    e->grain = object->grain;
    bool optional_field = index < 64 && (parts->optional_fields >> index & 1) != 0;
    e->can_gap = object->can_gap || optional_field;
    e->can_miss = object->can_miss || optional_field;
    e->can_issue = object->can_issue || parts == &case_record;
    if (object->ref == TYPED_REF_VAR && object->var->kind == TYPED_VAR_EXTRACT) {
        VarState *var = (VarState *)(uintptr_t)(const void *)object->var;
        bool optional = index < 64 && ((var->optional_fields >> index) & 1);
        e->can_gap = e->can_miss = optional;
        infer_settle(s, &member->base, e, var->pub.stretch == s->body->stretch,
                     infer_row_determined(s, var, WHOLE_ROW));
    }
    if (parts == &session_record) {
        e->var = session_of(s, object);
        if (object->ref == TYPED_REF_KEY) /* a group of it has one session */
            infer_settle(s, &member->base, e, false, true);
        return record_type(e, session_end(s, e->var));
    }
    return record_type(e, *field->type);
}
