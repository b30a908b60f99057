// SPDX-License-Identifier: Apache-2.0
//
// facts.c: tables that a user supplies in place of the library's own.
//
// Rows come in any order and are sorted when the last is there. What two rows say of one day or one code must agree:
// which of them is right is not for us to choose.

#include "stdlib/tables/facts.h"

#include "runtime/base/sort.h"
#include "runtime/base/time.h"
#include "runtime/base/vec.h"
#include "stdlib/stdlib.h"

#define YEAR_MIN 1970 // before it weeks are not counted
#define CODE_MIN 110000
#define CODE_MAX 829999
#define NAME_BYTES_MIN 3 // names are found by their first Han character

typedef struct Day {
    int32_t date;
    bool worked;
} Day;

struct FactTables {
    VEC(Day) days;
    VEC(int32_t) off, work;
    Calendar calendar;
    VEC(Division) rows;
    StrBuf names;
    Divisions divisions;
};

FactTables *fact_tables_create(void)
{
    return base_alloc_zeroed(1, sizeof(FactTables));
}

void fact_tables_destroy(FactTables *facts)
{
    if (facts == NULL)
        return;
    vec_free(&facts->days);
    vec_free(&facts->off);
    vec_free(&facts->work);
    vec_free(&facts->rows);
    strbuf_deinit(&facts->names);
    free(facts);
}

const Calendar *facts_calendar(const void *facts)
{
    const FactTables *own = facts;
    return own != NULL && own->days.count > 0 ? &own->calendar : calendar_own();
}

const Divisions *facts_divisions(const void *facts)
{
    const FactTables *own = facts;
    return own != NULL && own->rows.count > 0 ? &own->divisions : divisions_own();
}

// ---------------------------------------------------------------- the calendar

Status fact_tables_day(FactTables *facts, int32_t date, bool worked, Error *error)
{
    int year;
    date_to_ymd(date, &year, NULL, NULL);
    if (year < YEAR_MIN)
        return error_set(error, STATUS_DATA, "日历只能从 %d 年开始", "a calendar begins in %d",
                         YEAR_MIN);
    vec_push(&facts->days, (Day){date, worked});
    return STATUS_OK;
}

static int by_date(const void *context, const void *a, const void *b)
{
    (void)context;
    const Day *x = a, *y = b;
    return (x->date > y->date) - (x->date < y->date);
}

static Status finish_calendar(FactTables *facts, Error *error)
{
    if (facts->days.count == 0)
        return STATUS_OK;
    sort_stable(facts->days.items, facts->days.count, sizeof *facts->days.items, by_date, NULL);
    for (size_t i = 0; i < facts->days.count; i++) {
        Day day = facts->days.items[i];
        if (i > 0 && facts->days.items[i - 1].date == day.date) {
            StrBuf text = {0};
            date_format(&text, day.date);
            Status status = error_set(error, STATUS_DATA, "日历中 %s 写了两次",
                                      "the calendar has %s twice", strbuf_cstr(&text));
            strbuf_deinit(&text);
            return status;
        }
        if (calendar_is_weekday(day.date) && !day.worked)
            vec_push(&facts->off, day.date);
        if (!calendar_is_weekday(day.date) && day.worked)
            vec_push(&facts->work, day.date);
    }
    int first, last;
    int32_t from = 0, to = 0;
    date_to_ymd(facts->days.items[0].date, &first, NULL, NULL);
    date_to_ymd(facts->days.items[facts->days.count - 1].date, &last, NULL, NULL);
    bool valid = date_from_ymd(first, 1, 1, &from) && date_from_ymd(last, 12, 31, &to);
    ASSERT(valid);
    facts->calendar = (Calendar){
        from, to, facts->off.items, facts->off.count, facts->work.items, facts->work.count};
    return STATUS_OK;
}

// ---------------------------------------------------------------- divisions

// Six digits from 110000 on; 0: it is no such code.
static int32_t division_code(Str text)
{
    int32_t code = 0;
    for (size_t i = 0; i < text.len && text.len == 6; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return 0;
        code = code * 10 + (text.ptr[i] - '0');
    }
    return code >= CODE_MIN && code <= CODE_MAX ? code : 0;
}

static int32_t written_date(int32_t date)
{
    int year, month, day;
    date_to_ymd(date, &year, &month, &day);
    return year * 10000 + month * 100 + day;
}

Status fact_tables_division(FactTables *facts, Str code, Str name, int32_t first, int32_t last,
                            Error *error)
{
    int32_t number = division_code(code);
    if (number == 0)
        return error_set(error, STATUS_DATA, "“" STR_FMT "”不是六位的区划代码",
                         "'" STR_FMT "' is no code of six digits", STR_ARG(code));
    if (name.len < NAME_BYTES_MIN || memchr(name.ptr, '\0', name.len) != NULL)
        return error_set(error, STATUS_DATA, "%d 的名称“" STR_FMT "”不是汉字名称",
                         "%d: the name '" STR_FMT "' is not in Han characters", number,
                         STR_ARG(name));
    if (first > last)
        return error_set(error, STATUS_DATA, "%d 的起日晚于止日", "%d ends before it begins",
                         number);
    if (facts->names.len > UINT32_MAX / 2)
        return error_set(error, STATUS_LIMIT, "区划表太大", "the table of divisions is too large");
    vec_push(&facts->rows, (Division){number, written_date(first), written_date(last),
                                      (uint32_t)facts->names.len});
    strbuf_add(&facts->names, name);
    strbuf_add_char(&facts->names, '\0');
    return STATUS_OK;
}

static int by_code(const void *context, const void *a, const void *b)
{
    (void)context;
    const Division *x = a, *y = b;
    if (x->code != y->code)
        return x->code < y->code ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

static Status finish_divisions(FactTables *facts, Error *error)
{
    if (facts->rows.count == 0)
        return STATUS_OK;
    const Division *rows = facts->rows.items;
    int32_t last = 0;
    sort_stable(facts->rows.items, facts->rows.count, sizeof *facts->rows.items, by_code, NULL);
    for (size_t i = 0; i < facts->rows.count; i++) {
        last = MAX_OF(last, rows[i].last);
        if (i > 0 && rows[i].code == rows[i - 1].code && rows[i].first <= rows[i - 1].last)
            return error_set(error, STATUS_DATA, "区划 %d 的两行在 %d 这一天重叠",
                             "two rows of division %d overlap on %d", rows[i].code, rows[i].first);
    }
    facts->divisions = (Divisions){rows, facts->rows.count, strbuf_str(&facts->names).ptr, last};
    return STATUS_OK;
}

Status fact_tables_finish(FactTables *facts, Error *error)
{
    TRY(finish_calendar(facts, error));
    return finish_divisions(facts, error);
}
