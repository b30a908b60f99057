// SPDX-License-Identifier: Apache-2.0
//
// level_fits.c: which groups an unplaced member fits.
//
// Members of whose keys the same is known are one *class*: they fit the same groups, and there are far fewer
// classes than members (all blank ids are one). A class of which nothing is known fits every group. The others are found
// through the parts that are known and the characters that survived: for each combination of what is known (a
// signature) one map over the groups, made when the first such class asks.

#include "runtime/exec/level_int.h"
#include "runtime/exec/pattern_int.h"

// The groups by what a signature sees of their keys.
typedef struct SignatureMap {
    Map groups; // projected key -> list
    VEC(int64_t) heads, group, next;
} SignatureMap;

typedef struct FitClass {
    int64_t first; // an unplaced member of it
    bool counted;
    CauseCounts causes; // of all its members
} FitClass;

struct LevelFits {
    int64_t *class_of; // per unplaced member
    VEC(FitClass) classes;
    int64_t universal;       // the class that fits every group, -1: none
    int64_t *starts, *items; // the others, by group
};

typedef struct FitPair {
    int64_t group, fit_class;
} FitPair;

typedef struct FitBuild {
    Level *level;
    Map signatures; // signature -> map
    VEC(SignatureMap *) maps;
    VEC(FitPair) pairs;
} FitBuild;

static bool part_blank(const Value *part)
{
    bool bounded = part->state == VALUE_ISSUE && part->bounded;
    bool kept = part->state == VALUE_GAP && part->skeleton != 0;
    return part->state != VALUE_KNOWN && !bounded && !kept;
}

static bool all_blank(const Unplaced *unplaced, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        if (!part_blank(&unplaced->parts[k]))
            return false;
    }
    return true;
}

// What is known of each part: the value, characters at known positions, or nothing.
static void signature_of(const FitBuild *build, const Unplaced *unplaced, StrBuf *out)
{
    const Dict *dict = build->level->run->shared->dict;
    strbuf_clear(out);
    for (uint32_t k = 0; k < build->level->op->group.key_count; k++) {
        const Value *part = &unplaced->parts[k];
        bool kept = part->state == VALUE_GAP && part->skeleton != 0;
        strbuf_add_char(out, part->state == VALUE_KNOWN ? '=' : kept ? '~' : '*');
        if (kept)
            strbuf_add(out, pattern_of(build->level->run->scratch, dict_str(dict, part->skeleton)));
        strbuf_add_char(out, '\0');
    }
}

// The key `parts` as the signature of `by` sees it; false if it cannot fit.
static bool project_key(const FitBuild *build, const Unplaced *by, const Value *parts,
                        StrBuf *scratch, StrBuf *out)
{
    const Dict *dict = build->level->run->shared->dict;
    strbuf_clear(out);
    for (uint32_t k = 0; k < build->level->op->group.key_count; k++) {
        const Value *seen = &by->parts[k];
        if (seen->state == VALUE_KNOWN) {
            value_text(out, dict, &parts[k], true);
        } else if (seen->state == VALUE_GAP && seen->skeleton != 0) {
            Str pattern = pattern_of(build->level->run->scratch, dict_str(dict, seen->skeleton));
            uint32_t code = parts[k].state == VALUE_KNOWN ? parts[k].code : parts[k].skeleton;
            if (!pattern_project(dict_str(dict, code), pattern, scratch))
                return false;
            strbuf_add(out, strbuf_str(scratch));
        }
        strbuf_add_char(out, '\0');
    }
    return true;
}

static void signature_add(SignatureMap *map, Str projected, int64_t group)
{
    bool is_new = false;
    uint64_t *list = map_at(&map->groups, projected, &is_new);
    if (is_new) {
        *list = map->heads.count;
        vec_push(&map->heads, -1);
    }
    vec_push(&map->group, group);
    vec_push(&map->next, map->heads.items[*list]);
    map->heads.items[*list] = (int64_t)map->group.count - 1;
}

static SignatureMap *signature_map(FitBuild *build, const Unplaced *unplaced, StrBuf *scratch,
                                   StrBuf *out)
{
    Level *level = build->level;
    signature_of(build, unplaced, out);
    bool is_new = false;
    uint64_t *number = map_at(&build->signatures, strbuf_str(out), &is_new);
    if (!is_new)
        return build->maps.items[*number];
    *number = build->maps.count;
    SignatureMap *map = ARENA_NEW(level->arena, SignatureMap);
    vec_push(&build->maps, map);
    uint32_t key_count = level->op->group.key_count;
    Value *key = ARENA_ARRAY(level->run->scratch, Value, MAX_OF(key_count, 1u));
    for (int64_t g = 0; g < level->count; g++) {
        for (uint32_t k = 0; k < key_count; k++)
            key[k] = vector_value(&level->keys[k], level->op->group.keys[k].value.type, g);
        if (project_key(build, unplaced, key, scratch, out))
            signature_add(map, strbuf_str(out), g);
    }
    return map;
}

static void find_groups(FitBuild *build, int64_t fit_class, const Unplaced *unplaced,
                        StrBuf *scratch, StrBuf *out)
{
    SignatureMap *map = signature_map(build, unplaced, scratch, out);
    uint64_t list;
    if (!project_key(build, unplaced, unplaced->parts, scratch, out) ||
        !map_get(&map->groups, strbuf_str(out), &list))
        return;
    for (int64_t i = map->heads.items[list]; i >= 0; i = map->next.items[i]) {
        if (level_fits(build->level, unplaced, map->group.items[i]))
            vec_push(&build->pairs, (FitPair){map->group.items[i], fit_class});
    }
}

static void list_by_group(Level *level, LevelFits *fits, const FitBuild *build)
{
    size_t count = build->pairs.count;
    int64_t *groups = ARENA_ARRAY(level->arena, int64_t, count),
            *order = ARENA_ARRAY(level->arena, int64_t, count);
    for (size_t i = 0; i < count; i++)
        groups[i] = build->pairs.items[i].group;
    fits->starts = ARENA_ARRAY(level->arena, int64_t, level->count + 1);
    fits->items = ARENA_ARRAY(level->arena, int64_t, count);
    group_index(groups, (int64_t)count, level->count, fits->starts, order);
    for (size_t i = 0; i < count; i++)
        fits->items[i] = build->pairs.items[order[i]].fit_class;
}

static void build_free(FitBuild *build)
{
    for (size_t i = 0; i < build->maps.count; i++) {
        map_deinit(&build->maps.items[i]->groups);
        vec_free(&build->maps.items[i]->heads);
        vec_free(&build->maps.items[i]->group);
        vec_free(&build->maps.items[i]->next);
    }
    vec_free(&build->maps);
    vec_free(&build->pairs);
    map_deinit(&build->signatures);
}

// What is known of a member's key, as bytes: equal for members of one class.
static Str class_bytes(const Level *level, const Unplaced *unplaced, StrBuf *out)
{
    const Dict *dict = level->run->shared->dict;
    strbuf_clear(out);
    for (uint32_t k = 0; k < level->op->group.key_count; k++) {
        const Value *part = &unplaced->parts[k];
        if (part_blank(part)) {
            strbuf_add_char(out, '*');
        } else if (part->state == VALUE_KNOWN) {
            strbuf_add_char(out, '=');
            value_text(out, dict, part, true);
        } else if (part->state == VALUE_GAP) {
            strbuf_add_char(out, '~');
            strbuf_add(out, dict_str(dict, part->skeleton));
        } else {
            strbuf_add_char(out, '<');
            strbuf_add(out, (Str){(const char *)&part->lo, sizeof part->lo});
            strbuf_add(out, (Str){(const char *)&part->hi, sizeof part->hi});
        }
        strbuf_add_char(out, '\0');
    }
    return strbuf_str(out);
}

static void make_classes(Level *level, LevelFits *fits, StrBuf *scratch)
{
    Map numbers = {0};
    fits->class_of = ARENA_ARRAY(level->arena, int64_t, level->unplaced.count);
    for (size_t u = 0; u < level->unplaced.count; u++) {
        bool is_new = false;
        uint64_t *number =
            map_at(&numbers, class_bytes(level, &level->unplaced.items[u], scratch), &is_new);
        if (is_new) {
            *number = fits->classes.count;
            vec_push(&fits->classes, (FitClass){.first = (int64_t)u});
        }
        fits->class_of[u] = (int64_t)*number;
    }
    map_deinit(&numbers);
}

static void find_all_groups(FitBuild *build, LevelFits *fits, StrBuf *scratch, StrBuf *out)
{
    Level *level = build->level;
    fits->universal = -1;
    for (size_t c = 0; c < fits->classes.count; c++) {
        const Unplaced *unplaced = &level->unplaced.items[fits->classes.items[c].first];
        ArenaMark mark = arena_mark(level->run->scratch);
        if (all_blank(unplaced, level->op->group.key_count))
            fits->universal = (int64_t)c;
        else
            find_groups(build, (int64_t)c, unplaced, scratch, out);
        arena_rewind(level->run->scratch, mark);
    }
}

LevelFits *level_fit_lists(Level *level)
{
    if (level->fits != NULL)
        return level->fits;
    LevelFits *fits = ARENA_NEW(level->arena, LevelFits);
    FitBuild build = {.level = level};
    StrBuf scratch, out;
    strbuf_init(&scratch);
    strbuf_init(&out);
    make_classes(level, fits, &scratch);
    find_all_groups(&build, fits, &scratch, &out);
    list_by_group(level, fits, &build);
    build_free(&build);
    strbuf_deinit(&scratch);
    strbuf_deinit(&out);
    level->fits = fits;
    return fits;
}

void level_fits_free(LevelFits *fits)
{
    if (fits == NULL)
        return;
    for (size_t c = 0; c < fits->classes.count; c++)
        vec_free(&fits->classes.items[c].causes);
    vec_free(&fits->classes);
}

int64_t level_fit_class(const LevelFits *fits, int64_t unplaced)
{
    return fits->class_of[unplaced];
}

int64_t level_fit_class_count(const LevelFits *fits)
{
    return (int64_t)fits->classes.count;
}

int64_t level_fit_universal(const LevelFits *fits)
{
    return fits->universal;
}

const int64_t *level_fit_classes(const LevelFits *fits, int64_t group, int64_t *count)
{
    *count = fits->starts[group + 1] - fits->starts[group];
    return fits->items + fits->starts[group];
}

bool level_fit_any(Level *level, int64_t group)
{
    if (level->unplaced.count == 0)
        return false;
    const LevelFits *fits = level_fit_lists(level);
    return fits->universal >= 0 || fits->starts[group + 1] > fits->starts[group];
}

// Counts the causes of all classes at once: each member is looked at once.
static void count_causes(Level *level, LevelFits *fits)
{
    for (size_t u = 0; u < level->unplaced.count; u++) {
        FitClass *fit_class = &fits->classes.items[fits->class_of[u]];
        if (!fit_class->counted)
            cause_counts_add(&fit_class->causes, level_mark(level, level->unplaced.items[u].member),
                             1);
    }
    for (size_t c = 0; c < fits->classes.count; c++)
        fits->classes.items[c].counted = true;
}

static void add_causes(const FitClass *fit_class, CauseCounts *counts)
{
    for (size_t i = 0; i < fit_class->causes.count; i++) {
        const CauseCount *cause = &fit_class->causes.items[i];
        cause_counts_add(counts, (Mark){cause->place, cause->cause}, cause->rows);
    }
}

void level_fit_causes(Level *level, int64_t group, CauseCounts *counts)
{
    LevelFits *fits = level_fit_lists(level);
    if (fits->classes.count > 0 && !fits->classes.items[0].counted)
        count_causes(level, fits);
    if (fits->universal >= 0)
        add_causes(&fits->classes.items[fits->universal], counts);
    for (int64_t i = fits->starts[group]; i < fits->starts[group + 1]; i++)
        add_causes(&fits->classes.items[fits->items[i]], counts);
}
