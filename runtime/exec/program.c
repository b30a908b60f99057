// SPDX-License-Identifier: Apache-2.0
// program.c: names of steps, and the end of a program's life.

#include "runtime/exec/program.h"

const char *step_name(StepOp op)
{
    static const char *const names[STEP_COUNT] = {
#define STEP(name, operands, doc) [STEP_##name] = #name,
#include "runtime/exec/step.def"
#undef STEP
    };
    ASSERT(op < STEP_COUNT);
    return names[op];
}

void program_destroy(Program *program)
{
    if (program == NULL)
        return;
    for (uint32_t i = 0; i < program->regex_count; i++)
        regex_destroy((Regex *)(uintptr_t)program->regexes[i]);
    // The program itself lies in its arena.
    arena_destroy(program->arena);
}
