// SPDX-License-Identifier: Apache-2.0
//
// output.c: bytes on their way out, buffered and checked.
//
// A file is written beside its final name under a temporary one, so that a run that is stopped or
// whose disk is full leaves nothing that looks like a result.

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/writer/writer.h"

enum { OUTPUT_CHUNK = 1 << 16 };

struct Output {
    int descriptor;
    StrBuf buffer;
    StrBuf path, temporary; // empty for descriptors of others
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

Status output_create(Str path, Output **output, Error *error)
{
    *output = NULL;
    if (memchr(path.ptr, 0, path.len) != NULL)
        return error_set(error, STATUS_IO, "文件名中有空字节", "a file name holds a NUL byte");
    Output *made = output_of_descriptor(-1);
    strbuf_add(&made->path, path);
    strbuf_add(&made->temporary, path);
    strbuf_printf(&made->temporary, ".tmp%ld", (long)getpid());
    made->descriptor =
        open(strbuf_cstr(&made->temporary), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
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
            write(output->descriptor, output->buffer.ptr + done, output->buffer.len - done);
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
    if (fsync(output->descriptor) != 0 && errno != EINVAL && errno != EROFS)
        return error_set_system(error, errno, "写入 %s 失败", "cannot write to %s", path);
    int closed = close(output->descriptor);
    output->descriptor = -1;
    if (closed != 0 || rename(strbuf_cstr(&output->temporary), path) != 0)
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
        (void)unlink(strbuf_cstr(&taken_output->temporary));
    }
    output_free(taken_output);
}
