// SPDX-License-Identifier: Apache-2.0
//
// emit_kernel.c: the loop over rows around the steps, and what is done with their values.
//
// SCAN and SELECT go over rows without a branch: the present row is always written behind those that passed, and behind those
// that the interpreter must take, and only the counts say whether it stays. VALUES and FOLD leave a row with a branch,
// because a bad row's number may be no row at all. What a row does to memory comes last, so a bail leaves nothing half
// done.

#include <stddef.h>

#include "compiler/llvm/emit.h"
#include "runtime/base/wide.h"

typedef struct Loop {
    LLVMValueRef stop;   // behind the last row
    LLVMValueRef index;  // of this round
    LLVMValueRef bails;  // so far
    LLVMValueRef passed; // so far (SCAN)
    LLVMBasicBlockRef entry, body, exit;
} Loop;

static LLVMValueRef arg_pointer(Emitter *e, size_t offset, const char *name)
{
    return ll_member(&e->ll, e->ll.pointer, e->args, offset, name);
}

// The pointers of an array of pointers, each read once before the loop.
static LLVMValueRef *load_pointers(Emitter *e, size_t offset, uint32_t count, const char *name)
{
    LLVMValueRef *pointers = ARENA_ARRAY(e->arena, LLVMValueRef, MAX_OF(count, 1u));
    LLVMValueRef array = arg_pointer(e, offset, name);
    for (uint32_t i = 0; i < count; i++)
        pointers[i] = ll_load_at(&e->ll, e->ll.pointer, array, ll_i64(&e->ll, i), name);
    return pointers;
}

static void begin_function(Emitter *e, const char *name)
{
    Ll *ll = &e->ll;
    LLVMTypeRef params[3] = {ll->pointer, ll->i64, ll->i64};
    ll->function = LLVMAddFunction(ll->module, name, LLVMFunctionType(ll->i64, params, 3, 0));
    e->args = LLVMGetParam(ll->function, 0);
    ll_at(ll, ll_block(ll, "entry"));
    const NativeRequest *request = e->request;
    e->values = load_pointers(e, offsetof(NativeArgs, values), request->input_count, "values");
    e->validity = load_pointers(e, offsetof(NativeArgs, validity), request->input_count, "known");
    if (request->kind != NATIVE_SCAN)
        e->rows = load_pointers(e, offsetof(NativeArgs, rows), request->rows_count, "rows");
    e->row = ARENA_ARRAY(e->arena, LLVMValueRef, MAX_OF(request->rows_count, 1u));
    e->cells = ARENA_ARRAY(e->arena, Reg, MAX_OF(request->input_count, 1u));
}

// Opens the loop: blocks, and the values that go round.
static void begin_loop(Emitter *e, Loop *loop)
{
    Ll *ll = &e->ll;
    LLVMValueRef first = LLVMGetParam(ll->function, 1), count = LLVMGetParam(ll->function, 2);
    loop->entry = LLVMGetInsertBlock(ll->builder);
    loop->body = ll_block(ll, "row");
    loop->exit = ll_block(ll, "end");
    loop->stop = LLVMBuildAdd(ll->builder, first, count, "stop");
    LLVMValueRef any = ll_compare(ll, LLVMIntSGT, count, ll_i64(ll, 0));
    LLVMBuildCondBr(ll->builder, any, loop->body, loop->exit);
    ll_at(ll, loop->body);
    loop->index = LLVMBuildPhi(ll->builder, ll->i64, "index");
    loop->bails = LLVMBuildPhi(ll->builder, ll->i64, "bails");
    loop->passed = LLVMBuildPhi(ll->builder, ll->i64, "passed");
    LLVMValueRef zero = ll_i64(ll, 0);
    LLVMAddIncoming(loop->index, &first, &loop->entry, 1);
    LLVMAddIncoming(loop->bails, &zero, &loop->entry, 1);
    LLVMAddIncoming(loop->passed, &zero, &loop->entry, 1);
}

// Closes it in the present block, with the counts as they are now, and returns how many passed.
static void end_loop(Emitter *e, Loop *loop, LLVMValueRef bails, LLVMValueRef passed)
{
    Ll *ll = &e->ll;
    LLVMBasicBlockRef last = LLVMGetInsertBlock(ll->builder);
    LLVMValueRef next = LLVMBuildAdd(ll->builder, loop->index, ll_i64(ll, 1), "next");
    LLVMAddIncoming(loop->index, &next, &last, 1);
    LLVMAddIncoming(loop->bails, &bails, &last, 1);
    LLVMAddIncoming(loop->passed, &passed, &last, 1);
    LLVMBuildCondBr(ll->builder, ll_compare(ll, LLVMIntSLT, next, loop->stop), loop->body,
                    loop->exit);
    ll_at(ll, loop->exit);
    LLVMValueRef zero = ll_i64(ll, 0);
    LLVMValueRef all_bails = LLVMBuildPhi(ll->builder, ll->i64, "bails");
    LLVMValueRef all_passed = LLVMBuildPhi(ll->builder, ll->i64, "passed");
    LLVMAddIncoming(all_bails, &zero, &loop->entry, 1);
    LLVMAddIncoming(all_bails, &bails, &last, 1);
    LLVMAddIncoming(all_passed, &zero, &loop->entry, 1);
    LLVMAddIncoming(all_passed, &passed, &last, 1);
    LLVMValueRef at =
        ll_element(ll, ll->i8, e->args, ll_i64(ll, (int64_t)offsetof(NativeArgs, bail_count)));
    ll_store(ll, all_bails, at);
    loop->passed = all_passed;
}

// ---------------------------------------------------------------- SCAN

// A row passes where all conditions are true; it is left to the interpreter where one is bad and none is false for
// certain.
static void conditions(Emitter *e, LLVMValueRef *pass, LLVMValueRef *bad)
{
    const Ll *ll = &e->ll;
    LLVMValueRef rejected = ll_i1(ll, false), unknown = ll_i1(ll, false);
    for (uint32_t c = 0; c < e->request->expr_count; c++) {
        Reg truth = emit_expr(e, &e->request->exprs[c]);
        LLVMValueRef is_false = ll_and(ll, ll_not(ll, truth.value), ll_not(ll, truth.bad));
        rejected = ll_or(ll, rejected, is_false);
        unknown = ll_or(ll, unknown, truth.bad);
    }
    *bad = ll_and(ll, unknown, ll_not(ll, rejected));
    *pass = ll_not(ll, ll_or(ll, rejected, unknown));
}

static LLVMValueRef append_if(Emitter *e, LLVMValueRef list, LLVMValueRef count,
                              LLVMValueRef number, LLVMValueRef condition)
{
    const Ll *ll = &e->ll;
    if (ll_is_false(condition))
        return count;
    ll_store(ll, number, ll_element(ll, ll->i64, list, count));
    LLVMValueRef one = LLVMBuildZExt(ll->builder, condition, ll->i64, "one");
    return LLVMBuildAdd(ll->builder, count, one, "count");
}

static void emit_scan(Emitter *e)
{
    LLVMValueRef selected = arg_pointer(e, offsetof(NativeArgs, selected), "selected");
    LLVMValueRef left = arg_pointer(e, offsetof(NativeArgs, bails), "left");
    Loop loop;
    begin_loop(e, &loop);
    for (uint32_t r = 0; r < e->request->rows_count; r++)
        e->row[r] = loop.index;
    LLVMValueRef pass, bad;
    conditions(e, &pass, &bad);
    LLVMValueRef passed = append_if(e, selected, loop.passed, loop.index, pass);
    LLVMValueRef bails = append_if(e, left, loop.bails, loop.index, bad);
    end_loop(e, &loop, bails, passed);
    LLVMBuildRet(e->ll.builder, loop.passed);
}

// The row numbers of the present index, 0 where they are below it; returns whether one is.
static LLVMValueRef read_rows_anyway(Emitter *e, const Loop *loop)
{
    Ll *ll = &e->ll;
    LLVMValueRef absent = ll_i1(ll, false), zero = ll_i64(ll, 0);
    for (uint32_t r = 0; r < e->request->rows_count; r++) {
        LLVMValueRef row = ll_load_at(ll, ll->i64, e->rows[r], loop->index, "row");
        LLVMValueRef below = ll_compare(ll, LLVMIntSLT, row, zero);
        e->row[r] = LLVMBuildSelect(ll->builder, below, zero, row, "row");
        absent = ll_or(ll, absent, below);
    }
    return absent;
}

static void emit_select(Emitter *e)
{
    const Ll *ll = &e->ll;
    LLVMValueRef selected = arg_pointer(e, offsetof(NativeArgs, selected), "selected");
    LLVMValueRef left = arg_pointer(e, offsetof(NativeArgs, bails), "left");
    Loop loop;
    begin_loop(e, &loop);
    LLVMValueRef absent = read_rows_anyway(e, &loop), pass, bad;
    conditions(e, &pass, &bad);
    LLVMValueRef there = ll_not(ll, absent);
    LLVMValueRef passed = append_if(e, selected, loop.passed, loop.index, ll_and(ll, pass, there));
    LLVMValueRef bails = append_if(e, left, loop.bails, loop.index, ll_or(ll, bad, absent));
    end_loop(e, &loop, bails, passed);
    LLVMBuildRet(e->ll.builder, loop.passed);
}

// ---------------------------------------------------------------- VALUES and FOLD

// The row numbers of the present index. Where one is below 0 the row is left at once, through `bail`.
static void read_rows(Emitter *e, const Loop *loop, LLVMBasicBlockRef bail)
{
    Ll *ll = &e->ll;
    LLVMValueRef signs = NULL;
    for (uint32_t r = 0; r < e->request->rows_count; r++) {
        e->row[r] = ll_load_at(ll, ll->i64, e->rows[r], loop->index, "row");
        signs = signs == NULL ? e->row[r] : LLVMBuildOr(ll->builder, signs, e->row[r], "signs");
    }
    if (signs == NULL)
        return;
    LLVMBasicBlockRef there = ll_block(ll, "there");
    LLVMBuildCondBr(ll->builder, ll_compare(ll, LLVMIntSLT, signs, ll_i64(ll, 0)), bail, there);
    ll_at(ll, there);
}

// Leaves the row where `bad`.
static void leave_if(Emitter *e, LLVMValueRef bad, LLVMBasicBlockRef bail)
{
    Ll *ll = &e->ll;
    if (ll_is_false(bad))
        return;
    LLVMBasicBlockRef good = ll_block(ll, "good");
    LLVMBuildCondBr(ll->builder, bad, bail, good);
    ll_at(ll, good);
}

static LLVMValueRef stored(Emitter *e, const Reg *reg)
{
    if (reg->phys == PHYS_BOOL)
        return LLVMBuildZExt(e->ll.builder, reg->value, e->ll.i8, "truth");
    return reg->phys == PHYS_I128 ? reg_i128(e, reg) : reg->value;
}

// Where rows meet again behind their work: `done` after it, `bail` after writing the number down.
typedef struct Meeting {
    LLVMBasicBlockRef done, bail;
} Meeting;

static Meeting begin_meeting(Emitter *e)
{
    return (Meeting){ll_block(&e->ll, "done"), ll_block(&e->ll, "bail")};
}

static void end_meeting(Emitter *e, Loop *loop, const Meeting *meeting, LLVMValueRef left,
                        LLVMValueRef passed)
{
    Ll *ll = &e->ll;
    LLVMBuildBr(ll->builder, meeting->done);
    ll_at(ll, meeting->bail);
    ll_store(ll, loop->index, ll_element(ll, ll->i64, left, loop->bails));
    LLVMValueRef more = LLVMBuildAdd(ll->builder, loop->bails, ll_i64(ll, 1), "more");
    LLVMBuildBr(ll->builder, meeting->done);
    ll_at(ll, meeting->done);
    LLVMValueRef bails = LLVMBuildPhi(ll->builder, ll->i64, "bails");
    LLVMAddIncoming(bails, &more, (LLVMBasicBlockRef[]){meeting->bail}, 1);
    // Every other way into `done` brings the count as it was.
    for (LLVMUseRef use = LLVMGetFirstUse(LLVMBasicBlockAsValue(meeting->done)); use != NULL;
         use = LLVMGetNextUse(use)) {
        LLVMBasicBlockRef from = LLVMGetInstructionParent(LLVMGetUser(use));
        if (from != meeting->bail)
            LLVMAddIncoming(bails, &loop->bails, &from, 1);
    }
    end_loop(e, loop, bails, passed);
}

static void emit_values(Emitter *e)
{
    Ll *ll = &e->ll;
    uint32_t count = e->request->expr_count;
    LLVMValueRef *outputs = load_pointers(e, offsetof(NativeArgs, outputs), count, "out");
    LLVMValueRef left = arg_pointer(e, offsetof(NativeArgs, bails), "left");
    Loop loop;
    begin_loop(e, &loop);
    Meeting meeting = begin_meeting(e);
    read_rows(e, &loop, meeting.bail);
    Reg *regs = ARENA_ARRAY(e->arena, Reg, count);
    LLVMValueRef bad = ll_i1(ll, false);
    for (uint32_t x = 0; x < count; x++) {
        regs[x] = emit_expr(e, &e->request->exprs[x]);
        bad = ll_or(ll, bad, regs[x].bad);
    }
    leave_if(e, bad, meeting.bail);
    for (uint32_t x = 0; x < count; x++) {
        LLVMValueRef value = stored(e, &regs[x]);
        ll_store(ll, value, ll_element(ll, LLVMTypeOf(value), outputs[x], loop.index));
    }
    end_meeting(e, &loop, &meeting, left, ll_i64(ll, 0));
    LLVMBuildRet(ll->builder, ll_i64(ll, 0));
}

// ---------------------------------------------------------------- FOLD

typedef struct FoldCode {
    const NativeFold *fold;
    LLVMValueRef counts, folded; // arrays by group
    Reg value;
    LLVMValueRef when; // NULL: always
} FoldCode;

// wide_sum_add: 192 bits in two's complement.
static void add_to_sum(Emitter *e, const FoldCode *code, LLVMValueRef group)
{
    Ll *ll = &e->ll;
    LLVMValueRef bytes = LLVMBuildMul(ll->builder, group, ll_i64(ll, sizeof(WideSum)), "bytes");
    LLVMValueRef sum = ll_element(ll, ll->i8, code->folded, bytes);
    LLVMValueRef high_at =
        ll_element(ll, ll->i8, sum, ll_i64(ll, (int64_t)offsetof(WideSum, high)));
    LLVMValueRef low = ll_load(ll, ll->i128, sum, "low"), value = reg_i128(e, &code->value);
    LLVMValueRef total = LLVMBuildAdd(ll->builder, low, value, "total");
    ll_store(ll, total, sum);
    LLVMValueRef carry =
        LLVMBuildZExt(ll->builder, ll_compare(ll, LLVMIntULT, total, low), ll->i64, "carry");
    LLVMValueRef sign = LLVMBuildAShr(ll->builder, value, ll_i128(ll, 127), "sign");
    sign = LLVMBuildTrunc(ll->builder, sign, ll->i64, "sign");
    LLVMValueRef high = ll_load(ll, ll->i64, high_at, "high");
    high = LLVMBuildAdd(ll->builder, high, carry, "high");
    ll_store(ll, LLVMBuildAdd(ll->builder, high, sign, "high"), high_at);
}

// The cell of the best value: 16 bytes, zero beyond a value of 64 bits.
static void keep_best(Emitter *e, const FoldCode *code, LLVMValueRef group, LLVMValueRef count)
{
    Ll *ll = &e->ll;
    LLVMValueRef bytes = LLVMBuildMul(ll->builder, group, ll_i64(ll, 16), "bytes");
    LLVMValueRef cell = ll_element(ll, ll->i8, code->folded, bytes);
    bool wide = code->value.phys == PHYS_I128;
    LLVMTypeRef type = wide ? ll->i128 : ll->i64;
    LLVMValueRef value = wide ? reg_i128(e, &code->value) : code->value.value;
    LLVMValueRef best = ll_load(ll, type, cell, "best");
    bool least = code->fold->kind == AGGREGATE_MIN;
    LLVMValueRef better = ll_compare(ll, least ? LLVMIntSLT : LLVMIntSGT, value, best);
    LLVMValueRef first = ll_compare(ll, LLVMIntEQ, count, ll_i64(ll, 0));
    better = LLVMBuildOr(ll->builder, better, first, "better");
    ll_store(ll, LLVMBuildSelect(ll->builder, better, value, best, "kept"), cell);
}

static void fold_one(Emitter *e, const FoldCode *code, LLVMValueRef group)
{
    Ll *ll = &e->ll;
    LLVMBasicBlockRef behind = NULL;
    if (code->when != NULL) {
        LLVMBasicBlockRef inside = ll_block(ll, "counts");
        behind = ll_block(ll, "behind");
        LLVMBuildCondBr(ll->builder, code->when, inside, behind);
        ll_at(ll, inside);
    }
    LLVMValueRef at = ll_element(ll, ll->i64, code->counts, group);
    LLVMValueRef count = ll_load(ll, ll->i64, at, "n");
    if (code->fold->kind == AGGREGATE_SUM || code->fold->kind == AGGREGATE_MEAN)
        add_to_sum(e, code, group);
    else if (code->fold->kind != AGGREGATE_COUNT)
        keep_best(e, code, group, count);
    ll_store(ll, LLVMBuildAdd(ll->builder, count, ll_i64(ll, 1), "n"), at);
    if (behind != NULL) {
        LLVMBuildBr(ll->builder, behind);
        ll_at(ll, behind);
    }
}

// The values of all folds of the present row; returns whether the row must be left. A value counts only where its
// condition holds.
static LLVMValueRef fold_values(Emitter *e, FoldCode *codes)
{
    const Ll *ll = &e->ll;
    LLVMValueRef bad = ll_i1(ll, false);
    for (uint32_t f = 0; f < e->request->fold_count; f++) {
        const NativeFold *fold = codes[f].fold;
        LLVMValueRef own = ll_i1(ll, false);
        if (fold->value != NATIVE_NONE) {
            codes[f].value = emit_expr(e, &e->request->exprs[fold->value]);
            own = codes[f].value.bad;
        }
        if (fold->when != NATIVE_NONE) {
            Reg when = emit_expr(e, &e->request->exprs[fold->when]);
            codes[f].when = when.value;
            own = ll_or(ll, when.bad, ll_and(ll, own, when.value));
        }
        bad = ll_or(ll, bad, own);
    }
    return bad;
}

static void emit_folds(Emitter *e)
{
    Ll *ll = &e->ll;
    uint32_t count = e->request->fold_count;
    LLVMValueRef *counts = load_pointers(e, offsetof(NativeArgs, counts), count, "counts");
    LLVMValueRef *folded = load_pointers(e, offsetof(NativeArgs, folded), count, "folded");
    FoldCode *codes = ARENA_ARRAY(e->arena, FoldCode, MAX_OF(count, 1u));
    for (uint32_t f = 0; f < count; f++)
        codes[f] =
            (FoldCode){.fold = &e->request->folds[f], .counts = counts[f], .folded = folded[f]};
    LLVMValueRef groups = arg_pointer(e, offsetof(NativeArgs, groups), "groups");
    LLVMValueRef left = arg_pointer(e, offsetof(NativeArgs, bails), "left");
    Loop loop;
    begin_loop(e, &loop);
    Meeting meeting = begin_meeting(e);
    LLVMValueRef group = ll_load_at(ll, ll->i64, groups, loop.index, "group");
    LLVMBasicBlockRef counted = ll_block(ll, "counted");
    LLVMBuildCondBr(ll->builder, ll_compare(ll, LLVMIntSLT, group, ll_i64(ll, 0)), meeting.done,
                    counted);
    ll_at(ll, counted);
    read_rows(e, &loop, meeting.bail);
    leave_if(e, fold_values(e, codes), meeting.bail);
    for (uint32_t f = 0; f < count; f++)
        fold_one(e, &codes[f], group);
    end_meeting(e, &loop, &meeting, left, ll_i64(ll, 0));
    LLVMBuildRet(ll->builder, ll_i64(ll, 0));
}

void emit_kernel(Emitter *e, const char *name)
{
    begin_function(e, name);
    switch (e->request->kind) {
    case NATIVE_SCAN:
        emit_scan(e);
        return;
    case NATIVE_SELECT:
        emit_select(e);
        return;
    case NATIVE_VALUES:
        emit_values(e);
        return;
    case NATIVE_FOLD:
        emit_folds(e);
        return;
    }
}
