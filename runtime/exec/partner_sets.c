// SPDX-License-Identifier: Apache-2.0
//
// partner_sets.c: blank rows taken together.
//
// A blank row leaves its link in question for every binding that asks for its list, so only the rest of the condition
// tells which rows of the list a binding has: none of it, where the condition is links alone, and else what the rest
// reads of the binding. Bindings that agree in that have the same rows. So the rest is judged once for each thing that
// it can read (a *profile*), and what comes out is kept once however many profiles come to it: a *set*, a bit for each
// row of a long list. All pairs with these rows are loose, whatever the binding: (2) of spec/evaluation.md 4.1.
//
// Clauses that do not look at the rows themselves ask a set for rows that say what all say: the one with the least cause,
// and of `latest` the last one up to the binding's time for each cause.

#include "runtime/data/vector.h"
#include "runtime/exec/partner_blanks_int.h"

// Shorter lists are judged row by row. More causes than this are as many as rows. More profiles than this are not kept.
#ifdef SUP_TORTURE
enum { SET_FROM = 2, KINDS_MOST = 3, PROFILES_MOST = 4 };
#else
enum { SET_FROM = 8, KINDS_MOST = 64, PROFILES_MOST = 1 << 17 };
#endif
enum { SET_FROM_FORCED = 2 };
// Bytes of all sets of a clause.
static const size_t SETS_MOST = (size_t)1 << 30;

typedef struct BlankSet {
    uint64_t *bits;
    int64_t speaker; // the first row with the least cause
    int64_t size;
} BlankSet;

struct BlankSets {
    const PartnerRun *partner;
    const CauseTable *causes;
    Arena *arena;
    int64_t count, words; // rows in long lists, and of their bits
    int64_t *rows;
    CauseId *cause;     // what the row lacks
    int64_t *list_from; // per list: its first row here, -1: it is short
    int64_t *list_end;
    bool whole;         // a list is one set, whatever the binding
    uint64_t *alive;    // rows that match somebody at all
    uint64_t *shadow;   // rows of shadows
    uint8_t *is_shadow; // by right row; NULL: none is
    VEC(BlankSet) sets; // [0] is empty
    Map numbers;        // by bits
    Map profiles;       // lists, and what the condition reads of the binding -> set
    int64_t least;      // rows of a list that are taken together
    uint64_t *made;     // under way
    uint8_t *possible;
    int64_t *gathered;
    // latest: those without a known time first, the others by time, in each list.
    const Vector *times;
    int64_t *order;   // the times of the rows
    uint64_t **kinds; // rows of each cause
    uint32_t kind_count;
    // What the condition reads of a binding beside the links.
    const Expr **reads;
    uint32_t read_count;
    const Bindings *batch; // that `values` were read of
    Vector *values;
    StrBuf key;
};

// ---------------------------------------------------------------- bits

static bool bit_get(const uint64_t *bits, int64_t index)
{
    return (bits[index / 64] >> (index % 64) & 1) != 0;
}

static void bit_set(uint64_t *bits, int64_t index)
{
    bits[index / 64] |= (uint64_t)1 << (index % 64);
}

// The last bit of a & b before `end`, -1: none from `first` on.
static int64_t bit_last(const uint64_t *a, const uint64_t *b, int64_t first, int64_t end)
{
    for (int64_t at = end; at > first;) {
        int64_t word = (at - 1) / 64;
        uint64_t both = a[word] & b[word];
        if (at % 64 != 0)
            both &= ((uint64_t)1 << (at % 64)) - 1;
        if (both != 0) {
            int64_t found = word * 64 + 63 - num_leading_zeros_u64(both);
            return found >= first ? found : -1;
        }
        at = word * 64;
    }
    return -1;
}

// The first bit of a & b from `at` on, -1: none before `end`.
static int64_t bit_first(const uint64_t *a, const uint64_t *b, int64_t at, int64_t end)
{
    while (at < end) {
        int64_t word = at / 64;
        uint64_t both = (a[word] & b[word]) >> (at % 64);
        if (both != 0) {
            int64_t found = at + num_trailing_zeros_u64(both);
            return found < end ? found : -1;
        }
        at = (word + 1) * 64;
    }
    return -1;
}

// ---------------------------------------------------------------- sets

static void set_measure(const BlankSets *sets, BlankSet *set)
{
    set->speaker = -1;
    for (int64_t i = bit_first(set->bits, set->bits, 0, sets->count); i >= 0;
         i = bit_first(set->bits, set->bits, i + 1, sets->count)) {
        set->size++;
        if (set->speaker < 0 ||
            (sets->cause[i] != sets->cause[set->speaker] &&
             cause_order(sets->causes, sets->cause[i], sets->cause[set->speaker]) < 0))
            set->speaker = i;
    }
}

static int64_t set_number(BlankSets *sets, const uint64_t *bits)
{
    bool is_new = false;
    Str key = {(const char *)bits, (size_t)sets->words * sizeof *bits};
    uint64_t *number = map_at(&sets->numbers, key, &is_new);
    if (!is_new)
        return (int64_t)*number;
    *number = sets->sets.count;
    BlankSet set = {.bits = ARENA_ARRAY(sets->arena, uint64_t, sets->words)};
    memcpy(set.bits, bits, (size_t)sets->words * sizeof *bits);
    set_measure(sets, &set);
    vec_push(&sets->sets, set);
    return (int64_t)*number;
}

static const uint64_t *bits_of(const BlankSets *sets, int64_t set)
{
    return sets->sets.items[set].bits;
}

int64_t partner_sets_union(BlankSets *sets, int64_t a, int64_t b)
{
    if (a == b || b == EMPTY_SET)
        return a;
    for (int64_t w = 0; w < sets->words; w++)
        sets->made[w] = bits_of(sets, a)[w] | bits_of(sets, b)[w];
    return set_number(sets, sets->made);
}

int64_t partner_sets_minus(BlankSets *sets, int64_t a, int64_t b)
{
    for (int64_t w = 0; w < sets->words; w++)
        sets->made[w] = bits_of(sets, a)[w] & ~bits_of(sets, b)[w];
    return set_number(sets, sets->made);
}

int64_t partner_sets_pick(BlankSets *sets, int64_t set, const uint8_t *keep)
{
    const uint64_t *bits = bits_of(sets, set);
    int64_t next = 0;
    memset(sets->made, 0, (size_t)sets->words * sizeof *sets->made);
    for (int64_t i = bit_first(bits, bits, 0, sets->count); i >= 0;
         i = bit_first(bits, bits, i + 1, sets->count)) {
        if (keep[next++])
            bit_set(sets->made, i);
    }
    return set_number(sets, sets->made);
}

int64_t partner_sets_size(const BlankSets *sets, int64_t set)
{
    return sets->sets.items[set].size;
}

void partner_sets_rows(const BlankSets *sets, int64_t set, int64_t *rows, CauseId *causes)
{
    const uint64_t *bits = bits_of(sets, set);
    int64_t next = 0;
    for (int64_t i = bit_first(bits, bits, 0, sets->count); i >= 0;
         i = bit_first(bits, bits, i + 1, sets->count)) {
        if (causes != NULL)
            causes[next] = sets->cause[i];
        rows[next++] = sets->rows[i];
    }
}

CauseId partner_sets_cause(const BlankSets *sets, int64_t set)
{
    return set == EMPTY_SET ? 0 : sets->cause[sets->sets.items[set].speaker];
}

// ---------------------------------------------------------------- making them

// What the row lacks: its first unusable link.
static CauseId cause_of(const PartnerIndex *index, int64_t row)
{
    for (uint32_t k = 0; k < index->link_count; k++) {
        const Vector *values = &index->link_values[k];
        if (values->state != NULL && values->state[row] != VALUE_KNOWN)
            return values->cause[row];
    }
    UNREACHABLE();
}

// Under drop and keep a gap matches nothing.
static bool is_alive(const PartnerRun *partner, int64_t row)
{
    const PartnerIndex *index = partner->index;
    for (uint32_t k = 0; partner->partner->policy != POLICY_UNDECIDED && k < index->link_count;
         k++) {
        const Vector *values = &index->link_values[k];
        if (values->state != NULL && values->state[row] == VALUE_GAP)
            return false;
    }
    return true;
}

// Rows of one list, those without a known time first.
static void sort_list(BlankSets *sets, int64_t from, int64_t to)
{
    const Vector *times = sets->times;
    int64_t *rows = sets->rows, *known = ARENA_ARRAY(sets->arena, int64_t, to - from);
    int64_t known_count = 0, next = from;
    for (int64_t i = from; i < to; i++) {
        if (times->state == NULL || times->state[rows[i]] == VALUE_KNOWN)
            known[known_count++] = rows[i];
        else
            rows[next++] = rows[i];
    }
    latest_sort(times, known, known_count);
    for (int64_t i = from; i < to; i++) {
        bool timeless = i < next;
        rows[i] = timeless ? rows[i] : known[i - next];
        sets->order[i] = timeless ? INT64_MIN : times->i64[rows[i]];
    }
}

static void take_lists(BlankSets *sets)
{
    const PartnerIndex *index = sets->partner->index;
    for (uint32_t m = 0; m < index->blank_mask_count; m++) {
        const BlankMask *mask = &index->blank_masks[m];
        for (int64_t l = mask->first; l < mask->first + mask->count; l++) {
            int64_t from = sets->count;
            const int64_t *starts = index->blank_starts + l;
            sets->list_from[l] = -1;
            if (mask->kept || starts[1] - starts[0] < sets->least)
                continue;
            sets->list_from[l] = from;
            sets->count += starts[1] - starts[0];
            sets->list_end[l] = sets->count;
            memcpy(sets->rows + from, index->blanks + starts[0],
                   (size_t)(starts[1] - starts[0]) * sizeof *sets->rows);
            if (sets->times != NULL)
                sort_list(sets, from, sets->count);
        }
    }
}

// False: there are too many causes.
static bool find_kinds(BlankSets *sets)
{
    CauseId causes[KINDS_MOST];
    sets->kinds = ARENA_ARRAY(sets->arena, uint64_t *, KINDS_MOST);
    for (int64_t i = 0; i < sets->count; i++) {
        uint32_t k = 0;
        while (k < sets->kind_count && causes[k] != sets->cause[i])
            k++;
        if (k == KINDS_MOST)
            return false;
        if (k == sets->kind_count) {
            causes[k] = sets->cause[i];
            sets->kinds[sets->kind_count++] = ARENA_ARRAY(sets->arena, uint64_t, sets->words);
        }
        bit_set(sets->kinds[k], i);
    }
    return true;
}

static void find_bits(BlankSets *sets)
{
    sets->alive = ARENA_ARRAY(sets->arena, uint64_t, sets->words);
    sets->shadow = ARENA_ARRAY(sets->arena, uint64_t, sets->words);
    for (int64_t i = 0; i < sets->count; i++) {
        if (sets->partner->index != NULL)
            sets->cause[i] = cause_of(sets->partner->index, sets->rows[i]);
        if (sets->partner->index == NULL || is_alive(sets->partner, sets->rows[i]))
            bit_set(sets->alive, i);
        if (rowset_class(sets->partner->rowset, sets->rows[i]) != CLASS_SHADOW)
            continue;
        bit_set(sets->shadow, i);
        if (sets->is_shadow == NULL)
            sets->is_shadow = ARENA_ARRAY(sets->arena, uint8_t, sets->partner->rowset->row_count);
        sets->is_shadow[sets->rows[i]] = 1;
    }
}

// The condition beside its links says of a binding and a row with a blank link only whether they can be partners: all
// equalities between them are links. And what it reads of the binding can be compared.
static bool are_together(const BodyRun *run, PartnerRun *partner)
{
    const Partner *on = partner->partner;
    for (uint32_t l = 0; l < on->leaf_count; l++) {
        const OnLeaf *leaf = &on->leaves[l];
        if (leaf->key && !leaf->conjunct)
            return false;
        for (uint32_t r = 0; r < leaf->reads_earlier_count; r++) {
            if (expr_reads_aggregate(&leaf->reads_earlier[r]))
                return false;
        }
    }
    if (on->kind == PARTNER_LATEST)
        return latest_times(partner) != NULL;
    bool attached = on->kind == PARTNER_ATTACH ||
                    (on->read_later && (on->kind == PARTNER_EXISTS || on->kind == PARTNER_LACKS));
    return !attached || partner_tail_allowed(run, partner);
}

static void find_reads(BlankSets *sets)
{
    const Partner *on = sets->partner->partner;
    uint32_t most = 0;
    for (uint32_t l = 0; l < on->leaf_count; l++)
        most += on->leaves[l].reads_earlier_count;
    sets->reads = ARENA_ARRAY(sets->arena, const Expr *, most + 1);
    for (uint32_t l = 0; l < on->leaf_count; l++) {
        if (on->leaves[l].key)
            continue;
        for (uint32_t r = 0; r < on->leaves[l].reads_earlier_count; r++)
            sets->reads[sets->read_count++] = &on->leaves[l].reads_earlier[r];
    }
    sets->values = ARENA_ARRAY(sets->arena, Vector, sets->read_count + 1);
}

static BlankSets *new_sets(BodyRun *run, const PartnerRun *partner, int64_t rows, int64_t lists)
{
    BlankSets *sets = ARENA_NEW(partner->arena, BlankSets);
    *sets = (BlankSets){.partner = partner, .causes = run->shared->causes, .arena = partner->arena};
    sets->rows = ARENA_ARRAY(sets->arena, int64_t, rows);
    sets->order = ARENA_ARRAY(sets->arena, int64_t, rows);
    sets->cause = ARENA_ARRAY(sets->arena, CauseId, rows);
    sets->list_from = ARENA_ARRAY(sets->arena, int64_t, lists + 1);
    sets->list_end = ARENA_ARRAY(sets->arena, int64_t, lists + 1);
    return sets;
}

// Once the lists are there.
static void finish_sets(BlankSets *sets)
{
    sets->words = (sets->count + 63) / 64;
    sets->made = ARENA_ARRAY(sets->arena, uint64_t, sets->words);
    sets->possible = ARENA_ARRAY(sets->arena, uint8_t, sets->count);
    find_bits(sets);
    strbuf_init(&sets->key);
    int64_t empty = set_number(sets, sets->made);
    ASSERT(empty == EMPTY_SET);
}

// The rows of a list that are taken together; 0: none are.
static int64_t least_of(const BodyRun *run)
{
    switch (run->shared->options->planning) {
    case PLANNING_OFF:
        return 0;
    case PLANNING_FORCED:
        return SET_FROM_FORCED;
    case PLANNING_SIZES:
        break;
    }
    return SET_FROM;
}

static BlankSets *make_sets(BodyRun *run, PartnerRun *partner)
{
    const PartnerIndex *index = partner->index;
    int64_t lists = 0, total = index->blank_count, least = least_of(run);
    for (uint32_t m = 0; m < index->blank_mask_count; m++)
        lists += index->blank_masks[m].count;
    if (least == 0 || total < least || !are_together(run, partner))
        return NULL;
    BlankSets *sets = new_sets(run, partner, total, lists);
    sets->least = least;
    sets->whole = partner->only_links;
    sets->times = partner->latest == NULL ? NULL : latest_times(partner);
    take_lists(sets);
    if (sets->count == 0)
        return NULL;
    finish_sets(sets);
    if (sets->times != NULL && !find_kinds(sets)) {
        partner_sets_free(sets);
        return NULL;
    }
    find_reads(sets);
    return sets;
}

BlankSets *partner_sets_whole(BodyRun *run, const PartnerRun *partner, const Pairs *pairs)
{
    int64_t least = least_of(run);
    if (least == 0 || pairs->count < least)
        return NULL;
    BlankSets *sets = new_sets(run, partner, pairs->count, 1);
    sets->count = sets->list_end[0] = pairs->count;
    sets->whole = true;
    memcpy(sets->rows, pairs->row, (size_t)pairs->count * sizeof *sets->rows);
    memcpy(sets->cause, pairs->cause, (size_t)pairs->count * sizeof *sets->cause);
    finish_sets(sets);
    return sets;
}

BlankSets *partner_sets(BodyRun *run, PartnerRun *partner)
{
    if (!partner->sets_made)
        partner->sets = make_sets(run, partner);
    partner->sets_made = true;
    return partner->sets;
}

void partner_sets_free(BlankSets *sets)
{
    if (sets == NULL)
        return;
    vec_free(&sets->sets);
    map_deinit(&sets->numbers);
    map_deinit(&sets->profiles);
    strbuf_deinit(&sets->key);
}

void partner_sets_begin(BlankSets *sets)
{
    if (sets != NULL)
        sets->batch = NULL;
}

bool partner_sets_have(const BlankSets *sets, int64_t list)
{
    return sets->list_from[list] >= 0;
}

// ---------------------------------------------------------------- the set of a binding

static void key_add(StrBuf *key, const void *bytes, size_t size)
{
    strbuf_add(key, (Str){bytes, size});
}

void profile_add(StrBuf *key, const Vector *vector, int64_t index)
{
    int64_t at = vector->constant ? 0 : index;
    uint8_t state = vector->state == NULL ? VALUE_KNOWN : vector->state[at];
    key_add(key, &state, 1);
    if (state == VALUE_KNOWN) {
        size_t size = phys_size(vector->phys);
        key_add(key, (const char *)vector->data + (size_t)at * size, size);
        return;
    }
    uint32_t skeleton = vector->skeleton == NULL ? 0 : vector->skeleton[at];
    int128_t ends[2] = {vector->lo == NULL ? 1 : vector->lo[at],
                        vector->hi == NULL ? 0 : vector->hi[at]};
    key_add(key, &skeleton, sizeof skeleton);
    key_add(key, ends, sizeof ends);
}

static Str profile_of(const BlankAsk *ask, BlankSets *sets, int64_t binding)
{
    if (sets->batch != ask->in) {
        EvalContext context = bindings_context(ask->run, ask->in, ask->run->scratch);
        for (uint32_t r = 0; r < sets->read_count; r++)
            eval_expr(&context, sets->reads[r], &sets->values[r]);
        sets->batch = ask->in;
    }
    strbuf_clear(&sets->key);
    key_add(&sets->key, ask->lists, (size_t)ask->list_count * sizeof *ask->lists);
    for (uint32_t r = 0; r < sets->read_count; r++)
        profile_add(&sets->key, &sets->values[r], binding);
    return strbuf_str(&sets->key);
}

static Status judge_lists(const BlankAsk *ask, BlankSets *sets, int64_t binding, bool fits)
{
    bool all = fits && sets->whole;
    memset(sets->made, 0, (size_t)sets->words * sizeof *sets->made);
    for (int64_t l = 0; l < ask->list_count; l++) {
        int64_t from = sets->list_from[ask->lists[l]], to = sets->list_end[ask->lists[l]];
        if (!all)
            TRY(pairs_possible(ask->run, ask->partner, ask->in, binding, sets->rows + from,
                               to - from, fits, sets->possible));
        for (int64_t i = from; i < to; i++) {
            if ((all || sets->possible[i - from]) && bit_get(sets->alive, i))
                bit_set(sets->made, i);
        }
    }
    return STATUS_OK;
}

Status partner_sets_of(const BlankAsk *ask, int64_t binding, bool fits, int64_t *set)
{
    BlankSets *sets = ask->partner->sets;
    bool is_new = true, kept = fits && map_count(&sets->profiles) < PROFILES_MOST;
    uint64_t known;
    Str profile = fits ? profile_of(ask, sets, binding) : STR("");
    if (fits && map_get(&sets->profiles, profile, &known)) {
        *set = (int64_t)known;
        return STATUS_OK;
    }
    TRY(judge_lists(ask, sets, binding, fits));
    *set = set_number(sets, sets->made);
    if (kept)
        *map_at(&sets->profiles, profile, &is_new) = (uint64_t)*set;
    if (sets->sets.count * (size_t)sets->words * 16 > SETS_MOST)
        return partner_too_many(ask->run, ask->partner);
    return STATUS_OK;
}

const uint8_t *partner_sets_shadows_marked(const BlankSets *sets)
{
    return sets->is_shadow;
}

Status partner_sets_shadows(const BlankAsk *ask, int64_t binding, int64_t *set)
{
    BlankSets *sets = ask->partner->sets;
    *set = EMPTY_SET;
    if (sets->is_shadow == NULL)
        return STATUS_OK;
    TRY(pairs_possible(ask->run, ask->partner, ask->in, binding, sets->rows, sets->count, false,
                       sets->possible));
    memset(sets->made, 0, (size_t)sets->words * sizeof *sets->made);
    for (int64_t i = 0; i < sets->count; i++) {
        if (sets->possible[i] && bit_get(sets->shadow, i))
            bit_set(sets->made, i);
    }
    *set = set_number(sets, sets->made);
    return STATUS_OK;
}

// ---------------------------------------------------------------- those who speak for all

// The last row of a kind whose time is not after that of the binding, else the first; and one without a time.
static void speak_upto(const BlankAsk *ask, const BlankSets *sets, int64_t list, int64_t binding,
                       const uint64_t *bits, Pairs *pairs)
{
    int64_t from = sets->list_from[list], to = sets->list_end[list], upto;
    int64_t known = latest_last(sets->order, from, to, INT64_MIN) + 1;
    int64_t end = latest_upto(ask->partner, binding, &upto)
                      ? latest_last(sets->order, known, to, upto) + 1
                      : to;
    for (uint32_t k = 0; k < sets->kind_count; k++) {
        int64_t timeless = bit_first(bits, sets->kinds[k], from, known);
        int64_t last = bit_last(bits, sets->kinds[k], known, end);
        if (last < 0)
            last = bit_first(bits, sets->kinds[k], known, to);
        if (timeless >= 0)
            pairs_add(pairs, binding, sets->rows[timeless]);
        if (last >= 0)
            pairs_add(pairs, binding, sets->rows[last]);
    }
}

void partner_sets_speak(const BlankAsk *ask, int64_t binding, int64_t set, Pairs *pairs)
{
    const BlankSets *sets = ask->partner->sets;
    const BlankSet *spoken = &sets->sets.items[set];
    if (sets->times == NULL) {
        pairs_add(pairs, binding, sets->rows[spoken->speaker]);
        return;
    }
    for (int64_t l = 0; l < ask->list_count; l++)
        speak_upto(ask, sets, ask->lists[l], binding, spoken->bits, pairs);
}
