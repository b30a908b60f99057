// SPDX-License-Identifier: Apache-2.0
//
// clock.h: how much time has passed. Only limits and progress may ask; no result depends on it.

#ifndef SUP_RUNTIME_BASE_CLOCK_H
#define SUP_RUNTIME_BASE_CLOCK_H

#include "runtime/base/base.h"

// Microseconds since some moment that stays the same while the program runs; 0 where there is no clock.
int64_t clock_now_us(void);

#endif
