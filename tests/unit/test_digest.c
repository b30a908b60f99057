// SPDX-License-Identifier: Apache-2.0
//
// test_digest.c: the published examples of SHA-256 (FIPS 180-4), HMAC (RFC 4231) and SM3
// (GB/T 32905).
#include "tests/unit/unit.h"

#include "runtime/base/digest.h"

static void expect_hex(const uint8_t digest[DIGEST_SIZE], const char *expected)
{
    StrBuf buf = {0};
    digest_hex(&buf, digest, DIGEST_SIZE);
    expect_str(strbuf_str(&buf), expected);
    strbuf_deinit(&buf);
}

static void test_sha256(void **state)
{
    (void)state;
    uint8_t out[DIGEST_SIZE];
    digest_sha256(STR("abc"), out);
    expect_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_sha256((Str){0}, out);
    expect_hex(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void test_streaming(void **state)
{
    (void)state;
    uint8_t out[DIGEST_SIZE];
    Digest *digest = digest_create(DIGEST_SHA256);
    char block[1000];
    memset(block, 'a', sizeof block);
    for (int round = 0; round < 2; round++) { // finishing starts again from nothing
        for (int i = 0; i < 1000; i++)
            digest_add(digest, (Str){block, sizeof block});
        digest_add(digest, (Str){0});
        digest_finish(digest, out);
        expect_hex(out, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }
    digest_destroy(digest);
    digest_destroy(NULL);
}

static void test_sm3(void **state)
{
    (void)state;
    uint8_t out[DIGEST_SIZE];
    Digest *digest = digest_create(DIGEST_SM3);
    digest_add(digest, STR("a"));
    digest_add(digest, STR("bc"));
    digest_finish(digest, out);
    expect_hex(out, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    digest_destroy(digest);
}

static void test_hmac(void **state)
{
    (void)state;
    uint8_t out[DIGEST_SIZE];
    digest_hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?"), out);
    expect_hex(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    digest_hmac_sha256((Str){0}, (Str){0}, out);
    expect_hex(out, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_streaming),
        cmocka_unit_test(test_sm3),
        cmocka_unit_test(test_hmac),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
