// SPDX-License-Identifier: Apache-2.0
//
// lexer.re: the one table of characters that begin a token.
//
// The rules only find out what a token is; how words, numbers and texts go on is C in lexer_token.c.
// Words have one rule, whatever they are: a rule per keyword and per class of letters would make
// megabytes of C. Full-width punctuation stands beside its half-width twin.

#include "lang/lexer.h"
#include "lang/lexer_int.h"
#include "generated/lang/grammar.h"

/* Where reading stops there is no NUL byte: a slice may end in the middle of a file. */
static inline unsigned char peek(const Lexer *lexer, uint32_t at)
{
    return at < lexer->end ? (unsigned char)lexer->source->text.ptr[at] : 0;
}

Token lexer_scan(Lexer *lexer)
{
    uint32_t start;
    uint32_t cursor = lexer->at;
    uint32_t marker = cursor;
    (void)marker;

    /*!re2c
        re2c:api = custom;
        re2c:api:style = free-form;
        re2c:yyfill:enable = 0;
        re2c:encoding:utf8 = 1;
        re2c:define:YYCTYPE = "unsigned char";
        re2c:define:YYPEEK = "peek(lexer, cursor)";
        re2c:define:YYSKIP = "cursor++;";
        re2c:define:YYBACKUP = "marker = cursor;";
        re2c:define:YYRESTORE = "cursor = marker;";

        digit   = [0-9０-９];
        numeral = digit+ | [〇零一二三四五六七八九十百千]+;
        article = "第" numeral ("条" ("之" numeral)? | [款项目])
                | "第" [（(] numeral [）)] [款项目];
        blank   = [ \t\r\v\f\u3000\u00A0\uFEFF];
    */
again:
    start = cursor;
    /*!re2c
        "\x00"              { return lexer_end(lexer, start); }
        "\n"                { if (lexer_line_break(lexer)) return lexer_row_end(lexer, start); goto again; }
        blank+              { goto again; }
        [;；。]              { lexer->line_open = true; goto again; }
        [#＃]                { cursor = lexer_comment(lexer, start); goto again; }

        digit               { return lexer_number(lexer, start); }
        article+            { return lexer_article(lexer, start, cursor); }
        ["“「]              { return lexer_text(lexer, start, cursor); }
        ['‘『]              { return lexer_wrong_quote(lexer, start, cursor); }
        [`《]               { return lexer_quoted_name(lexer, start, cursor); }

        [.．][.．]           { return lexer_mark(lexer, start, cursor, T_DOTS); }
        [?？][?？]           { return lexer_mark(lexer, start, cursor, T_COALESCE); }
        [!！][=＝] | "≠"     { return lexer_mark(lexer, start, cursor, T_NE); }
        [<＜][=＝] | [≤≦⩽]   { return lexer_mark(lexer, start, cursor, T_LE); }
        [>＞][=＝] | [≥≧⩾]   { return lexer_mark(lexer, start, cursor, T_GE); }

        [:：][=＝]           { return lexer_wrong_mark(lexer, start, cursor, '=', "=", "="); }
        [=＝][=＝]           { return lexer_wrong_mark(lexer, start, cursor, '=', "=", "="); }
        [<＜][>＞]           { return lexer_wrong_mark(lexer, start, cursor, T_NE, "!=", "!="); }
        [=＝][<＜]           { return lexer_wrong_mark(lexer, start, cursor, T_LE, "<=", "<="); }
        [=＝][>＞]           { return lexer_wrong_mark(lexer, start, cursor, T_GE, ">=", ">="); }
        [&＆]{1,2}           { return lexer_wrong_mark(lexer, start, cursor, T_AND, "且", "and"); }
        [|｜]{2}             { return lexer_wrong_mark(lexer, start, cursor, T_OR, "或", "or"); }
        [!！]                { return lexer_wrong_mark(lexer, start, cursor, T_NOT, "非", "not"); }
        [—–−]+              { return lexer_wrong_mark(lexer, start, cursor, '-', "-", "-"); }

        [(（]                { return lexer_mark(lexer, start, cursor, '('); }
        [)）]                { return lexer_mark(lexer, start, cursor, ')'); }
        [[【［]              { return lexer_mark(lexer, start, cursor, '['); }
        [\]】］]             { return lexer_mark(lexer, start, cursor, ']'); }
        [{｛]                { return lexer_mark(lexer, start, cursor, '{'); }
        [}｝]                { return lexer_mark(lexer, start, cursor, '}'); }
        [,，、]               { return lexer_mark(lexer, start, cursor, ','); }
        [:：]                { return lexer_mark(lexer, start, cursor, ':'); }
        [.．]                { return lexer_mark(lexer, start, cursor, '.'); }
        [?？]                { return lexer_mark(lexer, start, cursor, '?'); }
        [=＝]                { return lexer_mark(lexer, start, cursor, '='); }
        [<＜]                { return lexer_mark(lexer, start, cursor, '<'); }
        [>＞]                { return lexer_mark(lexer, start, cursor, '>'); }
        [+＋]                { return lexer_mark(lexer, start, cursor, '+'); }
        [-－]                { return lexer_mark(lexer, start, cursor, '-'); }
        [*＊×]               { return lexer_mark(lexer, start, cursor, '*'); }
        [/／÷]               { return lexer_mark(lexer, start, cursor, '/'); }
        [$￥¥]               { return lexer_currency(lexer, start, cursor); }
        [%％]                { return lexer_percent(lexer, start, cursor); }
        [|｜]                { return lexer_mark(lexer, start, cursor, '|'); }

        [A-Za-z_]           { return lexer_word(lexer, start); }
        [\u0080-\U0010FFFF] { return lexer_word(lexer, start); }
        *                   { return lexer_unknown(lexer, start, cursor); }
    */
}
