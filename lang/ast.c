// SPDX-License-Identifier: Apache-2.0
//
// ast.c: constructors, walker, dump and equality, all made from ast.def.
//
// Each kind has a table of its fields (name, kind, offset). Generic code reads the tables; only the
// constructors are written out per kind, by macro, so that the compiler checks their arguments.

#include "lang/ast.h"

#include "lang/ast_int.h"
#include "runtime/base/vec.h"
#include "runtime/base/wide.h"

/* ----------------------------------------------------------------------- names of choices */

#define NAME_ROW(V, name) name,
#define CHOICE_NAMES(function, LIST_OF)                                                            \
    static const char *function(unsigned value)                                                    \
    {                                                                                              \
        static const char *const names[] = {LIST_OF(NAME_ROW)};                                    \
        ASSERT(value < ARRAY_LEN(names));                                                          \
        return names[value];                                                                       \
    }

CHOICE_NAMES(name_Operator, AST_OPERATORS)
CHOICE_NAMES(name_Verb, AST_VERBS)
CHOICE_NAMES(name_NumberForm, AST_NUMBER_FORMS)
CHOICE_NAMES(name_DateForm, AST_DATE_FORMS)
CHOICE_NAMES(name_Missing, AST_MISSINGS)
CHOICE_NAMES(name_Otherwise, AST_OTHERWISES)
CHOICE_NAMES(name_LevelKind, AST_LEVEL_KINDS)
CHOICE_NAMES(name_Entries, AST_ENTRIES)

const char *ast_operator_name(AstOperator op)
{
    return name_Operator(op);
}

const char *ast_verb_name(AstVerb verb)
{
    return name_Verb(verb);
}

/* ----------------------------------------------------------------------- field tables */

#define CHILD(T, x) {AST_FIELD_CHILD, #x, offsetof(Self, x), NULL},
#define OPTION(T, x) {AST_FIELD_OPTION, #x, offsetof(Self, x), NULL},
#define LIST(x) {AST_FIELD_LIST, #x, offsetof(Self, x), NULL},
#define TEXT(x) {AST_FIELD_TEXT, #x, offsetof(Self, x), NULL},
#define FLAG(x) {AST_FIELD_FLAG, #x, offsetof(Self, x), NULL},
#define CHOICE(E, x) {AST_FIELD_CHOICE, #x, offsetof(Self, x), name_##E},
#define COUNT(x) {AST_FIELD_COUNT, #x, offsetof(Self, x), NULL},
#define WHOLE(x) {AST_FIELD_WHOLE, #x, offsetof(Self, x), NULL},
#define AST(KIND, Type, name, class, ...)                                                          \
    static const AstField *fields_##Type(uint32_t *count)                                          \
    {                                                                                              \
        typedef Ast##Type Self;                                                                    \
        static const AstField fields[] = {__VA_ARGS__{AST_FIELD_WHOLE, NULL, sizeof(Self), NULL}}; \
        *count = ARRAY_LEN(fields) - 1;                                                            \
        return fields;                                                                             \
    }
#include "lang/ast.def"
#undef AST
#undef CHILD
#undef OPTION
#undef LIST
#undef TEXT
#undef FLAG
#undef CHOICE
#undef COUNT
#undef WHOLE

typedef struct KindInfo {
    const char *name;
    AstClass class;
    const AstField *(*fields)(uint32_t *count);
} KindInfo;

static const KindInfo kinds[] = {
#define AST(KIND, Type, name, class, ...) {name, AST_CLASS_##class, fields_##Type},
#include "lang/ast.def"
#undef AST
};

const char *ast_kind_name(AstKind kind)
{
    ASSERT(kind < AST_KIND_COUNT);
    return kinds[kind].name;
}

AstClass ast_kind_class(AstKind kind)
{
    ASSERT(kind < AST_KIND_COUNT);
    return kinds[kind].class;
}

const AstField *ast_fields(AstKind kind, uint32_t *count)
{
    ASSERT(kind < AST_KIND_COUNT);
    return kinds[kind].fields(count);
}

/* ----------------------------------------------------------------------- reading fields */

static const void *field_at(const AstNode *node, const AstField *field)
{
    return (const char *)node + field->offset;
}

static const AstNode *field_node(const AstNode *node, const AstField *field)
{
    const AstNode *child;
    memcpy(&child, field_at(node, field), sizeof(child));
    return child;
}

static const AstList *field_list(const AstNode *node, const AstField *field)
{
    return field_at(node, field);
}

static bool is_node_field(const AstField *field)
{
    return field->kind == AST_FIELD_CHILD || field->kind == AST_FIELD_OPTION;
}

void ast_each_child(const AstNode *node, void (*visit)(void *context, const AstNode *child),
                    void *context)
{
    uint32_t field_count;
    const AstField *fields = ast_fields(node->kind, &field_count);
    for (uint32_t i = 0; i < field_count; i++) {
        if (is_node_field(&fields[i])) {
            const AstNode *child = field_node(node, &fields[i]);
            if (child != NULL)
                visit(context, child);
        } else if (fields[i].kind == AST_FIELD_LIST) {
            const AstList *list = field_list(node, &fields[i]);
            for (uint32_t j = 0; j < list->count; j++)
                visit(context, list->items[j]);
        }
    }
}

/* ----------------------------------------------------------------------- constructors */

static void measure_child(void *context, const AstNode *child)
{
    AstNode *node = context;
    if (child->height >= node->height)
        node->height = (uint16_t)(child->height + 1);
    node->wrong |= child->wrong;
}

/* Required children are there; lists are what they say. */
static void verify_fields(const AstNode *node)
{
    uint32_t count;
    const AstField *fields = ast_fields(node->kind, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (fields[i].kind == AST_FIELD_CHILD)
            ASSERT(field_node(node, &fields[i]) != NULL);
    }
}

/* Numbers the node and derives what depends on its children. */
static void finish(AstBuilder *builder, AstNode *node, AstKind kind, Span span)
{
    ASSERT(builder->node_count < UINT32_MAX);
    node->kind = kind;
    node->id = (NodeId){builder->node_count++};
    node->span = span;
    node->height = 1;
    node->wrong = kind == AST_ERROR;
    verify_fields(node);
    ast_each_child(node, measure_child, node);
}

#define AST(KIND, Type, name, class, ...)                                                          \
    Ast##Type *ast_new_##Type(AstBuilder *builder, Span span, const Ast##Type *fields)             \
    {                                                                                              \
        Ast##Type *node = ARENA_NEW(builder->arena, Ast##Type);                                    \
        *node = *fields;                                                                           \
        finish(builder, &node->base, AST_##KIND, span);                                            \
        return node;                                                                               \
    }
#include "lang/ast.def"
#undef AST

const AstNode *ast_bounded(AstBuilder *builder, const AstNode *node)
{
    uint32_t most =
        builder->height_max == 0 ? AST_HEIGHT_MAX : MIN_OF(builder->height_max, AST_HEIGHT_MAX);
    if (node->height <= most)
        return node;
    if (builder->diags != NULL && !builder->told_height) {
        DiagArg limit = diag_arg_int(builder->diags, most);
        diag_emit_with(builder->diags, DIAG_TOO_HIGH, node->span, DIAG_ARGS(limit));
    }
    builder->told_height = true;
    builder->failed = true;
    return &ast_new_Error(builder, node->span, &(AstError){.name = NULL})->base;
}

/* ----------------------------------------------------------------------- lists */

AstList ast_list_add(AstBuilder *builder, AstList list, const AstNode *item)
{
    ASSERT(item != NULL);
    ASSERT(list.count < UINT32_MAX);
    /* Room is doubled whenever the count is a power of two, so no capacity is kept. */
    if ((list.count & (list.count - 1)) == 0) {
        uint32_t room = list.count == 0 ? 1 : list.count * 2;
        const AstNode **items = ARENA_ARRAY(builder->arena, const AstNode *, room);
        if (list.count > 0)
            memcpy(items, list.items, list.count * sizeof(*items));
        list.items = items;
    }
    list.items[list.count++] = item;
    return list;
}

AstList ast_list_add_error(AstBuilder *builder, AstList list, const AstNode *error)
{
    ASSERT(error->kind == AST_ERROR);
    if (list.count == 0 || list.items[list.count - 1]->kind != AST_ERROR)
        return ast_list_add(builder, list, error);
    Span span = span_join(list.items[list.count - 1]->span, error->span);
    list.items[list.count - 1] = &ast_new_Error(builder, span, &(AstError){.name = NULL})->base;
    return list;
}

AstList ast_list_of(AstBuilder *builder, const AstNode *item)
{
    return ast_list_add(builder, (AstList){0}, item);
}

void ast_extend(AstNode *node, AstList *member, AstList list)
{
    ASSERT(list.count > 0);
    *member = list;
    const AstNode *last = list.items[list.count - 1];
    node->span = span_join(node->span, last->span);
    measure_child(node, last);
}

/* ----------------------------------------------------------------------- walking */

typedef struct WalkStep {
    const AstNode *node;
    bool entered;
} WalkStep;

typedef VEC(WalkStep) WalkStack;

static void push_step(void *context, const AstNode *child)
{
    WalkStack *stack = context;
    vec_push(stack, (WalkStep){.node = child, .entered = false});
}

/* Puts the children of `node` on the stack so that the first comes off first. */
static void push_children(WalkStack *stack, const AstNode *node)
{
    size_t start = stack->count;
    ast_each_child(node, push_step, stack);
    for (size_t i = start, j = stack->count; i + 1 < j; i++, j--) {
        WalkStep step = stack->items[i];
        stack->items[i] = stack->items[j - 1];
        stack->items[j - 1] = step;
    }
}

void ast_walk(const AstNode *node, AstVisit (*enter)(void *context, const AstNode *node),
              void (*leave)(void *context, const AstNode *node), void *context)
{
    WalkStack stack = {0};
    push_step(&stack, node);
    while (stack.count > 0) {
        WalkStep *top = &vec_last(&stack);
        const AstNode *at = top->node;
        if (top->entered) {
            (void)vec_pop(&stack);
            if (leave != NULL)
                leave(context, at);
            continue;
        }
        top->entered = true;
        AstVisit visit = enter(context, at);
        if (visit == AST_VISIT_STOP)
            break;
        if (visit == AST_VISIT_INTO)
            push_children(&stack, at);
    }
    vec_free(&stack);
}

/* ----------------------------------------------------------------------- equality */

typedef struct NodePair {
    const AstNode *a;
    const AstNode *b;
} NodePair;

typedef VEC(NodePair) PairStack;

static bool lists_match(PairStack *stack, const AstList *a, const AstList *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        vec_push(stack, (NodePair){a->items[i], b->items[i]});
    return true;
}

static bool texts_match(const Str *a, const Str *b)
{
    return str_equal(*a, *b);
}

/* Whether plain fields are the same; children are put on the stack. */
static bool fields_match(PairStack *stack, NodePair pair, const AstField *field)
{
    const void *a = field_at(pair.a, field);
    const void *b = field_at(pair.b, field);
    switch (field->kind) {
    case AST_FIELD_CHILD:
    case AST_FIELD_OPTION: {
        NodePair children = {field_node(pair.a, field), field_node(pair.b, field)};
        if ((children.a == NULL) != (children.b == NULL))
            return false;
        if (children.a != NULL)
            vec_push(stack, children);
        return true;
    }
    case AST_FIELD_LIST:
        return lists_match(stack, a, b);
    case AST_FIELD_TEXT:
        return texts_match(a, b);
    case AST_FIELD_FLAG:
        return memcmp(a, b, sizeof(bool)) == 0;
    case AST_FIELD_CHOICE:
        return memcmp(a, b, sizeof(AstOperator)) == 0;
    case AST_FIELD_COUNT:
        return memcmp(a, b, sizeof(int128_t)) == 0;
    case AST_FIELD_WHOLE:
        return memcmp(a, b, sizeof(int64_t)) == 0;
    }
    UNREACHABLE();
}

static bool nodes_match(PairStack *stack, NodePair pair)
{
    if (pair.a->kind != pair.b->kind)
        return false;
    uint32_t count;
    const AstField *fields = ast_fields(pair.a->kind, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (!fields_match(stack, pair, &fields[i]))
            return false;
    }
    return true;
}

bool ast_equal(const AstNode *a, const AstNode *b)
{
    PairStack stack = {0};
    vec_push(&stack, (NodePair){a, b});
    bool equal = true;
    while (equal && stack.count > 0) {
        NodePair pair = vec_pop(&stack);
        equal = nodes_match(&stack, pair);
    }
    vec_free(&stack);
    return equal;
}

/* ----------------------------------------------------------------------- dump */

/* A node to be dumped: which field of its parent it stands in, and how deep. */
typedef struct DumpStep {
    const AstNode *node;
    const char *role;
    uint32_t depth;
} DumpStep;

typedef VEC(DumpStep) DumpStack;

/* The text in quotation marks, with line breaks and quotation marks escaped. */
static void dump_text(StrBuf *out, Str text)
{
    strbuf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        if (byte == '"' || byte == '\\')
            strbuf_add_char(out, '\\');
        if (byte < 0x20)
            strbuf_printf(out, "\\x%02x", byte);
        else
            strbuf_add_char(out, (char)byte);
    }
    strbuf_add_char(out, '"');
}

/* A plain field as ` name=value`; what is empty or false is left out. */
static void dump_plain(StrBuf *out, const AstNode *node, const AstField *field)
{
    const void *at = field_at(node, field);
    if (field->kind == AST_FIELD_TEXT && ((const Str *)at)->len > 0) {
        strbuf_printf(out, " %s=", field->name);
        dump_text(out, *(const Str *)at);
    } else if (field->kind == AST_FIELD_FLAG && *(const bool *)at) {
        strbuf_printf(out, " %s", field->name);
    } else if (field->kind == AST_FIELD_CHOICE) {
        unsigned value;
        memcpy(&value, at, sizeof(value));
        strbuf_printf(out, " %s=%s", field->name, field->choice_name(value));
    } else if (field->kind == AST_FIELD_COUNT) {
        strbuf_printf(out, " %s=", field->name);
        strbuf_add_i128(out, *(const int128_t *)at);
    } else if (field->kind == AST_FIELD_WHOLE) {
        strbuf_printf(out, " %s=%" PRId64, field->name, *(const int64_t *)at);
    }
}

static void dump_line(StrBuf *out, DumpStep step, bool with_places)
{
    strbuf_add_repeat(out, ' ', (size_t)step.depth * 2);
    if (step.role != NULL)
        strbuf_printf(out, "%s: ", step.role);
    strbuf_add_c(out, ast_kind_name(step.node->kind));
    uint32_t count;
    const AstField *fields = ast_fields(step.node->kind, &count);
    for (uint32_t i = 0; i < count; i++)
        dump_plain(out, step.node, &fields[i]);
    if (with_places)
        strbuf_printf(out, " @%u..%u", step.node->span.start, step.node->span.end);
    strbuf_add_char(out, '\n');
}

/* Puts the children on the stack, the last one first. */
static void dump_push_children(DumpStack *stack, DumpStep step)
{
    uint32_t count;
    const AstField *fields = ast_fields(step.node->kind, &count);
    for (uint32_t i = count; i-- > 0;) {
        if (is_node_field(&fields[i])) {
            const AstNode *child = field_node(step.node, &fields[i]);
            if (child != NULL)
                vec_push(stack, (DumpStep){child, fields[i].name, step.depth + 1});
        } else if (fields[i].kind == AST_FIELD_LIST) {
            const AstList *list = field_list(step.node, &fields[i]);
            for (uint32_t j = list->count; j-- > 0;)
                vec_push(stack, (DumpStep){list->items[j], fields[i].name, step.depth + 1});
        }
    }
}

void ast_dump(const AstNode *node, bool with_places, StrBuf *out)
{
    DumpStack stack = {0};
    vec_push(&stack, (DumpStep){node, NULL, 0});
    while (stack.count > 0) {
        DumpStep step = vec_pop(&stack);
        dump_line(out, step, with_places);
        dump_push_children(&stack, step);
    }
    vec_free(&stack);
}

/* ----------------------------------------------------------------------- small questions */

const AstName *ast_last_name(const AstNode *node)
{
    if (node->kind == AST_MEMBER)
        return ast_as_Member(node)->name;
    return node->kind == AST_NAME ? ast_as_Name(node) : NULL;
}

const AstName *ast_named_name(const AstNamed *named)
{
    return named->name != NULL ? named->name : ast_last_name(named->value);
}

Str ast_named_text(const AstNamed *named)
{
    const AstName *name = ast_named_name(named);
    return name == NULL ? STR("") : name->text;
}

bool ast_lost_name(const AstFile *file, Str name)
{
    for (uint32_t i = 0; file != NULL && i < file->declarations.count; i++) {
        const AstNode *node = file->declarations.items[i];
        if (node->kind != AST_ERROR)
            continue;
        const AstName *lost = ast_as_Error(node)->name;
        if (lost == NULL || str_equal(lost->text, name))
            return true;
    }
    return false;
}

/* If `text` begins with `part`, takes it off and adds `power`. */
static bool take_multiplier(Str *text, Str part, int power, int *sum)
{
    if (!str_starts(*text, part) || text->len == part.len)
        return false;
    *text = str_slice(*text, part.len, text->len);
    *sum += power;
    return true;
}

AstUnitParts ast_unit_split(Str written)
{
    AstUnitParts parts = {.power = 0, .unit = written};
    while (parts.power < AST_UNIT_POWER_MAX &&
           (take_multiplier(&parts.unit, STR("十"), 1, &parts.power) ||
            take_multiplier(&parts.unit, STR("百"), 2, &parts.power) ||
            take_multiplier(&parts.unit, STR("千"), 3, &parts.power) ||
            take_multiplier(&parts.unit, STR("万"), 4, &parts.power) ||
            take_multiplier(&parts.unit, STR("亿"), 8, &parts.power))) {
    }
    size_t per = str_find(parts.unit, STR("每"), 0);
    if (per != STR_NONE && per > 0 && per + STR("每").len < parts.unit.len) {
        parts.per = str_slice(parts.unit, per + STR("每").len, parts.unit.len);
        parts.unit = str_slice(parts.unit, 0, per);
    }
    return parts;
}
