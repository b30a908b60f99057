// SPDX-License-Identifier: Apache-2.0
//
// address_int.h: what the files that read addresses share.

#ifndef SUP_STDLIB_ADDRESS_INT_H
#define SUP_STDLIB_ADDRESS_INT_H

#include "runtime/kernel.h"

// The parts, in the order of the record's fields (lang/check_records.def).
typedef enum AddressPart {
    ADDRESS_PROVINCE,
    ADDRESS_CITY,
    ADDRESS_COUNTY,
    ADDRESS_TOWN,
    ADDRESS_ROAD,
    ADDRESS_NUMBER,
    ADDRESS_BUILDING,
    ADDRESS_ROOM,
    ADDRESS_FULL,
    ADDRESS_PART_COUNT
} AddressPart;

typedef struct Address {
    Str parts
        [ADDRESS_PART_COUNT]; // empty: not there, or not certain; divisions by their full names
    int32_t codes[ADDRESS_COUNTY + 1]; // of the divisions; 0: several have the name
    size_t division_end;               // where the divisions end in ADDRESS_FULL
    bool former;                       // a division has a name that the last lists have not
    bool uncertain; // what follows the divisions may be the short name of another one
} Address;

// Reads an address. False with the issue set: it is empty or too long.
bool address_read(FnContext *fn, Str text, Address *address);

// Reads the divisions at the beginning of a cleaned address. Returns where they end (address_division.c).
size_t address_divisions(const FnContext *fn, Str text, Address *address);

// Does the text begin with what ends a road's name, perhaps with a side before it: 路, 西路 (address.c)?
bool address_road_follows(Str text);

// Jaro–Winkler likeness of two short texts (similar.c).
double similar_names(FnContext *fn, Str a, Str b);

#endif
