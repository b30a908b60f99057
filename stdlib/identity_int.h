// SPDX-License-Identifier: Apache-2.0
//
// identity_int.h: what the identity_*.c files share beyond cells: masks, skeletons, lost digits.
//
// A normaliser reads the cell into a Cell, works on its points, and writes it back as the
// normalised text or as a skeleton. Cells that are valid as the standard writes them are
// recognised from their bytes before that.

#ifndef SUP_STDLIB_IDENTITY_INT_H
#define SUP_STDLIB_IDENTITY_INT_H

#include "runtime/kernel.h"
#include "stdlib/cell_int.h"

// What a number in exponent form still says: nothing was in that form, all digits are there, or the
// last ones are lost.
typedef enum CellExponent { EXPONENT_NONE, EXPONENT_EXACT, EXPONENT_LOST } CellExponent;

// Reads a cell that is not valid as it stands. False with the verdict in `end` where nothing is left to judge: it
// cannot be read, or is blank.
bool identity_read(Str text, Cell *cell, IdentityState *end);

// Writes the skeleton if at least `known_least` characters are known (0: half of them), else
// nothing.
void cell_write_skeleton(const Cell *cell, uint32_t known_least, StrBuf *out);

// Is it a sign that people put in the place of a character to hide it? Letters X are not counted.
bool cell_is_mask(int32_t point);

// Does the cell hold such a sign?
bool cell_has_mask(const Cell *cell);

// Replaces masks by SKELETON_UNKNOWN.
void cell_blank_masks(Cell *cell);

// Spreads the only run of unknown characters so that the cell has `count` points. False if there is
// no such run, more than one, or the cell is longer.
bool cell_stretch(Cell *cell, uint32_t count);

// Writes 4.1E+17 as its digits, the lost ones unknown.
CellExponent cell_expand_exponent(Cell *cell);

// Is it one character again and again? Such a cell stands for nobody.
bool cell_is_uniform(const Cell *cell);

// Makes the points in [from, to) unknown.
void cell_forget(Cell *cell, uint32_t from, uint32_t to);

// The normalisers; see kernel.h.
IdentityState identity_person(Str text, StrBuf *out);
IdentityState identity_credit(Str text, StrBuf *out);
IdentityState identity_account(Str text, StrBuf *out);
IdentityState identity_plate(Str text, StrBuf *out);
IdentityState identity_phone(Str text, StrBuf *out);
IdentityState identity_case(Str text, StrBuf *out);
IdentityState identity_vin(Str text, StrBuf *out);
IdentityState identity_food_licence(Str text, StrBuf *out);
IdentityState identity_drug_approval(Str text, StrBuf *out);
IdentityState identity_text(Str text, StrBuf *out);

#endif
