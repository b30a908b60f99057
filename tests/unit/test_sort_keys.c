// SPDX-License-Identifier: Apache-2.0
//
// test_sort_keys.c: sorting and selecting keys against the stable sort, over runs that split well and badly.

#include "runtime/base/sort.h"
#include "runtime/base/sort_keys.h"
#include "tests/unit/unit.h"

enum { MOST = 5000 };

static int by_value(const void *context, const void *a, const void *b)
{
    (void)context;
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// Keys of one of several kinds: spread, few, ascending, descending, all but equal, low bytes alone.
static uint64_t key_of_kind(int kind, size_t at, uint64_t *seed)
{
    uint64_t word = random_next(seed);
    switch (kind) {
    case 0:
        return word;
    case 1:
        return word % 5;
    case 2:
        return at;
    case 3:
        return MOST - at;
    case 4:
        return at % 97 == 0 ? word % 3 : 7;
    default:
        return (word & 0xFFFF) | (uint64_t)1 << 63;
    }
}

static void test_sorted(void **state)
{
    (void)state;
    static uint64_t keys[MOST], plain[MOST];
    static uint128_t wide[MOST];
    static const size_t sizes[] = {0, 1, 2, 19, 20, 21, 100, 777, 1023, 1024, 1025, MOST};
    uint64_t seed = 7;
    for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
        for (int kind = 0; kind < 6; kind++) {
            size_t count = sizes[s];
            for (size_t i = 0; i < count; i++) {
                keys[i] = plain[i] = key_of_kind(kind, i, &seed);
                wide[i] = (uint128_t)keys[i] << 60 | 5;
            }
            sort_keys(keys, count);
            sort_keys_wide(wide, count);
            sort_stable(plain, count, sizeof *plain, by_value, NULL);
            for (size_t i = 0; i < count; i++) {
                assert_true(keys[i] == plain[i]);
                assert_true(wide[i] == ((uint128_t)plain[i] << 60 | 5));
            }
        }
    }
}

static void test_selected(void **state)
{
    (void)state;
    static uint64_t keys[MOST], plain[MOST];
    static uint128_t wide[MOST];
    uint64_t seed = 11;
    for (int round = 0; round < 300; round++) {
        size_t count = 1 + random_next(&seed) % (round % 10 == 0 ? MOST : 200);
        size_t place = random_next(&seed) % count;
        for (size_t i = 0; i < count; i++) {
            keys[i] = plain[i] = key_of_kind(round % 6, i, &seed);
            wide[i] = keys[i];
        }
        select_key(keys, count, place);
        select_key_wide(wide, count, place);
        sort_stable(plain, count, sizeof *plain, by_value, NULL);
        assert_true(keys[place] == plain[place]);
        assert_true(wide[place] == plain[place]);
        for (size_t i = 0; i < count; i++)
            assert_true(i < place ? keys[i] <= keys[place] : keys[i] >= keys[place]);
        sort_keys(keys, count);
        assert_memory_equal(keys, plain, count * sizeof *keys); // none lost
    }
}

static void test_keys_follow_values(void **state)
{
    (void)state;
    static const double reals[] = {-1e300, -1.5, -1e-310, -0.0, 0.0, 1e-310, 1.5, 1e300};
    static const int64_t whole[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    for (size_t i = 0; i < ARRAY_LEN(reals); i++) {
        assert_true(key_to_f64(key_of_f64(reals[i])) == reals[i]);
        assert_true(i == 0 || key_of_f64(reals[i - 1]) < key_of_f64(reals[i]));
    }
    for (size_t i = 0; i < ARRAY_LEN(whole); i++) {
        assert_true(key_to_i64(key_of_i64(whole[i])) == whole[i]);
        assert_true(i == 0 || key_of_i64(whole[i - 1]) < key_of_i64(whole[i]));
        assert_true(key_to_i128(key_of_i128(whole[i])) == whole[i]);
        assert_true(i == 0 || key_of_i128(whole[i - 1]) < key_of_i128(whole[i]));
    }
}

static int by_remainder(const void *context, const void *a, const void *b)
{
    int64_t by = *(const int64_t *)context;
    int64_t x = *(const int64_t *)a % by, y = *(const int64_t *)b % by;
    return (x > y) - (x < y);
}

static void test_numbers(void **state)
{
    (void)state;
    static uint64_t prefixes[MOST];
    static int64_t numbers[MOST];
    uint64_t seed = 17;
    int64_t by = 7;
    for (size_t i = 0; i < MOST; i++)
        prefixes[i] = random_next(&seed) % 300;
    sort_numbers(numbers, prefixes, MOST, by_remainder, &by);
    for (size_t i = 1; i < MOST; i++) {
        int64_t a = numbers[i - 1], b = numbers[i];
        assert_true(
            prefixes[a] < prefixes[b] ||
            (prefixes[a] == prefixes[b] && (a % by < b % by || (a % by == b % by && a < b))));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sorted), cmocka_unit_test(test_selected),
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_keys_follow_values)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
