// SPDX-License-Identifier: Apache-2.0
//
// identity.c: invented identities with right check digits. Their regions begin with 99.

#include <string.h>

#include "examples/generate/generate.h"
#include "runtime/base/time.h"

// Persons who can be born on one day.
#define ORDERS 989

static void digits_put(char *out, int64_t number, int count)
{
    for (int i = count - 1; i >= 0; i--, number /= 10)
        out[i] = (char)('0' + number % 10);
}

static void person_close(char *out)
{
    static const int weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < 17; i++)
        sum += (out[i] - '0') * weights[i];
    out[17] = "10X98765432"[sum % 11];
    out[18] = '\0';
}

// The day and the number of the day tell persons apart; the region is decoration.
void id_person(char *out, int64_t serial, int year_from, int years)
{
    int32_t first, past;
    int year, month, day;
    bool valid =
        date_from_ymd(year_from, 1, 1, &first) && date_from_ymd(year_from + years, 1, 1, &past);
    ASSERT(valid);
    int64_t days = past - first, order = serial / days;
    ASSERT(order < ORDERS);
    date_to_ymd(first + (int32_t)(serial % days * 6007 % days), &year, &month, &day);
    digits_put(out, 9901 + (int64_t)(random_hash((uint64_t)serial) % 40), 4);
    digits_put(out + 4, 1 + (int64_t)(random_hash((uint64_t)serial + 7) % 20), 2);
    digits_put(out + 6, year, 4);
    digits_put(out + 10, month, 2);
    digits_put(out + 12, day, 2);
    order = (order * 617 + (int64_t)(random_hash((uint64_t)(serial % days)) % ORDERS)) % ORDERS;
    digits_put(out + 14, order + 1 + order / 99, 3); // no number of the day ends in 00
    person_close(out);
}

// The numbers 999 of a day are given to twins only.
void id_person_twin(char *out, const char *other)
{
    memcpy(out, other, 14);
    digits_put(out + 14, 999, 3);
    person_close(out);
}

static const char credit_characters[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

static int credit_value(char character)
{
    return (int)(strchr(credit_characters, character) - credit_characters);
}

void id_credit(char *out, int64_t serial)
{
    static const int org_weights[8] = {3, 7, 9, 10, 5, 8, 4, 2};
    static const int weights[17] = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
    int sum = 0;
    memcpy(out, "9199", 4);
    digits_put(out + 4, 100 + (int64_t)(random_hash((uint64_t)serial) % 40), 4);
    memcpy(out + 8, "MA", 2);                      // since 2015
    int64_t rest = serial * 7 % INT64_C(24137569); // 17^6: letters and digits of a sparse kind
    for (int i = 15; i >= 10; i--, rest /= 17)
        out[i] = credit_characters[rest % 17];
    for (int i = 0; i < 8; i++)
        sum += (out[8 + i] <= '9' ? out[8 + i] - '0' : out[8 + i] - 'A' + 10) * org_weights[i];
    out[16] = "0X987654321"[sum % 11];
    sum = 0;
    for (int i = 0; i < 17; i++)
        sum += credit_value(out[i]) * weights[i];
    out[17] = credit_characters[(31 - sum % 31) % 31];
    out[18] = '\0';
}

// A bank card of 19 digits; the first of those that tell cards apart lie in front, so that what a
// spreadsheet leaves of a number is rarely another one's.
void id_account(char *out, int64_t serial)
{
    int sum = 0;
    memcpy(out, "622299", 6);
    digits_put(out + 6, serial * 104729 % INT64_C(1000000007), 9);
    digits_put(out + 15, (int64_t)(random_hash((uint64_t)serial) % 899) + 100, 3);
    for (int i = 0; i < 18; i++) {
        int digit = out[17 - i] - '0';
        if (i % 2 == 0)
            digit = digit < 5 ? digit * 2 : digit * 2 - 9;
        sum += digit;
    }
    out[18] = (char)('0' + (10 - sum % 10) % 10);
    out[19] = '\0';
}

void id_phone(char *out, int64_t serial)
{
    memcpy(out, "199", 3);
    digits_put(out + 3, serial * 7919 % 100000000, 8);
    out[11] = '\0';
}
