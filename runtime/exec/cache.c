// SPDX-License-Identifier: Apache-2.0
//
// cache.c: tables that stay loaded.
//
// A table is taken from the cache when its declaration has the same columns, all columns that are needed now were
// loaded then, and its files have the size and time that they had. Otherwise it is loaded again, with the columns of
// both. What the rows point to in a program (names, types) is pointed to the new one each time, since programs come
// and go.

#include "runtime/exec/cache.h"

#include <sys/stat.h>

#include "runtime/exec/table.h"

typedef struct FileStamp {
    int64_t size, seconds, nanoseconds;
} FileStamp;

typedef struct CachedTable {
    Arena *arena; // of names and stamps
    Str name;
    const Str *columns;
    const bool *loaded; // per column
    uint32_t column_count;
    const FileStamp *stamps; // per file of the report
    Rowset *rowset;
    LoadReport report;
} CachedTable;

struct DataCache {
    Dict *dict;
    CauseTable *causes;
    VEC(CachedTable *) tables;
};

DataCache *data_cache_create(void)
{
    DataCache *cache = base_alloc_zeroed(1, sizeof *cache);
    cache->dict = dict_create();
    cache->causes = cause_table_create();
    return cache;
}

static void drop_table(CachedTable *table)
{
    rowset_destroy(table->rowset);
    load_report_deinit(&table->report);
    arena_destroy(table->arena);
    free(table);
}

static void drop_all(DataCache *cache)
{
    for (size_t i = 0; i < cache->tables.count; i++)
        drop_table(cache->tables.items[i]);
    vec_free(&cache->tables);
    cause_table_destroy(cache->causes);
    dict_destroy(cache->dict);
}

void data_cache_clear(DataCache *cache)
{
    drop_all(cache);
    *cache = (DataCache){.dict = dict_create(), .causes = cause_table_create()};
}

void data_cache_destroy(DataCache *cache)
{
    if (cache == NULL)
        return;
    drop_all(cache);
    free(cache);
}

Dict *cache_dict(const DataCache *cache)
{
    return cache->dict;
}

CauseTable *cache_causes(const DataCache *cache)
{
    return cache->causes;
}

// ---------------------------------------------------------------- is it still the same?

static FileStamp stamp_of(Str path)
{
    StrBuf name = {0};
    struct stat about;
    FileStamp stamp = {.size = -1};
    strbuf_add(&name, path);
    if (stat(strbuf_cstr(&name), &about) == 0)
        stamp = (FileStamp){about.st_size, about.st_mtim.tv_sec, about.st_mtim.tv_nsec};
    strbuf_deinit(&name);
    return stamp;
}

static bool same_files(const CachedTable *table)
{
    for (size_t i = 0; i < table->report.files.count; i++) {
        FileStamp now = stamp_of(table->report.files.items[i].path), then = table->stamps[i];
        if (now.size != then.size || now.seconds != then.seconds ||
            now.nanoseconds != then.nanoseconds)
            return false;
    }
    return true;
}

static bool same_columns(const CachedTable *table, const TableDecl *decl)
{
    if (table->column_count != decl->column_count)
        return false;
    for (uint32_t i = 0; i < decl->column_count; i++)
        if (!str_equal(table->columns[i], decl->columns[i].name))
            return false;
    return true;
}

static bool has_needed(const CachedTable *table, const TableDecl *decl)
{
    for (uint32_t i = 0; i < decl->column_count; i++)
        if (decl->columns[i].needed && !table->loaded[i])
            return false;
    return true;
}

// ---------------------------------------------------------------- loading

// Takes a finished load into the cache.
static CachedTable *keep(const TableDecl *decl, Rowset *taken_rowset, LoadReport taken_report)
{
    CachedTable *table = base_alloc_zeroed(1, sizeof *table);
    table->arena = arena_create(NULL, 0);
    table->name = arena_str(table->arena, decl->name);
    table->column_count = decl->column_count;
    Str *columns = ARENA_ARRAY(table->arena, Str, decl->column_count + 1);
    bool *loaded = ARENA_ARRAY(table->arena, bool, decl->column_count + 1);
    for (uint32_t i = 0; i < decl->column_count; i++) {
        columns[i] = arena_str(table->arena, decl->columns[i].name);
        loaded[i] = decl->columns[i].needed;
    }
    FileStamp *stamps = ARENA_ARRAY(table->arena, FileStamp, taken_report.files.count + 1);
    for (size_t i = 0; i < taken_report.files.count; i++)
        stamps[i] = stamp_of(taken_report.files.items[i].path);
    for (size_t i = 0; i < taken_report.columns.count; i++)
        taken_report.columns.items[i].name =
            arena_str(table->arena, taken_report.columns.items[i].name);
    for (size_t i = 0; i < taken_report.quarantined.count; i++)
        taken_report.quarantined.items[i].column =
            arena_str(table->arena, taken_report.quarantined.items[i].column);
    table->columns = columns;
    table->loaded = loaded;
    table->stamps = stamps;
    table->rowset = taken_rowset;
    table->report = taken_report;
    return table;
}

// Points what the rows and the report know of a declaration to this one.
static void point_to(CachedTable *table, const TableDecl *decl)
{
    table->report.table = table->name;
    table->rowset->name = table->name;
    for (uint32_t i = 0; i < decl->column_count; i++) {
        table->rowset->columns[i].name = table->columns[i];
        table->rowset->columns[i].type = decl->columns[i].type;
    }
}

static Status load(RunShared *shared, const TableDecl *decl, const CachedTable *old,
                   CachedTable **out)
{
    Arena *arena = arena_create(NULL, 0);
    TableDecl wider = *decl;
    ColumnDecl *columns = ARENA_ARRAY(arena, ColumnDecl, decl->column_count + 1);
    for (uint32_t i = 0; i < decl->column_count; i++) {
        columns[i] = decl->columns[i];
        columns[i].needed = columns[i].needed || (old != NULL && old->loaded[i]);
    }
    wider.columns = columns;
    Rowset *rowset;
    LoadReport report;
    Status status = table_load(shared, &wider, &rowset, &report);
    if (status == STATUS_OK)
        *out = keep(&wider, rowset, report);
    arena_destroy(arena);
    return status;
}

Status cache_table(RunShared *shared, uint32_t index, Rowset **out, const LoadReport **report)
{
    DataCache *cache = shared->options->cache;
    const TableDecl *decl = &shared->program->tables[index];
    CachedTable **place = NULL;
    for (size_t i = 0; i < cache->tables.count && place == NULL; i++)
        if (str_equal(cache->tables.items[i]->name, decl->name))
            place = &cache->tables.items[i];
    CachedTable *old = place != NULL && same_columns(*place, decl) ? *place : NULL;
    if (old == NULL || !has_needed(old, decl) || !same_files(old)) {
        CachedTable *made = NULL;
        TRY(load(shared, decl, old, &made));
        if (place != NULL) {
            drop_table(*place);
            *place = made;
        } else {
            vec_push(&cache->tables, made);
        }
        old = made;
    }
    point_to(old, decl);
    *out = old->rowset;
    *report = &old->report;
    return STATUS_OK;
}
