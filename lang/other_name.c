// SPDX-License-Identifier: Apache-2.0
//
// other_name.c: everyday names of functions and types, for "did you mean …".
#include "lang/infer_int.h"

typedef struct OtherName {
    Str word, name;
} OtherName;

static const OtherName functions[] = {
#define OTHER_FUNCTION(word, name) {STR_INIT(word), STR_INIT(name)},
#define OTHER_TYPE(word, name)
#include "lang/other_name.def"
#undef OTHER_FUNCTION
#undef OTHER_TYPE
};

static const OtherName types[] = {
#define OTHER_FUNCTION(word, name)
#define OTHER_TYPE(word, name) {STR_INIT(word), STR_INIT(name)},
#include "lang/other_name.def"
#undef OTHER_FUNCTION
#undef OTHER_TYPE
};

static bool find(const OtherName *names, size_t count, Str word, Str *name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(names[i].word, word)) {
            *name = names[i].name;
            return true;
        }
    }
    return false;
}

bool other_function_name(Str word, Str *name)
{
    return find(functions, ARRAY_LEN(functions), word, name);
}

bool other_type_name(Str word, Str *name)
{
    return find(types, ARRAY_LEN(types), word, name);
}
