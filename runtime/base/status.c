// SPDX-License-Identifier: Apache-2.0
//
// status.c: the texts of failures, in both languages.
#include "runtime/base/status.h"

#include <errno.h>
#include <string.h>

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

// Writes new texts and returns the old error: its texts may be arguments of the new ones, so the caller frees it
// last.
static Error error_renew(Error *err, Status status, const char *zh_format, const char *en_format,
                         va_list args)
{
    Error old = *err;
    *err = (Error){.status = status};
    va_list again;
    va_copy(again, args);
    strbuf_vprintf(&err->zh, zh_format, args);
    strbuf_vprintf(&err->en, en_format, again);
    va_end(again);
    return old;
}

Status error_set(Error *err, Status status, const char *zh_format, const char *en_format, ...)
{
    ASSERT(status != STATUS_OK);
    if (err == NULL)
        return status;
    va_list args;
    va_start(args, en_format);
    Error old = error_renew(err, status, zh_format, en_format, args);
    va_end(args);
    error_deinit(&old);
    return status;
}

const char *error_system_text(int number, Lang lang)
{
    static const struct {
        int number;
        const char *text[2];
    } known[] = {
        {ENOENT,
         {[LANG_ZH] = "没有这个文件或文件夹", [LANG_EN] = "there is no such file or folder"}},
        {EACCES, {[LANG_ZH] = "没有权限", [LANG_EN] = "no permission"}},
        {EPERM, {[LANG_ZH] = "没有权限", [LANG_EN] = "no permission"}},
        {EROFS, {[LANG_ZH] = "磁盘是只读的", [LANG_EN] = "the disk is read-only"}},
        {ENOSPC, {[LANG_ZH] = "磁盘已满", [LANG_EN] = "the disk is full"}},
        {EDQUOT, {[LANG_ZH] = "磁盘限额已满", [LANG_EN] = "the disk quota is used up"}},
        {EISDIR, {[LANG_ZH] = "这是文件夹", [LANG_EN] = "it is a folder"}},
        {ENOTDIR,
         {[LANG_ZH] = "路径中有一段不是文件夹", [LANG_EN] = "a part of the path is no folder"}},
        {ENAMETOOLONG, {[LANG_ZH] = "名称太长", [LANG_EN] = "the name is too long"}},
        {EMFILE, {[LANG_ZH] = "打开的文件太多", [LANG_EN] = "too many files are open"}},
        {EIO, {[LANG_ZH] = "磁盘读写出错", [LANG_EN] = "the disk does not answer"}},
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (known[i].number == number)
            return known[i].text[lang];
    return strerror(number);
}

Status error_set_system(Error *err, int number, const char *zh_format, const char *en_format, ...)
{
    if (err == NULL)
        return STATUS_IO;
    va_list args;
    va_start(args, en_format);
    Error old = error_renew(err, STATUS_IO, zh_format, en_format, args);
    va_end(args);
    strbuf_printf(&err->zh, "：%s", error_system_text(number, LANG_ZH));
    strbuf_printf(&err->en, ": %s", error_system_text(number, LANG_EN));
    error_deinit(&old);
    return STATUS_IO;
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
    Status kept = err->status == STATUS_OK ? status : err->status;
    va_list args;
    va_start(args, en_format);
    Error old = error_renew(err, kept, zh_format, en_format, args);
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
