// SPDX-License-Identifier: Apache-2.0
//
// check_record.c: the record of a check as one value, and its fields.
//
// The record is a list of reals: a place per field (a text as its code, a truth as 0 or 1, NAN where the check does
// not give it), then what a value among the peers is judged by, then for ranks the peers' values in order and how
// many lie below each, for tables what is said of each value. So a fold over 10⁷ peers is judged 10⁷ times without a
// second look at them.

#include <assert.h>

#include "stdlib/check_int.h"

enum {
    PLACE_RULE = CHECK_EXTRA + CHECK_EXTRAS,
    PLACE_CENTRE,
    PLACE_SPREAD,
    PLACE_LOW,
    PLACE_HIGH,
    PLACE_LIMIT,
    PLACE_LEAST_DISTANCE,
    PLACE_TESTS,
    PLACES, // values, then counts below, follow; or the rows of a table
};

#define RECORDS_AHEAD 64
#define TABLE_WIDTH ((int)(sizeof(CheckJudged) / sizeof(double)))

bool check_enough(FnContext *fn, const StatPeers *peers, int64_t n, int64_t least)
{
    if (peers->n == 0 && peers->left_out == 0)
        fn_issue(fn, REASON_MISSING);
    else if (n < MAX_OF(least, 1))
        fn_issue(fn, REASON_TOO_FEW_PEERS);
    return fn->issue == REASON_NONE;
}

// ---------------------------------------------------------------- writing

static double text_code(FnContext *fn, const char *text)
{
    return text == NULL ? (double)NAN : dict_intern(fn->dict, str_from_cstr(text));
}

static void add_reals(StrBuf *bytes, const double *reals, size_t count)
{
    strbuf_add(bytes, (Str){(const char *)reals, count * sizeof *reals});
}

// Values in order, then how many peers lie below each, and below all that is greater.
static void add_ranks(FnContext *fn, const StatPeers *peers, StrBuf *bytes)
{
    size_t count = (size_t)peers->item_count;
    double *reals = ARENA_ARRAY(fn->arena, double, 2 * count + 1);
    int64_t below = 0;
    for (size_t i = 0; i < count; i++) {
        reals[i] = stat_real(peers, (int64_t)i);
        reals[count + i] = (double)below;
        below += peers->items[i].count;
    }
    reals[2 * count] = (double)below;
    add_reals(bytes, reals, 2 * count + 1);
}

static int by_key(const void *a, const void *b)
{
    CheckKey left = ((const CheckJudged *)a)->key, right = ((const CheckJudged *)b)->key;
    if (left.a != right.a)
        return left.a < right.a ? -1 : 1;
    return (left.b > right.b) - (left.b < right.b);
}

static void add_table(const CheckOwn *own, StrBuf *bytes)
{
    static_assert(sizeof(CheckJudged) == (6 + CHECK_EXTRAS) * sizeof(double), "reals only");
    qsort(own->table, (size_t)own->table_count, sizeof *own->table, by_key);
    for (int64_t i = 0; i < own->table_count; i++) {
        double reals[sizeof(CheckJudged) / sizeof(double)];
        memcpy(reals, &own->table[i], sizeof reals);
        for (int k = 0; k < TABLE_WIDTH; k++)
            reals[k] = isnan(reals[k]) ? (double)NAN : reals[k] + 0.0;
        add_reals(bytes, reals, (size_t)TABLE_WIDTH);
    }
}

static double own_part(FnContext *fn, const Check *check, CheckField field)
{
    int at = (int)field - CHECK_EXTRA;
    bool is_text = check->extra_text != NULL && isnan(check->extra[at]) &&
                   (at == 0 || !isnan(check->extra[at - 1]));
    return is_text ? text_code(fn, check->extra_text) : check->extra[at];
}

double check_part(FnContext *fn, const Check *check, CheckField field)
{
    switch (field) {
    case CHECK_VALUE:
        return check->value;
    case CHECK_SCORE:
        return check->score;
    case CHECK_P:
        return check->p;
    case CHECK_N:
        return check->n < 0 ? (double)NAN : (double)check->n;
    case CHECK_LEFT_OUT:
        return NAN;
    case CHECK_METHOD:
        return text_code(fn, check->method);
    case CHECK_EXPECTED:
        return check->expected;
    case CHECK_LOWER:
        return check->lower;
    case CHECK_UPPER:
        return check->upper;
    case CHECK_FLAG:
        return check->flag < 0 ? (double)NAN : check->flag > 0;
    case CHECK_EXTRA:
        break;
    }
    return own_part(fn, check, field);
}

void check_give(FnContext *fn, const StatPeers *peers, const Check *check, Value *out)
{
    if (fn->issue != REASON_NONE)
        return;
    const CheckOwn *own = &check->own;
    double places[PLACES] = {
        [PLACE_RULE] = own->rule,
        [PLACE_CENTRE] = own->centre,
        [PLACE_SPREAD] = own->spread,
        [PLACE_LOW] = own->low,
        [PLACE_HIGH] = own->high,
        [PLACE_LIMIT] = own->limit,
        [PLACE_LEAST_DISTANCE] = own->least_distance,
        [PLACE_TESTS] = own->tests,
    };
    for (int i = 0; i < PLACE_RULE; i++)
        places[i] = check_part(fn, check, (CheckField)i);
    places[CHECK_LEFT_OUT] = (double)(peers->left_out + peers->n - check->n);
    for (int i = 0; i < PLACES; i++)
        places[i] = isnan(places[i]) ? (double)NAN : places[i] + 0.0; // one form of each
    StrBuf bytes = {0};
    strbuf_add_char(&bytes, (char)sizeof(double));
    add_reals(&bytes, places, PLACES);
    if (own->rule == OWN_RANK)
        add_ranks(fn, own->rank, &bytes);
    if (own->rule == OWN_TABLE)
        add_table(own, &bytes);
    out->code = dict_intern(fn->dict, strbuf_str(&bytes));
    strbuf_deinit(&bytes);
}

// ---------------------------------------------------------------- one value among its peers

static double real_at(Str record, size_t place)
{
    double value;
    ASSERT(record.len >= 1 + (place + 1) * sizeof value);
    memcpy(&value, record.ptr + 1 + place * sizeof value, sizeof value);
    return value;
}

// Percent of the peers below, half of the equal ones with them.
static double own_rank(Str record, double own)
{
    size_t reals = (record.len - 1) / sizeof(double), count = (reals - PLACES - 1) / 2;
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (real_at(record, PLACES + middle) < own)
            low = middle + 1;
        else
            high = middle;
    }
    double below = real_at(record, PLACES + count + low), to = below;
    if (low < count && real_at(record, PLACES + low) == own)
        to = real_at(record, PLACES + count + low + 1);
    return (below + to) * 50 / real_at(record, CHECK_N);
}

// What the table says of a value, as a place in the record; 0: the value is not one of those judged.
static size_t table_place(Str record, CheckKey own)
{
    size_t reals = (record.len - 1) / sizeof(double), width = (size_t)TABLE_WIDTH;
    size_t low = 0, high = (reals - PLACES) / width;
    while (low < high) {
        size_t middle = low + (high - low) / 2, at = PLACES + middle * width;
        double a = real_at(record, at), b = real_at(record, at + 1);
        if (a == own.a && b == own.b)
            return at;
        if (a < own.a || (a == own.a && b < own.b))
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

// A value that is not one of the decided peers was not looked at with them.
static double table_field(FnContext *fn, Str record, CheckField field, CheckKey own)
{
    size_t at = table_place(record, own);
    if (at == 0) {
        fn_issue(fn, REASON_PEERS_UNDECIDED);
        return NAN;
    }
    size_t place = field == CHECK_VALUE   ? 0
                   : field == CHECK_SCORE ? 1
                   : field == CHECK_P     ? 2
                   : field == CHECK_FLAG  ? 3
                                          : 4 + (size_t)(field - CHECK_EXTRA);
    return real_at(record, at + sizeof(CheckKey) / sizeof(double) + place);
}

static double own_score(FnContext *fn, Str record, double own)
{
    OwnRule rule = (OwnRule)real_at(record, PLACE_RULE);
    double centre = real_at(record, PLACE_CENTRE), spread = real_at(record, PLACE_SPREAD);
    if (rule == OWN_RANK)
        return own_rank(record, own);
    if (rule == OWN_RATIO) {
        if (centre == 0)
            fn_issue(fn, REASON_DIVISION_BY_ZERO);
        return own / centre;
    }
    if (spread == 0) {
        fn_issue(fn, REASON_ZERO_SPREAD);
        return 0;
    }
    if (rule == OWN_DISTANCE)
        return (own - centre) / spread;
    double low = real_at(record, PLACE_LOW), high = real_at(record, PLACE_HIGH);
    return own > high ? (own - high) / spread : own < low ? (own - low) / spread : 0;
}

// Grubbs: a distance as Student's t, its tail on both sides for as many values as there are.
static double own_p(Str record, double score)
{
    double n = real_at(record, PLACE_TESTS), square = score * score;
    double rest = (n - 1) * (n - 1) - n * square;
    if (n == 0)
        return NAN;
    double p = rest <= 0 ? 0 : 2 * n * tail_student(sqrt(n * (n - 2) * square / rest), n - 2);
    return p < 1 ? p : 1;
}

static double own_flag(Str record, double own, double score)
{
    OwnRule rule = (OwnRule)real_at(record, PLACE_RULE);
    double limit = real_at(record, PLACE_LIMIT);
    if (rule == OWN_RANK || rule == OWN_RATIO)
        return NAN;
    if (isnan(limit))
        return own < real_at(record, CHECK_LOWER) || own > real_at(record, CHECK_UPPER);
    double distance = fabs(own - real_at(record, PLACE_CENTRE));
    return fabs(score) > limit && distance >= real_at(record, PLACE_LEAST_DISTANCE);
}

// Limits that lie a multiple of the spread from the centre say nothing without one.
static bool needs_spread(Str record, CheckField field)
{
    OwnRule rule = (OwnRule)real_at(record, PLACE_RULE);
    bool limits = field == CHECK_LOWER || field == CHECK_UPPER;
    return limits && (rule == OWN_DISTANCE || rule == OWN_FENCE) &&
           real_at(record, PLACE_SPREAD) == 0;
}

double check_field(FnContext *fn, Str record, CheckField field, CheckKey key)
{
    bool about_own =
        field == CHECK_VALUE || field == CHECK_SCORE || field == CHECK_P || field == CHECK_FLAG;
    double own = key.a;
    if (record.len == 0) { // of a row without a place among its peers, whose cause the window knows
        fn_issue(fn, REASON_MISSING);
        return NAN;
    }
    if (real_at(record, PLACE_RULE) == OWN_TABLE && (about_own || field >= CHECK_EXTRA))
        return table_field(fn, record, field, key);
    if (needs_spread(record, field))
        fn_issue(fn, REASON_ZERO_SPREAD);
    if (real_at(record, PLACE_RULE) == OWN_NONE || !about_own)
        return real_at(record, field);
    if (field == CHECK_VALUE)
        return own;
    double score = own_score(fn, record, own);
    if (fn->issue == REASON_NONE && !isfinite(score))
        fn_issue(fn, REASON_OVERFLOW);
    return field == CHECK_SCORE ? score
           : field == CHECK_P   ? own_p(record, score)
                                : own_flag(record, own, score);
}

// ---------------------------------------------------------------- fields as functions

static void store_field(double value, Vector *out, int64_t at)
{
    switch (out->phys) {
    case PHYS_F64:
        out->f64[at] = value + 0.0;
        break;
    case PHYS_I64:
        out->i64[at] = (int64_t)value;
        break;
    case PHYS_BOOL:
        out->truth[at] = value != 0;
        break;
    case PHYS_CODE:
        out->code[at] = (uint32_t)value;
        break;
    case PHYS_I128:
    case PHYS_PAIR:
        UNREACHABLE();
    }
}

void check_store(FnContext *fn, double value, int64_t row, Vector *out, FnFail fail, void *closure)
{
    if (fn->issue == REASON_NONE && !isfinite(value))
        fn_issue(fn, REASON_MISSING);
    if (fn->issue != REASON_NONE)
        fail(closure, row, fn->issue);
    else
        store_field(value, out, vector_index(out, row));
}

static CheckKey key_at(const Vector *vector, int64_t index)
{
    switch (vector->phys) {
    case PHYS_F64:
        return (CheckKey){vector->f64[index] + 0.0, 0};
    case PHYS_I64:
        return (CheckKey){(double)vector->i64[index], 0};
    case PHYS_BOOL:
        return (CheckKey){vector->truth[index] != 0, 0};
    case PHYS_CODE:
        return (CheckKey){vector->code[index], 0};
    case PHYS_PAIR:
        return (CheckKey){(double)vector->pair[index].a, (double)vector->pair[index].b};
    case PHYS_I128:
        break;
    }
    UNREACHABLE();
}

CheckKey check_key(const StatPeers *peers, int64_t item)
{
    const StatItem *value = &peers->items[item];
    switch (type_phys(peers->type)) {
    case PHYS_F64:
    case PHYS_I128:
        return (CheckKey){stat_real(peers, item) + 0.0, 0};
    case PHYS_I64:
    case PHYS_BOOL:
        return (CheckKey){(double)value->i64, 0};
    case PHYS_CODE:
        return (CheckKey){value->code, 0};
    case PHYS_PAIR:
        return (CheckKey){(double)value->pair.a, (double)value->pair.b};
    }
    UNREACHABLE();
}

CheckJudged *check_table(FnContext *fn, const StatPeers *peers)
{
    CheckJudged *table = ARENA_ARRAY(fn->arena, CheckJudged, (size_t)peers->item_count);
    for (int64_t i = 0; i < peers->item_count; i++)
        table[i] = (CheckJudged){.key = check_key(peers, i),
                                 .value = NAN,
                                 .score = NAN,
                                 .p = NAN,
                                 .flag = NAN,
                                 .extra = {NAN, NAN, NAN}};
    return table;
}

// The records of the next rows: each is somewhere else in memory, so that all are asked for before one is read.
static void fetch_records(FnContext *fn, const Vector *codes, const int64_t *rows, int64_t count,
                          Str *records)
{
    for (int64_t i = 0; i < count; i++) {
        records[i] = dict_str(fn->dict, codes->code[vector_index(codes, rows[i])]);
        PREFETCH(records[i].ptr);
        PREFETCH(records[i].ptr + 64);
        PREFETCH(records[i].ptr + 128);
    }
}

static void kernel_field(FnContext *fn, const Vector *args, uint32_t arg_count, const int64_t *rows,
                         int64_t row_count, Vector *out, FnFail fail, void *closure)
{
    ASSERT(arg_count == 2 || arg_count == 3);
    Str records[RECORDS_AHEAD];
    for (int64_t k = 0; k < row_count; k++) {
        int64_t row = rows[k];
        if (k % RECORDS_AHEAD == 0)
            fetch_records(fn, &args[0], rows + k, MIN_OF(row_count - k, RECORDS_AHEAD), records);
        Str record = records[k % RECORDS_AHEAD];
        CheckField field = (CheckField)args[1].i64[vector_index(&args[1], row)];
        CheckKey own =
            arg_count == 3 ? key_at(&args[2], vector_index(&args[2], row)) : (CheckKey){NAN, 0};
        fn->issue = REASON_NONE;
        check_store(fn, check_field(fn, record, field, own), row, out, fail, closure);
    }
    fn->issue = REASON_NONE;
}

#define FIELD_ISSUES                                                                               \
    FN_ISSUES(REASON_ZERO_SPREAD, REASON_DIVISION_BY_ZERO, REASON_OVERFLOW, REASON_PEERS_UNDECIDED)

static const FnCard card_field = {.name = "check_field",
                                  .name_zh = "检查字段",
                                  .signature = "check_field(r: list(real), n: integer): real?",
                                  .doc = "A field of a check's record.",
                                  .doc_zh = "检查记录的一个字段。",
                                  .kernel = kernel_field,
                                  .issues = FIELD_ISSUES,
                                  .cost = 20};

static const FnCard card_own_field = {
    .name = "check_own_field",
    .name_zh = "本值检查字段",
    .signature = "check_own_field(r: list(real), n: integer, x: real): real?",
    .doc = "A field of a check of one value among its peers.",
    .doc_zh = "一个值与同组比较的检查记录的一个字段。",
    .kernel = kernel_field,
    .issues = FIELD_ISSUES,
    .cost = 30};

const FnCard *const stdlib_check_field = &card_field;
const FnCard *const stdlib_check_own_field = &card_own_field;
