// SPDX-License-Identifier: Apache-2.0
//
// clock.c: the monotonic clock of the system.

#include "runtime/base/clock.h"

#include <time.h>

int64_t clock_now_us(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0;
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
