// SPDX-License-Identifier: Apache-2.0
//
// digest.h: SHA-256 and SM3. The only user of OpenSSL.
#ifndef SUP_RUNTIME_BASE_DIGEST_H
#define SUP_RUNTIME_BASE_DIGEST_H

#include "runtime/base/base.h"
#include "runtime/base/str.h"

#define DIGEST_SIZE 32 // bytes, of both kinds

typedef enum DigestKind { DIGEST_SHA256, DIGEST_SM3 } DigestKind;

// A digest under way. Belongs to one thread.
typedef struct Digest Digest;

// Starts a digest; the caller owns it.
Digest *digest_create(DigestKind kind);
void digest_destroy(Digest *digest); // NULL is allowed

// Feeds bytes.
void digest_add(Digest *digest, Str bytes);

// Writes the digest of all bytes fed and starts again from nothing.
void digest_finish(Digest *digest, uint8_t out[DIGEST_SIZE]);

// SHA-256 of bytes in one call.
void digest_sha256(Str bytes, uint8_t out[DIGEST_SIZE]);

// HMAC-SHA-256 of bytes under a key, for pseudonyms.
void digest_hmac_sha256(Str key, Str bytes, uint8_t out[DIGEST_SIZE]);

// Appends count bytes in lower-case hexadecimal.
void digest_hex(StrBuf *buf, const uint8_t *bytes, size_t count);

#endif
