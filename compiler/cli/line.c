// SPDX-License-Identifier: Apache-2.0
//
// line.c: libedit, or plain reading.
//
// While a line is edited the terminal sends Ctrl-C as a character, which takes back the line; at all other times it is
// the signal that stops a query. The history is readable for its owner only: what is asked for may name people.

#include "compiler/cli/line.h"

#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/cli/command.h"
#include "runtime/base/fault.h"

#define HISTORY_LINES 1000
#define PIPE_CHUNK 65536

struct Line {
    LineComplete complete;
    void *closure;
    // terminal
    EditLine *editor;
    History *history;
    StrBuf history_path; // empty: not kept
    const char *prompt;
    bool cancelled;
    // pipe
    StrBuf read; // not yet handed out, from `at` on
    size_t at;
    bool ended;
};

// ---------------------------------------------------------------- terminal

static char *show_prompt(EditLine *editor)
{
    Line *line = NULL;
    static char none[] = "";
    if (el_get(editor, EL_CLIENTDATA, &line) != 0 || line == NULL)
        return none;
    return (char *)line->prompt;
}

static unsigned char on_cancel(EditLine *editor, int key)
{
    Line *line = NULL;
    (void)key;
    if (el_get(editor, EL_CLIENTDATA, &line) == 0 && line != NULL)
        line->cancelled = true;
    return CC_NEWLINE;
}

// How many bytes the words have in common.
static size_t common_prefix(const LineWords *words)
{
    Str first = words->words.items[0];
    size_t length = first.len;
    for (size_t i = 1; i < words->words.count; i++) {
        Str word = words->words.items[i];
        size_t same = 0;
        while (same < length && same < word.len && word.ptr[same] == first.ptr[same])
            same++;
        length = same;
    }
    while (length > 0 && length < first.len && ((unsigned char)first.ptr[length] & 0xC0) == 0x80)
        length--; // not inside a character
    return length;
}

static void show_words(const LineWords *words)
{
    StrBuf text = {0};
    strbuf_add_char(&text, '\n');
    for (size_t i = 0; i < words->words.count; i++) {
        strbuf_add_c(&text, i == 0 ? "" : "  ");
        strbuf_add(&text, words->words.items[i]);
    }
    strbuf_add_char(&text, '\n');
    (void)write_all(STDOUT_FILENO, strbuf_str(&text));
    strbuf_deinit(&text);
}

static unsigned char on_complete(EditLine *editor, int key)
{
    Line *line = NULL;
    (void)key;
    if (el_get(editor, EL_CLIENTDATA, &line) != 0 || line == NULL || line->complete == NULL)
        return CC_ERROR;
    const LineInfo *info = el_line(editor);
    LineWords words = {.arena = arena_create(NULL, 0)};
    line->complete(line->closure, (Str){info->buffer, (size_t)(info->cursor - info->buffer)},
                   &words);
    unsigned char result = CC_ERROR;
    if (words.words.count > 0) {
        size_t length = common_prefix(&words);
        if (length > words.typed) {
            Str more = arena_str(words.arena, str_slice(words.words.items[0], words.typed, length));
            result = el_insertstr(editor, more.ptr) == 0 ? CC_REFRESH : CC_ERROR;
        } else if (words.words.count > 1) {
            show_words(&words);
            result = CC_REDISPLAY;
        }
    }
    vec_free(&words.words);
    arena_destroy(words.arena);
    return result;
}

// ~/.local/state/sup/history, or where XDG_STATE_HOME says. SUP_HISTORY names another file, or none when empty.
static void find_history(StrBuf *path)
{
    const char *named = getenv("SUP_HISTORY"), *state = getenv("XDG_STATE_HOME"),
               *home = getenv("HOME");
    if (named != NULL) {
        strbuf_add_c(path, named);
        return;
    }
    if (state != NULL && state[0] == '/')
        strbuf_printf(path, "%s/sup", state);
    else if (home != NULL && home[0] == '/')
        strbuf_printf(path, "%s/.local/state/sup", home);
    else
        return;
    for (size_t i = 1; i <= path->len; i++) {
        if (i < path->len && path->ptr[i] != '/')
            continue;
        Str folder = str_slice(strbuf_str(path), 0, i);
        StrBuf name = {0};
        strbuf_add(&name, folder);
        (void)mkdir(strbuf_cstr(&name), 0700);
        strbuf_deinit(&name);
    }
    strbuf_add_c(path, "/history");
}

static void open_history(Line *line)
{
    HistEvent event;
    line->history = history_init();
    if (line->history == NULL)
        return;
    (void)history(line->history, &event, H_SETSIZE, HISTORY_LINES);
    (void)history(line->history, &event, H_SETUNIQUE, 1);
    find_history(&line->history_path);
    if (line->history_path.len > 0)
        (void)history(line->history, &event, H_LOAD, strbuf_cstr(&line->history_path));
    (void)el_set(line->editor, EL_HIST, history, line->history);
}

static void keep_history(const Line *line)
{
    HistEvent event;
    if (line->history == NULL || line->history_path.len == 0)
        return;
    StrBuf path = {0};
    strbuf_add(&path, strbuf_str(&line->history_path));
    mode_t before = umask(077);
    (void)history(line->history, &event, H_SAVE, strbuf_cstr(&path));
    (void)umask(before);
    strbuf_deinit(&path);
}

// The width of characters is the terminal's business; numbers and dates never follow the locale.
static void know_characters(void)
{
    if (setlocale(LC_CTYPE, "") == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        (void)setlocale(LC_CTYPE, "C.UTF-8");
}

static bool open_editor(Line *line)
{
    know_characters();
    line->editor = el_init("sup", stdin, stdout, stderr);
    if (line->editor == NULL)
        return false;
    (void)el_set(line->editor, EL_CLIENTDATA, line);
    (void)el_set(line->editor, EL_PROMPT, show_prompt);
    (void)el_set(line->editor, EL_EDITOR, "emacs");
    (void)el_set(line->editor, EL_SIGNAL, 1);
    (void)el_wset(line->editor, EL_ADDFN, L"sup-complete", L"complete the word", on_complete);
    (void)el_wset(line->editor, EL_ADDFN, L"sup-cancel", L"take back the line", on_cancel);
    (void)el_set(line->editor, EL_BIND, "^I", "sup-complete", NULL);
    (void)el_set(line->editor, EL_BIND, "^C", "sup-cancel", NULL);
    (void)el_set(line->editor, EL_BIND, "^R", "em-inc-search-prev", NULL);
    (void)el_set(line->editor, EL_SETTY, "-d", "-isig", NULL);
    open_history(line);
    return true;
}

static LineRead read_terminal(Line *line, const char *prompt, StrBuf *out)
{
    HistEvent event;
    int count = 0;
    line->prompt = prompt;
    line->cancelled = false;
    const char *text = el_gets(line->editor, &count);
    interrupt_forget(); // the signal of a moment before the terminal was ready concerns no query
    if (line->cancelled) {
        (void)write_all(STDOUT_FILENO, STR("^C\n"));
        return LINE_CANCELLED;
    }
    if (text == NULL || count <= 0) {
        (void)write_all(STDOUT_FILENO, STR("\n"));
        return LINE_END;
    }
    size_t length = strlen(text);
    if (length > 1 && line->history != NULL)
        (void)history(line->history, &event, H_ENTER, text);
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    strbuf_add(out, (Str){text, length});
    return LINE_TEXT;
}

// ---------------------------------------------------------------- pipe

// Reads until a whole line is there, or the end.
static bool fill(Line *line)
{
    if (line->at > PIPE_CHUNK) {
        Str rest = str_slice(strbuf_str(&line->read), line->at, line->read.len);
        StrBuf moved = {0};
        strbuf_add(&moved, rest);
        strbuf_deinit(&line->read);
        line->read = moved;
        line->at = 0;
    }
    while (!line->ended && str_find(strbuf_str(&line->read), STR("\n"), line->at) == STR_NONE) {
        char chunk[4096];
        ssize_t got = fault_read(STDIN_FILENO, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR && !interrupt_seen(NULL))
            continue;
        line->ended = got <= 0;
        if (got > 0)
            strbuf_add(&line->read, (Str){chunk, (size_t)got});
    }
    return line->at < line->read.len;
}

static LineRead read_pipe(Line *line, StrBuf *out)
{
    if (!fill(line))
        return LINE_END;
    Str text = strbuf_str(&line->read);
    size_t end = str_find(text, STR("\n"), line->at);
    Str read = str_slice(text, line->at, end == STR_NONE ? text.len : end);
    line->at = end == STR_NONE ? text.len : end + 1;
    while (read.len > 0 && read.ptr[read.len - 1] == '\r')
        read.len--;
    strbuf_add(out, read);
    return LINE_TEXT;
}

// ---------------------------------------------------------------- the door

Line *line_open(bool terminal, LineComplete complete, void *closure)
{
    Line *line = base_alloc_zeroed(1, sizeof *line);
    line->complete = complete;
    line->closure = closure;
    if (terminal)
        (void)open_editor(line);
    return line;
}

LineRead line_read(Line *line, const char *prompt, StrBuf *out)
{
    strbuf_clear(out);
    return line->editor != NULL ? read_terminal(line, prompt, out) : read_pipe(line, out);
}

bool line_continues(Line *line)
{
    if (line->editor != NULL || !fill(line))
        return false;
    char next = line->read.ptr[line->at];
    return next == ' ' || next == '\t' ||
           str_starts(str_slice(strbuf_str(&line->read), line->at, line->read.len), STR("　"));
}

void line_close(Line *line)
{
    keep_history(line);
    if (line->editor != NULL)
        el_end(line->editor);
    if (line->history != NULL)
        history_end(line->history);
    strbuf_deinit(&line->history_path);
    strbuf_deinit(&line->read);
    free(line);
}
