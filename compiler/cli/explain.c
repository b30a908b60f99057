// SPDX-License-Identifier: Apache-2.0
//
// explain.c: sup explain: one key of a rule, the page of a diagnostic, the card of a function.

#include "compiler/cli/explain_rule.h"
#include "runtime/base/unicode.h"
#include "stdlib/stdlib.h"

// The code as messages print it, or its digits alone.
static bool find_code(Str code, DiagId *id)
{
    static const char LETTERS[] = "EWN";
    char whole[8];
    if (diag_find(code, id))
        return true;
    for (size_t i = 0; code.len + 1 < sizeof whole && LETTERS[i] != '\0'; i++) {
        whole[0] = LETTERS[i];
        memcpy(whole + 1, code.ptr, code.len);
        if (diag_find((Str){whole, code.len + 1}, id))
            return true;
    }
    return false;
}

static int explain_code(const Args *args, Str code)
{
    DiagId id;
    if (!find_code(code, &id)) {
        tell(args, "没有编号为 " STR_FMT " 的提示；编号写在提示的方括号里，如 E0312",
             "there is no diagnostic " STR_FMT
             "; the code stands in the brackets of a message, such as E0312",
             STR_ARG(code));
        return EXIT_USAGE;
    }
    StrBuf text = {0};
    diag_explain(id, args->lang, &text);
    int done = print_result(args, strbuf_str(&text));
    strbuf_deinit(&text);
    return done;
}

// The reasons for which a function may have no value.
static void add_issues(const FnCard *card, Lang lang, StrBuf *out)
{
    if (card->issues == NULL)
        return;
    strbuf_add_c(out, lang == LANG_ZH ? "    待定：" : "    undecided: ");
    for (const Reason *issue = card->issues; *issue != REASON_NONE; issue++) {
        if (issue > card->issues)
            strbuf_add_c(out, lang == LANG_ZH ? "、" : ", ");
        strbuf_add(out, reason_text(*issue, lang));
    }
    strbuf_add_char(out, '\n');
}

static void add_card(const FnCard *card, Lang lang, StrBuf *out)
{
    bool zh = lang == LANG_ZH;
    strbuf_printf(out, "%s  %s\n    %s\n    %s\n", card->name, card->name_zh, card->signature,
                  zh ? card->doc_zh : card->doc);
    if (card->example != NULL)
        strbuf_printf(out, "    %s %s\n", zh ? "例：" : "example:", card->example);
    StrBuf fields = {0};
    if (typed_record_fields(str_from_cstr(card->name), &fields))
        strbuf_printf(out, "    %s%s\n", zh ? "字段：" : "fields: ", strbuf_cstr(&fields));
    strbuf_deinit(&fields);
    add_issues(card, lang, out);
    if (card->soft)
        strbuf_add_c(out,
                     zh ? "    只对已经确定的同组成员计算\n" : "    over decided peers only\n");
}

static void add_identity(const IdentityCard *card, Lang lang, StrBuf *out)
{
    bool zh = lang == LANG_ZH;
    strbuf_printf(out, "%s  %s\n    %s\n", card->name, card->name_zh,
                  zh ? card->doc_zh : card->doc);
    if (card->known_least > 0)
        strbuf_printf(out,
                      zh ? "    残缺的值至少要有 %u 个字是已知的\n"
                         : "    least known characters of a damaged value: %u\n",
                      card->known_least);
}

// How many functions are named in place of one that is not there.
enum { RELATED_MAX = 12 };

// The functions whose name or description holds the word, as a list; a name of several cards once.
static void add_related(StrBuf *out, Str word, Lang lang)
{
    bool zh = lang == LANG_ZH;
    Str before = {0};
    uint32_t shown = 0;
    for (uint32_t i = 0; i < stdlib_count() && shown < RELATED_MAX; i++) {
        const FnCard *card = stdlib_at(i);
        Str name = str_from_cstr(zh ? card->name_zh : card->name);
        const char *const texts[] = {card->name, card->name_zh, card->doc, card->doc_zh};
        bool holds = false;
        for (size_t t = 0; t < ARRAY_LEN(texts); t++)
            holds |= str_find(str_from_cstr(texts[t]), word, 0) != STR_NONE;
        if (!holds || str_equal(name, before))
            continue;
        strbuf_printf(out, "%s" STR_FMT, shown == 0 ? "" : zh ? "、" : ", ", STR_ARG(name));
        before = name;
        shown++;
    }
}

static int tell_no_function(const Args *args, Str name)
{
    StrBuf related = {0};
    NearName near;
    Str best;
    near_name_init(&near, name);
    for (uint32_t i = 0; i < stdlib_count(); i++) {
        near_name_offer(&near, str_from_cstr(stdlib_at(i)->name));
        near_name_offer(&near, str_from_cstr(stdlib_at(i)->name_zh));
    }
    for (uint32_t i = 0; i < stdlib_identity_count(); i++) {
        near_name_offer(&near, str_from_cstr(stdlib_identity_at(i)->name));
        near_name_offer(&near, str_from_cstr(stdlib_identity_at(i)->name_zh));
    }
    if (other_function_name(name, &best) || near_name_best(&near, &best))
        tell(args, "没有函数“" STR_FMT "”；是不是“" STR_FMT "”？",
             "there is no function '" STR_FMT "'; did you mean '" STR_FMT "'?", STR_ARG(name),
             STR_ARG(best));
    else if (add_related(&related, name, args->lang), related.len > 0)
        tell(args, "没有函数“" STR_FMT "”；名称或说明里有这个词的：" STR_FMT,
             "there is no function '" STR_FMT "'; named or described with this word: " STR_FMT,
             STR_ARG(name), STR_ARG(strbuf_str(&related)));
    else
        tell(args, "没有函数“" STR_FMT "”", "there is no function '" STR_FMT "'", STR_ARG(name));
    strbuf_deinit(&related);
    return EXIT_USAGE;
}

int explain_function(const Args *args, Str name)
{
    const FnCard *cards[32];
    uint32_t count = stdlib_find(name, cards, ARRAY_LEN(cards));
    const IdentityCard *identity = stdlib_identity(name);
    if (count == 0 && identity == NULL)
        return tell_no_function(args, name);
    StrBuf text = {0};
    for (uint32_t i = 0; i < MIN_OF(count, (uint32_t)ARRAY_LEN(cards)); i++)
        add_card(cards[i], args->lang, &text);
    if (count == 0)
        add_identity(identity, args->lang, &text);
    int done = print_result(args, strbuf_str(&text));
    strbuf_deinit(&text);
    return done;
}

static int explain_command(const Args *args)
{
    if (args_has(args, OPTION_CODE))
        return explain_code(args, args_text(args, OPTION_CODE, STR("")));
    if (args_has(args, OPTION_FUNCTION))
        return explain_function(args, args_text(args, OPTION_FUNCTION, STR("")));
    if (args_has(args, OPTION_KEY))
        return explain_rule(args);
    tell(
        args,
        "请用 --key 指明对象（并给出模型文件），或者用 --code 指明提示编号，用 --function 指明函数",
        "give a key with --key (and a model file), the code of a diagnostic with --code, or a "
        "function with --function");
    return EXIT_USAGE;
}

static const OptionId OPTIONS[] = {
    OPTION_RULE,         OPTION_KEY,         OPTION_CODE,          OPTION_FUNCTION,
    OPTION_FORMAT,       OPTION_DATA,        OPTION_BIND,          OPTION_AS_OF,
    OPTION_SET,          OPTION_PROGRESS,    OPTION_EVIDENCE,      OPTION_LIMIT_ROWS,
    OPTION_LIMIT_BYTES,  OPTION_LIMIT_PAIRS, OPTION_LIMIT_OUTPUT,  OPTION_JSON,
    OPTION_LIMIT_TIME,   OPTION_LIMIT_DEPTH, OPTION_LIMIT_NESTING, OPTION_LIMIT_RECURSION,
    OPTION_ALLOW_EXTERN, OPTION_CALENDAR,    OPTION_DIVISIONS,
};

const Command command_explain = {
    .name = "explain",
    .usage = "FILE --rule R --key K [--data DIR] | --code E0312 | --function NAME",
    .doc_zh = "说明一个对象为何在名单上或不在名单上；解释一个提示编号；说明一个库函数",
    .doc_en = "why a key is in a list or in none; a diagnostic; a function of the library",
    .example = "sup explain 养老金.sup --data 数据 --rule 违规领取 --key 张三",
    .options = OPTIONS,
    .option_count = ARRAY_LEN(OPTIONS),
    .run = explain_command,
};
