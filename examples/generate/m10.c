// SPDX-License-Identifier: Apache-2.0
//
// m10.c: disinfectants with undeclared drugs in the online shops of pharmacies: a list of products,
// pages of goods, shops with their places. All products of one maker carry the maker's licence.
//
// Names have six characters, two of each of three lists; those of the first numbers stand on the list.
// Two of them may differ in one character (软膏, 乳膏), which is less alike than a name that lost one.

#include <stdlib.h>
#include <string.h>

#include "examples/generate/generate.h"

#define LISTED 40     // products on the list
#define OLD_LISTED 30 // of the list before its change
#define NAMES 720     // products of all kinds
#define ITEMS 100     // goods of a shop
#define WITHDRAWN 20  // the product whose notice was taken back
#define RULE_SOLD "销售问题产品"
#define RULE_CLAIMS "暗示疗效"
#define RULE_AREA "重点片区"

typedef enum {
    SAME,   // licence and name of the list
    FUZZY,  // the name lacks a character
    AREA,   // like SAME, three shops beside each other
    OFF,    // taken from the shelf
    BACK,   // the notice was withdrawn
    HIDDEN, // the page shows no licence
    OTHER,  // same name, other maker
    SISTER, // same maker, other product
    EARLY,  // seen before the notice
    CLAIMS, // not on the list; four goods claim to heal
    MODEST, // the same, and say that they are no medicine
    KINDS,
} Kind;

#define AREA_SHOPS 3

static const int shop_counts[KINDS] = {1, 1, AREA_SHOPS, 1, 1, 1, 1, 1, 1, 1, 1};

typedef struct {
    Kind kind;
    int64_t shop; // the first one
    int product, usable, clues;
} Matter;

typedef struct {
    Gen *gen;
    int64_t count, planted, shops;
    Matter *matters;
    Table *items;
    int64_t row;
} World;

static const char *const first[] = {"草本", "皮康", "清舒", "润宁", "百藓", "苗方", "藏韵", "本木",
                                    "康肤", "净痒", "舒乐", "肤安", "宝宝", "冰黄", "珊瑚"};
static const char *const second[] = {"抑菌", "消毒", "护理", "清洁", "祛味", "止味",
                                     "舒缓", "修护", "洁阴", "足部", "鼻部", "肌底"};
static const char *const third[] = {"乳膏", "喷剂", "凝胶", "软膏"};
static const char *const sizes[] = {"20g", "15g*2盒", "皮肤外用", "家庭装", "30ml"};
static const char *const before[] = {"【官方正品】", "【包邮】", "【药房直售】", "",
                                     "（买二送一）"};
static const char *const found[] = {"氯倍他索丙酸酯", "咪康唑", "地塞米松", "特比萘芬"};

static void product_name(char *out, int product)
{
    snprintf(out, NAME_SIZE, "%s%s%s", first[product % 15], second[product / 15 % 12],
             third[product / 180 % 4]);
}

static void licence_of(char *out, int64_t maker)
{
    static const char *const provinces[] = {"赣", "湘", "鄂", "苏", "浙",
                                            "皖", "鲁", "豫", "粤", "川"};
    snprintf(out, NAME_SIZE, "%s卫消证字（%d）第%04d号", provinces[maker % 10],
             (int)(2015 + maker % 9), (int)maker);
}

static int64_t notice_of(int product)
{
    return product < OLD_LISTED ? day_of(2024, 2, 15) : day_of(2024, 4, 10);
}

static void write_list(World *world, const char *file, int count)
{
    char text[NAME_SIZE];
    Table *table = table_open(world->gen, file, "序号,产品,品牌,厂家,证号,检出,通报日,撤销日", NULL,
                              TABLE_GB18030);
    for (int i = 0; i < count; i++) {
        table_number(table, i + 1);
        product_name(text, i);
        table_text(table, text);
        table_text(table, "");
        snprintf(text, sizeof text, "消毒用品厂%03d", i + 1);
        table_text(table, text);
        licence_of(text, i + 1);
        table_text(table, i == LISTED - 1 ? "" : text); // one was announced without its licence
        table_text(table, found[i % 4]);
        table_date(table, notice_of(i));
        if (i == WITHDRAWN)
            table_date(table, day_of(2024, 5, 1));
        else
            table_blank(table);
        table_end(table);
    }
    table_close(table);
}

// A licence as a page shows it: whole, blank, or partly covered.
static bool write_licence(Table *table, Random *dirt, int64_t ppm, const char *licence, bool hidden)
{
    char text[NAME_SIZE];
    if (hidden || random_chance(dirt, ppm / 2)) {
        table_text(table, "");
        return false;
    }
    if (random_chance(dirt, ppm / 4)) {
        snprintf(text, sizeof text, "%.*s**号", (int)(strlen(licence) - strlen("00号")), licence);
        table_text(table, text);
        return false;
    }
    table_text(table, licence);
    return true;
}

// One page. Says whether its licence can be read.
static bool write_item(World *world, int64_t shop, const char *name, const char *licence,
                       bool hidden, int64_t day, bool off)
{
    Gen *gen = world->gen;
    char text[2 * NAME_SIZE];
    Table *table = world->items;
    int64_t number = ++world->row;
    snprintf(text, sizeof text, "P%lld", (long long)number);
    table_text(table, text);
    snprintf(text, sizeof text, "S%05lld", (long long)shop);
    table_text(table, text);
    snprintf(text, sizeof text, "%s%s（%s）", before[number % 5], name, sizes[number % 4]);
    table_text(table, text);
    table_text(table, "");
    bool usable = write_licence(table, &gen->dirt, gen->dirt_ppm, licence, hidden);
    table_date(table, day);
    table_text(table, off ? "下架" : "在售");
    snprintf(text, sizeof text, "截图/%lld.png", (long long)number);
    table_text(table, text);
    table_end(table);
    return usable;
}

static const char *shop_name(char *out, int64_t shop)
{
    snprintf(out, NAME_SIZE, "S%05lld", (long long)shop);
    return out;
}

static void judge_sold(World *world, Matter *matter, int64_t shop, bool usable)
{
    static const char *const reasons[KINDS] = {"名称证号都相同",
                                               "名称少一个字",
                                               "相邻的三家",
                                               "已经下架",
                                               "通报已经撤销",
                                               "页面没有证号",
                                               "同名不同厂",
                                               "同厂别的产品",
                                               "通报以前",
                                               "",
                                               ""};
    bool wrong = matter->kind <= AREA;
    const char *lists = "无";
    char key[2 * NAME_SIZE];
    if (wrong)
        lists = usable ? "线索" : matter->kind == FUZZY ? "无" : "待查";
    else if (matter->kind == OFF || matter->kind == BACK)
        lists = usable ? "排除" : "无";
    else if (matter->kind == HIDDEN)
        lists = "待查";
    else if (matter->kind == OTHER && !usable)
        lists = "无或待查"; // what is left of the licence may show that it is another one
    snprintf(key, sizeof key, "S%05lld|%d", (long long)shop, matter->product + 1);
    truth_add(world->gen, RULE_SOLD, key, lists, wrong ? "是" : "否", reasons[matter->kind], "");
    matter->clues += wrong && usable;
}

// The name as a careless page has it: without the fifth character.
static void drop_character(char *name)
{
    size_t at = 4 * strlen("字");
    memmove(name + at, name + at + strlen("字"), strlen(name + at + strlen("字")) + 1);
}

static void plant_sold(World *world, Matter *matter, int64_t shop)
{
    char name[NAME_SIZE], licence[NAME_SIZE];
    int product = matter->product;
    int64_t day = notice_of(product) + random_between(&world->gen->world, 0, 60);
    product_name(name, matter->kind == SISTER ? LISTED + 200 + product : product);
    licence_of(licence, matter->kind == OTHER ? 200 + product : product + 1);
    if (matter->kind == FUZZY)
        drop_character(name);
    if (matter->kind == BACK)
        day = day_of(2024, 5, 3);
    if (matter->kind == EARLY)
        day = notice_of(product) - 1;
    bool usable =
        write_item(world, shop, name, licence, matter->kind == HIDDEN, day, matter->kind == OFF);
    judge_sold(world, matter, shop, usable);
}

static void plant_claims(World *world, Matter *matter, int64_t shop)
{
    static const char *const claims[] = {"治疗手足癣喷剂", "湿疹止痒膏", "皮炎专用乳",
                                         "鼻炎根治喷剂"};
    char name[NAME_SIZE], licence[NAME_SIZE], key[NAME_SIZE];
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%s%s", claims[i], matter->kind == MODEST ? "非药品" : "");
        licence_of(licence, 400 + i);
        matter->usable +=
            write_item(world, shop, name, licence, false, day_of(2024, 3, 1) + i, false);
    }
    bool wrong = matter->kind == CLAIMS;
    truth_add(world->gen, RULE_CLAIMS, shop_name(key, shop),
              wrong && matter->usable >= 3 ? "线索" : "无", wrong ? "是" : "否",
              wrong ? "四种宣称疗效" : "写明非药品", "");
}

static void write_items(World *world)
{
    char name[NAME_SIZE], licence[NAME_SIZE];
    Random *random = &world->gen->world;
    world->items = table_open(world->gen, "网店商品", "商品号,店号,标题,品牌,证号,采集日,状态,截图",
                              "商品号,店号,标题,品牌,卫生许可证号,采集日,状态,截图",
                              TABLE_REPEATS | TABLE_TOTALS | TABLE_SYNONYMS);
    for (int64_t i = 0; i < world->count; i++) {
        Matter *matter = &world->matters[i];
        for (int k = 0; k < shop_counts[matter->kind]; k++) {
            if (matter->kind >= CLAIMS)
                plant_claims(world, matter, matter->shop + k);
            else
                plant_sold(world, matter, matter->shop + k);
        }
    }
    for (int64_t shop = 0; shop < world->shops; shop++) {
        for (int i = 0; i < ITEMS; i++) {
            product_name(name, LISTED + (int)random_below(random, NAMES - LISTED));
            licence_of(licence, 1 + random_below(random, 300));
            write_item(world, shop, name, licence, random_below(random, 25) == 0,
                       day_of(2024, 1, 5) + random_below(random, 175),
                       random_below(random, 20) == 0);
        }
    }
    table_close(world->items);
}

// Shops stand two kilometres and more from each other; the three of an area a hundred metres.
static void write_place(Table *table, const World *world, int64_t shop)
{
    char text[NAME_SIZE];
    int64_t longitude = 110000000 + shop % 300 * 30000,
            latitude = 30000000 + shop / 300 % 300 * 30000;
    for (int64_t i = 0; shop < world->planted && i < world->count; i++) {
        const Matter *matter = &world->matters[i];
        if (matter->kind == AREA && shop >= matter->shop && shop < matter->shop + AREA_SHOPS) {
            longitude = 110000000 + matter->shop % 300 * 30000 + (shop - matter->shop) * 1000;
            latitude = 30000000 + matter->shop / 300 % 300 * 30000;
        }
    }
    snprintf(text, sizeof text, "\"%lld.%06lld,%lld.%06lld\"", (long long)longitude / 1000000,
             (long long)longitude % 1000000, (long long)latitude / 1000000,
             (long long)latitude % 1000000);
    table_text(table, text);
}

static void write_shops(World *world)
{
    static const char *const platforms[] = {"甲平台", "乙平台", "丙平台"};
    char text[PLACE_SIZE];
    Table *table =
        table_open(world->gen, "药店", "店号,店名,地址,位置,区划,平台", NULL, TABLE_GB18030);
    for (int64_t shop = 0; shop < world->shops; shop++) {
        const char *code;
        shop_name(text, shop);
        table_text(table, text);
        snprintf(text, sizeof text, "药房%05d号店", (int)shop);
        table_text(table, text);
        word_address(text, shop);
        table_text(table, text);
        write_place(table, world, shop);
        word_county(shop, &code);
        table_text(table, shop % 50 == 13 ? "" : code);
        table_text(table, platforms[shop % 3]);
        table_end(table);
    }
    table_close(table);
    table = table_open(world->gen, "辖区", "区划,检察院", NULL, 0);
    for (int i = 0; i < word_county_count(); i++) {
        const char *code, *name = word_county(i, &code);
        table_text(table, code);
        snprintf(text, sizeof text, "%s院", name);
        table_text(table, i == 0 ? "本院" : text);
        table_end(table);
    }
    table_close(table);
}

static void judge_areas(World *world)
{
    char key[NAME_SIZE];
    for (int64_t i = 0; i < world->count; i++) {
        const Matter *matter = &world->matters[i];
        if (matter->kind != AREA)
            continue;
        const char *lists = matter->clues == AREA_SHOPS ? "线索" : "无或待查";
        truth_add(world->gen, RULE_AREA, shop_name(key, matter->shop), lists, "是", "五百米内三家",
                  "");
    }
}

static void make(Gen *gen)
{
    World world = {.gen = gen, .count = KINDS * gen_planted(gen, 20000, 2)};
    world.matters = calloc((size_t)world.count, sizeof *world.matters);
    if (!world.matters)
        abort();
    for (int64_t i = 0; i < world.count; i++) {
        Matter *matter = &world.matters[i];
        matter->kind = (Kind)(i % KINDS);
        matter->product =
            (int)(i % 19); // not the one that was withdrawn, nor those announced later
        if (matter->kind == BACK)
            matter->product = WITHDRAWN;
        if (matter->kind == SAME && i >= KINDS)
            matter->product = OLD_LISTED + (int)(i % 8);
        matter->shop = world.planted;
        world.planted += shop_counts[matter->kind];
    }
    world.shops = world.planted + gen->scale / ITEMS;
    write_list(&world, "问题产品", LISTED);
    write_list(&world, "旧名单", OLD_LISTED);
    write_shops(&world);
    write_items(&world);
    judge_areas(&world);
    free(world.matters);
}

const Model model_m10 = {.name = "m10", .folder = "消字号", .scale = 5000, .make = make};
