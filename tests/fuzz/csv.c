// SPDX-License-Identifier: Apache-2.0
//
// csv.c: fuzz target for data files: detection, decoding, records and cells of any bytes.
//
// What must hold for every input: no crash, the same records for every cutting into pieces, and each byte
// belongs to the records, to line ends or to blank lines. libFuzzer builds it as
//     clang -fsanitize=fuzzer,address,undefined tests/fuzz/csv.c … the sources of base, data and source
// and csv.corpus keeps the inputs that reached most, one a line in hexadecimal; unit/test_fuzz_csv.c
// replays them.
#include "runtime/source/csv.h"
#include "runtime/base/digest.h"
#include "runtime/source/convert.h"
#include "runtime/source/encoding.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

// A digest of the records, so that two scans can be compared.
static void feed_records(Digest *digest, Str text, const CsvBatch *batch)
{
    StrBuf scratch = {0};
    for (size_t i = 0; i < batch->records.count; i++) {
        const CsvRecord *record = &batch->records.items[i];
        int64_t head[3] = {record->line, (int64_t)record->fault, record->cell_count};
        if (record->fault != REASON_NONE)
            head[2] = 0;
        digest_add(digest, (Str){(const char *)head, sizeof head});
        for (int64_t k = 0; k < head[2]; k++) {
            Str cell =
                csv_cell_text(text, batch->cells.items[record->first_cell + (size_t)k], &scratch);
            digest_add(digest, cell);
            digest_add(digest, STR("\x1F"));
        }
    }
    strbuf_deinit(&scratch);
}

// Scans a text in pieces of `piece` bytes.
static void scan(Str text, size_t piece, char separator, uint8_t out[DIGEST_SIZE])
{
    Digest *digest = digest_create(DIGEST_SHA256);
    CsvScanner scanner = {.separator = separator, .record_size_max = 200};
    StrBuf carry = {0};
    for (size_t at = 0; at < text.len;) {
        size_t take = MIN_OF(piece, text.len - at);
        strbuf_add(&carry, str_slice(text, at, at + take));
        at += take;
        strbuf_reserve(&carry, CSV_PADDING);
        memset(carry.ptr + carry.len, 0, CSV_PADDING);
        CsvBatch batch = {0};
        size_t used = csv_scan(&scanner, strbuf_str(&carry), at == text.len, 0, &batch);
        ASSERT(used <= carry.len);
        ASSERT(at < text.len || used == carry.len);
        feed_records(digest, strbuf_str(&carry), &batch);
        memmove(carry.ptr, carry.ptr + used, carry.len - used);
        strbuf_truncate(&carry, carry.len - used);
        csv_batch_deinit(&batch);
    }
    digest_finish(digest, out);
    digest_destroy(digest);
    strbuf_deinit(&carry);
}

// Every type reads every text.
static void convert(Str text)
{
    static const Unit litre = {STR_INIT("升"), STR_INIT("升"), 1, 1};
    static const TypeKind kinds[] = {
        TYPE_INTEGER, TYPE_DECIMAL,  TYPE_RATIO,   TYPE_MONEY,  TYPE_PRICE, TYPE_QUANTITY,
        TYPE_DATE,    TYPE_DATETIME, TYPE_MONTH,   TYPE_PERIOD, TYPE_DAYS,  TYPE_MONTHS,
        TYPE_TIME,    TYPE_WORKDAYS, TYPE_BOOLEAN, TYPE_POINT,  TYPE_REAL,  TYPE_TEXT};
    if (!utf8_valid(text, NULL))
        return;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        ColumnDecl decl = {.name = STR("c"), .type = type_exact(kinds[i], i % 2 == 0 ? 4 : 6)};
        Converter converter;
        decl.type.unit = &litre;
        Status status = converter_init(&converter, &decl, NULL, NULL);
        ASSERT(status == STATUS_OK);
        CellValue cell = convert_cell(&converter, text);
        ASSERT(cell.state != CELL_REFUSED || cell.fault != REASON_NONE);
        converter_deinit(&converter);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    uint8_t whole[DIGEST_SIZE], pieces[DIGEST_SIZE];
    if (size < 2)
        return 0;
    static const char separators[] = {',', '\t', '|', ';'};
    char separator = separators[bytes[0] % 4];
    size_t piece = 1 + bytes[1] % 100u, mark;
    Str raw = {(const char *)bytes + 2, size - 2};
    Encoding encoding = encoding_of_head(raw, &mark);
    if (encoding == ENCODING_UNKNOWN)
        encoding = encoding_guess(raw, false);
    StrBuf text = {0};
    int64_t bad = 0;
    size_t used = encoding_decode(encoding, raw, true, &text, &bad);
    ASSERT(used == raw.len);
    scan(strbuf_str(&text), SIZE_MAX, separator, whole);
    scan(strbuf_str(&text), piece, separator, pieces);
    ASSERT(memcmp(whole, pieces, sizeof whole) == 0);
    (void)encoding_examine(strbuf_str(&text));
    convert(str_slice(strbuf_str(&text), 0, 64));
    strbuf_deinit(&text);
    return 0;
}
