// SPDX-License-Identifier: Apache-2.0
//
// progress.c: one line on stderr, at most ten times a second.

#include "compiler/cli/progress.h"

#include <sys/resource.h>
#include <unistd.h>

#include "runtime/base/clock.h"

void progress_init(Progress *progress, const Args *args, int choice)
{
    bool automatic = args->stderr_terminal && !args_has(args, OPTION_QUIET);
    *progress = (Progress){.args = args, .shown = choice == 1 || (choice == 0 && automatic)};
    progress->started_us = clock_now_us();
}

bool progress_show(void *closure, Str table, int64_t bytes_done, int64_t bytes_total, int64_t rows)
{
    Progress *progress = closure;
    if (!str_equal(table, progress->table)) {
        progress->rows += progress->table_rows;
        progress->table = table;
    }
    progress->table_rows = rows;
    int64_t now = progress->shown ? clock_now_us() : 0;
    if (progress->shown && now - progress->last_us >= 100000) {
        StrBuf line = {0};
        int64_t percent = bytes_total > 0 ? bytes_done * 100 / bytes_total : 100;
        bool zh = progress->args->lang == LANG_ZH;
        strbuf_printf(&line,
                      zh ? "\r\033[K读入 " STR_FMT "  %" PRId64 "%%  %" PRId64 " 行"
                         : "\r\033[Kreading " STR_FMT "  %" PRId64 "%%  %" PRId64 " rows",
                      STR_ARG(table), percent, rows);
        (void)write_all(STDERR_FILENO, strbuf_str(&line));
        strbuf_deinit(&line);
        progress->line_open = true;
        progress->last_us = now;
    }
    return !interrupt_seen(NULL);
}

void progress_end(Progress *progress, bool done)
{
    struct rusage usage;
    if (progress->line_open)
        (void)write_all(STDERR_FILENO, STR("\r\033[K"));
    progress->line_open = false;
    if (!progress->shown || !done || getrusage(RUSAGE_SELF, &usage) != 0)
        return;
    int64_t rows = progress->rows + progress->table_rows;
    double seconds = (double)(clock_now_us() - progress->started_us) / 1e6;
    tell(progress->args, "%" PRId64 " 行，%.2f 秒，内存 %ld MB",
         "%" PRId64 " rows, %.2f s, %ld MB of memory", rows, seconds, usage.ru_maxrss / 1024);
}
