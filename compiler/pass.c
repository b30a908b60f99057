// SPDX-License-Identifier: Apache-2.0
//
// pass.c: the rewrites, one after the other.

#include "compiler/pass.h"

#include "compiler/opt/opt.h"

typedef struct PassInfo {
    const char *name;
    OptPass run;
} PassInfo;

static const PassInfo PASSES[] = {
#define PASS(id, name, doc) {name, opt_##id},
#include "compiler/pass.def"
    {NULL, NULL},
};

const char *pass_name(uint32_t index)
{
    ASSERT(index < ARRAY_LEN(PASSES));
    return PASSES[index].name;
}

static bool is_off(const char *name, const Str *off, uint32_t off_count)
{
    for (uint32_t i = 0; i < off_count; i++)
        if (str_equal(off[i], str_from_cstr(name)))
            return true;
    return false;
}

const PlanBody *pass_run(Plan *plan, const PlanBody *written, const Str *off, uint32_t off_count)
{
    PlanBody *body = ARENA_NEW(plan->arena, PlanBody);
    *body = *written;
    if (body->unsupported.present)
        return body;
    for (uint32_t i = 0; PASSES[i].name != NULL; i++)
        if (!is_off(PASSES[i].name, off, off_count))
            PASSES[i].run(plan, body);
    return body;
}
