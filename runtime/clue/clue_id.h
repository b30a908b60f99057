// SPDX-License-Identifier: Apache-2.0
//
// clue_id.h: the stable identity of a clue.

#ifndef SUP_RUNTIME_CLUE_CLUE_ID_H
#define SUP_RUNTIME_CLUE_CLUE_ID_H

#include "runtime/data/value.h"

// The name of a type in digests: the library's English name; of own types and enums their declared name.
Str clue_type_name(Type type);

// Writes 20 hex digits and a NUL to `id`: the first 10 bytes of SHA-256 over the rule's name and, per key part, its
// type's name, the length and the bytes of its canonical text, separated by NUL (spec/evaluation.md 11). Every part
// must be known.
void clue_id(const Dict *dict, Str rule, const Value *key, uint32_t key_count, char id[21]);

#endif
