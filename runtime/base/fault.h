// SPDX-License-Identifier: Apache-2.0
//
// fault.h: the calls of the system that may fail, so that a test can make the n-th one fail.
//
// Every allocation and every call on a file goes through here. In a build with SUP_FAULT (the debug preset) the
// environment variable SUP_FAULT="KIND:N" makes the N-th call of a kind fail, and "KIND:N+" that one and all behind it;
// KIND is memory, open, read, write, sync or rename. A line on stderr says that it happened. In other builds the
// functions are the calls of the system and nothing else.
// Writing to stderr never fails on purpose: the message about the failure has to arrive.

#ifndef SUP_RUNTIME_BASE_FAULT_H
#define SUP_RUNTIME_BASE_FAULT_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef enum FaultKind {
    FAULT_MEMORY,
    FAULT_OPEN,
    FAULT_READ,
    FAULT_WRITE,
    FAULT_SYNC,
    FAULT_RENAME,
    FAULT_KIND_COUNT
} FaultKind;

#ifdef SUP_FAULT
// Counts a call; true, with errno set, if this one is to fail.
bool fault_due(FaultKind kind);
#else
static inline bool fault_due(FaultKind kind)
{
    (void)kind;
    return false;
}
#endif

static inline void *fault_malloc(size_t size)
{
    return fault_due(FAULT_MEMORY) ? NULL : malloc(size);
}

static inline void *fault_calloc(size_t count, size_t size)
{
    return fault_due(FAULT_MEMORY) ? NULL : calloc(count, size);
}

static inline void *fault_realloc(void *block, size_t size)
{
    return fault_due(FAULT_MEMORY) ? NULL : realloc(block, size);
}

static inline int fault_open(const char *path, int flags)
{
    return fault_due(FAULT_OPEN) ? -1 : open(path, flags, 0666);
}

static inline ssize_t fault_read(int descriptor, void *bytes, size_t size)
{
    return fault_due(FAULT_READ) ? -1 : read(descriptor, bytes, size);
}

static inline ssize_t fault_write(int descriptor, const void *bytes, size_t size)
{
    bool due = descriptor != STDERR_FILENO && fault_due(FAULT_WRITE);
    return due ? -1 : write(descriptor, bytes, size);
}

static inline int fault_sync(int descriptor)
{
    return fault_due(FAULT_SYNC) ? -1 : fsync(descriptor);
}

static inline int fault_rename(const char *from, const char *to)
{
    return fault_due(FAULT_RENAME) ? -1 : rename(from, to);
}

#endif
