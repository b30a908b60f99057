// SPDX-License-Identifier: Apache-2.0
//
// facts.h: which calendar and which lists of divisions hold: those of the user, or the library's own.
//
// A body has the user's in fn->facts, which is NULL or a FactTables (stdlib.h) that nobody changes any more.

#ifndef SUP_STDLIB_TABLES_FACTS_H
#define SUP_STDLIB_TABLES_FACTS_H

#include "stdlib/tables/calendar.h"
#include "stdlib/tables/divisions.h"

const Calendar *facts_calendar(const void *facts);
const Divisions *facts_divisions(const void *facts);

#endif
