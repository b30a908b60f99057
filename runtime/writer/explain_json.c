// SPDX-License-Identifier: Apache-2.0
//
// explain_json.c: an explanation for programs. The order of keys is fixed.

#include "runtime/base/time.h"
#include "runtime/writer/json_int.h"

static void add_values(StrBuf *out, const ReplayValue *values, uint32_t count)
{
    json_add_name(out, "values");
    strbuf_add_char(out, '{');
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            strbuf_add_char(out, ',');
        json_add_str(out, values[i].text);
        strbuf_add_char(out, ':');
        json_add_str(out, values[i].value);
    }
    strbuf_add_char(out, '}');
}

static void add_peers(StrBuf *out, const ReplayPeers *peers)
{
    json_add_name(out, "peers");
    strbuf_add_c(out, "{\"count\":");
    strbuf_add_u64(out, (uint64_t)peers->count);
    json_add_number(out, "undecided", peers->open);
    json_add_name(out, "rows");
    strbuf_add_char(out, '[');
    for (uint32_t i = 0; i < peers->row_count; i++) {
        strbuf_add_c(out, i > 0 ? ",{\"table\":" : "{\"table\":");
        json_add_str(out, peers->rows[i].table);
        json_add_optional(out, "file", peers->rows[i].file);
        json_add_number(out, "row", peers->rows[i].row);
        strbuf_add_char(out, '}');
    }
    strbuf_add_c(out, "]}");
}

static void add_clause(StrBuf *out, const ReplayClause *clause)
{
    strbuf_add_c(out, "{\"clause\":");
    strbuf_add_u64(out, clause->place);
    json_add_optional(out, "text", clause->text);
    json_add_name(out, "counts");
    strbuf_add_c(out, clause->grouped ? "\"groups\"" : "\"rows\"");
    json_add_number(out, "certain", clause->certain);
    json_add_number(out, "undecided", clause->possible);
    add_values(out, clause->values, clause->value_count);
    if (clause->peers.some)
        add_peers(out, &clause->peers);
    static const char *const scores[] = {"null", "\"not added\"", "\"added\"", "\"open\""};
    json_add_name(out, "score");
    strbuf_add_c(out, scores[clause->score]);
    strbuf_add_char(out, '}');
}

static void add_miss(StrBuf *out, const ReplayMiss *miss)
{
    strbuf_add_c(out, "{\"condition\":");
    json_add_str_or_null(out, miss->condition);
    add_values(out, miss->values, miss->value_count);
    json_add_optional(out, "distance", miss->distance);
    json_add_optional(out, "absent", miss->absent);
    json_add_optional(out, "table", miss->row.table);
    json_add_optional(out, "file", miss->row.file);
    if (miss->row.table.len > 0)
        json_add_number(out, "row", miss->row.row);
    strbuf_add_char(out, '}');
}

static void add_end(StrBuf *out, const Explanation *explanation)
{
    json_add_name(out, "ended");
    if (explanation->ended >= 0)
        strbuf_add_u64(out, explanation->clauses[explanation->ended].place);
    else
        strbuf_add_c(out, "null");
    json_add_name(out, "parts");
    strbuf_add_char(out, '[');
    for (uint32_t i = 0; i < explanation->part_count; i++) {
        strbuf_add_c(out, i > 0 ? ",{\"condition\":" : "{\"condition\":");
        json_add_str(out, explanation->parts[i].condition);
        json_add_number(out, "pairs", explanation->parts[i].pairs);
        strbuf_add_char(out, '}');
    }
    strbuf_add_char(out, ']');
    json_add_name(out, "nearest");
    strbuf_add_char(out, '[');
    for (uint32_t i = 0; i < explanation->miss_count; i++) {
        if (i > 0)
            strbuf_add_char(out, ',');
        add_miss(out, &explanation->misses[i]);
    }
    strbuf_add_char(out, ']');
    json_add_optional(out, "nearest_key", explanation->nearest_key);
}

static void add_as_of(StrBuf *out, const Explanation *explanation)
{
    StrBuf date = {0};
    if (explanation->has_as_of)
        date_format(&date, (int32_t)explanation->as_of);
    json_add_optional(out, "as_of", strbuf_str(&date));
    strbuf_deinit(&date);
}

void explanation_json(const Explanation *explanation, StrBuf *out)
{
    strbuf_add_c(out, "{\"rule\":");
    json_add_str(out, explanation->rule);
    json_add_name(out, "key");
    strbuf_add_char(out, '{');
    for (uint32_t i = 0; i < explanation->key_count; i++) {
        if (i > 0)
            strbuf_add_char(out, ',');
        json_add_str(out, explanation->key[i].name);
        strbuf_add_char(out, ':');
        json_add_str(out, explanation->key[i].text);
    }
    strbuf_add_char(out, '}');
    json_add_optional(out, "id", str_from_cstr(explanation->id));
    add_as_of(out, explanation);
    json_add_name(out, "list");
    if (explanation->listed)
        json_add_str(out, list_name(explanation->entry.list));
    else
        strbuf_add_c(out, "null");
    json_add_name(out, "clauses");
    strbuf_add_char(out, '[');
    for (uint32_t i = 0; i < explanation->clause_count; i++) {
        if (i > 0)
            strbuf_add_char(out, ',');
        add_clause(out, &explanation->clauses[i]);
    }
    strbuf_add_char(out, ']');
    add_end(out, explanation);
    json_add_name(out, "entry");
    if (explanation->listed)
        json_add_entry(out, explanation->rule, &explanation->entry);
    else
        strbuf_add_c(out, "null");
    strbuf_add_c(out, "}\n");
}
