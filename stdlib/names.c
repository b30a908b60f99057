// SPDX-License-Identifier: Apache-2.0
//
// names.c: persons' names and document numbers in running text, the cores of goods' and companies' names.
//
// Chinese text has no blanks between words, so where a name begins is known only from what stands before it: the
// beginning of the stretch, or a word that leads to a name (被告人 伙同 给 …). A stretch that leaves no name of two
// to four characters gives none: a part of a sentence must never become a person.

#include "runtime/base/unicode.h"
#include "stdlib/fn.h"
#include "stdlib/identity_int.h"
#include "stdlib/stdlib_int.h"

#define STRETCH_BYTES_MAX 600 // looked at before a marker, and in one stretch without separators
#define NAME_POINTS_MAX 4
#define DOTTED_POINTS_MAX 30

typedef VEC(Value) TextList;

static void list_add(FnContext *fn, TextList *list, Str text)
{
    avec_push(fn->arena, list,
              (Value){.type = type_of(TYPE_TEXT), .code = dict_intern(fn->dict, text)});
}

static uint32_t list_code(FnContext *fn, const TextList *list)
{
    if (list->count > UINT32_MAX / 2) {
        fn_issue(fn, REASON_OVERFLOW);
        return 0;
    }
    return list_encode(fn->dict, type_of(TYPE_TEXT), list->items, (uint32_t)list->count);
}

// ---- one name

static bool is_dot(int32_t c)
{
    return c == 0xB7 || c == 0x2022 || c == 0x2027 || c == 0x30FB || c == 0xFF65 || c == 0x22C5;
}

// What stands before a name in one stretch with it. Longer words come first where they end alike.
static const char *const leads[] = {
    "人",   "同",   "和",   "与",   "及",   "给",   "让",   "向",    "由",     "被",
    "将",   "把",   "对",   "跟",   "经",   "从",   "找",   "请",    "叫",     "带",
    "以及", "纠集", "邀集", "召集", "安排", "指使", "雇佣", "雇请",  "告知",   "告诉",
    "联系", "通过", "丈夫", "妻子", "父亲", "母亲", "儿子", "女儿",  "朋友",   "同事",
    "姐夫", "妹夫", "哥哥", "弟弟", "姐姐", "妹妹", "经理", "会计",  "董事长", "总经理",
    "老板", "目睹", "伙同", "原告", "被告", "罪犯", "证人", "同案犯"};

// Where the word ends that ends at `end` at the latest and leads to a name; 0: none.
static size_t lead_end(Str stretch, size_t from, size_t end)
{
    for (size_t i = 0; i < ARRAY_LEN(leads); i++) {
        size_t length = strlen(leads[i]);
        if (from >= length && from <= end &&
            memcmp(stretch.ptr + from - length, leads[i], length) == 0)
            return from;
    }
    return 0;
}

// The points that a name has, without what counts twins: 王某2, 张某甲.
static int64_t name_points(Str name)
{
    int64_t points = 0;
    for (size_t at = 0; at < name.len; points++)
        (void)utf8_decode(name, &at);
    return points;
}

static bool is_name_point(int32_t c)
{
    return unicode_is_han(c) || is_dot(c) || unicode_is_letter(c) || cell_is_digit(c);
}

static bool is_name(Str text)
{
    bool dotted = false, digit = false, han = false;
    for (size_t at = 0; at < text.len;) {
        int32_t c = utf8_decode(text, &at);
        if (c < 0 || !is_name_point(c) || (digit && !cell_is_digit(c)))
            return false;
        dotted |= is_dot(c);
        digit |= cell_is_digit(c);
        han |= unicode_is_han(c);
    }
    int64_t points = name_points(text);
    int64_t most = dotted || !han ? DOTTED_POINTS_MAX : NAME_POINTS_MAX + digit;
    return text.len > 0 && !cell_is_digit(text.ptr[0]) && points >= 2 && points <= most &&
           (han || dotted);
}

// 某 tells the surname before it: the name begins there. STR_NONE: no such sign.
static size_t masked_start(Str stretch)
{
    size_t mark = str_find(stretch, STR("某"), 0), next = mark;
    while (next != STR_NONE && str_find(stretch, STR("某"), next + 1) != STR_NONE) {
        mark = next;
        next = str_find(stretch, STR("某"), next + 1);
        if (next > mark + 3)
            mark = next;
    }
    if (mark == STR_NONE || mark == 0)
        return STR_NONE;
    size_t start = mark - 1;
    while (start > 0 && ((unsigned char)stretch.ptr[start] & 0xC0) == 0x80)
        start--;
    return start;
}

// Takes an adverb that stands between a name and what follows off the end: 徐忠华又与…
static Str without_adverb(Str stretch)
{
    static const char *const words[] = {"又", "也", "还", "便", "即", "均", "先后", "多次"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_ends(stretch, str_from_cstr(words[i])))
            return str_slice(stretch, 0, stretch.len - strlen(words[i]));
    return stretch;
}

// Is it a name for certain: by 某, or behind a word that leads to one?
static bool is_led(Str stretch, Str name)
{
    return name.len < stretch.len || str_find(name, STR("某"), 0) != STR_NONE;
}

// The name at the end of a stretch without separators; empty: none is certain.
static Str name_at_end(Str stretch)
{
    size_t start = masked_start(stretch);
    if (start != STR_NONE && is_name(str_slice(stretch, start, stretch.len)))
        return str_slice(stretch, start, stretch.len);
    // The last lead that leaves a name.
    for (size_t at = stretch.len; at > 0; at--) {
        bool boundary = at == stretch.len || ((unsigned char)stretch.ptr[at] & 0xC0) != 0x80;
        if (boundary && lead_end(stretch, at, stretch.len) != 0 &&
            is_name(str_slice(stretch, at, stretch.len)))
            return str_slice(stretch, at, stretch.len);
    }
    return is_name(stretch) ? stretch : STR("");
}

// ---- lists of names

// Takes 等, 等人, 等三人 off the end.
static Str without_etcetera(Str stretch)
{
    size_t at = STR_NONE;
    for (size_t next = str_find(stretch, STR("等"), 0); next != STR_NONE;
         next = str_find(stretch, STR("等"), next + 1))
        at = next;
    if (at == STR_NONE || stretch.len - at > 15)
        return stretch;
    Str rest = str_slice(stretch, at + 3, stretch.len);
    bool counted = rest.len == 0 || str_ends(rest, STR("人")) || str_ends(rest, STR("名"));
    return counted ? str_slice(stretch, 0, at) : stretch;
}

// 王五和赵六: two names with a word between them. The word's place and length; 0: there is none.
static size_t joint(Str part, bool running, size_t *length, Str *left)
{
    static const char *const words[] = {"以及", "和", "与", "及"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        *length = strlen(words[i]);
        for (size_t at = part.len > 1 ? str_find(part, str_from_cstr(words[i]), 1) : STR_NONE;
             at != STR_NONE; at = str_find(part, str_from_cstr(words[i]), at + 1)) {
            Str before = without_adverb(str_slice(part, 0, at));
            *left = name_at_end(before);
            bool certain = left->len > 0 && (!running || is_led(before, *left));
            if (certain && name_at_end(str_slice(part, at + *length, part.len)).len > 0)
                return at;
        }
    }
    return 0;
}

static void add_part(FnContext *fn, TextList *list, Str part, bool running)
{
    Str left;
    part = without_etcetera(str_trim(part));
    if (part.len > STRETCH_BYTES_MAX) // no list of names
        return;
    // 张三和李四 has five characters; what could be one name stays one.
    for (size_t length, at; !is_name(part) && (at = joint(part, running, &length, &left)) != 0;) {
        list_add(fn, list, left);
        part = str_slice(part, at + length, part.len);
    }
    Str name = name_at_end(part);
    if (name.len > 0)
        list_add(fn, list, name);
}

static bool is_separator(int32_t c)
{
    return c == 0x3001 || c == 0xFF0C || c == ',' || c == 0xFF1B || c == ';' || c == '/' ||
           c == '|' || c == '\n' || c == '\t' || c == ' ' || c == 0x3000 || c == 0x3002;
}

// The names of a list; what stands in brackets is left out. `running`: the list stands in a sentence, whose other
// words may look like names.
static void add_names(FnContext *fn, TextList *list, Str text, bool running)
{
    size_t start = 0;
    int depth = 0;
    for (size_t at = 0; at < text.len;) {
        size_t from = at;
        int32_t c = utf8_decode(text, &at);
        bool opens = c == '(' || c == 0xFF08 || c == 0x3010 || c == '[';
        bool closes = c == ')' || c == 0xFF09 || c == 0x3011 || c == ']';
        if ((opens || is_separator(c)) && depth == 0)
            add_part(fn, list, str_slice(text, start, from), running && start == 0);
        depth += opens ? 1 : closes && depth > 0 ? -1 : 0;
        if (opens || closes || is_separator(c))
            start = at;
    }
    if (depth == 0)
        add_part(fn, list, str_slice(text, start, text.len), running && start == 0);
}

FN1(names_list, Code, Text, t, .name = "names_list", .name_zh = "人名列表",
    .signature = "names_list(t: text): list(text)",
    .doc = "The persons' names in a list written in a text; what is in brackets is left out.",
    .doc_zh = "文字中并列写出的各个人名，括号里的说明不算。",
    .example =
        "text(names_list(\"张良、汪升魁、张某甲（均另案处理）\")) = \"[张良, 汪升魁, 张某甲]\"",
    .issues = FN_ISSUES(REASON_OVERFLOW), .cost = 500)
{
    TextList list = {0};
    add_names(fn, &list, *t, false);
    return list_code(fn, &list);
}

// ---- names before a marker

// A bracket that opens before the marker and is not closed yet: where the list ends. `at` is where the marker is.
static size_t list_end(Str text, size_t at)
{
    size_t floor = at > STRETCH_BYTES_MAX ? at - STRETCH_BYTES_MAX : 0;
    for (size_t from = at; from > floor;) {
        from--;
        if (((unsigned char)text.ptr[from] & 0xC0) == 0x80)
            continue;
        size_t next = from;
        int32_t c = utf8_decode(text, &next);
        if (c == '(' || c == 0xFF08)
            return from;
        if (c == ')' || c == 0xFF09 || c == 0x3002)
            return at;
    }
    return at;
}

// Where the stretch that may hold the list begins: names and 、 only.
static size_t list_start(Str text, size_t end)
{
    size_t floor = end > STRETCH_BYTES_MAX ? end - STRETCH_BYTES_MAX : 0, start = end;
    for (size_t from = end; from > floor;) {
        from--;
        if (((unsigned char)text.ptr[from] & 0xC0) == 0x80)
            continue;
        size_t next = from;
        int32_t c = utf8_decode(text, &next);
        if (!is_name_point(c) && c != 0x3001)
            break;
        start = from;
    }
    return start;
}

FN2(names_before, Code, Text, t, Text, word, .name = "names_before", .name_zh = "前列人名",
    .signature = "names_before(t: text, word: text): list(text)",
    .doc =
        "The persons named before a marker such as 另案处理, in brackets or not; where no name is "
        "certain, none.",
    .doc_zh = "标记词（如另案处理，在不在括号里都行）之前列出的人名；拿不准的不列。",
    .example = "text(names_before(\"伙同张某甲、李某乙（均另案处理）\", \"另案处理\")) = "
               "\"[张某甲, 李某乙]\"",
    .issues = FN_ISSUES(REASON_DOMAIN, REASON_OVERFLOW), .cost = 800)
{
    TextList list = {0};
    if (word->len == 0) {
        fn_issue(fn, REASON_DOMAIN);
        return 0;
    }
    for (size_t at = str_find(*t, *word, 0); at != STR_NONE;
         at = str_find(*t, *word, at + word->len)) {
        size_t end = list_end(*t, at);
        add_names(fn, &list, str_slice(*t, list_start(*t, end), end), true);
    }
    return list_code(fn, &list);
}

// ---- document numbers

// 〔2023〕 or （2023） at `at`: the place behind it, 0 if it is none.
static size_t year_end(Str text, size_t at)
{
    size_t next = at;
    int32_t open = next < text.len ? utf8_decode(text, &next) : 0;
    bool opens = open == '(' || open == '[' || open == 0xFF08 || open == 0x3014 || open == 0x3010;
    size_t year = next;
    while (next < text.len && next < year + 4 && cell_is_digit(text.ptr[next]))
        next++;
    if (!opens || next != year + 4 || next >= text.len)
        return 0;
    int32_t close = utf8_decode(text, &next);
    bool closes =
        close == ')' || close == ']' || close == 0xFF09 || close == 0x3015 || close == 0x3011;
    return closes ? next : 0;
}

// Behind the year: Han characters, letters and digits up to 号. The place behind 号; 0: none.
static size_t number_end(Str text, size_t at)
{
    bool digit = false;
    if (str_starts(str_slice(text, at, text.len), STR("年"))) // （2023）年度第3号
        return 0;
    for (int points = 0; at < text.len && points < 30; points++) {
        int32_t c = utf8_decode(text, &at);
        if (c == 0x53F7) // 号
            return digit ? at : 0;
        digit = cell_is_digit(c);
        if (!digit && !unicode_is_han(c) && !unicode_is_letter(c) && c != '-')
            return 0;
    }
    return 0;
}

// The office before the year: behind the last word that introduces it.
static size_t office_start(Str text, size_t end)
{
    static const char *const words[] = {"根据", "依据", "依照", "按照", "参照", "以", "见",
                                        "和",   "与",   "及",   "作出", "收到", "号", "文件"};
    size_t start = end;
    for (size_t from = end; from > 0 && end - from < 45;) {
        from--;
        if (((unsigned char)text.ptr[from] & 0xC0) == 0x80)
            continue;
        size_t next = from;
        int32_t c = utf8_decode(text, &next);
        if (!unicode_is_han(c) && !unicode_is_letter(c))
            break;
        for (size_t i = 0; i < ARRAY_LEN(words); i++)
            if (str_ends(str_slice(text, 0, next), str_from_cstr(words[i])))
                return start;
        start = from;
    }
    return start;
}

FN1(document_numbers, Code, Text, t, .name = "document_numbers", .name_zh = "文号列表",
    .signature = "document_numbers(t: text): list(text)",
    .doc = "The document and case numbers in a text, as they stand there: 国发〔2020〕5号, "
           "（2023）浙0602民初1234号.",
    .doc_zh = "文字中的各个文号、案号，照原文：国发〔2020〕5号、（2023）浙0602民初1234号。",
    .example = "text(document_numbers(\"见国发〔2020〕5号。\")) = \"[国发〔2020〕5号]\"",
    .issues = FN_ISSUES(REASON_OVERFLOW), .cost = 500)
{
    TextList list = {0};
    size_t taken = 0; // an office does not reach back into the number before
    for (size_t at = 0; at < t->len;) {
        size_t from = at;
        (void)utf8_decode(*t, &at);
        size_t year = year_end(*t, from);
        size_t end = year == 0 ? 0 : number_end(*t, year);
        if (end == 0)
            continue;
        list_add(fn, &list, str_slice(*t, MAX_OF(taken, office_start(*t, from)), end));
        at = taken = end;
    }
    return list_code(fn, &list);
}

// ---- goods and companies

// Brackets with what they hold are left out; a text that is nothing else stays.
static Str without_brackets(FnContext *fn, Str text)
{
    StrBuf out = {0};
    int depth = 0;
    for (size_t at = 0; at < text.len;) {
        size_t from = at;
        int32_t c = utf8_decode(text, &at);
        bool opens = c == '(' || c == 0xFF08 || c == 0x3010 || c == '[' || c == 0x3014;
        bool closes = c == ')' || c == 0xFF09 || c == 0x3011 || c == ']' || c == 0x3015;
        depth += opens;
        if (depth == 0)
            strbuf_add(&out, str_slice(text, from, at));
        depth -= closes && depth > 0;
    }
    Str kept = str_trim(strbuf_str(&out));
    Str core = arena_str(fn->arena, kept.len > 0 && depth == 0 ? kept : text);
    strbuf_deinit(&out);
    return core;
}

FN1(goods_core, Text, Text, t, .name = "goods_core", .name_zh = "商品核心名",
    .signature = "goods_core(t: text): text",
    .doc = "The name of the goods in an invoice line (*class*name) or a shop's title, without "
           "brackets.",
    .doc_zh = "发票明细（*类别*名称）或商品标题中的商品本名，去掉括号里的说明。",
    .example = "goods_core(\"*成品油*95号车用汽油（VIB）\") = \"95号车用汽油\"", .cost = 200)
{
    StrBuf half = {0};
    unicode_fold_width(str_trim(*t), &half);
    Str text = arena_str(fn->arena, strbuf_str(&half));
    strbuf_deinit(&half);
    if (str_starts(text, STR("*"))) {
        size_t second = str_find(text, STR("*"), 1);
        if (second != STR_NONE && second + 1 < text.len)
            text = str_slice(text, second + 1, text.len);
    }
    return without_brackets(fn, str_trim(text));
}

// Legal forms and offshoots at the end of a company's name; a longer one comes before what it ends in.
static const char *const forms[] = {"股份有限责任公司",
                                    "有限责任公司",
                                    "股份有限公司",
                                    "集团有限公司",
                                    "有限公司",
                                    "股份公司",
                                    "农民专业合作社",
                                    "专业合作社",
                                    "普通合伙",
                                    "有限合伙",
                                    "合伙企业",
                                    "个人独资企业",
                                    "分公司",
                                    "子公司",
                                    "办事处",
                                    "营业部",
                                    "经营部",
                                    "门市部",
                                    "分店",
                                    "集团公司",
                                    "集团",
                                    "总公司",
                                    "公司",
                                    "企业",
                                    "工作室"};

static Str without_form(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        Str form = str_from_cstr(forms[i]);
        if (str_ends(name, form) && name.len > form.len + 3)
            return str_slice(name, 0, name.len - form.len);
    }
    return name;
}

// 江苏银桥金融信息服务有限公司上海分公司: an offshoot's parent ends in a legal form in the middle.
static Str parent_of(Str name)
{
    size_t at = str_find(name, STR("公司"), 0);
    bool offshoot = str_ends(name, STR("分公司")) || str_ends(name, STR("办事处")) ||
                    str_ends(name, STR("营业部")) || str_ends(name, STR("分店")) ||
                    str_ends(name, STR("门市部"));
    return offshoot && at != STR_NONE && at + 6 < name.len ? str_slice(name, 0, at + 6) : name;
}

// 省 or 市 and the like close to the beginning end the place.
static Str without_place(Str name)
{
    static const char *const places[] = {"特别行政区", "自治区", "自治州", "省", "市", "县", "区"};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        size_t at = name.len > 3 ? str_find(name, str_from_cstr(places[i]), 3) : STR_NONE;
        size_t length = strlen(places[i]);
        if (at != STR_NONE && at <= 12 && name.len - at - length >= 6)
            name = str_slice(name, at + length, name.len);
    }
    return name;
}

FN1(company_core, Text, Text, t, .name = "company_core", .name_zh = "企业核心名",
    .signature = "company_core(t: text): text",
    .doc = "What tells a company's name apart: without brackets, offshoot, place with its kind (省 "
           "市 县 "
           "区) and legal form. A branch gives the core of its parent.",
    .doc_zh = "企业名称中用以区别的部分：去掉括号、分支、带省市县区字样的地名和组织形式；分公司取其"
              "总公司。",
    .example = "company_core(\"杭州市银桥信息服务有限公司上海分公司\") = \"银桥信息服务\"",
    .cost = 500)
{
    StrBuf half = {0};
    unicode_fold_width(str_trim(*t), &half);
    Str text = arena_str(fn->arena, strbuf_str(&half));
    strbuf_deinit(&half);
    Str name = parent_of(without_brackets(fn, text));
    for (Str shorter = without_form(name); shorter.len < name.len; shorter = without_form(name))
        name = shorter;
    Str core = without_place(name);
    return core.len > 0 ? core : *t;
}

const FnCard *const name_cards[] = {
    FN_CARD(names_list), FN_CARD(names_before), FN_CARD(document_numbers),
    FN_CARD(goods_core), FN_CARD(company_core), NULL,
};
