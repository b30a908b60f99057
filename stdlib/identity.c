// SPDX-License-Identifier: Apache-2.0
//
// identity.c: the identity types, and what their normalisers share.
//
// A value of an identity type says who or what a row is about, so two rules hold for all of them.
// A repair is made only where no other reading is left (width, blanks, a check digit that
// agrees). And what is not usable keeps the characters that are known by position and claims no
// more: unknown stands where a character was hidden, lost, or cannot be placed.

#include "stdlib/identity_int.h"

#include "stdlib/stdlib_int.h"

bool identity_read(Str text, Cell *cell, IdentityState *end)
{
    bool read = cell_read(text, cell);
    *end = read ? IDENTITY_MISSING : IDENTITY_DAMAGED;
    return read && cell->count > 0;
}

void cell_write_skeleton(const Cell *cell, uint32_t known_least, StrBuf *out)
{
    uint32_t known = 0;
    for (uint32_t i = 0; i < cell->count; i++)
        known += cell->at[i] != SKELETON_UNKNOWN;
    uint32_t least = known_least > 0 ? known_least : (cell->count + 1) / 2;
    if (known > 0 && known >= least)
        cell_write(cell, out);
}

bool cell_is_mask(int32_t c)
{
    return c == '*' || c == 0xD7 || c == '#' || c == '?' || c == '_' || c == 0x2022 ||
           (c >= 0x25A0 && c <= 0x25A1) || c == 0x25CB || c == 0x25CF || c == 0x2217 || c == 0x2715;
}

bool cell_has_mask(const Cell *cell)
{
    for (uint32_t i = 0; i < cell->count; i++)
        if (cell_is_mask(cell->at[i]))
            return true;
    return false;
}

void cell_blank_masks(Cell *cell)
{
    for (uint32_t i = 0; i < cell->count; i++)
        if (cell_is_mask(cell->at[i]))
            cell->at[i] = SKELETON_UNKNOWN;
}

bool cell_stretch(Cell *cell, uint32_t count)
{
    ASSERT(count <= CELL_POINTS_MAX);
    if (cell->count > count)
        return false;
    uint32_t start = 0;
    while (start < cell->count && cell->at[start] != SKELETON_UNKNOWN)
        start++;
    uint32_t end = start;
    while (end < cell->count && cell->at[end] == SKELETON_UNKNOWN)
        end++;
    for (uint32_t i = end; i < cell->count; i++)
        if (cell->at[i] == SKELETON_UNKNOWN)
            return false;
    if (start == end)
        return false;
    uint32_t tail = cell->count - end;
    memmove(&cell->at[count - tail], &cell->at[end], tail * sizeof cell->at[0]);
    cell->count = count;
    cell_forget(cell, start, count - tail);
    return true;
}

bool cell_is_uniform(const Cell *cell)
{
    for (uint32_t i = 1; i < cell->count; i++)
        if (cell->at[i] != cell->at[0])
            return false;
    return true;
}

void cell_forget(Cell *cell, uint32_t from, uint32_t to)
{
    ASSERT(to <= cell->count);
    for (uint32_t i = from; i < to; i++)
        cell->at[i] = SKELETON_UNKNOWN;
}

// ---- numbers that a spreadsheet has written with an exponent

// Reads d[.d…]E[+]d[d]: the digits of the mantissa move to the front. Returns their number, 0 if
// the cell has another form; *exponent is set.
static uint32_t exponent_parts(Cell *cell, uint32_t *exponent)
{
    uint32_t i = 0, digits = 0;
    int32_t mantissa[CELL_POINTS_MAX];
    for (; i < cell->count && (cell_is_digit(cell->at[i]) || (i == 1 && cell->at[i] == '.')); i++)
        if (cell->at[i] != '.')
            mantissa[digits++] = cell->at[i];
    if (digits == 0 || i >= cell->count || (cell->at[i] != 'E' && cell->at[i] != 'e'))
        return 0;
    i++;
    if (i < cell->count && cell->at[i] == '+')
        i++;
    if (i >= cell->count || cell->count - i > 2 || !cell_digits(cell, i, cell->count))
        return 0;
    *exponent = 0;
    for (; i < cell->count; i++)
        *exponent = *exponent * 10 + (uint32_t)(cell->at[i] - '0');
    memcpy(cell->at, mantissa, digits * sizeof mantissa[0]);
    return digits;
}

// The last digit that was printed is rounded, and a 0 there may have carried into the ones before.
static uint32_t exponent_sure_digits(const Cell *cell, uint32_t digits)
{
    while (digits > 0 && cell->at[digits - 1] == '0')
        digits--;
    return digits > 0 ? digits - 1 : 0;
}

CellExponent cell_expand_exponent(Cell *cell)
{
    uint32_t exponent = 0;
    uint32_t digits = exponent_parts(cell, &exponent);
    if (digits == 0 || exponent >= CELL_POINTS_MAX)
        return EXPONENT_NONE;
    cell->changed = true;
    cell->count = exponent + 1;
    if (digits == exponent + 1)
        return EXPONENT_EXACT;
    uint32_t sure = MIN_OF(exponent_sure_digits(cell, digits), cell->count);
    cell_forget(cell, sure, cell->count);
    return EXPONENT_LOST;
}

// ---- the types

static const IdentityCard cards[] = {
    {"person_id", "person_id", "身份号", 8, identity_person,
     "A citizen's identity number (GB 11643): 18 characters, the last a check digit. Numbers of 15 "
     "digits become 18; passports and permits are kept as they are.",
     "公民身份号码（GB 11643）：18 位，末位为校验码。15 位的升为 18 位；护照、通行证原样保留。"},
    {"credit_code", "credit_code", "信用代码", 8, identity_credit,
     "A unified social credit code (GB 32100): 18 characters, the last a check character.",
     "统一社会信用代码（GB 32100）：18 位，末位为校验码。"},
    {"account", "account", "账号", 6, identity_account,
     "An account's number, without blanks and hyphens.", "账号，去掉空白和连字符。"},
    {"plate", "plate", "车牌", 0, identity_plate,
     "A vehicle's plate (GA 36 and new-energy plates), without dots and blanks.",
     "机动车号牌（GA 36 及新能源号牌），去掉间隔点和空白。"},
    {"phone", "phone", "手机号", 7, identity_phone,
     "A telephone number: 11 digits of a mobile, or a line with its area code.",
     "电话号码：手机 11 位，或者带区号的固定电话。"},
    {"case_number", "case_number", "案号", 0, identity_case,
     "A court's case number: （2023）浙0602民初1234号, with full-width brackets.",
     "法院案号：（2023）浙0602民初1234号，括号用全角。"},
    {"vin", "vin", "车架号", 0, identity_vin,
     "A vehicle's frame number (GB 16735): 17 characters without I, O and Q. Those that begin with "
     "L are held to the check character at place 9.",
     "车架号（车辆识别代号，GB 16735）：17 位，没有 I、O、Q；L 开头的校验第 9 位。"},
    {"food_licence", "food_licence", "食品许可证", 0, identity_food_licence,
     "A licence to make or sell food: SC or JY and 14 digits, the old QS and 12.",
     "食品生产、经营许可证编号：SC、JY 加 14 位数字，旧的 QS 加 12 位。"},
    {"drug_approval", "drug_approval", "批准文号", 0, identity_drug_approval,
     "A drug's approval number: 国药准字, letters for its kind and 8 digits; registration "
     "certificates without 国药准字.",
     "药品批准文号：国药准字、类别字母和 8 位数字；注册证号没有“国药准字”。"},
    {"text", "text", "文本", 0, identity_text,
     "What the model's own types start from: the text without blanks at its ends.",
     "模型自定类型的基础：去掉首尾空白的文本。"},
};

const IdentityCard *stdlib_identity(Str key_or_name)
{
    for (size_t i = 0; i < ARRAY_LEN(cards); i++)
        if (str_equal(key_or_name, str_from_cstr(cards[i].key)) ||
            str_equal(key_or_name, str_from_cstr(cards[i].name_zh)))
            return &cards[i];
    return NULL;
}

uint32_t stdlib_identity_count(void)
{
    return (uint32_t)ARRAY_LEN(cards);
}

const IdentityCard *stdlib_identity_at(uint32_t index)
{
    ASSERT(index < ARRAY_LEN(cards));
    return &cards[index];
}
