// SPDX-License-Identifier: Apache-2.0
//
// job.h: a model beside its data, as the commands need it that run something.

#ifndef SUP_COMPILER_CLI_JOB_H
#define SUP_COMPILER_CLI_JOB_H

#include "compiler/cli/engine.h"
#include "compiler/cli/facts.h"
#include "compiler/cli/progress.h"
#include "compiler/cli/session.h"
#include "compiler/cli/timings.h"
#include "runtime/runtime.h"

// Everything of one run that must outlive it.
typedef struct Job {
    const Args *args;
    Session session;
    const TypedDecl *const *roots; // those that can run
    uint32_t root_count;
    bool incomplete; // some that were asked for cannot
    Program *program;
    RunOptions options;
    Progress progress;
    Timings timings;
    Facts facts;      // --calendar, --divisions
    DataCache *cache; // NULL: tables are loaded for each run
    Engine engine;    // made by job_options; at the prompt, as the cache, borrowed
    VEC(Str) set_names, set_texts, bind_tables, bind_paths;
    VEC(ParamSetting) settings;
} Job;

// Reads the options that say where the data are, what the parameters are and what the limits are, into job->options.
// The session is open and the program is made. EXIT_DONE, or EXIT_USAGE after telling.
int job_options(Job *job);
// Reads --as-of and every --set alone, to say early what is wrong with one. Only the session is needed. False after
// telling.
bool job_settings(Job *job);
// Loads and computes; what fails is told. EXIT_DONE and a Run that the caller closes, or the exit code.
int job_run(Job *job, Run **run);
// Options of a run over empty tables, which computes nothing and shows how it would.
void job_over_nothing(RunOptions *options);
// Frees what the job holds; the zeroed job is allowed.
void job_close(Job *job);

#endif
