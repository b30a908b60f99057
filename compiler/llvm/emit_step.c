// SPDX-License-Identifier: Apache-2.0
//
// emit_step.c: one function per step that machine code can have; the others have none, and `emit_supports` says so.
//
// What a step means is in runtime/exec/eval_*.c; a value that one of these functions computes is the same, and whatever
// could fail or is not known makes the row bad.

#include "compiler/llvm/emit.h"
#include "runtime/base/wide.h"

typedef struct StepArgs {
    const NativeExpr *expr;
    const Step *step;
    const NativeSource *source;
    const Reg *regs;
} StepArgs;

typedef Reg (*EmitStep)(Emitter *e, const StepArgs *args);

static const Reg *operand(const StepArgs *args, uint32_t index)
{
    return &args->regs[index];
}

// ---------------------------------------------------------------- numbers

bool reg_is_64(const Reg *reg)
{
    return reg->ranged && reg->lo >= INT64_MIN && reg->hi <= INT64_MAX;
}

LLVMValueRef reg_i128(Emitter *e, const Reg *reg)
{
    if (LLVMTypeOf(reg->value) == e->ll.i128)
        return reg->value;
    return LLVMBuildSExt(e->ll.builder, reg->value, e->ll.i128, "wide");
}

static LLVMTypeRef layout_type(const Ll *ll, Phys phys)
{
    switch (phys) {
    case PHYS_BOOL:
        return ll->i8;
    case PHYS_I64:
        return ll->i64;
    case PHYS_I128:
        return ll->i128;
    case PHYS_F64:
        return ll->f64;
    case PHYS_CODE:
        return ll->i32;
    case PHYS_PAIR:
        break;
    }
    UNREACHABLE();
}

static Reg number_constant(Emitter *e, Phys phys, int128_t value)
{
    Reg reg = {.phys = phys, .gap = true, .ranged = true, .lo = value, .hi = value};
    reg.bad = ll_i1(&e->ll, false);
    reg.value = reg_is_64(&reg) ? ll_i64(&e->ll, (int64_t)value) : ll_i128(&e->ll, value);
    return reg;
}

static Reg constant(Emitter *e, Phys phys, const Value *value)
{
    Reg reg = {.phys = phys, .bad = ll_i1(&e->ll, false), .gap = true};
    switch (phys) {
    case PHYS_I64:
        return number_constant(e, phys, value->i64);
    case PHYS_I128:
        return number_constant(e, phys, value->i128);
    case PHYS_BOOL:
        reg.value = ll_i1(&e->ll, value->boolean);
        return reg;
    case PHYS_CODE:
        reg.value = LLVMConstInt(e->ll.i32, value->code, 0);
        return reg;
    case PHYS_F64:
        reg.value = LLVMConstReal(e->ll.f64, value->f64);
        return reg;
    case PHYS_PAIR:
        break;
    }
    UNREACHABLE();
}

// A result of whole or exact arithmetic whose ends are known: it is computed in the width that they need, and is bad
// only where it can leave the type.
typedef LLVMValueRef (*Build2)(LLVMBuilderRef, LLVMValueRef, LLVMValueRef, const char *);

static Reg in_range(Emitter *e, const StepArgs *args, Build2 build, const Reg *a, const Reg *b,
                    int128_t lo, int128_t hi)
{
    Reg out = {.phys = args->step->phys, .ranged = true, .lo = lo, .hi = hi};
    out.bad = ll_or(&e->ll, a->bad, b->bad);
    out.gap = a->gap && b->gap;
    if (reg_is_64(&out) && reg_is_64(a) && reg_is_64(b))
        out.value = build(e->ll.builder, a->value, b->value, "n");
    else
        out.value = build(e->ll.builder, reg_i128(e, a), reg_i128(e, b), "n");
    if (reg_is_64(&out) && LLVMTypeOf(out.value) == e->ll.i128)
        out.value = LLVMBuildTrunc(e->ll.builder, out.value, e->ll.i64, "n");
    return out;
}

static bool fits(const StepArgs *args, int128_t lo, int128_t hi)
{
    return lo >= args->source->least && hi <= args->source->greatest;
}

// Beyond the ends of the type the row is bad; within, the ends hold.
static void clip(Emitter *e, const StepArgs *args, Reg *reg)
{
    const Ll *ll = &e->ll;
    bool wide = LLVMTypeOf(reg->value) == ll->i128;
    int128_t least = args->source->least, greatest = args->source->greatest;
    LLVMValueRef low = wide ? ll_i128(ll, least) : ll_i64(ll, (int64_t)least);
    LLVMValueRef high = wide ? ll_i128(ll, greatest) : ll_i64(ll, (int64_t)greatest);
    if (wide || least > INT64_MIN)
        reg->bad = ll_or(ll, reg->bad, ll_compare(ll, LLVMIntSLT, reg->value, low));
    if (wide || greatest < INT64_MAX)
        reg->bad = ll_or(ll, reg->bad, ll_compare(ll, LLVMIntSGT, reg->value, high));
    reg->ranged = true;
    reg->lo = least;
    reg->hi = greatest;
    if (wide && reg->phys == PHYS_I64) {
        reg->value = LLVMBuildTrunc(ll->builder, reg->value, ll->i64, "n");
    }
}

// In 128 bits, where the operation on such operands cannot overflow.
static Reg in_128(Emitter *e, const StepArgs *args, Build2 build, const Reg *a, const Reg *b)
{
    Reg out = {.phys = args->step->phys, .bad = ll_or(&e->ll, a->bad, b->bad)};
    out.value = build(e->ll.builder, reg_i128(e, a), reg_i128(e, b), "n");
    clip(e, args, &out);
    return out;
}

static Reg real_result(Emitter *e, LLVMValueRef value, LLVMValueRef bad)
{
    const Ll *ll = &e->ll;
    // Without a negative zero; bad where it is not finite: then the difference with itself is not 0.
    value = LLVMBuildFAdd(ll->builder, value, LLVMConstReal(ll->f64, 0), "r");
    LLVMValueRef none = LLVMBuildFSub(ll->builder, value, value, "none");
    LLVMValueRef odd =
        LLVMBuildFCmp(ll->builder, LLVMRealUNE, none, LLVMConstReal(ll->f64, 0), "odd");
    return (Reg){.phys = PHYS_F64, .value = value, .bad = ll_or(ll, bad, odd)};
}

// ---------------------------------------------------------------- where values come from

static Reg emit_CONST(Emitter *e, const StepArgs *args)
{
    return constant(e, args->step->phys, &args->source->value);
}

static LLVMValueRef known_bit(Emitter *e, uint32_t input, LLVMValueRef row)
{
    const Ll *ll = &e->ll;
    LLVMValueRef word = LLVMBuildLShr(ll->builder, row, ll_i64(ll, 6), "word");
    LLVMValueRef bits = ll_load_at(ll, ll->i64, e->validity[input], word, "bits");
    LLVMValueRef bit = LLVMBuildAnd(ll->builder, row, ll_i64(ll, 63), "bit");
    LLVMValueRef moved = LLVMBuildLShr(ll->builder, bits, bit, "moved");
    return LLVMBuildTrunc(ll->builder, moved, ll->i1, "known");
}

static Reg read_cell(Emitter *e, uint32_t index)
{
    const NativeInput *input = &e->request->inputs[index];
    const Ll *ll = &e->ll;
    LLVMValueRef row = e->row[input->rows];
    Reg reg = {.phys = input->phys, .bad = ll_i1(ll, false), .gap = input->gaps};
    bool whole = input->phys == PHYS_I64 || input->phys == PHYS_I128;
    if (whole && input->ranged) {
        reg.ranged = true;
        reg.lo = input->min;
        reg.hi = input->max;
    } else if (whole && (input->narrow || input->phys == PHYS_I64)) {
        reg.ranged = true;
        reg.lo = INT64_MIN;
        reg.hi = INT64_MAX;
    }
    LLVMTypeRef stored = input->narrow ? ll->i64 : layout_type(ll, input->phys);
    reg.value = ll_load_at(ll, stored, e->values[index], row, "cell");
    if (input->phys == PHYS_BOOL)
        reg.value = LLVMBuildTrunc(ll->builder, reg.value, ll->i1, "truth");
    else if (stored == ll->i128 && reg_is_64(&reg))
        reg.value = LLVMBuildTrunc(ll->builder, reg.value, ll->i64, "cell");
    if (input->nullable)
        reg.bad = ll_not(ll, known_bit(e, index, row));
    return reg;
}

static Reg emit_COLUMN(Emitter *e, const StepArgs *args)
{
    Reg *cell = &e->cells[args->source->input];
    if (cell->value == NULL)
        *cell = read_cell(e, args->source->input);
    return *cell;
}

static Reg emit_VARIABLE_PRESENT(Emitter *e, const StepArgs *args)
{
    (void)args; // rows that are absent or `?` do not come this far
    return (Reg){.phys = PHYS_BOOL, .value = ll_i1(&e->ll, true), .bad = ll_i1(&e->ll, false)};
}

// ---------------------------------------------------------------- arithmetic

static Reg emit_same(Emitter *e, const StepArgs *args)
{
    (void)e;
    Reg out = *operand(args, args->step->a);
    out.phys = args->step->phys;
    return out;
}

// The ends of a sum or difference; false where they leave 128 bits.
static bool sum_range(const Reg *a, const Reg *b, bool minus, int128_t *lo, int128_t *hi)
{
    if (!a->ranged || !b->ranged)
        return false;
    if (minus)
        return num_sub_i128(a->lo, b->hi, lo) && num_sub_i128(a->hi, b->lo, hi);
    return num_add_i128(a->lo, b->lo, lo) && num_add_i128(a->hi, b->hi, hi);
}

static Reg emit_sum(Emitter *e, const StepArgs *args, const Reg *a, const Reg *b, bool minus)
{
    Build2 build = minus ? LLVMBuildSub : LLVMBuildAdd;
    if (args->step->phys == PHYS_F64) {
        LLVMValueRef value = minus ? LLVMBuildFSub(e->ll.builder, a->value, b->value, "r")
                                   : LLVMBuildFAdd(e->ll.builder, a->value, b->value, "r");
        return real_result(e, value, ll_or(&e->ll, a->bad, b->bad));
    }
    int128_t lo = 0, hi = 0;
    if (sum_range(a, b, minus, &lo, &hi) && fits(args, lo, hi))
        return in_range(e, args, build, a, b, lo, hi);
    return in_128(e, args, build, a, b); // counts are below 10^38: a sum of two fits
}

static Reg emit_ADD(Emitter *e, const StepArgs *args)
{
    return emit_sum(e, args, operand(args, args->step->a), operand(args, args->step->b), false);
}

static Reg emit_SUBTRACT(Emitter *e, const StepArgs *args)
{
    return emit_sum(e, args, operand(args, args->step->a), operand(args, args->step->b), true);
}

static Reg emit_NEGATE(Emitter *e, const StepArgs *args)
{
    const Reg *a = operand(args, args->step->a);
    if (args->step->phys == PHYS_F64)
        return real_result(e, LLVMBuildFNeg(e->ll.builder, a->value, "r"), a->bad);
    Reg zero = number_constant(e, args->step->phys, 0);
    return emit_sum(e, args, &zero, a, true);
}

static bool product_range(const Reg *a, const Reg *b, int128_t *lo, int128_t *hi)
{
    if (!a->ranged || !b->ranged)
        return false;
    int128_t corner[4];
    if (!num_mul_i128(a->lo, b->lo, &corner[0]) || !num_mul_i128(a->lo, b->hi, &corner[1]) ||
        !num_mul_i128(a->hi, b->lo, &corner[2]) || !num_mul_i128(a->hi, b->hi, &corner[3]))
        return false;
    *lo = *hi = corner[0];
    for (int i = 1; i < 4; i++) {
        *lo = MIN_OF(*lo, corner[i]);
        *hi = MAX_OF(*hi, corner[i]);
    }
    return true;
}

// A number that is bad where it does not fit 64 bits, as if it did.
static Reg cut_to_64(Emitter *e, const Reg *reg)
{
    if (reg_is_64(reg))
        return *reg;
    const Ll *ll = &e->ll;
    Reg out = {.phys = reg->phys, .ranged = true, .lo = INT64_MIN, .hi = INT64_MAX};
    out.value = LLVMBuildTrunc(ll->builder, reg->value, ll->i64, "low");
    LLVMValueRef back = LLVMBuildSExt(ll->builder, out.value, ll->i128, "back");
    out.bad = ll_or(ll, reg->bad, ll_compare(ll, LLVMIntNE, back, reg->value));
    return out;
}

static Reg emit_product(Emitter *e, const StepArgs *args, const Reg *a, const Reg *b)
{
    if (args->step->phys == PHYS_F64)
        return real_result(e, LLVMBuildFMul(e->ll.builder, a->value, b->value, "r"),
                           ll_or(&e->ll, a->bad, b->bad));
    int128_t lo = 0, hi = 0;
    if (product_range(a, b, &lo, &hi) && fits(args, lo, hi))
        return in_range(e, args, LLVMBuildMul, a, b, lo, hi);
    // Products of larger counts are rare; they go to the interpreter.
    Reg x = cut_to_64(e, a), y = cut_to_64(e, b);
    return in_128(e, args, LLVMBuildMul, &x, &y);
}

static Reg emit_MULTIPLY(Emitter *e, const StepArgs *args)
{
    return emit_product(e, args, operand(args, args->step->a), operand(args, args->step->b));
}

static Reg emit_MULTIPLY_CONST(Emitter *e, const StepArgs *args)
{
    Reg factor = number_constant(e, args->step->phys, args->source->value.i128);
    return emit_product(e, args, operand(args, args->step->a), &factor);
}

static Reg emit_RESCALE(Emitter *e, const StepArgs *args)
{
    Reg factor = number_constant(e, args->step->phys, wide_pow10((int)args->step->index));
    return emit_product(e, args, operand(args, args->step->a), &factor);
}

static Reg emit_DIVIDE(Emitter *e, const StepArgs *args) // of reals only
{
    const Reg *a = operand(args, args->step->a), *b = operand(args, args->step->b);
    LLVMValueRef zero =
        LLVMBuildFCmp(e->ll.builder, LLVMRealOEQ, b->value, LLVMConstReal(e->ll.f64, 0), "zero");
    LLVMValueRef value = LLVMBuildFDiv(e->ll.builder, a->value, b->value, "r");
    return real_result(e, value, ll_or(&e->ll, ll_or(&e->ll, a->bad, b->bad), zero));
}

static Reg emit_TO_REAL(Emitter *e, const StepArgs *args) // of integers only
{
    const Reg *a = operand(args, args->step->a);
    return (Reg){.phys = PHYS_F64,
                 .value = LLVMBuildSIToFP(e->ll.builder, a->value, e->ll.f64, "r"),
                 .bad = a->bad};
}

// ---------------------------------------------------------------- comparisons

// Two numbers in the width that both fit.
static void same_width(Emitter *e, const Reg *a, const Reg *b, LLVMValueRef *x, LLVMValueRef *y)
{
    bool small = reg_is_64(a) && reg_is_64(b);
    *x = small ? a->value : reg_i128(e, a);
    *y = small ? b->value : reg_i128(e, b);
}

static const LLVMIntPredicate SIGNED[] = {
    [COMPARE_EQ] = LLVMIntEQ,  [COMPARE_NE] = LLVMIntNE,  [COMPARE_LT] = LLVMIntSLT,
    [COMPARE_LE] = LLVMIntSLE, [COMPARE_GT] = LLVMIntSGT, [COMPARE_GE] = LLVMIntSGE};
static const LLVMRealPredicate REAL[] = {
    [COMPARE_EQ] = LLVMRealOEQ, [COMPARE_NE] = LLVMRealUNE, [COMPARE_LT] = LLVMRealOLT,
    [COMPARE_LE] = LLVMRealOLE, [COMPARE_GT] = LLVMRealOGT, [COMPARE_GE] = LLVMRealOGE};

static LLVMValueRef compare_values(Emitter *e, CompareOp op, const Reg *a, const Reg *b)
{
    const Ll *ll = &e->ll;
    LLVMValueRef x = a->value, y = b->value;
    if (a->phys == PHYS_F64)
        return LLVMBuildFCmp(ll->builder, REAL[op], x, y, "is");
    if (a->phys == PHYS_BOOL) { // false before true
        x = LLVMBuildZExt(ll->builder, x, ll->i32, "a");
        y = LLVMBuildZExt(ll->builder, y, ll->i32, "b");
    } else if (a->phys != PHYS_CODE) {
        same_width(e, a, b, &x, &y);
    }
    return ll_compare(ll, SIGNED[op], x, y);
}

static Reg emit_COMPARE(Emitter *e, const StepArgs *args)
{
    const Reg *a = operand(args, args->step->a), *b = operand(args, args->step->b);
    return (Reg){.phys = PHYS_BOOL,
                 .value = compare_values(e, (CompareOp)args->step->index, a, b),
                 .bad = ll_or(&e->ll, a->bad, b->bad),
                 .gap = a->gap && b->gap};
}

// Usable identity values are equal where their codes are; others are bad, and no plain gaps: what is known of their
// characters may decide.
static Reg emit_EQUAL_IDENTITY(Emitter *e, const StepArgs *args)
{
    const Reg *a = operand(args, args->step->a), *b = operand(args, args->step->b);
    return (Reg){.phys = PHYS_BOOL,
                 .value = compare_values(e, COMPARE_EQ, a, b),
                 .bad = ll_or(&e->ll, a->bad, b->bad)};
}

static Reg emit_IN_SET(Emitter *e, const StepArgs *args)
{
    const Reg *a = operand(args, args->step->a);
    Reg out = {.phys = PHYS_BOOL, .value = ll_i1(&e->ll, false), .bad = a->bad};
    out.gap = a->gap && args->expr->expr->steps[args->step->a].type.kind != TYPE_IDENTITY;
    for (uint32_t i = 0; i < args->source->item_count; i++) {
        Reg item = constant(e, a->phys, &args->source->items[i]);
        out.value = ll_or(&e->ll, out.value, compare_values(e, COMPARE_EQ, a, &item));
    }
    return out;
}

static Reg emit_IS_PRESENT(Emitter *e, const StepArgs *args)
{
    const Reg *a = operand(args, args->step->a);
    Reg out = {.phys = PHYS_BOOL, .value = ll_i1(&e->ll, true), .bad = a->bad};
    if (!a->gap)
        return out;
    out.value = ll_not(&e->ll, a->bad);
    out.bad = ll_i1(&e->ll, false);
    return out;
}

// ---------------------------------------------------------------- truth and choice

// A decisive operand (F of `and`, T of `or`) decides whatever the other one is.
static Reg emit_connective(Emitter *e, const StepArgs *args, bool is_and)
{
    const Ll *ll = &e->ll;
    const Reg *a = operand(args, args->step->a), *b = operand(args, args->step->b);
    LLVMValueRef x = is_and ? ll_not(ll, a->value) : a->value;
    LLVMValueRef y = is_and ? ll_not(ll, b->value) : b->value;
    LLVMValueRef bad = ll_or(ll, a->bad, b->bad);
    if (!ll_is_false(bad)) {
        LLVMValueRef decided =
            ll_or(ll, ll_and(ll, x, ll_not(ll, a->bad)), ll_and(ll, y, ll_not(ll, b->bad)));
        bad = ll_and(ll, bad, ll_not(ll, decided));
        // Where it is decided, the other operand's value must not count.
        LLVMValueRef value = ll_or(ll, decided, ll_or(ll, x, y));
        return (Reg){.phys = PHYS_BOOL, .value = is_and ? ll_not(ll, value) : value, .bad = bad};
    }
    LLVMValueRef value = is_and ? ll_and(ll, a->value, b->value) : ll_or(ll, a->value, b->value);
    return (Reg){.phys = PHYS_BOOL, .value = value, .bad = bad};
}

static Reg emit_AND(Emitter *e, const StepArgs *args)
{
    return emit_connective(e, args, true);
}

static Reg emit_OR(Emitter *e, const StepArgs *args)
{
    return emit_connective(e, args, false);
}

static Reg emit_NOT(Emitter *e, const StepArgs *args)
{
    Reg out = *operand(args, args->step->a);
    out.value = ll_not(&e->ll, out.value);
    return out;
}

static Reg choose(Emitter *e, Phys phys, LLVMValueRef condition, const Reg *a, const Reg *b)
{
    const Ll *ll = &e->ll;
    Reg out = {.phys = phys};
    LLVMValueRef x = a->value, y = b->value;
    if (phys == PHYS_I64 || phys == PHYS_I128) {
        same_width(e, a, b, &x, &y);
        out.ranged = a->ranged && b->ranged;
        out.lo = MIN_OF(a->lo, b->lo);
        out.hi = MAX_OF(a->hi, b->hi);
    }
    out.value = LLVMBuildSelect(ll->builder, condition, x, y, "chosen");
    out.bad =
        a->bad == b->bad ? a->bad : LLVMBuildSelect(ll->builder, condition, a->bad, b->bad, "bad");
    return out;
}

// A plain gap takes the value of the clause's policy.
static Reg emit_LEAF(Emitter *e, const StepArgs *args)
{
    const Ll *ll = &e->ll;
    const Reg *a = operand(args, args->step->a);
    if (!a->gap || args->step->index == TRUTH_U)
        return (Reg){.phys = PHYS_BOOL, .value = a->value, .bad = a->bad};
    LLVMValueRef value = args->step->index == TRUTH_T ? ll_or(ll, a->value, a->bad)
                                                      : ll_and(ll, a->value, ll_not(ll, a->bad));
    return (Reg){.phys = PHYS_BOOL, .value = value, .bad = ll_i1(ll, false)};
}

// The other value takes the place of a plain gap.
static Reg emit_COALESCE(Emitter *e, const StepArgs *args)
{
    const Reg *a = operand(args, args->step->a), *b = operand(args, args->step->b);
    if (!a->gap || ll_is_false(a->bad))
        return *a;
    Reg out = choose(e, args->step->phys, a->bad, b, a);
    out.bad = ll_and(&e->ll, a->bad, b->bad);
    out.gap = b->gap;
    return out;
}

static Reg emit_SELECT(Emitter *e, const StepArgs *args)
{
    const Reg *condition = operand(args, args->step->a);
    Reg out = choose(e, args->step->phys, condition->value, operand(args, args->step->b),
                     operand(args, args->step->c));
    out.bad = ll_or(&e->ll, out.bad, condition->bad);
    return out;
}

static Reg emit_extreme(Emitter *e, const StepArgs *args, CompareOp op)
{
    const Reg *a = operand(args, args->step->a), *b = operand(args, args->step->b);
    Reg out = choose(e, args->step->phys, compare_values(e, op, a, b), a, b);
    out.bad = ll_or(&e->ll, a->bad, b->bad);
    return out;
}

static Reg emit_LEAST(Emitter *e, const StepArgs *args)
{
    return emit_extreme(e, args, COMPARE_LE);
}

static Reg emit_GREATEST(Emitter *e, const StepArgs *args)
{
    return emit_extreme(e, args, COMPARE_GE);
}

static Reg emit_ABS(Emitter *e, const StepArgs *args)
{
    const Reg *a = operand(args, args->step->a);
    Reg negated = emit_NEGATE(e, args);
    Reg zero = args->step->phys == PHYS_F64
                   ? (Reg){.phys = PHYS_F64, .value = LLVMConstReal(e->ll.f64, 0)}
                   : number_constant(e, args->step->phys, 0);
    return choose(e, args->step->phys, compare_values(e, COMPARE_LT, a, &zero), &negated, a);
}

// ---------------------------------------------------------------- the table

static const EmitStep EMIT[STEP_COUNT] = {
    [STEP_CONST] = emit_CONST,
    [STEP_PARAM] = emit_CONST,
    [STEP_AS_OF] = emit_CONST,
    [STEP_COLUMN] = emit_COLUMN,
    [STEP_VARIABLE_PRESENT] = emit_VARIABLE_PRESENT,
    [STEP_RESCALE] = emit_RESCALE,
    [STEP_MULTIPLY_CONST] = emit_MULTIPLY_CONST,
    [STEP_WIDEN] = emit_same,
    [STEP_ADD] = emit_ADD,
    [STEP_SUBTRACT] = emit_SUBTRACT,
    [STEP_MULTIPLY] = emit_MULTIPLY,
    [STEP_DIVIDE] = emit_DIVIDE,
    [STEP_NEGATE] = emit_NEGATE,
    [STEP_ABS] = emit_ABS,
    [STEP_LEAST] = emit_LEAST,
    [STEP_GREATEST] = emit_GREATEST,
    [STEP_TO_REAL] = emit_TO_REAL,
    [STEP_COMPARE] = emit_COMPARE,
    [STEP_EQUAL_IDENTITY] = emit_EQUAL_IDENTITY,
    [STEP_IN_SET] = emit_IN_SET,
    [STEP_IS_PRESENT] = emit_IS_PRESENT,
    [STEP_COALESCE] = emit_COALESCE,
    [STEP_SELECT] = emit_SELECT,
    [STEP_LEAF] = emit_LEAF,
    [STEP_LEAF_RAW] = emit_same,
    [STEP_AND] = emit_AND,
    [STEP_OR] = emit_OR,
    [STEP_NOT] = emit_NOT,
    [STEP_TRUTH_VALUE] = emit_same,
};

// Texts are equal where their codes are; their order needs the bytes.
static bool codes_fit(const Step *step)
{
    CompareOp op = (CompareOp)step->index;
    return step->op == STEP_EQUAL_IDENTITY || step->op == STEP_IN_SET || step->op == STEP_SELECT ||
           step->op == STEP_COALESCE || step->op == STEP_COLUMN || step->op == STEP_CONST ||
           step->op == STEP_PARAM || step->op == STEP_IS_PRESENT ||
           (step->op == STEP_COMPARE && (op == COMPARE_EQ || op == COMPARE_NE));
}

#define ITEMS_MAX 32

// A constant set is in the source of the IN_SET that reads it.
static bool is_set(const NativeExpr *expr, uint32_t index)
{
    const Step *steps = expr->expr->steps;
    return steps[index].op == STEP_CONST && index + 1 < expr->expr->count &&
           steps[index + 1].op == STEP_IN_SET && steps[index + 1].b == index;
}

static bool step_fits(const NativeExpr *expr, uint32_t index)
{
    const Step *steps = expr->expr->steps, *step = &steps[index];
    if (is_set(expr, index))
        return true;
    if (step->phys == PHYS_PAIR || EMIT[step->op] == NULL)
        return false;
    bool fetches = step->op <= STEP_ELEMENT || step->op == STEP_VARIABLE_PRESENT;
    if (fetches)
        return expr->sources[index].known;
    Phys a = steps[step->a].phys;
    if (a == PHYS_PAIR || (a == PHYS_CODE && !codes_fit(step)))
        return false;
    if (step->op == STEP_IN_SET)
        return expr->sources[index].known && expr->sources[index].item_count <= ITEMS_MAX &&
               a != PHYS_F64 && is_set(expr, step->b);
    if (step->op == STEP_TO_REAL)
        return a == PHYS_I64;
    if (step->op == STEP_DIVIDE)
        return step->phys == PHYS_F64;
    return true;
}

bool emit_supports(const NativeExpr *expr)
{
    for (uint32_t s = 0; s < expr->expr->count; s++)
        if (!step_fits(expr, s))
            return false;
    return expr->expr->count > 0;
}

Reg emit_expr(Emitter *e, const NativeExpr *expr)
{
    Reg *regs = ARENA_ARRAY(e->arena, Reg, expr->expr->count);
    for (uint32_t s = 0; s < expr->expr->count; s++) {
        StepArgs args = {expr, &expr->expr->steps[s], &expr->sources[s], regs};
        if (!is_set(expr, s))
            regs[s] = EMIT[args.step->op](e, &args);
    }
    return regs[expr->expr->count - 1];
}
