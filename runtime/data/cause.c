// SPDX-License-Identifier: Apache-2.0
// cause.c: reasons with their sources as numbers.
//
// There are few distinct causes in a run (columns that have holes, operations that can fail), however many
// rows meet them, so a map from the bytes (reason, source) is enough.

#include "runtime/base/map.h"
#include "runtime/data/value.h"

struct CauseTable {
    Map ids;
    VEC(Cause) causes; // by id; 0 is no cause
    Arena *sources;
    StrBuf key;
};

CauseTable *cause_table_create(void)
{
    CauseTable *table = base_alloc_zeroed(1, sizeof *table);
    map_init(&table->ids);
    strbuf_init(&table->key);
    table->sources = arena_create(NULL, 0);
    vec_push(&table->causes, (Cause){.reason = REASON_NONE});
    return table;
}

void cause_table_destroy(CauseTable *table)
{
    if (table == NULL)
        return;
    map_deinit(&table->ids);
    strbuf_deinit(&table->key);
    vec_free(&table->causes);
    arena_destroy(table->sources);
    free(table);
}

CauseId cause_intern(CauseTable *table, Reason reason, Str source)
{
    ASSERT(reason > REASON_NONE && reason < REASON_COUNT);
    strbuf_clear(&table->key);
    strbuf_add_char(&table->key, (char)reason);
    strbuf_add(&table->key, source);
    bool is_new = false;
    uint64_t *id = map_at(&table->ids, strbuf_str(&table->key), &is_new);
    if (is_new) {
        ASSERT(table->causes.count < UINT32_MAX);
        *id = table->causes.count;
        vec_push(&table->causes, (Cause){reason, arena_str(table->sources, source)});
    }
    return (CauseId)*id;
}

Cause cause_get(const CauseTable *table, CauseId id)
{
    ASSERT(id < table->causes.count);
    return table->causes.items[id];
}

int cause_compare(const CauseTable *table, CauseId a, CauseId b)
{
    Cause x = cause_get(table, a);
    Cause y = cause_get(table, b);
    int order = str_compare(reason_name(x.reason), reason_name(y.reason));
    return order != 0 ? order : str_compare(x.source, y.source);
}
