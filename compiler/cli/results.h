// SPDX-License-Identifier: Apache-2.0
//
// results.h: what a run found, written where the user wants it.

#ifndef SUP_COMPILER_CLI_RESULTS_H
#define SUP_COMPILER_CLI_RESULTS_H

#include "compiler/cli/facts.h"
#include "compiler/cli/session.h"
#include "runtime/runtime.h"
#include "runtime/writer/writer.h"

// The settings of a run that its manifest states.
typedef struct RunFacts {
    const Session *session;
    const Program *program;
    const RunOptions *options;
    const Run *run;
    const Str *set_names, *set_texts; // --set
    uint32_t set_count;
    const Facts *supplied; // --calendar, --divisions; NULL: none
} RunFacts;

// The driver that the options ask for, or the default: table on a terminal, in a pipe csv for queries and jsonl
// for rules. NULL after telling.
const WriterDriver *results_driver(const Args *args, const Program *program);

// Are all --output of the form FORMAT=PATH, each to a file of its own? Else false, after telling.
bool results_outputs_fit(const Args *args);

// Writes everything: the files of --output; with --out to a folder, one file per rule and list, with manifest.json;
// else, or with --format, to stdout.
// Gives the exit code.
int results_write(const Args *args, const RunFacts *facts, const WriterDriver *driver);

// The summary for people: what was read, what was found, what could not be decided.
void summary_text(const RunFacts *facts, Lang lang, StrBuf *out);
// The same as JSON, for the manifest.
void summary_json(const RunFacts *facts, StrBuf *out);

#endif
