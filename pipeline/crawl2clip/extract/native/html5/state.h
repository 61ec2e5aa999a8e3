/* Holds the state of the scanner at one place of a page. */
#ifndef STATE_H
#define STATE_H

#include "../python.h"
#include "char_refs.h"
#include "tags.h"

/* Deeper or stranger pages are left to the parser. Keeps each step of the scanner short. */
enum {
    DEEPEST = 512, MOST_FORMATTING = 100, MOST_TEMPLATES = 64, MOST_TEXTS = 8,
    MOST_ATTRIBUTES = 500, MOST_SOURCES = 64,
    FREE_IMAGES_OF_PICTURE = 4, /* as in page_budget.py, which charges for more */
};
/* Bytes of a page. So no count of what is on it leaves 32 bits: the four bytes of `<p>x` make the
   most elements, one and all that are in the list of formatting elements. */
enum { LARGEST = 1 << 27 };
_Static_assert(LARGEST / 4 * (MOST_FORMATTING + 1LL) < UINT32_MAX, "nodes have different numbers");
/* Characters; as in lexbor_events.py. No character has more bytes than four. */
enum { LONGEST_TEXT = 5000 };

enum namespace { NS_HTML, NS_MATH, NS_SVG };

enum mode {
    INITIAL, BEFORE_HTML, BEFORE_HEAD, IN_HEAD, IN_HEAD_NOSCRIPT, AFTER_HEAD, IN_BODY, IN_TABLE,
    IN_CAPTION, IN_COLUMN_GROUP, IN_TABLE_BODY, IN_ROW, IN_CELL, IN_TEMPLATE, AFTER_BODY,
    AFTER_AFTER_BODY,
};

enum quirks { STANDARD, QUIRKS, UNKNOWN_QUIRKS };

/* Bits of `wanted`; the order of the names in `wanted_names`. */
enum {
    W_BASE = 1, W_META = 2, W_IMG = 4, W_SOURCE = 8, W_TITLE = 16, W_H = 32, W_FIGCAPTION = 64,
    W_LICENCE = 128, W_JSON_LD = 256, W_PICTURE = 512, W_A = 1024, W_FIGURE = 2048,
    W_NOSCRIPT = 4096, W_LINK_TEXT = 8192, W_SOCIAL = 16384,
};

/* Bits of `kinds`; the order of LINK_PLACES. */
enum { K_SRCSET = 1, K_PICTURE = 2, K_LAZY = 4 };

/* An element, open or remembered as a formatting element. key: identifies its name. at: where its
   attributes start in the page, 0 if it has none. */
typedef struct {
    uint64_t key;
    uint32_t node;  /* no other element of the page has it; 0 is the marker in the list */
    uint32_t kinds; /* in the namespace it is in */
    size_t at;
    uint16_t id;
    uint8_t ns;
    bool fostered, container;
} Element;

/* length: of its name, which stands before `at`, where its attributes start. */
typedef struct {
    uint64_t key;
    size_t at, length;
    uint16_t id;
    bool closing, self_closing, has_rel;
} Tag;

/* The text of an element, as it is collected. slot: index of its event, -1 if there is none yet. */
typedef struct {
    uint32_t node;
    size_t start;
    Py_ssize_t slot;
    uint16_t id;
} Text;

typedef struct {
    const char *page, *end;
    unsigned wanted;
    size_t read_again; /* bytes of attributes */
    size_t made_anew;  /* elements open at each formatting element that was reconstructed, summed */
    const char *bail_out_reason; /* why the parser must read the page; NULL if it need not */
    PyObject *events;

    enum mode mode, template_modes[MOST_TEMPLATES];
    enum quirks quirks;
    uint32_t nodes;   /* elements so far */
    uint32_t form;    /* the node of the form element pointer, 0 for none */
    bool fostering;
    bool drops_newline; /* of the text that follows at once: a pre has just started */
    unsigned raw;     /* id of the element whose content is read without looking for tags, or 0 */

    Element stack[1 + DEEPEST]; /* the first is a sentinel: top() always exists */
    unsigned depth;             /* how many are open */
    Element formatting[MOST_FORMATTING];
    unsigned formatting_count;
    unsigned templates, fostered, drawings, silent; /* how many of them are open */

    uint32_t containers[DEEPEST]; /* indices for open_element() */
    unsigned container_count, announced;

    Buffer words;
    Text texts[MOST_TEXTS];
    unsigned text_count, silent_around;
    bool has_title;
    /* Of images that are finished here (images.h). */
    unsigned own_texts;      /* bits of the wanted texts; 0: no image is finished here */
    size_t most, taken;      /* images in the stream, at most and so far */
    unsigned kinds;          /* bits of the places of links that are wanted */
    size_t source_at[MOST_SOURCES]; /* attributes of each `source` since its picture started */
    unsigned sources, sources_emitted; /* how many, and how many of them are in the stream */
    unsigned images_of_picture; /* images with a text so far, behind its sources */
    bool skipped;            /* an image without a text was left out since the last in the stream */
    bool has_stand_ins;      /* one in a noscript is in the stream, which affects its neighbours */
    PyObject *heading_now;   /* the one before this place, NULL for none */
    bool heading_is_emitted;    /* it is in the stream */
    Py_ssize_t heading_slot; /* its event if its text is still to come, else -1 */
    bool headings_are_lost;  /* the scanner cannot know which one it is */

    uint32_t heading;       /* the node of the heading whose text is due, 0 for none */
    PyObject *heading_text; /* once it is complete */
} State;

static inline void
bail_out(State *s, const char *why)
{
    if (!s->bail_out_reason) {
        s->bail_out_reason = why;
    }
}

/* Returns the element open at that depth, counted from 0, outermost first. */
static inline Element *
open_element(State *s, unsigned at)
{
    CHECK(at < s->depth);
    return &s->stack[1 + at];
}

static inline Element *
top(State *s)
{
    CHECK(s->depth <= DEEPEST);
    return &s->stack[s->depth];
}

/* Returns the entry of the list of active formatting elements, counted from 0, oldest first. */
static inline Element *
formatting_element(State *s, unsigned at)
{
    CHECK(at < s->formatting_count);
    return &s->formatting[at];
}

/* Returns one of the open containers, outermost first. */
static inline Element *
container_element(State *s, unsigned at)
{
    CHECK(at < s->container_count);
    return open_element(s, s->containers[at]);
}

/* Returns one of the texts that are being collected, outermost first. */
static inline Text *
text_element(State *s, unsigned at)
{
    CHECK(at < s->text_count);
    return &s->texts[at];
}

/* Returns the mode of the innermost template. */
static inline enum mode *
template_mode(State *s)
{
    CHECK(s->templates && s->templates <= MOST_TEMPLATES);
    return &s->template_modes[s->templates - 1];
}

static inline bool
is(const Element *element, unsigned id)
{
    return element->id == id && element->ns == NS_HTML;
}

#endif
