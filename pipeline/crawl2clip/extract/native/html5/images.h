/* Turns an `img` with a text into an Image of page_model.py at once; one without costs nothing. An
   odd image goes into the stream as it is, and page_collector.py decides. An image is odd wherever
   that could decide otherwise than this file. */
#ifndef IMAGES_H
#define IMAGES_H

#include "links.h"

static PyObject *image_type, *collapsed, *context, *pixels;

/* Attributes in the order of `image_names`; then those of img_links.py: LAZY, LAZY_GUESSES and
   LAZY_SRCSETS. */
enum { ALT, TITLE, DATA_IMAGE_TITLE, ARIA_LABEL, OWN_TEXTS, SRC = OWN_TEXTS, WIDTH, HEIGHT, SRCSET,
       TYPE, LAZY, VALUES = 64 };
static const char *const image_names[] = {
    "alt", "title", "data-image-title", "aria-label", "src", "width", "height", "srcset", "type",
};
static PyObject *noscript_word;
static unsigned lazy_guesses, lazy_srcsets, values_end; /* where they start, and where all end */
static PyObject *text_words[OWN_TEXTS];

typedef struct {
    Attribute values[VALUES];
    uint64_t seen; /* a bit for each */
} ImageTag;

static inline bool
has(const ImageTag *image, unsigned which)
{
    CHECK(which < VALUES);
    return image->seen >> which & 1;
}

/* ---- the names of attributes ---- */

enum { NAME_SLOTS = 256, LONGEST_IMAGE_NAME = 24 };
static struct { char name[LONGEST_IMAGE_NAME]; size_t length; unsigned kind; } slots[NAME_SLOTS];

static inline unsigned char
lower(unsigned char c)
{
    return (unsigned char)(c - 'A') < 26 ? c | 32 : c;
}

/* Returns the slot of the name, or the empty one where it would be. */
static unsigned
slot_of(const char *name, size_t length)
{
    CHECK(length);
    unsigned at = (unsigned)(length * 31 + lower((unsigned char)name[0]) * 7
                             + lower((unsigned char)name[length - 1])
                             + lower((unsigned char)name[length / 2]) * 3) % NAME_SLOTS;
    while (slots[at].length
           && (slots[at].length != length || PyOS_mystrnicmp(slots[at].name, name,
                                                             (Py_ssize_t)length))) {
        at = (at + 1) % NAME_SLOTS;
    }
    return at;
}

static bool
fill_slot_of(const char *name, unsigned kind)
{
    size_t length = strlen(name);
    if (length >= LONGEST_IMAGE_NAME) {
        PyErr_SetString(PyExc_ValueError, "an attribute of links.py has a name too long");
        return false;
    }
    unsigned at = slot_of(name, length);
    slots[at].kind = kind;
    slots[at].length = length;
    memcpy(slots[at].name, name, length + 1);
    return true;
}

/* Adds the names in a tuple of img_links.py; returns the kind of the next, 0 with an exception. */
static unsigned
fill_lazy_names(const char *tuple, unsigned kind)
{
    PyObject *module = PyImport_ImportModule("crawl2clip.extract.html.img_links");
    PyObject *names = module ? PyObject_GetAttrString(module, tuple) : NULL;
    bool done = names && PyTuple_Check(names) && kind + PyTuple_GET_SIZE(names) <= VALUES;
    for (Py_ssize_t i = 0; done && i < PyTuple_GET_SIZE(names); i++) {
        const char *name = PyUnicode_AsUTF8(PyTuple_GET_ITEM(names, i));
        done = name && fill_slot_of(name, kind++);
    }
    Py_XDECREF(names);
    Py_XDECREF(module);
    return done ? kind : 0;
}

static bool
fill_image_names(void)
{
    for (unsigned i = 0; i < LAZY; i++) {
        if (!fill_slot_of(image_names[i], i)
            || (i < OWN_TEXTS && !(text_words[i] = PyUnicode_InternFromString(image_names[i])))) {
            return false;
        }
    }
    for (unsigned i = 0; i < LINK_KINDS; i++) {
        if (!(link_kind_words[i] = PyUnicode_InternFromString(link_kind_names[i]))) {
            return false;
        }
    }
    noscript_word = PyUnicode_InternFromString("noscript");
    lazy_guesses = fill_lazy_names("LAZY", LAZY);
    lazy_srcsets = lazy_guesses ? fill_lazy_names("LAZY_GUESSES", lazy_guesses) : 0;
    values_end = lazy_srcsets ? fill_lazy_names("LAZY_SRCSETS", lazy_srcsets) : 0;
    if (!values_end && !PyErr_Occurred()) {
        PyErr_SetString(PyExc_ValueError, "links.py has more attributes than there is room for");
    }
    return values_end > 0;
}

static void
read_image(State *s, size_t at, ImageTag *image)
{
    Attribute attribute;
    bool self_closing;
    const char *p = at ? s->page + at : NULL;
    image->seen = 0;
    while (p && (p = next_attribute(p, s->end, &attribute, &self_closing)) && attribute.name) {
        size_t length = (size_t)(attribute.name_end - attribute.name);
        unsigned slot = length < LONGEST_IMAGE_NAME ? slot_of(attribute.name, length) : 0;
        if (length < LONGEST_IMAGE_NAME && slots[slot].length
            && !has(image, slots[slot].kind)) {
            image->values[slots[slot].kind] = attribute;
            image->seen |= 1ull << slots[slot].kind;
        }
    }
}

/* ---- texts ---- */

/* Returns whether `collapsed` would change nothing. */
static bool
is_collapsed(PyObject *text)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    bool after_space = true;
    for (Py_ssize_t i = 0; i < length; i++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, i);
        if (c == ' ' ? after_space : c < 0x20 || (c >= 0x7f && (c < 0xa0 || Py_UNICODE_ISSPACE(c)))) {
            return false;
        }
        after_space = c == ' ';
    }
    return !length || !after_space;
}

/* Returns whether collapsed() treats the character as white space. */
static inline bool
is_gap(Py_UCS4 c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x80 && Py_UNICODE_ISSPACE(c));
}

static inline bool
is_printable(Py_UCS4 c)
{
    return !(c < 0x20 || (c >= 0x7f && c < 0xa0 && c != 0x85));
}

/* Computes collapsed(), which is called for texts with control characters. */
static PyObject *
collapsed_text(PyObject *text)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), kept = 0;
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    if (is_collapsed(text)) {
        return Py_NewRef(text);
    }
    Py_UCS4 *clean = PyMem_New(Py_UCS4, length);
    if (!clean) {
        return PyErr_NoMemory();
    }
    bool is_plain = true;
    for (Py_ssize_t i = 0; i < length && is_plain; i++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, i);
        if (!is_gap(c)) {
            is_plain = is_printable(c);
            clean[kept++] = c;
        } else if (kept && clean[kept - 1] != ' ') {
            clean[kept++] = ' ';
        }
    }
    kept -= kept && clean[kept - 1] == ' ';
    PyObject *result = is_plain ? PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, clean, kept)
                                : PyObject_CallOneArg(collapsed, text);
    PyMem_Free(clean);
    return result;
}

/* Returns collapsed() of the value. */
static PyObject *
collapsed_value(const Attribute *attribute)
{
    PyObject *text = text_of_value(attribute);
    PyObject *clean = text ? collapsed_text(text) : NULL;
    Py_XDECREF(text);
    return clean;
}

/* Returns the image's texts as (source, text); an empty tuple if it has none; NULL with an
   exception. */
static PyObject *
own_texts(State *s, const ImageTag *image)
{
    PyObject *pairs[OWN_TEXTS];
    Py_ssize_t count = 0;
    bool failed = false;
    for (unsigned i = 0; i < OWN_TEXTS && !failed; i++) {
        if (s->own_texts >> i & 1 && has(image, i)) {
            PyObject *text = collapsed_value(&image->values[i]);
            bool is_one = text && PyUnicode_GET_LENGTH(text);
            CHECK(count < OWN_TEXTS);
            failed = !text || (is_one && !(pairs[count++] = PyTuple_Pack(2, text_words[i], text)));
            Py_XDECREF(text);
        }
    }
    PyObject *texts = failed ? NULL : PyTuple_New(count);
    for (Py_ssize_t i = 0; i < count; i++) {
        if (texts) {
            PyTuple_SET_ITEM(texts, i, pairs[i]);
        } else {
            Py_XDECREF(pairs[i]);
        }
    }
    return texts;
}

/* ---- sizes ---- */

/* Returns pixels() of the attribute: a number or None. */
static PyObject *
pixels_of(const ImageTag *image, unsigned which)
{
    const Attribute *size = &image->values[which];
    if (!has(image, which) || !size->value) {
        return Py_NewRef(Py_None);
    }
    long number = 0;
    const char *p = size->value;
    for (; p < size->value_end && is_digit((unsigned char)*p) && p - size->value < 6; p++) {
        number = 10 * number + (*p - '0');
    }
    if (p > size->value && (p == size->value_end
                            || (size->value_end - p == 2 && p[0] == 'p' && p[1] == 'x'))) {
        return PyLong_FromLong(number);
    }
    PyObject *text = text_of_value(size);
    PyObject *found = text ? PyObject_CallOneArg(pixels, text) : NULL;
    Py_XDECREF(text);
    return found;
}

static bool
is_tiny(PyObject *size)
{
    return size != Py_None && PyLong_AsLong(size) <= 1;
}

/* ---- links ---- */

static void
add_lazies(Found *found, const ImageTag *image)
{
    for (unsigned i = LAZY; i < lazy_srcsets; i++) {
        if (has(image, i)) {
            add_lazy(found, &image->values[i], i >= lazy_guesses);
        }
    }
}

static void
add_lazy_srcsets(Found *found, const ImageTag *image, bool is_new)
{
    for (unsigned i = lazy_srcsets; i < values_end; i++) {
        if (has(image, i)) {
            add_srcset(found, &image->values[i], FROM_LAZY, is_new);
        }
    }
}

/* Returns whether the files of a `source` are of a type that not every decoder reads. */
static bool
is_new_type(Found *found, const ImageTag *source)
{
    static const char *const types[] = {
        "image/avif", "image/jxl", "image/heic", "image/heif", "image/svg+xml",
    };
    if (!has(source, TYPE)) {
        return false;
    }
    PyObject *text = trim_value(found, &source->values[TYPE]);
    bool is_new = false;
    for (size_t i = 0; text && i < sizeof types / sizeof *types; i++) {
        const char *p = (const char *)PyUnicode_1BYTE_DATA(text);
        is_new |= starts_with(p, p + PyUnicode_GET_LENGTH(text), types[i]);
    }
    Py_XDECREF(text);
    return is_new;
}

static void
add_sources(State *s, Found *found)
{
    CHECK(s->sources <= MOST_SOURCES);
    for (unsigned i = 0; i < s->sources; i++) {
        ImageTag source;
        read_image(s, s->source_at[i], &source);
        bool is_new = is_new_type(found, &source);
        if (s->kinds & K_PICTURE && has(&source, SRCSET)) {
            add_srcset(found, &source.values[SRCSET], FROM_PICTURE, is_new);
        }
        if (s->kinds & K_LAZY) {
            add_lazy_srcsets(found, &source, is_new);
        }
    }
}

/* What counts as a placeholder depends on whether there are lazy links, which stand behind it. */
static void
find_links(State *s, const ImageTag *image, Found *found)
{
    Found lazies;
    start_links(&lazies);
    if (s->kinds & K_LAZY && image->seen >> LAZY) {
        add_lazies(&lazies, image);
        add_lazy_srcsets(&lazies, image, false);
    }
    PyObject *src = has(image, SRC) ? trim_value(found, &image->values[SRC]) : NULL;
    if (src && is_shown(found, src, lazies.count > 0)) {
        FoundLink link = {.href = Py_NewRef(src), .kind = FROM_SRC};
        add_link(found, &link);
    }
    Py_XDECREF(src);
    if (s->kinds & K_SRCSET && has(image, SRCSET)) {
        add_srcset(found, &image->values[SRCSET], FROM_SRCSET, false);
    }
    add_sources(s, found);
    for (unsigned i = 0; i < lazies.count; i++) {
        add_link(found, &lazies.links[i]);
    }
    found->odd |= lazies.odd;
    found->failed |= lazies.failed;
}

/* ---- the whole image ---- */

/* Steals all references; returns NULL if one of them is. */
static PyObject *
image_of(PyObject *const fields[6])
{
    bool done = true;
    for (unsigned i = 0; i < 6; i++) {
        done &= fields[i] != NULL;
    }
    PyObject *image = done ? new_record(image_type, 6) : NULL;
    for (Py_ssize_t i = 0; i < 6; i++) {
        if (image) {
            PyTuple_SET_ITEM(image, i, fields[i]);
        } else {
            Py_XDECREF(fields[i]);
        }
    }
    return image;
}

static PyObject *
image_with(State *s, Found *found, const ImageTag *tag, PyObject *texts, bool in_noscript)
{
    PyObject *width = pixels_of(tag, WIDTH), *height = pixels_of(tag, HEIGHT);
    if (width && height && is_tiny(width) && is_tiny(height)) {
        Py_DECREF(width);
        Py_DECREF(height);
        return Py_NewRef(Py_None);
    }
    CHECK(found->count);
    PyObject *links = sorted_links(found);
    PyObject *source = in_noscript ? noscript_word : link_kind_words[found->links[0].kind];
    PyObject *heading = s->heading_now ? s->heading_now : Py_None;
    return image_of((PyObject *[]){links, Py_NewRef(source), Py_NewRef(texts), width, height,
                                   Py_NewRef(heading)});
}

/* Returns a new Image; None if it is not plain; NULL with an exception. */
static PyObject *
plain_image(State *s, const ImageTag *tag, PyObject *texts, bool in_noscript)
{
    Found found;
    PyObject *image = NULL;
    start_links(&found);
    find_links(s, tag, &found);
    if (!found.failed) {
        image = found.odd || !found.count ? Py_NewRef(Py_None)
                                          : image_with(s, &found, tag, texts, in_noscript);
    }
    forget_links(&found);
    return image;
}

#endif
