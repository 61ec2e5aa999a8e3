/* Implements the insertion modes (13.2.6.4), as far as they determine which elements are open.
   Functions of the form x_start and x_end process a tag by the rules of the mode x; false: the mode
   has changed, and the tag is to be processed again. Where lexbor differs from the standard, so do
   they: the results must be the parser's. */
#ifndef MODES_H
#define MODES_H

#include "tree.h"

static void
push_new(State *s, unsigned id)
{
    push(s, tag_keys[id], id, NS_HTML, 0);
}

static bool
switch_to(State *s, enum mode mode)
{
    s->mode = mode;
    return false;
}

static void
push_raw(State *s, const Tag *tag)
{
    push_html(s, tag);
    s->raw = tag->id;
}

static void
reset_mode(State *s)
{
    static const struct { uint16_t id, mode; } modes[] = {
        {T_TD, IN_CELL}, {T_TH, IN_CELL}, {T_TR, IN_ROW}, {T_TBODY, IN_TABLE_BODY},
        {T_TFOOT, IN_TABLE_BODY}, {T_THEAD, IN_TABLE_BODY}, {T_CAPTION, IN_CAPTION},
        {T_COLGROUP, IN_COLUMN_GROUP}, {T_TABLE, IN_TABLE}, {T_HEAD_, IN_HEAD}, {T_BODY, IN_BODY},
        {T_HTML, AFTER_HEAD},
    };
    for (unsigned i = s->depth; i-- > 0;) {
        if (is(open_element(s, i), T_TEMPLATE)) {
            s->mode = *template_mode(s);
            return;
        }
        for (size_t j = 0; j < sizeof modes / sizeof *modes; j++) {
            if (is(open_element(s, i), modes[j].id)) {
                s->mode = modes[j].mode;
                return;
            }
        }
    }
    s->mode = IN_BODY;
}

/* ---- head ---- */

static void
start_template(State *s, const Tag *tag)
{
    if (s->templates == MOST_TEMPLATES) {
        bail_out(s, "too many templates");
        return;
    }
    push_html(s, tag);
    push_marker(s);
    if (!s->bail_out_reason) {
        s->mode = *template_mode(s) = IN_TEMPLATE;
    }
}

static bool
end_template(State *s)
{
    if (s->templates) {
        imply_all_end_tags(s);
        pop_until(s, tag_keys[T_TEMPLATE]);
        clear_to_marker(s);
        reset_mode(s);
    }
    return true;
}

static bool
in_head_start(State *s, const Tag *tag)
{
    switch (tag->id) {
        case T_BASE:
        case T_BASEFONT:
        case T_BGSOUND:
        case T_LINK:
        case T_META:
            push_void(s, tag->id, tag->at);
            return true;
        case T_TITLE:
        case T_NOFRAMES:
        case T_STYLE:
        case T_SCRIPT:
            push_raw(s, tag);
            return true;
        case T_NOSCRIPT:
            push_html(s, tag);
            s->mode = IN_HEAD_NOSCRIPT;
            return true;
        case T_TEMPLATE:
            start_template(s, tag);
            return true;
        case T_HTML:
        case T_HEAD_:
            return true;
        default:
            pop(s);
            return switch_to(s, AFTER_HEAD);
    }
}

static bool
in_head_end(State *s, const Tag *tag)
{
    switch (tag->id) {
        case T_HEAD_:
            pop(s);
            s->mode = AFTER_HEAD;
            return true;
        case T_BODY:
        case T_HTML:
        case T_BR:
            pop(s);
            return switch_to(s, AFTER_HEAD);
        case T_TEMPLATE:
            return end_template(s);
        default:
            return true;
    }
}

static bool
in_head_noscript_start(State *s, const Tag *tag)
{
    switch (tag->id) {
        case T_BASEFONT:
        case T_BGSOUND:
        case T_LINK:
        case T_META:
        case T_NOFRAMES:
        case T_STYLE:
            return in_head_start(s, tag);
        case T_HTML:
        case T_HEAD_:
        case T_NOSCRIPT:
            return true;
        default:
            pop(s);
            return switch_to(s, IN_HEAD);
    }
}

static bool
in_head_noscript_end(State *s, const Tag *tag)
{
    if (tag->id == T_BR || tag->id == T_NOSCRIPT) {
        pop(s);
        s->mode = IN_HEAD;
    }
    return tag->id != T_BR;
}

static bool
is_head_body_html_br(const Tag *tag)
{
    return tag->id == T_HEAD_ || tag->id == T_BODY || tag->id == T_HTML || tag->id == T_BR;
}

static bool
before_html(State *s, const Tag *tag)
{
    if (tag && tag->closing && !is_head_body_html_br(tag)) {
        return true;
    }
    push_new(s, T_HTML);
    s->mode = BEFORE_HEAD;
    return tag && tag->id == T_HTML && !tag->closing;
}

static bool
before_head(State *s, const Tag *tag)
{
    if (tag && (tag->closing ? !is_head_body_html_br(tag) : tag->id == T_HTML)) {
        return true;
    }
    push_new(s, T_HEAD_);
    s->mode = IN_HEAD;
    return tag && tag->id == T_HEAD_ && !tag->closing;
}

static bool
after_head_start(State *s, const Tag *tag)
{
    if (tag_kinds[tag->id] & HEAD) {
        return in_head_start(s, tag);
    }
    if (tag->id == T_HTML || tag->id == T_HEAD_) {
        return true;
    }
    push_new(s, T_BODY);
    s->mode = IN_BODY;
    return tag->id == T_BODY;
}

static bool
after_head_end(State *s, const Tag *tag)
{
    if (tag->id == T_TEMPLATE) {
        return end_template(s);
    }
    if (tag->id != T_BODY && tag->id != T_HTML && tag->id != T_BR) {
        return true;
    }
    push_new(s, T_BODY);
    return switch_to(s, IN_BODY);
}

/* ---- body ---- */

/* li, dd, dt: closes the item before it, if it is in scope. */
static void
start_item(State *s, const Tag *tag)
{
    for (unsigned i = s->depth; i-- > 0;) {
        const Element *element = open_element(s, i);
        bool is_item = tag->id == T_LI ? is(element, T_LI)
                                       : is(element, T_DD) || is(element, T_DT);
        if (is_item) {
            imply_end_tags(s, element->id);
            pop_until(s, element->key);
            break;
        }
        if (element->kinds & SPECIAL && !is(element, T_ADDRESS) && !is(element, T_DIV)
            && !is(element, T_P)) {
            break;
        }
    }
    close_p(s);
    push_html(s, tag);
}

static void
start_link(State *s, const Tag *tag)
{
    for (unsigned i = s->formatting_count; i-- > 0 && formatting_element(s, i)->node;) {
        if (formatting_element(s, i)->id == T_A) {
            uint32_t node = formatting_element(s, i)->node;
            adopt(s, tag->key);
            int at = formatting_index(s, node);
            if (at >= 0) {
                remove_formatting(s, (unsigned)at);
            }
            if ((at = index_of(s, node)) >= 0) {
                take_out(s, (unsigned)at);
            }
            break;
        }
    }
    reconstruct(s);
    push_html(s, tag);
    push_formatting(s);
}

static void
start_formatting(State *s, const Tag *tag)
{
    if (tag->id == T_A) {
        start_link(s, tag);
        return;
    }
    reconstruct(s);
    if (tag->id == T_NOBR && in_scope(s, T_NOBR, SCOPE)) {
        if (!adopt(s, tag->key)) {
            end_any_other(s, tag->key);
        }
        reconstruct(s);
    }
    push_html(s, tag);
    push_formatting(s);
}

static void
start_table(State *s, const Tag *tag)
{
    if (s->quirks != QUIRKS && in_scope(s, T_P, SCOPE | BUTTON)) {
        if (s->quirks == UNKNOWN_QUIRKS) {
            bail_out(s, "a table in a p, and a doctype not known here");
        }
        close_p(s);
    }
    push_html(s, tag);
    s->mode = IN_TABLE;
}

static void
start_form(State *s, const Tag *tag)
{
    if (s->form && !s->templates) {
        return;
    }
    close_p(s);
    push_html(s, tag);
    if (!s->templates) {
        s->form = top(s)->node;
    }
}

/* option, optgroup, rb, rtc, rp, rt: they end each other. */
static void
start_part(State *s, const Tag *tag)
{
    bool is_option = tag->id == T_OPTION || tag->id == T_OPTGROUP;
    if (in_scope(s, is_option ? T_SELECT : T_RUBY, SCOPE)) {
        bool is_rp = tag->id == T_RP || tag->id == T_RT;
        imply_end_tags(s, tag->id == T_OPTION ? T_OPTGROUP : is_rp ? T_RTC : T_UNKNOWN);
    } else if (is_option && is(top(s), T_OPTION)) {
        pop(s);
    }
    if (is_option) {
        reconstruct(s);
    }
    push_html(s, tag);
}

static void
start_foreign_root(State *s, const Tag *tag)
{
    reconstruct(s);
    push(s, tag->key, tag->id, tag->id == T_SVG ? NS_SVG : NS_MATH, tag->at);
    if (tag->self_closing && !s->bail_out_reason) {
        pop(s);
    }
}

/* input, select: closes an open select. True: the tag is done. */
static bool
end_select(State *s, const Tag *tag)
{
    int at = in_scope_of(s, tag_keys[T_SELECT], SCOPE);
    if (at >= 0) {
        pop_to(s, (unsigned)at);
    }
    return at >= 0 && tag->id == T_SELECT;
}

static bool
in_body_start_other(State *s, const Tag *tag)
{
    switch (tag->id) {
        case T_LI:
        case T_DD:
        case T_DT:
            start_item(s, tag);
            return true;
        case T_H1:
        case T_H2:
        case T_H3:
        case T_H4:
        case T_H5:
        case T_H6:
            close_p(s);
            if (tag_kinds[top(s)->id] & HEADING) {
                pop(s);
            }
            push_html(s, tag);
            return true;
        case T_PRE:
        case T_LISTING:
            close_p(s);
            push_html(s, tag);
            s->drops_newline = true;
            return true;
        case T_FORM:
            start_form(s, tag);
            return true;
        case T_PLAINTEXT:
            close_p(s);
            push_raw(s, tag);
            return true;
        case T_BUTTON_:
            if (in_scope(s, T_BUTTON_, SCOPE)) {
                imply_end_tags(s, T_UNKNOWN);
                pop_until(s, tag->key);
            }
            break;
        case T_APPLET:
        case T_MARQUEE:
        case T_OBJECT:
            reconstruct(s);
            push_html(s, tag);
            push_marker(s);
            return true;
        case T_TABLE:
            start_table(s, tag);
            return true;
        case T_INPUT:
            end_select(s, tag);
            reconstruct(s);
            push_void(s, tag->id, tag->at);
            return true;
        case T_PARAM:
        case T_SOURCE:
        case T_TRACK:
            push_void(s, tag->id, tag->at);
            return true;
        case T_HR:
            close_p(s);
            if (in_scope(s, T_SELECT, SCOPE)) {
                imply_end_tags(s, T_UNKNOWN);
            }
            push_void(s, tag->id, tag->at);
            return true;
        case T_XMP:
            close_p(s);
            reconstruct(s);
            push_raw(s, tag);
            return true;
        case T_TEXTAREA:
        case T_IFRAME:
        case T_NOEMBED:
            push_raw(s, tag);
            return true;
        case T_SELECT:
            if (end_select(s, tag)) {
                return true;
            }
            break;
        case T_OPTION:
        case T_OPTGROUP:
        case T_RB:
        case T_RTC:
        case T_RP:
        case T_RT:
            start_part(s, tag);
            return true;
        case T_MATH:
        case T_SVG:
            start_foreign_root(s, tag);
            return true;
        case T_HTML:
        case T_BODY:
        case T_HEAD_:
        case T_FRAME:
            return true;
        case T_SELECTEDCONTENT:
            bail_out(s, "a selectedcontent, which repeats an option");
            return true;
        default:
            break;
    }
    reconstruct(s);
    push_html(s, tag);
    return true;
}

static bool
in_body_start(State *s, const Tag *tag)
{
    uint32_t kinds = tag_kinds[tag->id];
    if (kinds & BLOCK) {
        close_p(s);
        push_html(s, tag);
        return true;
    }
    if (kinds & FORMATTING) {
        start_formatting(s, tag);
        return true;
    }
    if (kinds & VOID || tag->id == T_IMAGE) {
        reconstruct(s);
        push_void(s, tag->id == T_IMAGE ? T_IMG : tag->id, tag->at);
        return true;
    }
    if (kinds & HEAD) {
        return in_head_start(s, tag);
    }
    return kinds & STRUCTURE || in_body_start_other(s, tag);
}

static void
end_form(State *s, const Tag *tag)
{
    if (s->templates) {
        if (in_scope(s, T_FORM, SCOPE)) {
            imply_end_tags(s, T_UNKNOWN);
            pop_until(s, tag->key);
        }
        return;
    }
    int at = s->form ? index_of(s, s->form) : -1;
    for (unsigned i = s->depth; at >= 0 && i-- > (unsigned)at + 1;) {
        if (open_element(s, i)->kinds & SCOPE) {
            at = -1;
        }
    }
    s->form = 0;
    if (at >= 0) {
        imply_end_tags(s, T_UNKNOWN);
        take_out(s, (unsigned)at);
    }
}

static void
end_heading(State *s)
{
    unsigned at = s->depth;
    while (at-- > 0 && !(open_element(s, at)->kinds & (HEADING | SCOPE))) {
    }
    if (at < s->depth && open_element(s, at)->kinds & HEADING) {
        pop_to(s, at);
    }
}

/* End tags whose scope depends on the name. */
static void
end_in_scope(State *s, const Tag *tag, uint32_t borders, unsigned but)
{
    if (in_scope_of(s, tag->key, borders) >= 0) {
        imply_end_tags(s, but);
        pop_until(s, tag->key);
    }
}

static bool
in_body_end(State *s, const Tag *tag)
{
    uint32_t kinds = tag_kinds[tag->id];
    if (kinds & CLOSING) {
        end_in_scope(s, tag, SCOPE, T_UNKNOWN);
        return true;
    }
    if (kinds & FORMATTING) {
        if (!adopt(s, tag->key)) {
            end_any_other(s, tag->key);
        }
        return true;
    }
    if (kinds & HEADING) {
        end_heading(s);
        return true;
    }
    switch (tag->id) {
        case T_TEMPLATE:
            return end_template(s);
        case T_BODY:
        case T_HTML:
            if (in_scope(s, T_BODY, SCOPE)) {
                s->mode = AFTER_BODY;
                return tag->id == T_BODY;
            }
            return true;
        case T_FORM:
            end_form(s, tag);
            return true;
        case T_P:
            if (!in_scope(s, T_P, SCOPE | BUTTON)) {
                push_new(s, T_P);
            }
            close_p(s);
            return true;
        case T_LI:
            end_in_scope(s, tag, SCOPE | LIST, T_LI);
            return true;
        case T_DD:
        case T_DT:
            end_in_scope(s, tag, SCOPE, tag->id);
            return true;
        case T_APPLET:
        case T_MARQUEE:
        case T_OBJECT:
            if (in_scope(s, tag->id, SCOPE)) {
                end_in_scope(s, tag, SCOPE, T_UNKNOWN);
                clear_to_marker(s);
            }
            return true;
        case T_BR:
            reconstruct(s);
            push_void(s, T_BR, 0);
            return true;
        default:
            end_any_other(s, tag->key);
            return true;
    }
}

static bool
after_body(State *s, const Tag *tag)
{
    if (tag->id == T_HTML) {
        if (tag->closing) {
            s->mode = AFTER_AFTER_BODY;
        }
        return true;
    }
    return switch_to(s, IN_BODY);
}

static bool
in_template_start(State *s, const Tag *tag)
{
    enum mode mode = IN_BODY;
    switch (tag->id) {
        case T_CAPTION:
        case T_COLGROUP:
        case T_TBODY:
        case T_TFOOT:
        case T_THEAD:
            mode = IN_TABLE;
            break;
        case T_COL:
            mode = IN_COLUMN_GROUP;
            break;
        case T_TR:
            mode = IN_TABLE_BODY;
            break;
        case T_TD:
        case T_TH:
            mode = IN_ROW;
            break;
        default:
            if (tag_kinds[tag->id] & HEAD) {
                return in_head_start(s, tag);
            }
    }
    *template_mode(s) = mode;
    return switch_to(s, mode);
}

#endif
