// SPDX-License-Identifier: Apache-2.0
//
// regex.c: the wrapper of PCRE2 and the screening of patterns.
//
// A pattern is read once before PCRE2 sees it. The screening refuses every construct that is not
// regular and notes how groups nest, which answers whether a group can be left out of a match.
// Matching runs with limits; a test that reaches them is repeated by the matcher without
// backtracking, which knows no groups but always ends.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "runtime/base/regex.h"

#include "runtime/base/vec.h"

enum {
    MATCH_LIMIT = 2 * 1000 * 1000, // steps of one match
    HEAP_LIMIT_KIB = 64 * 1024,
    JIT_STACK_MIN = 32 * 1024,
    JIT_STACK_MAX = 8 * 1024 * 1024,
    FLAT_TEXT_MAX = 1024,     // bytes; the matcher without backtracking takes cubic time at worst
    DFA_WORKSPACE_MIN = 1024, // ints
    DFA_WORKSPACE_MAX = 1 << 22,
};

// A pair of parentheses, or the whole pattern (index 0).
typedef struct Container {
    size_t parent;
    int group; // capture number, 0 if none
    bool has_alternatives;
    bool may_be_skipped; // quantified from zero
} Container;

struct Regex {
    pcre2_code *code;
    RegexMode mode;
    int group_count;
    Str *names;     // per group from 1; views into the table of the code
    bool *optional; // per group from 1
};

struct RegexMatch {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *jit_stack; // NULL if there is no JIT
    int *workspace;             // of the matcher without backtracking, made when needed
    size_t workspace_count;
};

// ---- Screening ----------------------------------------------------------------------------------

typedef struct Screen {
    Str pattern;
    size_t at;
    VEC(Container) containers;
    size_t open; // innermost container
    int group_count;
    Error *err;
} Screen;

static char screen_peek(const Screen *screen, size_t ahead)
{
    size_t at = screen->at + ahead;
    return at < screen->pattern.len ? screen->pattern.ptr[at] : '\0';
}

static Status screen_refuse(Screen *screen, const char *zh, const char *en)
{
    error_set_text(screen->err, STATUS_USAGE, str_from_cstr(zh), str_from_cstr(en));
    return error_prefix(screen->err, STATUS_USAGE, "模式中不能使用", "a pattern may not use ");
}

// An escape; at stands on the backslash.
static Status screen_escape(Screen *screen)
{
    char next = screen_peek(screen, 1);
    if (next >= '0' && next <= '9')
        return screen_refuse(screen, "反向引用（\\1 等）", "backreferences (\\1 …)");
    switch (next) {
    case 'g':
    case 'k':
        return screen_refuse(screen, "反向引用（\\g、\\k）", "backreferences (\\g, \\k)");
    case 'K':
    case 'G':
    case 'C':
    case 'R':
    case 'X':
    case 'c':
    case 'o':
    case 'Q':
    case 'E':
        return screen_refuse(screen, "\\K、\\G、\\C、\\R、\\X、\\c、\\o、\\Q、\\E",
                             "\\K, \\G, \\C, \\R, \\X, \\c, \\o, \\Q or \\E");
    default:
        // The byte behind the backslash; in a cut-off pattern PCRE2 reports the end.
        screen->at = MIN_OF(screen->at + 2, screen->pattern.len);
        return STATUS_OK;
    }
}

// Length of a POSIX class such as [:alpha:] inside a character class, or 0: the terminator (one of
// ":.=") must come back before a ']' that is not escaped.
static size_t posix_class_length(const Screen *screen)
{
    char terminator = screen_peek(screen, 1);
    if (terminator != ':' && terminator != '.' && terminator != '=')
        return 0;
    for (size_t ahead = 2; screen->at + ahead < screen->pattern.len; ahead++) {
        char byte = screen_peek(screen, ahead);
        char next = screen_peek(screen, ahead + 1);
        if (byte == '\\' && (next == ']' || next == '\\'))
            ahead++;
        else if ((byte == '[' && next == terminator) || byte == ']')
            return 0;
        else if (byte == terminator && next == ']')
            return ahead + 2;
    }
    return 0;
}

// A character class; at stands on the '['.
static Status screen_class(Screen *screen)
{
    screen->at++;
    if (screen_peek(screen, 0) == '^')
        screen->at++;
    if (screen_peek(screen, 0) == ']')
        screen->at++;
    while (screen->at < screen->pattern.len && screen_peek(screen, 0) != ']') {
        if (screen_peek(screen, 0) == '\\') {
            TRY(screen_escape(screen));
        } else {
            size_t length = screen_peek(screen, 0) == '[' ? posix_class_length(screen) : 0;
            screen->at += length == 0 ? 1 : length;
        }
    }
    screen->at = MIN_OF(screen->at + 1, screen->pattern.len);
    return STATUS_OK;
}

static void screen_open(Screen *screen, bool captures)
{
    Container container = {.parent = screen->open};
    if (captures)
        container.group = ++screen->group_count;
    screen->open = screen->containers.count;
    vec_push(&screen->containers, container);
}

// Skips a name up to its closing byte.
static void screen_name(Screen *screen, size_t length_before, char end)
{
    screen->at += length_before;
    while (screen->at < screen->pattern.len && screen_peek(screen, 0) != end)
        screen->at++;
    screen->at = MIN_OF(screen->at + 1, screen->pattern.len);
}

// Options such as (?i) or (?s-m:…); at stands on the '('.
static Status screen_options(Screen *screen)
{
    size_t ahead = 2;
    while (screen_peek(screen, ahead) != '\0' && strchr("ims-", screen_peek(screen, ahead)) != NULL)
        ahead++;
    char end = screen_peek(screen, ahead);
    if (end != ':' && end != ')')
        return screen_refuse(screen, "这种 (?…) 写法", "this form of (?…)");
    if (end == ':')
        screen_open(screen, false);
    screen->at += ahead + 1;
    return STATUS_OK;
}

// A parenthesis; at stands on the '('.
static Status screen_group(Screen *screen)
{
    if (screen_peek(screen, 1) == '*')
        return screen_refuse(screen, "(*…) 控制动词", "verbs (*…)");
    if (screen_peek(screen, 1) != '?') {
        screen_open(screen, true);
        screen->at++;
        return STATUS_OK;
    }
    char kind = screen_peek(screen, 2);
    char after = screen_peek(screen, 3);
    if (kind == '=' || kind == '!' || (kind == '<' && (after == '=' || after == '!')))
        return screen_refuse(screen, "前后查看（(?=、(?!、(?<=、(?<!）",
                             "look-around ((?=, (?!, (?<=, (?<!)");
    if (kind == '>')
        return screen_refuse(screen, "原子分组（(?>）", "atomic groups ((?>)");
    if (kind == '(')
        return screen_refuse(screen, "条件分组（(?(）", "conditions ((?()");
    if (kind == 'R' || kind == '&' || kind == '+' || (kind >= '0' && kind <= '9') ||
        (kind == 'P' && after != '<') || (kind == '-' && after >= '0' && after <= '9'))
        return screen_refuse(screen, "递归或引用其他分组", "recursion or references to groups");
    if (kind == '<' || kind == '\'' || kind == 'P') {
        screen_open(screen, true);
        screen_name(screen, kind == 'P' ? 4 : 3, kind == '\'' ? '\'' : '>');
        return STATUS_OK;
    }
    if (kind == '#') {
        screen_name(screen, 3, ')');
        return STATUS_OK;
    }
    return screen_options(screen);
}

// Length of a quantifier at this position, 0 if there is none; *from_zero: it allows none.
static size_t quantifier_length(const Screen *screen, bool *from_zero)
{
    char first = screen_peek(screen, 0);
    *from_zero = first == '*' || first == '?';
    if (first == '*' || first == '?' || first == '+')
        return 1;
    if (first != '{')
        return 0;
    size_t ahead = 1;
    int64_t least = 0;
    while (screen_peek(screen, ahead) >= '0' && screen_peek(screen, ahead) <= '9')
        least |= screen_peek(screen, ahead++) - '0';
    if (ahead == 1)
        return 0; // a literal brace
    *from_zero = least == 0;
    if (screen_peek(screen, ahead) == ',')
        ahead++;
    while (screen_peek(screen, ahead) >= '0' && screen_peek(screen, ahead) <= '9')
        ahead++;
    return screen_peek(screen, ahead) == '}' ? ahead + 1 : 0;
}

// The quantifier, if any, behind an item; closed is the container that just ended, or 0.
static Status screen_quantifier(Screen *screen, size_t closed)
{
    bool from_zero;
    size_t length = quantifier_length(screen, &from_zero);
    if (length == 0)
        return STATUS_OK;
    screen->at += length;
    if (closed != 0 && from_zero)
        screen->containers.items[closed].may_be_skipped = true;
    if (screen_peek(screen, 0) == '+') {
        screen->at -= length;
        return screen_refuse(screen, "占有量词（*+、++、?+）",
                             "possessive quantifiers (*+, ++, ?+)");
    }
    if (screen_peek(screen, 0) == '?')
        screen->at++;
    return STATUS_OK;
}

static Status screen_item(Screen *screen)
{
    size_t closed = 0;
    switch (screen_peek(screen, 0)) {
    case '\\':
        TRY(screen_escape(screen));
        break;
    case '[':
        TRY(screen_class(screen));
        break;
    case '(':
        return screen_group(screen);
    case ')':
        closed = screen->open;
        screen->open = screen->containers.items[closed].parent;
        screen->at++;
        break;
    case '|':
        screen->containers.items[screen->open].has_alternatives = true;
        screen->at++;
        return STATUS_OK;
    default:
        screen->at++;
        break;
    }
    return screen_quantifier(screen, closed);
}

// Reads the whole pattern; on failure at is the place.
static Status screen_pattern(Screen *screen)
{
    vec_push(&screen->containers, (Container){0});
    if (screen->pattern.len > REGEX_PATTERN_MAX)
        return error_set(screen->err, STATUS_USAGE, "模式超过 %d 字节",
                         "the pattern is longer than %d bytes", REGEX_PATTERN_MAX);
    while (screen->at < screen->pattern.len)
        TRY(screen_item(screen));
    return STATUS_OK;
}

// Which groups can be left out of a match?
static void screen_optional(const Screen *screen, bool *optional)
{
    for (size_t i = 1; i < screen->containers.count; i++) {
        const Container *container = &screen->containers.items[i];
        if (container->group == 0)
            continue;
        bool skipped = container->may_be_skipped;
        for (size_t at = i; at != 0 && !skipped;) {
            at = container->parent;
            container = &screen->containers.items[at];
            skipped = container->has_alternatives || container->may_be_skipped;
        }
        optional[screen->containers.items[i].group - 1] = skipped;
    }
}

// ---- Compiling ----------------------------------------------------------------------------------

typedef struct CompileMessage {
    int code; // of PCRE2, without its offset of 100
    const char *zh;
} CompileMessage;

static const char *compile_message_zh(int code)
{
    static const CompileMessage messages[] = {
        {1, "结尾有一个多余的反斜杠"},   {3, "反斜杠后的字符没有意义"},
        {4, "花括号中的数字次序颠倒"},   {5, "花括号中的数字过大"},
        {6, "方括号没有闭合"},           {8, "方括号中的范围次序颠倒"},
        {9, "量词前没有可以重复的内容"}, {14, "圆括号没有闭合"},
        {22, "多出一个右圆括号"},        {20, "模式过大"},
        {42, "分组名没有闭合"},          {43, "分组名重复"},
        {44, "分组名必须以字母开头"},    {47, "没有这样的字符属性"},
        {46, "字符属性的写法有误"},
    };
    for (size_t i = 0; i < ARRAY_LEN(messages); i++)
        if (messages[i].code + 100 == code)
            return messages[i].zh;
    return "写法不合规则";
}

static Status compile_failed(int code, Error *err)
{
    PCRE2_UCHAR text[256] = {0};
    pcre2_get_error_message(code, text, sizeof text);
    if (code == PCRE2_ERROR_NOMEMORY || code == 121)
        base_memory_failed(REGEX_PATTERN_MAX);
    error_set_text(err, STATUS_USAGE, str_from_cstr(compile_message_zh(code)),
                   str_from_cstr((const char *)text));
    return error_prefix(err, STATUS_USAGE, "模式有误：", "the pattern is wrong: ");
}

static void regex_read_names(Regex *regex)
{
    uint32_t count = 0, entry_size = 0;
    PCRE2_SPTR table = NULL;
    pcre2_pattern_info(regex->code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(regex->code, PCRE2_INFO_NAMEENTRYSIZE, &entry_size);
    pcre2_pattern_info(regex->code, PCRE2_INFO_NAMETABLE, &table);
    for (uint32_t i = 0; i < count; i++, table += entry_size) {
        int group = table[0] << 8 | table[1];
        ASSERT(group >= 1);
        ASSERT(group <= regex->group_count);
        regex->names[group - 1] = str_from_cstr((const char *)table + 2);
    }
}

// By itself, \p{Han} takes what is used with Han characters too: 、。「」. Who writes it means the characters. Gives
// the pattern with \p{sc:Han} in its place.
static void regex_narrow_scripts(Str pattern, StrBuf *out)
{
    for (size_t i = 0; i < pattern.len; i++) {
        Str rest = str_slice(pattern, i, pattern.len);
        bool positive = str_starts(rest, STR("\\p{Han}"));
        if (positive || str_starts(rest, STR("\\P{Han}"))) {
            strbuf_add_c(out, positive ? "\\p{sc:Han}" : "\\P{sc:Han}");
            i += STR("\\p{Han}").len - 1;
            continue;
        }
        strbuf_add_char(out, pattern.ptr[i]);
        if (pattern.ptr[i] == '\\' && i + 1 < pattern.len)
            strbuf_add_char(out, pattern.ptr[++i]);
    }
}

// The place in the pattern as written of a place in the narrowed one.
static size_t regex_written_place(Str narrowed, size_t place)
{
    size_t added = 0;
    for (size_t i = 0; i < place && i < narrowed.len; i++) {
        if (str_starts(str_slice(narrowed, i, narrowed.len), STR("{sc:Han}")))
            added += STR("sc:").len;
    }
    return place - MIN_OF(added, place);
}

// Compiles a screened pattern.
static Status regex_compile_screened(const Screen *screen, RegexMode mode, Regex **out,
                                     size_t *bad_at)
{
    uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C;
    if (mode == REGEX_WHOLE)
        options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
    int code = 0;
    StrBuf narrowed = {0};
    regex_narrow_scripts(screen->pattern, &narrowed);
    const char *bytes = narrowed.len == 0 ? "" : narrowed.ptr;
    pcre2_code *compiled =
        pcre2_compile((PCRE2_SPTR)bytes, narrowed.len, options, &code, bad_at, NULL);
    if (compiled == NULL)
        *bad_at = regex_written_place(strbuf_str(&narrowed), *bad_at);
    strbuf_deinit(&narrowed);
    if (compiled == NULL)
        return compile_failed(code, screen->err);
    // Without JIT, matching is slower and otherwise the same.
    (void)pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
    uint32_t count = 0;
    pcre2_pattern_info(compiled, PCRE2_INFO_CAPTURECOUNT, &count);
    ASSERT((int)count == screen->group_count);
    Regex *regex = base_alloc_zeroed(1, sizeof *regex);
    regex->code = compiled;
    regex->mode = mode;
    regex->group_count = (int)count;
    regex->names = base_alloc_zeroed(count, sizeof *regex->names);
    regex->optional = base_alloc_zeroed(count, sizeof *regex->optional);
    regex_read_names(regex);
    screen_optional(screen, regex->optional);
    *out = regex;
    return STATUS_OK;
}

Status regex_compile(Str pattern, RegexMode mode, Regex **out, size_t *bad_at, Error *err)
{
    Screen screen = {.pattern = pattern, .err = err};
    size_t place = 0;
    *out = NULL;
    Status status = STATUS_OK;
    if (!utf8_valid(pattern, &place)) {
        status = error_set(err, STATUS_USAGE, "模式不是有效的 UTF-8 文字",
                           "the pattern is not valid UTF-8");
    } else {
        status = screen_pattern(&screen);
        place = screen.at;
        if (status == STATUS_OK)
            status = regex_compile_screened(&screen, mode, out, &place);
    }
    if (bad_at != NULL)
        *bad_at = MIN_OF(place, pattern.len);
    vec_free(&screen.containers);
    return status;
}

void regex_destroy(Regex *regex)
{
    if (regex == NULL)
        return;
    pcre2_code_free(regex->code);
    free(regex->names);
    free(regex->optional);
    free(regex);
}

// ---- Matching -----------------------------------------------------------------------------------

RegexMatch *regex_match_create(const Regex *regex)
{
    RegexMatch *match = base_alloc_zeroed(1, sizeof *match);
    match->data = pcre2_match_data_create_from_pattern(regex->code, NULL);
    match->context = pcre2_match_context_create(NULL);
    if (match->data == NULL || match->context == NULL)
        base_memory_failed(sizeof *match);
    pcre2_set_match_limit(match->context, MATCH_LIMIT);
    pcre2_set_heap_limit(match->context, HEAP_LIMIT_KIB);
    size_t jit_size = 0;
    pcre2_pattern_info(regex->code, PCRE2_INFO_JITSIZE, &jit_size);
    if (jit_size > 0) {
        match->jit_stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
        pcre2_jit_stack_assign(match->context, NULL, match->jit_stack);
    }
    return match;
}

void regex_match_destroy(RegexMatch *match)
{
    if (match == NULL)
        return;
    pcre2_match_data_free(match->data);
    pcre2_match_context_free(match->context);
    pcre2_jit_stack_free(match->jit_stack);
    free(match->workspace);
    free(match);
}

static const char *text_bytes(Str text)
{
    return text.len == 0 ? "" : text.ptr;
}

static bool is_limit(int result)
{
    return result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_DEPTHLIMIT ||
           result == PCRE2_ERROR_HEAPLIMIT || result == PCRE2_ERROR_JIT_STACKLIMIT ||
           result == PCRE2_ERROR_NOMEMORY;
}

static int match_once(const Regex *regex, RegexMatch *match, Str text, size_t from)
{
    ASSERT(from <= text.len);
#ifndef NDEBUG
    ASSERT(utf8_valid(text, NULL));
#endif
    return pcre2_match(regex->code, (PCRE2_SPTR)text_bytes(text), text.len, from,
                       PCRE2_NO_UTF_CHECK, match->data, match->context);
}

static Status match_failed(int result, Error *err)
{
    if (is_limit(result))
        return error_set(err, STATUS_LIMIT, "模式匹配步数过多", "matching takes too many steps");
    return error_set(err, STATUS_INTERNAL, "模式匹配失败（%d）", "matching failed (%d)", result);
}

Status regex_find(const Regex *regex, RegexMatch *match, Str text, size_t from, bool *found,
                  Error *err)
{
    int result = match_once(regex, match, text, from);
    *found = result > 0;
    if (result > 0 || result == PCRE2_ERROR_NOMATCH)
        return STATUS_OK;
    return match_failed(result, err);
}

static void workspace_grow(RegexMatch *match)
{
    match->workspace_count =
        match->workspace_count == 0 ? DFA_WORKSPACE_MIN : match->workspace_count * 4;
    match->workspace =
        base_realloc(match->workspace, match->workspace_count * sizeof *match->workspace);
}

// The matcher without backtracking, with a workspace that grows when it is too small.
static int match_flat(const Regex *regex, RegexMatch *match, Str text)
{
    int result = PCRE2_ERROR_DFA_WSSIZE;
    if (match->workspace_count == 0)
        workspace_grow(match);
    for (;;) {
        result = pcre2_dfa_match(regex->code, (PCRE2_SPTR)text_bytes(text), text.len, 0,
                                 PCRE2_NO_UTF_CHECK | PCRE2_DFA_SHORTEST, match->data, NULL,
                                 match->workspace, match->workspace_count);
        if (result != PCRE2_ERROR_DFA_WSSIZE || match->workspace_count >= DFA_WORKSPACE_MAX)
            return result;
        workspace_grow(match);
    }
}

Status regex_test(const Regex *regex, RegexMatch *match, Str text, bool *found, Error *err)
{
    int result = match_once(regex, match, text, 0);
    if (is_limit(result) && text.len <= FLAT_TEXT_MAX)
        result = match_flat(regex, match, text);
    *found = result >= 0;
    if (result >= 0 || result == PCRE2_ERROR_NOMATCH)
        return STATUS_OK;
    return match_failed(result, err);
}

// ---- Groups -------------------------------------------------------------------------------------

int regex_group_count(const Regex *regex)
{
    return regex->group_count;
}

Str regex_group_name(const Regex *regex, int group)
{
    ASSERT(group >= 1);
    ASSERT(group <= regex->group_count);
    return regex->names[group - 1];
}

int regex_group_find(const Regex *regex, Str name)
{
    for (int group = 1; group <= regex->group_count && name.len > 0; group++)
        if (str_equal(regex->names[group - 1], name))
            return group;
    return -1;
}

bool regex_group_optional(const Regex *regex, int group)
{
    ASSERT(group >= 1);
    ASSERT(group <= regex->group_count);
    return regex->optional[group - 1];
}

bool regex_match_span(const RegexMatch *match, int group, size_t *start, size_t *end)
{
    ASSERT(group >= 0);
    ASSERT((uint32_t)group < pcre2_get_ovector_count(match->data));
    const PCRE2_SIZE *spans = pcre2_get_ovector_pointer(match->data);
    *start = spans[2 * group];
    *end = spans[2 * group + 1];
    return *start != PCRE2_UNSET;
}

Str regex_match_group(const RegexMatch *match, Str text, int group)
{
    size_t start, end;
    return regex_match_span(match, group, &start, &end) ? str_slice(text, start, end) : STR("");
}
