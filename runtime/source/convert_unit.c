// SPDX-License-Identifier: Apache-2.0
//
// convert_unit.c: names of units in the cells of data files. Only names that people write behind numbers;
// the units that a model declares arrive with their columns.
#include "runtime/source/convert.h"

typedef struct UnitRow {
    Str name;
    DataUnit unit;
} UnitRow;

#define ROW(name, dimension, num, den)                                                             \
    {                                                                                              \
        STR_INIT(name),                                                                            \
        {                                                                                          \
            STR_INIT(dimension), num, den                                                          \
        }                                                                                          \
    }
#define SECOND INT64_C(1000000)

static const UnitRow unit_rows[] = {
    ROW("升", "升", 1, 1),
    ROW("L", "升", 1, 1),
    ROW("l", "升", 1, 1),
    ROW("公升", "升", 1, 1),
    ROW("毫升", "升", 1, 1000),
    ROW("mL", "升", 1, 1000),
    ROW("ml", "升", 1, 1000),
    ROW("立方米", "升", 1000, 1),
    ROW("m³", "升", 1000, 1),
    ROW("m3", "升", 1000, 1),
    ROW("方", "升", 1000, 1),
    ROW("千克", "千克", 1, 1),
    ROW("公斤", "千克", 1, 1),
    ROW("kg", "千克", 1, 1),
    ROW("KG", "千克", 1, 1),
    ROW("克", "千克", 1, 1000),
    ROW("g", "千克", 1, 1000),
    ROW("毫克", "千克", 1, 1000000),
    ROW("mg", "千克", 1, 1000000),
    ROW("吨", "千克", 1000, 1),
    ROW("t", "千克", 1000, 1),
    ROW("斤", "千克", 1, 2),
    ROW("两", "千克", 1, 20),
    ROW("平方米", "平方米", 1, 1),
    ROW("㎡", "平方米", 1, 1),
    ROW("m²", "平方米", 1, 1),
    ROW("m2", "平方米", 1, 1),
    ROW("平米", "平方米", 1, 1),
    ROW("亩", "平方米", 2000, 3),
    ROW("公顷", "平方米", 10000, 1),
    ROW("平方公里", "平方米", 1000000, 1),
    ROW("平方千米", "平方米", 1000000, 1),
    ROW("米", "米", 1, 1),
    ROW("m", "米", 1, 1),
    ROW("公里", "米", 1000, 1),
    ROW("千米", "米", 1000, 1),
    ROW("km", "米", 1000, 1),
    ROW("里", "米", 500, 1),
    ROW("分米", "米", 1, 10),
    ROW("厘米", "米", 1, 100),
    ROW("cm", "米", 1, 100),
    ROW("毫米", "米", 1, 1000),
    ROW("mm", "米", 1, 1000),
    ROW("千瓦时", "千瓦时", 1, 1),
    ROW("kWh", "千瓦时", 1, 1),
    ROW("度", "千瓦时", 1, 1),
    ROW("兆瓦时", "千瓦时", 1000, 1),
    ROW("MWh", "千瓦时", 1000, 1),
    ROW("天", "天", 1, 1),
    ROW("日", "天", 1, 1),
    ROW("周", "天", 7, 1),
    ROW("星期", "天", 7, 1),
    ROW("个月", "月", 1, 1),
    ROW("月", "月", 1, 1),
    ROW("季度", "月", 3, 1),
    ROW("个季度", "月", 3, 1),
    ROW("年", "月", 12, 1),
    ROW("秒", "微秒", SECOND, 1),
    ROW("分钟", "微秒", 60 * SECOND, 1),
    ROW("小时", "微秒", 3600 * SECOND, 1),
    ROW("个小时", "微秒", 3600 * SECOND, 1),
    ROW("时", "微秒", 3600 * SECOND, 1),
    ROW("工作日", "工作日", 1, 1),
    ROW("个工作日", "工作日", 1, 1),
};

bool data_unit_find(Str name, DataUnit *out)
{
    for (size_t i = 0; i < ARRAY_LEN(unit_rows); i++) {
        if (str_equal(unit_rows[i].name, name)) {
            *out = unit_rows[i].unit;
            return true;
        }
    }
    return false;
}
