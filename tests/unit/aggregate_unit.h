// SPDX-License-Identifier: Apache-2.0
//
// aggregate_unit.h: what the two tests of aggregates share.
#ifndef SUP_TESTS_UNIT_AGGREGATE_UNIT_H
#define SUP_TESTS_UNIT_AGGREGATE_UNIT_H

#include "runtime/base/wide.h"
#include "runtime/exec/aggregate.h"
#include "tests/unit/eval_unit.h"

static inline Aggregate aggregate_make(AggregateKind kind, Type argument, Type result)
{
    return (Aggregate){.kind = kind,
                       .argument = {.type = argument, .count = 1},
                       .type = result,
                       .text = STR("agg(x)")};
}

MAYBE_UNUSED static const Type INTEGER = {.kind = TYPE_INTEGER};
MAYBE_UNUSED static const Type BOOLEAN = {.kind = TYPE_BOOLEAN};
MAYBE_UNUSED static const Type TEXT = {.kind = TYPE_TEXT};
MAYBE_UNUSED static const Type REAL = {.kind = TYPE_REAL};
MAYBE_UNUSED static const Type MONEY = {.kind = TYPE_MONEY, .scale = 4};
MAYBE_UNUSED static const Type MEAN = {.kind = TYPE_MONEY, .scale = 18};

static inline void expect_code_text(Bench *b, Value value, const char *expected)
{
    StrBuf text = {0};
    assert_int_equal(value.state, VALUE_KNOWN);
    value_text(&text, b->dict, &value, true);
    assert_string_equal(strbuf_cstr(&text), expected);
    strbuf_deinit(&text);
}

#endif
