// SPDX-License-Identifier: Apache-2.0
//
// m12.c: pensions paid to people who serve sentences. Pensioners draw a month's pension for eighteen
// months; prisons and probation offices list people of whom few are pensioners.
//
// Serial numbers of pensioners: first those that something is planted for, then the others, who
// stand in no list of sentences.

#include <stdlib.h>

#include "examples/generate/generate.h"

#define MONTHS 18
#define BORN_FROM 1936 // pensioners are born in 25 years, prisoners who draw none in the next 30
#define BORN_YEARS 25
#define RULE_DRAWN "服刑期间领取养老金"
#define RULE_RAISED "非监禁期间调整养老金"
#define RULE_RESUMED "刑满未恢复养老金"

typedef enum {
    DRAWN,     // in prison and paid
    RETURNED,  // the same, and paid back
    PROBATION, // on probation: may be paid
    PARTIAL,   // no whole month in prison
    TWIN,      // looks like a prisoner
    RAISED,    // on probation, and the pension was raised
    EARLY,     // raised before probation
    LOST,      // left prison, and no pension since
    RESUMED,   // left prison, paid again in the month after
    RECENT,    // left prison, too late to tell
    KINDS,
    ORDINARY = KINDS,
} Kind;

typedef struct {
    Kind kind;
    char id[ID_SIZE];
    int64_t from, to;  // the sentence; `to` 0 while it lasts
    Written sentence;  // as the list has it
    int64_t good, fen; // months in prison whose payment is usable, and their sum
    int64_t clear;     // of these: no row of the returned ones could be theirs
    int64_t surely_returned;
    bool unreadable; // a month in prison whose payment is not usable
    int before;      // payments before prison: 2 one is usable, 1 something is left of one
} Person;

typedef struct {
    Gen *gen;
    int64_t count, persons; // planted and all
    Person *planted;
    Holes *payments, *returns;
    int64_t first_month, serial_paid;
} World;

static int64_t sum_of(int64_t serial)
{
    return 180000 + (int64_t)(random_hash((uint64_t)serial) % 300000);
}

static void plan_person(World *world, Person *person, int64_t serial)
{
    Random *random = &world->gen->world;
    person->kind = (Kind)(serial % KINDS);
    id_person(person->id, serial, BORN_FROM, BORN_YEARS);
    int64_t start = world->first_month + random_between(random, 2, 6);
    person->from = month_first(start) - random_between(random, 1, 20);
    int64_t months = random_between(random, 3, 8);
    person->to = month_last(start + months - 1) + random_between(random, 0, 15);
    switch (person->kind) {
    case DRAWN:
        if (random_below(random, 3) == 0)
            person->to = 0;
        break;
    case PARTIAL: // from the second of a month to the last but one of it
        person->from = month_first(start) + 1;
        person->to = month_last(start) - 1;
        break;
    case RECENT:
        person->to = month_first(world->first_month + MONTHS - 2) + 9;
        break;
    default:
        break;
    }
}

static int64_t person_end(const World *world, const Person *person)
{
    return person->to ? person->to : month_last(world->first_month + MONTHS - 1);
}

static bool month_served(const World *world, const Person *person, int64_t month)
{
    return month_first(month) >= person->from && month_last(month) <= person_end(world, person);
}

// Who is paid in a month. Those who came out late or never are not paid in prison.
static bool is_paid(const Person *person, int64_t month)
{
    int64_t in = month_of_day(person->from), out = month_of_day(person->to);
    switch (person->kind) {
    case LOST:
    case RECENT:
        return month < in;
    case RESUMED:
        return month < in || month > out;
    default:
        return true;
    }
}

static const char *way_of(Kind kind, int64_t serial)
{
    static const char *const outside[] = {"缓刑", "管制", "假释", "暂予监外执行"};
    static const char *const inside[] = {"有期徒刑", "监禁", "拘役"};
    bool free = kind == PROBATION || kind == RAISED || kind == EARLY;
    return free ? outside[serial % 4] : inside[serial % 3];
}

static Written write_sentence(Table *table, const char *id, const char *name, const char *way,
                              int64_t from, int64_t to)
{
    static const char *const offences[] = {"诈骗罪", "交通肇事罪", "盗窃罪", "危险驾驶罪",
                                           "故意伤害罪"};
    Written written = table_person(table, id);
    table_text(table, name);
    table_text(table, offences[from % 5]);
    table_text(table, way);
    table_date(table, from);
    if (to)
        table_date(table, to);
    else if (from % 3 == 0)
        table_text(table, "9999-12-31");
    else
        table_blank(table);
    table_end(table);
    return written;
}

static void write_sentences(World *world)
{
    Gen *gen = world->gen;
    char name[NAME_SIZE], id[ID_SIZE];
    Table *table = table_open(gen, "刑罚执行", "身份证,姓名,罪名,执行方式,起日,止日",
                              "公民身份号码,罪犯姓名,罪名,刑罚种类,起始日期,终止日期",
                              TABLE_GB18030 | TABLE_SYNONYMS);
    for (int64_t i = 0; i < world->count; i++) {
        Person *person = &world->planted[i];
        word_person(name, i);
        if (person->kind == TWIN)
            id_person_twin(id, person->id);
        person->sentence = write_sentence(table, person->kind == TWIN ? id : person->id, name,
                                          way_of(person->kind, i), person->from, person->to);
    }
    for (int64_t i = 0; i < world->persons / 4 + 50; i++) { // prisoners too young for a pension
        int64_t from = day_of(2018, 1, 1) + random_below(&gen->world, 2300);
        int64_t to = from + random_between(&gen->world, 100, 2000);
        id_person(id, i, BORN_FROM + BORN_YEARS, 30);
        word_person(name, world->persons + i);
        write_sentence(table, id, name, way_of(i % 2 ? DRAWN : PROBATION, i), from,
                       to > day_of(2024, 6, 30) ? 0 : to);
    }
    table_close(table);
}

// Rows of money that was paid back: what is planted, and others by mistake of an account.
static void write_returns(World *world)
{
    Gen *gen = world->gen;
    char id[ID_SIZE];
    Table *table = table_open(gen, "退回记录", "身份证,所属月,退回日", "公民身份号码,所属月,退回日",
                              TABLE_SYNONYMS);
    for (int64_t i = 0; i < world->persons / 5 + 400; i++) {
        Person *person = i < world->count ? &world->planted[i] : NULL;
        int64_t serial = world->count + random_below(&gen->world, world->persons - world->count);
        int64_t month = world->first_month + random_below(&gen->world, MONTHS);
        id_person(id, serial, BORN_FROM, BORN_YEARS);
        if (person && person->kind != RETURNED)
            continue;
        int64_t from = person ? world->first_month : month;
        int64_t to = person ? world->first_month + MONTHS - 1 : month;
        for (month = from; month <= to; month++) {
            if (person && !month_served(world, person, month))
                continue;
            Written written = table_person(table, person ? person->id : id);
            table_month(table, month);
            table_date(table, month_last(month) + 20);
            table_end(table);
            holes_add(world->returns, &written, month_first(month), month_last(month));
            if (person && written.usable)
                person->surely_returned |= INT64_C(1) << (month - world->first_month);
        }
    }
    holes_finish(world->returns, table);
    table_close(table);
}

static void note_payment(World *world, Person *person, int64_t month, const Written *written,
                         int64_t fen)
{
    int told = written->usable ? 2 : written->known[0] != '\0';
    if (month < month_of_day(person->from) && told > person->before)
        person->before = told;
    if (!month_served(world, person, month))
        return;
    if (!written->usable) {
        person->unreadable = true;
        return;
    }
    bool returned = person->surely_returned >> (month - world->first_month) & 1;
    if (returned)
        return;
    person->good++;
    if (holes_fit(world->returns, person->id, month_first(month), month_last(month)) == FIT_NONE) {
        person->clear++;
        person->fen += fen;
    }
}

static void write_payments(World *world)
{
    Gen *gen = world->gen;
    char id[ID_SIZE], name[NAME_SIZE];
    Table *table = table_open(gen, "养老金发放", "流水号,身份证,姓名,所属月,金额",
                              "流水号,公民身份号码,姓名,发放月份,实发金额",
                              TABLE_TOTALS | TABLE_REPEATS | TABLE_SYNONYMS);
    for (int64_t i = 0; i < world->persons; i++) {
        Person *person = i < world->count ? &world->planted[i] : NULL;
        id_person(id, i, BORN_FROM, BORN_YEARS);
        word_person(name, i);
        for (int m = 0; m < MONTHS; m++) {
            int64_t month = world->first_month + m;
            if (person && !is_paid(person, month))
                continue;
            table_number(table, i * MONTHS + m + 1);
            Written written = table_person(table, id);
            table_text(table, name);
            table_month(table, month);
            table_money(table, sum_of(i) + m * 100);
            table_end(table);
            holes_add(world->payments, &written, month_first(month), month_last(month));
            if (person)
                note_payment(world, person, month, &written, sum_of(i) + m * 100);
        }
    }
    holes_finish(world->payments, table);
    table_close(table);
}

// A matter whose row of the list of sentences is known by its parts only.
static const char *lists_of_sentence(const Written *sentence)
{
    return sentence->known[0] == '\0' ? "缺口" : "待查";
}

static void judge_drawn(World *world, const Person *person, const char *why)
{
    char check[64] = "";
    const char *lists, *key = person->id;
    if (person->good == 0 && person->unreadable) {
        key = "-"; // nobody can say whose payments these are
        lists = person->sentence.known[0] ? "待查" : "缺口或待查"; // others have no name either
    } else if (!person->sentence.usable) {
        // what was paid back is gone, whoever it concerned
        lists = person->good == 0 ? "无" : lists_of_sentence(&person->sentence);
    } else if (person->good == 0) {
        lists = "排除";
    } else if (person->clear == 0) {
        lists = "待查";
    } else {
        lists = "线索";
        if (person->clear == person->good)
            snprintf(check, sizeof check, "月数:%d", (int)person->good);
    }
    truth_add(world->gen, RULE_DRAWN, key, lists, person->kind == DRAWN ? "是" : "否", why, check);
}

// Nobody who did no wrong is named; where something of an identity is left, it may be asked about.
static void judge_innocent(World *world, const char *rule, const Person *person, const char *key,
                           const char *why)
{
    bool doubtful = !person->sentence.usable && person->sentence.known[0];
    truth_add(world->gen, rule, key, doubtful ? "无或待查" : "无", "否", why, "");
}

static void judge_payments(World *world)
{
    for (int64_t i = 0; i < world->count; i++) {
        const Person *person = &world->planted[i];
        switch (person->kind) {
        case DRAWN:
            judge_drawn(world, person, "在监内照领");
            break;
        case RETURNED:
            judge_drawn(world, person, "已经退回");
            break;
        case PROBATION:
            judge_innocent(world, RULE_DRAWN, person, person->id, "缓刑等可以照发");
            break;
        case PARTIAL:
            judge_innocent(world, RULE_DRAWN, person, person->id, "没有整月在押");
            break;
        case TWIN:
            judge_innocent(world, RULE_DRAWN, person, person->id, "与服刑人员同名同生日");
            break;
        default:
            break;
        }
    }
}

// The pension of everybody who is paid rises once a year.
static void write_raises(World *world)
{
    Gen *gen = world->gen;
    char id[ID_SIZE];
    Table *table = table_open(gen, "养老金调整", "身份证,调整日,调整额",
                              "公民身份号码,调整日,调整额", TABLE_TOTALS | TABLE_SYNONYMS);
    for (int64_t i = 0; i < world->persons; i++) {
        Person *person = i < world->count ? &world->planted[i] : NULL;
        if (person && person->kind != RAISED && person->kind != EARLY)
            continue;
        int64_t day = day_of(2023, 7, 1);
        if (person)
            day = person->kind == RAISED ? person->from + (person->to - person->from) / 2
                                         : person->from - 1;
        id_person(id, i, BORN_FROM, BORN_YEARS);
        Written written = table_person(table, id);
        table_date(table, day);
        table_money(table, 5000 + i % 9000);
        table_end(table);
        if (!person)
            continue;
        if (person->kind == EARLY) {
            judge_innocent(world, RULE_RAISED, person, person->id, "入矫前一日调整");
        } else if (!person->sentence.usable) {
            const char *lists = lists_of_sentence(&person->sentence);
            truth_add(gen, RULE_RAISED, written.usable ? person->id : "-",
                      written.usable ? lists : "缺口或待查", "是", "缓刑期间调整", "");
        } else {
            truth_add(gen, RULE_RAISED, written.usable ? person->id : "-",
                      written.usable ? "线索" : "待查", "是", "缓刑期间调整",
                      written.usable ? "次数:1" : "");
        }
    }
    table_close(table);
}

// Absence after release: any row of payments that could be this person's hides it.
static void judge_resumed(World *world)
{
    char key[2 * ID_SIZE], day[ID_SIZE];
    for (int64_t i = 0; i < world->count; i++) {
        const Person *person = &world->planted[i];
        if (person->kind != LOST && person->kind != RESUMED && person->kind != RECENT)
            continue;
        day_text(day, person->to);
        int64_t out = month_last(month_of_day(person->to));
        bool known = person->sentence.usable;
        snprintf(key, sizeof key, "%s|%s", known ? person->id : "-", day);
        bool hidden = holes_fit(world->payments, person->id, out + 1, out + 4000) != FIT_NONE;
        const char *lists = "线索";
        if (person->kind == RESUMED)
            lists = known ? "无" : "无或待查";
        else if (person->sentence.known[0] && person->before == 0)
            lists = "缺口"; // nothing shows that there was a pension
        else if (!known || hidden || person->before < 2 || person->kind == RECENT)
            lists = "待查";
        truth_add(world->gen, RULE_RESUMED, key, lists, person->kind == RESUMED ? "否" : "是",
                  person->kind == RECENT ? "发放明细还没有到三个月以后" : "释放以后的发放", "");
    }
}

static void write_rights(Gen *gen)
{
    static const char *const rows[][3] = {
        {"监禁", "否", "否"}, {"羁押", "否", "否"}, {"管制", "是", "否"},
        {"缓刑", "是", "否"}, {"假释", "是", "否"}, {"暂予监外执行", "是", "否"},
    };
    Table *table = table_open(gen, "待遇规则", "执行方式,可发放,可调整", NULL, 0);
    for (int i = 0; i < 6; i++) {
        for (int column = 0; column < 3; column++)
            table_text(table, rows[i][column]);
        table_end(table);
    }
    table_close(table);
}

static void make(Gen *gen)
{
    World world = {.gen = gen,
                   .first_month = month_of(2023, 1),
                   .payments = holes_create(),
                   .returns = holes_create()};
    world.count = KINDS * gen_planted(gen, 5000, 6);
    world.persons = world.count + gen->scale / MONTHS;
    world.planted = calloc((size_t)world.count, sizeof *world.planted);
    if (!world.planted)
        abort();
    for (int64_t i = 0; i < world.count; i++)
        plan_person(&world, &world.planted[i], i);
    write_rights(gen);
    write_sentences(&world);
    write_returns(&world);
    write_payments(&world);
    judge_payments(&world);
    write_raises(&world);
    judge_resumed(&world);
    free(world.planted);
    holes_destroy(world.payments);
    holes_destroy(world.returns);
}

const Model model_m12 = {.name = "m12", .folder = "服刑人员养老金", .scale = 5000, .make = make};
