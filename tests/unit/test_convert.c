// SPDX-License-Identifier: Apache-2.0
//
// test_convert.c: cells of data files, one line a case: the column's type, the cell, what it must become.
//
// Expected texts are canonical texts without unit. "~" is missing, "!" refused because it does not parse,
// "!range" because it does not fit, "!code" an unknown code.
#include "tests/unit/unit.h"

#include "runtime/base/time.h"
#include "runtime/base/wide.h"
#include "runtime/source/convert.h"

typedef enum Shape {
    INTEGER,
    DECIMAL_5_2,
    DECIMAL,
    RATIO,
    REAL,
    MONEY,
    MONEY_WAN,
    MONEY_FEN,
    MONEY_USD,
    PRICE,
    LITRE,
    LITRE_BARE_CUBIC,
    MU,
    KILOGRAM,
    DATE,
    DATETIME,
    MONTH,
    PERIOD,
    DAYS,
    MONTHS,
    CLOCK,
    CLOCK_HOUR,
    WORKDAYS,
    BOOLEAN,
    ENUM,
    POINT,
    TEXT,
    APPROVAL
} Shape;

typedef struct Case {
    Shape shape;
    const char *cell, *expected;
} Case;

static const Case cases[] = {
    // Integers.
    {INTEGER, "0", "0"},
    {INTEGER, "-5", "-5"},
    {INTEGER, "+5", "5"},
    {INTEGER, "007", "7"},
    {INTEGER, " 12 ", "12"},
    {INTEGER, "　12　", "12"},
    {INTEGER,
     "\xC2\xA0"
     "12",
     "12"},
    {INTEGER, "１２３", "123"},
    {INTEGER, "－７", "-7"},
    {INTEGER, "−7", "-7"},
    {INTEGER, "1,234", "1234"},
    {INTEGER, "1，234", "1234"},
    {INTEGER, "1,234,567", "1234567"},
    {INTEGER, "12,34", "!"},
    {INTEGER, "1,2345", "!"},
    {INTEGER, "1234,567", "!"},
    {INTEGER, ",123", "!"},
    {INTEGER, "(15)", "-15"},
    {INTEGER, "（15）", "-15"},
    {INTEGER, "3.0", "3"},
    {INTEGER, "3.00", "3"},
    {INTEGER, "3.5", "!range"},
    {INTEGER, "3.", "3"},
    {INTEGER, "9223372036854775807", "9223372036854775807"},
    {INTEGER, "-9223372036854775808", "-9223372036854775808"},
    {INTEGER, "9223372036854775808", "!range"},
    {INTEGER, "123456789012345678901234567890123456789", "!range"},
    {INTEGER, "1.2E+05", "!"},
    {INTEGER, "1e5", "!"},
    {INTEGER, "12人", "!"},
    {INTEGER, "--5", "!"},
    {INTEGER, "-", "!"},
    {INTEGER, ".", "!"},
    {INTEGER, "0x10", "!"},
    {INTEGER, "NULL", "!"},
    {INTEGER, "", "~"},
    {INTEGER, "   ", "~"},
    {INTEGER, "　", "~"},
    {INTEGER, "\t\r\n ", "~"},
    // Decimals.
    {DECIMAL_5_2, "123.45", "123.45"},
    {DECIMAL_5_2, "999.99", "999.99"},
    {DECIMAL_5_2, "1000", "!range"},
    {DECIMAL_5_2, "-999.99", "-999.99"},
    {DECIMAL_5_2, "1.234", "!range"},
    {DECIMAL_5_2, "1.230", "1.23"},
    {DECIMAL_5_2, ".5", "0.5"},
    {DECIMAL_5_2, "1.2.3", "!"},
    {DECIMAL_5_2, "12元", "!"},
    {DECIMAL_5_2, "1万", "!range"},
    {DECIMAL, "99999999999999999999999999999999999999", "99999999999999999999999999999999999999"},
    {DECIMAL, "999999999999999999999999999999999999999", "!range"},
    {DECIMAL, "-0", "0"},
    // Ratios.
    {RATIO, "70%", "0.7"},
    {RATIO, "７０％", "0.7"},
    {RATIO, "70 %", "0.7"},
    {RATIO, "0.7", "0.7"},
    {RATIO, "-12.5%", "-0.125"},
    {RATIO, "3‰", "0.003"},
    {RATIO, "0.1234567890", "0.123456789"},
    {RATIO, "0.1234567891", "!range"},
    {RATIO, "70%%", "!"},
    {RATIO, "七成", "!"},
    // Reals.
    {REAL, "0.5", "0.5"},
    {REAL, "-3", "-3"},
    {REAL, "nan", "!"},
    {REAL, "inf", "!"},
    // Money.
    {MONEY, "3000", "3000"},
    {MONEY, "3,000.00", "3000"},
    {MONEY, "￥3,000.00", "3000"},
    {MONEY, "¥3000", "3000"},
    {MONEY, "￥ 3000", "3000"},
    {MONEY, "-￥3000", "-3000"},
    {MONEY, "￥-3000", "-3000"},
    {MONEY, "(1,200.00)", "-1200"},
    {MONEY, "人民币3000元", "3000"},
    {MONEY, "RMB 3000", "3000"},
    {MONEY, "CNY3000.5", "3000.5"},
    {MONEY, "3000元", "3000"},
    {MONEY, "3000 元", "3000"},
    {MONEY, "3000元整", "3000"},
    {MONEY, "3000圆", "3000"},
    {MONEY, "3千元", "3000"},
    {MONEY, "1.2万元", "12000"},
    {MONEY, "1.2万", "12000"},
    {MONEY, "１．２万元", "12000"},
    {MONEY, "3万5千元", "35000"},
    {MONEY, "3万5000元", "35000"},
    {MONEY, "1亿2000万元", "120000000"},
    {MONEY, "2.5亿元", "250000000"},
    {MONEY, "3百万元", "3000000"},
    {MONEY, "5元3角", "5.3"},
    {MONEY, "5元3角2分", "5.32"},
    {MONEY, "8角", "0.8"},
    {MONEY, "12分", "0.12"},
    {MONEY, "3万5", "!"},
    {MONEY, "5角3元", "!"},
    {MONEY, "1.5元3角", "!"},
    {MONEY, "5万余元", "!"},
    {MONEY, "近3万元", "!"},
    {MONEY, "3000美元", "!"},
    {MONEY, "3000元/月", "!"},
    {MONEY, "1.2345", "1.2345"},
    {MONEY, "1.23456", "!range"},
    {MONEY, "1.23450", "1.2345"},
    {MONEY, "99999999999999.9999", "99999999999999.9999"},
    {MONEY, "100000000000000", "!range"},
    {MONEY, "-99999999999999.9999", "-99999999999999.9999"},
    {MONEY, "3.1E+05", "!"},
    {MONEY, "—", "!"},
    {MONEY, "元", "!"},
    {MONEY, "￥", "!"},
    {MONEY, "面议", "!"},
    {MONEY_WAN, "1.2", "12000"},
    {MONEY_WAN, "1,200", "12000000"},
    {MONEY_WAN, "1.2万元", "12000"},
    {MONEY_WAN, "300元", "300"},
    {MONEY_WAN, "￥300", "!"},
    {MONEY_WAN, "￥300元", "300"},
    {MONEY_WAN, "0.00000001", "0.0001"},
    {MONEY_WAN, "0.000000001", "!range"},
    {MONEY_FEN, "12345", "123.45"},
    {MONEY_FEN, "1.5", "0.015"},
    {MONEY_USD, "100", "100"},
    {MONEY_USD, "USD 100", "100"},
    {MONEY_USD, "100 USD", "100"},
    {MONEY_USD, "100元", "!"},
    {PRICE, "8.5", "8.5"},
    {PRICE, "8.5元", "8.5"},
    {PRICE, "8.5元/升", "8.5"},
    {PRICE, "8.5元每升", "8.5"},
    {PRICE, "￥8.5", "8.5"},
    {PRICE, "8.5元/吨", "!"},
    // Quantities.
    {LITRE, "50", "50"},
    {LITRE, "50升", "50"},
    {LITRE, "50 L", "50"},
    {LITRE, "50L", "50"},
    {LITRE, "1.2立方米", "1200"},
    {LITRE, "1.2m3", "1200"},
    {LITRE, "500毫升", "0.5"},
    {LITRE, "1.2万升", "12000"},
    {LITRE, "5升300毫升", "5.3"},
    {LITRE, "1,000升", "1000"},
    {LITRE, "-3升", "-3"},
    {LITRE, "3吨", "!"},
    {LITRE, "3桶", "!"},
    {LITRE, "0.0000001", "!range"},
    {LITRE, "0.001毫升", "0.000001"},
    {LITRE_BARE_CUBIC, "3", "3000"},
    {LITRE_BARE_CUBIC, "3升", "3"},
    {LITRE_BARE_CUBIC, "3方", "3000"},
    {MU, "3.5", "3.5"},
    {MU, "3.5亩", "3.5"},
    {MU, "2000平方米", "3"},
    {MU, "1平方米", "0.0015"},
    {MU, "0.0001平方米", "!range"},
    {MU, "2公顷", "30"},
    {KILOGRAM, "3千克", "3"},
    {KILOGRAM, "3公斤", "3"},
    {KILOGRAM, "3千克500克", "3.5"},
    {KILOGRAM, "1.5吨", "1500"},
    {KILOGRAM, "5斤", "2.5"},
    {KILOGRAM, "2kg", "2"},
    // Dates.
    {DATE, "2023-01-05", "2023-01-05"},
    {DATE, "2023-1-5", "2023-01-05"},
    {DATE, "2023/01/05", "2023-01-05"},
    {DATE, "2023/1/5", "2023-01-05"},
    {DATE, "2023.1.5", "2023-01-05"},
    {DATE, "2023.01.05", "2023-01-05"},
    {DATE, "20230105", "2023-01-05"},
    {DATE, "2023年1月5日", "2023-01-05"},
    {DATE, "2023年01月05日", "2023-01-05"},
    {DATE, "2023 年 1 月 5 日", "2023-01-05"},
    {DATE, "2023年1月5号", "2023-01-05"},
    {DATE, "２０２３－０１－０５", "2023-01-05"},
    {DATE, "二〇二三年一月五日", "2023-01-05"},
    {DATE, "二零二三年十二月三十一日", "2023-12-31"},
    {DATE, "二○二三年十月二十日", "2023-10-20"},
    {DATE, "二〇二三年元月廿五日", "2023-01-25"},
    {DATE, "2023-01-05 00:00:00", "2023-01-05"},
    {DATE, "2023-01-05 0:00", "2023-01-05"},
    {DATE, "2023-01-05T00:00:00", "2023-01-05"},
    {DATE, "2023-01-05 00:00:00.000", "2023-01-05"},
    {DATE, "2023/1/5 0:00:00", "2023-01-05"},
    {DATE, "20230105000000", "2023-01-05"},
    {DATE, " 2023-01-05 ", "2023-01-05"},
    {DATE, "0001-01-01", "0001-01-01"},
    {DATE, "9999-12-30", "9999-12-30"},
    {DATE, "2024-02-29", "2024-02-29"},
    {DATE, "2023-02-29", "!"},
    {DATE, "2023年2月30日", "!"},
    {DATE, "2023-13-01", "!"},
    {DATE, "2023-00-10", "!"},
    {DATE, "2023-01-00", "!"},
    {DATE, "0000-00-00", "!"},
    {DATE, "2023-01-05 08:30:00", "!"},
    {DATE, "2023-01/05", "!"},
    {DATE, "23-01-05", "!"},
    {DATE, "05/01/2023", "!"},
    {DATE, "2023-01", "!"},
    {DATE, "2023", "!"},
    {DATE, "44931", "!"},
    {DATE, "2023-01-05至今", "!"},
    {DATE, "2023-1-005", "!"},
    {DATE, "20231301", "!"},
    {DATE, "10000-01-01", "!"},
    {DATE, "2023年1月", "!"},
    {DATE, "9999-12-31", "~"},
    {DATE, "99991231", "~"},
    {DATE, "9999年12月31日", "~"},
    {DATE, "9999-12-31 00:00:00", "~"},
    {DATE, "至今", "~"},
    {DATE, "长期", "~"},
    {DATE, "—", "~"},
    {DATE, "——", "~"},
    {DATE, "-", "~"},
    {DATE, "", "~"},
    {DATE, "/", "!"},
    // Points of time.
    {DATETIME, "2024-03-02 08:30", "2024-03-02T08:30:00"},
    {DATETIME, "2024-03-02T08:30:15", "2024-03-02T08:30:15"},
    {DATETIME, "2024-3-2 8:30:15", "2024-03-02T08:30:15"},
    {DATETIME, "2024/03/02 08:30:15.25", "2024-03-02T08:30:15.25"},
    {DATETIME, "2024-03-02 08:30:15.123456", "2024-03-02T08:30:15.123456"},
    {DATETIME, "2024-03-02 08:30:15.1234560", "2024-03-02T08:30:15.123456"},
    {DATETIME, "2024-03-02 08:30:15.1234567", "!"},
    {DATETIME, "20240302083015", "2024-03-02T08:30:15"},
    {DATETIME, "2024年3月2日8时30分", "2024-03-02T08:30:00"},
    {DATETIME, "2024年3月2日 8时30分15秒", "2024-03-02T08:30:15"},
    {DATETIME, "2024年3月2日8时", "2024-03-02T08:00:00"},
    {DATETIME, "2024-03-02", "2024-03-02T00:00:00"},
    {DATETIME, "2024-03-02T08:30:00+08:00", "2024-03-02T08:30:00"},
    {DATETIME, "2024-03-02T08:30:00+0800", "2024-03-02T08:30:00"},
    {DATETIME, "2024-03-02T00:30:00Z", "2024-03-02T08:30:00"},
    {DATETIME, "2024-03-02T08:30:00+09:00", "2024-03-02T07:30:00"},
    {DATETIME, "2024-03-02 23:59:59", "2024-03-02T23:59:59"},
    {DATETIME, "2024-03-02 24:00", "!"},
    {DATETIME, "2024-03-02 08:60", "!"},
    {DATETIME, "2024-03-02 8", "!"},
    {DATETIME, "2024-03-0208:30", "!"},
    {DATETIME, "2024-03-02 08:30 上午", "!"},
    {DATETIME, "9999-12-31 23:59:59", "~"},
    {DATETIME, "至今", "~"},
    // Months.
    {MONTH, "2023-01", "2023-01"},
    {MONTH, "2023-1", "2023-01"},
    {MONTH, "202301", "2023-01"},
    {MONTH, "2023/1", "2023-01"},
    {MONTH, "2023年1月", "2023-01"},
    {MONTH, "2023年01月份", "2023-01"},
    {MONTH, "2023 年 1 月", "2023-01"},
    {MONTH, "2023.01", "2023-01"},
    {MONTH, "2023.10", "2023-10"},
    {MONTH, "2023.1", "!"},
    {MONTH, "2023-13", "!"},
    {MONTH, "202313", "!"},
    {MONTH, "2023", "!"},
    {MONTH, "2023-01-01", "2023-01"},
    {MONTH, "20230101", "2023-01"},
    {MONTH, "2023-01-01 00:00:00", "2023-01"},
    {MONTH, "2023-01-15", "!"},
    {MONTH, "二〇二三年一月", "2023-01"},
    {MONTH, "9999-12", "~"},
    {MONTH, "至今", "~"},
    // Periods.
    {PERIOD, "2023-01-05..2023-02-01", "2023-01-05..2023-02-01"},
    {PERIOD, "2023-01-05 .. 2023-02-01", "2023-01-05..2023-02-01"},
    {PERIOD, "2023-01-05至2023-02-01", "2023-01-05..2023-02-01"},
    {PERIOD, "2023年1月5日至2023年2月1日", "2023-01-05..2023-02-01"},
    {PERIOD, "2023.1.5-2023.2.1", "2023-01-05..2023-02-01"},
    {PERIOD, "2023/1/5—2023/2/1", "2023-01-05..2023-02-01"},
    {PERIOD, "2023/1/5——2023/2/1", "2023-01-05..2023-02-01"},
    {PERIOD, "2023-1-5~2023-2-1", "2023-01-05..2023-02-01"},
    {PERIOD, "2023-1-5 - 2023-2-1", "2023-01-05..2023-02-01"},
    {PERIOD, "2023-01至2023-02", "2023-01-01..2023-02-28"},
    {PERIOD, "20230105至20230105", "2023-01-05..2023-01-05"},
    {PERIOD, "2023-02-01至2023-01-05", "!"},
    {PERIOD, "2023-01-05至2023-02-30", "!"},
    {PERIOD, "2023-01-05", "!"},
    {PERIOD, "2023-01-05至今", "~"},
    {PERIOD, "2023-01-05至9999-12-31", "~"},
    {PERIOD, "2023-01-05至长期", "~"},
    {PERIOD, "至2023-01-05", "!"},
    // Lengths.
    {DAYS, "7", "7"},
    {DAYS, "7天", "7"},
    {DAYS, "7日", "7"},
    {DAYS, "2周", "14"},
    {DAYS, "1.5天", "!range"},
    {DAYS, "7个月", "!"},
    {MONTHS, "3", "3"},
    {MONTHS, "3个月", "3"},
    {MONTHS, "2年", "24"},
    {MONTHS, "1年6个月", "18"},
    {MONTHS, "1年半", "!"},
    {MONTHS, "30天", "!"},
    {CLOCK, "30分钟", "1800"},
    {CLOCK, "1小时30分", "5400"},
    {CLOCK, "1.5小时", "5400"},
    {CLOCK, "1:30:00", "5400"},
    {CLOCK, "90秒", "90"},
    {CLOCK, "30", "!"},
    {CLOCK, "1:60:00", "!"},
    {CLOCK_HOUR, "2", "7200"},
    {WORKDAYS, "5个工作日", "5"},
    {WORKDAYS, "5", "5"},
    {WORKDAYS, "5天", "!"},
    // Truth and codes.
    {BOOLEAN, "真", "真"},
    {BOOLEAN, "是", "真"},
    {BOOLEAN, "1", "真"},
    {BOOLEAN, "true", "真"},
    {BOOLEAN, "TRUE", "真"},
    {BOOLEAN, "１", "真"},
    {BOOLEAN, " 是 ", "真"},
    {BOOLEAN, "假", "假"},
    {BOOLEAN, "否", "假"},
    {BOOLEAN, "0", "假"},
    {BOOLEAN, "False", "假"},
    {BOOLEAN, "2", "!"},
    {BOOLEAN, "不是", "!"},
    {BOOLEAN, "", "~"},
    {ENUM, "监禁", "监禁"},
    {ENUM, "有期徒刑", "监禁"},
    {ENUM, " 监禁 ", "监禁"},
    {ENUM, "拘役（实刑）", "监禁"},
    {ENUM, "拘役(实刑)", "监禁"},
    {ENUM, "缓刑", "缓刑"},
    {ENUM, "02", "缓刑"},
    {ENUM, "０２", "缓刑"},
    {ENUM, "2", "!code"},
    {ENUM, "死刑", "!code"},
    {ENUM, "", "~"},
    // Places.
    {POINT, "116.3912345,39.9", "116.3912345,39.9"},
    {POINT, "116.39， 39.9", "116.39,39.9"},
    {POINT, "116.39 39.9", "116.39,39.9"},
    {POINT, "(116.39,39.9)", "116.39,39.9"},
    {POINT, "-0.5,-89.9", "-0.5,-89.9"},
    {POINT, "180,90", "180,90"},
    {POINT, "181,39", "!"},
    {POINT, "116,91", "!"},
    {POINT, "116.39123456,39", "!"},
    {POINT, "116.39", "!"},
    {POINT, "1,2,3", "!"},
    // Text is left as it is.
    {TEXT, " 张三 ", " 张三 "},
    {TEXT, "ＡＢＣ", "ＡＢＣ"},
    {TEXT, "　", "~"},
    {TEXT, " \t", "~"},
    {TEXT, "至今", "至今"},
    {TEXT, "NULL", "NULL"},
    // Own identity types.
    {APPROVAL, "国药准字Z12345678", "国药准字Z12345678"},
    {APPROVAL, " 国药准字Z12345678 ", "国药准字Z12345678"},
    {APPROVAL, "国药准字Z1234567", "damaged"},
    {APPROVAL, "国药准字Z123456789", "damaged"},
    {APPROVAL, "无", "damaged"},
    {APPROVAL, "", "~"},
};

// ---- Columns of the shapes ----------------------------------------------------------------------

static const Unit litre = {STR_INIT("升"), STR_INIT("升"), 1, 1};
static const Unit mu = {STR_INIT("亩"), STR_INIT("平方米"), 2000, 3};
static const Unit kilogram = {STR_INIT("千克"), STR_INIT("千克"), 1, 1};
static const Nominal dollar = {.kind = NOMINAL_CURRENCY, .name = STR_INIT("USD")};
static Str prison_also[] = {STR_INIT("有期徒刑"), STR_INIT("拘役（实刑）")};
static Str probation_also[] = {STR_INIT("02")};
static const EnumMember members[] = {{STR_INIT("监禁"), prison_also, 2},
                                     {STR_INIT("缓刑"), probation_also, 1}};
static const Nominal manner = {
    .kind = NOMINAL_ENUM, .name = STR_INIT("执行方式"), .members = members, .member_count = 2};
static const Nominal approval = {.kind = NOMINAL_IDENTITY,
                                 .name = STR_INIT("批准文号"),
                                 .pattern = STR_INIT("国药准字[A-Z][0-9]{8}"),
                                 .identity = "text"};

#define COLUMN(...) {.name = STR_INIT("列"), .nullable = true, __VA_ARGS__}
#define BARE(text, numerator, denominator)                                                         \
    .bare_unit = STR_INIT(text), .bare_num = numerator, .bare_den = denominator

static const ColumnDecl columns[] = {
    [INTEGER] = COLUMN(.type = {.kind = TYPE_INTEGER}),
    [DECIMAL_5_2] = COLUMN(.type = {.kind = TYPE_DECIMAL, .scale = 2, .precision = 5}),
    [DECIMAL] = COLUMN(.type = {.kind = TYPE_DECIMAL}),
    [RATIO] = COLUMN(.type = {.kind = TYPE_RATIO, .scale = 9}),
    [REAL] = COLUMN(.type = {.kind = TYPE_REAL}),
    [MONEY] = COLUMN(.type = {.kind = TYPE_MONEY, .scale = 4}),
    [MONEY_WAN] = COLUMN(.type = {.kind = TYPE_MONEY, .scale = 4}, BARE("万元", 10000, 1)),
    [MONEY_FEN] = COLUMN(.type = {.kind = TYPE_MONEY, .scale = 4}, BARE("分", 1, 100)),
    [MONEY_USD] = COLUMN(.type = {.kind = TYPE_MONEY, .scale = 4, .nominal = &dollar}),
    [PRICE] = COLUMN(.type = {.kind = TYPE_PRICE, .scale = 6, .unit = &litre}),
    [LITRE] = COLUMN(.type = {.kind = TYPE_QUANTITY, .scale = 6, .unit = &litre}),
    [LITRE_BARE_CUBIC] =
        COLUMN(.type = {.kind = TYPE_QUANTITY, .scale = 6, .unit = &litre}, BARE("方", 1000, 1)),
    [MU] = COLUMN(.type = {.kind = TYPE_QUANTITY, .scale = 6, .unit = &mu}),
    [KILOGRAM] = COLUMN(.type = {.kind = TYPE_QUANTITY, .scale = 6, .unit = &kilogram}),
    [DATE] = COLUMN(.type = {.kind = TYPE_DATE}),
    [DATETIME] = COLUMN(.type = {.kind = TYPE_DATETIME}),
    [MONTH] = COLUMN(.type = {.kind = TYPE_MONTH}),
    [PERIOD] = COLUMN(.type = {.kind = TYPE_PERIOD}),
    [DAYS] = COLUMN(.type = {.kind = TYPE_DAYS}),
    [MONTHS] = COLUMN(.type = {.kind = TYPE_MONTHS}),
    [CLOCK] = COLUMN(.type = {.kind = TYPE_TIME}),
    [CLOCK_HOUR] = COLUMN(.type = {.kind = TYPE_TIME}, BARE("小时", 3600 * INT64_C(1000000), 1)),
    [WORKDAYS] = COLUMN(.type = {.kind = TYPE_WORKDAYS}),
    [BOOLEAN] = COLUMN(.type = {.kind = TYPE_BOOLEAN}),
    [ENUM] = COLUMN(.type = {.kind = TYPE_ENUM, .nominal = &manner}),
    [POINT] = COLUMN(.type = {.kind = TYPE_POINT}),
    [TEXT] = COLUMN(.type = {.kind = TYPE_TEXT}),
    [APPROVAL] = COLUMN(.type = {.kind = TYPE_IDENTITY, .nominal = &approval}),
};

// ---- Cells as texts -----------------------------------------------------------------------------

static void number_text(StrBuf *out, const CellValue *cell, Type type)
{
    switch (type.kind) {
    case TYPE_DAYS:
    case TYPE_MONTHS:
    case TYPE_WORKDAYS:
    case TYPE_INTEGER:
        strbuf_add_i64(out, cell->i64);
        break;
    case TYPE_TIME:
        assert_int_equal(cell->i64 % 1000000, 0);
        strbuf_add_i64(out, cell->i64 / 1000000);
        break;
    case TYPE_POINT:
        exact_format(out, cell->pair.a, 7);
        strbuf_add_c(out, ",");
        exact_format(out, cell->pair.b, 7);
        break;
    default:
        exact_format(out, cell->i128, type.scale);
        break;
    }
}

static void time_text(StrBuf *out, const CellValue *cell, Type type)
{
    switch (type.kind) {
    case TYPE_DATE:
        date_format(out, (int32_t)cell->i64);
        break;
    case TYPE_DATETIME:
        datetime_format(out, cell->i64);
        break;
    case TYPE_MONTH:
        month_format(out, (int32_t)cell->i64);
        break;
    default:
        period_format(out, (Period){(int32_t)cell->pair.a, (int32_t)cell->pair.b});
        break;
    }
}

static void known_text(StrBuf *out, const CellValue *cell, Type type)
{
    switch (type.kind) {
    case TYPE_TEXT:
    case TYPE_IDENTITY:
        strbuf_add(out, cell->text);
        break;
    case TYPE_BOOLEAN:
        strbuf_add_c(out, cell->boolean ? "真" : "假");
        break;
    case TYPE_ENUM:
        strbuf_add(out, type.nominal->members[cell->i64].name);
        break;
    case TYPE_REAL:
        strbuf_add_real(out, cell->f64);
        break;
    case TYPE_DATE:
    case TYPE_DATETIME:
    case TYPE_MONTH:
    case TYPE_PERIOD:
        time_text(out, cell, type);
        break;
    default:
        number_text(out, cell, type);
        break;
    }
}

static void cell_text(StrBuf *out, const CellValue *cell, Type type)
{
    switch (cell->state) {
    case CELL_KNOWN:
        known_text(out, cell, type);
        break;
    case CELL_MISSING:
        strbuf_add_c(out, "~");
        break;
    case CELL_DAMAGED:
        strbuf_add_c(out, "damaged");
        break;
    case CELL_MASKED:
        strbuf_add_c(out, "masked");
        break;
    case CELL_REFUSED:
        strbuf_add_c(out, cell->fault == REASON_CELL_OUT_OF_RANGE ? "!range"
                          : cell->fault == REASON_UNKNOWN_CODE    ? "!code"
                                                                  : "!");
        break;
    }
}

static void test_cases(void **state)
{
    (void)state;
    StrBuf out = {0};
    int wrong = 0;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ColumnDecl decl = columns[cases[i].shape];
        Converter converter;
        assert_int_equal(converter_init(&converter, &decl, NULL, NULL), STATUS_OK);
        CellValue cell = convert_cell(&converter, str_from_cstr(cases[i].cell));
        strbuf_clear(&out);
        cell_text(&out, &cell, decl.type);
        if (!str_equal(strbuf_str(&out), str_from_cstr(cases[i].expected))) {
            print_error("type %d, cell \"%s\": expected %s, found %s\n", (int)cases[i].shape,
                        cases[i].cell, cases[i].expected, strbuf_cstr(&out));
            wrong++;
        }
        converter_deinit(&converter);
    }
    strbuf_deinit(&out);
    assert_int_equal(wrong, 0);
    assert_true(ARRAY_LEN(cases) >= 150);
}

// Every date of four centuries in every written form.
static void test_dates_in_all_forms(void **state)
{
    (void)state;
    static const char *const forms[] = {"%04d-%02d-%02d",    "%04d-%d-%d",   "%04d/%02d/%02d",
                                        "%04d.%d.%d",        "%04d%02d%02d", "%04d年%d月%d日",
                                        "%04d年%02d月%02d日"};
    for (int32_t date = -100000; date < 50000; date++) {
        int year, month, day;
        char text[64];
        date_to_ymd(date, &year, &month, &day);
        for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
            snprintf(text, sizeof text, forms[i], year, month, day);
            CellValue cell = convert_date(str_from_cstr(text));
            assert_int_equal(cell.state, CELL_KNOWN);
            assert_int_equal(cell.i64, date);
        }
    }
}

// Prefixes of good cells and cells with one byte changed never crash and never give a value outside the type.
static void test_hostile_cells(void **state)
{
    (void)state;
    uint64_t seed = 88172645463325252u;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ColumnDecl decl = columns[cases[i].shape];
        Converter converter;
        assert_int_equal(converter_init(&converter, &decl, NULL, NULL), STATUS_OK);
        Str whole = str_from_cstr(cases[i].cell);
        for (int64_t count = utf8_count(whole); count > 0; count--)
            (void)convert_cell(&converter, str_slice(whole, 0, utf8_offset(whole, count)));
        char *copy = base_alloc(whole.len + 1);
        for (int round = 0; round < 200 && whole.len > 0; round++) {
            seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
            memcpy(copy, whole.ptr, whole.len);
            copy[seed % whole.len] = (char)(seed >> 32);
            if (!utf8_valid((Str){copy, whole.len}, NULL))
                continue;
            CellValue cell = convert_cell(&converter, (Str){copy, whole.len});
            if (cell.state == CELL_KNOWN && type_is_exact(decl.type))
                assert_true(exact_fits(cell.i128));
            if (cell.state == CELL_KNOWN && decl.type.kind == TYPE_DATE)
                assert_true(date_in_range(cell.i64));
        }
        free(copy);
        converter_deinit(&converter);
    }
}

static void test_units(void **state)
{
    (void)state;
    DataUnit unit;
    assert_true(data_unit_find(STR("亩"), &unit));
    assert_int_equal(unit.num, 2000);
    assert_int_equal(unit.den, 3);
    static const char *const names[] = {"方", "立方米", "m³", "小时", "hours", "个工作日", "MJ"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_true(data_unit_find(str_from_cstr(names[i]), &unit));
    assert_false(data_unit_find(STR("亩地"), &unit));
    assert_false(data_unit_find(STR(""), &unit));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_dates_in_all_forms),
        cmocka_unit_test(test_hostile_cells),
        cmocka_unit_test(test_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
