// SPDX-License-Identifier: Apache-2.0
//
// convert_unit.c: names of units in the cells of data files: those that models know, and a few more that
// people write behind numbers. The units that a model declares arrive with their columns.
#include "runtime/source/convert.h"

#define DIMENSION_DAYS "天"
#define DIMENSION_MONTHS "月"
#define DIMENSION_TIME "微秒"
#define DIMENSION_WORKDAYS "工作日"

#define ROW(base, num, den, ...) {{STR_INIT(base), num, den}, {__VA_ARGS__}},
#define QUANTITY(...) ROW(__VA_ARGS__)
#define LENGTH(KIND, ...) ROW(DIMENSION_##KIND, __VA_ARGS__)
#define IN_CELLS(...) ROW(__VA_ARGS__)

#define UNIT_NAMES_MAX 6

static const struct {
    DataUnit unit;
    const char *names[UNIT_NAMES_MAX]; /* NULL behind the last */
} unit_rows[] = {
#include "runtime/base/units.def"
};

bool data_unit_find(Str name, DataUnit *out)
{
    for (size_t i = 0; i < ARRAY_LEN(unit_rows); i++)
        for (size_t k = 0; k < UNIT_NAMES_MAX && unit_rows[i].names[k]; k++)
            if (str_equal(str_from_cstr(unit_rows[i].names[k]), name)) {
                *out = unit_rows[i].unit;
                return true;
            }
    return false;
}
