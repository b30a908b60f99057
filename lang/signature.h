// SPDX-License-Identifier: Apache-2.0
//
// signature.h: signatures of library functions, read from their cards' text.

#ifndef SUP_LANG_SIGNATURE_H
#define SUP_LANG_SIGNATURE_H

#include "lang/types.h"
#include "stdlib/stdlib.h"

typedef enum SigKind {
    SIG_TYPE,     /* the type itself */
    SIG_T,        /* one type for all its places */
    SIG_U,        /* another one */
    SIG_N,        /* numbers, unified as for + */
    SIG_IDENTITY, /* any identity type */
    SIG_ENUM,     /* any enum */
    SIG_UNIT,     /* a unit's name */
} SigKind;

typedef struct SigType {
    SigKind kind;
    TypeKind wrap; /* TYPE_LIST or TYPE_SET of it; TYPE_ERROR: neither */
    Type type;     /* SIG_TYPE; of an identity type without its Nominal: see card */
    const IdentityCard *card;
    bool nullable;
} SigType;

typedef struct SigParam {
    Str name, name_zh;
    SigType type;
    Str fallback; /* text of the default; empty: the argument must be given */
    bool repeated;
} SigParam;

#define SIG_PARAMS_MAX 8

typedef struct Signature {
    Str name;
    SigParam params[SIG_PARAMS_MAX];
    uint32_t count;
    SigType result;
} Signature;

/* Reads a signature. False when the text is none: a fault of the card. */
bool signature_parse(Str text, Signature *signature);

/* Appends a signature as a message shows it: in Chinese under `name_zh`, its types and parameters by their Chinese
 * names; in English as the card has it. */
void signature_add_text(StrBuf *out, Str text, Str name_zh, Lang lang);

/* The Chinese spelling of a parameter's name (by 按, least 至少); the name itself when it has none. */
Str signature_parameter_zh(Str name);

/* A check or another function that gives a record: what the type checker knows of it. */
typedef struct RecordFunction {
    const char *name, *name_zh;
    const char *signature; /* its result is the type `record` */
    const char *fields;    /* "score:分值:real, …"; text? may be missing */
    bool window;           /* over peers or a series; false: a function of its operands */
} RecordFunction;

/* The function by either name; NULL: none. */
const RecordFunction *record_function(Str name);
uint32_t record_function_count(void);
const RecordFunction *record_function_at(uint32_t index);

/* The record that it gives for a first operand of type `of`, made in `arena`. */
const Nominal *record_function_result(Arena *arena, const RecordFunction *function, Type of);

#endif
