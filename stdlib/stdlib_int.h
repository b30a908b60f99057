// SPDX-License-Identifier: Apache-2.0
//
// stdlib_int.h: the families, shared by the files of this folder and nobody else.

#ifndef SUP_STDLIB_STDLIB_INT_H
#define SUP_STDLIB_STDLIB_INT_H

#include "stdlib/stdlib.h"

// Each family's table of cards, ended by NULL.
extern const FnCard *const number_cards[];
extern const FnCard *const date_text_cards[];
extern const FnCard *const amount_cards[];
extern const FnCard *const quantity_cards[];
extern const FnCard *const text_cards[];
extern const FnCard *const address_cards[];
extern const FnCard *const name_cards[];
extern const FnCard *const similar_cards[];
extern const FnCard *const fingerprint_cards[];
extern const FnCard *const time_cards[];
extern const FnCard *const deadline_cards[];
extern const FnCard *const identity_cards[];
extern const FnCard *const region_cards[];
extern const FnCard *const pseudonym_cards[];
extern const FnCard *const place_cards[];
extern const FnCard *const aggregate_cards[];
extern const FnCard *const moment_cards[];
extern const FnCard *const rank_cards[];
extern const FnCard *const share_cards[];
extern const FnCard *const pair_cards[];
extern const FnCard *const check_cards[];
extern const FnCard *const own_cards[];
extern const FnCard *const sample_cards[];
extern const FnCard *const time_check_cards[];
extern const FnCard *const series_check_cards[];
extern const FnCard *const family_cards[];
extern const FnCard *const alike_cards[];
extern const FnCard *const curve_cards[];
extern const FnCard *const place_check_cards[];
extern const FnCard *const number_check_cards[];
extern const FnCard *const window_cards[];

#endif
