// SPDX-License-Identifier: Apache-2.0
//
// test_sort.c: the stable sort against a plain insertion sort.

#include "runtime/base/sort.h"
#include "tests/unit/unit.h"

typedef struct Item {
    int key, place;
} Item;

static int by_key(const void *context, const void *a, const void *b)
{
    int sign = *(const int *)context;
    const Item *x = a, *y = b;
    return sign * ((x->key > y->key) - (x->key < y->key));
}

static void insertion(Item *items, size_t count, int sign)
{
    for (size_t i = 1; i < count; i++) {
        Item item = items[i];
        size_t at = i;
        for (; at > 0 && by_key(&sign, &items[at - 1], &item) > 0; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

static void test_every_size(void **state)
{
    (void)state;
    uint32_t seed = 12345;
    for (size_t count = 0; count < 200; count++) {
        Item sorted[200], plain[200];
        for (size_t i = 0; i < count; i++) {
            seed = seed * 1664525u + 1013904223u;
            sorted[i] = plain[i] = (Item){(int)(seed >> 28), (int)i};
        }
        int sign = count % 2 == 0 ? 1 : -1;
        sort_stable(sorted, count, sizeof *sorted, by_key, &sign);
        insertion(plain, count, sign);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(sorted[i].key, plain[i].key);
            assert_int_equal(sorted[i].place, plain[i].place); // equal keys keep their order
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_size)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
