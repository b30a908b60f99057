// SPDX-License-Identifier: Apache-2.0
//
// digester.c: the digest of a file, on a thread of its own where the file is large: it must see all bytes in their order
// and takes as long as finding the records, but nobody waits for it before the end. Bytes are copied for it, which costs a
// tenth of the digest and leaves the reader free to do with its buffers what it wants.
#include "runtime/source/reader_int.h"

#include <pthread.h>

#include "runtime/base/digest.h"

#define RING_SIZE 4

struct Digester {
    Digest *digest; // the thread's while it runs
    bool threaded;
    bool ended; // nothing follows. This and what follows is guarded by the lock
    uint64_t made, taken;
    StrBuf ring[RING_SIZE]; // those of [taken, made) are the thread's
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

Digester *digester_create(void)
{
    Digester *digester = base_alloc_zeroed(1, sizeof *digester);
    digester->digest = digest_create(DIGEST_SHA256);
    return digester;
}

static void *run(void *closure)
{
    Digester *digester = closure;
    for (;;) {
        pthread_mutex_lock(&digester->lock);
        while (!digester->ended && digester->made == digester->taken)
            pthread_cond_wait(&digester->changed, &digester->lock);
        bool over = digester->made == digester->taken;
        const StrBuf *bytes = &digester->ring[digester->taken % RING_SIZE];
        pthread_mutex_unlock(&digester->lock);
        if (over)
            return NULL;
        digest_add(digester->digest, strbuf_str(bytes));
        pthread_mutex_lock(&digester->lock);
        digester->taken++;
        pthread_cond_broadcast(&digester->changed);
        pthread_mutex_unlock(&digester->lock);
    }
}

void digester_start(Digester *digester)
{
    ASSERT(!digester->threaded);
    int failed =
        pthread_mutex_init(&digester->lock, NULL) | pthread_cond_init(&digester->changed, NULL);
    ASSERT(failed == 0);
    // Without a thread to be had it goes on as before.
    digester->threaded = pthread_create(&digester->thread, NULL, run, digester) == 0;
}

void digester_add(Digester *digester, Str bytes)
{
    if (bytes.len == 0)
        return;
    if (!digester->threaded) {
        digest_add(digester->digest, bytes);
        return;
    }
    pthread_mutex_lock(&digester->lock);
    while (digester->made - digester->taken == RING_SIZE)
        pthread_cond_wait(&digester->changed, &digester->lock);
    StrBuf *copy = &digester->ring[digester->made % RING_SIZE];
    pthread_mutex_unlock(&digester->lock);
    strbuf_clear(copy);
    strbuf_add(copy, bytes);
    pthread_mutex_lock(&digester->lock);
    digester->made++;
    pthread_cond_broadcast(&digester->changed);
    pthread_mutex_unlock(&digester->lock);
}

// Waits for the thread to have taken everything.
static void end_thread(Digester *digester)
{
    if (!digester->threaded)
        return;
    pthread_mutex_lock(&digester->lock);
    digester->ended = true;
    pthread_cond_broadcast(&digester->changed);
    pthread_mutex_unlock(&digester->lock);
    pthread_join(digester->thread, NULL);
    pthread_cond_destroy(&digester->changed);
    pthread_mutex_destroy(&digester->lock);
    digester->threaded = false;
}

void digester_finish(Digester *digester, char hex[65])
{
    uint8_t bytes[DIGEST_SIZE];
    StrBuf text = {0};
    end_thread(digester);
    digest_finish(digester->digest, bytes);
    digest_hex(&text, bytes, sizeof bytes);
    ASSERT(text.len == 64);
    memcpy(hex, strbuf_cstr(&text), 65);
    strbuf_deinit(&text);
}

void digester_destroy(Digester *digester)
{
    if (digester == NULL)
        return;
    end_thread(digester);
    for (size_t i = 0; i < RING_SIZE; i++)
        strbuf_deinit(&digester->ring[i]);
    digest_destroy(digester->digest);
    free(digester);
}
