// SPDX-License-Identifier: Apache-2.0
//
// value_list.h: all values of all groups, as they came, for folds that want a group's values together.
//
// A value is kept as a key whose order as an unsigned word is that of the values (sort_keys.h), in one word where its
// layout or its size allows it, else in two; texts as their codes, which have no such order. What is asked of a group is
// asked of its run: the keys of all groups are brought together by group once, at the first question.

#ifndef SUP_RUNTIME_EXEC_VALUE_LIST_H
#define SUP_RUNTIME_EXEC_VALUE_LIST_H

#include "runtime/exec/aggregate_int.h"

typedef struct ValueList {
    Phys phys;
    bool wide; // two words a key
    int64_t count, capacity;
    uint32_t *groups; // as they came; NULL: the keys stand by group
    void *keys;
    int64_t *starts; // by group
    int64_t group_count;
} ValueList;

ValueList *value_list_create(Phys phys);
void value_list_destroy(ValueList *list); // NULL is allowed
void value_list_add(ValueList *list, int64_t group, Cell value, int64_t count);
// A chunk of a batch; negative groups are left out.
void value_list_add_chunk(ValueList *list, const int64_t *groups, const Vector *values,
                          int64_t first, int64_t count);

// Value `index` (below list->count) and its group; the order means nothing.
Cell value_list_get(ValueList *list, int64_t index, int64_t *group);

// The keys of one group.
typedef struct ValueRun {
    Phys phys;
    bool wide;
    int64_t count;
    void *keys; // may be moved about
} ValueRun;

// The values of a group (none of a negative or unknown one) and of `extra` together; lies in the list or in the arena.
ValueRun value_list_run(ValueList *list, int64_t group, int64_t group_count, const Cell *extra,
                        int64_t extra_count, Arena *arena);
void value_run_sort(const ValueRun *run, const Dict *dict, Type type);
// The value that has `place` in the order; moves keys. Not for texts.
Cell value_run_select(const ValueRun *run, int64_t place);
Cell value_run_get(const ValueRun *run, int64_t index);
// Whether two keys are one value.
bool value_run_same(const ValueRun *run, int64_t a, int64_t b);

#endif
