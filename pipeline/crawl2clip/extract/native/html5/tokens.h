/* Cuts the bytes of a page into tags and texts (13.2.5). */
#ifndef TOKENS_H
#define TOKENS_H

#include "inline_fast_path.h"

/* Returns the length of the name at p if it has up to seven letters and digits, else 0; all bytes
   are read at once. */
static inline unsigned
short_name(const char *p, const char *end, uint64_t *key)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = 0x80 * ones;
    uint64_t word;
    if (PY_BIG_ENDIAN || end - p < 8) {
        return 0;
    }
    memcpy(&word, p, 8);
    /* The high bit of each byte that is none of 0-9, :, ;, < or above: the first is the end. */
    uint64_t low = word & ~high, is_low = ~(low + (0x80 - '0') * ones) & ~word & high;
    uint64_t other = word ^ '>' * ones, stops = is_low | ((other - ones) & ~other & high);
    if (!stops) {
        return 0;
    }
    unsigned length = (unsigned)__builtin_ctzll(stops) / 8;
    if (!length || !(ends[(unsigned char)p[length]] & ENDS_TAG_NAME)) {
        return 0;
    }
    uint64_t is_upper = ((low + (0x80 - 'A') * ones) ^ (low + (0x7f - 'Z') * ones)) & ~word & high;
    *key = __builtin_bswap64(word | is_upper >> 2) >> (64 - 8 * length);
    return length;
}

/* Reads the tag whose name starts at p; returns where it ends, NULL if the page ends before. */
static const char *
read_tag(State *s, const char *p, Tag *tag)
{
    uint64_t key = 0;
    unsigned length = short_name(p, s->end, &key);
    p += length;
    for (; p < s->end && !(ends[(unsigned char)*p] & ENDS_TAG_NAME); p++, length++) {
        unsigned char c = (unsigned char)*p;
        c = (unsigned char)(c - 'A') < 26 ? c | 32 : c;
        key = length < 8 ? key << 8 | c : longer_key(key, c);
    }
    tag->key = key;
    tag->id = (uint16_t)tag_of_key(key);
    tag->at = (size_t)(p - s->page);
    tag->length = length;
    tag->self_closing = tag->has_rel = false;
    Attribute attribute;
    unsigned count = 0;
    while ((p = next_attribute(p, s->end, &attribute, &tag->self_closing)) && attribute.name
           && count++ < MOST_ATTRIBUTES) {
        tag->has_rel |= attribute.name_end - attribute.name == 3 && is_called(&attribute, "rel");
    }
    if (count > MOST_ATTRIBUTES) {
        bail_out(s, "too many attributes");
    }
    return p;
}

static const char *
find(const char *p, const char *end, const char *what)
{
    size_t length = strlen(what);
    while (end - p >= (ptrdiff_t)length
           && (p = memchr(p, *what, (size_t)(end - p) - length + 1))) {
        if (!memcmp(p, what, length)) {
            return p;
        }
        p++;
    }
    return NULL;
}

/* Returns whether the tag name `name` stands at p, in any case. */
static bool
is_name(const char *p, const char *end, const char *name)
{
    size_t length = strlen(name);
    return end - p > (ptrdiff_t)length && !PyOS_mystrnicmp(p, name, (Py_ssize_t)length)
        && ends[(unsigned char)p[length]] & ENDS_TAG_NAME;
}

/* Returns where the end tag of that name starts; `end` if there is none. */
static const char *
raw_end(const char *p, const char *end, const char *name)
{
    while ((p = memchr(p, '<', (size_t)(end - p)))) {
        if (end - p > 2 && p[1] == '/' && is_name(p + 2, end, name)) {
            return p;
        }
        p++;
    }
    return end;
}

/* Returns where a script ends; a comment in it may hide one script (13.2.5.15 to 31). */
static const char *
script_end(const char *p, const char *end)
{
    enum { PLAIN, ESCAPED, DOUBLY_ESCAPED } state = PLAIN;
    while (p < end) {
        if (state == PLAIN && !(p = memchr(p, '<', (size_t)(end - p)))) {
            return end;
        }
        if (*p == '-' && state != PLAIN && end - p > 2 && p[1] == '-' && p[2] == '>') {
            state = PLAIN;
        } else if (*p == '<' && end - p > 2) {
            if (p[1] == '/' && is_name(p + 2, end, "script")) {
                if (state != DOUBLY_ESCAPED) {
                    return p;
                }
                state = ESCAPED;
            } else if (state == PLAIN && end - p > 3 && !memcmp(p, "<!--", 4)) {
                state = ESCAPED;
                p++; /* the dashes may also be those of "-->" */
            } else if (state == ESCAPED && is_name(p + 1, end, "script")) {
                state = DOUBLY_ESCAPED;
            }
        }
        p++;
    }
    return end;
}

static bool
is_json_ld(State *s, size_t at)
{
    Attribute type;
    if (!find_attribute(s, at, "type", &type) || !type.value) {
        return false;
    }
    const char *p = type.value, *end = type.value_end;
    for (const char *c = p; c < end; c++) {
        if (*c == '&' || (unsigned char)*c >= 0x80 || (unsigned char)*c < ' ') {
            bail_out(s, "a strange type of script");
        }
    }
    for (const char *c = p; c < end; c++) {
        end = *c == ';' ? c : end;
    }
    while (p < end && *p == ' ') {
        p++;
    }
    while (p < end && end[-1] == ' ') {
        end--;
    }
    static const char name[] = "application/ld+json";
    return end - p == sizeof name - 1 && !PyOS_mystrnicmp(p, name, sizeof name - 1);
}

static void
emit_json_ld(State *s, const char *p, const char *end)
{
    Buffer text = {0};
    append_decoded(&text, p, end, false, false);
    PyObject *decoded = text.failed
        ? PyErr_NoMemory()
        : PyUnicode_DecodeUTF8(text.bytes ? text.bytes : "", (Py_ssize_t)text.length, "replace");
    PyMem_Free(text.bytes);
    if (decoded) {
        emit(s, "json_ld", NULL, decoded);
    } else {
        bail_out(s, "no memory");
    }
}

/* Reads the content of the open raw text element, and its end tag. */
static const char *
take_raw(State *s, const char *p)
{
    unsigned id = s->raw;
    s->raw = 0;
    if (id == T_PLAINTEXT) {
        take_text_of_page(s, p, s->end, false);
        return NULL;
    }
    const char *stop = id == T_SCRIPT ? script_end(p, s->end) : raw_end(p, s->end, tag_names[id]);
    if (id == T_TEXTAREA) {
        take_text_of_page(s, p, stop, true);
    } else {
        append_text(s, p, stop, id == T_TITLE);
    }
    if (id == T_SCRIPT && s->wanted & W_JSON_LD && !s->templates && is_json_ld(s, top(s)->at)) {
        emit_json_ld(s, p, stop);
    }
    Tag tag = {.closing = true};
    if (stop == s->end || !(p = read_tag(s, stop + 2, &tag))) {
        return NULL;
    }
    if (id == T_TEXTAREA) {
        take_tag(s, &tag);
    } else {
        pop(s);
    }
    return p;
}

/* 13.2.6.4.1. Doctypes of old come in many forms; the usual ones are known. */
static enum quirks
quirks_of(const char *p, const char *end)
{
    static const char *const standard[] = {
        "-//W3C//DTD XHTML 1.0 Transitional//EN\"", "-//W3C//DTD XHTML 1.0 Strict//EN\"",
        "-//W3C//DTD XHTML 1.1//EN\"", "-//W3C//DTD HTML 4.01//EN\"",
        "-//W3C//DTD XHTML+RDFa 1.0//EN\"",
    };
    while (p < end && is_space((unsigned char)*p)) {
        p++;
    }
    if (end - p < 4 || PyOS_mystrnicmp(p, "html", 4)) {
        return UNKNOWN_QUIRKS;
    }
    for (p += 4; p < end && is_space((unsigned char)*p); p++) {
    }
    if (p == end) {
        return end[-1] == '/' ? UNKNOWN_QUIRKS : STANDARD;
    }
    if (end - p < 8 || PyOS_mystrnicmp(p, "PUBLIC \"", 8)) {
        return UNKNOWN_QUIRKS;
    }
    p += 8;
    for (size_t i = 0; i < sizeof standard / sizeof *standard; i++) {
        size_t length = strlen(standard[i]);
        if (end - p >= (ptrdiff_t)length && !PyOS_mystrnicmp(p, standard[i], (Py_ssize_t)length)) {
            p += length;
            while (p < end && is_space((unsigned char)*p)) {
                p++;
            }
            bool is_whole = p == end || (*p == '"' && memchr(p + 1, '"', (size_t)(end - p - 1)));
            return is_whole ? STANDARD : UNKNOWN_QUIRKS;
        }
    }
    return UNKNOWN_QUIRKS;
}

/* Each of these takes p behind what opens the markup, and returns where it ends. */
static const char *
skip_bogus(State *s, const char *p)
{
    const char *stop = memchr(p, '>', (size_t)(s->end - p));
    return stop ? stop + 1 : s->end;
}

static const char *
skip_comment(State *s, const char *p)
{
    if (p < s->end && *p == '>') {
        return p + 1;
    }
    if (s->end - p > 1 && p[0] == '-' && p[1] == '>') {
        return p + 2;
    }
    while ((p = find(p, s->end, "--"))) {
        if (s->end - p > 2 && p[2] == '>') {
            return p + 3;
        }
        if (s->end - p > 3 && p[2] == '!' && p[3] == '>') {
            return p + 4;
        }
        p++;
    }
    return s->end;
}

static const char *
skip_declaration(State *s, const char *p)
{
    if (s->end - p > 1 && p[0] == '-' && p[1] == '-') {
        return skip_comment(s, p + 2);
    }
    if (s->end - p > 6 && !memcmp(p, "[CDATA[", 7) && s->depth && top(s)->ns != NS_HTML) {
        const char *stop = find(p + 7, s->end, "]]>");
        take_text_of_page(s, p + 7, stop ? stop : s->end, false);
        return stop ? stop + 3 : s->end;
    }
    const char *stop = skip_bogus(s, p);
    if (s->mode == INITIAL && s->end - p > 6 && !PyOS_mystrnicmp(p, "doctype", 7)) {
        bool is_whole = stop[-1] == '>' && stop - p > 7;
        s->quirks = is_whole ? quirks_of(p + 7, stop - 1) : UNKNOWN_QUIRKS;
        s->mode = BEFORE_HTML;
    }
    return stop;
}

/* Reads markup at p, behind a '<'; returns p itself if it is none, NULL at the end of the page. */
static const char *
take_markup(State *s, const char *from, const char *p)
{
    Tag tag = {.closing = *p == '/'};
    bool is_tag = is_letter((unsigned char)*p)
        || (tag.closing && s->end - p > 1 && is_letter((unsigned char)p[1]));
    if (!is_tag && *p != '!' && *p != '?' && !(tag.closing && s->end - p > 1)) {
        return p;
    }
    take_text_of_page(s, from, p - 1, true);
    s->drops_newline = false;
    if (!is_tag) {
        return *p == '!' ? skip_declaration(s, p + 1) : skip_bogus(s, p + tag.closing);
    }
    p = read_tag(s, p + tag.closing, &tag);
    const char *behind = p && !tag.closing ? take_leaf(s, &tag, p) : NULL;
    if (behind) {
        return behind;
    }
    if (p) {
        take_tag(s, &tag);
    }
    while (p && s->raw && !s->bail_out_reason) {
        p = take_raw(s, p);
    }
    return p;
}

static void
scan(State *s)
{
    const char *p = s->page, *from = p;
    while (p && p < s->end && !s->bail_out_reason) {
        const char *open = memchr(p, '<', (size_t)(s->end - p));
        if (!open || open + 1 == s->end) {
            break;
        }
        p = take_markup(s, from, open + 1);
        if (p != open + 1) {
            from = p;
        }
    }
    if (p && from < s->end && !s->bail_out_reason) {
        take_text_of_page(s, from, s->end, true);
    }
    while (s->depth && !s->bail_out_reason) {
        pop(s);
    }
}

#endif
