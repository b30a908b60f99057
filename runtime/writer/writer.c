// SPDX-License-Identifier: Apache-2.0
//
// writer.c: the registry of drivers and what they share.

#include "runtime/writer/json_int.h"

#define ENTRY(name) extern const WriterDriver writer_##name;
#include "generated/writers.inc"
#undef ENTRY

static const WriterDriver *const DRIVERS[] = {
#define ENTRY(name) &writer_##name,
#include "generated/writers.inc"
#undef ENTRY
    &writer_jsonl,
    NULL,
};

const WriterDriver *writer_at(uint32_t index)
{
    ASSERT(index < ARRAY_LEN(DRIVERS));
    return DRIVERS[index];
}

const WriterDriver *writer_find(Str name)
{
    for (size_t i = 0; DRIVERS[i] != NULL; i++)
        if (str_equal(str_from_cstr(DRIVERS[i]->name), name))
            return DRIVERS[i];
    return NULL;
}

void json_add_str(StrBuf *out, Str text)
{
    static const char HEX[] = "0123456789abcdef";
    strbuf_add_char(out, '"');
    size_t start = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        strbuf_add(out, str_slice(text, start, i));
        start = i + 1;
        if (c == '"' || c == '\\') {
            strbuf_add_char(out, '\\');
            strbuf_add_char(out, (char)c);
        } else if (c == '\n') {
            strbuf_add_c(out, "\\n");
        } else if (c == '\t') {
            strbuf_add_c(out, "\\t");
        } else {
            strbuf_add_c(out, "\\u00");
            strbuf_add_char(out, HEX[c >> 4]);
            strbuf_add_char(out, HEX[c & 15]);
        }
    }
    strbuf_add(out, str_slice(text, start, text.len));
    strbuf_add_char(out, '"');
}

Str list_name(ListKind list)
{
    switch (list) {
    case LIST_CLUE:
        return STR("clue");
    case LIST_CLEARED:
        return STR("cleared");
    case LIST_UNDECIDED:
        return STR("undecided");
    case LIST_GAP:
        return STR("gap");
    }
    UNREACHABLE();
}

Str list_title(ListKind list, Lang lang)
{
    bool zh = lang == LANG_ZH;
    switch (list) {
    case LIST_CLUE:
        return zh ? STR("线索") : STR("clues");
    case LIST_CLEARED:
        return zh ? STR("排除") : STR("cleared");
    case LIST_UNDECIDED:
        return zh ? STR("待查") : STR("undecided");
    case LIST_GAP:
        return zh ? STR("数据缺口") : STR("gaps in the data");
    }
    UNREACHABLE();
}

Str severity_name(Severity severity)
{
    switch (severity) {
    case SEVERITY_NONE:
        return STR("");
    case SEVERITY_HIGH:
        return STR("高");
    case SEVERITY_MEDIUM:
        return STR("中");
    case SEVERITY_LOW:
        return STR("低");
    }
    UNREACHABLE();
}

int64_t list_size(const RuleResult *result, ListKind list)
{
    switch (list) {
    case LIST_CLUE:
        return result->clue_count;
    case LIST_CLEARED:
        return result->cleared_count;
    case LIST_UNDECIDED:
        return result->undecided_count;
    case LIST_GAP:
        return result->gap_count;
    }
    UNREACHABLE();
}
