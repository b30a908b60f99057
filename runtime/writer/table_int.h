// SPDX-License-Identifier: Apache-2.0
//
// table_int.h: pieces of reports for people that several files print.

#ifndef SUP_RUNTIME_WRITER_TABLE_INT_H
#define SUP_RUNTIME_WRITER_TABLE_INT_H

#include "runtime/writer/writer.h"

#define TABLE_BOLD "\033[1m"
#define TABLE_DIM "\033[2m"
#define TABLE_PLAIN "\033[0m"

// The text in the writer's language.
const char *table_word(const Writer *writer, const char *zh, const char *en);
// Adds a colour code where the output takes colours.
void table_paint(const Writer *writer, StrBuf *out, const char *code);
// One entry with all that it carries; its first line, with the number and the key, only where number > 0.
void table_add_entry(const Writer *writer, StrBuf *out, const Entry *entry, int64_t number);
// How many rows a query has, and how many were left out, by cause; a line each.
void table_add_left_out(const Writer *writer, StrBuf *out, const QueryResult *result);

#endif
