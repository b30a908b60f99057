// SPDX-License-Identifier: Apache-2.0
//
// cover.c: clauses tried by tests.

#include "compiler/cli/cover.h"

#include "compiler/cli/job.h"

static CoveredClause *find(const TestCover *coverage, Str name, uint32_t branch,
                           const ClauseFlow *clause)
{
    for (size_t i = 0; i < coverage->clauses.count; i++) {
        CoveredClause *at = &coverage->clauses.items[i];
        if (at->branch == branch && at->place == clause->place && str_equal(at->name, name) &&
            str_equal(at->text, clause->text))
            return at;
    }
    return NULL;
}

// All rules, relations and queries of the file that can be run.
static Program *compile_all(Session *session)
{
    const Typed *typed = session->typed;
    Compilation *plain = session_plain(session);
    const TypedDecl **roots = ARENA_ARRAY(session->arena, const TypedDecl *, typed->decl_count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < typed->decl_count; i++) {
        const TypedDecl *decl = typed->decls[i];
        bool body =
            decl->kind == TYPED_RULE || decl->kind == TYPED_RELATION || decl->kind == TYPED_QUERY;
        if (body && decl->file == 0 && compile_supported(plain, decl))
            roots[count++] = decl;
    }
    DiagList *diags = diag_list_create(session->arena, session->sources);
    return count == 0 ? NULL : compile_run(plain, roots, count, diags);
}

static bool is_of_file(const Session *session, Str name)
{
    const TypedDecl *decl = typed_find(session->typed, name);
    return decl != NULL && decl->file == 0;
}

static void list_clauses(TestCover *coverage, const Session *session, const Run *run)
{
    for (uint32_t i = 0; i < run_flow_count(run); i++) {
        const BodyFlow *flow = run_flow(run, i);
        for (uint32_t c = 0; c < flow->clause_count && is_of_file(session, flow->name); c++) {
            const ClauseFlow *clause = &flow->clauses[c];
            if (clause->text.len == 0) // the group that nobody wrote
                continue;
            CoveredClause made = {.name = arena_str(coverage->arena, flow->name),
                                  .branch = flow->branch,
                                  .place = clause->place,
                                  .text = arena_str(coverage->arena, clause->text),
                                  .two_sided = clause->two_sided};
            vec_push(&coverage->clauses, made);
        }
    }
}

// A run over nothing names the clauses of all bodies.
void cover_begin(TestCover *coverage, Session *session)
{
    RunOptions options;
    Run *run = NULL;
    Program *program = compile_all(session);
    *coverage = (TestCover){.arena = arena_create(NULL, 0)};
    if (program == NULL)
        return;
    job_over_nothing(&options);
    options.counts = true;
    if (run_open(program, &options, &run, NULL) == STATUS_OK)
        list_clauses(coverage, session, run);
    run_close(run);
    program_destroy(program);
}

void cover_add(TestCover *coverage, const Run *run)
{
    for (uint32_t i = 0; i < run_flow_count(run); i++) {
        const BodyFlow *flow = run_flow(run, i);
        for (uint32_t c = 0; c < flow->clause_count; c++) {
            const ClauseFlow *clause = &flow->clauses[c];
            CoveredClause *at = find(coverage, flow->name, flow->branch, clause);
            if (at == NULL)
                continue;
            at->holds += clause->holds;
            at->fails += clause->fails;
        }
    }
}

static bool is_covered(const CoveredClause *clause)
{
    return clause->holds > 0 && (clause->fails > 0 || !clause->two_sided);
}

static const char *what_lacks(const CoveredClause *clause, bool zh)
{
    if (clause->holds == 0 && clause->fails == 0)
        return zh ? "没有测试走到这里" : "no test gets here";
    if (clause->holds == 0)
        return zh ? "没有测试满足它" : "no test meets it";
    return zh ? "没有测试不满足它" : "every test meets it";
}

static void add_clause(const CoveredClause *clause, bool zh, StrBuf *out)
{
    size_t end = str_find(clause->text, STR("\n"), 0);
    Str line = str_slice(clause->text, 0, end == STR_NONE ? clause->text.len : end);
    strbuf_add_c(out, "    ");
    if (clause->branch > 0)
        strbuf_printf(out, zh ? "第 %u 支，" : "branch %u, ", clause->branch);
    strbuf_printf(out, zh ? "第 %u 个子句 %s： " STR_FMT "\n" : "clause %u, %s: " STR_FMT "\n",
                  clause->place, what_lacks(clause, zh), STR_ARG(str_trim(line)));
}

// The clauses from `first` on that belong to one declaration; gives the number behind them.
static size_t report_body(const TestCover *coverage, size_t first, bool zh, StrBuf *out)
{
    size_t end = first, covered = 0;
    Str name = coverage->clauses.items[first].name;
    for (; end < coverage->clauses.count && str_equal(coverage->clauses.items[end].name, name);
         end++)
        covered += is_covered(&coverage->clauses.items[end]);
    strbuf_printf(out,
                  zh ? "  " STR_FMT "：%zu / %zu 个子句\n" : "  " STR_FMT ": %zu of %zu clauses\n",
                  STR_ARG(name), covered, end - first);
    if (coverage->clauses.items[first].holds + coverage->clauses.items[first].fails == 0 &&
        covered == 0) {
        strbuf_add_c(out, zh ? "    没有测试\n" : "    no test\n");
        return end;
    }
    for (size_t i = first; i < end; i++)
        if (!is_covered(&coverage->clauses.items[i]))
            add_clause(&coverage->clauses.items[i], zh, out);
    return end;
}

void cover_report(const TestCover *coverage, Lang lang, StrBuf *out)
{
    bool zh = lang == LANG_ZH;
    size_t covered = 0, count = coverage->clauses.count;
    strbuf_add_c(out, zh ? "子句的测试（满足和不满足都要有）\n"
                         : "clauses tested (both held and failed)\n");
    for (size_t i = 0; i < count; i++)
        covered += is_covered(&coverage->clauses.items[i]);
    for (size_t i = 0; i < count;)
        i = report_body(coverage, i, zh, out);
    strbuf_printf(out, zh ? "  合计 %zu / %zu（%zu%%）\n" : "  in all %zu of %zu (%zu%%)\n",
                  covered, count, count == 0 ? (size_t)100 : covered * 100 / count);
}

void cover_end(TestCover *coverage)
{
    vec_free(&coverage->clauses);
    arena_destroy(coverage->arena);
    *coverage = (TestCover){0};
}
