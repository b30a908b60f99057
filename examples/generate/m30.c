// SPDX-License-Identifier: Apache-2.0
//
// m30.c: transfers between bank accounts: chains that begin with a victim's payment, accounts that
// money only passes through, small payments that try an account out, and rings of accounts that the
// same machines operate. Ordinary accounts pay small sums at any time of a year and a half.

#include <stdlib.h>
#include <string.h>

#include "examples/generate/generate.h"

#define HOPS 3
#define FAST_LEGS 6
#define RING_SIZE 6
#define MINUTE 60
#define HOUR 3600
#define DAY 86400
#define RULE_MISSED "漏犯线索"
#define RULE_BROKEN "追踪中断"
#define RULE_FAST "快进快出"
#define RULE_PROBE "小额试探"
#define RULE_RING "设备团伙"

typedef enum {
    CHAIN,   // three accounts one after the other; the holder of the first was charged
    LATE,    // the second hop comes after more than a day
    SPLIT,   // the second hop takes half of it
    FAST,    // many payments in, one out, within two hours
    KEPT,    // many payments in, half of it out
    PROBE,   // twice a small payment, then a large one
    REFUSED, // the small payments are sent back
    RING,    // six accounts and two machines
    KINDS,
} Kind;

static const int account_counts[KINDS] = {HOPS + 1, HOPS + 1, HOPS + 1, 1, 1, 1, 1, RING_SIZE};

// How a row of a chain is known: the worse the larger.
typedef enum { CERTAIN, POSSIBLE, SHADOW, NOTHING } State;

typedef struct {
    Kind kind;
    int64_t serial, start; // first account, and the time when it begins
    State state;           // of the last row of a chain
    Written receiver;      // of the last row of a chain
    Written holders[HOPS + 1];
    Written charge; // the row of the charged that is the first receiver's
    bool harmed;    // a row of the matter has lost its account
    int64_t in, count;
} Matter;

typedef struct {
    Gen *gen;
    int64_t count, planted, accounts, rows;
    Matter *matters;
    Table *transfers;
    Holes *charged, *legs; // rows of transfers without a usable account, both sides
} World;

static const char *account_of(int64_t serial, char *out)
{
    id_account(out, serial);
    return out;
}

// A transfer; a serial of -1 is cash. What became of either account goes to the caller.
static void transfer(World *world, int64_t from, int64_t to, int64_t time, int64_t fen,
                     Written *payer, Written *payee)
{
    char id[ID_SIZE];
    Table *table = world->transfers;
    table_number(table, ++world->rows);
    if (from >= 0)
        *payer = table_account(table, account_of(from, id));
    else
        table_blank(table);
    if (from >= 0)
        holes_add(world->legs, payer, time, time);
    if (to >= 0)
        *payee = table_account(table, account_of(to, id));
    else
        table_blank(table);
    if (to >= 0)
        holes_add(world->legs, payee, time, time);
    table_time(table, time);
    table_money(table, fen);
    table_text(table, from < 0 ? "现金存入" : to < 0 ? "现金取款" : "转账");
    table_end(table);
}

static void holder_of(int64_t serial, char *out)
{
    id_person(out, serial, 1965, 38);
}

static State worse(State a, State b)
{
    return a > b ? a : b;
}

static const char *lists_of(State state)
{
    static const char *const lists[] = {"线索", "待查", "缺口", "无"};
    return lists[state];
}

static State state_of(const Written *written)
{
    return written->usable ? CERTAIN : written->known[0] ? POSSIBLE : SHADOW;
}

// What must be said of the holder whom a row of a chain pays.
static void judge_hop(World *world, const Matter *matter, int hop, bool charged)
{
    char id[ID_SIZE];
    const char *lists, *why = charged ? "已经追诉" : "收赃而未追诉";
    holder_of(matter->serial + hop, id);
    // an account without any digit left could be every account: its row is undecided without a name
    State state = worse(matter->state, state_of(&matter->receiver));
    if (matter->state < SHADOW && state == SHADOW)
        state = NOTHING;
    const Written *holder = &matter->holders[hop];
    Fit fit = holes_fit(world->charged, id, 0, 0);
    if (!holder->usable && state < SHADOW) // whose account it is nobody can say
        truth_add(world->gen, RULE_MISSED, "-", charged ? "无或待查" : "待查",
                  charged ? "否" : "是", why, "");
    if (!holder->usable)
        state = NOTHING;
    if (state == CERTAIN && fit != FIT_NONE)
        state = POSSIBLE;
    lists = charged && matter->charge.usable ? "无" : lists_of(state);
    truth_add(world->gen, RULE_MISSED, id, lists, charged ? "否" : "是", why, "");
}

static void judge_broken(World *world, const Matter *matter)
{
    char key[2 * ID_SIZE];
    snprintf(key, sizeof key, "案%d|%d", (int)matter->serial, (int)world->rows);
    truth_add(world->gen, RULE_BROKEN, key, lists_of(matter->state), "是", "户号残缺", "");
}

static void write_chain(World *world, Matter *matter)
{
    Random *random = &world->gen->world;
    int64_t fen = random_between(random, 3000000, 20000000), time = matter->start;
    for (int hop = 1; hop <= HOPS; hop++) {
        Written payer;
        bool strayed = hop == 2 && matter->kind != CHAIN;
        if (hop > 1) {
            time +=
                strayed && matter->kind == LATE ? 25 * HOUR : random_between(random, 3, 20) * HOUR;
            fen = strayed && matter->kind == SPLIT ? fen / 2
                                                   : fen / 100 * random_between(random, 92, 99);
        }
        bool dead = matter->state >= NOTHING || (hop > 1 && !matter->receiver.usable);
        transfer(world, matter->serial + hop - 1, matter->serial + hop, time, fen, &payer,
                 &matter->receiver);
        if (hop > 1 && !dead)
            matter->state = worse(matter->state, state_of(&payer));
        if (dead || strayed)
            matter->state = NOTHING;
        judge_hop(world, matter, hop, hop == 1);
        if (matter->state < NOTHING && !matter->receiver.usable)
            judge_broken(world, matter);
    }
    Written none;
    transfer(world, matter->serial + HOPS, -1, time + 2 * HOUR, fen / 2, &none, &none);
}

static void write_fast(World *world, Matter *matter)
{
    Written payer, payee;
    int64_t time = matter->start, sum = 0;
    for (int i = 0; i < FAST_LEGS; i++, time += 15 * MINUTE) {
        int64_t fen = random_between(&world->gen->world, 1200000, 1900000);
        int64_t other =
            world->planted + random_below(&world->gen->world, world->accounts - world->planted);
        transfer(world, other, matter->serial, time, fen, &payer, &payee);
        matter->harmed |= !payee.usable;
        sum += fen;
    }
    transfer(world, matter->serial, -1, time, matter->kind == FAST ? sum / 100 * 97 : sum / 2,
             &payer, &payee);
    matter->harmed |= !payer.usable;
    matter->in = sum;
}

static void write_probes(World *world, Matter *matter)
{
    Written payer, payee;
    int64_t other =
        world->planted + random_below(&world->gen->world, world->accounts - world->planted);
    for (int i = 0; i < 2; i++) {
        int64_t time = matter->start + i * DAY;
        transfer(world, other, matter->serial, time, 500, &payer, &payee);
        matter->harmed |= !payee.usable;
        if (matter->kind == REFUSED) {
            transfer(world, matter->serial, other, time + 4 * MINUTE, 500, &payer, &payee);
            matter->harmed |= !payer.usable;
        }
        transfer(world, other, matter->serial, time + 12 * MINUTE, 1500000, &payer, &payee);
        matter->harmed |= !payee.usable;
    }
}

static void write_transfers(World *world)
{
    Gen *gen = world->gen;
    Written payer, payee;
    world->transfers = table_open(gen, "转账", "流水号,付款户,收款户,时间,金额,摘要", NULL,
                                  TABLE_REPEATS | TABLE_TOTALS | TABLE_GB18030);
    for (int64_t i = 0; i < world->count; i++) {
        Matter *matter = &world->matters[i];
        if (matter->kind <= SPLIT)
            write_chain(world, matter);
        else if (matter->kind <= KEPT)
            write_fast(world, matter);
        else if (matter->kind <= REFUSED)
            write_probes(world, matter);
    }
    int64_t others = world->accounts - world->planted;
    while (world->rows < gen->scale) {
        int64_t from = world->planted + random_below(&gen->world, others);
        int64_t to = world->planted + random_below(&gen->world, others);
        int64_t time = day_of(2023, 1, 1) * DAY + random_below(&gen->world, INT64_C(540) * DAY);
        int64_t cash = random_below(&gen->world, 20);
        transfer(world, cash == 0 ? -1 : from, cash == 1 ? -1 : to, time,
                 random_between(&gen->world, 2000, 950000), &payer, &payee);
    }
    holes_finish(world->legs, world->transfers);
    table_close(world->transfers);
}

// Written before the transfers, whose chains ask who holds an account.
static void write_accounts(World *world)
{
    char id[ID_SIZE], name[NAME_SIZE];
    Table *table = table_open(world->gen, "账户", "账号,户主,身份证,开户日", NULL, TABLE_GB18030);
    int64_t at = 0;
    for (int64_t i = 0; i < world->accounts; i++) {
        while (at < world->count &&
               i >= world->matters[at].serial + account_counts[world->matters[at].kind])
            at++;
        Matter *matter = at < world->count ? &world->matters[at] : NULL;
        account_of(i, id);
        table_text(table, id);
        word_person(name, i);
        table_text(table, name);
        holder_of(i, id);
        Written written = table_person(table, id);
        if (matter && matter->kind <= SPLIT)
            matter->holders[i - matter->serial] = written;
        table_date(table, day_of(2015, 1, 1) + i % 2500);
        table_end(table);
    }
    table_close(table);
}

// The first receiver of every chain was charged, and many others in other cases.
static void write_charged(World *world)
{
    char id[ID_SIZE], number[NAME_SIZE];
    Table *table = table_open(world->gen, "已追诉", "身份证,罪名,案号", NULL, TABLE_TOTALS);
    for (int64_t i = 0; i < world->count + world->accounts / 10 + 300; i++) {
        Matter *matter = i < world->count ? &world->matters[i] : NULL;
        if (matter && matter->kind > SPLIT)
            continue;
        holder_of(matter ? matter->serial + 1 : world->accounts + i, id);
        Written written = table_person(table, id);
        table_text(table, "掩饰、隐瞒犯罪所得罪");
        snprintf(number, sizeof number, "（2023）虚01刑初%d号", (int)i + 1);
        table_text(table, number);
        table_end(table);
        holes_add(world->charged, &written, 0, 0);
        if (matter)
            matter->charge = written;
    }
    holes_finish(world->charged, table);
    table_close(table);
}

static void judge_ring(World *world, const Matter *matter, const char *least, int usable)
{
    const char *lists = usable >= 5 ? "线索" : usable == RING_SIZE ? "无" : "缺口或待查或无";
    if (usable > 0)
        truth_add(world->gen, RULE_RING, least, lists, "是", "六个账户两台设备", "");
    (void)matter;
}

// Machines: a ring shares two, every other account has its own.
static void write_machines(World *world)
{
    char id[ID_SIZE], machine[NAME_SIZE], least[ID_SIZE];
    Table *table = table_open(world->gen, "取款设备", "账号,设备号,时间", NULL, 0);
    for (int64_t i = 0; i < world->count; i++) {
        const Matter *matter = &world->matters[i];
        int usable = 0;
        for (int k = 0; matter->kind == RING && k < RING_SIZE; k++) {
            Written written = {.usable = false};
            for (int64_t m = 0; m <= (k == 0); m++) { // the first account joins both machines
                snprintf(machine, sizeof machine, "团机%d-%d", (int)i, (int)((m + k) % 2));
                written = table_clean(table, account_of(matter->serial + k, id));
                table_text(table, machine);
                table_time(table, matter->start + k * HOUR);
                table_end(table);
            }
            if (usable++ == 0 || strcmp(id, least) < 0)
                memcpy(least, id, sizeof id);
            (void)written;
        }
        if (matter->kind == RING)
            judge_ring(world, matter, least, usable);
    }
    for (int64_t i = world->planted; i < world->accounts; i += 3) {
        table_account(table, account_of(i, id));
        snprintf(machine, sizeof machine, "机%d", (int)i);
        table_text(table, machine);
        table_time(table, day_of(2023, 2, 1) * DAY + i % 10000 * MINUTE);
        table_end(table);
    }
    table_close(table);
}

static void write_victims(World *world, int64_t *first_rows)
{
    char number[NAME_SIZE];
    Table *table = table_open(world->gen, "被害付款", "案号,流水号", NULL, 0);
    for (int64_t i = 0; i < world->count; i++) {
        if (world->matters[i].kind > SPLIT)
            continue;
        snprintf(number, sizeof number, "案%d", (int)world->matters[i].serial);
        table_text(table, number);
        table_number(table, first_rows[i]);
        table_end(table);
    }
    table_close(table);
}

// What the rules on single accounts say: a row that lost its account can hide or break a matter.
static void judge_account(World *world, const Matter *matter)
{
    char id[ID_SIZE], key[3 * ID_SIZE], time[ID_SIZE];
    account_of(matter->serial, id);
    bool passes = matter->kind == FAST || matter->kind == KEPT;
    int64_t to = matter->start + (passes ? 2 * HOUR : DAY + 12 * MINUTE);
    // Rows of unknown accounts stand in no partition at all, whatever their time, so enough of them
    // leave every pattern undecided.
    bool astray = holes_astray(world->legs, world->rows * 2);
    bool hidden =
        astray || holes_fit(world->legs, id, matter->start - 2 * HOUR, to + 2 * HOUR) != FIT_NONE;
    bool wrong = matter->kind == FAST || matter->kind == PROBE;
    const char *lists = matter->harmed ? "缺口或待查或无" : hidden ? "待查或线索" : "线索";
    time_text(time, matter->start);
    time[10] = 'T';
    if (passes)
        snprintf(key, sizeof key, "%s|%s,%s", id, id, time);
    else
        snprintf(key, sizeof key, "%s", id);
    truth_add(world->gen, passes ? RULE_FAST : RULE_PROBE, key,
              wrong                      ? lists
              : matter->harmed || hidden ? "无或待查或缺口"
                                         : "无",
              wrong ? "是" : "否",
              passes ? (wrong ? "快进快出" : "转出一半") : (wrong ? "试探后大额" : "试探被退回"),
              "");
}

static void plan(World *world)
{
    Random *random = &world->gen->world;
    for (int64_t i = 0; i < world->count; i++) {
        Matter *matter = &world->matters[i];
        matter->kind = (Kind)(i % KINDS);
        matter->serial = world->planted;
        matter->start = day_of(2023, 2, 1) * DAY + random_below(random, 400) * DAY +
                        random_between(random, 1, 20) * HOUR;
        world->planted += account_counts[matter->kind];
    }
    world->accounts = world->planted + 200 + world->gen->scale / 20;
}

// The rows of transfers are numbered as they are written: this is the first of each matter.
static int64_t *number_rows(const World *world)
{
    static const int rows[KINDS] = {HOPS + 1,      HOPS + 1, HOPS + 1, FAST_LEGS + 1,
                                    FAST_LEGS + 1, 4,        6,        0};
    int64_t *first = calloc((size_t)world->count, sizeof *first), next = 1;
    if (!first)
        abort();
    for (int64_t i = 0; i < world->count; i++) {
        first[i] = next;
        next += rows[world->matters[i].kind];
    }
    return first;
}

static void make(Gen *gen)
{
    World world = {.gen = gen, .charged = holes_create(), .legs = holes_create()};
    world.count = KINDS * gen_planted(gen, 20000, 3);
    world.matters = calloc((size_t)world.count, sizeof *world.matters);
    if (!world.matters)
        abort();
    plan(&world);
    int64_t *first = number_rows(&world);
    write_victims(&world, first);
    write_accounts(&world);
    write_charged(&world);
    write_transfers(&world);
    for (int64_t i = 0; i < world.count; i++)
        if (world.matters[i].kind >= FAST && world.matters[i].kind <= REFUSED)
            judge_account(&world, &world.matters[i]);
    write_machines(&world);
    free(first);
    free(world.matters);
    holes_destroy(world.charged);
    holes_destroy(world.legs);
}

const Model model_m30 = {.name = "m30", .folder = "洗钱链", .scale = 5000, .make = make};
