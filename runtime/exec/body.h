// SPDX-License-Identifier: Apache-2.0
//
// body.h: the second part of a Program: a body's operators, aggregates and end.
//
// Slots: each row variable of a body has a slot, in written order. Below a fence (Group), expressions read keys and
// aggregates only.

#ifndef SUP_RUNTIME_EXEC_BODY_H
#define SUP_RUNTIME_EXEC_BODY_H

#include "runtime/exec/declare.h"
#include "runtime/exec/lines.h"
#include "runtime/exec/peers.h"
#include "runtime/exec/slots.h"
#include "runtime/kernel.h"

// ---------------------------------------------------------------- bodies

typedef enum Policy { POLICY_DROP, POLICY_KEEP, POLICY_UNDECIDED } Policy;

typedef enum OperatorKind {
    OPERATOR_FROM,
    OPERATOR_PARTNER, // join attach exists lacks lookup latest
    OPERATOR_EACH,
    OPERATOR_EXTRACT,
    OPERATOR_WINDOW, // let … among
    OPERATOR_CONNECT,
    OPERATOR_SESSION,
    OPERATOR_SEQUENCE,
    OPERATOR_FILTER, // where
    OPERATOR_DOUBT,
    OPERATOR_CITE, // a condition where `at` is written, else only printed
    OPERATOR_EXCEPT,
    OPERATOR_GROUP,
    OPERATOR_SERIES, // behind a fence
    OPERATOR_SCORE,
} OperatorKind;

typedef enum PartnerKind {
    PARTNER_JOIN,
    PARTNER_ATTACH,
    PARTNER_EXISTS,
    PARTNER_LACKS,
    PARTNER_LOOKUP,
    PARTNER_LATEST
} PartnerKind;

// One boolean operand of the `on` condition's and/or/not.
typedef struct OnLeaf {
    Expr value;    // BOOL value with states, over earlier slots and the partner's slot
    bool negative; // below an odd number of `not`
    bool
        key; // positive equality, one side from the partner alone, the other from earlier slots alone
    bool identity;             // a key leaf on an identity type: skeletons count
    Expr earlier, partner;     // the two sides of a key leaf, brought to one layout and scale
    const Expr *reads_earlier; // columns of earlier variables that the leaf reads
    uint32_t reads_earlier_count;
    const Expr *reads_partner; // columns of the partner that the leaf reads
    uint32_t reads_partner_count;
    bool conjunct; // stands at top level of the condition: all `conjunct` leaves must hold
} OnLeaf;

typedef enum OnOp { ON_LEAF, ON_AND, ON_OR, ON_NOT } OnOp;

typedef struct OnNode { // the condition in postfix order over truth values
    OnOp op;
    uint32_t leaf; // ON_LEAF
} OnNode;

typedef struct Coverage { // `covered at d, c`
    bool written;
    Expr at;                // date, datetime, month or period, as PHYS_PAIR of days
    Expr region;            // text; count 0: not given
    const uint32_t *tables; // tables with `covers` that the source reads
    uint32_t table_count;
} Coverage;

typedef struct MatchModel MatchModel;

typedef struct Partner {
    PartnerKind kind;
    RowSource source;
    uint32_t slot;
    const OnLeaf *leaves;
    uint32_t leaf_count;
    const OnNode *nodes;
    uint32_t node_count;
    const MatchModel *match; // `using`: stands for the condition, which then has no leaves
    Policy policy;
    Coverage coverage;
    bool at_most_one;      // a key of the source proves it
    Expr time, upto, low;  // latest: the row's time, the last one allowed, the first (count 0: any)
    const uint32_t *reads; // latest: columns of the source that the body reads, ascending
    uint32_t reads_count;
    // attach: the variable's columns read in aggregates or evidence; exists, lacks: false = only the verdict is needed
    bool read_later;
} Partner;

// One `compare` of a match model: the weight of the first level whose condition is T.
typedef struct MatchCompare {
    Str name;
    Expr values;            // computes the conditions of all levels
    const uint32_t *levels; // the step of `values` that gives the condition of each level
    const Str *level_texts;
    const int64_t *weights; // bits at scale 6
    uint32_t level_count;
    bool has_missing; // the first level's condition may be a gap
    int64_t otherwise, missing;
} MatchCompare;

// Which pairs are weighed: those of a join with this condition.
typedef struct MatchBlock {
    Partner on; // a `join`; it has a conjunct key leaf, or else `link` finds its pairs
    bool mentions;
    bool text_is_earlier; // mentions: the earlier side is the text, the clause's rows are the words
    OnLeaf link;          // mentions: both sides
    Str text;
} MatchBlock;

// Which pairs match, by weights (spec/evaluation.md 4.2).
struct MatchModel {
    Str name;
    uint32_t earlier; // slot of the side that is not the clause's own
    const MatchBlock *blocks;
    uint32_t block_count;
    const MatchCompare *compares;
    uint32_t compare_count;
    int64_t accept, review; // bits at scale 6
};

typedef enum AggregateKind {
    AGGREGATE_COUNT,
    AGGREGATE_SUM,
    AGGREGATE_MEAN,
    AGGREGATE_MIN,
    AGGREGATE_MAX,
    AGGREGATE_DISTINCT_COUNT,
    AGGREGATE_ANY,
    AGGREGATE_ALL,
    AGGREGATE_COLLECT,
    AGGREGATE_LIST_TEXT,
    AGGREGATE_UNION,
    AGGREGATE_LONGEST_RUN,
    AGGREGATE_MEDIAN,
    AGGREGATE_MODE,
    AGGREGATE_FIRST,
    AGGREGATE_LAST,
    AGGREGATE_ONE,       // a value that the keys determine
    AGGREGATE_SHOW,      // the distinct values as text, three at most, then 等n项: templates
    AGGREGATE_STATISTIC, // of the library: computed from the distinct values and how often they stand
} AggregateKind;

// A function of the library over the values of a group.
typedef struct Statistic {
    FnStatistic run;
    StatBounds bounds;
    bool unordered; // it takes its peers in any order
    const Value *parameters;
    const Str *texts; // of those that are texts
    uint32_t parameter_count;
} Statistic;

typedef struct Aggregate {
    AggregateKind kind;
    Expr argument; // count 0 for `count`
    Expr when;     // truth (gap and issue are U); count 0: always
    Expr by;       // first, last: the order; count 0: row numbers
    Statistic statistic;
    const uint32_t *mention; // slots that it mentions, ascending
    uint32_t mention_count;
    bool
        fans_out; // some slot of the body outside `mention` may repeat its tuples: distinct is needed
    bool nonnegative; // an expectation proves argument >= 0
    Type type;
    uint32_t scale; // of the argument (sum, mean)
    // Above a fence: computed per binding over the attached sets it mentions; below: per group.
    bool per_binding;
    uint32_t window; // the slot of the window whose peers it folds; 0: none
    WindowFunction function;
    WindowFrame frame;
    uint32_t
        series; // over the slots of the series of this operator; 0: none. `argument` only says what a slot holds
    bool missing; // of them: counts those that are missing
    Str text;     // as written
} Aggregate;

typedef struct GroupKey {
    Expr value;
    Str name;
} GroupKey;

typedef struct Group {
    const GroupKey *keys;
    uint32_t key_count;
    bool empty_group; // no keys and exists even over nothing
} Group;

typedef struct Citation {
    uint32_t law;
    const Str *articles;
    uint32_t article_count;
    Expr at; // count 0: printed only
} Citation;

typedef struct Window {
    const WindowSort *sorts; // `ordered by`; none: all peers
    uint32_t sort_count;
    Expr low;     // the time behind which a frame by time begins; count 0: none
    int64_t rows; // size of a frame by rows; 0: none
    Expr value;   // over the binding's rows and the folds of the peers
} Window;

typedef struct Operator {
    OperatorKind kind;
    uint32_t place;   // ordinal of the clause in the written body, `from` is 1
    RowSource source; // from
    uint32_t slot;    // from, partner, each, extract, window, connect, session
    Produce produce;  // each, extract
    Partner partner;
    Expr condition;    // filter, doubt, except, score: truth, policy built in
    Expr points;       // score
    Str name;          // doubt, except; score: label is a template
    Expr label;        // score: text
    Citation citation; // cite; except with a citation (citation_count 1)
    uint32_t citation_count;
    Group group;     // group; window, session, sequence: the partition; connect: its two ends
    bool one_kind;   // connect: equal values of both ends are one node
    Window window;   // window
    Series series;   // series
    Pattern pattern; // session, sequence
    Expr
        start; // from, partner of a recursive relation: the value that its rows must have (starts.h)
    uint32_t start_column; // in this column; start.count 0: any rows may count
    Str text;              // the clause as written, for explanations
} Operator;

typedef struct SlotColumn {
    Str name;
    Type type;
} SlotColumn;

typedef struct Slot {
    Str name;
    RowSource source;
    const SlotColumn *columns; // of a produced slot
    uint32_t column_count;
    bool attached; // attach, exists, lacks: holds a set
    bool optional; // lookup, latest: may be absent or ?
} Slot;

typedef struct Field {
    Str name;
    Expr value; // below the last fence
} Field;

typedef struct OrderBy {
    uint32_t
        column; // of the query's row; for an expression not yielded a hidden column follows the yielded ones
    bool descending;
} OrderBy;

// What a body ends in.
typedef struct Body {
    const Slot *slots;
    uint32_t slot_count;
    const Operator *operators;
    uint32_t operator_count;
    // Aggregates, numbered over the whole body; STEP_AGG.index refers to them. Each belongs to the stretch
    // between two fences in which it is written: `stretch` 0 is above the first fence.
    const Aggregate *aggregates;
    const uint32_t *aggregate_stretch;
    uint32_t aggregate_count;
    Policy default_policy; // of the body: query = drop
    bool is_query;
    // yield (relation branch, query): names and expressions
    const Field *columns;
    uint32_t column_count;
    uint32_t visible_count; // query: columns printed; the rest only order
    const OrderBy *order;
    uint32_t order_count;
    int64_t limit; // -1: none
    // clue
    const uint32_t *clue_keys; // into the last Group's keys
    uint32_t clue_key_count;
    const Str *clue_key_names;
    Expr title;    // text; count 0: none
    Expr severity; // enum-like text code 高 中 低 (text); count 0: none
    const Field *fields;
    uint32_t field_count;
    const uint32_t *evidence; // slots
    uint32_t evidence_count;
    uint64_t
        evidence_paths; // slots of which the chain of rows that led to each row is evidence too, as bits
    uint32_t end_place; // place of clue or yield
} Body;

#endif
