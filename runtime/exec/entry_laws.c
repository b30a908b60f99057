// SPDX-License-Identifier: Apache-2.0
//
// entry_laws.c: which laws a clue rests on: over its certain members, every version in force at the dates cited.

#include "runtime/base/time.h"
#include "runtime/exec/coverage.h"
#include "runtime/exec/entry_int.h"

typedef struct FoundLaw {
    int64_t from; // start of the version; 0 where the date is not known
    const Law *law;
    Str article;
    const LawVersion *version; // NULL: only the law is named
} FoundLaw;

typedef VEC(FoundLaw) FoundLaws;

static Str articles_text(Arena *arena, const Citation *citation)
{
    StrBuf buf;
    strbuf_init(&buf);
    for (uint32_t i = 0; i < citation->article_count; i++)
        strbuf_add(&buf, citation->articles[i]);
    Str out = arena_str(arena, strbuf_str(&buf));
    strbuf_deinit(&buf);
    return out;
}

static int compare_found(const void *a, const void *b)
{
    const FoundLaw *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    int order = str_compare(x->law->name, y->law->name);
    if (order == 0)
        order = str_compare(x->article, y->article);
    if (order != 0 || x->version == y->version)
        return order;
    Str x_name = x->version == NULL ? STR("") : x->version->name,
        y_name = y->version == NULL ? STR("") : y->version->name;
    return str_compare(x_name, y_name);
}

static void found_add(FoundLaws *found, FoundLaw law)
{
    for (size_t i = 0; i < found->count; i++) {
        if (found->items[i].law == law.law && found->items[i].version == law.version &&
            str_equal(found->items[i].article, law.article))
            return;
    }
    vec_push(found, law);
}

static void add_versions(FoundLaws *found, const Law *law, Str article, int64_t day)
{
    for (uint32_t v = 0; v < law->version_count; v++) {
        const LawVersion *version = &law->versions[v];
        if (version->from <= day && day <= version->to)
            found_add(found, (FoundLaw){version->from, law, article, version});
    }
}

static void add_days(FoundLaws *found, const Law *law, Str article, const Citation *citation,
                     const Vector *days)
{
    for (int64_t i = 0; i < days->count; i++) {
        if (days->state == NULL || days->state[i] == VALUE_KNOWN)
            add_versions(found, law, article, citation_day(citation, days->i64[i]));
    }
}

// The dates of a citation above the first fence: one per certain member.
static void member_days(const EntryLaws *laws, const Expr *at, Vector *days)
{
    BodyRun *run = &laws->finding->run;
    const Level *level = laws->level;
    int64_t from = level->starts[laws->group], count = 0;
    int64_t *index = ARENA_ARRAY(run->scratch, int64_t, level->starts[laws->group + 1] - from);
    for (int64_t k = from; k < level->starts[laws->group + 1]; k++) {
        if (level->row_class[level->rows[k]] == CLASS_CERTAIN)
            index[count++] = level->rows[k];
    }
    Bindings batch;
    bindings_take(run, &laws->finding->members.all, index, count, run->scratch, &batch);
    EvalContext context = bindings_context(run, &batch, run->scratch);
    if (expr_reads_aggregate(at))
        attached_aggregates(run, &batch, at, CLASS_POSSIBLE, &context);
    eval_expr(&context, at, days);
    vector_expand(days, count, run->scratch);
}

// Behind a fence: the value of the group, or of the groups below it that its certain members are in.
static void group_days(const EntryLaws *laws, const Expr *at, uint32_t stretch, Vector *days)
{
    BodyRun *run = &laws->finding->run;
    Level *level = laws->level;
    while (level->stretch > stretch)
        level = (Level *)(uintptr_t)level->below;
    Vector all;
    EvalContext context = level_context(level, at, 1, NULL, run->scratch);
    eval_expr(&context, at, &all);
    vector_expand(&all, level->count, run->scratch);
    const Level *top = laws->level;
    int64_t from = top->starts[laws->group], count = top->starts[laws->group + 1] - from, next = 0;
    int64_t *index = ARENA_ARRAY(run->scratch, int64_t, count + 1);
    if (level == top)
        index[next++] = laws->group;
    for (int64_t k = 0; level != top && k < count; k++) {
        if (top->row_class[top->rows[from + k]] == CLASS_CERTAIN)
            index[next++] = level->group[top->rows[from + k]];
    }
    vector_take(&all, index, next, run->scratch, days);
}

static void add_citation(const EntryLaws *laws, const Citation *citation, uint32_t stretch,
                         FoundLaws *found)
{
    const RunShared *shared = laws->finding->run.shared;
    const Law *law = &shared->program->laws[citation->law];
    Str article = articles_text(laws->arena, citation);
    if (citation->at.count == 0 && shared->eval.has_as_of) {
        add_versions(found, law, article, shared->eval.as_of);
        return;
    }
    if (citation->at.count == 0) {
        found_add(found, (FoundLaw){0, law, article, NULL});
        return;
    }
    Vector days;
    if (stretch == 0)
        member_days(laws, &citation->at, &days);
    else
        group_days(laws, &citation->at, stretch, &days);
    add_days(found, law, article, citation, &days);
}

static Str effective_text(Arena *arena, const LawVersion *version)
{
    if (version == NULL)
        return STR("");
    StrBuf buf;
    strbuf_init(&buf);
    date_format(&buf, (int32_t)version->from);
    strbuf_add_c(&buf, "..");
    if (version->to != INT64_MAX)
        date_format(&buf, (int32_t)version->to);
    Str out = arena_str(arena, strbuf_str(&buf));
    strbuf_deinit(&buf);
    return out;
}

void entry_laws(const EntryLaws *laws, Entry *entry)
{
    const Body *body = laws->finding->run.body;
    FoundLaws found = {0};
    ArenaMark mark = arena_mark(laws->finding->run.scratch);
    uint32_t stretch = 0;
    for (uint32_t i = 0; i < body->operator_count; i++) {
        stretch += body->operators[i].kind == OPERATOR_GROUP;
        if (body->operators[i].kind == OPERATOR_CITE)
            add_citation(laws, &body->operators[i].citation, stretch, &found);
    }
    arena_rewind(laws->finding->run.scratch, mark);
    if (found.count > 0)
        qsort(found.items, found.count, sizeof *found.items, compare_found);
    EntryLaw *out = ARENA_ARRAY(laws->arena, EntryLaw, MAX_OF(found.count, 1u));
    for (size_t i = 0; i < found.count; i++) {
        const FoundLaw *law = &found.items[i];
        out[i] = (EntryLaw){.law = law->law->name,
                            .article = law->article,
                            .version = law->version == NULL ? STR("") : law->version->name,
                            .effective = effective_text(laws->arena, law->version)};
    }
    entry->laws = out;
    entry->law_count = (uint32_t)found.count;
    vec_free(&found);
}
