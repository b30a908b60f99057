// SPDX-License-Identifier: Apache-2.0
//
// table.c: the rows and files of tables: a buffer, encodings, rows that do not belong there.
//
// A row is written into the buffer and the buffer goes out when little of it is left, so a row costs
// no call of the system and no allocation.

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "examples/generate/table_int.h"

// Of what dirt does to identities, rows are harmed this much more rarely.
#define TOTALS_RARER 40
#define REPEATS_RARER 10

static void table_write(Table *table)
{
    char *bytes = table->buffer;
    size_t size = table->size;
    if (table->converted) {
        char *in = table->buffer, *out = table->converted;
        size_t in_left = table->size, out_left = (size_t)TABLE_BUFFER * 2;
        if (iconv((iconv_t)table->iconv, &in, &in_left, &out, &out_left) == (size_t)-1)
            table->gen->failed = true;
        bytes = table->converted;
        size = (size_t)TABLE_BUFFER * 2 - out_left;
    }
    if (fwrite(bytes, 1, size, table->file) != size)
        table->gen->failed = true;
    table->size = 0;
}

void table_put(Table *table, const char *bytes, size_t size)
{
    ASSERT(table->size + size <= TABLE_BUFFER);
    memcpy(table->buffer + table->size, bytes, size);
    table->size += size;
}

void table_cell(Table *table)
{
    if (table->size > table->row_start)
        table->buffer[table->size++] = ',';
}

bool table_untidy(Table *table)
{
    return random_chance(&table->gen->dirt, table->gen->dirt_ppm);
}

static int count_cells(const char *header)
{
    int count = 1;
    for (const char *at = header; *at; at++)
        count += *at == ',';
    return count;
}

static void table_line_end(Table *table)
{
    if (table->converted)
        table_put(table, "\r\n", 2);
    else
        table_put(table, "\n", 1);
    if (table->size > TABLE_BUFFER - 2 * ROW_SIZE_MAX)
        table_write(table);
    table->row_start = table->size;
}

// A file that cannot be opened fails the run; what is written then goes nowhere.
static FILE *table_file(Gen *gen, const char *name)
{
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s.csv", gen->out, name);
    FILE *file = length < (int)sizeof path ? fopen(path, "wb") : NULL;
    if (!file) {
        gen->failed = true;
        file = fopen("/dev/null", "wb");
    }
    ASSERT(file);
    return file;
}

Table *table_open(Gen *gen, const char *name, const char *header, const char *other, unsigned forms)
{
    Table *table = malloc(sizeof *table);
    if (!table)
        abort();
    *table = (Table){.gen = gen, .file = table_file(gen, name), .forms = gen->dirt_ppm ? forms : 0};
    table->columns = count_cells(header);
    table->header = other && table->forms & TABLE_SYNONYMS ? other : header;
    ASSERT(count_cells(table->header) == table->columns);
    if (table->forms & TABLE_GB18030) {
        table->converted = malloc((size_t)TABLE_BUFFER * 2);
        table->iconv = iconv_open("GB18030", "UTF-8");
        if (!table->converted || table->iconv == (void *)-1)
            abort();
    }
    table_put(table, table->header, strlen(table->header));
    table_line_end(table);
    return table;
}

// A subtotal or the header once more, as where sheets were put below each other.
static void table_intrude(Table *table)
{
    if (random_below(&table->gen->dirt, 4) == 0) {
        table_put(table, table->header, strlen(table->header));
    } else {
        table_put(table, "小计", strlen("小计"));
        for (int i = 1; i < table->columns; i++)
            table_put(table, ",", 1);
        table_put(table, "100", 3);
    }
    table->rows++;
    table->rejected++;
    table_line_end(table);
}

void table_end(Table *table)
{
    Gen *gen = table->gen;
    char row[ROW_SIZE_MAX];
    size_t size = table->size - table->row_start;
    bool repeat =
        table->forms & TABLE_REPEATS && random_chance(&gen->dirt, gen->dirt_ppm / REPEATS_RARER);
    ASSERT(size <= sizeof row);
    if (repeat)
        memcpy(row, table->buffer + table->row_start, size);
    table->rows++;
    table_line_end(table);
    if (repeat) {
        table_put(table, row, size);
        table->rows++;
        table_line_end(table);
    }
    if (table->forms & TABLE_TOTALS && random_chance(&gen->dirt, gen->dirt_ppm / TOTALS_RARER))
        table_intrude(table);
}

void table_close(Table *table)
{
    table_write(table);
    if (fclose(table->file) != 0)
        table->gen->failed = true;
    if (table->converted)
        iconv_close((iconv_t)table->iconv);
    free(table->converted);
    free(table);
}

int64_t table_rows(const Table *table)
{
    return table->rows;
}

int64_t table_rejected(const Table *table)
{
    return table->rejected;
}
