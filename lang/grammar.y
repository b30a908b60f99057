// SPDX-License-Identifier: Apache-2.0
//
// grammar.y: the grammar. Meaning: spec/language.md. Reserved and soft words: token.def.
//
// What the lexer settles, so that one token of lookahead is enough here:
//
//   IDENT    a name; also any word after '.', any quoted name, any 《title》, each cell of a table's header
//   LABEL    any word whose next character, blanks apart, is ':'
//   ARTICLE  第八十三条, 第307条之一, 第1款, 第（二）项, or several of them glued
//   QUANTITY a number with letters glued to it
//   ROW_END  the end of a line that starts with '|'; no other line break counts
//   pairs    `group by`, 分组 按 and 分组按 are one token; `group` alone is a name
//
// An action is one constructor call. `;` and comments never reach the parser.
//
// Errors. The driver in parse.c looks at every token that begins a line before it is pushed. If
// the token cannot follow, the driver tells so and pushes BAD_PART (or BAD_DECL at the margin)
// instead, which ends what is complete and stands for what is wrong; then it skips to the next
// line that can go on. An error in the middle of a line takes the rules with `error` below.

%require "3.8"
%define api.pure full
%define api.push-pull push
%define api.token.prefix {T_}
%define api.location.type {Span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%parse-param {ParseContext *context}

%code requires {
#include "lang/parse_int.h"
}

%code provides {
/* Whether the parser could take a token of this kind now. */
bool grammar_accepts(const yypstate *state, int token);

/* Fills `tokens` with the kinds that could be taken now; their number, at most `room`. */
int grammar_expected(const yypstate *state, int *tokens, int room);

/* Ends the silence that follows an error, so that the next one is told. */
void grammar_forgive(yypstate *state);
}

%code {
#include "generated/lang/grammar.h"

#define YYMAXDEPTH PARSE_STACK_MAX
#define YYINITDEPTH 200

#define YYLLOC_DEFAULT(Current, Rhs, N)                                                            \
    ((Current) = (N) > 0 ? span_join(YYRHSLOC(Rhs, 1), YYRHSLOC(Rhs, N))                           \
                         : (Span){YYRHSLOC(Rhs, 0).file, YYRHSLOC(Rhs, 0).end, YYRHSLOC(Rhs, 0).end})

/* NEW(Where, @$, .condition = $2): the node. EXPR: the same as an expression of bounded height. */
#define NEW(T, span, ...) ast_new_##T(&context->builder, (span), &(Ast##T){__VA_ARGS__})
#define EXPR(T, span, ...) ast_bounded(&context->builder, &NEW(T, span, __VA_ARGS__)->base)
#define ADD(list, item) ast_list_add(&context->builder, (list), (item))
#define ADD_BROKEN(list, item) ast_list_add_error(&context->builder, (list), (item))
#define ONE(item) ast_list_of(&context->builder, (item))
#define BINARY(span, l, op, r)                                                                     \
    EXPR(Binary, span, .left = (l), .operator = AST_OP_##op, .right = (r))
#define DOC(span) parse_doc(context, (span))
#define EXTEND(node, member, item)                                                                 \
    ast_extend(&(node)->base, &(node)->member, ADD((node)->member, (item)))
#define EXTEND_BROKEN(node, member, item)                                                          \
    ast_extend(&(node)->base, &(node)->member, ADD_BROKEN((node)->member, (item)))

static void yyerror(const Span *span, ParseContext *context, const char *message);
}

%union {
    Token token;
    ParseLink link;
    AstList list;
    AstOperator op;
    bool flag;
    AstMissing missing;
    const AstNode *node;
    const AstName *name;
    const AstPath *path;
    const AstText *text;
    const AstNumber *number;
    const AstDate *date;
    const AstDateRange *range;
    const AstTypeRef *type;
    const AstColumn *column;
    const AstFrom *from;
    const AstYield *yield;
    const AstClue *clue;
    const AstBody *body;
    const AstOrderBy *order_by;
    const AstPolicy *policy;
    const AstCovered *covered;
    const AstCites *cites;
    AstPartner *partner;
    AstLaw *law;
    AstTable *table;
    AstSource *source;
    AstParam *param;
    AstMatch *match;
    AstModel *model;
    AstTest *test;
    AstGrid *grid;
}

%token END 0
%token START_FILE START_REST START_PROMPT START_EXPR
%token <token> BAD_PART BAD_DECL
%token <token> IDENT LABEL STRING ARTICLE
%token <token> INTEGER DECIMAL PERCENT QUANTITY DATE MONTH DATETIME
%token ROW_END DOTS ".." COALESCE "??" NE "!=" LE "<=" GE ">="

/* Soft words: they may be names, see `word` at the end. */
%token <token> USE LAW VERSION EFFECTIVE TYPE MATCHING ENUM UNIT TABLE ALSO KEY HOLDER COVERS EXPECT QUARANTINE WARN ERR
%token <token> SOURCE PARAM SINCE FUNCTION EXTERN SYMBOL PURE RELATION KEEP LEAST GREATEST LIMIT DEPTH
%token <token> RULE QUERY MATCH COMPARE WEIGHT ACCEPT REVIEW MODEL POINT RULES
%token <token> TEST FOR GIVEN CLEARED UNDECIDED NONE RESULT COUNT
%token <token> USING DROP BY UPTO WITHIN AMONG PER OVER FILL STEP ABSENT GAP WITH DESCENDING MISSING

/* Reserved words: what begins a clause, what binds a name, and the operators. */
%token FROM JOIN LOOKUP ATTACH EXISTS LACKS LATEST WHERE LET EACH EXTRACT GROUP_BY SERIES SEQUENCE_BY SESSION_BY CONNECT
%token DOUBT EXCEPT CITES SCORE CLUE YIELD ORDER_BY BLOCK_ON
%token AS ON WHEN COVERED_AT ON_MISSING ORDERED_BY
%token IF THEN ELSE OR AND NOT IN DURING OVERLAPS MENTIONS LIKE
%token NOT_IN NOT_DURING NOT_OVERLAPS NOT_MENTIONS NOT_LIKE IS_PRESENT IS_MISSING AT

%type <token> word
%type <name> name field_name label
%type <path> dotted
%type <text> string string_opt version_opt
%type <node> declaration broken prompt clause expr disjunction conjunction negation comparison operand sum product
%type <node> unary dated postfix primary literal cell filler key order argument signature_item yielded provenance
%type <node> rule_clause relation_option table_option dated_value branch named_item level step
%type <node> law_version type enum unit function relation rule query type_argument expected point
%type <list> clauses rule_clauses key_list fields expected_fields yield_list order_list expr_list expr_list_opt arguments
%type <list> argument_list named_list name_list dotted_list articles steps signature signature_opt relation_options
%type <list> branches enum_plain enum_also column_plain column_also dated_values levels header cells
%type <number> number bits limit_opt
%type <date> day date
%type <range> date_range
%type <type> type_ref type_name
%type <column> column
%type <from> from
%type <yield> yield
%type <clue> clue
%type <order_by> order_opt
%type <policy> policy missing_opt
%type <covered> covered_opt
%type <cites> citation citation_opt
%type <partner> partner
%type <link> link
%type <law> law
%type <table> table
%type <source> source
%type <param> param
%type <match> match
%type <model> model
%type <test> test
%type <grid> grid
%type <op> ordering set_test

%start input

%%

input
  : START_FILE head declarations END   { }
  | START_REST declarations END        { }
  | START_PROMPT prompt END            { context->root = &NEW(Prompt, @2, .content = $2)->base; }
  | START_EXPR expr END                { context->root = $2; }
  ;

/* What can go wrong inside a list: see the head of this file. */
broken
  : error                              { $$ = &NEW(Error, @$, .name = NULL)->base; }
  | BAD_PART                           { $$ = &NEW(Error, @$, .name = NULL)->base; }
  ;

/* ------------------------------------------------------------------ files */

head                                   /* `use` and the file's default policy stand before every declaration: further down, */
  : %empty                             { } /* `on missing` would be read as the end of the clause above it */
  | head USE string                    { parse_head(context, &NEW(Use, span_join(@2, @3), .path = $3)->base); }
  | head USE string AS name            { parse_head(context, &NEW(Use, span_join(@2, @5), .path = $3, .alias = $5)->base); }
  | head ON_MISSING policy             { parse_head(context, &$3->base); }
  ;

prompt
  : expr
  | declaration
  | from clauses                       { $$ = parse_query(context, @$, NULL, NULL, $1, $2, NULL, NULL, NULL); }
  | from clauses yield order_opt limit_opt
                                       { $$ = parse_query(context, @$, NULL, NULL, $1, $2, $3, $4, $5); }
  ;

declarations
  : %empty                             { }
  | declarations declaration           { parse_declare(context, $2); }
  ;

declaration
  : law                                { $$ = &$1->base; }
  | type
  | enum
  | unit
  | table                              { $$ = &$1->base; }
  | source                             { $$ = &$1->base; }
  | param                              { $$ = &$1->base; }
  | function
  | relation
  | rule
  | query
  | match                              { $$ = &$1->base; }
  | model                              { $$ = &$1->base; }
  | test                               { $$ = &$1->base; }
  | BAD_DECL                           { $$ = parse_bad_declaration(context, @$); }
  ;

/* ----------------------------------------------------------- declarations */

law
  : LAW name string law_version        { $$ = NEW(Law, @$, .doc = DOC(@$), .name = $2, .title = $3, .versions = ONE($4)); }
  | law law_version                    { $$ = $1; EXTEND($$, versions, $2); }
  | law broken                         { $$ = $1; EXTEND_BROKEN($$, versions, $2); }
  ;

law_version
  : EFFECTIVE date_range               { $$ = &NEW(LawVersion, @$, .effective = $2)->base; }
  | VERSION string EFFECTIVE date_range
                                       { $$ = &NEW(LawVersion, @$, .name = $2, .effective = $4)->base; }
  ;

date_range
  : day ".."                           { $$ = NEW(DateRange, @$, .first = $1); }
  | day ".." day                       { $$ = NEW(DateRange, @$, .first = $1, .last = $3); }
  ;

day
  : date
  | MONTH                              { $$ = parse_date(context, &$1, AST_DATE_MONTH); }
  ;

date
  : DATE                               { $$ = parse_date(context, &$1, AST_DATE_DAY); }
  ;

type
  : TYPE name '=' type_name            { $$ = &NEW(Type, @$, .doc = DOC(@$), .name = $2, .representation = $4)->base; }
  | TYPE name '=' type_name MATCHING STRING
                                       { $$ = &NEW(Type, @$, .doc = DOC(@$), .name = $2, .representation = $4,
                                                   .pattern = parse_pattern(context, &$6))->base; }
  ;

enum
  : ENUM name '{' enum_plain '}'       { $$ = &NEW(Enum, @$, .doc = DOC(@$), .name = $2, .members = $4)->base; }
  | ENUM name '{' enum_also '}'        { $$ = &NEW(Enum, @$, .doc = DOC(@$), .name = $2, .members = $4)->base; }
  ;

/* `甲 also "1", "01", 乙`: after a comma a string continues the `also`, a name begins the next member. Two lists, one for
 * each kind of last member, keep this within one token of lookahead. Table columns do the same. */
enum_plain
  : name                               { $$ = ONE(&NEW(EnumMember, @1, .name = $1)->base); }
  | enum_plain ',' name                { $$ = ADD($1, &NEW(EnumMember, @3, .name = $3)->base); }
  | enum_also ',' name                 { $$ = ADD($1, &NEW(EnumMember, @3, .name = $3)->base); }
  ;

enum_also
  : name ALSO string                   { $$ = ONE(parse_member(context, $1, $3)); }
  | enum_plain ',' name ALSO string    { $$ = ADD($1, parse_member(context, $3, $5)); }
  | enum_also ',' name ALSO string     { $$ = ADD($1, parse_member(context, $3, $5)); }
  | enum_also ',' string               { $$ = parse_also(context, $1, $3); }
  ;

unit
  : UNIT name                          { $$ = &NEW(Unit, @$, .doc = DOC(@$), .name = $2)->base; }
  | UNIT name '=' number name          { $$ = &NEW(Unit, @$, .doc = DOC(@$), .name = $2, .numerator = $4, .of = $5)->base; }
  | UNIT name '=' number '/' number name
                                       { $$ = &NEW(Unit, @$, .doc = DOC(@$), .name = $2, .numerator = $4,
                                                   .denominator = $6, .of = $7)->base; }
  | UNIT name '=' QUANTITY             { $$ = parse_unit(context, @$, $2, NULL, &$4); }
  | UNIT name '=' number '/' QUANTITY  { $$ = parse_unit(context, @$, $2, $4, &$6); }
  ;

number
  : INTEGER                            { $$ = parse_number(context, &$1, AST_NUMBER_INTEGER); }
  | DECIMAL                            { $$ = parse_number(context, &$1, AST_NUMBER_DECIMAL); }
  ;

table
  : TABLE name string_opt '(' column_plain ')'
                                       { $$ = NEW(Table, @$, .doc = DOC(@$), .name = $2, .title = $3, .columns = $5); }
  | TABLE name string_opt '(' column_also ')'
                                       { $$ = NEW(Table, @$, .doc = DOC(@$), .name = $2, .title = $3, .columns = $5); }
  | TABLE name string_opt '(' error ')'
                                       { $$ = NEW(Table, @$, .doc = DOC(@$), .name = $2, .title = $3,
                                                  .columns = ONE(&NEW(Error, @5, .name = NULL)->base)); }
  | table table_option                 { $$ = $1; EXTEND($$, options, $2); }
  | table broken                       { $$ = $1; EXTEND_BROKEN($$, options, $2); }
  ;

column_plain
  : column                             { $$ = ONE(&$1->base); }
  | column_plain ',' column            { $$ = ADD($1, &$3->base); }
  | column_also ',' column             { $$ = ADD($1, &$3->base); }
  ;

column_also
  : column ALSO string                 { $$ = ONE(parse_column_also(context, $1, $3)); }
  | column_plain ',' column ALSO string
                                       { $$ = ADD($1, parse_column_also(context, $3, $5)); }
  | column_also ',' column ALSO string { $$ = ADD($1, parse_column_also(context, $3, $5)); }
  | column_also ',' string             { $$ = parse_also(context, $1, $3); }
  ;

column
  : label ':' type_ref                 { $$ = NEW(Column, @$, .name = $1, .type = $3); }
  | label ':' type_ref UNIT name       { $$ = NEW(Column, @$, .name = $1, .type = $3, .unit = $5); }
  ;

table_option
  : KEY '(' name_list ')'              { $$ = &NEW(Key, @$, .columns = $3)->base; }
  | provenance
  | EXPECT expr ELSE ERR               { $$ = &NEW(Contract, @$, .condition = $2, .otherwise = AST_OTHERWISE_ERROR)->base; }
  | EXPECT expr ELSE WARN              { $$ = &NEW(Contract, @$, .condition = $2, .otherwise = AST_OTHERWISE_WARN)->base; }
  | EXPECT expr ELSE QUARANTINE        { $$ = &NEW(Contract, @$, .condition = $2, .otherwise = AST_OTHERWISE_QUARANTINE)->base; }
  ;

provenance
  : HOLDER string                      { $$ = &NEW(Holder, @$, .name = $2)->base; }
  | COVERS date_range                  { $$ = &NEW(Covers, @$, .range = $2)->base; }
  | COVERS date_range IN name string   { $$ = &NEW(Covers, @$, .range = $2, .region = $4, .prefix = $5)->base; }
  ;

source
  : SOURCE dotted FROM name string     { $$ = NEW(Source, @$, .doc = DOC(@$), .table = $2, .driver = $4, .path = $5); }
  | SOURCE dotted FROM name string '(' named_list ')'
                                       { $$ = NEW(Source, @$, .doc = DOC(@$), .table = $2, .driver = $4, .path = $5,
                                                  .arguments = $7); }
  | source provenance                  { $$ = $1; EXTEND($$, options, $2); }
  | source broken                      { $$ = $1; EXTEND_BROKEN($$, options, $2); }
  ;

param
  : PARAM label ':' type_ref '=' expr citation_opt
                                       { $$ = NEW(Param, @$, .doc = DOC(@$), .name = $2, .type = $4, .value = $6, .cites = $7); }
  | PARAM label ':' type_ref dated_values
                                       { $$ = NEW(Param, @$, .doc = DOC(@$), .name = $2, .type = $4, .values = $5); }
  ;

dated_values
  : dated_value                        { $$ = ONE($1); }
  | dated_values dated_value           { $$ = ADD($1, $2); }
  ;

dated_value
  : SINCE date '=' expr citation_opt   { $$ = &NEW(DatedValue, @$, .since = $2, .value = $4, .cites = $5)->base; }
  ;

function
  : FUNCTION name '(' signature_opt ')' ':' type_ref '=' expr
                                       { $$ = &NEW(Function, @$, .doc = DOC(@$), .name = $2, .parameters = $4, .result = $7,
                                                   .body = $9)->base; }
  | EXTERN FUNCTION name '(' signature_opt ')' ':' type_ref FROM string SYMBOL string
                                       { $$ = &NEW(Extern, @$, .doc = DOC(@$), .name = $3, .parameters = $5, .result = $8,
                                                   .library = $10, .symbol = $12)->base; }
  | EXTERN FUNCTION name '(' signature_opt ')' ':' type_ref FROM string SYMBOL string PURE
                                       { $$ = &NEW(Extern, @$, .doc = DOC(@$), .name = $3, .parameters = $5, .result = $8,
                                                   .library = $10, .symbol = $12, .pure = true)->base; }
  ;

signature_opt
  : %empty                             { $$ = (AstList){0}; }
  | signature
  ;

signature
  : signature_item                     { $$ = ONE($1); }
  | signature ',' signature_item       { $$ = ADD($1, $3); }
  ;

signature_item
  : label ':' type_ref                 { $$ = &NEW(Parameter, @$, .name = $1, .type = $3)->base; }
  ;

type_ref
  : type_name
  | type_name '?'                      { $$ = parse_nullable(context, $1, @$); }
  ;

type_name
  : dotted                             { $$ = NEW(TypeRef, @$, .name = $1); }
  | dotted '(' type_argument ')'       { $$ = NEW(TypeRef, @$, .name = $1, .arguments = ONE($3)); }
  | dotted '(' type_argument ',' type_argument ')'
                                       { $$ = NEW(TypeRef, @$, .name = $1, .arguments = ADD(ONE($3), $5)); }
  | '{' type_name '}'                  { $$ = parse_set_type(context, $2, @$); }
  ;

type_argument
  : INTEGER                            { $$ = &parse_number(context, &$1, AST_NUMBER_INTEGER)->base; }
  | name                               { $$ = &$1->base; }
  ;

/* ------------------------------------------- relations, queries and rules */

relation
  : RELATION name string_opt '(' signature ')' relation_options branches
                                       { $$ = &NEW(Relation, @$, .doc = DOC(@$), .name = $2, .title = $3, .columns = $5,
                                                   .options = $7, .branches = $8)->base; }
  ;

relation_options
  : %empty                             { $$ = (AstList){0}; }
  | relation_options relation_option   { $$ = ADD($1, $2); }
  | relation_options broken            { $$ = ADD_BROKEN($1, $2); }
  ;

relation_option
  : KEY '(' name_list ')'              { $$ = &NEW(Key, @$, .columns = $3)->base; }
  | KEEP LEAST name                    { $$ = &NEW(Keep, @$, .column = $3)->base; }
  | KEEP GREATEST name                 { $$ = &NEW(Keep, @$, .greatest = true, .column = $3)->base; }
  | LIMIT DEPTH INTEGER                { $$ = &NEW(DepthLimit, @$, .depth = parse_number(context, &$3, AST_NUMBER_INTEGER))->base; }
  ;

branches
  : branch                             { $$ = ONE($1); }
  | branches ALSO branch               { $$ = ADD($1, $3); }
  ;

branch
  : from clauses yield                 { $$ = &NEW(Body, @$, .from = $1, .clauses = $2, .yield = $3)->base; }
  ;

query
  : QUERY name string_opt from clauses yield order_opt limit_opt
                                       { $$ = parse_query(context, @$, $2, $3, $4, $5, $6, $7, $8); }
  ;

rule
  : RULE name string_opt from rule_clauses clue
                                       { $$ = &NEW(Rule, @$, .doc = DOC(@$), .name = $2, .title = $3,
                                                   .body = NEW(Body, span_join(@4, @6), .from = $4, .clauses = $5, .clue = $6))->base; }
  ;

from
  : FROM dotted AS name                { $$ = NEW(From, @$, .source = $2, .variable = $4); }
  | FROM error                         { $$ = parse_broken_from(context, @$); }
  ;

clauses
  : %empty                             { $$ = (AstList){0}; }
  | clauses clause                     { $$ = ADD($1, $2); }
  | clauses broken                     { $$ = ADD_BROKEN($1, $2); }
  ;

rule_clauses
  : %empty                             { $$ = (AstList){0}; }
  | rule_clauses clause                { $$ = ADD($1, $2); }
  | rule_clauses rule_clause           { $$ = ADD($1, $2); }
  | rule_clauses broken                { $$ = ADD_BROKEN($1, $2); }
  ;

rule_clause
  : EXCEPT string citation_opt WHEN expr
                                       { $$ = &NEW(Except, @$, .name = $2, .cites = $3, .condition = $5)->base; }
  | citation                           { $$ = &$1->base; }
  | SCORE expr WHEN expr STRING        { $$ = &NEW(Score, @$, .points = $2, .condition = $4,
                                                   .label = parse_template(context, &$5))->base; }
  ;

clause
  : JOIN partner                       { $$ = parse_partner(context, @$, AST_VERB_JOIN, $2); }
  | LOOKUP partner                     { $$ = parse_partner(context, @$, AST_VERB_LOOKUP, $2); }
  | ATTACH partner                     { $$ = parse_partner(context, @$, AST_VERB_ATTACH, $2); }
  | EXISTS partner                     { $$ = parse_partner(context, @$, AST_VERB_EXISTS, $2); }
  | LACKS partner                      { $$ = parse_partner(context, @$, AST_VERB_LACKS, $2); }
  | LATEST dotted AS name link BY expr UPTO expr covered_opt missing_opt
                                       { $$ = &NEW(Latest, @$, .source = $2, .variable = $4, .on = $5.on, .using = $5.using,
                                                   .by = $7, .upto = $9, .covered = $10, .missing = $11)->base; }
  | LATEST dotted AS name link BY expr UPTO expr WITHIN expr covered_opt missing_opt
                                       { $$ = &NEW(Latest, @$, .source = $2, .variable = $4, .on = $5.on, .using = $5.using,
                                                   .by = $7, .upto = $9, .within = $11, .covered = $12, .missing = $13)->base; }
  | WHERE expr missing_opt             { $$ = &NEW(Where, @$, .condition = $2, .missing = $3)->base; }
  | DOUBT string WHEN expr             { $$ = &NEW(Doubt, @$, .reason = $2, .condition = $4)->base; }
  | LET name '=' expr                  { $$ = &NEW(Let, @$, .name = $2, .value = $4)->base; }
  | LET name '=' expr AMONG '(' expr_list_opt ')'
                                       { $$ = &NEW(Let, @$, .name = $2, .value = $4,
                                                   .among = NEW(Among, span_join(@5, @8), .peers = $7))->base; }
  | LET name '=' expr AMONG '(' expr_list_opt ')' ORDERED_BY order_list
                                       { $$ = &NEW(Let, @$, .name = $2, .value = $4,
                                                   .among = NEW(Among, span_join(@5, @10), .peers = $7, .order = $10))->base; }
  | LET name '=' expr AMONG '(' expr_list_opt ')' ORDERED_BY order_list WITHIN expr
                                       { $$ = &NEW(Let, @$, .name = $2, .value = $4,
                                                   .among = NEW(Among, span_join(@5, @12), .peers = $7, .order = $10,
                                                                .within = $12))->base; }
  | EACH expr AS name                  { $$ = &NEW(Each, @$, .value = $2, .name = $4)->base; }
  | EXTRACT expr MATCHING STRING AS name
                                       { $$ = &NEW(Extract, @$, .value = $2, .pattern = parse_pattern(context, &$4), .name = $6)->base; }
  | GROUP_BY key_list                  { $$ = &NEW(Group, @$, .keys = $2)->base; }
  | SERIES name '=' expr PER name BY expr OVER expr FILL filler
                                       { $$ = &NEW(Series, @$, .name = $2, .value = $4, .per = $6, .by = $8, .over = $10,
                                                   .fill = $12)->base; }
  | SEQUENCE_BY expr_list ORDERED_BY order_list WITHIN expr steps
                                       { $$ = &NEW(Sequence, @$, .keys = $2, .order = $4, .within = $6, .steps = $7)->base; }
  | SESSION_BY expr_list ORDERED_BY order_list GAP expr AS name
                                       { $$ = &NEW(Session, @$, .keys = $2, .order = $4, .gap = $6, .name = $8)->base; }
  | CONNECT expr WITH expr AS name     { $$ = &NEW(Connect, @$, .left = $2, .right = $4, .name = $6)->base; }
  ;

partner
  : dotted AS name link covered_opt missing_opt
                                       { $$ = NEW(Partner, @$, .source = $1, .variable = $3, .on = $4.on, .using = $4.using,
                                                  .covered = $5, .missing = $6); }
  ;

link
  : ON expr                            { $$ = (ParseLink){.on = $2}; }
  | USING dotted                       { $$ = (ParseLink){.using = NEW(Using, @$, .match = $2)}; }
  | USING dotted '(' expr_list ')'     { $$ = (ParseLink){.using = NEW(Using, @$, .match = $2, .sides = $4)}; }
  ;

covered_opt
  : %empty                             { $$ = NULL; }
  | COVERED_AT expr_list               { $$ = NEW(Covered, @$, .values = $2); }
  ;

missing_opt
  : %empty                             { $$ = NULL; }
  | ON_MISSING policy                  { $$ = $2; }
  ;

policy
  : DROP                               { $$ = NEW(Policy, @$, .policy = AST_MISSING_DROP); }
  | KEEP                               { $$ = NEW(Policy, @$, .policy = AST_MISSING_KEEP); }
  | UNDECIDED                          { $$ = NEW(Policy, @$, .policy = AST_MISSING_UNDECIDED); }
  ;

filler
  : MISSING                            { $$ = &NEW(Blank, @$, .base.kind = AST_BLANK)->base; }
  | literal                            /* not `expr`: `missing` is soft and would also be a name there */
  ;

steps
  : STEP step                          { $$ = ONE(parse_step(context, @$, false, $2)); }
  | steps STEP step                    { $$ = ADD($1, parse_step(context, span_join(@2, @3), false, $3)); }
  | steps ABSENT step                  { $$ = ADD($1, parse_step(context, span_join(@2, @3), true, $3)); }
  ;

step
  : label ':' expr                     { $$ = &NEW(Named, @$, .value = $3, .name = $1)->base; }
  ;

key_list
  : key                                { $$ = ONE($1); }
  | key_list ',' key                   { $$ = ADD($1, $3); }
  ;

key
  : expr                               { $$ = &NEW(Named, @$, .value = $1)->base; }
  | expr AS name                       { $$ = &NEW(Named, @$, .value = $1, .name = $3)->base; }
  ;

clue
  : CLUE FOR key_list fields           { $$ = NEW(Clue, @$, .keys = $3, .fields = $4); }
  | CLUE error                         { $$ = NEW(Clue, @$, .fields = ONE(&NEW(Error, @2, .name = NULL)->base)); }
  ;

fields
  : %empty                             { $$ = (AstList){0}; }
  | fields named_item                  { $$ = ADD($1, $2); }
  | fields broken                      { $$ = ADD_BROKEN($1, $2); }
  ;

named_item
  : label ':' expr                     { $$ = &NEW(Named, @$, .value = $3, .name = $1)->base; }
  ;

yield
  : YIELD '(' yield_list ')'           { $$ = NEW(Yield, @$, .columns = $3); }
  | YIELD error                        { $$ = NEW(Yield, @$, .columns = ONE(&NEW(Error, @2, .name = NULL)->base)); }
  ;

yield_list
  : yielded                            { $$ = ONE($1); }
  | yield_list ',' yielded             { $$ = ADD($1, $3); }
  ;

yielded
  : expr                               { $$ = &NEW(Named, @$, .value = $1)->base; }
  | named_item
  ;

order_opt
  : %empty                             { $$ = NULL; }
  | ORDER_BY order_list                { $$ = NEW(OrderBy, @$, .orders = $2); }
  ;

order_list
  : order                              { $$ = ONE($1); }
  | order_list ',' order               { $$ = ADD($1, $3); }
  ;

order
  : expr                               { $$ = &NEW(Order, @$, .value = $1)->base; }
  | expr DESCENDING                    { $$ = &NEW(Order, @$, .value = $1, .descending = true)->base; }
  ;

limit_opt
  : %empty                             { $$ = NULL; }
  | LIMIT INTEGER                      { $$ = parse_number(context, &$2, AST_NUMBER_INTEGER); }
  ;

citation_opt
  : %empty                             { $$ = NULL; }
  | citation
  ;

citation
  : CITES dotted articles              { $$ = NEW(Cites, @$, .law = $2, .articles = $3); }
  | CITES dotted articles AT expr      { $$ = NEW(Cites, @$, .law = $2, .articles = $3, .at = $5); }
  ;

articles
  : %empty                             { $$ = (AstList){0}; }
  | articles ARTICLE                   { $$ = parse_articles(context, $1, &$2); }
  ;

/* ------------------------------------------------------- matching, models */

match
  : MATCH name '(' label ':' dotted ',' label ':' dotted ')'
                                       { $$ = NEW(Match, @$, .doc = DOC(@$), .name = $2,
                                                  .left = NEW(Side, span_join(@4, @6), .variable = $4, .source = $6),
                                                  .right = NEW(Side, span_join(@8, @10), .variable = $8, .source = $10)); }
  | match BLOCK_ON expr                { $$ = $1; EXTEND($$, items, &NEW(Block, span_join(@2, @3), .condition = $3)->base); }
  | match COMPARE label ':' expr WEIGHT bits
                                       { $$ = $1; EXTEND($$, items, &NEW(Compare, span_join(@2, @7), .name = $3, .condition = $5,
                                                                         .weight = $7)->base); }
  | match COMPARE label ':' expr WEIGHT bits ',' levels
                                       { $$ = $1; EXTEND($$, items, &NEW(Compare, span_join(@2, @9), .name = $3, .condition = $5,
                                                                         .weight = $7, .levels = $9)->base); }
  | match ACCEPT ">=" bits REVIEW ">=" bits
                                       { $$ = $1; EXTEND($$, items, &NEW(Thresholds, span_join(@2, @7), .accept = $4,
                                                                         .review = $7)->base); }
  | match broken                       { $$ = $1; EXTEND_BROKEN($$, items, $2); }
  ;

levels
  : level                              { $$ = ONE($1); }
  | levels ',' level                   { $$ = ADD($1, $3); }
  ;

level
  : ordering operand WEIGHT bits       { $$ = &NEW(Level, @$, .level = AST_LEVEL_BOUND, .operator = $1, .bound = $2,
                                                   .weight = $4)->base; }
  | ELSE WEIGHT bits                   { $$ = &NEW(Level, @$, .level = AST_LEVEL_ELSE, .weight = $3)->base; }
  | MISSING WEIGHT bits                { $$ = &NEW(Level, @$, .level = AST_LEVEL_MISSING, .weight = $3)->base; }
  ;

bits
  : number
  | '-' number                         { $$ = parse_negative(context, @$, $2); }
  ;

model
  : MODEL name string_opt version_opt  { $$ = NEW(Model, @$, .doc = DOC(@$), .name = $2, .title = $3, .version = $4); }
  | model point                        { $$ = $1; EXTEND($$, points, $2); }
  | model broken                       { $$ = $1; EXTEND_BROKEN($$, points, $2); }
  ;

point
  : POINT string RULES dotted_list     { $$ = &NEW(Point, @$, .name = $2, .rules = $4)->base; }
  ;

version_opt
  : %empty                             { $$ = NULL; }
  | VERSION string                     { $$ = $2; }
  ;

/* ------------------------------------------------------------------ tests */

test
  : TEST string FOR dotted             { $$ = NEW(Test, @$, .doc = DOC(@$), .name = $2, .subject = $4); }
  | test GIVEN dotted grid             { $$ = $1; EXTEND($$, steps, &NEW(GivenTable, span_join(@2, @4), .table = $3, .grid = $4)->base); }
  | test GIVEN dotted '=' expr         { $$ = $1; EXTEND($$, steps, &NEW(GivenValue, span_join(@2, @5), .parameter = $3, .value = $5)->base); }
  | test EXPECT expected               { $$ = $1; EXTEND($$, steps, $3); }
  | test broken                        { $$ = $1; EXTEND_BROKEN($$, steps, $2); }
  ;

expected
  : NONE                               { $$ = &NEW(ExpectNone, @$, .base.kind = AST_EXPECT_NONE)->base; }
  | CLUE FOR expr_list expected_fields { $$ = &NEW(ExpectEntry, @$, .entries = AST_ENTRIES_CLUE, .key = $3, .fields = $4)->base; }
  | CLEARED FOR expr_list              { $$ = &NEW(ExpectEntry, @$, .entries = AST_ENTRIES_CLEARED, .key = $3)->base; }
  | CLEARED FOR expr_list BY string    { $$ = &NEW(ExpectEntry, @$, .entries = AST_ENTRIES_CLEARED, .key = $3, .by = $5)->base; }
  | UNDECIDED FOR expr_list            { $$ = &NEW(ExpectEntry, @$, .entries = AST_ENTRIES_UNDECIDED, .key = $3)->base; }
  | CLUE COUNT INTEGER                 { $$ = parse_expect_count(context, @$, AST_ENTRIES_CLUE, &$3); }
  | CLEARED COUNT INTEGER              { $$ = parse_expect_count(context, @$, AST_ENTRIES_CLEARED, &$3); }
  | UNDECIDED COUNT INTEGER            { $$ = parse_expect_count(context, @$, AST_ENTRIES_UNDECIDED, &$3); }
  | RESULT grid                        { $$ = &NEW(ExpectResult, @$, .grid = $2)->base; }
  ;

expected_fields
  : %empty                             { $$ = (AstList){0}; }
  | expected_fields named_item         { $$ = ADD($1, $2); }
  ;

grid
  : '|' header '|' ROW_END             { $$ = NEW(Grid, span_join(@1, @3), .header = $2); }
  | grid '|' cells '|' ROW_END         { $$ = $1; EXTEND($$, rows, parse_row(context, $1, span_join(@2, @4), $3)); }
  | grid '|' error ROW_END             { $$ = $1; EXTEND_BROKEN($$, rows, &NEW(Error, @3, .name = NULL)->base); }
  ;

header
  : field_name                         { $$ = ONE(&$1->base); }
  | header '|' field_name              { $$ = ADD($1, &$3->base); }
  ;

cells
  : cell                               { $$ = ONE($1); }
  | cells '|' cell                     { $$ = ADD($1, $3); }
  ;

cell
  : expr
  | '-'                                { $$ = &NEW(Blank, @$, .base.kind = AST_BLANK)->base; }
  ;                                    /* missing; a minus before '|' cannot begin a number */

/* ------------------------------------------------------------ expressions */

expr
  : disjunction
  | IF expr THEN expr ELSE expr        { $$ = EXPR(If, @$, .condition = $2, .then = $4, .otherwise = $6); }
  ;                                    /* both branches are required, so no `else` dangles */

disjunction
  : conjunction
  | disjunction OR conjunction         { $$ = BINARY(@$, $1, OR, $3); }
  ;

conjunction
  : negation
  | conjunction AND negation           { $$ = BINARY(@$, $1, AND, $3); }
  ;

negation
  : comparison
  | NOT negation                       { $$ = EXPR(Unary, @$, .operator = AST_OP_NOT, .operand = $2); }
  ;

comparison                             /* `a < b < c` is no sentence */
  : operand
  | operand '=' operand                { $$ = BINARY(@$, $1, EQ, $3); }
  | operand "!=" operand               { $$ = BINARY(@$, $1, NE, $3); }
  | operand ordering operand           { $$ = EXPR(Binary, @$, .left = $1, .operator = $2, .right = $3); }
  | operand set_test operand           { $$ = EXPR(Binary, @$, .left = $1, .operator = $2, .right = $3); }
  | operand LIKE STRING                { $$ = EXPR(Like, @$, .operand = $1, .pattern = parse_pattern(context, &$3)); }
  | operand NOT_LIKE STRING            { $$ = EXPR(Like, @$, .operand = $1, .negated = true, .pattern = parse_pattern(context, &$3)); }
  | operand IS_PRESENT                 { $$ = EXPR(Presence, @$, .operand = $1); }
  | operand IS_MISSING                 { $$ = EXPR(Presence, @$, .operand = $1, .missing = true); }
  ;

ordering
  : '<'                                { $$ = AST_OP_LT; }
  | "<="                               { $$ = AST_OP_LE; }
  | '>'                                { $$ = AST_OP_GT; }
  | ">="                               { $$ = AST_OP_GE; }
  ;

set_test
  : IN                                 { $$ = AST_OP_IN; }
  | NOT_IN                             { $$ = AST_OP_NOT_IN; }
  | DURING                             { $$ = AST_OP_DURING; }
  | NOT_DURING                         { $$ = AST_OP_NOT_DURING; }
  | OVERLAPS                           { $$ = AST_OP_OVERLAPS; }
  | NOT_OVERLAPS                       { $$ = AST_OP_NOT_OVERLAPS; }
  | MENTIONS                           { $$ = AST_OP_MENTIONS; }
  | NOT_MENTIONS                       { $$ = AST_OP_NOT_MENTIONS; }
  ;

operand
  : sum
  | sum "??" operand                   { $$ = BINARY(@$, $1, COALESCE, $3); }
  ;

sum
  : product
  | sum '+' product                    { $$ = BINARY(@$, $1, ADD, $3); }
  | sum '-' product                    { $$ = BINARY(@$, $1, SUB, $3); }
  ;

product
  : unary
  | product '*' unary                  { $$ = BINARY(@$, $1, MUL, $3); }
  | product '/' unary                  { $$ = BINARY(@$, $1, DIV, $3); }
  ;

unary
  : dated
  | '-' unary                          { $$ = EXPR(Unary, @$, .operator = AST_OP_NEG, .operand = $2); }
  ;

dated
  : postfix
  | dated AT postfix                   { $$ = BINARY(@$, $1, AT, $3); }
  ;

postfix
  : primary
  | postfix '.' field_name             { $$ = EXPR(Member, @$, .object = $1, .name = $3); }
  | postfix '(' arguments ')'          { $$ = EXPR(Call, @$, .callee = $1, .arguments = $3); }
  ;

primary
  : name                               { $$ = &$1->base; }
  | literal
  | STRING                             { $$ = parse_template(context, &$1); }
  | '(' expr ')'                       { $$ = $2; }
  | '{' expr_list '}'                  { $$ = EXPR(Set, @$, .items = $2); }
  | '[' expr ".." expr ']'             { $$ = EXPR(Interval, @$, .low = $2, .high = $4); }
  | '[' expr ".." expr ')'             { $$ = EXPR(Interval, @$, .low = $2, .high = $4, .high_open = true); }
  | '(' expr ".." expr ']'             { $$ = EXPR(Interval, @$, .low_open = true, .low = $2, .high = $4); }
  | '(' expr ".." expr ')'             { $$ = EXPR(Interval, @$, .low_open = true, .low = $2, .high = $4, .high_open = true); }
  ;

literal
  : number                             { $$ = &$1->base; }
  | PERCENT                            { $$ = &parse_number(context, &$1, AST_NUMBER_PERCENT)->base; }
  | QUANTITY                           { $$ = &parse_number(context, &$1, AST_NUMBER_QUANTITY)->base; }
  | day                                { $$ = &$1->base; }
  | DATETIME                           { $$ = &parse_date(context, &$1, AST_DATE_DATETIME)->base; }
  ;

arguments
  : %empty                             { $$ = (AstList){0}; }
  | argument_list
  ;

argument_list
  : argument                           { $$ = ONE($1); }
  | argument_list ',' argument         { $$ = ADD($1, $3); }
  ;

argument
  : expr                               { $$ = &NEW(Argument, @$, .value = $1)->base; }
  | expr WHEN expr                     { $$ = &NEW(Argument, @$, .value = $1, .when = $3)->base; }
  | label ':' expr                     { $$ = &NEW(Argument, @$, .name = $1, .value = $3)->base; }
  ;

named_list
  : label ':' expr                     { $$ = ONE(&NEW(Argument, @$, .name = $1, .value = $3)->base); }
  | named_list ',' label ':' expr      { $$ = ADD($1, &NEW(Argument, span_join(@3, @5), .name = $3, .value = $5)->base); }
  ;

expr_list_opt
  : %empty                             { $$ = (AstList){0}; }
  | expr_list
  ;

expr_list
  : expr                               { $$ = ONE($1); }
  | expr_list ',' expr                 { $$ = ADD($1, $3); }
  ;

string_opt
  : %empty                             { $$ = NULL; }
  | string
  ;

string                                 /* a title, a path, the name of an exception: no template */
  : STRING                             { $$ = parse_text(context, &$1); }
  ;

/* ------------------------------------------------------------------ names */

dotted                                 /* a name from a file used `as` a prefix */
  : name                               { $$ = NEW(Path, @$, .names = ONE(&$1->base)); }
  | dotted '.' field_name              { $$ = NEW(Path, @$, .names = ADD($1->names, &$3->base)); }
  ;

dotted_list
  : dotted                             { $$ = ONE(&$1->base); }
  | dotted_list ',' dotted             { $$ = ADD($1, &$3->base); }
  ;

name_list
  : name                               { $$ = ONE(&$1->base); }
  | name_list ',' name                 { $$ = ADD($1, &$3->base); }
  ;

field_name
  : IDENT                              { $$ = NEW(Name, @$, .text = $1.text); }
  ;

label
  : LABEL                              { $$ = NEW(Name, @$, .text = $1.text); }
  ;

name
  : word                               { $$ = NEW(Name, @$, .text = $1.text); }
  ;

/* A soft word is a name wherever a name may stand. This costs no conflict because no name may follow a complete expression:
 * fields begin with LABEL, and every clause and option begins with a word. */
word
  : IDENT
  | USE | LAW | VERSION | EFFECTIVE | TYPE | MATCHING | ENUM | UNIT | TABLE | ALSO | KEY | HOLDER | COVERS | EXPECT
  | QUARANTINE | WARN | ERR | SOURCE | PARAM | SINCE | FUNCTION | EXTERN | SYMBOL | PURE | RELATION | KEEP | LEAST
  | GREATEST | LIMIT | DEPTH | RULE | QUERY | MATCH | COMPARE | WEIGHT | ACCEPT | REVIEW | MODEL | POINT | RULES
  | TEST | FOR | GIVEN | CLEARED | UNDECIDED | NONE | RESULT | COUNT
  | USING | DROP | BY | UPTO | WITHIN | AMONG | PER | OVER | FILL | STEP | ABSENT | GAP | WITH | DESCENDING | MISSING
  ;

%%

/* ------------------------------------------------------------------ what the driver asks */

/* The kind of token (a T_…) of a symbol of the grammar. */
static int token_of_symbol(yysymbol_kind_t symbol)
{
    for (int token = 0; token <= YYMAXUTOK; token++) {
        if (token != T_YYerror && token != T_YYUNDEF && YYTRANSLATE(token) == symbol)
            return token;
    }
    UNREACHABLE();
}

/* Told by the driver when a line begins with it; by the callback below otherwise. */
static int yyreport_syntax_error(const yypcontext_t *yyctx, ParseContext *context)
{
    yysymbol_kind_t symbols[YYNTOKENS];
    int tokens[YYNTOKENS];
    int count = yypcontext_expected_tokens(yyctx, symbols, YYNTOKENS);
    for (int i = 0; i < count; i++)
        tokens[i] = token_of_symbol(symbols[i]);
    parse_syntax_error(context, tokens, count > 0 ? count : 0);
    return 0;
}

/* Only the stack's limit comes here. */
static void yyerror(const Span *span, ParseContext *context, const char *message)
{
    (void)message;
    parse_stack_full(context, *span);
}

int grammar_expected(const yypstate *state, int *tokens, int room)
{
    yysymbol_kind_t symbols[YYNTOKENS];
    ASSERT(room >= YYNTOKENS);
    int count = yypstate_expected_tokens((yypstate *)state, symbols, YYNTOKENS);
    for (int i = 0; i < count; i++)
        tokens[i] = token_of_symbol(symbols[i]);
    return count > 0 ? count : 0;
}

bool grammar_accepts(const yypstate *state, int token)
{
    yypstate *yyps = (yypstate *)state;
    yysymbol_kind_t symbol = YYTRANSLATE(token);
    return yy_lac(yyps->yyesa, &yyps->yyes, &yyps->yyes_capacity, yyps->yyssp, symbol) == 0;
}

void grammar_forgive(yypstate *state)
{
    state->yyerrstatus = 0;
}
