// SPDX-License-Identifier: Apache-2.0
//
// catalog.c: the library as one list: the families in order, looked up by either name.
//
// The list is constant data, so there is nothing to start up or to free. Names are looked up by a walk over
// some two hundred cards, which happens once per call that a model writes.

#include "stdlib/stdlib_int.h"

static const FnFamily families[] = {
    number_cards,   amount_cards,   text_cards,  similar_cards,   time_cards,   date_text_cards,
    deadline_cards, identity_cards, place_cards, aggregate_cards, window_cards,
};

uint32_t stdlib_count(void)
{
    uint32_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        for (FnFamily card = families[i]; *card; card++)
            count++;
    return count;
}

const FnCard *stdlib_at(uint32_t index)
{
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        for (FnFamily card = families[i]; *card; card++)
            if (index-- == 0)
                return *card;
    return NULL;
}

uint32_t stdlib_find(Str name, const FnCard **cards, uint32_t capacity)
{
    uint32_t found = 0;
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        for (FnFamily card = families[i]; *card; card++) {
            bool same = str_equal(name, str_from_cstr((*card)->name)) ||
                        str_equal(name, str_from_cstr((*card)->name_zh));
            if (!same)
                continue;
            if (found < capacity)
                cards[found] = *card;
            found++;
        }
    return found;
}
