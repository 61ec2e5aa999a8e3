/* Appends the content of the page to the list of events, as lexbor_events.py defines it. */
#ifndef EVENTS_H
#define EVENTS_H

#include "images.h"

/* Steals both references, NULL for None. Returns the index of the event. */
static Py_ssize_t
emit(State *s, const char *name, PyObject *attributes, PyObject *text)
{
    PyObject *word = PyUnicode_InternFromString(name);
    PyObject *event = word ? PyTuple_New(3) : NULL;
    if (!event || PyList_Append(s->events, event) < 0) {
        Py_XDECREF(word);
        Py_XDECREF(attributes);
        Py_XDECREF(text);
        Py_XDECREF(event);
        bail_out(s, "no memory");
        return -1;
    }
    PyTuple_SET_ITEM(event, 0, word);
    PyTuple_SET_ITEM(event, 1, attributes ? attributes : Py_NewRef(Py_None));
    PyTuple_SET_ITEM(event, 2, text ? text : Py_NewRef(Py_None));
    Py_DECREF(event);
    return PyList_GET_SIZE(s->events) - 1;
}

static void
emit_element(State *s, const char *name, size_t at)
{
    PyObject *attributes = attributes_at(s, at);
    if (attributes) {
        emit(s, name, attributes, NULL);
    } else {
        bail_out(s, "no memory");
    }
}

static void
fill_slot(State *s, Py_ssize_t slot, PyObject *text)
{
    CHECK(slot >= 0 && slot < PyList_GET_SIZE(s->events));
    PyObject *event = PyList_GET_ITEM(s->events, slot);
    PyObject *filled = text ? PyTuple_Pack(3, PyTuple_GET_ITEM(event, 0),
                                           PyTuple_GET_ITEM(event, 1), text)
                            : NULL;
    if (!filled || PyList_SetItem(s->events, slot, filled) < 0) {
        bail_out(s, "no memory");
    }
}

/* ---- texts ---- */

static inline bool
is_listening(State *s)
{
    return s->text_count && s->silent == s->silent_around
        && s->words.length - text_element(s, s->text_count - 1)->start <= 4 * LONGEST_TEXT + 4;
}

static void
start_text(State *s, const Element *element, Py_ssize_t slot)
{
    if (s->text_count == MOST_TEXTS) {
        bail_out(s, "texts too deep in each other");
        return;
    }
    if (!s->text_count) {
        s->silent_around = s->silent;
        s->words.length = 0;
    } else if (s->silent != s->silent_around) {
        bail_out(s, "a text in a silent element of another text");
    }
    CHECK(s->text_count < MOST_TEXTS);
    s->texts[s->text_count++] = (Text){element->node, s->words.length, slot, element->id};
}

static PyObject *
finished_text(State *s, const Text *text)
{
    /* Not "replace": bytes of two text nodes may have come together. */
    CHECK(text->start <= s->words.length);
    PyObject *whole = PyUnicode_DecodeUTF8(s->words.bytes + text->start,
                                           (Py_ssize_t)(s->words.length - text->start), NULL);
    if (!whole && PyErr_ExceptionMatches(PyExc_UnicodeDecodeError)) {
        PyErr_Clear();
        bail_out(s, "a text is not UTF-8");
    }
    if (!whole) {
        bail_out(s, "no memory");
        return NULL;
    }
    if (PyUnicode_GET_LENGTH(whole) <= LONGEST_TEXT) {
        return whole;
    }
    PyObject *cut = PyUnicode_Substring(whole, 0, LONGEST_TEXT);
    Py_DECREF(whole);
    return cut;
}

/* Computes context(); longer texts are left to Python. */
static PyObject *
context_of(PyObject *text)
{
    enum { SHORT = 1000 };
    if (PyUnicode_GET_LENGTH(text) > SHORT) {
        return PyObject_CallOneArg(context, text);
    }
    PyObject *clean = collapsed_text(text);
    if (clean && !PyUnicode_GET_LENGTH(clean)) {
        Py_SETREF(clean, Py_NewRef(Py_None));
    }
    return clean;
}

/* Sets the heading of the images from here on; false if it is empty, so that it is none. */
static bool
set_heading(State *s, PyObject *text)
{
    PyObject *heading = context_of(text);
    if (heading && heading != Py_None) {
        Py_XSETREF(s->heading_now, heading);
        return true;
    }
    if (!heading) {
        bail_out(s, "no memory");
    }
    Py_XDECREF(heading);
    return false;
}

/* Finishes the text of the innermost element that collects one, which ends here. */
static PyObject *
take_text(State *s)
{
    const Text *text = text_element(s, s->text_count - 1);
    s->text_count--;
    PyObject *finished = finished_text(s, text);
    if (finished && text->slot >= 0) {
        fill_slot(s, text->slot, finished);
        if (text->slot == s->heading_slot) {
            s->heading_slot = -1;
            set_heading(s, finished);
        }
    }
    return finished;
}

/* Appends a space where an element separates words. */
static inline void
part_words(State *s, uint32_t kinds)
{
    if (s->text_count && !(kinds & INLINE) && is_listening(s)) {
        append(&s->words, " ", 1);
    }
}

/* ---- containers ---- */

/* Each picture has its own sources. */
static void
forget_sources(State *s, const Element *element)
{
    if (element->id == T_PICTURE) {
        s->sources = s->sources_emitted = s->images_of_picture = 0;
    }
}

static void
announce(State *s)
{
    static const struct { unsigned id; const char *name; } names[] = {
        {T_A, "a"}, {T_FIGURE, "figure"}, {T_NOSCRIPT, "noscript"}, {T_PICTURE, "picture"},
    };
    for (; s->announced < s->container_count; s->announced++) {
        const Element *element = container_element(s, s->announced);
        if (element->ns != NS_HTML) {
            bail_out(s, "an image in a link of a drawing");
        }
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            if (names[i].id == element->id) {
                emit_element(s, names[i].name, element->at);
                forget_sources(s, element);
            }
        }
    }
}

/* ---- headings ---- */

static void
emit_pending_heading(State *s)
{
    if (!s->heading_is_emitted && s->heading_now) {
        emit(s, "h", NULL, Py_NewRef(s->heading_now));
    }
    s->heading_is_emitted = true;
}

/* Defers the event: images that are finished here do not need it. */
static void
keep_heading(State *s)
{
    if (set_heading(s, s->heading_text)) {
        s->heading_is_emitted = false;
        s->heading_slot = -1;
    }
    Py_CLEAR(s->heading_text);
}

/* The image is inside of the heading, whose text comes later. */
static void
emit_open_heading(State *s)
{
    emit_pending_heading(s);
    s->headings_are_lost |= s->heading_slot >= 0;
    for (unsigned i = 0; i < s->text_count; i++) {
        Text *text = text_element(s, i);
        if (text->node == s->heading) {
            text->slot = emit(s, "h", NULL, NULL);
            s->heading_slot = s->own_texts ? text->slot : -1;
        }
    }
}

static void
emit_heading(State *s)
{
    if (!s->heading_text) {
        emit_open_heading(s);
    } else if (s->own_texts) {
        keep_heading(s);
    } else {
        emit(s, "h", NULL, s->heading_text);
        s->heading_text = NULL;
    }
    s->heading = 0;
}

/* Returns whether one of the words of `rel` is "license". */
static bool
is_licence(State *s, size_t at)
{
    static const char word[] = "license";
    Attribute rel;
    if (!find_attribute(s, at, "rel", &rel) || !rel.value) {
        return false;
    }
    size_t length = sizeof word - 1;
    if (memchr(rel.value, '&', (size_t)(rel.value_end - rel.value))) {
        bail_out(s, "a character reference in rel");
    }
    for (const char *p = rel.value; rel.value_end - p >= (ptrdiff_t)length; p++) {
        bool starts = p == rel.value || is_space((unsigned char)p[-1]);
        bool stops = p + length == rel.value_end || is_space((unsigned char)p[length]);
        if (starts && stops && !PyOS_mystrnicmp(p, word, (Py_ssize_t)length)) {
            return true;
        }
    }
    return false;
}

/* Emits an event about the page as a whole. */
static void
emit_fact(State *s, unsigned bit, const char *name, size_t at, unsigned ns)
{
    if (!(s->wanted & bit)) {
        return;
    }
    if (s->fostered || ns != NS_HTML) {
        bail_out(s, "a fact in a table or a drawing");
    }
    emit_element(s, name, at);
}

/* ---- images ---- */

static bool
is_in(State *s, unsigned id)
{
    for (unsigned i = 0; i < s->container_count; i++) {
        if (container_element(s, i)->id == id) {
            return true;
        }
    }
    return false;
}

/* An image without a text is left out, but separates its neighbours. Its containers are emitted
   only if they change what a later one gets: a picture has sources of its own. */
static void
skip_image(State *s)
{
    s->skipped = true;
    if (s->sources) {
        announce(s);
    }
}

/* Emits what the next image needs in the stream, whether it is finished here or not. */
static void
emit_context(State *s, bool in_noscript)
{
    s->has_stand_ins |= in_noscript;
    if (s->skipped && s->has_stand_ins) {
        emit(s, "img", PyDict_New(), NULL);
    }
    announce(s);
    s->skipped = false;
    s->taken++;
}

/* Adjacent finished images form one event. Steals the reference to the image. */
static void
emit_finished(State *s, PyObject *image)
{
    Py_ssize_t count = PyList_GET_SIZE(s->events);
    PyObject *last = count ? PyTuple_GET_ITEM(PyList_GET_ITEM(s->events, count - 1), 1) : NULL;
    if (!last || !PyList_CheckExact(last)) {
        last = PyList_New(0);
        if (!last || emit(s, "images", last, NULL) < 0) {
            bail_out(s, "no memory");
            Py_DECREF(image);
            return;
        }
    }
    if (PyList_Append(last, image) < 0) {
        bail_out(s, "no memory");
    }
    Py_DECREF(image);
}

/* Emits an image that page_collector.py finishes. */
static void
emit_image(State *s, size_t at)
{
    emit_pending_heading(s);
    emit_context(s, is_in(s, T_NOSCRIPT));
    CHECK(s->sources <= MOST_SOURCES);
    for (; s->sources_emitted < s->sources; s->sources_emitted++) {
        emit_element(s, "source", s->source_at[s->sources_emitted]);
    }
    emit_element(s, "img", at);
}

/* The sources of a picture go with each of its images. Beyond a few images the collector has to see
   the whole picture, and to count. */
static void
count_in_picture(State *s)
{
    if (s->sources && ++s->images_of_picture > FREE_IMAGES_OF_PICTURE) {
        bail_out(s, "a picture with too many images");
    }
}

/* Steals the reference to the texts. */
static void
finish_image(State *s, const ImageTag *tag, size_t at, PyObject *texts)
{
    count_in_picture(s);
    bool in_noscript = is_in(s, T_NOSCRIPT);
    bool is_odd = s->heading_slot >= 0 || s->headings_are_lost;
    PyObject *image = is_odd ? Py_NewRef(Py_None) : plain_image(s, tag, texts, in_noscript);
    Py_DECREF(texts);
    if (!image) {
        bail_out(s, "no memory");
    } else if (image == Py_None) {
        Py_DECREF(image);
        emit_image(s, at);
    } else {
        emit_context(s, in_noscript);
        emit_finished(s, image);
    }
}

static void
take_image(State *s, size_t at)
{
    if (s->heading) {
        emit_heading(s);
    }
    if (!s->own_texts || s->taken >= s->most) {
        if (s->images_of_picture) {
            bail_out(s, "a picture across the limit of images");
        }
        emit_image(s, at);
        return;
    }
    ImageTag tag;
    read_image(s, at, &tag);
    PyObject *texts = own_texts(s, &tag);
    if (!texts) {
        bail_out(s, "no memory");
    } else if (PyTuple_GET_SIZE(texts)) {
        finish_image(s, &tag, at, texts);
    } else {
        Py_DECREF(texts);
        skip_image(s);
    }
}

static void
take_source(State *s, size_t at)
{
    announce(s);
    if (s->sources == MOST_SOURCES) {
        bail_out(s, "a picture with too many sources");
        return;
    }
    s->source_at[s->sources++] = at;
}

/* Both are useless where they are moved out of a table. */
static void
take_linked(State *s, const Element *element)
{
    bool is_image = element->id == T_IMG;
    if (!(s->wanted & (is_image ? W_IMG : W_SOURCE)) || (!is_image && !is_in(s, T_PICTURE))) {
        return;
    }
    if (s->fostered) {
        bail_out(s, "an image in a table but in no cell");
    }
    if (is_image) {
        take_image(s, element->at);
    } else {
        take_source(s, element->at);
    }
}

/* Returns whether the attribute's value contains `word`, in any case. */
static bool
contains(State *s, const Attribute *attribute, const char *word)
{
    Py_ssize_t length = (Py_ssize_t)strlen(word);
    if (!attribute->value) {
        return false;
    }
    for (const char *p = attribute->value; p < attribute->value_end; p++) {
        if (*p == '&') {
            bail_out(s, "a character reference in the name of a meta");
        }
        if (attribute->value_end - p >= length && !PyOS_mystrnicmp(p, word, length)) {
            return true;
        }
    }
    return false;
}

/* Keeps only metas that address robots, text and data mining, or social networks. */
static bool
is_wanted_meta(State *s, size_t at)
{
    Attribute name;
    bool has_name = find_attribute(s, at, "name", &name);
    if (s->wanted & W_META && has_name
        && (contains(s, &name, "bot") || contains(s, &name, "tdm-")
            || (contains(s, &name, "slurp") && name.value_end - name.value == 5))) {
        return true;
    }
    return s->wanted & W_SOCIAL
        && ((has_name && contains(s, &name, ":"))
            || (find_attribute(s, at, "property", &name) && contains(s, &name, ":")));
}

static void
start_heading(State *s, const Element *element)
{
    if (s->fostered) {
        bail_out(s, "a heading in a table but in no cell");
    }
    Py_CLEAR(s->heading_text);
    s->heading = element->node;
    start_text(s, element, -1);
}

static void
start_figcaption(State *s, const Element *element)
{
    if (s->fostered || element->ns != NS_HTML) {
        bail_out(s, "a caption in a table or a drawing");
    }
    announce(s);
    start_text(s, element, emit(s, "figcaption", NULL, NULL));
}

static void
start_title(State *s, const Element *element)
{
    if (s->has_title || (element->ns == NS_SVG && s->drawings)) {
        return;
    }
    if (s->fostered || element->ns != NS_HTML) {
        bail_out(s, "a title in a table or a formula");
    }
    if (!s->drawings) {
        s->has_title = true;
        start_text(s, element, emit(s, "title", NULL, NULL));
    }
}

static const struct { uint16_t id; unsigned bit; } container_bits[] = {
    {T_A, W_A}, {T_FIGURE, W_FIGURE}, {T_NOSCRIPT, W_NOSCRIPT}, {T_PICTURE, W_PICTURE},
};

static void
start_container(State *s, Element *element)
{
    for (size_t i = 0; i < sizeof container_bits / sizeof *container_bits; i++) {
        if (container_bits[i].id == element->id && s->wanted & container_bits[i].bit) {
            CHECK(element == top(s) && s->container_count < s->depth);
            element->container = true;
            s->containers[s->container_count++] = s->depth - 1;
            if (element->id == T_A && s->wanted & W_LINK_TEXT) {
                start_text(s, element, -1);
            }
        }
    }
}

/* Handles an element that is the innermost open one now, or was void. */
static void
entered(State *s, Element *element, bool is_open)
{
    switch (element->id) {
        case T_IMG:
        case T_SOURCE:
            take_linked(s, element);
            return;
        case T_BASE:
            emit_fact(s, W_BASE, "base", element->at, element->ns);
            return;
        case T_META:
            if (s->wanted & (W_META | W_SOCIAL) && is_wanted_meta(s, element->at)) {
                emit_fact(s, W_META | W_SOCIAL, "meta", element->at, element->ns);
            }
            return;
        case T_A:
        case T_LINK:
            if (s->wanted & W_LICENCE && is_licence(s, element->at)) {
                emit_fact(s, W_LICENCE, "licence", element->at, element->ns);
            }
            break;
        case T_FIGCAPTION:
            if (s->wanted & W_FIGCAPTION && is_open) {
                start_figcaption(s, element);
            }
            return;
        case T_TITLE:
            if (s->wanted & W_TITLE && is_open) {
                start_title(s, element);
            }
            return;
        default:
            if (element->kinds & HEADING && s->wanted & W_H && is_open) {
                start_heading(s, element);
            }
    }
    if (element->kinds & CONTAINER && is_open) {
        start_container(s, element);
    }
}

static void
end_container(State *s, const Element *element, PyObject *text)
{
    static const struct { unsigned id; const char *name; } names[] = {
        {T_A, "/a"}, {T_FIGURE, "/figure"}, {T_NOSCRIPT, "/noscript"}, {T_PICTURE, "/picture"},
    };
    CHECK(s->container_count && s->containers[s->container_count - 1] == s->depth);
    s->container_count--;
    if (s->announced <= s->container_count) {
        Py_XDECREF(text);
        return;
    }
    s->announced = s->container_count;
    forget_sources(s, element);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].id == element->id) {
            emit(s, names[i].name, NULL, text);
        }
    }
}

/* Handles the end of an element, which was the innermost. */
static void
left(State *s, const Element *element)
{
    PyObject *text = NULL;
    if (s->text_count && text_element(s, s->text_count - 1)->node == element->node) {
        bool is_due = s->heading == element->node;
        bool is_placed = text_element(s, s->text_count - 1)->slot >= 0;
        text = take_text(s);
        if (is_due && !is_placed) {
            s->heading_text = text;
            text = NULL;
        }
    }
    if (element->container) {
        end_container(s, element, element->id == T_A ? text : NULL);
    } else {
        Py_XDECREF(text);
    }
}

#endif
