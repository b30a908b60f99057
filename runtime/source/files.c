// SPDX-License-Identifier: Apache-2.0
//
// files.c: which files a table has. Patterns are matched here and not by the C library, whose order and
// idea of a character follow the locale.
//
// A file bound on the command line keeps the header line and the separator of the table's source, if it
// has exactly one; its encoding is detected, since a sample or another month's delivery is often saved by
// another program.
#include "runtime/source/reader_int.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/vec.h"

#define FILES_MAX 100000 // files of one table

Status files_error(Error *error, Str path, int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return error_set(error, STATUS_IO, "文件 " STR_FMT " 不存在", "there is no file " STR_FMT,
                         STR_ARG(path));
    case EACCES:
    case EPERM:
        return error_set(error, STATUS_IO, "没有权限读取文件 " STR_FMT,
                         "no permission to read file " STR_FMT, STR_ARG(path));
    case EINTR: // a pipe that nobody writes to, and Ctrl-C
        return error_set(error, STATUS_CANCELLED, "读取文件 " STR_FMT " 时被中断",
                         "reading file " STR_FMT " was interrupted", STR_ARG(path));
    case EISDIR:
        return error_set(error, STATUS_IO, STR_FMT " 是文件夹，不是数据文件",
                         STR_FMT " is a folder, not a data file", STR_ARG(path));
    default:
        return error_set_system(error, number, "读取文件 " STR_FMT " 失败",
                                "reading file " STR_FMT " failed", STR_ARG(path));
    }
}

int64_t files_size(Str path)
{
    // Paths found here are followed by a NUL: they live in an arena.
    struct stat about;
    return stat(path.ptr, &about) == 0 && S_ISREG(about.st_mode) ? (int64_t)about.st_size : 0;
}

bool files_match(Str pattern, Str name)
{
    size_t p = 0, n = 0, star = STR_NONE, star_name = 0;
    while (n < name.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = ++p;
            star_name = n;
        } else if (p < pattern.len && pattern.ptr[p] == '?') {
            p++;
            (void)utf8_decode(name, &n);
        } else if (p < pattern.len && pattern.ptr[p] == name.ptr[n]) {
            p++;
            n++;
        } else if (star != STR_NONE) { // the last star takes one byte more
            p = star;
            n = ++star_name;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

static bool has_pattern(Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '*' || text.ptr[i] == '?')
            return true;
    }
    return false;
}

static bool exists(Arena *arena, Str path)
{
    struct stat about;
    return stat(arena_str(arena, path).ptr, &about) == 0;
}

typedef VEC(Str) Paths;

// Names in `folder` that fit `pattern`, in byte order, appended as whole paths.
static void list_folder(Arena *arena, Str folder, Str pattern, Paths *out)
{
    Str shown = folder.len == 0 ? STR(".") : folder;
    DIR *dir = opendir(arena_str(arena, shown).ptr);
    if (dir == NULL)
        return;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        Str name = str_from_cstr(entry->d_name);
        bool hidden = str_starts(name, STR(".")) && !str_starts(pattern, STR("."));
        if (hidden || !files_match(pattern, name) || out->count == FILES_MAX)
            continue;
        vec_push(out, arena_printf(arena, STR_FMT STR_FMT, STR_ARG(folder), STR_ARG(name)));
    }
    closedir(dir);
}

static int compare_paths(const void *a, const void *b)
{
    return str_compare(*(const Str *)a, *(const Str *)b);
}

// All paths that fit `path`, component by component.
static void expand(Arena *arena, Str path, Paths *out)
{
    Paths found = {0};
    vec_push(&found, path.len > 0 && path.ptr[0] == '/' ? STR("/") : STR(""));
    for (size_t at = 0; at < path.len;) {
        size_t end = at;
        while (end < path.len && path.ptr[end] != '/')
            end++;
        Str part = str_slice(path, at, end);
        bool deeper = end < path.len;
        at = end + 1;
        if (part.len == 0)
            continue;
        Paths next = {0};
        for (size_t i = 0; i < found.count; i++) {
            if (has_pattern(part))
                list_folder(arena, found.items[i], part, &next);
            else
                vec_push(&next, arena_printf(arena, STR_FMT STR_FMT, STR_ARG(found.items[i]),
                                             STR_ARG(part)));
        }
        vec_free(&found);
        found = next;
        for (size_t i = 0; deeper && i < found.count; i++)
            found.items[i] = arena_printf(arena, STR_FMT "/", STR_ARG(found.items[i]));
    }
    for (size_t i = 0; i < found.count; i++) {
        if (exists(arena, found.items[i]))
            vec_push(out, found.items[i]);
    }
    vec_free(&found);
    if (out->count > 1)
        qsort(out->items, out->count, sizeof *out->items, compare_paths);
}

static bool is_folder(Arena *arena, Str path)
{
    struct stat about;
    return stat(arena_str(arena, path).ptr, &about) == 0 && S_ISDIR(about.st_mode);
}

// Adds the files of one path or pattern.
static Status add_path(const TableDecl *table, Arena *arena, Str path, FoundFile like,
                       FoundFiles *out, Error *error)
{
    Paths paths = {0};
    if (has_pattern(path) && !exists(arena, path))
        expand(arena, path, &paths);
    else
        vec_push(&paths, arena_str(arena, path));
    for (size_t i = 0; i < paths.count; i++) {
        like.path = paths.items[i];
        vec_push(out, like);
    }
    bool none = paths.count == 0;
    vec_free(&paths);
    if (none)
        return error_set(error, STATUS_IO, "数据表 " STR_FMT "：没有与 " STR_FMT " 相符的文件",
                         "table " STR_FMT ": no file matches " STR_FMT, STR_ARG(table->name),
                         STR_ARG(path));
    return STATUS_OK;
}

// A file of a folder; nothing stands in front of those of the folder where the program runs.
static Str path_in(Arena *arena, Str folder, Str name)
{
    bool here = folder.len == 0 || str_equal(folder, STR(".")) || str_equal(folder, STR("./"));
    return here ? arena_str(arena, name)
                : arena_printf(arena, STR_FMT "%s" STR_FMT, STR_ARG(folder),
                               str_ends(folder, STR("/")) ? "" : "/", STR_ARG(name));
}

// DIR/<table>.csv or one of its sisters; an empty path if there is none.
static Status in_data_folder(const TableDecl *table, const LoadOptions *options, Arena *arena,
                             Str *path, Error *error)
{
    static const char *const endings[] = {"csv", "tsv", "txt", "CSV", "TSV", "TXT"};
    *path = STR("");
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        Str name = arena_printf(arena, STR_FMT ".%s", STR_ARG(table->name), endings[i]);
        Str candidate = path_in(arena, options->data_folder, name);
        if (!exists(arena, candidate))
            continue;
        if (path->len > 0)
            return error_set(error, STATUS_DATA,
                             "数据表 " STR_FMT " 在文件夹中有两个文件：" STR_FMT " 和 " STR_FMT
                             "；请用 --bind 指定其中一个",
                             "table " STR_FMT " has two files in the folder: " STR_FMT
                             " and " STR_FMT "; choose one with --bind",
                             STR_ARG(table->name), STR_ARG(*path), STR_ARG(candidate));
        *path = candidate;
    }
    return STATUS_OK;
}

static Status from_sources(const TableDecl *table, Arena *arena, FoundFiles *out, Error *error)
{
    for (uint32_t i = 0; i < table->source_count; i++) {
        const SourceDecl *source = &table->sources[i];
        Str path = source->path;
        if (!str_starts(path, STR("/")))
            path = path_in(arena, source->folder, path);
        TRY(add_path(table, arena, path, (FoundFile){.source = source}, out, error));
    }
    return STATUS_OK;
}

static Status no_file(const TableDecl *table, const LoadOptions *options, Arena *arena,
                      Error *error)
{
    Str folder = options->data_folder;
    if (folder.len > 0 && access(arena_str(arena, folder).ptr, X_OK) != 0 && errno == EACCES)
        return error_set_system(error, errno,
                                "找不到数据表 " STR_FMT " 的文件：不能进入文件夹 " STR_FMT,
                                "no file for table " STR_FMT ": cannot look into folder " STR_FMT,
                                STR_ARG(table->name), STR_ARG(folder));
    if (folder.len > 0)
        return error_set(error, STATUS_IO,
                         "找不到数据表 " STR_FMT " 的文件：文件夹 " STR_FMT " 中没有 " STR_FMT
                         ".csv（.tsv、.txt），模型也没有为它写数据源",
                         "no file for table " STR_FMT ": folder " STR_FMT " has no " STR_FMT
                         ".csv (.tsv, .txt), and the model declares no source for it",
                         STR_ARG(table->name), STR_ARG(options->data_folder), STR_ARG(table->name));
    return error_set(
        error, STATUS_IO,
        "找不到数据表 " STR_FMT " 的文件：请在模型中写数据源，或用 --data 文件夹、--bind " STR_FMT
        "=文件 指定",
        "no file for table " STR_FMT
        ": declare a source in the model, or use --data DIR or --bind " STR_FMT "=FILE",
        STR_ARG(table->name), STR_ARG(table->name));
}

static Status no_folder(const TableDecl *table, Str folder, Error *error)
{
    return error_set(error, STATUS_IO,
                     "找不到数据表 " STR_FMT " 的文件：--data 要写文件夹，“" STR_FMT
                     "”不是文件夹；一个文件用 --bind " STR_FMT "=" STR_FMT " 指定",
                     "no file for table " STR_FMT ": --data wants a folder, and '" STR_FMT
                     "' is none; a single file is given by --bind " STR_FMT "=" STR_FMT,
                     STR_ARG(table->name), STR_ARG(folder), STR_ARG(table->name), STR_ARG(folder));
}

// What makes two paths the same file, and which of the found files has it.
typedef struct FileIdentity {
    dev_t device;
    ino_t inode;
    size_t index;
} FileIdentity;

static int compare_identities(const void *left, const void *right)
{
    const FileIdentity *a = left, *b = right;
    if (a->device != b->device)
        return a->device < b->device ? -1 : 1;
    if (a->inode != b->inode)
        return a->inode < b->inode ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

// A file that is named twice, by whatever paths, would count each of its rows twice.
static Status refuse_doubled(const TableDecl *table, Arena *arena, const FoundFiles *found,
                             Error *error)
{
    VEC(FileIdentity) files = {0};
    struct stat about;
    for (size_t i = 0; i < found->count; i++) {
        if (stat(arena_str(arena, found->items[i].path).ptr, &about) == 0)
            vec_push(&files, (FileIdentity){about.st_dev, about.st_ino, i});
    }
    if (files.count > 1)
        qsort(files.items, files.count, sizeof *files.items, compare_identities);
    const FoundFile *first = NULL, *second = NULL;
    for (size_t i = 1; i < files.count && second == NULL; i++) {
        const FileIdentity *a = &files.items[i - 1], *b = &files.items[i];
        if (a->device == b->device && a->inode == b->inode) {
            first = &found->items[a->index];
            second = &found->items[b->index];
        }
    }
    vec_free(&files);
    if (second == NULL)
        return STATUS_OK;
    return error_set(error, STATUS_DATA,
                     "数据表 " STR_FMT "：同一个文件给了两次：" STR_FMT " 和 " STR_FMT
                     "，其中的行会被重复计算",
                     "table " STR_FMT ": the same file is given twice, " STR_FMT " and " STR_FMT
                     ": its rows would be counted twice",
                     STR_ARG(table->name), STR_ARG(first->path), STR_ARG(second->path));
}

Status files_find(const TableDecl *table, const LoadOptions *options, Arena *arena, FoundFiles *out,
                  Error *error)
{
    FoundFile bound = {.bound = true, .source = table->source_count == 1 ? table->sources : NULL};
    for (uint32_t i = 0; i < options->bind_count; i++) {
        if (str_equal(options->bind_tables[i], table->name))
            TRY(add_path(table, arena, options->bind_paths[i], bound, out, error));
    }
    if (out->count == 0 && options->data_folder.len > 0) {
        Str path;
        TRY(in_data_folder(table, options, arena, &path, error));
        if (path.len > 0)
            TRY(add_path(table, arena, path, bound, out, error));
    }
    if (out->count == 0)
        TRY(from_sources(table, arena, out, error));
    if (out->count > 0)
        return refuse_doubled(table, arena, out, error);
    Str folder = options->data_folder;
    return folder.len > 0 && !is_folder(arena, folder) ? no_folder(table, folder, error)
                                                       : no_file(table, options, arena, error);
}

#define FAULTS_TOLD_MAX 10 // tables without files that are told of

Status load_find_all(const TableDecl *tables, uint32_t count, const LoadOptions *options,
                     Error *error)
{
    StrBuf zh = {0}, en = {0};
    Status status = STATUS_OK;
    uint32_t told = 0;
    for (uint32_t i = 0; i < count && told < FAULTS_TOLD_MAX; i++) {
        Arena *arena = arena_create(NULL, 0);
        FoundFiles found = {0};
        Error one = {0};
        Status this =
            tables[i].needed ? files_find(&tables[i], options, arena, &found, &one) : STATUS_OK;
        if (this != STATUS_OK) {
            strbuf_add_c(&zh, told > 0 ? "\n" : "");
            strbuf_add_c(&en, told > 0 ? "\n" : "");
            strbuf_add(&zh, error_text(&one, LANG_ZH));
            strbuf_add(&en, error_text(&one, LANG_EN));
            status = told++ == 0 ? this : status;
        }
        vec_free(&found);
        error_deinit(&one);
        arena_destroy(arena);
    }
    if (status != STATUS_OK)
        (void)error_set_text(error, status, strbuf_str(&zh), strbuf_str(&en));
    strbuf_deinit(&zh);
    strbuf_deinit(&en);
    return status;
}
