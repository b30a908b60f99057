// SPDX-License-Identifier: Apache-2.0
//
// statistic_int.h: what the statistic_*.c files share: peers as reals, moments, ranks.
//
// Reals come from exact values by one rounding each and are added exactly, so that a statistic is the same to the
// last bit on any machine with binary64 and however the rows were split.

#ifndef SUP_STDLIB_STATISTIC_INT_H
#define SUP_STDLIB_STATISTIC_INT_H

#include "stdlib/fn.h"

// Reals beyond it are too large for the sums.
#define STAT_REAL_MAX 0x1p800

// The value of one item as a real.
double stat_real(const StatPeers *peers, int64_t item);

// The mean, rounded once from the exact sum. Peers must not be empty.
double stat_mean(const StatPeers *peers);

// Every item's distance from the mean, rounded once from its exact value (then divided by n). In fn->arena.
double *stat_deviations(FnContext *fn, const StatPeers *peers);

// Σ count · deviation^power, power 2 to 4.
double stat_power_sum(const StatPeers *peers, const double *deviations, int power);

// The sample standard deviation (n − 1). Reports too few peers below two.
double stat_deviation(FnContext *fn, const StatPeers *peers);

// Puts a real into `out`; overflow if it is not finite.
void stat_give(FnContext *fn, Value *out, double value);

// numerator / denominator as an exact value of out's type at its scale, half-even.
void stat_give_exact(FnContext *fn, Value *out, Int256 numerator, Int256 denominator);

// The count of an exact or whole value.
static inline int128_t stat_count(const StatPeers *peers, int64_t item)
{
    return type_phys(peers->type) == PHYS_I128 ? peers->items[item].i128
                                               : (int128_t)peers->items[item].i64;
}

static inline int stat_scale(const StatPeers *peers)
{
    return type_is_exact(peers->type) ? peers->type.scale : 0;
}

static inline bool stat_is_real(const StatPeers *peers)
{
    return type_phys(peers->type) == PHYS_F64;
}

// The item that holds the peer with this place in the order, from 0.
int64_t stat_at(const StatPeers *peers, int64_t place);

// A parameter of the statistic as a real or a whole number.
double stat_parameter(const StatPeers *peers, uint32_t number);
int64_t stat_whole(const StatPeers *peers, uint32_t number);

// The quantile of type 7 as a real, the median, and the median distance from it. Peers must not be empty.
double stat_quantile(const StatPeers *peers, double share);
double stat_median(const StatPeers *peers);
double stat_mad(FnContext *fn, const StatPeers *peers);

// A statistic without a value where there are fewer than `least` peers: missing without any, else too few.
bool stat_enough(FnContext *fn, const StatPeers *peers, int64_t least);

// Wide integers as reals, rounded once.
double stat_wide_real(Int256 value);

#endif
