// SPDX-License-Identifier: Apache-2.0
//
// output.c: bytes on their way out, buffered and checked.
//
// A file is written without a name, in the folder of its final one, and gets its name when it is whole: a run that is
// stopped, killed, or whose disk is full leaves nothing. Where the file system has no files without names, it is written
// under a temporary one.

#define _GNU_SOURCE // O_TMPFILE

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/fault.h"
#include "runtime/writer/writer.h"

enum { OUTPUT_CHUNK = 1 << 16 };

struct Output {
    int descriptor;
    StrBuf buffer;
    StrBuf path, temporary; // empty for descriptors of others
    bool named;             // the file stands under its temporary name
};

Output *output_of_descriptor(int descriptor)
{
    Output *output = base_alloc_zeroed(1, sizeof *output);
    output->descriptor = descriptor;
    return output;
}

static void output_free(Output *output)
{
    strbuf_deinit(&output->buffer);
    strbuf_deinit(&output->path);
    strbuf_deinit(&output->temporary);
    free(output);
}

static const char *output_name(const Output *output)
{
    return output->path.len > 0 ? strbuf_cstr(&output->path) : "stdout";
}

// A file without a name; -1: there are none here.
static int open_nameless(Str path)
{
    StrBuf folder = {0};
    size_t end = path.len;
    while (end > 0 && path.ptr[end - 1] != '/')
        end--;
    strbuf_add(&folder, end > 0 ? str_slice(path, 0, end) : STR("."));
    int descriptor = -1;
    if (access("/proc/self/fd", X_OK) == 0)
        descriptor = fault_open(strbuf_cstr(&folder), O_TMPFILE | O_WRONLY | O_CLOEXEC);
    strbuf_deinit(&folder);
    return descriptor;
}

// Gives a nameless file its temporary name.
static bool give_name(Output *output)
{
    char link[64];
    if (output->named)
        return true;
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", output->descriptor);
    output->named =
        !fault_due(FAULT_RENAME) &&
        linkat(AT_FDCWD, link, AT_FDCWD, strbuf_cstr(&output->temporary), AT_SYMLINK_FOLLOW) == 0;
    return output->named;
}

Status output_create(Str path, Output **output, Error *error)
{
    *output = NULL;
    if (memchr(path.ptr, 0, path.len) != NULL)
        return error_set(error, STATUS_IO, "文件名中有空字节", "a file name holds a NUL byte");
    Output *made = output_of_descriptor(-1);
    strbuf_add(&made->path, path);
    strbuf_add(&made->temporary, path);
    strbuf_printf(&made->temporary, ".tmp%ld", (long)getpid());
    made->descriptor = open_nameless(path);
    if (made->descriptor < 0) {
        made->descriptor =
            fault_open(strbuf_cstr(&made->temporary), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC);
        made->named = made->descriptor >= 0;
    }
    if (made->descriptor < 0) {
        int code = errno;
        (void)error_set_system(error, code, "无法创建 %s", "cannot create %s",
                               strbuf_cstr(&made->path));
        output_free(made);
        return STATUS_IO;
    }
    // A file that is replaced keeps its permissions.
    struct stat info;
    if (stat(strbuf_cstr(&made->path), &info) == 0)
        (void)fchmod(made->descriptor, info.st_mode & 07777);
    *output = made;
    return STATUS_OK;
}

StrBuf *output_buffer(Output *output)
{
    return &output->buffer;
}

static Status output_write(Output *output, Error *error)
{
    size_t done = 0;
    while (done < output->buffer.len) {
        ssize_t written =
            fault_write(output->descriptor, output->buffer.ptr + done, output->buffer.len - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return error_set_system(error, errno, "写入 %s 失败", "cannot write to %s",
                                    output_name(output));
        done += (size_t)written;
    }
    strbuf_clear(&output->buffer);
    return STATUS_OK;
}

Status output_flush(Output *output, bool all, Error *error)
{
    if (!all && output->buffer.len < OUTPUT_CHUNK)
        return STATUS_OK;
    return output_write(output, error);
}

static Status output_publish(Output *output, Error *error)
{
    const char *path = strbuf_cstr(&output->path);
    if (fault_sync(output->descriptor) != 0 && errno != EINVAL && errno != EROFS)
        return error_set_system(error, errno, "写入 %s 失败", "cannot write to %s", path);
    bool named = give_name(output);
    int number = errno;
    int closed = close(output->descriptor);
    output->descriptor = -1;
    if (!named)
        return error_set_system(error, number, "写入 %s 失败", "cannot write to %s", path);
    if (closed != 0 || fault_rename(strbuf_cstr(&output->temporary), path) != 0)
        return error_set_system(error, errno, "写入 %s 失败", "cannot write to %s", path);
    return STATUS_OK;
}

Status output_commit(Output *taken_output, Error *error)
{
    Status status = output_write(taken_output, error);
    if (taken_output->path.len > 0) {
        if (status == STATUS_OK)
            status = output_publish(taken_output, error);
        if (status != STATUS_OK) {
            output_discard(taken_output);
            return status;
        }
    }
    output_free(taken_output);
    return status;
}

void output_discard(Output *taken_output)
{
    if (taken_output == NULL)
        return;
    if (taken_output->path.len > 0) {
        if (taken_output->descriptor >= 0)
            (void)close(taken_output->descriptor);
        if (taken_output->named)
            (void)unlink(strbuf_cstr(&taken_output->temporary));
    }
    output_free(taken_output);
}
