/* Implements the insertion modes of tables (13.2.6.4.9 to 15). */
#ifndef TABLES_H
#define TABLES_H

#include "modes.h"

static void
clear_back(State *s, unsigned one, unsigned two, unsigned three)
{
    while (s->depth > 1 && !is(top(s), one) && !is(top(s), two) && !is(top(s), three)
           && !is(top(s), T_TEMPLATE) && !is(top(s), T_HTML)) {
        pop(s);
    }
}

static void
clear_to_table(State *s)
{
    clear_back(s, T_TABLE, T_TABLE, T_TABLE);
}

static void
clear_to_section(State *s)
{
    clear_back(s, T_TBODY, T_TFOOT, T_THEAD);
}

static void
clear_to_row(State *s)
{
    clear_back(s, T_TR, T_TR, T_TR);
}

static bool
foster_start(State *s, const Tag *tag)
{
    if (tag->id == T_IMAGE) {
        return true; /* lexbor loses the element */
    }
    s->fostering = true;
    in_body_start(s, tag);
    s->fostering = false;
    return true;
}

static bool
end_table(State *s)
{
    int at = in_scope_of(s, tag_keys[T_TABLE], TABLES);
    if (at >= 0) {
        pop_to(s, (unsigned)at);
        reset_mode(s);
    }
    return at < 0;
}

static bool
is_hidden(State *s, const Tag *tag)
{
    bool self_closing;
    Attribute attribute;
    const char *p = s->page + tag->at;
    while ((p = next_attribute(p, s->end, &attribute, &self_closing)) && attribute.name) {
        if (!is_called(&attribute, "type") || !attribute.value) {
            continue;
        }
        Py_ssize_t length = attribute.value_end - attribute.value;
        if (memchr(attribute.value, '&', (size_t)length)) {
            bail_out(s, "a character reference in type");
        }
        if (length == 6 && !PyOS_mystrnicmp(attribute.value, "hidden", 6)) {
            return true;
        }
    }
    return false;
}

static bool
in_table_start(State *s, const Tag *tag)
{
    switch (tag->id) {
        case T_CAPTION:
            clear_to_table(s);
            push_marker(s);
            push_html(s, tag);
            s->mode = IN_CAPTION;
            return true;
        case T_COLGROUP:
            clear_to_table(s);
            push_html(s, tag);
            s->mode = IN_COLUMN_GROUP;
            return true;
        case T_COL:
            clear_to_table(s);
            push_new(s, T_COLGROUP);
            return switch_to(s, IN_COLUMN_GROUP);
        case T_TBODY:
        case T_TFOOT:
        case T_THEAD:
            clear_to_table(s);
            push_html(s, tag);
            s->mode = IN_TABLE_BODY;
            return true;
        case T_TD:
        case T_TH:
        case T_TR:
            clear_to_table(s);
            push_new(s, T_TBODY);
            return switch_to(s, IN_TABLE_BODY);
        case T_TABLE:
            return end_table(s);
        case T_STYLE:
        case T_SCRIPT:
        case T_TEMPLATE:
            return in_head_start(s, tag);
        case T_INPUT:
            if (is_hidden(s, tag)) {
                push_void(s, tag->id, tag->at);
                return true;
            }
            return foster_start(s, tag);
        case T_FORM:
            if (!s->form || s->templates) {
                push_html(s, tag);
                if (!s->templates) {
                    s->form = top(s)->node;
                }
                pop(s);
            }
            return true;
        default:
            return foster_start(s, tag);
    }
}

static bool
in_table_end(State *s, const Tag *tag)
{
    switch (tag->id) {
        case T_TABLE:
            end_table(s);
            return true;
        case T_TEMPLATE:
            return end_template(s);
        case T_BODY:
        case T_HTML:
            return true;
        default:
            if (!(tag_kinds[tag->id] & STRUCTURE)) {
                s->fostering = true;
                in_body_end(s, tag);
                s->fostering = false;
            }
            return true;
    }
}

/* ---- sections: tbody, tfoot, thead ---- */

static bool
leave_section(State *s)
{
    bool found = false;
    for (unsigned i = s->depth; i-- > 0 && !found && !(open_element(s, i)->kinds & TABLES);) {
        const Element *element = open_element(s, i);
        found = is(element, T_TBODY) || is(element, T_TFOOT) || is(element, T_THEAD);
    }
    if (found) {
        clear_to_section(s);
        pop(s);
        s->mode = IN_TABLE;
    }
    return !found;
}

static bool
in_table_body_start(State *s, const Tag *tag)
{
    switch (tag->id) {
        case T_TR:
            clear_to_section(s);
            push_html(s, tag);
            s->mode = IN_ROW;
            return true;
        case T_TH:
        case T_TD:
            clear_to_section(s);
            push_new(s, T_TR);
            return switch_to(s, IN_ROW);
        default:
            return tag_kinds[tag->id] & STRUCTURE ? leave_section(s) : in_table_start(s, tag);
    }
}

static bool
in_table_body_end(State *s, const Tag *tag)
{
    switch (tag->id) {
        case T_TBODY:
        case T_TFOOT:
        case T_THEAD:
            if (in_scope(s, tag->id, TABLES)) {
                clear_to_section(s);
                pop(s);
                s->mode = IN_TABLE;
            }
            return true;
        case T_TABLE:
            return leave_section(s);
        default:
            return in_table_end(s, tag);
    }
}

/* ---- rows ---- */

static bool
leave_row(State *s)
{
    if (!in_scope(s, T_TR, TABLES)) {
        return true;
    }
    clear_to_row(s);
    pop(s);
    return switch_to(s, IN_TABLE_BODY);
}

static bool
in_row_start(State *s, const Tag *tag)
{
    if (tag->id == T_TH || tag->id == T_TD) {
        clear_to_row(s);
        push_html(s, tag);
        s->mode = IN_CELL;
        push_marker(s);
        return true;
    }
    return tag_kinds[tag->id] & STRUCTURE ? leave_row(s) : in_table_start(s, tag);
}

static bool
in_row_end(State *s, const Tag *tag)
{
    switch (tag->id) {
        case T_TR:
            leave_row(s);
            return true;
        case T_TABLE:
            return leave_row(s);
        case T_TBODY:
        case T_TFOOT:
        case T_THEAD:
            return !in_scope(s, tag->id, TABLES) || leave_row(s);
        default:
            return in_table_end(s, tag);
    }
}

/* ---- cells, captions, columns ---- */

static void
close_cell(State *s)
{
    imply_end_tags(s, T_UNKNOWN);
    bool found = false;
    while (s->depth && !found) {
        found = is(top(s), T_TD) || is(top(s), T_TH);
        pop(s);
    }
    clear_to_marker(s);
    s->mode = IN_ROW;
}

static bool
in_cell_start(State *s, const Tag *tag)
{
    if (!(tag_kinds[tag->id] & STRUCTURE)) {
        return in_body_start(s, tag);
    }
    if (!either_in_scope(s, T_TD, T_TH, TABLES)) {
        return true;
    }
    close_cell(s);
    return false;
}

static bool
in_cell_end(State *s, const Tag *tag)
{
    switch (tag->id) {
        case T_TD:
        case T_TH:
            if (in_scope(s, tag->id, TABLES)) {
                imply_end_tags(s, T_UNKNOWN);
                pop_until(s, tag->key);
                clear_to_marker(s);
                s->mode = IN_ROW;
            }
            return true;
        case T_BODY:
        case T_CAPTION:
        case T_COL:
        case T_COLGROUP:
        case T_HTML:
            return true;
        case T_TABLE:
        case T_TBODY:
        case T_TFOOT:
        case T_THEAD:
        case T_TR:
            if (!in_scope(s, tag->id, TABLES)) {
                return true;
            }
            close_cell(s);
            return false;
        default:
            return in_body_end(s, tag);
    }
}

static bool
leave_caption(State *s)
{
    if (!in_scope(s, T_CAPTION, TABLES)) {
        return true;
    }
    imply_end_tags(s, T_UNKNOWN);
    pop_until(s, tag_keys[T_CAPTION]);
    clear_to_marker(s);
    return switch_to(s, IN_TABLE);
}

static bool
in_caption_start(State *s, const Tag *tag)
{
    return tag_kinds[tag->id] & STRUCTURE ? leave_caption(s) : in_body_start(s, tag);
}

static bool
in_caption_end(State *s, const Tag *tag)
{
    if (tag->id == T_CAPTION) {
        leave_caption(s);
        return true;
    }
    if (tag->id == T_TABLE) {
        return leave_caption(s);
    }
    if (tag_kinds[tag->id] & STRUCTURE || tag->id == T_BODY || tag->id == T_HTML) {
        return true;
    }
    return in_body_end(s, tag);
}

static bool
in_column_group(State *s, const Tag *tag)
{
    if (tag && tag->id == T_TEMPLATE) {
        return tag->closing ? end_template(s) : in_head_start(s, tag);
    }
    if (tag && (tag->id == T_COL || (tag->id == T_HTML && !tag->closing))) {
        if (!tag->closing && tag->id == T_COL) {
            push_void(s, tag->id, tag->at);
        }
        return true;
    }
    if (!is(top(s), T_COLGROUP)) {
        return true;
    }
    pop(s);
    s->mode = IN_TABLE;
    return tag && tag->closing && tag->id == T_COLGROUP;
}

#endif
