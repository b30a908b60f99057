// SPDX-License-Identifier: Apache-2.0
//
// relation.c: computes a relation that does not use itself: the union of its branches.

#include "runtime/exec/rows_int.h"

static Status run_branch(RowMaker *maker, const Relation *relation, uint32_t branch,
                         RuleResult *gap_lines, Entries *entries)
{
    Finding finding;
    TRY(finding_open(&finding, maker->shared, &relation->branches[branch], true));
    rows_of_branch(maker, &finding, branch);
    gap_entries(&finding.run, gap_lines->arena, entries);
    finding_close(&finding);
    return STATUS_OK;
}

Status relation_build(RunShared *shared, const Relation *relation, Rowset **out,
                      RuleResult *gap_lines)
{
    *gap_lines = (RuleResult){.arena = arena_create(NULL, 0), .rule = relation->name};
    RowMaker maker;
    row_maker_of(&maker, shared, relation);
    Entries entries = {0};
    Status status = STATUS_OK;
    for (uint32_t b = 0; b < relation->branch_count && status == STATUS_OK; b++)
        status = run_branch(&maker, relation, b, gap_lines, &entries);
    if (status == STATUS_OK)
        status = rows_settle(&maker, relation, out);
    Entry *kept = ARENA_ARRAY(gap_lines->arena, Entry, entries.count + 1);
    if (entries.count > 0)
        memcpy(kept, entries.items, entries.count * sizeof *kept);
    gap_lines->entries = kept;
    gap_lines->entry_count = (uint32_t)entries.count;
    gap_lines->gap_count = (int64_t)entries.count;
    vec_free(&entries);
    row_maker_deinit(&maker);
    return status;
}

// ---------------------------------------------------------------- as results, for tests

static FieldValue cell_field(const RunShared *shared, Arena *arena, Str name, const Value *value)
{
    FieldValue field = {.name = name, .value = *value, .known = value->state == VALUE_KNOWN};
    if (!field.known)
        return field;
    StrBuf buf;
    strbuf_init(&buf);
    value_text(&buf, shared->dict, value, false);
    field.text = arena_str(arena, strbuf_str(&buf));
    strbuf_clear(&buf);
    value_text(&buf, shared->dict, value, true);
    field.display = arena_str(arena, strbuf_str(&buf));
    strbuf_deinit(&buf);
    return field;
}

void relation_result(RunShared *shared, const Relation *relation, const Rowset *rows,
                     QueryResult *out)
{
    *out = (QueryResult){.arena = arena_create(NULL, 0),
                         .query = relation->name,
                         .column_count = relation->column_count};
    Str *names = ARENA_ARRAY(out->arena, Str, MAX_OF(relation->column_count, 1u));
    Type *types = ARENA_ARRAY(out->arena, Type, MAX_OF(relation->column_count, 1u));
    for (uint32_t c = 0; c < relation->column_count; c++) {
        names[c] = relation->columns[c].name;
        types[c] = relation->columns[c].type;
    }
    FieldValue *cells =
        ARENA_ARRAY(out->arena, FieldValue, (size_t)rows->row_count * relation->column_count + 1);
    for (int64_t row = 0; row < rows->row_count; row++) {
        if (rowset_class(rows, row) != CLASS_CERTAIN)
            continue;
        for (uint32_t c = 0; c < relation->column_count; c++) {
            Value value = column_get(&rows->columns[c], row);
            cells[out->row_count * relation->column_count + c] =
                cell_field(shared, out->arena, names[c], &value);
        }
        out->row_count++;
    }
    out->names = names;
    out->types = types;
    out->cells = cells;
}

void relation_undecided(RunShared *shared, const Relation *relation, const Rowset *rows,
                        RuleResult *out)
{
    *out = (RuleResult){.arena = arena_create(NULL, 0), .rule = relation->name};
    uint32_t key_count = relation_key_count(relation);
    Entry *entries = ARENA_ARRAY(out->arena, Entry, (size_t)rows->row_count + 1);
    for (int64_t row = 0; row < rows->row_count; row++) {
        if (rowset_class(rows, row) != CLASS_POSSIBLE)
            continue;
        Entry *entry = &entries[out->entry_count++];
        KeyPart *key = ARENA_ARRAY(out->arena, KeyPart, MAX_OF(key_count, 1u));
        for (uint32_t k = 0; k < key_count; k++) {
            uint32_t column = relation_key_column(relation, k);
            Value value = column_get(&rows->columns[column], row);
            FieldValue field =
                cell_field(shared, out->arena, relation->columns[column].name, &value);
            key[k] = (KeyPart){
                .name = field.name, .value = value, .text = field.text, .display = field.display};
        }
        Cause cause = cause_get(shared->causes, rows->row_causes[row]);
        EntryCause *causes = ARENA_NEW(out->arena, EntryCause);
        *causes = (EntryCause){
            .reason = cause.reason, .source = arena_str(out->arena, cause.source), .rows = 1};
        *entry = (Entry){.list = LIST_UNDECIDED,
                         .key = key,
                         .key_count = key_count,
                         .causes = causes,
                         .cause_count = 1,
                         .undecided_rows = 1};
    }
    out->entries = entries;
    out->undecided_count = out->entry_count;
}
