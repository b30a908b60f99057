// SPDX-License-Identifier: Apache-2.0
//
// gb18030_gen.c: writes the tables of GB18030 that encoding_gb18030.c includes. Runs while building.
//
// The tables come from the C library's iconv and are checked against the code points in which the
// 2022 edition differs from that of 2005 (and 2000), so an older library cannot slip in: the build
// stops instead. Edition: 2022 for the one- and two-byte codes; the four-byte codes that the 2022
// edition moved into the private area stay unassigned.

#include <iconv.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRAILS 190
#define LEADS 126
#define FOUR_BYTE_CODES 39420 // 81308130 up to 8431A439: the basic plane

static iconv_t converter;

// The code point of one sequence, 0 if there is none.
static uint32_t decode(const unsigned char *bytes, size_t size)
{
    char in[4];
    uint32_t out = 0;
    memcpy(in, bytes, size);
    char *from = in, *to = (char *)&out;
    size_t from_left = size, to_left = sizeof out;
    iconv(converter, NULL, NULL, NULL, NULL);
    if (iconv(converter, &from, &from_left, &to, &to_left) == (size_t)-1 || from_left != 0)
        return 0;
    return out;
}

static uint32_t decode_pair(int lead, int trail)
{
    unsigned char bytes[2] = {(unsigned char)lead, (unsigned char)trail};
    return decode(bytes, 2);
}

static uint32_t decode_linear(int linear)
{
    unsigned char bytes[4] = {
        (unsigned char)(0x81 + linear / 12600), (unsigned char)(0x30 + linear / 1260 % 10),
        (unsigned char)(0x81 + linear / 10 % 126), (unsigned char)(0x30 + linear % 10)};
    return decode(bytes, 4);
}

// Stops the build if a code does not have the meaning of the 2022 edition.
static void check(int lead, int trail, uint32_t expected)
{
    uint32_t found = decode_pair(lead, trail);
    if (found != expected) {
        fprintf(stderr, "gb18030_gen: %02X%02X is U+%04X here, U+%04X expected\n", lead, trail,
                (unsigned)found, (unsigned)expected);
        exit(1);
    }
}

static void check_edition(void)
{
    static const struct {
        int lead, trail;
        uint32_t code_point;
    } changed[] = {
        {0xA6, 0xD9, 0xFE10}, {0xA6, 0xDA, 0xFE12}, {0xA6, 0xDB, 0xFE11}, {0xA6, 0xDC, 0xFE13},
        {0xA6, 0xDD, 0xFE14}, {0xA6, 0xDE, 0xFE15}, {0xA6, 0xDF, 0xFE16}, {0xA6, 0xEC, 0xFE17},
        {0xA6, 0xED, 0xFE18}, {0xA6, 0xF3, 0xFE19}, {0xA8, 0xBC, 0x1E3F}, {0xFE, 0x59, 0x9FB4},
        {0xFE, 0x61, 0x9FB5}, {0xFE, 0x66, 0x9FB6}, {0xFE, 0x67, 0x9FB7}, {0xFE, 0x6D, 0x9FB8},
        {0xFE, 0x7E, 0x9FB9}, {0xFE, 0x90, 0x9FBA}, {0xFE, 0xA0, 0x9FBB}};
    for (size_t i = 0; i < sizeof changed / sizeof changed[0]; i++)
        check(changed[i].lead, changed[i].trail, changed[i].code_point);
}

static void write_pairs(void)
{
    printf("static const uint32_t gb_pairs[%d] = {\n", LEADS * TRAILS);
    for (int lead = 0x81; lead <= 0xFE; lead++) {
        for (int trail = 0x40; trail <= 0xFE; trail++) {
            if (trail != 0x7F)
                printf("0x%X,", (unsigned)decode_pair(lead, trail));
        }
        printf("\n");
    }
    printf("};\n");
}

// Runs of consecutive codes with consecutive code points.
static void write_runs(void)
{
    printf("static const GbRun gb_runs[] = {\n");
    int first = 0;
    uint32_t first_point = 0;
    for (int linear = 0; linear <= FOUR_BYTE_CODES; linear++) {
        uint32_t point = linear < FOUR_BYTE_CODES ? decode_linear(linear) : 0;
        if (first_point != 0 && point == first_point + (uint32_t)(linear - first))
            continue;
        if (first_point != 0)
            printf("{%d,%d,0x%X},\n", first, linear - first, (unsigned)first_point);
        first = linear;
        first_point = point;
    }
    printf("};\n");
}

int main(void)
{
    converter = iconv_open("UTF-32LE", "GB18030");
    if (converter == (iconv_t)-1) {
        fprintf(stderr, "gb18030_gen: this C library does not know GB18030\n");
        return 1;
    }
    check_edition();
    printf("// Written by gb18030_gen.c. Not to be edited.\n");
    write_pairs();
    write_runs();
    iconv_close(converter);
    return 0;
}
