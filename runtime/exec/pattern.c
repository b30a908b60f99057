// SPDX-License-Identifier: Apache-2.0
//
// pattern.c: which positions of a skeleton are known, and what other values have there.

#include "runtime/exec/pattern_int.h"

Str pattern_of(Arena *arena, Str text)
{
    StrBuf buf;
    strbuf_init(&buf);
    size_t pos = 0;
    while (pos < text.len) {
        int32_t c = utf8_decode(text, &pos);
        strbuf_add_char(&buf, c == SKELETON_UNKNOWN ? SKELETON_UNKNOWN : 'x');
    }
    Str out = arena_str(arena, strbuf_str(&buf));
    strbuf_deinit(&buf);
    return out;
}

bool pattern_project(Str text, Str pattern, StrBuf *out)
{
    strbuf_clear(out);
    size_t pos = 0, at = 0;
    while (pos < text.len && at < pattern.len) {
        size_t before = pos;
        int32_t c = utf8_decode(text, &pos);
        if (pattern.ptr[at++] == 'x') {
            if (c == SKELETON_UNKNOWN)
                return false;
            strbuf_add(out, (Str){text.ptr + before, pos - before});
        }
    }
    return pos == text.len && at == pattern.len;
}
