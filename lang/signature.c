// SPDX-License-Identifier: Apache-2.0
//
// signature.c: a small reader for the one line that a signature is.

#include "lang/signature.h"

#include "lang/typed.h"

#include "runtime/base/wide.h"

/* ----------------------------------------------------------------------- a cursor over the text */

typedef struct Cursor {
    Str text;
    size_t at;
} Cursor;

static void skip_blanks(Cursor *cursor)
{
    while (cursor->at < cursor->text.len && cursor->text.ptr[cursor->at] == ' ')
        cursor->at++;
}

static bool take(Cursor *cursor, const char *token)
{
    skip_blanks(cursor);
    Str wanted = str_from_cstr(token);
    if (!str_starts(str_slice(cursor->text, cursor->at, cursor->text.len), wanted))
        return false;
    cursor->at += wanted.len;
    return true;
}

static bool is_word(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
           (byte >= '0' && byte <= '9');
}

static Str take_word(Cursor *cursor)
{
    skip_blanks(cursor);
    size_t start = cursor->at;
    while (cursor->at < cursor->text.len && is_word(cursor->text.ptr[cursor->at]))
        cursor->at++;
    return str_slice(cursor->text, start, cursor->at);
}

/* The text up to a comma or bracket on this level: a default. */
static Str take_default(Cursor *cursor)
{
    skip_blanks(cursor);
    size_t start = cursor->at;
    while (cursor->at < cursor->text.len && cursor->text.ptr[cursor->at] != ',' &&
           cursor->text.ptr[cursor->at] != ')')
        cursor->at++;
    return str_trim(str_slice(cursor->text, start, cursor->at));
}

/* ----------------------------------------------------------------------- types */

static bool variable_type(Str word, SigKind *kind)
{
    static const struct {
        const char *word;
        SigKind kind;
    } rows[] = {{"T", SIG_T},       {"U", SIG_U},      {"N", SIG_N}, {"identity", SIG_IDENTITY},
                {"enum", SIG_ENUM}, {"unit", SIG_UNIT}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (str_equal(word, str_from_cstr(rows[i].word))) {
            *kind = rows[i].kind;
            return true;
        }
    return false;
}

static bool plain_type(Str word, SigType *sig)
{
    Type *type = &sig->type;
    static const struct {
        const char *word;
        TypeKind kind;
    } rows[] = {{"days", TYPE_DAYS},
                {"time", TYPE_TIME},
                {"record", TYPE_RECORD},
                {"quantity", TYPE_QUANTITY}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (str_equal(word, str_from_cstr(rows[i].word))) {
            *type = type_of(rows[i].kind);
            return true;
        }
    if (type_builtin(word, type))
        return true;
    sig->card = stdlib_identity(word);
    *type = type_of(TYPE_IDENTITY);
    return sig->card != NULL;
}

static bool take_decimal(Cursor *cursor, Type *type)
{
    if (!take(cursor, "("))
        return true;
    Str precision = take_word(cursor);
    bool comma = take(cursor, ",");
    Str scale = take_word(cursor);
    int64_t p, s;
    if (!comma || !take(cursor, ")") || exact_parse_i64(precision, &p) != EXACT_OK ||
        exact_parse_i64(scale, &s) != EXACT_OK)
        return false;
    type->precision = (uint8_t)p;
    type->scale = (uint8_t)s;
    return true;
}

static bool take_element(Cursor *cursor, SigType *type)
{
    Str word = take_word(cursor);
    if (variable_type(word, &type->kind))
        return true;
    type->kind = SIG_TYPE;
    if (!plain_type(word, type))
        return false;
    return type->type.kind != TYPE_DECIMAL || take_decimal(cursor, &type->type);
}

static bool take_type(Cursor *cursor, SigType *type)
{
    *type = (SigType){.wrap = TYPE_ERROR};
    bool list = take(cursor, "list("), set = !list && take(cursor, "set(");
    if (list || set)
        type->wrap = list ? TYPE_LIST : TYPE_SET;
    if (!take_element(cursor, type))
        return false;
    if ((list || set) && !take(cursor, ")"))
        return false;
    type->nullable = take(cursor, "?");
    return true;
}

/* ----------------------------------------------------------------------- signatures */

Str signature_parameter_zh(Str name)
{
    static const char *const rows[][2] = {
        {"least", "至少"},     {"most", "至多"},        {"by", "按"},       {"places", "位数"},
        {"to", "到"},          {"p", "分位"},           {"n", "个数"},      {"digits", "位数"},
        {"tolerance", "容差"}, {"expected", "应有"},    {"actual", "实有"}, {"limit", "界线"},
        {"width", "宽度"},     {"power", "整数位"},     {"phases", "周期"}, {"k", "倍数"},
        {"group", "分组"},     {"separator", "分隔符"}, {"length", "长度"}, {"start", "起点"},
        {"hits", "命中数"},    {"tries", "总数"},       {"rate", "发生率"}, {"observed", "观察数"},
        {"place", "位置"},     {"time", "时间"},        {"speed", "速度"},  {"total", "合计"},
        {"low", "下限"},       {"high", "上限"},        {"done", "完成日"}, {"due", "期满日"},
        {"word", "标记词"},    {"first", "起"},         {"last", "止"},     {"alpha", "甲权"},
        {"beta", "乙权"},      {"method", "方法"},      {"slack", "宽限"},  {"within", "以内"},
        {"run", "连续"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (str_equal(name, str_from_cstr(rows[i][0])))
            return str_from_cstr(rows[i][1]);
    return name;
}

static bool take_parameter(Cursor *cursor, Signature *signature)
{
    if (signature->count > 0 && take(cursor, "...")) {
        signature->params[signature->count - 1].repeated = true;
        return true;
    }
    if (signature->count == SIG_PARAMS_MAX)
        return false;
    SigParam *param = &signature->params[signature->count];
    *param = (SigParam){.name = take_word(cursor)};
    param->name_zh = signature_parameter_zh(param->name);
    if (!param->name.len || !take(cursor, ":") || !take_type(cursor, &param->type))
        return false;
    if (take(cursor, "="))
        param->fallback = take_default(cursor);
    signature->count++;
    return true;
}

bool signature_parse(Str text, Signature *signature)
{
    *signature = (Signature){0};
    Cursor cursor = {text, 0};
    signature->name = take_word(&cursor);
    if (!signature->name.len || !take(&cursor, "("))
        return false;
    while (!take(&cursor, ")")) {
        if (!take_parameter(&cursor, signature))
            return false;
        (void)take(&cursor, ",");
    }
    if (!take(&cursor, ":") || !take_type(&cursor, &signature->result))
        return false;
    skip_blanks(&cursor);
    return cursor.at == text.len;
}

/* ----------------------------------------------------------------------- functions with records */

static const RecordFunction record_functions[] = {
#define RECORD_FUNCTION(name, name_zh, signature, fields, window)                                  \
    {#name, name_zh, signature, fields, window},
#include "lang/check_records.def"
#undef RECORD_FUNCTION
};

uint32_t record_function_count(void)
{
    return ARRAY_LEN(record_functions);
}

const RecordFunction *record_function_at(uint32_t index)
{
    ASSERT(index < ARRAY_LEN(record_functions));
    return &record_functions[index];
}

const RecordFunction *record_function(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(record_functions); i++)
        if (str_equal(name, str_from_cstr(record_functions[i].name)) ||
            str_equal(name, str_from_cstr(record_functions[i].name_zh)))
            return &record_functions[i];
    return NULL;
}

static Type field_type(Arena *arena, Str word, Type of)
{
    if (str_equal(word, STR("N"))) {
        bool list = of.kind == TYPE_LIST && of.element;
        return type_real_of(arena, list ? *of.element : of);
    }
    Type type = type_of(TYPE_TEXT);
    bool known = type_builtin(word, &type);
    ASSERT(known);
    return type;
}

/* The next "name:中文:type" of the list; false at its end. */
static bool next_field(Str *rest, Str parts[3])
{
    if (!rest->len)
        return false;
    size_t end = str_find(*rest, STR(","), 0);
    Str field = str_trim(str_slice(*rest, 0, end == STR_NONE ? rest->len : end));
    *rest = end == STR_NONE ? STR("") : str_slice(*rest, end + 1, rest->len);
    for (int i = 0; i < 3; i++) {
        size_t colon = str_find(field, STR(":"), 0);
        parts[i] = str_slice(field, 0, colon == STR_NONE ? field.len : colon);
        field = colon == STR_NONE ? STR("") : str_slice(field, colon + 1, field.len);
    }
    return true;
}

#define RECORD_FIELDS_MAX 24

const Nominal *record_function_result(Arena *arena, const RecordFunction *function, Type of)
{
    RecordField *fields = ARENA_ARRAY(arena, RecordField, RECORD_FIELDS_MAX);
    uint32_t count = 0;
    uint64_t optional = 0;
    Str rest = str_from_cstr(function->fields), parts[3];
    while (next_field(&rest, parts)) {
        ASSERT(count < RECORD_FIELDS_MAX);
        Type *type = ARENA_NEW(arena, Type);
        bool nullable = str_ends(parts[2], STR("?"));
        optional |= (uint64_t)nullable << count;
        *type = field_type(arena, str_slice(parts[2], 0, parts[2].len - nullable), of);
        fields[count++] = (RecordField){parts[0], parts[1], type};
    }
    Nominal *record = ARENA_NEW(arena, Nominal);
    *record = (Nominal){.kind = NOMINAL_RECORD,
                        .name = str_from_cstr(function->name_zh),
                        .name_en = str_from_cstr(function->name),
                        .fields = fields,
                        .field_count = count,
                        .optional_fields = optional};
    return record;
}

/* ----------------------------------------------------------------------- for messages */

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static Str type_zh(Str word)
{
    static const Str letters[][2] = {{STR_INIT("T"), STR_INIT("值")},
                                     {STR_INIT("U"), STR_INIT("另一值")},
                                     {STR_INIT("N"), STR_INIT("数")},
                                     {STR_INIT("identity"), STR_INIT("标识")}};
    for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
        if (str_equal(word, letters[i][0]))
            return letters[i][1];
    }
    Str name = type_word_zh(word);
    const IdentityCard *card = name.len > 0 ? NULL : stdlib_identity(word);
    return name.len > 0 ? name : card != NULL ? str_from_cstr(card->name_zh) : word;
}

void signature_add_text(StrBuf *out, Str text, Str name_zh, Lang lang)
{
    size_t open = str_find(text, STR("("), 0);
    if (lang != LANG_ZH || open == STR_NONE) {
        strbuf_add(out, text);
        return;
    }
    strbuf_add(out, name_zh);
    for (size_t at = open; at < text.len;) {
        size_t end = at;
        while (end < text.len && is_word_byte(text.ptr[end]))
            end++;
        Str word = str_slice(text, at, end);
        bool parameter = end < text.len && text.ptr[end] == ':';
        if (end == at)
            strbuf_add_char(out, text.ptr[end++]);
        else
            strbuf_add(out, parameter ? signature_parameter_zh(word) : type_zh(word));
        at = end;
    }
}

bool typed_record_fields(Str function, StrBuf *out)
{
    const RecordFunction *record = record_function(function);
    Str rest = record ? str_from_cstr(record->fields) : STR(""), parts[3];
    for (bool first = true; next_field(&rest, parts); first = false)
        strbuf_printf(out, "%s." STR_FMT " ." STR_FMT, first ? "" : "  ", STR_ARG(parts[0]),
                      STR_ARG(parts[1]));
    return record != NULL;
}
