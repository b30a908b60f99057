// SPDX-License-Identifier: Apache-2.0
//
// report.c: what loading has to say: rejected records and warnings. No whole value of a person's data is
// quoted, only its first characters and its length.
#include "runtime/source/load_int.h"

#define SHOWN_POINTS 2
#define CODE_POINTS_MAX 12 // of a code shown in full

Str report_mask(Arena *arena, Str value)
{
    StrBuf out = {0};
    int64_t length = utf8_count(value);
    int64_t shown = length > 2 * SHOWN_POINTS ? SHOWN_POINTS : length > 1;
    size_t at = 0;
    for (int64_t i = 0; i < shown; i++) {
        int32_t point = utf8_decode(value, &at);
        bool plain = point >= ' ' && point != 0x7F;
        strbuf_add_code_point(&out, plain ? point : 0xFFFD);
    }
    strbuf_printf(&out, "…(%lld)", (long long)length);
    Str masked = arena_str(arena, strbuf_str(&out));
    strbuf_deinit(&out);
    return masked;
}

// Codes are no personal data, and the author needs the word to add it to the `enum`. What has digits or is
// long may have slipped over from another column.
static bool is_code_word(Reason reason, Str cell)
{
    bool plain = reason == REASON_UNKNOWN_CODE && utf8_count(cell) <= CODE_POINTS_MAX;
    for (size_t i = 0; i < cell.len; i++)
        plain &= (unsigned char)cell.ptr[i] >= ' ' && cell.ptr[i] != 0x7F &&
                 !(cell.ptr[i] >= '0' && cell.ptr[i] <= '9');
    return plain;
}

void report_quarantine(LoadReport *report, uint32_t file, const CsvRecord *record,
                       int64_t record_number, const RowFault *fault, const TableDecl *table,
                       Str cell, int64_t row)
{
    ASSERT(fault->reason != REASON_NONE);
    report->quarantined_count++;
    if (report->quarantined.count >= QUARANTINE_KEPT_MAX)
        return;
    Quarantined entry = {.file = file,
                         .record = record_number,
                         .line = record->line,
                         .reason = fault->reason,
                         .row = row};
    if (fault->column > 0)
        entry.column = table->columns[fault->column - 1].name;
    if (cell.len > 0)
        entry.shown = is_code_word(fault->reason, cell) ? arena_str(report->arena, cell)
                                                        : report_mask(report->arena, cell);
    vec_push(&report->quarantined, entry);
}

void report_warning(LoadReport *report, uint32_t file, int64_t count, Str zh, Str en)
{
    vec_push(&report->warnings, (LoadWarning){.file = file,
                                              .zh = arena_str(report->arena, zh),
                                              .en = arena_str(report->arena, en),
                                              .count = count});
}

// A warning of which only the count varies; the count stands in front.
static void warn_count(LoadReport *report, uint32_t file, int64_t count, const char *zh,
                       const char *en)
{
    if (count == 0)
        return;
    StrBuf zh_text = {0}, en_text = {0};
    strbuf_printf(&zh_text, "%lld %s", (long long)count, zh);
    strbuf_printf(&en_text, "%lld %s", (long long)count, en);
    report_warning(report, file, count, strbuf_str(&zh_text), strbuf_str(&en_text));
    strbuf_deinit(&zh_text);
    strbuf_deinit(&en_text);
}

// Sheets end at 65,536 or 1,048,576 lines, the header among them or not.
static bool is_sheet_limit(int64_t records)
{
    return records == 65535 || records == 65536 || records == 1048575 || records == 1048576;
}

void report_file_signs(LoadReport *report, uint32_t file, const FileSigns *signs)
{
    const TextFacts *facts = &signs->facts;
    warn_count(report, file, facts->replaced, "处替换字符 U+FFFD：在送来之前文字已有损失",
               "replacement characters U+FFFD: text was lost before the file was delivered");
    warn_count(report, file, facts->mojibake, "处“锟斤拷”：文件曾以错误的编码另存，文字已有损失",
               "times 锟斤拷: the file was once saved in a wrong encoding, text was lost");
    warn_count(report, file, facts->marks, "处字节顺序标记在文件中间：可能由几个文件拼接而成",
               "byte order marks inside the file: it may be several files put together");
    warn_count(report, file, signs->blank_lines, "个空行，未作为记录",
               "blank lines, not taken as records");
    warn_count(report, file, signs->no_last_line_end && signs->records > 0,
               "处：最后一行没有换行符，文件可能被截断",
               "line without an end: the last one; the file may be cut off");
    if (is_sheet_limit(signs->records))
        warn_count(report, file, signs->records,
                   "条记录，恰为电子表格的行数上限，后面的行可能已丢失",
                   "records, exactly as many as a spreadsheet holds; further rows may be lost");
    if (signs->records == 0)
        report_warning(report, file, 0, STR("文件只有表头，没有数据"),
                       STR("the file has a header line and no data"));
    if (signs->overridden)
        report_warning(
            report, file, 1, STR("文件开头的字节顺序标记与声明的编码不符，已按标记读取"),
            STR("the byte order mark contradicts the declared encoding; the mark was followed"));
}

static void warn_column(LoadReport *report, const ColumnLoader *loader, int64_t count,
                        const char *zh, const char *en)
{
    if (count == 0)
        return;
    StrBuf zh_text = {0}, en_text = {0};
    Str name = loader->decl->name;
    strbuf_printf(&zh_text, "列“" STR_FMT "”有 %lld 个单元格%s", STR_ARG(name), (long long)count,
                  zh);
    strbuf_printf(&en_text, "column “" STR_FMT "”: %lld cells %s", STR_ARG(name), (long long)count,
                  en);
    report_warning(report, 0, count, strbuf_str(&zh_text), strbuf_str(&en_text));
    strbuf_deinit(&zh_text);
    strbuf_deinit(&en_text);
}

// Codes of a fixed length of which some are one digit short and none begins with 0: the zeros in front are
// gone. Returns how many.
static int64_t lost_zeros(const TextSigns *signs)
{
    static const int lengths[] = {6, 9, 12, 15, 18}; // of common codes
    int64_t total = 0;
    for (size_t i = 0; i < ARRAY_LEN(signs->digit_lengths); i++)
        total += signs->digit_lengths[i];
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        int64_t whole = signs->digit_lengths[lengths[i]],
                brief = signs->digit_lengths[lengths[i] - 1];
        if (signs->leading_zero == 0 && brief > 0 && whole > brief && whole + brief == total)
            return brief;
    }
    return 0;
}

#define ROUNDED_TIMES 3 // so many times as often as by chance

void report_column_signs(LoadReport *report, const ColumnLoader *loader)
{
    const TextSigns *signs = &loader->signs;
    bool number = loader->decl->type.kind == TYPE_INTEGER;
    warn_column(
        report, loader, number ? signs->long_numbers : 0,
        "是 16 位以上的数字；若文件经过电子表格，第 15 位以后可能已被改为 0",
        "are numbers of 16 or more digits; a spreadsheet changes those behind the 15th to 0");
    // A number that ends so and passes its check is one in a thousand; beside others that do not pass, it is
    // the one in eleven that passes by chance.
    int64_t rounded = signs->long_rounded - signs->rounded_valid;
    // Where no check digit tells, only what chance would not bring is a sign.
    if (!loader->check_digit && rounded * 1000000 <= ROUNDED_TIMES * signs->rounded_chance)
        rounded = 0;
    warn_column(report, loader, number ? 0 : rounded,
                "是 16 位以上的数字，且第 15 位以后全为 0，应是被电子表格改过",
                "are numbers of 16 or more digits with zeros only behind the 15th: changed by a "
                "spreadsheet");
    warn_column(report, loader, rounded > 0 ? signs->rounded_valid : 0,
                "第 15 位以后也全为 0，校验位相符；因同列有被改过的号码，一并当作损坏",
                "also end in zeros and pass the check; beside changed ones they count as damaged");
    warn_column(report, loader, signs->scientific, "是科学计数法（如 4.1E+17），原来的数字已丢失",
                "are in scientific notation (such as 4.1E+17): digits are lost");
    int64_t brief = lost_zeros(signs);
    warn_column(report, loader, brief, "比其余的少一位数字，开头的 0 可能已丢失",
                "have one digit less than the others: a leading 0 may be lost");
    if (brief > 0) {
        vec_last(&report->warnings).of_codes = true;
        vec_last(&report->warnings).column = loader->number;
    }
}

void load_report_deinit(LoadReport *report)
{
    vec_free(&report->files);
    vec_free(&report->quarantined);
    vec_free(&report->warnings);
    vec_free(&report->columns);
    arena_destroy(report->arena);
    *report = (LoadReport){0};
}
