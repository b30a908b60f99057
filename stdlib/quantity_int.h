// SPDX-License-Identifier: Apache-2.0
//
// quantity_int.h: what other readers of texts need to know of quantities.

#ifndef SUP_STDLIB_QUANTITY_INT_H
#define SUP_STDLIB_QUANTITY_INT_H

#include "runtime/base/str.h"

// Does the text write a quantity of any kind, and is it approximate: 约3亩, 3吨多?
bool quantity_is_written(Str text, bool *approximate);

#endif
