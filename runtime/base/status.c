// SPDX-License-Identifier: Apache-2.0
//
// status.c: the texts of failures, in both languages.
#include "runtime/base/status.h"

void error_init(Error *err)
{
    *err = (Error){0};
}

void error_deinit(Error *err)
{
    strbuf_deinit(&err->zh);
    strbuf_deinit(&err->en);
    err->status = STATUS_OK;
}

void error_clear(Error *err)
{
    strbuf_clear(&err->zh);
    strbuf_clear(&err->en);
    err->status = STATUS_OK;
}

Status error_set(Error *err, Status status, const char *zh_format, const char *en_format, ...)
{
    ASSERT(status != STATUS_OK);
    if (err == NULL)
        return status;
    // The old texts may be arguments of the new ones, so they are freed last.
    Error old = *err;
    *err = (Error){.status = status};
    va_list args;
    va_start(args, en_format);
    va_list again;
    va_copy(again, args);
    strbuf_vprintf(&err->zh, zh_format, args);
    strbuf_vprintf(&err->en, en_format, again);
    va_end(again);
    va_end(args);
    error_deinit(&old);
    return status;
}

Status error_set_text(Error *err, Status status, Str zh, Str en)
{
    ASSERT(status != STATUS_OK);
    if (err == NULL)
        return status;
    error_clear(err);
    err->status = status;
    strbuf_add(&err->zh, zh);
    strbuf_add(&err->en, en);
    return status;
}

Status error_prefix(Error *err, Status status, const char *zh_format, const char *en_format, ...)
{
    ASSERT(status != STATUS_OK);
    if (err == NULL)
        return status;
    Error old = *err;
    *err = (Error){.status = old.status == STATUS_OK ? status : old.status};
    va_list args;
    va_start(args, en_format);
    va_list again;
    va_copy(again, args);
    strbuf_vprintf(&err->zh, zh_format, args);
    strbuf_vprintf(&err->en, en_format, again);
    va_end(again);
    va_end(args);
    strbuf_add(&err->zh, strbuf_str(&old.zh));
    strbuf_add(&err->en, strbuf_str(&old.en));
    error_deinit(&old);
    return err->status;
}

Str error_text(const Error *err, Lang lang)
{
    return strbuf_str(lang == LANG_ZH ? &err->zh : &err->en);
}

const char *status_name(Status status)
{
    switch (status) {
    case STATUS_OK:
        return "ok";
    case STATUS_IO:
        return "io";
    case STATUS_DATA:
        return "data";
    case STATUS_LIMIT:
        return "limit";
    case STATUS_CANCELLED:
        return "cancelled";
    case STATUS_MEMORY:
        return "memory";
    case STATUS_USAGE:
        return "usage";
    case STATUS_INTERNAL:
        return "internal";
    }
    UNREACHABLE();
}
