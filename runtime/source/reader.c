// SPDX-License-Identifier: Apache-2.0
//
// reader.c: reading, digest, encoding. Plain read() instead of a mapping: a mapped file that shrinks
// while it is read ends the process, and mapped pages would count as memory in use.
#include "runtime/base/fault.h"
#include "runtime/source/reader_int.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAMPLE_SIZE 65536 // bytes behind the first that is not ASCII, to tell the encoding from
#define SURE_COUNT 16     // so many good sequences of UTF-8 are no accident

struct Reader {
    Str path;
    int file;
    size_t piece_size;
    bool regular, started, ended;
    Encoding declared;
    ReaderFacts facts;
    Digester *digester;
    StrBuf raw; // bytes read and not yet converted, from raw_at on
    size_t raw_at;
};

Status reader_open(Str path, Encoding declared, size_t piece_size, Reader **out, Error *error)
{
    ASSERT(piece_size > 0);
    char *name = base_alloc(path.len + 1);
    memcpy(name, path.ptr, path.len);
    name[path.len] = '\0';
    int file = fault_open(name, O_RDONLY | O_CLOEXEC);
    int number = errno;
    struct stat about = {0};
    if (file >= 0 && fstat(file, &about) == 0 && S_ISDIR(about.st_mode)) {
        close(file);
        file = -1;
        number = EISDIR;
    }
    if (file < 0) {
        free(name);
        return files_error(error, path, number);
    }
    Reader *reader = base_alloc_zeroed(1, sizeof *reader);
    reader->path = (Str){name, path.len};
    reader->file = file;
    reader->piece_size = piece_size;
    reader->regular = S_ISREG(about.st_mode);
    reader->declared = declared;
    reader->facts.size = reader->regular ? (int64_t)about.st_size : 0;
    reader->digester = digester_create();
    *out = reader;
    return STATUS_OK;
}

void reader_close(Reader *reader)
{
    if (reader == NULL)
        return;
    close(reader->file);
    digester_destroy(reader->digester);
    strbuf_deinit(&reader->raw);
    free((char *)reader->path.ptr);
    free(reader);
}

const ReaderFacts *reader_facts(const Reader *reader)
{
    return &reader->facts;
}

void reader_digest_apart(Reader *reader)
{
    digester_start(reader->digester);
}

void reader_digest(Reader *reader, char hex[65])
{
    digester_finish(reader->digester, hex);
}

// Reads up to `wanted` bytes behind `to`. At the end of the file sets `ended`.
static Status read_bytes(Reader *reader, StrBuf *to, size_t wanted, Error *error)
{
    strbuf_reserve(to, wanted + 1);
    size_t got = 0;
    while (got < wanted && !reader->ended) {
        ssize_t count = fault_read(reader->file, to->ptr + to->len, wanted - got);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return files_error(error, reader->path, errno);
        digester_add(reader->digester, (Str){to->ptr + to->len, (size_t)count});
        to->len += (size_t)count;
        got += (size_t)count;
        reader->ended = count == 0;
    }
    to->ptr[to->len] = '\0';
    reader->facts.bytes += (int64_t)got;
    if (reader->ended && reader->regular && reader->facts.bytes != reader->facts.size)
        return error_set(error, STATUS_IO, "文件 " STR_FMT " 在读取过程中发生了变化",
                         "file " STR_FMT " changed while it was read", STR_ARG(reader->path));
    return STATUS_OK;
}

static void use_encoding(Reader *reader, Encoding encoding)
{
    reader->facts.encoding = encoding;
    reader->facts.detected = reader->declared == ENCODING_UNKNOWN || reader->facts.overridden;
}

// What is often handed over in the place of a text file, by its first bytes.
typedef struct ForeignKind {
    Str head;
    const char *zh, *en;
} ForeignKind;

static const ForeignKind FOREIGN[] = {
    {STR_INIT("PK\x03\x04"), "电子表格（xlsx）或者压缩包", "a spreadsheet (xlsx) or an archive"},
    {STR_INIT("\xD0\xCF\x11\xE0"), "旧式电子表格（xls）或者文档",
     "an old spreadsheet (xls) or document"},
    {STR_INIT("%PDF-"), " PDF 文档", "a PDF document"},
    {STR_INIT("\x1F\x8B"), "压缩文件（gz）", "a compressed file (gz)"},
    {STR_INIT("Rar!"), "压缩包（rar）", "an archive (rar)"},
};

static Status refuse_foreign(const Reader *reader, Error *error)
{
    size_t i = 0;
    while (i < ARRAY_LEN(FOREIGN) && !str_starts(strbuf_str(&reader->raw), FOREIGN[i].head))
        i++;
    if (i == ARRAY_LEN(FOREIGN))
        return STATUS_OK;
    Status status = error_set(error, STATUS_DATA, "文件 " STR_FMT " 是", "file " STR_FMT " is ",
                              STR_ARG(reader->path));
    if (error != NULL) {
        strbuf_printf(&error->zh,
                      "%s，不是文本表格：请用相应的软件打开，另存为“CSV UTF-8（逗号分隔）”",
                      FOREIGN[i].zh);
        strbuf_printf(&error->en,
                      "%s, not a table of text: open it with its own program and save it as CSV "
                      "UTF-8 (comma delimited)",
                      FOREIGN[i].en);
    }
    return status;
}

// Looks at the head of the file: another kind of file, byte order mark, UTF-16.
static Status start(Reader *reader, Error *error)
{
    reader->started = true;
    TRY(read_bytes(reader, &reader->raw, MAX_OF(reader->piece_size, (size_t)8), error));
    TRY(refuse_foreign(reader, error));
    size_t mark_size;
    Encoding found = encoding_of_head(strbuf_str(&reader->raw), &mark_size);
    reader->raw_at = mark_size;
    bool same_family = (found == ENCODING_UTF16LE || found == ENCODING_UTF16BE) &&
                       reader->declared == ENCODING_UTF16LE;
    if (mark_size > 0) {
        reader->facts.overridden =
            reader->declared != ENCODING_UNKNOWN && reader->declared != found && !same_family;
        use_encoding(reader, found);
    } else if (reader->declared == ENCODING_UTF16LE || reader->declared == ENCODING_UTF16BE) {
        use_encoding(reader, reader->declared);
    } else if (found != ENCODING_UNKNOWN && reader->declared == ENCODING_UNKNOWN) {
        use_encoding(reader, found);
    }
    return STATUS_OK;
}

static int64_t count_sequences(Str bytes)
{
    int64_t count = 0;
    for (size_t i = 0; i < bytes.len && count < SURE_COUNT; i++)
        count += (unsigned char)bytes.ptr[i] >= 0xC2;
    return count;
}

// Settles the encoding from bytes of which the first is not ASCII.
static Status settle(Reader *reader, Str sample, Error *error)
{
    Encoding guess = encoding_guess(sample, !reader->ended);
    if (reader->declared == ENCODING_UNKNOWN) {
        if (guess == ENCODING_UNKNOWN)
            return error_set(
                error, STATUS_DATA,
                "无法判断文件 " STR_FMT
                " 的字符编码：它既不是 UTF-8，也不是 GB18030；请在数据源中写明 encoding",
                "cannot tell the encoding of file " STR_FMT
                ": it is neither UTF-8 nor GB18030; state `encoding` in the source",
                STR_ARG(reader->path));
        use_encoding(reader, guess);
        return STATUS_OK;
    }
    // A declaration is believed unless the bytes are plainly something else.
    bool plain = guess != reader->declared &&
                 (guess != ENCODING_UTF8 || count_sequences(sample) >= SURE_COUNT);
    if (plain) {
        Str declared = encoding_name(reader->declared), seen = encoding_name(guess);
        if (guess == ENCODING_UNKNOWN)
            return error_set(error, STATUS_DATA, "文件 " STR_FMT " 不是所声明的 " STR_FMT " 编码",
                             "file " STR_FMT " is not in the declared encoding " STR_FMT,
                             STR_ARG(reader->path), STR_ARG(declared));
        return error_set(
            error, STATUS_DATA, "文件 " STR_FMT " 不是所声明的 " STR_FMT " 编码，看来是 " STR_FMT,
            "file " STR_FMT " is not in the declared encoding " STR_FMT "; it looks like " STR_FMT,
            STR_ARG(reader->path), STR_ARG(declared), STR_ARG(seen));
    }
    use_encoding(reader, reader->declared);
    return STATUS_OK;
}

static size_t first_not_ascii(const StrBuf *text, size_t from)
{
    for (; from + 64 <= text->len; from += 64) {
        uint64_t seen = 0;
        for (size_t i = 0; i < 64; i += 8)
            seen |= num_read_u64(text->ptr + from + i);
        if ((seen & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    while (from < text->len && (unsigned char)text->ptr[from] < 0x80)
        from++;
    return from;
}

// Brings bytes into `raw` and, while the encoding is open, as many as are needed to settle it.
static Status fill(Reader *reader, Error *error)
{
    StrBuf *raw = &reader->raw;
    if (reader->raw_at > 0) {
        memmove(raw->ptr, raw->ptr + reader->raw_at, raw->len - reader->raw_at);
        strbuf_truncate(raw, raw->len - reader->raw_at);
        reader->raw_at = 0;
    }
    if (!reader->ended && raw->len < reader->piece_size)
        TRY(read_bytes(reader, raw, reader->piece_size, error));
    if (reader->facts.encoding != ENCODING_UNKNOWN)
        return STATUS_OK;
    size_t first = first_not_ascii(raw, 0);
    if (first == raw->len)
        return STATUS_OK;
    while (!reader->ended && raw->len - first < SAMPLE_SIZE)
        TRY(read_bytes(reader, raw, SAMPLE_SIZE, error));
    return settle(reader, (Str){raw->ptr + first, raw->len - first}, error);
}

// Reads straight into the text where nothing is to be converted. While all is ASCII that is the same in all encodings;
// a piece that is not waits in `raw` for the encoding to be told, and *told is false.
static Status read_direct(Reader *reader, StrBuf *text, bool *told, Error *error)
{
    size_t start = text->len;
    TRY(read_bytes(reader, text, reader->piece_size, error));
    *told = reader->facts.encoding == ENCODING_UTF8 || first_not_ascii(text, start) == text->len;
    if (*told)
        return STATUS_OK;
    strbuf_clear(&reader->raw);
    strbuf_add(&reader->raw, str_slice(strbuf_str(text), start, text->len));
    reader->raw_at = 0;
    strbuf_truncate(text, start);
    return STATUS_OK;
}

Status reader_next(Reader *reader, StrBuf *text, bool *last, Error *error)
{
    if (!reader->started)
        TRY(start(reader, error));
    Encoding encoding = reader->facts.encoding;
    bool as_is = encoding == ENCODING_UTF8 || encoding == ENCODING_UNKNOWN;
    if (as_is && reader->raw_at == reader->raw.len && !reader->ended) {
        bool told;
        TRY(read_direct(reader, text, &told, error));
        *last = reader->ended;
        if (told)
            return STATUS_OK;
    }
    TRY(fill(reader, error));
    Str bytes = {reader->raw.ptr + reader->raw_at, reader->raw.len - reader->raw_at};
    reader->raw_at += encoding_decode(reader->facts.encoding, bytes, reader->ended, text,
                                      &reader->facts.bad_count);
    *last = reader->ended;
    ASSERT(!*last || reader->raw_at == reader->raw.len);
    return STATUS_OK;
}
