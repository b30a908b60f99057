// SPDX-License-Identifier: Apache-2.0
//
// m21.c: shell companies. Every ordinary firm declares each month of the year and insures its staff;
// what is planted declares nothing or nought, alone or in groups that share a room and a telephone.

#include <stdlib.h>
#include <string.h>

#include "examples/generate/generate.h"

#define MONTHS 12
#define QUARTERS 4
#define RULE_GROUP "空壳群"
#define RULE_DORMANT "长期无经营"
#define RULE_CONVICTED "涉案公司未处理"

typedef enum {
    SHELL,      // four firms of one room and one telephone, without business
    ACTIVE,     // four such firms with business
    CLUSTER,    // four without business at a lawful cluster address
    PAIR,       // two without business of one room: too few
    DORMANT,    // alone; nothing declared, nobody insured, no report
    NOUGHT,     // the same, with declarations of nought
    FRESH,      // the same, set up within the year
    CLOSED,     // the same, struck off
    STAFFED,    // the same, but one quarter with an employee
    NAMED,      // named in a judgment, in business
    NAMED_NEAR, // named with another form of organisation
    NAMED_GONE, // named, and struck off since
    NAMED_LATE, // set up after the judgment that names it
    KINDS,
    ORDINARY = KINDS,
} Kind;

static const int group_sizes[KINDS] = {4, 4, 4, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1};

typedef struct {
    Kind kind;
    int64_t serial, group; // the group's first serial
    char id[ID_SIZE];
    bool report_usable;
} Firm;

typedef struct {
    Gen *gen;
    int64_t count, firms; // planted and all
    Firm *planted;
    Holes *taxes, *staff, *reports;
} World;

static bool in_business(const Firm *firm)
{
    return !firm || firm->kind == ACTIVE || firm->kind >= NAMED;
}

static void plan(World *world)
{
    int64_t rounds = gen_planted(world->gen, 20000, 2), serial = 0;
    for (int64_t round = 0; round < rounds; round++) {
        for (int kind = 0; kind < KINDS; kind++) {
            int64_t first = serial;
            for (int i = 0; i < group_sizes[kind]; i++, serial++) {
                Firm *firm = &world->planted[serial];
                *firm = (Firm){.kind = (Kind)kind, .serial = serial, .group = first};
                id_credit(firm->id, serial);
            }
        }
    }
    ASSERT(serial == world->count);
}

static int64_t set_up(const Firm *firm, int64_t serial)
{
    int64_t spread = (int64_t)(random_hash((uint64_t)serial + 3) % 2200);
    if (firm && firm->kind == FRESH)
        return day_of(2023, 3, 1) + spread % 200;
    if (firm && firm->kind == NAMED_LATE)
        return day_of(2022, 10, 1) + spread % 60;
    if (firm && group_sizes[firm->kind] > 1)
        return day_of(2022, 2, 1) + (int64_t)(random_hash((uint64_t)firm->group) % 200) +
               serial % 4;
    return day_of(2015, 1, 1) + spread;
}

static void write_address(Table *table, const Firm *firm, int64_t serial)
{
    char address[PLACE_SIZE];
    if (firm && firm->kind == CLUSTER) {
        snprintf(address, sizeof address, "甲县孵化路1号集群%d号工位", (int)serial);
    } else {
        bool shared = firm && group_sizes[firm->kind] > 1;
        word_address(address, shared ? firm->group : serial);
    }
    table_text(table, address);
}

static void write_firm(Table *table, const Firm *firm, int64_t serial)
{
    char id[ID_SIZE], text[NAME_SIZE];
    bool gone = firm && (firm->kind == CLOSED || firm->kind == NAMED_GONE);
    bool shared = firm && (firm->kind == SHELL || firm->kind == ACTIVE);
    int64_t head = !firm && serial % 50 == 1 ? serial - 1 : serial; // some heads have two firms
    id_credit(id, serial);
    table_text(table, id);
    word_firm(text, serial);
    table_text(table, text);
    word_person(text, head);
    table_text(table, text);
    id_person(id, head, 1961, 30);
    table_person(table, id);
    write_address(table, firm, serial);
    snprintf(text, sizeof text, "代办%04d号", (int)(serial / 4000));
    table_text(table, !firm && serial % 10 < 3 ? text : "");
    id_phone(id, shared ? firm->group : serial);
    table_phone(table, id);
    table_date(table, set_up(firm, serial));
    table_text(table, gone ? "注销" : serial % 3 == 0 ? "在业" : "存续");
    table_end(table);
}

static const Firm *firm_of(const World *world, int64_t serial)
{
    return serial < world->count ? &world->planted[serial] : NULL;
}

static void write_firms(World *world)
{
    Table *table = table_open(
        world->gen, "企业", "企业,名称,法定代表人,代表人证件,地址,代办,电话,成立日,状态",
        "统一社会信用代码,企业名称,法定代表人,代表人证件,住所,代办,联系电话,成立日期,登记状态",
        TABLE_REPEATS | TABLE_SYNONYMS | TABLE_GB18030);
    for (int64_t i = 0; i < world->firms; i++)
        write_firm(table, firm_of(world, i), i);
    table_close(table);
    table = table_open(world->gen, "集群地址", "地址,托管机构", NULL, 0);
    table_text(table, "甲县孵化路1号");
    table_text(table, "虚构孵化中心");
    table_end(table);
    table_close(table);
    table = table_open(world->gen, "股东", "企业,股东,股东证件,股东企业", NULL, 0);
    table_close(table);
}

// Declarations: none, nought, or with sales. Those with sales could hide an absence.
static void write_taxes(World *world)
{
    Table *table = table_open(world->gen, "纳税申报", "企业,所属月,零申报,销售额",
                              "纳税人识别号,所属期,零申报,销售额", TABLE_TOTALS | TABLE_SYNONYMS);
    char id[ID_SIZE];
    for (int64_t i = 0; i < world->firms; i++) {
        const Firm *firm = firm_of(world, i);
        bool nought = !in_business(firm);
        if (nought && firm->kind != NOUGHT && i % 2)
            continue;
        id_credit(id, i);
        for (int m = 0; m < MONTHS; m++) {
            bool idle = nought || (i + m) % 11 == 0;
            Written written = table_credit(table, id);
            table_month(table, month_of(2023, 1) + m);
            table_text(table, idle ? "是" : "否");
            table_money(table, idle ? 0 : 1000000 + i % 700 * 1000 + m);
            table_end(table);
            if (!idle)
                holes_add(world->taxes, &written, 0, 0);
        }
    }
    holes_finish(world->taxes, table);
    table_close(table);
}

static void write_staff(World *world)
{
    Table *table = table_open(world->gen, "社保", "单位,月,人数", "统一社会信用代码,缴费月,人数",
                              TABLE_TOTALS | TABLE_SYNONYMS);
    char id[ID_SIZE];
    for (int64_t i = 0; i < world->firms; i++) {
        const Firm *firm = firm_of(world, i);
        bool staffed = firm && firm->kind == STAFFED;
        if (!in_business(firm) && !staffed)
            continue;
        id_credit(id, i);
        for (int q = staffed ? QUARTERS - 1 : 0; q < QUARTERS; q++) {
            // the one row that shows somebody at work is never harmed
            Written written = staffed ? table_clean(table, id) : table_credit(table, id);
            table_month(table, month_of(2023, 3) + 3 * q);
            table_number(table, 1 + i % 40);
            table_end(table);
            holes_add(world->staff, &written, 0, 0);
        }
    }
    holes_finish(world->staff, table);
    table_close(table);
}

// All but single shells report; such a report is what tells the groups from them.
static void write_reports(World *world)
{
    Table *table =
        table_open(world->gen, "年报", "企业,年度", "统一社会信用代码,年度", TABLE_SYNONYMS);
    char id[ID_SIZE];
    for (int64_t i = 0; i < world->firms; i++) {
        Firm *firm = i < world->count ? &world->planted[i] : NULL;
        if (firm && firm->kind >= DORMANT && firm->kind <= STAFFED)
            continue;
        id_credit(id, i);
        Written written = table_credit(table, id);
        table_number(table, 2023);
        table_end(table);
        holes_add(world->reports, &written, 0, 0);
        if (firm)
            firm->report_usable = written.usable;
    }
    holes_finish(world->reports, table);
    table_close(table);
}

static void write_judgments(World *world)
{
    Table *table = table_open(world->gen, "涉案公司", "案号,公司名称,罪名,生效日", NULL, 0);
    char name[NAME_SIZE], number[NAME_SIZE];
    for (int64_t i = 0; i < world->count; i++) {
        const Firm *firm = &world->planted[i];
        if (firm->kind < NAMED)
            continue;
        snprintf(number, sizeof number, "（2022）虚01刑初%d号", (int)i + 1);
        word_firm(name, i);
        if (firm->kind == NAMED_NEAR)
            memcpy(strstr(name, "有限公司"), "有限责任公司", sizeof "有限责任公司");
        for (int twice = 0; twice < 2; twice++) { // the second is a firm that is not registered
            table_text(table, number);
            table_text(table, name);
            table_text(table, "帮助信息网络犯罪活动罪");
            table_date(table, day_of(2022, 6, 1) + i % 90);
            table_end(table);
            word_firm(name, world->firms + i);
        }
    }
    table_close(table);
}

static Fit worst(Fit a, Fit b)
{
    return a > b ? a : b;
}

// A firm that neither declared nor insured anybody: what the rule on single firms must say.
static void judge_dormant(World *world, const Firm *firm, const char *why)
{
    Fit fit =
        worst(holes_fit(world->taxes, firm->id, 0, 0), holes_fit(world->staff, firm->id, 0, 0));
    bool wrong = firm->kind == DORMANT || firm->kind == NOUGHT;
    const char *lists = "无";
    fit = worst(fit, holes_fit(world->reports, firm->id, 0, 0));
    if (firm->kind == FRESH)
        lists = fit == FIT_NONE ? "排除" : "无";
    else if (firm->kind != CLOSED && firm->kind != STAFFED && !firm->report_usable)
        lists =
            fit == FIT_NONE ? "线索" : "待查"; // a report that was lost is one of those tolerated
    truth_add(world->gen, RULE_DORMANT, firm->id, lists, wrong ? "是" : "否", why, "");
}

// A group has a signal for each firm whose absence from either list is certain.
static void judge_group(World *world, const Firm *first, const char *why)
{
    int sure = 0, size = group_sizes[first->kind];
    const char *key = first->id;
    for (int i = 0; i < size; i++) {
        const Firm *firm = &first[i];
        if (strcmp(firm->id, key) < 0)
            key = firm->id;
        sure += holes_fit(world->taxes, firm->id, 0, 0) == FIT_NONE ||
                holes_fit(world->staff, firm->id, 0, 0) == FIT_NONE;
    }
    const char *lists = first->kind == SHELL ? (sure >= 3 ? "线索" : "待查") : "无";
    truth_add(world->gen, RULE_GROUP, key, lists, first->kind == SHELL ? "是" : "否", why,
              sure == size && first->kind == SHELL ? "空壳:4" : "");
}

static void judge_single(World *world, const Firm *firm)
{
    static const char *const reasons[KINDS] = {
        "同址同话的空壳",   "同址同话而有经营", "依法设立的集群地址", "只有两家",
        "没有申报人员年报", "零申报等于没有",   "年内新设立",         "已经注销",
        "有一个月参保",     "判决认定而存续",   "字号相同",           "已经注销",
        "判决以后设立"};
    const char *why = reasons[firm->kind];
    if (firm->kind < NAMED && firm->kind != ACTIVE)
        judge_dormant(world, firm, why);
    if (firm->kind <= PAIR && firm->serial == firm->group)
        judge_group(world, firm, why);
    if (firm->kind >= NAMED) {
        bool wrong = firm->kind == NAMED || firm->kind == NAMED_NEAR;
        truth_add(world->gen, RULE_CONVICTED, firm->id, wrong ? "线索" : "无", wrong ? "是" : "否",
                  why, "");
    }
}

static void make(Gen *gen)
{
    World world = {
        .gen = gen, .taxes = holes_create(), .staff = holes_create(), .reports = holes_create()};
    for (int kind = 0; kind < KINDS; kind++)
        world.count += group_sizes[kind] * gen_planted(gen, 20000, 2);
    world.firms = world.count + gen->scale / MONTHS;
    world.planted = calloc((size_t)world.count, sizeof *world.planted);
    if (!world.planted)
        abort();
    plan(&world);
    write_firms(&world);
    write_taxes(&world);
    write_staff(&world);
    write_reports(&world);
    write_judgments(&world);
    for (int64_t i = 0; i < world.count; i++)
        judge_single(&world, &world.planted[i]);
    free(world.planted);
    holes_destroy(world.taxes);
    holes_destroy(world.staff);
    holes_destroy(world.reports);
}

const Model model_m21 = {.name = "m21", .folder = "空壳公司", .scale = 5000, .make = make};
