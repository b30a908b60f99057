// SPDX-License-Identifier: Apache-2.0
//
// fault.c: counts calls and makes one fail, in builds that are made for it.
//
// The counters are the only changing globals beside the seed of the hash tables: a call that fails has no object to
// which a counter could belong. They do not exist in other builds.

#include "runtime/base/fault.h"

#ifdef SUP_FAULT

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

static atomic_long counts[FAULT_KIND_COUNT];

static const struct {
    const char *name;
    int number;
} KINDS[FAULT_KIND_COUNT] = {{"memory", ENOMEM}, {"open", EIO}, {"read", EIO},
                             {"write", ENOSPC},  {"sync", EIO}, {"rename", EIO}};

// The number in "KIND:N" or "KIND:N+"; 0: another kind, or nothing is to fail.
static long wanted(FaultKind kind, bool *lasting)
{
    const char *text = getenv("SUP_FAULT");
    size_t size = strlen(KINDS[kind].name);
    if (text == NULL || strncmp(text, KINDS[kind].name, size) != 0 || text[size] != ':')
        return 0;
    *lasting = text[strlen(text) - 1] == '+';
    return strtol(text + size + 1, NULL, 10);
}

bool fault_due(FaultKind kind)
{
    bool lasting = false;
    long number = wanted(kind, &lasting);
    if (number == 0)
        return false;
    long count = atomic_fetch_add(&counts[kind], 1) + 1;
    if (count != number && !(lasting && count > number))
        return false;
    if (count == number)
        (void)dprintf(STDERR_FILENO, "fault: %s %ld\n", KINDS[kind].name, number);
    errno = KINDS[kind].number;
    return true;
}

#endif
