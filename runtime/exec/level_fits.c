// SPDX-License-Identifier: Apache-2.0
//
// level_fits.c: which groups an unplaced member fits.
//
// A member of whose key nothing is known fits every group: such members are one list for all groups, however many
// there are. The others are found through the parts that are known and the characters that survived: for each
// combination of what is known (a signature) one map over the groups, made when the first such member asks.

#include "runtime/exec/level_int.h"
#include "runtime/exec/pattern_int.h"

// The groups by what a signature sees of their keys.
typedef struct SignatureMap {
    Map groups; // projected key -> list
    VEC(int64_t) heads, group, next;
} SignatureMap;

struct LevelFits {
    VEC(int64_t) universal; // unplaced members that fit every group
    bool universal_counted;
    CauseCounts universal_causes;
    int64_t *starts, *items; // the others, by group
};

typedef struct FitPair {
    int64_t group, unplaced;
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

static void find_groups(FitBuild *build, int64_t number, StrBuf *scratch, StrBuf *out)
{
    const Unplaced *unplaced = &build->level->unplaced.items[number];
    SignatureMap *map = signature_map(build, unplaced, scratch, out);
    uint64_t list;
    if (!project_key(build, unplaced, unplaced->parts, scratch, out) ||
        !map_get(&map->groups, strbuf_str(out), &list))
        return;
    for (int64_t i = map->heads.items[list]; i >= 0; i = map->next.items[i]) {
        if (level_fits(build->level, unplaced, map->group.items[i]))
            vec_push(&build->pairs, (FitPair){map->group.items[i], number});
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
        fits->items[i] = build->pairs.items[order[i]].unplaced;
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

const LevelFits *level_fit_lists(Level *level)
{
    if (level->fits != NULL)
        return level->fits;
    LevelFits *fits = ARENA_NEW(level->arena, LevelFits);
    FitBuild build = {.level = level};
    StrBuf scratch, out;
    strbuf_init(&scratch);
    strbuf_init(&out);
    for (size_t u = 0; u < level->unplaced.count; u++) {
        ArenaMark mark = arena_mark(level->run->scratch);
        if (all_blank(&level->unplaced.items[u], level->op->group.key_count))
            vec_push(&fits->universal, (int64_t)u);
        else
            find_groups(&build, (int64_t)u, &scratch, &out);
        arena_rewind(level->run->scratch, mark);
    }
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
    vec_free(&fits->universal);
    vec_free(&fits->universal_causes);
}

const int64_t *level_fit_items(const LevelFits *fits, int64_t group, int64_t *count)
{
    *count = fits->starts[group + 1] - fits->starts[group];
    return fits->items + fits->starts[group];
}

const int64_t *level_fit_universal(const LevelFits *fits, int64_t *count)
{
    *count = (int64_t)fits->universal.count;
    return fits->universal.items;
}

void level_fit_causes(Level *level, int64_t group, CauseCounts *counts)
{
    LevelFits *fits = (LevelFits *)(uintptr_t)level_fit_lists(level);
    for (size_t i = 0; !fits->universal_counted && i < fits->universal.count; i++) {
        int64_t member = level->unplaced.items[fits->universal.items[i]].member;
        cause_counts_add(&fits->universal_causes, level_mark(level, member), 1);
    }
    fits->universal_counted = true;
    for (size_t i = 0; i < fits->universal_causes.count; i++) {
        const CauseCount *cause = &fits->universal_causes.items[i];
        cause_counts_add(counts, (Mark){cause->place, cause->cause}, cause->rows);
    }
    for (int64_t i = fits->starts[group]; i < fits->starts[group + 1]; i++)
        cause_counts_add(counts, level_mark(level, level->unplaced.items[fits->items[i]].member),
                         1);
}
