// SPDX-License-Identifier: Apache-2.0
//
// clue_id.c: a digest of rule and key, equal in every run and on every machine.

#include "runtime/clue/clue_id.h"

#include "runtime/base/digest.h"

static const char *builtin_name(TypeKind kind)
{
    switch (kind) {
    case TYPE_TEXT:
        return "text";
    case TYPE_BOOLEAN:
        return "boolean";
    case TYPE_INTEGER:
        return "integer";
    case TYPE_DECIMAL:
        return "decimal";
    case TYPE_RATIO:
        return "ratio";
    case TYPE_REAL:
        return "real";
    case TYPE_MONEY:
        return "money";
    case TYPE_PRICE:
        return "price";
    case TYPE_QUANTITY:
        return "quantity";
    case TYPE_DATE:
        return "date";
    case TYPE_DATETIME:
        return "datetime";
    case TYPE_MONTH:
        return "month";
    case TYPE_PERIOD:
        return "period";
    case TYPE_DAYS:
    case TYPE_TIME:
        return "duration";
    case TYPE_MONTHS:
        return "months";
    case TYPE_WORKDAYS:
        return "workdays";
    case TYPE_ROWS:
        return "rows";
    case TYPE_POINT:
        return "point";
    case TYPE_LIST:
        return "list";
    case TYPE_SET:
        return "set";
    case TYPE_IDENTITY:
    case TYPE_ENUM:
    case TYPE_RECORD:
    case TYPE_UNIT:
    case TYPE_ERROR:
        return "text";
    }
    return "text";
}

Str clue_type_name(Type type)
{
    bool named = type.nominal != NULL && (type.kind == TYPE_IDENTITY || type.kind == TYPE_ENUM);
    if (!named)
        return str_from_cstr(builtin_name(type.kind));
    return type.nominal->name_en.len > 0 ? type.nominal->name_en : type.nominal->name;
}

void clue_id(const Dict *dict, Str rule, const Value *key, uint32_t key_count, char id[21])
{
    StrBuf text, part;
    strbuf_init(&text);
    strbuf_init(&part);
    strbuf_add(&text, rule);
    strbuf_add_char(&text, '\0');
    for (uint32_t k = 0; k < key_count; k++) {
        ASSERT(key[k].state == VALUE_KNOWN);
        strbuf_clear(&part);
        value_text(&part, dict, &key[k], true);
        strbuf_add(&text, clue_type_name(key[k].type));
        strbuf_add_char(&text, '\0');
        strbuf_add_i64(&text, (int64_t)part.len);
        strbuf_add_char(&text, '\0');
        strbuf_add(&text, strbuf_str(&part));
    }
    uint8_t digest[DIGEST_SIZE];
    digest_sha256(strbuf_str(&text), digest);
    strbuf_clear(&part);
    digest_hex(&part, digest, 10);
    ASSERT(part.len == 20);
    memcpy(id, part.ptr, 20);
    id[20] = '\0';
    strbuf_deinit(&text);
    strbuf_deinit(&part);
}
