// SPDX-License-Identifier: Apache-2.0
//
// load.c: a table's files become a Rowset.
//
// Every record becomes a row, in the order of files and records: an accepted one, or a shadow with the
// cells that could be read. So row numbers are record numbers, and nothing can be lost between counting
// and keeping. Of a file only the pieces under way are in memory; what grows is the columns.
#include "runtime/base/clock.h"
#include "runtime/source/load_int.h"

#ifdef SUP_TORTURE
#define THREAD_BYTES_MIN 4096
#else
#define THREAD_BYTES_MIN (4 << 20) // smaller files are not worth a thread
#endif

// A table being loaded.
typedef struct Loading {
    const TableDecl *table;
    const LoadOptions *options;
    Dict *dict;
    CauseTable *causes;
    LoadReport *report;
    Rowset *rowset;
    ColumnLoader *loaders; // one per needed column
    uint32_t loader_count;
    Share share;          // of this thread
    Share helped;         // of the helper
    VEC(RowFault) faults; // of the present piece
    VEC(uint8_t) classes; // up to the last row that was rejected
    VEC(uint32_t) files;  // per row, where there are several files
    VEC(int64_t) records;
    FoundFiles found;
    int64_t bytes_total, bytes_before; // of all files; of those that are done
    int64_t helped_bytes;              // that the helper's columns take
    // The present file.
    uint32_t file;
    int64_t file_records;
    FileSigns signs;
} Loading;

// ---- Rows ---------------------------------------------------------------------------------------

static void mark_shadow(Loading *loading, int64_t row)
{
    vec_resize(&loading->classes, (size_t)row + 1);
    loading->classes.items[row] = CLASS_SHADOW | ROW_QUARANTINED;
    loading->rowset->quarantined_count++;
}

static Str faulty_cell(Loading *loading, const Piece *piece, size_t record, const RowFault *fault)
{
    for (uint32_t i = 0; fault->column > 0 && i < loading->loader_count; i++) {
        const ColumnLoader *loader = &loading->loaders[i];
        if (loader->number != fault->column - 1)
            continue;
        CsvCell place = piece->batch.cells.items[record * loading->loader_count + loader->slot];
        return csv_cell_text(strbuf_str(&piece->text), place, &loading->share.scratch);
    }
    return STR("");
}

// Counts the records of a piece and writes down the rejected ones. `first_row` is the piece's first row.
static void judge_records(Loading *loading, const Piece *piece, int64_t first_row)
{
    LoadedFile *file = &loading->report->files.items[loading->file];
    size_t count = piece->batch.records.count;
    for (size_t i = 0; i < count; i++) {
        const RowFault *fault = &loading->faults.items[i];
        int64_t row = first_row + (int64_t)i;
        if (fault->reason == REASON_NONE)
            continue;
        file->quarantined++;
        mark_shadow(loading, row);
        report_quarantine(loading->report, loading->file, &piece->batch.records.items[i],
                          loading->file_records + (int64_t)i + 1, fault, loading->table,
                          faulty_cell(loading, piece, i, fault), row);
    }
    if (loading->found.count > 1) {
        for (size_t i = 0; i < count; i++) {
            vec_push(&loading->files, loading->file);
            vec_push(&loading->records, loading->file_records + (int64_t)i + 1);
        }
    }
    loading->file_records += (int64_t)count;
    file->records = loading->file_records;
}

// Of the faults that two threads found in a record counts the one of the first column.
static void merge_faults(Loading *loading, const Piece *piece)
{
    ASSERT(piece->faults.count == 0 || piece->faults.count == loading->faults.count);
    for (size_t i = 0; i < piece->faults.count; i++) {
        RowFault *own = &loading->faults.items[i];
        const RowFault *other = &piece->faults.items[i];
        if (other->reason != REASON_NONE &&
            (own->reason == REASON_NONE || other->column < own->column))
            *own = *other;
    }
}

static void add_piece(Loading *loading, Feed *feed, const Piece *piece, bool with_helper)
{
    size_t count = piece->batch.records.count;
    vec_clear(&loading->faults);
    vec_resize(&loading->faults, count);
    for (size_t i = 0; i < count; i++)
        loading->faults.items[i].reason = piece->batch.records.items[i].fault;
    int64_t first_row = loading->rowset->row_count;
    share_convert(&loading->share, piece, loading->faults.items);
    if (with_helper) {
        feed_await(feed, 0, 1);
        merge_faults(loading, piece);
        loading->helped_bytes = piece->bytes_kept;
    }
    judge_records(loading, piece, first_row);
    loading->rowset->row_count += (int64_t)count;
}

// ---- Limits -------------------------------------------------------------------------------------

static int64_t bytes_kept(const Loading *loading)
{
    return (int64_t)dict_bytes(loading->dict) + share_bytes(&loading->share) +
           loading->helped_bytes;
}

static Status check_limits(const Loading *loading, const Piece *piece, Error *error)
{
    const LoadOptions *options = loading->options;
    int64_t rows = loading->rowset->row_count;
    if (options->limit_rows > 0 && rows > options->limit_rows)
        return error_set(error, STATUS_LIMIT,
                         "数据表 " STR_FMT " 超过行数上限 %lld：可用 --limit-rows 提高上限",
                         "table " STR_FMT " has more than %lld rows, the limit: raise --limit-rows",
                         STR_ARG(loading->table->name), (long long)options->limit_rows);
    if (options->limit_bytes > 0 && bytes_kept(loading) > options->limit_bytes)
        return error_set(
            error, STATUS_LIMIT,
            "装入数据表 " STR_FMT " 时达到内存上限 %lld 字节：可用 --limit-bytes 提高上限",
            "loading table " STR_FMT " reached the memory limit of %lld bytes: raise --limit-bytes",
            STR_ARG(loading->table->name), (long long)options->limit_bytes);
    if (options->deadline_us > 0 && clock_now_us() > options->deadline_us)
        return error_set(error, STATUS_LIMIT,
                         "装入数据表 " STR_FMT " 时超过时限 %lld 秒：可用 --limit-time 提高时限",
                         "loading table " STR_FMT
                         " passed the limit of %lld seconds: raise --limit-time",
                         STR_ARG(loading->table->name), (long long)options->limit_seconds);
    if (options->progress != NULL &&
        !options->progress(options->progress_closure, loading->table->name,
                           loading->bytes_before + piece->bytes_done, loading->bytes_total, rows))
        return error_set(error, STATUS_CANCELLED, "装入数据表 " STR_FMT " 时被中断",
                         "loading table " STR_FMT " was interrupted",
                         STR_ARG(loading->table->name));
    return STATUS_OK;
}

// ---- One file -----------------------------------------------------------------------------------

static void sum_facts(FileSigns *signs, const Piece *piece)
{
    signs->facts.replaced += piece->facts.replaced;
    signs->facts.marks += piece->facts.marks;
    signs->facts.mojibake += piece->facts.mojibake;
    signs->blank_lines += piece->batch.blank_lines;
    if (piece->used > 0) {
        char end = piece->text.ptr[piece->used - 1];
        signs->no_last_line_end = end != '\n' && end != '\r';
    }
}

static Status read_pieces(Loading *loading, Feed *feed, bool with_helper, Error *error)
{
    for (Piece *piece = feed_next(feed, 0); piece != NULL; piece = feed_next(feed, 0)) {
        if (piece->status != STATUS_OK)
            return error_set_text(error, piece->status, error_text(&piece->error, LANG_ZH),
                                  error_text(&piece->error, LANG_EN));
        sum_facts(&loading->signs, piece);
        add_piece(loading, feed, piece, with_helper);
        TRY(check_limits(loading, piece, error));
    }
    return STATUS_OK;
}

// Who else works on a file: nobody, a thread that cuts it into pieces, and a helper beside that.
static uint32_t takers_of(Loading *loading, const Reader *reader)
{
    uint32_t threads = loading->options->threads;
    bool alone = threads == 0
                     ? reader_facts(reader)->size < THREAD_BYTES_MIN || base_cpu_count() == 1
                     : threads == 1;
    if (alone)
        return 0;
    return share_divide(loading->loaders, loading->loader_count) ? 2 : 1;
}

static Status convert_pieces(Loading *loading, Reader *reader, const CsvScanner *scanner, Str front,
                             bool last, Error *error)
{
    for (uint32_t i = 0; i < loading->loader_count; i++)
        loading->loaders[i].helped = false;
    uint32_t takers = takers_of(loading, reader);
    if (takers > 0 && !last)
        reader_digest_apart(reader);
    Feed *feed = feed_create(reader, scanner, front, last, takers);
    Helper *helper = NULL;
    if (takers == 2 && feed_threaded(feed))
        helper = helper_start(feed, &loading->helped);
    for (uint32_t i = 0; helper == NULL && i < loading->loader_count; i++)
        loading->loaders[i].helped = false;
    if (helper == NULL)
        loading->helped_bytes = 0;
    Status status = read_pieces(loading, feed, helper != NULL, error);
    feed_stop(feed);
    helper_join(helper);
    feed_destroy(feed);
    return status;
}

// Reads the text up to the end of the header line, which is in *header then.
static Status read_header(Loading *loading, const FoundFile *file, Reader *reader, StrBuf *text,
                          bool *last, Header *header, Error *error)
{
    bool more = true;
    while (more) {
        size_t wanted = text->len * 2;
        do {
            TRY(reader_next(reader, text, last, error));
        } while (!*last && text->len < wanted);
        strbuf_reserve(text, CSV_PADDING);
        memset(text->ptr + text->len, 0, CSV_PADDING);
        TRY(header_read(loading->table, file, strbuf_str(text), *last, header, &more, error));
    }
    return STATUS_OK;
}

// Reads what is behind the header.
static Status read_data(Loading *loading, Reader *reader, Str front, bool last,
                        const Header *header, Error *error)
{
    int32_t *slots = base_alloc_zeroed(header->field_count, sizeof *slots);
    for (uint32_t i = 0; i < header->field_count; i++)
        slots[i] = -1;
    for (uint32_t i = 0; i < loading->loader_count; i++) {
        ColumnLoader *loader = &loading->loaders[i];
        loader->slot = i;
        slots[header->field_of_column[loader->number]] = (int32_t)i;
    }
    CsvScanner scanner = {.separator = header->separator,
                          .field_count = header->field_count,
                          .field_min = header->field_min,
                          .slot_of_field = slots,
                          .slot_count = loading->loader_count,
                          .lines_before = header->lines_used};
    Status status = convert_pieces(loading, reader, &scanner, front, last, error);
    free(slots);
    return status;
}

static void finish_file(Loading *loading, Reader *reader, char separator)
{
    const ReaderFacts *facts = reader_facts(reader);
    LoadedFile *file = &loading->report->files.items[loading->file];
    file->encoding = encoding_name(facts->encoding);
    file->encoding_detected = facts->detected || facts->encoding == ENCODING_UNKNOWN;
    file->separator = separator;
    file->bytes = facts->bytes;
    file->accepted = file->records - file->quarantined;
    reader_digest(reader, file->sha256);
    loading->bytes_before += facts->bytes;
    loading->signs.records = file->records;
    loading->signs.overridden = facts->overridden;
    report_file_signs(loading->report, loading->file, &loading->signs);
}

static Status declared_encoding(const FoundFile *file, Encoding *out, Error *error)
{
    *out = ENCODING_UNKNOWN;
    if (file->bound || file->source == NULL || file->source->encoding.len == 0)
        return STATUS_OK;
    if (encoding_find(file->source->encoding, out))
        return STATUS_OK;
    return error_set(error, STATUS_USAGE, "不认识字符编码 " STR_FMT "；可用的有：" STR_FMT,
                     "unknown encoding " STR_FMT "; known are: " STR_FMT,
                     STR_ARG(file->source->encoding), STR_ARG(encoding_list()));
}

static Status load_file(Loading *loading, const FoundFile *file, Error *error)
{
    Encoding declared;
    Reader *reader = NULL;
    StrBuf text = {0};
    Header header = {0};
    bool last = false;
    size_t piece_size = loading->options->piece_size;
    piece_size = piece_size > 0 ? piece_size : feed_piece_size();
    TRY(declared_encoding(file, &declared, error));
    TRY(reader_open(file->path, declared, piece_size, &reader, error));
    loading->file_records = 0;
    loading->signs = (FileSigns){0};
    Status status = read_header(loading, file, reader, &text, &last, &header, error);
    if (status == STATUS_OK)
        status = read_data(loading, reader, str_slice(strbuf_str(&text), header.end, text.len),
                           last, &header, error);
    if (status == STATUS_OK)
        finish_file(loading, reader, header.separator);
    header_deinit(&header);
    strbuf_deinit(&text);
    reader_close(reader);
    return status;
}

// ---- The table ----------------------------------------------------------------------------------

static Status prepare_columns(Loading *loading, Error *error)
{
    const TableDecl *table = loading->table;
    loading->rowset = rowset_create(table->name, table->column_count);
    loading->loaders = base_alloc_zeroed(table->column_count + 1, sizeof *loading->loaders);
    for (uint32_t i = 0; i < table->column_count; i++)
        column_init(&loading->rowset->columns[i], table->columns[i].name, table->columns[i].type);
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (!table->columns[i].needed)
            continue;
        ColumnLoader *loader = &loading->loaders[loading->loader_count++];
        TRY(column_loader_init(loader, table, i, loading->options, loading->causes,
                               &loading->rowset->columns[i], error));
    }
    return STATUS_OK;
}

static Str base_name(Str path)
{
    size_t at = path.len;
    while (at > 0 && path.ptr[at - 1] != '/')
        at--;
    return str_slice(path, at, path.len);
}

// Names for evidence: without folders, unless two files then had the same one.
static void name_files(Loading *loading)
{
    Rowset *rowset = loading->rowset;
    LoadReport *report = loading->report;
    rowset->file_count = (uint32_t)report->files.count;
    rowset->file_names = base_alloc_zeroed(report->files.count, sizeof *rowset->file_names);
    Map names = {0};
    bool same = false;
    for (size_t i = 0; i < report->files.count; i++) {
        rowset->file_names[i] = base_name(report->files.items[i].path);
        same |= !map_put(&names, rowset->file_names[i], i);
    }
    for (size_t i = 0; same && i < report->files.count; i++)
        rowset->file_names[i] = report->files.items[i].path;
    map_deinit(&names);
}

// Two deliveries with the same bytes are one that came twice, more often than not; nobody can tell from here.
static void warn_same_bytes(LoadReport *report)
{
    Map digests = {0};
    for (size_t i = 0; i < report->files.count; i++) {
        const LoadedFile *file = &report->files.items[i];
        bool is_new;
        uint64_t *first = map_at(&digests, str_from_cstr(file->sha256), &is_new);
        if (is_new) {
            *first = i;
            continue;
        }
        Str path = report->files.items[*first].path;
        Str zh = arena_printf(report->arena,
                              "文件 " STR_FMT " 与 " STR_FMT
                              " 内容完全相同，其中的行都算了两遍：若是同一份材料，请去掉一个",
                              STR_ARG(file->path), STR_ARG(path));
        Str en = arena_printf(report->arena,
                              "files " STR_FMT " and " STR_FMT
                              " have the same bytes, so each of their rows counts twice: if they "
                              "are one delivery, leave one out",
                              STR_ARG(file->path), STR_ARG(path));
        if (file->records > 0)
            report_warning(report, (uint32_t)i, file->records, zh, en);
    }
    map_deinit(&digests);
}

static void finish_table(Loading *loading)
{
    Rowset *rowset = loading->rowset;
    LoadReport *report = loading->report;
    rowset->total_count = rowset->row_count;
    if (loading->classes.count > 0) {
        vec_resize(&loading->classes, (size_t)rowset->row_count);
        rowset->classes = loading->classes.items;
        loading->classes.items = NULL;
    }
    rowset->files = loading->files.items;
    rowset->records = loading->records.items;
    loading->files.items = NULL;
    loading->records.items = NULL;
    name_files(loading);
    for (uint32_t i = 0; i < loading->loader_count; i++) {
        column_loader_distrust(&loading->loaders[i], loading->dict);
        column_loader_finish(&loading->loaders[i]);
        report_column_signs(report, &loading->loaders[i]);
        vec_push(&report->columns, loading->loaders[i].counts);
    }
    warn_same_bytes(report);
    report->records = rowset->row_count;
    report->accepted = report->records - report->quarantined_count;
    for (size_t i = 0; i < report->files.count; i++)
        ASSERT(report->files.items[i].records ==
               report->files.items[i].accepted + report->files.items[i].quarantined);
}

static Status load_files(Loading *loading, Error *error)
{
    LoadReport *report = loading->report;
    TRY(files_find(loading->table, loading->options, report->arena, &loading->found, error));
    for (size_t i = 0; i < loading->found.count; i++) {
        loading->bytes_total += files_size(loading->found.items[i].path);
        vec_push(&report->files, (LoadedFile){.path = loading->found.items[i].path});
    }
    TRY(prepare_columns(loading, error));
    loading->share = (Share){.loaders = loading->loaders,
                             .loader_count = loading->loader_count,
                             .bytes_total = loading->bytes_total,
                             .dict = loading->dict};
    loading->helped = loading->share;
    loading->helped.helped = true;
    for (size_t i = 0; i < loading->found.count; i++) {
        loading->file = (uint32_t)i;
        TRY(load_file(loading, &loading->found.items[i], error));
    }
    return STATUS_OK;
}

Status load_table(const TableDecl *table, const LoadOptions *options, Dict *dict,
                  CauseTable *causes, Rowset **out, LoadReport *report, Error *error)
{
    *out = NULL;
    *report = (LoadReport){.arena = arena_create(NULL, 0), .table = table->name};
    Loading loading = {
        .table = table, .options = options, .dict = dict, .causes = causes, .report = report};
    Status status = load_files(&loading, error);
    if (status == STATUS_OK) {
        finish_table(&loading);
        *out = loading.rowset;
    } else {
        rowset_destroy(loading.rowset);
        load_report_deinit(report);
    }
    for (uint32_t i = 0; i < loading.loader_count; i++)
        column_loader_deinit(&loading.loaders[i]);
    free(loading.loaders);
    vec_free(&loading.faults);
    vec_free(&loading.classes);
    vec_free(&loading.files);
    vec_free(&loading.records);
    vec_free(&loading.found);
    strbuf_deinit(&loading.share.scratch);
    strbuf_deinit(&loading.helped.scratch);
    return status;
}
