// SPDX-License-Identifier: Apache-2.0
//
// words.h: which of many words a text holds, in one pass over the text, however many words there are.
//
// Words are numbered from 0 in the order in which they are added and must be distinct. A byte of the text costs the
// same however many words there are; the automaton is made by the first search after words were added.

#ifndef SUP_RUNTIME_BASE_WORDS_H
#define SUP_RUNTIME_BASE_WORDS_H

#include "runtime/base/str.h"

typedef struct Words Words;

Words *words_create(void);
void words_destroy(Words *words); // NULL is allowed

// Adds a word. The text must outlive `words`.
void words_add(Words *words, Str word);

// The numbers of the words that stand in `text`, each once, in the order in which they are met; the empty word
// stands in every text. Returns their number; `found` is valid until the next call.
size_t words_find(Words *words, Str text, const uint32_t **found);

#endif
