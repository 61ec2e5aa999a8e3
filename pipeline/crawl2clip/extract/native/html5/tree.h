/* Tracks the stack of open elements and the list of active formatting elements, without a tree.
   Section numbers are those of https://html.spec.whatwg.org/ (13.2.4, 13.2.6). Bails out wherever a
   part of the tree that matters would move to another place. */
#ifndef TREE_H
#define TREE_H

#include "events.h"

static inline uint32_t
kinds_in(unsigned ns, unsigned id)
{
    uint32_t kinds = tag_kinds[id];
    if (ns == NS_HTML) {
        return kinds;
    }
    kinds &= INLINE | SILENT | CONTAINER;
    bool is_border = ns == NS_MATH ? id == T_ANNOTATION_XML || id == T_MI || id == T_MN
            || id == T_MO || id == T_MS || id == T_MTEXT
                                   : id == T_DESC || id == T_FOREIGNOBJECT || id == T_TITLE;
    return is_border ? kinds | SPECIAL | SCOPE : kinds;
}

/* ---- the stack ---- */

static void
count_open(State *s, const Element *element, unsigned by)
{
    if (element->kinds & SILENT) {
        s->silent += by;
    }
    if (element->id == T_SVG) {
        s->drawings += by;
    }
    if (is(element, T_TEMPLATE)) {
        s->templates += by;
    }
    if (element->fostered) {
        s->fostered += by;
    }
}

static inline bool
is_fostering(State *s)
{
    return s->fostering && s->depth && top(s)->kinds & TABULAR;
}

static void
push(State *s, uint64_t key, unsigned id, unsigned ns, size_t at)
{
    if (s->depth == DEEPEST) {
        bail_out(s, "too deep");
        return;
    }
    bool fostered = is_fostering(s);
    s->depth++;
    Element *element = top(s);
    *element = (Element){.key = key, .id = (uint16_t)id, .ns = (uint8_t)ns, .at = at,
                         .node = ++s->nodes, .kinds = kinds_in(ns, id), .fostered = fostered};
    if (s->text_count && fostered) {
        bail_out(s, "a text in a table but in no cell");
    }
    part_words(s, element->kinds);
    if (element->kinds & SILENT || fostered || id == T_SVG) {
        count_open(s, element, 1);
    }
    if (!s->templates) {
        entered(s, element, true);
    }
}

static inline void
push_html(State *s, const Tag *tag)
{
    push(s, tag->key, tag->id, NS_HTML, tag->at);
}

static void
pop(State *s)
{
    CHECK(s->depth);
    if (!s->depth) {
        return;
    }
    Element *element = top(s);
    s->depth--;
    if (element->container || s->text_count) {
        left(s, element);
    }
    if (element->kinds & SILENT || element->fostered || element->id == T_SVG) {
        count_open(s, element, -1u);
    }
    part_words(s, element->kinds);
}

static void
push_void(State *s, unsigned id, size_t at)
{
    Element element = {.key = tag_keys[id], .id = (uint16_t)id, .at = at,
                       .kinds = tag_kinds[id] & ~CONTAINER};
    if (is_fostering(s) && !s->templates) {
        /* An event here would be out of order. */
        s->fostered++;
        if (s->text_count) {
            bail_out(s, "a text in a table but in no cell");
        }
        entered(s, &element, false);
        s->fostered--;
        return;
    }
    part_words(s, element.kinds);
    if (!s->templates) {
        entered(s, &element, false);
    }
    part_words(s, element.kinds);
}

/* Removes an element from under others; they stay inside of it in the tree. Where that matters it
   bails out and removes nothing. */
static void
take_out(State *s, unsigned at)
{
    if (at == s->depth - 1) {
        pop(s);
        return;
    }
    Element *element = open_element(s, at);
    if (element->container || (s->text_count && !(element->kinds & INLINE))
        || element->kinds & SILENT || element->fostered) {
        bail_out(s, "an element closed around others");
        return;
    }
    for (unsigned i = 0; i < s->container_count; i++) {
        if (s->containers[i] > at) {
            s->containers[i]--;
        }
    }
    memmove(element, element + 1, (s->depth - at - 1) * sizeof *element);
    s->depth--;
}

/* Returns the index in the stack, -1 if it is not there. */
static int
index_of(State *s, uint32_t node)
{
    for (unsigned i = s->depth; i-- > 0;) {
        if (open_element(s, i)->node == node) {
            return (int)i;
        }
    }
    return -1;
}

static inline int
in_scope_of(State *s, uint64_t key, uint32_t borders)
{
    for (unsigned i = s->depth; i-- > 0;) {
        const Element *element = open_element(s, i);
        if (element->key == key && element->ns == NS_HTML) {
            return (int)i;
        }
        if (element->kinds & borders) {
            return -1;
        }
    }
    return -1;
}

static inline bool
in_scope(State *s, unsigned id, uint32_t borders)
{
    return in_scope_of(s, tag_keys[id], borders) >= 0;
}

/* Returns the innermost of the two that is in scope. */
static bool
either_in_scope(State *s, unsigned one, unsigned other, uint32_t borders)
{
    for (unsigned i = s->depth; i-- > 0;) {
        const Element *element = open_element(s, i);
        if (is(element, one) || is(element, other)) {
            return true;
        }
        if (element->kinds & borders) {
            return false;
        }
    }
    return false;
}

static inline void
pop_to(State *s, unsigned depth)
{
    while (s->depth > depth) {
        pop(s);
    }
}

/* Pops up to and with the innermost of that name. */
static void
pop_until(State *s, uint64_t key)
{
    while (s->depth) {
        bool found = top(s)->key == key && top(s)->ns == NS_HTML;
        pop(s);
        if (found) {
            return;
        }
    }
}

/* The parser compares only names here, not the namespace of what it pops. */
static void
imply_end_tags(State *s, unsigned but)
{
    while (s->depth && tag_kinds[top(s)->id] & IMPLIED && !is(top(s), but)) {
        pop(s);
    }
}

static void
imply_all_end_tags(State *s)
{
    while (s->depth && tag_kinds[top(s)->id] & (IMPLIED | THOROUGH)) {
        pop(s);
    }
}

static void
close_p(State *s)
{
    if (in_scope(s, T_P, SCOPE | BUTTON)) {
        imply_end_tags(s, T_P);
        pop_until(s, tag_keys[T_P]);
    }
}

/* ---- the list ---- */

static void
insert_formatting(State *s, unsigned at, Element element)
{
    if (s->formatting_count == MOST_FORMATTING) {
        bail_out(s, "too many formatting elements");
        return;
    }
    CHECK(at <= s->formatting_count);
    Element *place = &s->formatting[at];
    memmove(place + 1, place, (s->formatting_count - at) * sizeof *place);
    *place = element;
    s->formatting_count++;
}

static void
push_marker(State *s)
{
    insert_formatting(s, s->formatting_count, (Element){0});
}

static void
clear_to_marker(State *s)
{
    bool is_marker = false;
    while (s->formatting_count && !is_marker) {
        is_marker = !formatting_element(s, s->formatting_count - 1)->node;
        s->formatting_count--;
    }
}

static void
remove_formatting(State *s, unsigned at)
{
    Element *place = formatting_element(s, at);
    memmove(place, place + 1, (s->formatting_count - at - 1) * sizeof *place);
    s->formatting_count--;
}

static int
formatting_index(State *s, uint32_t node)
{
    for (unsigned i = s->formatting_count; i-- > 0;) {
        if (formatting_element(s, i)->node == node) {
            return (int)i;
        }
    }
    return -1;
}

static void
push_formatting(State *s)
{
    unsigned same = 0;
    for (unsigned i = s->formatting_count; i-- > 0 && formatting_element(s, i)->node;) {
        same += formatting_element(s, i)->key == top(s)->key;
    }
    if (same >= 3) {
        bail_out(s, "four formatting elements of a kind"); /* some might be equal: Noah's Ark */
    }
    insert_formatting(s, s->formatting_count, *top(s));
}

/* A page may demand many of them in each paragraph, and deep in its elements. */
static void
count_making(State *s)
{
    s->made_anew += s->depth;
    if (s->made_anew > ((size_t)1 << 24) + 32 * (size_t)(s->end - s->page)) {
        bail_out(s, "formatting elements made anew too often");
    }
}

static void
reconstruct(State *s)
{
    unsigned at = s->formatting_count;
    while (at > 0 && formatting_element(s, at - 1)->node
           && index_of(s, formatting_element(s, at - 1)->node) < 0) {
        at--;
    }
    for (; at < s->formatting_count && !s->bail_out_reason; at++) {
        const Element *lost = formatting_element(s, at);
        count_making(s);
        push(s, lost->key, lost->id, NS_HTML, lost->at);
        *formatting_element(s, at) = *top(s);
    }
}

/* ---- end tags ---- */

/* 13.2.6.4.7, "any other end tag" */
static void
end_any_other(State *s, uint64_t key)
{
    for (unsigned i = s->depth; i-- > 0;) {
        const Element *element = open_element(s, i);
        if (element->key == key && element->ns == NS_HTML) {
            imply_end_tags(s, element->id);
            pop_to(s, i);
            return;
        }
        if (element->kinds & SPECIAL) {
            return;
        }
    }
}

/* Returns whether something between the formatting element and the block depends on which of them
   it is in. */
static bool
holds_listeners(State *s, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        const Element *element = open_element(s, i);
        if (element->container || (s->text_count && !(element->kinds & INLINE))) {
            return true;
        }
    }
    return false;
}

/* Step 13, the elements between the formatting element and the block, innermost first: those in the
   list are reconstructed, three at most, all others are no longer open. Takes the index of the
   formatting element in the list and returns that of the bookmark. */
static unsigned
renew_between(State *s, unsigned formatting, unsigned open_at, unsigned block_at)
{
    unsigned bookmark = formatting, passed = 0;
    bool is_first = true;
    for (unsigned at = block_at - 1; at > open_at; at--) {
        int listed = formatting_index(s, open_element(s, at)->node);
        if (++passed > 3 && listed >= 0) {
            if ((unsigned)listed < formatting) {
                /* The parser keeps the old index, which now is that of another entry. */
                bail_out(s, "a formatting element that is older than one around it");
                return bookmark;
            }
            remove_formatting(s, (unsigned)listed);
            listed = -1;
        }
        if (listed < 0) {
            take_out(s, at);
            continue;
        }
        open_element(s, at)->node = formatting_element(s, (unsigned)listed)->node = ++s->nodes;
        if (is_first) {
            bookmark = (unsigned)listed + 1;
            is_first = false;
        }
    }
    return bookmark;
}

/* Steps 15 to 19: the formatting element, reconstructed, stands in the list at the bookmark and is
   open inside of the block. As in the parser the bookmark is an index, and counts entries that have
   been removed since; by the standard it would go down with them. */
static void
renew_inside(State *s, unsigned formatting, unsigned bookmark, unsigned open_at, uint32_t block)
{
    Element element = *formatting_element(s, formatting);
    remove_formatting(s, formatting);
    element.node = ++s->nodes;
    element.fostered = element.container = false;
    insert_formatting(s, bookmark < s->formatting_count ? bookmark : s->formatting_count, element);
    take_out(s, open_at);
    if (s->depth == DEEPEST) {
        bail_out(s, "too deep");
    }
    int block_at = index_of(s, block);
    if (s->bail_out_reason || block_at < 0) {
        return;
    }
    unsigned at = (unsigned)block_at + 1;
    s->depth++;
    memmove(open_element(s, at) + 1, open_element(s, at), (s->depth - 1 - at) * sizeof element);
    *open_element(s, at) = element;
    for (unsigned i = 0; i < s->container_count; i++) {
        s->containers[i] += s->containers[i] >= at;
    }
}

/* Steps 9 to 19 of the algorithm below, where a block has to leave the formatting element. */
static void
move_block(State *s, unsigned formatting, unsigned open_at, unsigned block_at)
{
    uint32_t block = open_element(s, block_at)->node;
    if (holds_listeners(s, open_at, block_at)) {
        bail_out(s, "a link around blocks that are not inside of it");
        return;
    }
    unsigned bookmark = renew_between(s, formatting, open_at, block_at);
    if (!s->bail_out_reason) {
        renew_inside(s, formatting, bookmark, open_at, block);
    }
}

/* 13.2.6.4.7, the adoption agency algorithm. False: the rules for any other end tag apply. */
static bool
adopt(State *s, uint64_t key)
{
    if (top(s)->key == key && top(s)->ns == NS_HTML && formatting_index(s, top(s)->node) < 0) {
        pop(s);
        return true;
    }
    for (int round = 0; round < 8 && !s->bail_out_reason; round++) {
        unsigned listed = s->formatting_count;
        while (listed > 0 && formatting_element(s, listed - 1)->node
               && formatting_element(s, listed - 1)->key != key) {
            listed--;
        }
        if (!listed || !formatting_element(s, listed - 1)->node) {
            return false;
        }
        int at = index_of(s, formatting_element(s, --listed)->node);
        if (at < 0) {
            remove_formatting(s, listed);
            return true;
        }
        unsigned block = (unsigned)at;
        for (unsigned i = s->depth; i-- > (unsigned)at + 1;) {
            if (open_element(s, i)->kinds & SCOPE) {
                return true;
            }
            if (open_element(s, i)->kinds & SPECIAL) {
                block = i;
            }
        }
        if (block == (unsigned)at) {
            pop_to(s, (unsigned)at);
            remove_formatting(s, listed);
            return true;
        }
        move_block(s, listed, (unsigned)at, block);
    }
    return true;
}

#endif
