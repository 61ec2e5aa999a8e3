/* Dispatches tags and texts to their insertion mode, or to the rules for SVG and MathML. */
#ifndef DISPATCH_H
#define DISPATCH_H

#include "tables.h"

static bool
mode_start(State *s, const Tag *tag)
{
    switch (s->mode) {
        case INITIAL: s->quirks = QUIRKS; return switch_to(s, BEFORE_HTML);
        case BEFORE_HTML: return before_html(s, tag);
        case BEFORE_HEAD: return before_head(s, tag);
        case IN_HEAD: return in_head_start(s, tag);
        case IN_HEAD_NOSCRIPT: return in_head_noscript_start(s, tag);
        case AFTER_HEAD: return after_head_start(s, tag);
        case IN_BODY: return in_body_start(s, tag);
        case IN_TABLE: return in_table_start(s, tag);
        case IN_CAPTION: return in_caption_start(s, tag);
        case IN_COLUMN_GROUP: return in_column_group(s, tag);
        case IN_TABLE_BODY: return in_table_body_start(s, tag);
        case IN_ROW: return in_row_start(s, tag);
        case IN_CELL: return in_cell_start(s, tag);
        case IN_TEMPLATE: return in_template_start(s, tag);
        case AFTER_BODY:
        case AFTER_AFTER_BODY: return after_body(s, tag);
    }
    return true;
}

static bool
mode_end(State *s, const Tag *tag)
{
    switch (s->mode) {
        case INITIAL: s->quirks = QUIRKS; return switch_to(s, BEFORE_HTML);
        case BEFORE_HTML: return before_html(s, tag);
        case BEFORE_HEAD: return before_head(s, tag);
        case IN_HEAD: return in_head_end(s, tag);
        case IN_HEAD_NOSCRIPT: return in_head_noscript_end(s, tag);
        case AFTER_HEAD: return after_head_end(s, tag);
        case IN_BODY: return in_body_end(s, tag);
        case IN_TABLE: return in_table_end(s, tag);
        case IN_CAPTION: return in_caption_end(s, tag);
        case IN_COLUMN_GROUP: return in_column_group(s, tag);
        case IN_TABLE_BODY: return in_table_body_end(s, tag);
        case IN_ROW: return in_row_end(s, tag);
        case IN_CELL: return in_cell_end(s, tag);
        case IN_TEMPLATE: return tag->id == T_TEMPLATE ? end_template(s) : true;
        case AFTER_BODY:
        case AFTER_AFTER_BODY: return after_body(s, tag);
    }
    return true;
}

/* ---- SVG and MathML (13.2.6.5) ---- */

static bool
is_math_text(const Element *element)
{
    return element->ns == NS_MATH && element->kinds & SCOPE && element->id != T_ANNOTATION_XML;
}

static bool
is_html_point(const Element *element)
{
    return element->ns == NS_SVG && element->kinds & SCOPE;
}

static void
break_out(State *s)
{
    while (s->depth && top(s)->ns != NS_HTML && !is_math_text(top(s)) && !is_html_point(top(s))) {
        pop(s);
    }
}

static bool
breaks_out(State *s, const Tag *tag)
{
    Attribute found;
    return tag_kinds[tag->id] & BREAKOUT
        || (tag->id == T_FONT && (find_attribute(s, tag->at, "color", &found)
                                  || find_attribute(s, tag->at, "face", &found)
                                  || find_attribute(s, tag->at, "size", &found)));
}

static bool
foreign_start(State *s, const Tag *tag)
{
    Attribute type;
    if (breaks_out(s, tag)) {
        break_out(s);
        return mode_start(s, tag);
    }
    if (tag->id == T_ANNOTATION_XML && top(s)->ns == NS_MATH) {
        bail_out(s, "an annotation-xml");
    }
    if (tag->id == T_SCRIPT && find_attribute(s, tag->at, "type", &type)) {
        bail_out(s, "a typed script in a drawing");
    }
    push(s, tag->key, tag->id, top(s)->ns, tag->at);
    if (tag->self_closing && !s->bail_out_reason) {
        pop(s);
    }
    return true;
}

static bool
foreign_end(State *s, const Tag *tag)
{
    if (tag->id == T_P || tag->id == T_BR) {
        break_out(s);
        return mode_end(s, tag);
    }
    for (unsigned i = s->depth - 1; i > 0; i--) {
        if (open_element(s, i)->key == tag->key) {
            pop_to(s, i);
            return true;
        }
        if (open_element(s, i - 1)->ns == NS_HTML) {
            break;
        }
    }
    return mode_end(s, tag);
}

static bool
start_once(State *s, const Tag *tag)
{
    if (!s->depth || top(s)->ns == NS_HTML || is_html_point(top(s))) {
        return mode_start(s, tag);
    }
    if (is_math_text(top(s)) && tag->id != T_MGLYPH && tag->id != T_MALIGNMARK) {
        return mode_start(s, tag);
    }
    return foreign_start(s, tag);
}

static void
take_tag(State *s, const Tag *tag)
{
    if (tag->id == T_FRAMESET) {
        bail_out(s, "a frameset");
    }
    bool done = false;
    for (int tries = 0; !done && !s->bail_out_reason; tries++) {
        if (!tag->closing) {
            done = start_once(s, tag);
        } else if (s->depth && top(s)->ns != NS_HTML) {
            done = foreign_end(s, tag);
        } else {
            done = mode_end(s, tag);
        }
        if (tries == 16) {
            bail_out(s, "a tag without end");
        }
    }
}

/* ---- text ---- */

static void
append_text(State *s, const char *p, const char *end, bool decoded)
{
    if (p < end && is_listening(s)) {
        if (((unsigned char)*p & 0xc0) == 0x80) {
            bail_out(s, "a text is not UTF-8"); /* it might complete what stands before it */
        }
        append_decoded(&s->words, p, end, false, decoded);
    }
}

/* Returns the first byte that is not white space; `end` if there is none. */
static const char *
first_word(State *s, const char *p, const char *end, bool decoded)
{
    while (p < end && is_space((unsigned char)*p)) {
        p++;
    }
    if (decoded && end - p > 1 && *p == '&'
        && (p[1] == '#' || !strncmp(p + 1, "Tab;", (size_t)(end - p - 1 < 4 ? end - p - 1 : 4))
            || !strncmp(p + 1, "NewLine;", (size_t)(end - p - 1 < 8 ? end - p - 1 : 8)))) {
        bail_out(s, "white space by character reference");
    }
    return p;
}

static void
body_text(State *s, const char *p, const char *end, bool decoded)
{
    reconstruct(s);
    append_text(s, p, end, decoded);
}

static void
table_text(State *s, const char *p, const char *end, bool decoded)
{
    if (top(s)->kinds & TABULAR && first_word(s, p, end, decoded) == end) {
        append_text(s, p, end, decoded);
        return;
    }
    if (top(s)->kinds & TABULAR && s->text_count) {
        bail_out(s, "a text in a table but in no cell");
    }
    s->fostering = true;
    body_text(s, p, end, decoded);
    s->fostering = false;
}

/* Words where there should be none open the elements that they need. */
static void
make_room_for_words(State *s)
{
    for (int tries = 0; tries < 16; tries++) {
        switch (s->mode) {
            case INITIAL: s->quirks = QUIRKS; s->mode = BEFORE_HTML; break;
            case BEFORE_HTML: before_html(s, NULL); break;
            case BEFORE_HEAD: before_head(s, NULL); break;
            case IN_HEAD: pop(s); s->mode = AFTER_HEAD; break;
            case IN_HEAD_NOSCRIPT: pop(s); s->mode = IN_HEAD; break;
            case AFTER_HEAD: push_new(s, T_BODY); s->mode = IN_BODY; return;
            case AFTER_BODY:
            case AFTER_AFTER_BODY: s->mode = IN_BODY; return;
            case IN_COLUMN_GROUP: in_column_group(s, NULL); return;
            default: return;
        }
    }
}

static const char *
without_newline(State *s, const char *p, const char *end)
{
    s->drops_newline = false;
    if (*p == '&') {
        first_word(s, p, end, true);
    }
    if (*p == '\r') {
        return end - p > 1 && p[1] == '\n' ? p + 2 : p + 1;
    }
    return *p == '\n' ? p + 1 : p;
}

static void
take_text_of_page(State *s, const char *p, const char *end, bool decoded)
{
    if (p < end && s->drops_newline) {
        p = without_newline(s, p, end);
    }
    if (p == end) {
        return;
    }
    if (s->depth && top(s)->ns != NS_HTML && !is_math_text(top(s)) && !is_html_point(top(s))) {
        append_text(s, p, end, decoded);
        return;
    }
    if (s->mode < IN_BODY || s->mode == IN_COLUMN_GROUP || s->mode >= AFTER_BODY) {
        bool is_after = s->mode >= AFTER_BODY;
        const char *word = first_word(s, p, end, decoded);
        if (word == end && !is_after) {
            return;
        }
        if (word < end) {
            bool in_columns = s->mode == IN_COLUMN_GROUP;
            make_room_for_words(s);
            if (in_columns && s->mode == IN_COLUMN_GROUP) {
                return;
            }
            p = is_after ? p : word;
        }
    }
    if (s->mode == IN_TABLE || s->mode == IN_TABLE_BODY || s->mode == IN_ROW) {
        table_text(s, p, end, decoded);
    } else {
        body_text(s, p, end, decoded);
    }
}

#endif
