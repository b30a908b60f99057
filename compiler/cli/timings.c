// SPDX-License-Identifier: Apache-2.0
//
// timings.c: --timings.

#include "compiler/cli/timings.h"

#include <unistd.h>

#include "runtime/base/clock.h"
#include "runtime/writer/writer.h"

void timings_begin(Timings *timings)
{
    timings->last_us = clock_now_us();
}

void timings_step(Timings *timings, TimingsStep step)
{
    int64_t now_us = clock_now_us();
    timings->step_us[step] = now_us - timings->last_us;
    timings->last_us = now_us;
}

static void add_ms(StrBuf *out, const char *before, int64_t us)
{
    strbuf_printf(out, "%s%.3f", before, (double)us / 1e3);
}

void timings_tell(const Timings *timings, const Args *args, RunTimes times)
{
    StrBuf out = {0};
    if (!args_has(args, OPTION_TIMINGS))
        return;
    add_ms(&out, "{\"timings\":{\"check\":", timings->step_us[TIMINGS_CHECK]);
    add_ms(&out, ",\"plan\":", timings->step_us[TIMINGS_PLAN]);
    add_ms(&out, ",\"load\":", times.load_us);
    add_ms(&out, ",\"run\":", times.rest_us);
    add_ms(&out, ",\"write\":", timings->step_us[TIMINGS_WRITE]);
    strbuf_add_c(&out, ",\"parts\":[");
    for (uint32_t i = 0; i < times.part_count; i++) {
        strbuf_printf(&out, "%s{\"%s\":", i > 0 ? "," : "", times.parts[i].kind);
        json_add_str(&out, times.parts[i].name);
        add_ms(&out, ",\"ms\":", times.parts[i].us);
        strbuf_add_char(&out, '}');
    }
    strbuf_add_c(&out, "]}}\n");
    (void)write_all(STDERR_FILENO, strbuf_str(&out)); // nowhere is left to say that this failed
    strbuf_deinit(&out);
}
