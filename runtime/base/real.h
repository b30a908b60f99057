// SPDX-License-Identifier: Apache-2.0
//
// real.h: exponential and logarithm of reals, the same bits on every machine.
//
// The C library's functions differ between versions and processors in the last bit. These use only + − × ÷ of binary64
// on pairs of numbers (about 100 bits), so they depend on nothing else, and their result is the nearest real but for
// cases so close to a tie that none is known.
#ifndef SUP_RUNTIME_BASE_REAL_H
#define SUP_RUNTIME_BASE_REAL_H

// e to the power of x; +inf where that is beyond the reals, 0 where it is below the least one.
double real_exp(double x);

// The logarithm of x > 0 to the base e or 10.
double real_ln(double x);
double real_log10(double x);

// x > 0 to the power of y; +inf and 0 as for real_exp.
double real_pow(double x, double y);

#endif
