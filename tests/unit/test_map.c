// SPDX-License-Identifier: Apache-2.0
//
// test_map.c: the hash maps against plain arrays, their order, and keys made to collide.
#include "tests/unit/unit.h"

#include "runtime/base/map.h"

static Str numbered(char buffer[32], int64_t number)
{
    int len = snprintf(buffer, 32, "键%" PRId64, number);
    return (Str){buffer, (size_t)len};
}

static void test_map(void **state)
{
    (void)state;
    enum { COUNT = 50000 };
    Map map = {0};
    char buffer[32];
    uint64_t value = 0;
    assert_false(map_get(&map, STR("x"), &value));
    for (int64_t i = 0; i < COUNT; i++)
        assert_true(map_put(&map, numbered(buffer, i), (uint64_t)i));
    for (int64_t i = 0; i < COUNT; i += 3)
        assert_false(map_put(&map, numbered(buffer, i), (uint64_t)-i));
    assert_int_equal(map_count(&map), COUNT);
    for (int64_t i = 0; i < COUNT; i++) {
        Str key = numbered(buffer, i);
        assert_true(map_get(&map, key, &value));
        assert_int_equal((int64_t)value, i % 3 == 0 ? -i : i);
        // In order of insertion, whatever the seed.
        assert_true(str_equal(map_entry(&map, (size_t)i)->key, key));
    }
    assert_false(map_get(&map, numbered(buffer, COUNT), NULL));
    map_clear(&map);
    assert_int_equal(map_count(&map), 0);
    assert_false(map_get(&map, numbered(buffer, 1), NULL));
    assert_true(map_put(&map, numbered(buffer, 1), 5));
    map_deinit(&map);
}

static void test_map_keys(void **state)
{
    (void)state;
    Map map = {0};
    bool is_new = false;
    (*map_at(&map, STR(""), &is_new))++;
    assert_true(is_new);
    (*map_at(&map, (Str){0}, &is_new))++;
    assert_false(is_new);
    (*map_at(&map, STR("a\0"), NULL)) = 7;
    (*map_at(&map, STR("a"), NULL)) = 8;
    uint64_t value = 0;
    assert_true(map_get(&map, STR(""), &value));
    assert_int_equal(value, 2);
    assert_true(map_get(&map, STR("a\0"), &value));
    assert_int_equal(value, 7);
    map_deinit(&map);
}

static void test_map_i64(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    MapI64 map = {0};
    uint64_t seed = 12345;
    static int64_t keys[COUNT];
    size_t distinct = 0;
    for (size_t i = 0; i < COUNT; i++) {
        int64_t key = (int64_t)(random_next(&seed) % 7000) - 3500;
        if (i % 500 == 0)
            key = i % 1000 == 0 ? INT64_MIN : INT64_MAX;
        bool is_new = false;
        (*map_i64_at(&map, key, &is_new))++;
        if (is_new)
            keys[distinct++] = key;
    }
    assert_int_equal(map_i64_count(&map), distinct);
    uint64_t total = 0, value = 0;
    for (size_t i = 0; i < distinct; i++) {
        assert_int_equal(map_i64_entry(&map, i)->key, keys[i]);
        assert_true(map_i64_get(&map, keys[i], &value));
        total += value;
    }
    assert_int_equal(total, COUNT);
    assert_false(map_i64_get(&map, 999999, NULL));
    assert_false(map_i64_put(&map, keys[0], 3));
    map_i64_clear(&map);
    assert_int_equal(map_i64_count(&map), 0);
    map_i64_deinit(&map);
}

// Keys that share their low bits, or are multiples of the table size, do not form long chains: a
// quadratic map would need minutes here.
static void test_map_collisions(void **state)
{
    (void)state;
    MapI64 map = {0};
    for (int64_t i = 0; i < 300000; i++)
        map_i64_put(&map, i << 32, 1);
    for (int64_t i = 0; i < 300000; i++)
        assert_true(map_i64_get(&map, i << 32, NULL));
    map_i64_deinit(&map);
}

static void test_hash(void **state)
{
    (void)state;
    assert_true(hash_seed() == hash_seed());
    assert_true(hash_u64(1) != hash_u64(2));
    assert_true(hash_combine(1, 2) != hash_combine(2, 1));
    // Every input bit moves about half of the output bits.
    for (int bit = 0; bit < 64; bit++) {
        int moved = 0;
        for (uint64_t i = 0; i < 64; i++)
            moved +=
                __builtin_popcountll(hash_u64(i * 977) ^ hash_u64(i * 977 ^ (UINT64_C(1) << bit)));
        assert_in_range(moved, 64 * 20, 64 * 44);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map),     cmocka_unit_test(test_map_keys),
        cmocka_unit_test(test_map_i64), cmocka_unit_test(test_map_collisions),
        cmocka_unit_test(test_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
