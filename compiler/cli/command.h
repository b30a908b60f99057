// SPDX-License-Identifier: Apache-2.0
//
// command.h: what a subcommand is, and what all subcommands share.
//
// A subcommand is one file with one `const Command command_<name>`; CMake lists it in the registry
// that main.c reads. Options are rows of options.def; a command names those it takes. Results go to
// stdout, everything else to stderr.

#ifndef SUP_COMPILER_CLI_COMMAND_H
#define SUP_COMPILER_CLI_COMMAND_H

#include "runtime/base/status.h"
#include "runtime/base/str.h"
#include "runtime/base/vec.h"

typedef enum OptionId {
#define OPTION(ID, name, value, repeats, zh, en) OPTION_##ID,
#include "compiler/cli/options.def"
    OPTION_COUNT
} OptionId;

// Exit codes of the program (the table of the manual).
typedef enum ExitCode {
    EXIT_DONE = 0,
    EXIT_FINDINGS = 1, // --fail-on, a failing test, an unformatted file, --strict
    EXIT_MODEL = 2,    // the model is wrong
    EXIT_DATA = 3,     // data or environment, or a limit
    EXIT_USAGE = 4,    // wrong command line
    EXIT_INTERNAL = 5, // our own fault
    EXIT_INTERRUPTED = 130,
} ExitCode;

// A command line taken apart.
typedef struct Args {
    VEC(Str) values[OPTION_COUNT]; // what was given; a switch has one empty text per use
    VEC(Str) files;                // operands
    Lang lang;                     // of messages
    bool color;                    // stderr takes colours
    bool stdout_terminal, stderr_terminal;
} Args;

typedef struct Command {
    const char *name;
    const char *usage;           // "FILE… [--columns]"
    const char *doc_zh, *doc_en; // one sentence
    const char *example;         // a command line that works
    const OptionId *options;     // those it takes besides --help, --lang, --color, --quiet
    uint32_t option_count;
    uint32_t files_least;         // operands wanted
    int (*run)(const Args *args); // gives the exit code
} Command;

// Was the option given? Its last value, or `otherwise`.
bool args_has(const Args *args, OptionId id);
Str args_text(const Args *args, OptionId id, Str otherwise);
// A whole number ≥ 0; false (after telling) when the text is none.
bool args_number(const Args *args, OptionId id, int64_t otherwise, int64_t *out);
// One of the words of the option's value list ("auto|always|never"): its number, `otherwise` when
// not given, or -1 after telling what is allowed.
int args_choice(const Args *args, OptionId id, int otherwise);

// Name of an option: "--as-of".
const char *option_name(OptionId id);

// Tells the user something on stderr: "sup: " and the text in the language of messages.
void tell(const Args *args, const char *zh_format, const char *en_format, ...) PRINTF_LIKE(2, 4)
    PRINTF_LIKE(3, 4);
// Tells what an Error says and gives the exit code of its status.
int tell_error(const Args *args, const Error *error);
// The exit code of a status.
int exit_code_of(Status status);

// Writes all bytes to a file descriptor; false when the system refuses.
bool write_all(int descriptor, Str bytes);
// Writes results to stdout; on failure tells and gives EXIT_DATA, else EXIT_DONE.
int print_result(const Args *args, Str text);

// From now on Ctrl-C only sets a flag (a second one ends the process).
void interrupt_catch(void);
// Was Ctrl-C pressed? The argument is ignored; the shape is that of a cancellation callback.
bool interrupt_seen(void *closure);
// Forgets it: what it stopped has ended, the program goes on.
void interrupt_forget(void);

#endif
