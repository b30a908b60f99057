// SPDX-License-Identifier: Apache-2.0
//
// words.c: invented names of persons, firms and places, each a function of a serial number.

#include <string.h>

#include "examples/generate/generate.h"

#define COUNT(list) ((int64_t)(sizeof(list) / sizeof(list)[0]))

static const char *const family[] = {
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙",   "胡",   "朱",
    "高", "林", "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "欧阳", "上官", "司马"};
static const char *const given[] = {"伟", "芳", "娜", "秀英", "敏", "静",   "丽",   "强",
                                    "磊", "军", "洋", "勇",   "艳", "杰",   "娟",   "涛",
                                    "明", "超", "霞", "平",   "刚", "桂英", "建国", "淑珍"};
static const char *const firm_first[] = {"鼎", "瑞", "华", "恒", "嘉", "盛", "隆", "信",
                                         "泰", "和", "昌", "博", "凯", "欣", "卓", "丰",
                                         "诚", "聚", "创", "源", "宏", "睿"};
static const char *const firm_second[] = {"达", "通", "捷", "晟", "远", "邦", "成", "泽",
                                          "奇", "腾", "森", "航", "雅", "途", "展", "汇",
                                          "顺", "旺", "康", "辉", "益", "格"};
static const char *const trade[] = {"商贸", "科技", "建材", "物流", "信息咨询",
                                    "电子", "食品", "机械", "劳务", "广告传媒"};
static const char *const street[] = {"示范", "样本", "虚构", "假设",
                                     "试验", "模拟", "拟用", "设定"};

typedef struct {
    const char *code, *name;
} County;

static const County counties[] = {
    {"990201", "甲县"}, {"990202", "乙县"}, {"990203", "丙区"}, {"990204", "丁区"},
    {"990205", "戊市"}, {"990206", "己县"}, {"990207", "庚区"}, {"990208", "辛市"},
};

static const char *pick(const char *const *list, int64_t count, int64_t serial, uint64_t salt)
{
    return list[random_hash((uint64_t)serial * 16 + salt) % (uint64_t)count];
}

void word_person(char *out, int64_t serial)
{
    snprintf(out, NAME_SIZE, "%s%s%s", pick(family, COUNT(family), serial, 1),
             pick(given, COUNT(given), serial, 2),
             random_hash((uint64_t)serial) % 3 == 0 ? "" : pick(given, 10, serial, 3));
}

// The number in letters of two lists, so that names are short and differ.
void word_firm(char *out, int64_t serial)
{
    int64_t rest = serial / COUNT(trade);
    char core[NAME_SIZE / 2] = "";
    for (int i = 0; i < 2 || rest > 0; i++) {
        const char *const *list = i % 2 == 0 ? firm_first : firm_second;
        int64_t count = i % 2 == 0 ? COUNT(firm_first) : COUNT(firm_second);
        size_t length = strlen(core);
        snprintf(core + length, sizeof core - length, "%s", list[rest % count]);
        rest /= count;
    }
    snprintf(out, NAME_SIZE, "虚构市%s%s有限公司", core, trade[serial % COUNT(trade)]);
}

void word_address(char *out, int64_t serial)
{
    snprintf(out, PLACE_SIZE, "%s%s路%d号%d室", counties[serial % COUNT(counties)].name,
             pick(street, COUNT(street), serial, 5), (int)(serial / 97 % 9000 + 1),
             (int)(serial % 97 + 101));
}

const char *word_county(int64_t serial, const char **code)
{
    const County *county = &counties[serial % COUNT(counties)];
    *code = county->code;
    return county->name;
}

int word_county_count(void)
{
    return (int)COUNT(counties);
}
