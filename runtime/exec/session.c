// SPDX-License-Identifier: Apache-2.0
//
// session.c: `session`: runs of one partition in which no gap is longer than allowed.
//
// In order of time a session is a run of members, so one walk over a sorted partition makes them. There are two kinds:
// *narrow* ones of certain members alone, and *wide* ones of certain and possible members together. A member belongs to
// narrow ones; what the wide one holds beyond says how far it might reach. A possible member touches at most two narrow
// ones: that of the certain member before it and that of the one behind. Members without a partition or a time have
// `?`. Where exceptions above touch a member, both readings are made apart; a binding that both have goes on once.

#include "runtime/exec/session.h"

#include "runtime/base/sort.h"
#include "runtime/exec/bunch.h"
#include "runtime/exec/lineup.h"
#include "runtime/exec/produce.h"

#define NONE ((int64_t)-1)

typedef struct Session {
    int64_t group;
    int64_t start, end; // of its members
    int64_t low, high;  // how far it might reach
    CauseId why;        // of what might join it; 0: nothing
    int64_t size;       // members, those that touch it among them
    bool has_stranger;  // any further member may be there
    int64_t row;        // of the slot's table
} Session;

// A member and its session.
typedef struct Output {
    int64_t member;
    int64_t session; // of its reading; NONE: `row` is a `?`
    int64_t row;
} Output;

typedef struct SessionReading {
    Lineup line;
    bool guarded;
    CauseId lost_why; // the least cause of the members that are shadows or have no place
    VEC(Session) sessions;
    VEC(Output) outputs;
} SessionReading;

typedef struct Sessions {
    BodyRun *run;
    const Operator *op;
    const Members *members;
    bool guarded;     // in some reading
    const Map *known; // by identity: rows of the other reading; NULL: none
    Arena *arena;
    CauseId *stray; // by member: why it has no place, 0: it has one; NULL: all have
} Sessions;

// ---------------------------------------------------------------- what cannot be placed

// Shadow members, and those whose partition or time is not known.
static void weigh_lost(SessionReading *reading)
{
    Level *level = &reading->line.level;
    const RunOptions *options = level->run->shared->options;
    int64_t total = level->members->all.count, lost = 0;
    for (int64_t i = 0; i < total; i++) {
        bool loose = reading->line.lost != NULL && reading->line.lost[i] != 0;
        if (level->group[i] == MEMBER_GONE || (!loose && level->row_class[i] != CLASS_SHADOW))
            continue;
        lost++;
        reading->lost_why =
            lineup_lower(&reading->line, reading->lost_why, lineup_cause(&reading->line, i));
    }
    bool tolerant =
        (int128_t)lost * 1000000000 <= (int128_t)options->tolerance_count * level->member_total;
    reading->guarded = lost > 0 && !tolerant && !level->run->body->is_query;
}

// ---------------------------------------------------------------- runs

typedef struct Part {
    SessionReading *reading;
    int64_t group;
    const int64_t *at;
    int64_t count;
    int64_t first; // number of its first session
} Part;

static RowClass class_at(const Part *part, int64_t position)
{
    return (RowClass)part->reading->line.level.row_class[part->at[position]];
}

static bool within(const Part *part, int64_t before, int64_t behind)
{
    const Lineup *line = &part->reading->line;
    return line->time[part->at[behind]] <= line->high[part->at[before]];
}

static void add_output(Part *part, int64_t position, int64_t session)
{
    vec_push(&part->reading->outputs, (Output){.member = part->at[position], .session = session});
}

// Puts the member at `position` into the session of `before` or a new one.
static int64_t join_session(Part *part, int64_t position, int64_t before, int64_t session)
{
    SessionReading *reading = part->reading;
    int64_t time = reading->line.time[part->at[position]];
    if (before == NONE || !within(part, before, position)) {
        session = (int64_t)reading->sessions.count;
        vec_push(&reading->sessions,
                 (Session){.group = part->group, .start = time, .low = time, .row = NONE});
    }
    Session *into = &reading->sessions.items[session];
    into->end = into->high = time;
    into->size++;
    add_output(part, position, session);
    return session;
}

// Sessions of the certain members. of[p]: that of the certain member at p.
static void make_narrow(Part *part, int64_t *of)
{
    int64_t before = NONE, session = NONE;
    for (int64_t p = 0; p < part->count; p++) {
        of[p] = NONE;
        if (class_at(part, p) != CLASS_CERTAIN)
            continue;
        of[p] = session = join_session(part, p, before, session);
        before = p;
    }
}

// The narrow sessions that a member that is not certain touches.
static void list_touched(const Part *part, const int64_t *of, int64_t *touched[2])
{
    int64_t near = NONE;
    for (int64_t p = 0; p < part->count; p++) {
        touched[0][p] = near != NONE && within(part, near, p) ? of[near] : NONE;
        near = of[p] != NONE ? p : near;
    }
    near = NONE;
    for (int64_t p = part->count; p-- > 0;) {
        touched[1][p] = near != NONE && within(part, p, near) ? of[near] : NONE;
        if (touched[1][p] == touched[0][p])
            touched[1][p] = NONE;
        near = of[p] != NONE ? p : near;
    }
}

static void add_shadow(Part *part, int64_t position, int64_t *const touched[2])
{
    SessionReading *reading = part->reading;
    bool both = touched[0][position] != NONE && touched[1][position] != NONE;
    int64_t only = MAX_OF(touched[0][position], touched[1][position]);
    CauseId cause = lineup_cause(&reading->line, part->at[position]);
    Output output = {.member = part->at[position], .session = both ? NONE : only};
    output.row = row_unknown_one(cause);
    vec_push(&reading->outputs, output);
}

// Possible members: of each session that they touch, else of one that they make among themselves.
static void place_uncertain(Part *part, int64_t *const touched[2])
{
    SessionReading *reading = part->reading;
    int64_t before = NONE, alone = NONE;
    for (int64_t p = 0; p < part->count; p++) {
        if (class_at(part, p) == CLASS_SHADOW)
            add_shadow(part, p, touched);
        if (class_at(part, p) != CLASS_POSSIBLE)
            continue;
        for (int t = 0; t < 2; t++) {
            if (touched[t][p] == NONE)
                continue;
            add_output(part, p, touched[t][p]);
            reading->sessions.items[touched[t][p]].size++;
        }
        if (touched[0][p] == NONE && touched[1][p] == NONE) {
            alone = join_session(part, p, before, alone);
            before = p;
        }
    }
}

// ---------------------------------------------------------------- how far they might reach

typedef struct Wide {
    int64_t first, last; // positions
    int64_t size;
    bool has_possible;
    CauseId cause;
} Wide;

// A narrow session inside a wide one that holds more than itself and what touches it may have any further member.
static void widen(Part *part, const Wide *wide, const int64_t *of)
{
    SessionReading *reading = part->reading;
    int64_t seen = NONE;
    for (int64_t p = wide->first; wide->has_possible && p <= wide->last; p++) {
        if (of[p] == NONE || of[p] == seen)
            continue;
        Session *session = &reading->sessions.items[of[p]];
        seen = of[p];
        session->low = reading->line.time[part->at[wide->first]];
        session->high = reading->line.time[part->at[wide->last]];
        session->why = wide->cause;
        session->has_stranger = session->size < wide->size;
    }
}

static void make_wide(Part *part, const int64_t *of)
{
    const Lineup *line = &part->reading->line;
    Wide wide = {.first = NONE};
    for (int64_t p = 0; p < part->count; p++) {
        RowClass row_class = class_at(part, p);
        if (row_class == CLASS_SHADOW)
            continue;
        if (wide.first != NONE && !within(part, wide.last, p)) {
            widen(part, &wide, of);
            wide = (Wide){.first = NONE};
        }
        wide.first = wide.first == NONE ? p : wide.first;
        wide.last = p;
        wide.size++;
        if (row_class != CLASS_POSSIBLE)
            continue;
        wide.has_possible = true;
        wide.cause = lineup_lower(line, wide.cause, lineup_cause(line, part->at[p]));
    }
    if (wide.first != NONE)
        widen(part, &wide, of);
}

static Status make_part(SessionReading *reading, int64_t group)
{
    Lineup *line = &reading->line;
    Part part = {.reading = reading,
                 .group = group,
                 .at = line->at + line->starts[group],
                 .count = line->starts[group + 1] - line->starts[group]};
    Arena *arena = line->run->scratch;
    ArenaMark mark = arena_mark(arena);
    int64_t *of = ARENA_ARRAY(arena, int64_t, part.count);
    size_t before = reading->outputs.count;
    make_narrow(&part, of);
    if (reading->outputs.count - before < (size_t)part.count) { // some are not certain
        int64_t *touched[2] = {ARENA_ARRAY(arena, int64_t, part.count),
                               ARENA_ARRAY(arena, int64_t, part.count)};
        list_touched(&part, of, touched);
        place_uncertain(&part, touched);
        make_wide(&part, of);
    }
    arena_rewind(arena, mark);
    return run_poll(line->run->shared);
}

// Members whose partition or time is not known: there is a session, nobody knows which.
static void add_strays(Sessions *sessions, SessionReading *reading)
{
    const Lineup *line = &reading->line;
    for (int64_t i = 0; i < line->members->all.count; i++) {
        int64_t group = line->level.group[i];
        CauseId cause = line->lost == NULL ? 0 : line->lost[i];
        if (group <= -2)
            cause = line->level.unplaced.items[member_unplaced_index(group)].mark.cause;
        if (group == MEMBER_GONE || cause == 0)
            continue;
        Output stray = {.member = i, .session = NONE, .row = row_unknown_one(cause)};
        vec_push(&reading->outputs, stray);
        if (sessions->stray == NULL)
            sessions->stray = ARENA_ARRAY(sessions->arena, CauseId, line->members->all.count);
        sessions->stray[i] = cause;
    }
}

static Status reading_open(SessionReading *reading, Sessions *sessions, bool is_a)
{
    uint32_t index = (uint32_t)(sessions->op - sessions->run->body->operators);
    TRY(lineup_open(&reading->line, sessions->run, sessions->members, index, true, is_a));
    weigh_lost(reading);
    for (int64_t g = 0; g < reading->line.level.count; g++)
        TRY(make_part(reading, g));
    if (!sessions->run->body->is_query)
        add_strays(sessions, reading);
    return STATUS_OK;
}

static void reading_close(SessionReading *reading)
{
    vec_free(&reading->sessions);
    vec_free(&reading->outputs);
    lineup_close(&reading->line);
}

// ---------------------------------------------------------------- rows of sessions

// A part of an identity: what separates parts is told from the same sign inside one.
static void add_part(StrBuf *name, Str part)
{
    for (size_t i = 0; i < part.len; i++) {
        if (part.ptr[i] == ',' || part.ptr[i] == '\\')
            strbuf_add_char(name, '\\');
        strbuf_add_char(name, part.ptr[i]);
    }
    strbuf_add_char(name, ',');
}

static uint32_t name_of(const SessionReading *reading, const Session *session, Type time,
                        StrBuf *name, StrBuf *part)
{
    const Level *level = &reading->line.level;
    Dict *dict = level->run->shared->dict;
    strbuf_clear(name);
    for (uint32_t k = 0; k < level->op->group.key_count; k++) {
        Value key =
            vector_value(&level->keys[k], level->op->group.keys[k].value.type, session->group);
        strbuf_clear(part);
        value_text(part, dict, &key, false);
        add_part(name, strbuf_str(part));
    }
    Value start = {.type = time, .i64 = session->start};
    value_text(name, dict, &start, false);
    return dict_intern(dict, strbuf_str(name));
}

static Value end_value(Type type, int128_t low, int128_t high, CauseId why)
{
    if (low == high)
        return (Value){.type = type, .i64 = (int64_t)low};
    return (Value){
        .type = type, .state = VALUE_ISSUE, .cause = why, .bounded = true, .lo = low, .hi = high};
}

// Identity, start and end of a session. With the guard neither end is known where members are lost.
static void row_values(const SessionReading *reading, const Session *session, uint32_t name,
                       Type time, bool guard, Value values[3])
{
    bool lost = guard && reading->guarded;
    CauseId why = session->why != 0 ? session->why : reading->lost_why;
    values[0] = (Value){.type = type_of(TYPE_TEXT), .code = name};
    values[1] = end_value(time, lost ? BOUND_LOW : session->low, session->start, why);
    values[2] = end_value(time, session->end, lost ? BOUND_HIGH : session->high, why);
}

static void append_row(Rowset *rows, const Value values[3])
{
    for (uint32_t c = 0; c < 3; c++)
        column_append(&rows->columns[c], &values[c]);
    rows->row_count++;
}

static bool same_row(const Rowset *rows, int64_t row, const Value values[3])
{
    for (uint32_t c = 0; c < 3; c++) {
        Value have = column_get(&rows->columns[c], row);
        if (!value_same(&have, &values[c]) || have.cause != values[c].cause ||
            (have.bounded && (have.lo != values[c].lo || have.hi != values[c].hi)))
            return false;
    }
    return true;
}

// The row of the other reading that says the same.
static int64_t find_row(const Sessions *sessions, const Value plain[3], const Value guard[3])
{
    Produced *produced = sessions->run->produced[sessions->op->slot];
    uint64_t row = 0;
    if (sessions->known == NULL ||
        !map_get(sessions->known, (Str){(const char *)&plain[0].code, sizeof plain[0].code}, &row))
        return NONE;
    bool same = same_row(produced_rows(produced), (int64_t)row, guard) &&
                same_row(produced_upto(produced, CLASS_POSSIBLE), (int64_t)row, plain);
    return same ? (int64_t)row : NONE;
}

static void write_rows(const Sessions *sessions, SessionReading *reading)
{
    Produced *produced = sessions->run->produced[sessions->op->slot];
    Type time = sessions->op->pattern.sorts[0].value.type;
    StrBuf name = {0}, part = {0};
    for (size_t s = 0; s < reading->sessions.count; s++) {
        Session *session = &reading->sessions.items[s];
        Value plain[3], guard[3];
        uint32_t code = name_of(reading, session, time, &name, &part);
        row_values(reading, session, code, time, false, plain);
        row_values(reading, session, code, time, true, guard);
        session->row = find_row(sessions, plain, guard);
        if (session->row != NONE)
            continue;
        session->row = produced_write(produced)->row_count;
        append_row(produced_write(produced), guard);
        if (!sessions->guarded)
            continue;
        Rowset *m, *t;
        produced_write_readings(sessions->run, produced, sessions->op->slot, &m, &t);
        append_row(m, plain);
        append_row(t, guard);
    }
    strbuf_deinit(&name);
    strbuf_deinit(&part);
}

static void list_rows(const Sessions *sessions, Map *known)
{
    const Rowset *rows = produced_rows(sessions->run->produced[sessions->op->slot]);
    for (int64_t row = 0; row < rows->row_count; row++) {
        uint32_t code = column_get(&rows->columns[0], row).code;
        bool is_new;
        *map_at(known, (Str){(const char *)&code, sizeof code}, &is_new) = (uint64_t)row;
    }
}

// ---------------------------------------------------------------- going on

static int compare_strangers(const void *context, const void *a, const void *b)
{
    (void)context;
    const Stranger *x = a, *y = b;
    return x->row < y->row ? -1 : x->row > y->row;
}

// The sessions by member, and the strangers by row, as bunch.h wants them.
static void list_bunches(const SessionReading *reading, Arena *arena, BunchReading *out)
{
    int64_t total = reading->line.members->all.count;
    int64_t *starts = ARENA_ARRAY(arena, int64_t, total + 1),
            *rows = ARENA_ARRAY(arena, int64_t, reading->outputs.count);
    int64_t *next = ARENA_ARRAY(arena, int64_t, total + 1);
    for (size_t i = 0; i < reading->outputs.count; i++)
        starts[reading->outputs.items[i].member + 1]++;
    for (int64_t m = 0; m < total; m++)
        next[m + 1] = starts[m + 1] += starts[m];
    for (size_t i = 0; i < reading->outputs.count; i++) {
        const Output *output = &reading->outputs.items[i];
        rows[next[output->member]++] =
            output->session == NONE ? output->row : reading->sessions.items[output->session].row;
    }
    Stranger *strangers = ARENA_ARRAY(arena, Stranger, reading->sessions.count);
    int64_t count = 0;
    for (size_t i = 0; i < reading->sessions.count; i++) {
        if (reading->sessions.items[i].has_stranger)
            strangers[count++] =
                (Stranger){reading->sessions.items[i].row, reading->sessions.items[i].why};
    }
    sort_stable(strangers, (size_t)count, sizeof *strangers, compare_strangers, NULL);
    *out = (BunchReading){starts, rows, strangers, count};
}

static Status give_readings(Sessions *sessions, SessionReading *b, SessionReading *a)
{
    Arena *arena = b->line.level.arena;
    BunchReading readings[2];
    Map known = {0};
    sessions->guarded = b->guarded || (a != NULL && a->guarded);
    write_rows(sessions, b);
    list_bunches(b, arena, &readings[0]);
    if (a != NULL) {
        list_rows(sessions, &known);
        sessions->known = &known;
        write_rows(sessions, a);
        list_bunches(a, arena, &readings[1]);
    }
    map_deinit(&known);
    const Rowset *rows = produced_rows(sessions->run->produced[sessions->op->slot]);
    BunchOutput out = {.run = sessions->run,
                       .index = (uint32_t)(sessions->op - sessions->run->body->operators),
                       .members = sessions->members,
                       .stray = sessions->stray,
                       .b = &readings[0],
                       .a = a == NULL ? NULL : &readings[1],
                       .row_count = rows->row_count};
    return bunch_give(&out);
}

Status session_finish(BodyRun *run, uint32_t operator, const Members * members)
{
    Sessions sessions = {.run = run,
                         .op = &run->body->operators[operator],
                         .members = members,
                         .arena = arena_create(NULL, 0)};
    SessionReading b = {.guarded = false}, a = {.guarded = false};
    bool differ = bunch_readings_differ(run);
    Status status = reading_open(&b, &sessions, false);
    if (status == STATUS_OK && differ)
        status = reading_open(&a, &sessions, true);
    if (status == STATUS_OK)
        status = give_readings(&sessions, &b, differ ? &a : NULL);
    reading_close(&b);
    reading_close(&a);
    arena_destroy(sessions.arena);
    return status;
}
