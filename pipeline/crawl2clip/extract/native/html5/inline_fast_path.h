/* Handles elements that hold one text and nothing else, such as a link in a menu: half of all tags.
   The effect of the rules for both tags and the text is known beforehand, so they are skipped. */
#ifndef LEAVES_H
#define LEAVES_H

#include "tree_dispatch.h"

/* Returns whether such an element closes no other, and affects nothing but its content. A link may
   be a licence. */
static bool
is_light(State *s, const Tag *tag)
{
    uint32_t kinds = tag_kinds[tag->id];
    if (!(kinds & INLINE) || kinds & VOID || tag->id == T_NOBR) {
        return false;
    }
    return tag->id != T_A || !(s->wanted & W_LICENCE && tag->has_rel);
}

/* Returns whether the element leaves the list of active formatting elements unchanged. */
static bool
leaves_no_trace(State *s, const Tag *tag)
{
    unsigned same = 0;
    if (!(tag_kinds[tag->id] & FORMATTING)) {
        return true;
    }
    for (unsigned i = s->formatting_count; i-- > 0 && formatting_element(s, i)->node;) {
        same += formatting_element(s, i)->key == tag->key;
    }
    return s->formatting_count < MOST_FORMATTING && same < (tag->id == T_A ? 1 : 3);
}

/* Returns where the element's end tag starts, if nothing but text stands before it; else NULL. */
static const char *
end_of_leaf(State *s, const Tag *tag, const char *p)
{
    const char *stop = memchr(p, '<', (size_t)(s->end - p));
    bool is_end = stop && (size_t)(s->end - stop) > tag->length + 2 && stop[1] == '/'
        && stop[tag->length + 2] == '>'
        && !memcmp(stop + 2, s->page + tag->at - tag->length, tag->length);
    return is_end ? stop : NULL;
}

/* Handles the element whose start tag ends at p; returns where it ends, NULL if it is no such. */
static const char *
take_leaf(State *s, const Tag *tag, const char *p)
{
    if ((s->mode != IN_BODY && s->mode != IN_CELL) || s->depth == DEEPEST
        || top(s)->ns != NS_HTML || !is_light(s, tag) || !leaves_no_trace(s, tag)) {
        return NULL;
    }
    const char *stop = end_of_leaf(s, tag, p);
    if (!stop) {
        return NULL;
    }
    CHECK(s->end - stop >= (ptrdiff_t)tag->length + 3);
    reconstruct(s);
    append_text(s, p, stop, true);
    return stop + tag->length + 3;
}

#endif
