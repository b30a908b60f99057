// SPDX-License-Identifier: Apache-2.0
//
// status.h: failures of the world outside the program.
//
// A function that can fail because of files, data, limits or memory returns a Status, marked
// MUST_USE, and describes the failure in the Error that it was given (which may be NULL). Faults in
// the user's model are diagnostics (lang/diag.h), faults in our own code are assertions (base.h).
#ifndef SUP_RUNTIME_BASE_STATUS_H
#define SUP_RUNTIME_BASE_STATUS_H

#include "runtime/base/base.h"
#include "runtime/base/str.h"

typedef enum Status {
    STATUS_OK,
    STATUS_IO,        // a file or device refused
    STATUS_DATA,      // the input data cannot be used
    STATUS_LIMIT,     // a limit of the run was reached
    STATUS_CANCELLED, // somebody asked to stop
    STATUS_MEMORY,    // the memory budget is spent
    STATUS_USAGE,     // the caller asked for something that does not exist
    STATUS_INTERNAL   // our own fault, noticed in time
} Status;

// What went wrong, for people, in both languages. All zero is a valid empty one.
typedef struct Error {
    Status status;
    StrBuf zh;
    StrBuf en;
} Error;

void error_init(Error *err);   // makes an empty error, without allocating
void error_deinit(Error *err); // frees the texts and leaves an empty error

// Empties the error and keeps its memory.
void error_clear(Error *err);

// Describes a failure and returns status, so that `return error_set(err, …);` ends a function. err
// may be NULL. Both formats take the same arguments in the same order. An error that is set already
// is replaced.
Status error_set(Error *err, Status status, const char *zh_format, const char *en_format, ...)
    PRINTF_LIKE(3, 5) PRINTF_LIKE(4, 5);

// The same with ready texts, for parts that differ between the languages. Copies them; they may not
// belong to err.
Status error_set_text(Error *err, Status status, Str zh, Str en);

// Puts a context in front of both texts ("file.csv: " …) and returns the error's status; for callers
// that know more than the function that failed. err may be NULL: then returns status.
Status error_prefix(Error *err, Status status, const char *zh_format, const char *en_format, ...)
    PRINTF_LIKE(3, 5) PRINTF_LIKE(4, 5);

// Describes a failed call of the system: both texts, then why, by its errno. Returns STATUS_IO.
Status error_set_system(Error *err, int number, const char *zh_format, const char *en_format, ...)
    PRINTF_LIKE(3, 5) PRINTF_LIKE(4, 5);

// Why a call of the system failed, by its errno: "磁盘已满", "the disk is full"; for an uncommon number
// the system's own words. Valid until the next call.
const char *error_system_text(int number, Lang lang);

// The text in this language, valid until err changes.
Str error_text(const Error *err, Lang lang);

// A stable English name of the status: "io", "data" …
const char *status_name(Status status);

// Returns from the enclosing function, which returns Status, if expr is not STATUS_OK.
#define TRY(expr)                                                                                  \
    do {                                                                                           \
        Status try_status_ = (expr);                                                               \
        if (try_status_ != STATUS_OK)                                                              \
            return try_status_;                                                                    \
    } while (0)

#endif
