// SPDX-License-Identifier: Apache-2.0
//
// writer.h: the door of outputs: results become bytes.
//
// A WriterDriver knows one format. A Writer is one output under way: begin, any number of rules and
// queries, end. Bytes go to an Output, which is either a descriptor that somebody else owns or a
// file that appears whole or not at all (temporary file, fsync, rename). Every write is checked.
//
//     TRY(output_create(path, &output, error));
//     Writer writer = {.driver = writer_find(STR("jsonl")), .output = output, .error = error};
//     status = writer_begin(&writer) … writer_rule … writer_end;
//     status == STATUS_OK ? output_commit(output, error) : output_discard(output);

#ifndef SUP_RUNTIME_WRITER_WRITER_H
#define SUP_RUNTIME_WRITER_WRITER_H

#include "runtime/base/status.h"
#include "runtime/clue/entry.h"
#include "runtime/runtime.h"

// ---------------------------------------------------------------- outputs

typedef struct Output Output;

// An output to an open descriptor, which stays the caller's. The caller owns the result.
Output *output_of_descriptor(int descriptor);

// An output to a file that takes its name only when it is committed. On failure `*output` is NULL.
MUST_USE Status output_create(Str path, Output **output, Error *error);

// The buffer to append to. Valid until the output is committed or discarded.
StrBuf *output_buffer(Output *output);

// Passes the buffer on when it has grown; `all`: in any case.
MUST_USE Status output_flush(Output *output, bool all, Error *error);

// Writes what is left, makes the file safe on disk and gives it its name. The output is gone
// afterwards, also on failure; then nothing is left of the file.
MUST_USE Status output_commit(Output *taken_output, Error *error);

// Gives up: nothing is left of the file. NULL is allowed.
void output_discard(Output *taken_output);

// ---------------------------------------------------------------- writers

// Which lists of a rule are wanted: a bit per ListKind.
typedef unsigned ListMask;
#define LIST_BIT(kind) (1u << (kind))
#define LIST_ALL                                                                                   \
    (LIST_BIT(LIST_CLUE) | LIST_BIT(LIST_CLEARED) | LIST_BIT(LIST_UNDECIDED) | LIST_BIT(LIST_GAP))

typedef struct WriterDriver WriterDriver;

typedef struct Writer {
    const WriterDriver *driver;
    Output *output;
    Error *error;           // where failures are described; may be NULL
    Lang lang;              // of headings meant for people; machine formats have none
    bool color;             // the output takes colours
    bool bom;               // csv: begin with the mark by which spreadsheets know UTF-8
    bool excel;             // csv: keep spreadsheets from taking cells for numbers or formulas
    const Program *program; // what was run, so that empty lists have their columns; may be NULL
    int64_t count;          // things written so far; kept by the driver
} Writer;

struct WriterDriver {
    const char *name;      // as in --format
    const char *extension; // of files
    bool one_table;        // a file holds one rule or one query
    Status (*begin)(Writer *writer);
    Status (*rule)(Writer *writer, const RuleResult *result, ListMask lists);
    Status (*query)(Writer *writer, const QueryResult *result);
    Status (*end)(Writer *writer);
};

// The driver of this name, or NULL.
const WriterDriver *writer_find(Str name);
// All drivers, in the order of the help; NULL behind the last.
const WriterDriver *writer_at(uint32_t index);

// ---------------------------------------------------------------- explanations

// The explanation of one key, for people (explain_text.c) or as one JSON object with a line break (explain_json.c).
void explanation_text(const Explanation *explanation, Lang lang, bool color, StrBuf *out);
void explanation_json(const Explanation *explanation, StrBuf *out);

// ---------------------------------------------------------------- pieces that drivers share

// Appends a JSON string with its quotes.
void json_add_str(StrBuf *out, Str text);
// The word of a list in results and files: clue, cleared, undecided, gap.
Str list_name(ListKind list);
// The heading of a list for people.
Str list_title(ListKind list, Lang lang);
// 高 中 低, or the empty text.
Str severity_name(Severity severity);
// The number of entries of this kind.
int64_t list_size(const RuleResult *result, ListKind list);

#endif
