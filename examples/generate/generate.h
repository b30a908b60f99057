// SPDX-License-Identifier: Apache-2.0
//
// generate.h: what the generators of the models share. The program `generate` writes the tables of
// one model, as dirty as it is told to, and truth.csv: what must come out of them.
//
// A model is one file mNN.c that defines `const Model model_mNN`; CMake finds it. Its function writes
// tables with table_open and the calls below it, and says with truth_add what must come of every
// matter that it planted. Two rules make that possible:
//
//   - the world and the dirt have numbers of their own (gen->world, gen->dirt), so the same seed
//     plants the same matters at every degree of dirt;
//   - dirt that can destroy something is told to the caller (Written), dirt that cannot is the
//     table's own business: other forms of dates and amounts, repeated rows, subtotals, encodings.
//
// All persons, firms and numbers are invented: region codes begin with 99, which no place has. The
// check digits are right. An identity is a function of its serial number, so nothing is kept.
// Dates are days since 1970, months are months since 1970, times are seconds since 1970, and money
// is in fen. Nothing here is used by two threads.
#ifndef EXAMPLES_GENERATE_GENERATE_H
#define EXAMPLES_GENERATE_GENERATE_H

#include <stdio.h>

#include "runtime/base/base.h"

// ---- random numbers (random.c)

typedef struct {
    uint64_t state;
} Random;

// The next 64 bits. The same seed gives the same numbers everywhere.
uint64_t random_next(Random *random);
// A number from 0 to n - 1; n is at least 1.
int64_t random_below(Random *random, int64_t n);
// A number from `low` to `high`, both among them.
int64_t random_between(Random *random, int64_t low, int64_t high);
// True in `per_million` of a million cases.
bool random_chance(Random *random, int64_t per_million);
// Mixes a number: a fixed choice for each serial number.
uint64_t random_hash(uint64_t number);

// ---- one run (main.c, truth.c)

typedef struct {
    Random world;     // what happens
    Random dirt;      // what the files do to it
    int64_t scale;    // rows of the largest table, about
    int64_t dirt_ppm; // of a million identities so many are written otherwise than they should be
    const char *out;  // the folder
    FILE *truth;      // truth.csv
    bool failed;      // a file could not be written
} Gen;

typedef struct {
    const char *name;   // "m12"
    const char *folder; // the model's folder in examples/
    int64_t scale;      // rows of the largest table unless --scale is given
    void (*make)(Gen *gen);
} Model;

// Says what must come of a planted matter: `lists` are the lists in which the key may stand, joined
// by 或: 线索, 待查, 排除, 无 (in none of them), 缺口 (in none, the rows are counted in a gap line).
// `key` has its parts joined by |; a part that the dirt destroyed is -. `truth` says what is so in the
// world: 是 (wrong was done) or 否. `why` is for readers, `check` names a field and its value that a
// clue must show ("月数:3"), or is "".
void truth_add(Gen *gen, const char *rule, const char *key, const char *lists, const char *truth,
               const char *why, const char *check);

// How many matters of a kind to plant: one of `per` of the model's scale, at least `least`.
int64_t gen_planted(const Gen *gen, int64_t per, int64_t least);

// ---- identities and words (identity.c, words.c)

#define ID_SIZE 24    // bytes of an identity with its end
#define NAME_SIZE 64  // bytes of a name with its end
#define PLACE_SIZE 96 // bytes of an address with its end

// Persons are born within `years` years from `year_from`. Two serial numbers of one such group are
// two persons; groups whose years do not meet have no person in common.
void id_person(char *out, int64_t serial, int year_from, int years);
// A person who is born on the same day in the same region as another, for matters that look alike.
void id_person_twin(char *out, const char *other);
void id_credit(char *out, int64_t serial);
void id_account(char *out, int64_t serial);
void id_phone(char *out, int64_t serial);

// Words that follow from a serial number. Many persons have the same name, as in life.
void word_person(char *out, int64_t serial);
void word_firm(char *out, int64_t serial);    // no two firms of 10^7 have the same name
void word_address(char *out, int64_t serial); // a street, a house and a room
const char *word_county(int64_t serial, const char **code); // a county and its code, 99xxxx
int word_county_count(void);

// ---- tables (table.c, cells.c)

typedef struct Table Table;

// What became of an identity in the file.
typedef struct {
    char known[ID_SIZE]; // characters by place, '?' for what is lost; "" if nothing can be told
    bool usable;         // the reader gets the true value
} Written;

enum {
    TABLE_TOTALS =
        1, // dirt adds rows with subtotals and repeats the header; the reader rejects both
    TABLE_REPEATS = 2,  // dirt writes some rows twice; the table has a key that finds them
    TABLE_GB18030 = 4,  // dirt writes this file in GB18030
    TABLE_SYNONYMS = 8, // dirt uses the other spelling of the header
};

// Opens NAME.csv in the folder of the run. `header` are the names, `other` the header of dirty files
// (the same number of cells; NULL if there is none). Ends with table_close, which frees it.
Table *table_open(Gen *gen, const char *name, const char *header, const char *other,
                  unsigned forms);
void table_close(Table *table);

// Rows in the file so far, and how many of them the reader will reject.
int64_t table_rows(const Table *table);
int64_t table_rejected(const Table *table);

// Cells, from left to right; table_end ends the row.
void table_text(Table *table, const char *text); // has no comma and no quote
void table_number(Table *table, int64_t number);
void table_decimal(Table *table, int64_t number, int places); // 12345 with 2 places: 123.45
void table_money(Table *table, int64_t fen);
void table_date(Table *table, int64_t date);
void table_month(Table *table, int64_t month);
void table_time(Table *table, int64_t seconds);
void table_blank(Table *table);
void table_end(Table *table);
// An identity that may be blank, damaged, masked or merely untidy in a dirty file.
Written table_person(Table *table, const char *id);
Written table_credit(Table *table, const char *id);
Written table_account(Table *table, const char *id);
Written table_phone(Table *table, const char *id);
// An identity as it should be.
Written table_clean(Table *table, const char *id);

int64_t day_of(int year, int month, int day);
int64_t month_of(int year, int month);
int64_t month_first(int64_t month);
int64_t month_last(int64_t month);
int64_t month_of_day(int64_t day);
// A date as keys show it, and a time.
void day_text(char *out, int64_t day);
void month_text(char *out, int64_t month);
void time_text(char *out, int64_t seconds);

// ---- what could hide an absence (holes.c)

// The rows of a table whose identity the reader cannot use, and how many rows there are at all.
typedef struct Holes Holes;

typedef enum {
    FIT_NONE,   // absence stands
    FIT_LINKED, // what survived of some row's identity fits
    FIT_LOOSE,  // a row that could be anybody's fits, and there are more of them than are tolerated
} Fit;

Holes *holes_create(void);
void holes_destroy(Holes *holes);
// A row of the table: kept if its identity is not usable. `from` to `to` is what else it says, for
// instance its month as days.
void holes_add(Holes *holes, const Written *written, int64_t from, int64_t to);
// Call once the table is complete: counts its rejected rows too.
void holes_finish(Holes *holes, const Table *table);
// Could one of the rows be this identity's, within `from` to `to`?
Fit holes_fit(const Holes *holes, const char *id, int64_t from, int64_t to);
// Are rows without a usable identity, whatever is left of it, more than tolerated among `members`?
bool holes_astray(const Holes *holes, int64_t members);
// Does what was written fit this identity?
bool written_fits(const Written *written, const char *id);

#endif
