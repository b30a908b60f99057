// SPDX-License-Identifier: Apache-2.0
//
// json_int.h: entries and rows as JSON objects, for the two drivers of json.c and for explanations.

#ifndef SUP_RUNTIME_WRITER_JSON_INT_H
#define SUP_RUNTIME_WRITER_JSON_INT_H

#include "runtime/writer/writer.h"

// json.c holds two drivers; the registry names the first.
extern const WriterDriver writer_jsonl;

// Appends `,"name":`.
void json_add_name(StrBuf *out, const char *name);
// Appends a string, null where it is empty.
void json_add_str_or_null(StrBuf *out, Str text);
// The same as the value of a name.
void json_add_optional(StrBuf *out, const char *name, Str text);
// Appends a name and its number.
void json_add_number(StrBuf *out, const char *name, int64_t value);
// Appends one entry of a rule as an object, without a line break.
void json_add_entry(StrBuf *out, Str rule, const Entry *entry);
// Appends one row of a query as an object, without a line break.
void json_add_row(StrBuf *out, const QueryResult *result, int64_t row);
// Appends named values as an object; unknown ones as null, or with their text.
void json_add_cells(StrBuf *out, const FieldValue *cells, uint32_t count, bool null_unknown);

#endif
