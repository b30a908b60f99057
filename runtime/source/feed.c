// SPDX-License-Identifier: Apache-2.0
//
// feed.c: cuts a file into pieces of whole records. Reading, decoding and scanning need no knowledge of the columns'
// types, so for a large file they run on a thread of their own, a few pieces ahead of the conversion, which may be shared
// by two takers. What is produced does not depend on that.
#include "runtime/source/load_int.h"

#include <pthread.h>

#ifdef SUP_TORTURE
#define PIECE_SIZE 1021
#else
#define PIECE_SIZE (256u << 10) // what the threads hand on to each other stays in their caches
#endif
#define RING_SIZE 8

struct Feed {
    Reader *reader;
    CsvScanner scanner;
    StrBuf carry; // begun and not yet complete
    bool read_all;
    bool finished; // the last piece has been produced
    Piece ring[RING_SIZE];
    // With a thread: pieces before `made` are ready, and a taker has done with those before its `taken`; guarded by the
    // lock.
    bool threaded, stop;
    uint64_t made, taken[FEED_TAKERS];
    bool holding[FEED_TAKERS]; // the taker has the piece `taken`
    bool ended[FEED_TAKERS];   // the taker has had the last piece
    uint32_t takers;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

size_t feed_piece_size(void)
{
    return PIECE_SIZE;
}

// Readable zeros behind the text, for the scanner.
static void pad(StrBuf *text)
{
    strbuf_reserve(text, CSV_PADDING);
    memset(text->ptr + text->len, 0, CSV_PADDING);
}

// Reads until the text has a whole record or nothing is left.
static Status fill(Feed *feed, Piece *piece)
{
    piece->used = 0;
    for (;;) {
        // A record longer than the text makes the text grow by doubling.
        size_t wanted = piece->text.len * 2;
        do {
            if (!feed->read_all)
                TRY(reader_next(feed->reader, &piece->text, &feed->read_all, &piece->error));
        } while (!feed->read_all && piece->text.len < wanted);
        pad(&piece->text);
        piece->used =
            csv_scan(&feed->scanner, strbuf_str(&piece->text), feed->read_all, 0, &piece->batch);
        if (feed->read_all || piece->used > 0 || feed->scanner.skipping)
            return STATUS_OK;
    }
}

static void produce(Feed *feed, Piece *piece)
{
    strbuf_clear(&piece->text);
    csv_batch_clear(&piece->batch);
    strbuf_add(&piece->text, strbuf_str(&feed->carry));
    strbuf_clear(&feed->carry);
    piece->status = fill(feed, piece);
    if (piece->status == STATUS_OK) {
        Str whole = {piece->text.ptr, piece->used};
        piece->facts = encoding_examine(whole);
        if (piece->facts.has_nul)
            csv_refuse_nul(&piece->batch, whole, feed->scanner.slot_count);
        strbuf_add(&feed->carry, str_slice(strbuf_str(&piece->text), piece->used, piece->text.len));
    }
    piece->bytes_done = reader_facts(feed->reader)->bytes;
    piece->last = feed->read_all || piece->status != STATUS_OK;
    ASSERT(!piece->last || piece->status != STATUS_OK || piece->used == piece->text.len);
    feed->finished = piece->last;
}

// The first piece that a taker has not done with.
static uint64_t oldest(const Feed *feed)
{
    uint64_t least = feed->taken[0];
    for (uint32_t i = 1; i < feed->takers; i++)
        least = MIN_OF(least, feed->taken[i]);
    return least;
}

static void *run(void *closure)
{
    Feed *feed = closure;
    while (!feed->finished) {
        pthread_mutex_lock(&feed->lock);
        while (!feed->stop && feed->made - oldest(feed) == RING_SIZE)
            pthread_cond_wait(&feed->changed, &feed->lock);
        bool stop = feed->stop;
        Piece *piece = &feed->ring[feed->made % RING_SIZE];
        pthread_mutex_unlock(&feed->lock);
        if (stop)
            break;
        produce(feed, piece);
        pthread_mutex_lock(&feed->lock);
        feed->made++;
        pthread_cond_broadcast(&feed->changed);
        pthread_mutex_unlock(&feed->lock);
    }
    return NULL;
}

Feed *feed_create(Reader *reader, const CsvScanner *scanner, Str front, bool last, uint32_t takers)
{
    ASSERT(takers <= FEED_TAKERS);
    Feed *feed = base_alloc_zeroed(1, sizeof *feed);
    feed->reader = reader;
    feed->scanner = *scanner;
    feed->read_all = last;
    strbuf_add(&feed->carry, front);
    if (takers == 0)
        return feed;
    feed->takers = takers;
    int failed = pthread_mutex_init(&feed->lock, NULL) | pthread_cond_init(&feed->changed, NULL);
    ASSERT(failed == 0);
    // Without a thread to be had the work is done in turn.
    feed->threaded = pthread_create(&feed->thread, NULL, run, feed) == 0;
    return feed;
}

static void let_go(Feed *feed, uint32_t taker)
{
    if (!feed->holding[taker])
        return;
    feed->holding[taker] = false;
    feed->taken[taker]++;
    pthread_cond_broadcast(&feed->changed);
}

static Piece *next_threaded(Feed *feed, uint32_t taker)
{
    pthread_mutex_lock(&feed->lock);
    let_go(feed, taker);
    while (!feed->stop && feed->made == feed->taken[taker])
        pthread_cond_wait(&feed->changed, &feed->lock);
    bool stop = feed->stop;
    feed->holding[taker] = !stop;
    Piece *piece = &feed->ring[feed->taken[taker] % RING_SIZE];
    pthread_mutex_unlock(&feed->lock);
    return stop ? NULL : piece;
}

bool feed_threaded(const Feed *feed)
{
    return feed->threaded;
}

Piece *feed_next(Feed *feed, uint32_t taker)
{
    Piece *piece = &feed->ring[0];
    if (feed->ended[taker])
        return NULL;
    if (feed->threaded)
        piece = next_threaded(feed, taker);
    else
        produce(feed, piece);
    feed->ended[taker] = piece == NULL || piece->last;
    return piece;
}

void feed_done(Feed *feed, uint32_t taker)
{
    pthread_mutex_lock(&feed->lock);
    let_go(feed, taker);
    pthread_mutex_unlock(&feed->lock);
}

void feed_await(Feed *feed, uint32_t taker, uint32_t other)
{
    pthread_mutex_lock(&feed->lock);
    while (feed->taken[other] <= feed->taken[taker])
        pthread_cond_wait(&feed->changed, &feed->lock);
    pthread_mutex_unlock(&feed->lock);
}

void feed_leave(Feed *feed, uint32_t taker)
{
    pthread_mutex_lock(&feed->lock);
    feed->holding[taker] = false;
    feed->taken[taker] = UINT64_MAX;
    pthread_cond_broadcast(&feed->changed);
    pthread_mutex_unlock(&feed->lock);
}

void feed_stop(Feed *feed)
{
    if (!feed->threaded)
        return;
    pthread_mutex_lock(&feed->lock);
    feed->stop = true;
    pthread_cond_broadcast(&feed->changed);
    pthread_mutex_unlock(&feed->lock);
}

void feed_destroy(Feed *feed)
{
    if (feed == NULL)
        return;
    feed_stop(feed);
    if (feed->threaded)
        pthread_join(feed->thread, NULL);
    if (feed->takers > 0) {
        pthread_cond_destroy(&feed->changed);
        pthread_mutex_destroy(&feed->lock);
    }
    for (size_t i = 0; i < RING_SIZE; i++) {
        strbuf_deinit(&feed->ring[i].text);
        csv_batch_deinit(&feed->ring[i].batch);
        vec_free(&feed->ring[i].faults);
        error_deinit(&feed->ring[i].error);
    }
    strbuf_deinit(&feed->carry);
    free(feed);
}
