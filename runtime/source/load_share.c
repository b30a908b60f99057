// SPDX-License-Identifier: Apache-2.0
//
// load_share.c: the columns of a table, converted by two threads. A column belongs to one of them for a whole file and
// gets its pieces in order, so what it becomes is the same as without a helper; only who is waited for changes.
#include "runtime/source/load_int.h"

#include <pthread.h>

#define ESTIMATE_ROWS_MIN 100000

// Makes room for all rows once, by the size of the rows seen so far.
static void reserve_rows(Share *share, const Piece *piece)
{
    size_t count = piece->batch.records.count;
    if (share->reserved || count == 0)
        return;
    share->reserved = true;
    double row_size = (double)piece->used / (double)count;
    double rows = (double)share->bytes_total / MAX_OF(row_size, 1.0) * 1.02;
    if (piece->last || rows < ESTIMATE_ROWS_MIN || rows > 1e12)
        return;
    for (uint32_t i = 0; i < share->loader_count; i++) {
        if (share->loaders[i].helped == share->helped)
            column_reserve(share->loaders[i].column, (int64_t)rows);
    }
}

void share_convert(Share *share, const Piece *piece, RowFault *faults)
{
    PieceView view = {.text = {piece->text.ptr, piece->used},
                      .batch = &piece->batch,
                      .slot_count = share->loader_count,
                      .valid = piece->facts.valid,
                      .faults = faults,
                      .dict = share->dict,
                      .scratch = &share->scratch};
    reserve_rows(share, piece);
    for (uint32_t i = 0; i < share->loader_count; i++) {
        if (share->loaders[i].helped == share->helped)
            column_loader_add(&share->loaders[i], &view);
    }
}

int64_t share_bytes(const Share *share)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < share->loader_count; i++) {
        const Column *column = share->loaders[i].column;
        if (share->loaders[i].helped != share->helped)
            continue;
        size_t size = column->narrow ? sizeof(int64_t) : phys_size(column->phys);
        bytes += (size_t)column->count * size + column->unknown.count * sizeof(Unknown);
    }
    return (int64_t)bytes;
}

// About how long the cells of a column take, in those of a number.
static int32_t effort(TypeKind kind)
{
    switch (kind) {
    case TYPE_INTEGER:
    case TYPE_DATE:
    case TYPE_DECIMAL:
    case TYPE_MONEY:
    case TYPE_PRICE:
    case TYPE_QUANTITY:
    case TYPE_RATIO:
        return 2;
    case TYPE_TEXT:
        return 5;
    default:
        return 12;
    }
}

bool share_divide(ColumnLoader *loaders, uint32_t count)
{
    int32_t stay = 0, helped = 0;
    for (uint32_t i = 0; i < count; i++) {
        loaders[i].helped = loaders[i].column->phys != PHYS_CODE;
        stay += loaders[i].helped ? 0 : effort(loaders[i].decl->type.kind);
    }
    // The rest is dealt out one by one to whom has less.
    for (uint32_t i = 0; i < count; i++) {
        if (!loaders[i].helped)
            continue;
        loaders[i].helped = stay >= helped;
        *(loaders[i].helped ? &helped : &stay) += effort(loaders[i].decl->type.kind);
    }
    return helped > 0;
}

// ---- The helper ---------------------------------------------------------------------------------

struct Helper {
    Feed *feed;
    Share *share;
    pthread_t thread;
};

static bool any_fault(const RowFault *faults, size_t count)
{
    uint32_t any = 0;
    for (size_t i = 0; i < count; i++)
        any |= (uint32_t)faults[i].reason;
    return any != 0;
}

static void *help(void *closure)
{
    Helper *helper = closure;
    for (Piece *piece = feed_next(helper->feed, 1); piece != NULL && piece->status == STATUS_OK;
         piece = feed_next(helper->feed, 1)) {
        vec_clear(&piece->faults);
        vec_resize(&piece->faults, piece->batch.records.count);
        share_convert(helper->share, piece, piece->faults.items);
        if (!any_fault(piece->faults.items, piece->faults.count))
            vec_clear(&piece->faults);
        piece->bytes_kept = share_bytes(helper->share);
        feed_done(helper->feed, 1);
    }
    feed_leave(helper->feed, 1);
    return NULL;
}

Helper *helper_start(Feed *feed, Share *share)
{
    Helper *helper = base_alloc_zeroed(1, sizeof *helper);
    helper->feed = feed;
    helper->share = share;
    if (pthread_create(&helper->thread, NULL, help, helper) == 0)
        return helper;
    free(helper);
    feed_leave(feed, 1);
    return NULL;
}

void helper_join(Helper *helper)
{
    if (helper == NULL)
        return;
    int failed = pthread_join(helper->thread, NULL);
    ASSERT(failed == 0);
    free(helper);
}
