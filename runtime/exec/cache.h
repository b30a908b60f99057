// SPDX-License-Identifier: Apache-2.0
//
// cache.h: tables that stay loaded from run to run; runtime.h says who may use it and how.

#ifndef SUP_RUNTIME_EXEC_CACHE_H
#define SUP_RUNTIME_EXEC_CACHE_H

#include "runtime/exec/body_int.h"

// The texts and causes that all runs over the cache share.
Dict *cache_dict(const DataCache *cache);
CauseTable *cache_causes(const DataCache *cache);
// Table `index` of the program, with its needed columns: as it is in the cache, or loaded now. Rows and report
// belong to the cache.
Status cache_table(RunShared *shared, uint32_t index, Rowset **out, const LoadReport **report);

#endif
