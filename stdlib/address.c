// SPDX-License-Identifier: Apache-2.0
//
// address.c: the parts of an address, and how alike two addresses are.
//
// An address is read from the left: divisions (address_division.c), town, road or village, number, building, room. A
// part is given where one reading is left. Where a short name of a division (浙江绍兴…) stands without the full name of
// one below it, nothing says where the road begins, so neither town nor road is given; what follows from digits and
// their words (号, 幢, 室) is.

#include "stdlib/address_int.h"

#include "runtime/base/unicode.h"
#include "stdlib/fn.h"
#include "stdlib/numeral_int.h"
#include "stdlib/stdlib_int.h"

#define ADDRESS_BYTES_MAX 900
#define TOWN_POINTS_MAX 12
#define ROAD_POINTS_MAX 12

// ---- cleaning

// Without blanks, with half-width forms, without what stands in brackets at the end. False: empty, or too long.
static bool address_clean(FnContext *fn, Str text, Str *clean)
{
    StrBuf half = {0}, out = {0};
    text = str_trim(text);
    bool fits = text.len <= ADDRESS_BYTES_MAX;
    unicode_fold_width(fits ? text : STR(""), &half);
    Str source = strbuf_str(&half);
    for (size_t at = 0; at < source.len;) {
        size_t from = at;
        int32_t c = utf8_decode(source, &at);
        if (c == '(' && from > 0)
            break;
        bool noise =
            c < 0 || unicode_is_space(c) || c == ',' || c == 0x3001 || c == 0x200B || c == 0xFEFF;
        if (!noise)
            strbuf_add(&out, str_slice(source, from, at));
    }
    *clean = arena_str(fn->arena, strbuf_str(&out));
    strbuf_deinit(&half);
    strbuf_deinit(&out);
    if (!fits || clean->len == 0)
        fn_issue(fn, fits ? REASON_CONVERSION : REASON_OVERFLOW);
    return fits && clean->len > 0;
}

static Str rest_of(Str text, size_t at)
{
    return str_slice(text, at, text.len);
}

// The word of a list that the text begins with; its length in bytes, 0: none.
static size_t any_word(Str text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_starts(text, str_from_cstr(words[i])))
            return strlen(words[i]);
    return 0;
}

// ---- town and road

static const char *const road_words[] = {"大道", "大街", "路",   "街", "巷",
                                         "胡同", "道",   "公路", "村", "社区"};
static const char *const town_words[] = {"街道",     "镇",   "乡",     "苏木", "开发区",
                                         "工业园区", "园区", "高新区", "新区", "保税区",
                                         "度假区",   "农场", "林场"};

// A road's word where one ends a road: 街 of 街道 does not.
static size_t road_word(Str text)
{
    return str_starts(text, STR("街道")) ? 0 : any_word(text, road_words, ARRAY_LEN(road_words));
}

// Is it a road of its own that begins like a division: 北京路, 南京西路?
bool address_road_follows(Str text)
{
    static const char *const sides[] = {"东", "西", "南", "北", "中", "一", "二", "三", "四"};
    size_t side = any_word(text, sides, ARRAY_LEN(sides));
    return road_word(text) > 0 || (side > 0 && road_word(rest_of(text, side)) > 0);
}

static bool is_part_point(int32_t c)
{
    return unicode_is_han(c) || unicode_is_letter(c) || cell_is_digit(c);
}

// Where the town ends that begins here; 0: none does. A town's word right before a road's belongs to the road
// (景德镇大道).
static size_t town_end(Str text)
{
    size_t at = 0;
    for (int points = 0; at < text.len && points < TOWN_POINTS_MAX; points++) {
        Str rest = rest_of(text, at);
        size_t word = any_word(rest, town_words, ARRAY_LEN(town_words));
        if (word > 0 && points > 0)
            return road_word(rest_of(rest, word)) > 0 ? 0 : at + word;
        if (road_word(rest) > 0 && points > 0)
            return 0;
        if (!unicode_is_han(utf8_decode(text, &at)))
            return 0;
    }
    return 0;
}

static bool is_village(Str text)
{
    return str_starts(text, STR("村")) || str_starts(text, STR("社区"));
}

// Where the road or village ends that begins here; 0: none does. `may_go_on`: a village may stand before a road.
static size_t road_end(Str text, bool may_go_on)
{
    size_t at = 0;
    for (int points = 0; at < text.len && points < ROAD_POINTS_MAX; points++) {
        Str rest = rest_of(text, at);
        size_t word = road_word(rest);
        if (word > 0 && points > 0) {
            size_t more = road_word(rest_of(rest, word)); // 新村路 is one road
            if (more == 0 && may_go_on && is_village(rest))
                more = road_end(rest_of(rest, word), false);
            return at + word + more;
        }
        if (!is_part_point(utf8_decode(text, &at)))
            return 0;
    }
    return 0;
}

// ---- numbers

static bool is_count_point(int32_t c)
{
    bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return cell_is_digit(c) || letter || c == '-' || c == 0x5341 || c == 0x767E ||
           numeral_digit(c) >= 0;
}

// Where the run of digits, letters and numerals ends that begins here.
static size_t count_end(Str text)
{
    size_t at = 0;
    while (at < text.len) {
        size_t next = at;
        if (!is_count_point(utf8_decode(text, &next)))
            break;
        at = next;
    }
    return at;
}

// Appends a run of digits, a Chinese numeral as its digits: 八十八 is 88.
static void add_count(StrBuf *out, Str run)
{
    Cell cell;
    int128_t value = 0, one = wide_pow10(NUMERAL_SCALE);
    bool han = run.len > 0 && (unsigned char)run.ptr[0] >= 0x80;
    if (han && cell_read(run, &cell)) {
        NumeralReader reader = {&cell, 0, false, REASON_NONE};
        if (numeral_read(&reader, &value) && reader.at == cell.count && value % one == 0) {
            strbuf_add_i64(out, (int64_t)(value / one));
            return;
        }
    }
    for (size_t i = 0; i < run.len; i++)
        strbuf_add_char(out, run.ptr[i] >= 'a' && run.ptr[i] <= 'z' ? (char)(run.ptr[i] - 32)
                                                                    : run.ptr[i]);
}

static Str take(FnContext *fn, StrBuf *out)
{
    Str text = arena_str(fn->arena, strbuf_str(out));
    strbuf_deinit(out);
    return text;
}

static const char *const number_leads[] = {"附", "甲", "乙", "丙", "丁"};

// 甲8号, 123弄5号, 88号之3. What is a building's (3号楼) is none.
static size_t read_number(FnContext *fn, Str text, Str *number)
{
    static const char *const after[] = {"弄", "支弄", "号院", "号"};
    StrBuf out = {0};
    size_t at = 0;
    for (;;) {
        size_t lead = any_word(rest_of(text, at), number_leads, ARRAY_LEN(number_leads));
        size_t end = at + lead + count_end(rest_of(text, at + lead));
        size_t word = end > at + lead ? any_word(rest_of(text, end), after, ARRAY_LEN(after)) : 0;
        if (word == 0 || str_starts(rest_of(text, end), STR("号楼")))
            break;
        strbuf_add(&out, str_slice(text, at, at + lead));
        add_count(&out, str_slice(text, at + lead, end));
        strbuf_add(&out, str_slice(text, end, end + word));
        at = end + word;
    }
    size_t behind = at > 0 && str_starts(rest_of(text, at), STR("之")) ? at + strlen("之") : 0;
    size_t end = behind > 0 ? behind + count_end(rest_of(text, behind)) : 0;
    if (end > behind) {
        strbuf_add(&out, STR("之"));
        add_count(&out, str_slice(text, behind, end));
        at = end;
    }
    *number = take(fn, &out);
    return at;
}

// The first run of digits from here on with one of the words behind it, 3幢, 3号楼; its place and end. Between may
// stand a name (阳光花园). False: there is none.
static bool find_counted(Str text, const char *const *words, size_t count, size_t *start,
                         size_t *end, size_t *word)
{
    for (size_t at = 0; at < text.len;) {
        size_t run = count_end(rest_of(text, at));
        size_t length = run > 0 ? any_word(rest_of(text, at + run), words, count) : 0;
        if (length > 0) {
            *start = at;
            *end = at + run;
            *word = length;
            return true;
        }
        if (run > 0)
            at += run;
        else
            (void)utf8_decode(text, &at);
    }
    return false;
}

static size_t read_building(FnContext *fn, Str text, Str *building)
{
    static const char *const words[] = {"幢", "栋", "座", "号楼"};
    size_t start = 0, end = 0, word = 0;
    if (!find_counted(text, words, ARRAY_LEN(words), &start, &end, &word))
        return 0;
    StrBuf out = {0};
    add_count(&out, str_slice(text, start, end));
    strbuf_add(&out, STR("幢")); // 栋, 座 and 号楼 say the same
    *building = take(fn, &out);
    return end + word;
}

// [2单元][5层]501[室]: all that is left must be it.
static void read_room(FnContext *fn, Str text, Str *room)
{
    static const char *const words[] = {"单元", "层", "楼", "室", "房", "户"};
    StrBuf out = {0};
    size_t at = 0;
    bool last = false, good = text.len > 0;
    while (good && at < text.len) {
        size_t run = count_end(rest_of(text, at));
        size_t word = run > 0 ? any_word(rest_of(text, at + run), words, ARRAY_LEN(words)) : 0;
        Str said = str_slice(text, at + run, at + run + word);
        last =
            str_equal(said, STR("室")) || str_equal(said, STR("房")) || str_equal(said, STR("户"));
        bool dashed =
            str_find(str_slice(text, at, at + run), STR("-"), 0) != STR_NONE; // 3-2-501: of what?
        good = run > 0 && !dashed && (word > 0 || at + run == text.len);
        add_count(&out, str_slice(text, at, at + run));
        strbuf_add(&out, last || word == 0            ? STR("室")
                         : str_equal(said, STR("楼")) ? STR("层")
                                                      : said);
        at += run + word;
        good = good && (!last || at == text.len);
    }
    Str found = take(fn, &out);
    *room = good && str_ends(found, STR("室")) ? found : STR("");
}

// ---- all parts

// Reads the number into the address and returns what follows it. Behind a road it stands directly: of 解放路某小区3号
// nothing says whose number it is.
static Str number_of(FnContext *fn, Str rest, Address *address)
{
    static const char *const words[] = {"弄", "号院", "号"};
    size_t start = 0, end = 0, word = 0, lead = strlen(number_leads[0]);
    if (!find_counted(rest, words, ARRAY_LEN(words), &start, &end, &word))
        return rest;
    if (start >= lead &&
        any_word(rest_of(rest, start - lead), number_leads, ARRAY_LEN(number_leads)) > 0)
        start -= lead;
    if (start > 0 && address->parts[ADDRESS_ROAD].len > 0)
        return rest;
    rest = rest_of(rest, start);
    return rest_of(rest, read_number(fn, rest, &address->parts[ADDRESS_NUMBER]));
}

bool address_read(FnContext *fn, Str text, Address *address)
{
    *address = (Address){0};
    Str clean;
    if (!address_clean(fn, text, &clean))
        return false;
    address->parts[ADDRESS_FULL] = clean;
    size_t at = address_divisions(fn, clean, address);
    Str rest = rest_of(clean, at);
    if (!address->uncertain) {
        size_t town = town_end(rest);
        address->parts[ADDRESS_TOWN] = str_slice(rest, 0, town);
        size_t road = road_end(rest_of(rest, town), true);
        address->parts[ADDRESS_ROAD] = str_slice(rest, town, town + road);
        rest = rest_of(rest, town + road);
    }
    rest = number_of(fn, rest, address);
    rest = rest_of(rest, read_building(fn, rest, &address->parts[ADDRESS_BUILDING]));
    read_room(fn, rest, &address->parts[ADDRESS_ROOM]);
    return true;
}

// A function for each part.
#define PART(id, which, zh, en)                                                                    \
    FN1(id, Text, Text, t, .name = "address_parts", .name_zh = "地址要素",                         \
        .signature = "address_parts(t: text): text?", .doc = en, .doc_zh = zh,                     \
        .issues = FN_ISSUES(REASON_CONVERSION, REASON_OVERFLOW), .cost = 15000)                    \
    {                                                                                              \
        Address address;                                                                           \
        if (!address_read(fn, *t, &address))                                                       \
            return *t;                                                                             \
        if (address.parts[which].len == 0)                                                         \
            fn_issue(fn, REASON_MISSING);                                                          \
        return address.parts[which];                                                               \
    }

PART(address_province, ADDRESS_PROVINCE, "地址中的省。", "The province in an address.")
PART(address_city, ADDRESS_CITY, "地址中的市。", "The prefecture in an address.")
PART(address_county, ADDRESS_COUNTY, "地址中的县。", "The county in an address.")
PART(address_town, ADDRESS_TOWN, "地址中的乡镇。", "The town in an address.")
PART(address_road, ADDRESS_ROAD, "地址中的道路。", "The road in an address.")
PART(address_number, ADDRESS_NUMBER, "地址中的门牌。", "The number in an address.")
PART(address_building, ADDRESS_BUILDING, "地址中的楼栋。", "The building in an address.")
PART(address_room, ADDRESS_ROOM, "地址中的房间。", "The room in an address.")
PART(address_full, ADDRESS_FULL, "地址全文。", "The whole address.")

#undef PART

static const FnCard *const address_fields[] = {FN_CARD(address_province), FN_CARD(address_city),
                                               FN_CARD(address_county),   FN_CARD(address_town),
                                               FN_CARD(address_road),     FN_CARD(address_number),
                                               FN_CARD(address_building), FN_CARD(address_room),
                                               FN_CARD(address_full),     NULL};

FN_WORD(address_parts, .name = "address_parts", .name_zh = "地址要素",
        .signature = "address_parts(t: text): record",
        .doc = "The parts of an address: .province .city .county (by the lists of divisions, also "
               "former names), .town "
               "(street office, town, zone), .road (or village), .number, .building, .room, .full "
               "(without blanks). "
               "A part that cannot be told for certain is missing.",
        .doc_zh = "地址的各要素：省、市、县（按区划代码表，旧名也认）、乡镇（街道、开发区）、道路（"
                  "或村）、门牌、楼栋、房间、全址"
                  "（去掉空白）。拿不准的要素缺失。",
        .example =
            "address_parts(\"浙江省绍兴市越城区解放北路八十八号3幢2单元501室\").number = \"88号\"",
        .issues = FN_ISSUES(REASON_CONVERSION, REASON_OVERFLOW), .cost = 15000,
        .parts = address_fields)

// ---- likeness

typedef struct Likeness {
    double sum, weight;
} Likeness;

static void weigh(Likeness *likeness, double weight, double alike)
{
    likeness->sum += weight * alike;
    likeness->weight += weight;
}

// The division that an address names; 0: none for certain.
static int32_t place_of(const Address *address)
{
    int32_t place = 0;
    for (int i = ADDRESS_PROVINCE; i <= ADDRESS_COUNTY; i++)
        place = address->codes[i] != 0 ? address->codes[i] : place;
    return place;
}

// Do they name divisions of which neither holds the other? Former names say nothing: the same place may be meant.
static bool apart(const Address *a, const Address *b)
{
    if (a->former || b->former)
        return false;
    int32_t x = place_of(a), y = place_of(b);
    bool prefectures = x % 10000 != 0 && y % 10000 != 0, counties = x % 100 != 0 && y % 100 != 0;
    if (x != 0 && y != 0 &&
        (x / 10000 != y / 10000 || (prefectures && x / 100 != y / 100) || (counties && x != y)))
        return true;
    for (int i = ADDRESS_PROVINCE; i <= ADDRESS_COUNTY; i++)
        if (a->parts[i].len > 0 && b->parts[i].len > 0 && !str_equal(a->parts[i], b->parts[i]))
            return true;
    return false;
}

static void weigh_part(FnContext *fn, Likeness *likeness, const Address *a, const Address *b,
                       AddressPart part, double weight, bool named)
{
    Str x = a->parts[part], y = b->parts[part];
    if (x.len == 0 || y.len == 0)
        return;
    weigh(likeness, weight, str_equal(x, y) ? 1 : named ? similar_names(fn, x, y) : 0);
}

FN2(address_similar, F64, Text, a, Text, b, .name = "address_similar", .name_zh = "地址相似度",
    .signature = "address_similar(a: text, b: text): real",
    .doc = "How alike two addresses are part by part, 0 to 1: 0 where they name different "
           "divisions; else the weighted "
           "mean over the parts that both have: road 3 and town 1 by Jaro–Winkler, number 3, "
           "building 2 and room 2 by "
           "being equal. Undecided where both have neither road nor town, for then nothing is "
           "compared.",
    .doc_zh = "两个地址逐项比较的相似度，0 至 1：省市县不同的为 "
              "0；否则对双方都有的要素加权平均，道路 3、乡镇 1 按 "
              "Jaro–Winkler，门牌 3、楼栋 2、房间 2 看是否相同。道路和乡镇都没有可比的，待定。",
    .example =
        "address_similar(\"绍兴市越城区解放北路88号\", \"浙江绍兴越城区解放北路八十八号\") = 1",
    .issues = FN_ISSUES(REASON_CONVERSION, REASON_DOMAIN, REASON_OVERFLOW), .cost = 30000)
{
    Address x, y;
    Likeness likeness = {0};
    if (!address_read(fn, *a, &x) || !address_read(fn, *b, &y))
        return 0;
    if (str_equal(x.parts[ADDRESS_FULL], y.parts[ADDRESS_FULL]))
        return 1;
    if (apart(&x, &y))
        return 0;
    weigh_part(fn, &likeness, &x, &y, ADDRESS_ROAD, 3, true);
    weigh_part(fn, &likeness, &x, &y, ADDRESS_TOWN, 1, true);
    bool compared = likeness.weight > 0;
    weigh_part(fn, &likeness, &x, &y, ADDRESS_NUMBER, 3, false);
    weigh_part(fn, &likeness, &x, &y, ADDRESS_BUILDING, 2, false);
    weigh_part(fn, &likeness, &x, &y, ADDRESS_ROOM, 2, false);
    if (!compared)
        fn_issue(fn, REASON_DOMAIN);
    return likeness.weight > 0 ? likeness.sum / likeness.weight : 0;
}

FN1(mask_address, Text, Text, t, .name = "mask_address", .name_zh = "地址脱敏",
    .signature = "mask_address(t: text): text",
    .doc =
        "An address down to its county, *** for the rest; only *** where no division is certain.",
    .doc_zh = "地址只留到县，其余换成 ***；认不出省市县的只有 ***。",
    .example = "mask_address(\"浙江省绍兴市越城区解放北路88号\") = \"浙江省绍兴市越城区***\"",
    .issues = FN_ISSUES(REASON_CONVERSION, REASON_OVERFLOW), .cost = 15000)
{
    Address address;
    if (!address_read(fn, *t, &address))
        return *t;
    Str shown = str_slice(address.parts[ADDRESS_FULL], 0, address.division_end);
    return arena_printf(fn->arena, STR_FMT "***", STR_ARG(shown));
}

const FnCard *const address_cards[] = {
    FN_CARD(address_parts),
    FN_CARD(address_similar),
    FN_CARD(mask_address),
    NULL,
};
