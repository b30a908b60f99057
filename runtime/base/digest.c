// SPDX-License-Identifier: Apache-2.0
//
// digest.c: the wrapper of OpenSSL's digests.
//
// The library fails here only for lack of memory or because it was built without an algorithm; the
// first is fatal, the second a fault of the installation that an assertion names.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "runtime/base/digest.h"

struct Digest {
    EVP_MD_CTX *context;
    const EVP_MD *algorithm;
};

static void digest_begin(Digest *digest)
{
    int begun = EVP_DigestInit_ex(digest->context, digest->algorithm, NULL);
    ASSERT(begun == 1);
}

Digest *digest_create(DigestKind kind)
{
    Digest *digest = base_alloc_zeroed(1, sizeof *digest);
    digest->algorithm = kind == DIGEST_SM3 ? EVP_sm3() : EVP_sha256();
    ASSERT(digest->algorithm != NULL);
    ASSERT(EVP_MD_get_size(digest->algorithm) == DIGEST_SIZE);
    digest->context = EVP_MD_CTX_new();
    if (digest->context == NULL)
        base_memory_failed(sizeof *digest);
    digest_begin(digest);
    return digest;
}

void digest_destroy(Digest *digest)
{
    if (digest == NULL)
        return;
    EVP_MD_CTX_free(digest->context);
    free(digest);
}

void digest_add(Digest *digest, Str bytes)
{
    if (bytes.len == 0)
        return;
    int added = EVP_DigestUpdate(digest->context, bytes.ptr, bytes.len);
    ASSERT(added == 1);
}

void digest_finish(Digest *digest, uint8_t out[DIGEST_SIZE])
{
    unsigned size = 0;
    int finished = EVP_DigestFinal_ex(digest->context, out, &size);
    ASSERT(finished == 1);
    ASSERT(size == DIGEST_SIZE);
    digest_begin(digest);
}

void digest_sha256(Str bytes, uint8_t out[DIGEST_SIZE])
{
    unsigned size = 0;
    const char *data = bytes.len == 0 ? "" : bytes.ptr;
    int done = EVP_Digest(data, bytes.len, out, &size, EVP_sha256(), NULL);
    ASSERT(done == 1);
    ASSERT(size == DIGEST_SIZE);
}

void digest_hmac_sha256(Str key, Str bytes, uint8_t out[DIGEST_SIZE])
{
    ASSERT(key.len <= INT_MAX);
    unsigned size = 0;
    const void *key_data = key.len == 0 ? "" : key.ptr;
    const void *data = bytes.len == 0 ? "" : bytes.ptr;
    const uint8_t *done = HMAC(EVP_sha256(), key_data, (int)key.len, data, bytes.len, out, &size);
    ASSERT(done != NULL);
    ASSERT(size == DIGEST_SIZE);
}

void digest_hex(StrBuf *buf, const uint8_t *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    strbuf_reserve(buf, 2 * count);
    for (size_t i = 0; i < count; i++) {
        strbuf_add_char(buf, digits[bytes[i] >> 4]);
        strbuf_add_char(buf, digits[bytes[i] & 15]);
    }
}
