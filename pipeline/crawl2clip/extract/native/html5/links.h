/* Ranks the links of an `img`, the best first, as img_links.py and srcset.py define. Odd values are
   `odd`, and left to them: letters beyond ASCII, white space at the ends, rare descriptors. */
#ifndef LINKS_H
#define LINKS_H

#include "attributes.h"

static PyObject *link_type, *is_placeholder;

/* MOST_LINKS is that of srcset.py. */
enum { MOST_LINKS = 100, MOST_FOUND = 128 };
enum link_kind { FROM_SRC, FROM_SRCSET, FROM_PICTURE, FROM_LAZY, LINK_KINDS };
static const char *const link_kind_names[] = {"src", "srcset", "picture", "lazy"};
static PyObject *link_kind_words[LINK_KINDS];

/* width: px, 0 for none. */
typedef struct {
    PyObject *href;
    enum link_kind kind;
    long width;
    double density;
    bool has_density, is_new;
} FoundLink;

typedef struct {
    FoundLink links[MOST_FOUND];
    unsigned count;
    bool odd, failed; /* failed: there is an exception */
} Found;

static inline bool
starts_with(const char *p, const char *end, const char *word)
{
    Py_ssize_t length = (Py_ssize_t)strlen(word);
    return end - p >= length && !PyOS_mystrnicmp(p, word, length);
}

static inline bool
is_no_file(const char *p, const char *end)
{
    return p == end || starts_with(p, end, "data:") || starts_with(p, end, "about:");
}

/* The list has room for many; clearing it would cost too much. */
static inline void
start_links(Found *found)
{
    found->count = 0;
    found->odd = found->failed = false;
}

/* Returns whether the text is ASCII, with nothing at its ends that strip() would remove. */
static bool
is_trim(PyObject *text)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    const char *p = PyUnicode_IS_COMPACT_ASCII(text) ? (const char *)PyUnicode_1BYTE_DATA(text)
                                                     : NULL;
    return p && (!length || (p[0] > ' ' && p[length - 1] > ' '));
}


/* Steals the reference to link->href. */
static void
add_link(Found *found, const FoundLink *link)
{
    for (unsigned i = 0; i < found->count; i++) {
        FoundLink *there = &found->links[i];
        if (is_same_text(there->href, link->href)) {
            there->width = there->width ? there->width : link->width;
            if (!there->has_density || there->density == 0) {
                there->has_density = link->has_density;
                there->density = link->density;
            }
            Py_DECREF(link->href);
            return;
        }
    }
    if (found->count == MOST_FOUND) {
        found->odd = true;
        Py_DECREF(link->href);
        return;
    }
    CHECK(found->count < MOST_FOUND);
    found->links[found->count++] = *link;
}

/* ---- srcset ---- */

static inline const char *
skip_spaces(const char *p, const char *end)
{
    while (p < end && is_space((unsigned char)*p)) {
        p++;
    }
    return p;
}

/* Reads `300w` or `1.5x` and returns where it ends, NULL if it is anything else. */
static const char *
read_descriptor(const char *p, const char *end, FoundLink *link)
{
    char number[16];
    size_t length = 0, dots = 0;
    while (p < end && length < 9 && (is_digit((unsigned char)*p) || *p == '.')) {
        dots += *p == '.';
        number[length++] = *p++;
    }
    bool is_number = length && dots < 2 && number[0] != '.' && number[length - 1] != '.';
    if (!is_number || p == end || (*p != 'x' && (*p != 'w' || dots))) {
        return NULL;
    }
    CHECK(length < sizeof number);
    number[length] = 0;
    link->has_density = *p == 'x';
    if (link->has_density) {
        link->density = PyOS_string_to_double(number, NULL, NULL);
    } else if (!(link->width = atol(number))) {
        return NULL;
    }
    p++;
    return p == end || *p == ',' || is_space((unsigned char)*p) ? p : NULL;
}

/* Reads one link from p on and returns where it ends; NULL if it is odd. */
static const char *
read_part(const char *p, const char *end, FoundLink *link, const char **href_end)
{
    CHECK(p < end && *p != ',' && !is_space((unsigned char)*p));
    while (p < end && !is_space((unsigned char)*p)) {
        p++;
    }
    *href_end = p;
    if (p[-1] == ',') {
        while ((*href_end)[-1] == ',') {
            --*href_end;
        }
        return p;
    }
    p = skip_spaces(p, end);
    if (p == end || *p == ',') {
        return p;
    }
    p = read_descriptor(p, end, link);
    p = p ? skip_spaces(p, end) : NULL;
    return p && (p == end || *p == ',') ? p : NULL;
}

static void
add_part(Found *found, const char *href, const char *end, FoundLink *link)
{
    link->href = PyUnicode_FromStringAndSize(href, end - href);
    if (link->href) {
        add_link(found, link);
    } else {
        found->failed = true;
    }
}

/* files_only: skips inline images. */
static void
add_srcset_of(Found *found, PyObject *srcset, enum link_kind kind, bool files_only, bool is_new)
{
    const char *p = (const char *)PyUnicode_1BYTE_DATA(srcset);
    const char *end = p + PyUnicode_GET_LENGTH(srcset);
    for (unsigned count = 0; count < MOST_LINKS && !found->odd && !found->failed; count++) {
        while (p < end && (*p == ',' || is_space((unsigned char)*p))) {
            p++;
        }
        if (p == end) {
            return;
        }
        FoundLink link = {.kind = kind, .is_new = is_new};
        const char *href = p, *href_end;
        p = read_part(p, end, &link, &href_end);
        if (!p || *href < ' ' || href_end[-1] < ' ') {
            found->odd = true;
        } else if (!files_only || !is_no_file(href, href_end)) {
            add_part(found, href, href_end, &link);
        }
    }
}

static void
add_srcset(Found *found, const Attribute *attribute, enum link_kind kind, bool is_new)
{
    PyObject *srcset = text_of_value(attribute);
    if (!srcset) {
        found->failed = true;
    } else if (!PyUnicode_IS_COMPACT_ASCII(srcset)) {
        found->odd = true;
    } else {
        add_srcset_of(found, srcset, kind, kind != FROM_SRCSET, is_new);
    }
    Py_XDECREF(srcset);
}

/* ---- single links ---- */

/* Returns whether the name of a file, without its ending, may be one of those in img_links.py: it
   ends in one of their words, sizes and numbers behind it aside. */
static bool
may_be_blank(const char *name, const char *end)
{
    static const char *const words[] = {
        "blank", "spacer", "placeholder", "lazyload", "loading", "loader", "pixel", "transparent",
        "trans", "clear", "empty", "dummy", "lazy", "gray", "grey", "white",
    };
    while (end > name && strchr("0123456789.-_xX", end[-1])) {
        end--;
    }
    bool found = end - name <= 2; /* 1px */
    for (size_t i = 0; i < sizeof words / sizeof *words && !found; i++) {
        Py_ssize_t length = (Py_ssize_t)strlen(words[i]);
        found = end - name >= length && !PyOS_mystrnicmp(end - length, words[i], length);
    }
    return found;
}

/* Returns whether is_placeholder() would be false for a text that is_trim(): by the file's name,
   which mostly shows that it is a photo. */
static bool
is_surely_shown(const char *text, const char *text_end, bool is_lazy)
{
    const char *end = text, *name = text;
    for (; end < text_end && *end != '?' && *end != '#'; end++) {
        bool is_p = *end == 'p' || *end == 'P';
        if (*end <= ' ' || (is_p && starts_with(end, text_end, "placeholder"))) {
            return false;
        }
        name = *end == '/' ? end + 1 : name;
    }
    static const char *const doubtful[] = {".gif", ".png", ".svg"};
    for (size_t i = 0; i < sizeof doubtful / sizeof *doubtful; i++) {
        if (end - name >= 4 && starts_with(end - 4, end, doubtful[i])) {
            return !is_lazy && !may_be_blank(name, end - 4);
        }
    }
    return !is_lazy || !is_digit((unsigned char)*name);
}

/* Returns whether the text is no placeholder; it is_trim(). */
static bool
is_shown(Found *found, PyObject *text, bool is_lazy)
{
    const char *p = (const char *)PyUnicode_1BYTE_DATA(text);
    const char *end = p + PyUnicode_GET_LENGTH(text);
    if (is_no_file(p, end)) {
        return false;
    }
    if (is_surely_shown(p, end, is_lazy)) {
        return true;
    }
    PyObject *answer = PyObject_CallFunctionObjArgs(is_placeholder, text,
                                                    is_lazy ? Py_True : Py_False, NULL);
    int is_blank = answer ? PyObject_IsTrue(answer) : -1;
    Py_XDECREF(answer);
    found->failed |= is_blank < 0;
    return is_blank == 0;
}

/* Returns whether the extension of an image file stands somewhere in the text. */
static bool
has_image_name(PyObject *text)
{
    static const char *const endings[] = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"};
    const char *p = (const char *)PyUnicode_1BYTE_DATA(text);
    const char *end = p + PyUnicode_GET_LENGTH(text);
    while ((p = memchr(p, '.', (size_t)(end - p)))) {
        for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
            if (starts_with(p, end, endings[i])) {
                unsigned char next = (unsigned char)p[strlen(endings[i])];
                if (!is_letter(next) && !is_digit(next)) {
                    return true;
                }
            }
        }
        p++;
    }
    return false;
}

/* Returns the value as a text; NULL, with the reason in `found`, if it is odd or memory is short.
   */
static PyObject *
trim_value(Found *found, const Attribute *attribute)
{
    PyObject *text = text_of_value(attribute);
    found->failed |= !text;
    if (text && !is_trim(text)) {
        found->odd = true;
        Py_CLEAR(text);
    }
    return text;
}

/* guesses: only what looks like the address of an image counts. */
static void
add_lazy(Found *found, const Attribute *attribute, bool guesses)
{
    PyObject *text = trim_value(found, attribute);
    if (text && (guesses ? has_image_name(text) : is_shown(found, text, false))) {
        FoundLink link = {.href = text, .kind = FROM_LAZY};
        add_link(found, &link);
    } else {
        Py_XDECREF(text);
    }
}

/* ---- the best first ---- */

static bool
is_better(const FoundLink *one, const FoundLink *other)
{
    if (one->is_new != other->is_new) {
        return other->is_new;
    }
    if (one->width != other->width) {
        return one->width > other->width;
    }
    return (one->has_density ? one->density : 1) > (other->has_density ? other->density : 1);
}

static void
sort_links(Found *found)
{
    for (unsigned i = 1; i < found->count; i++) {
        FoundLink link = found->links[i];
        unsigned at = i;
        for (; at > 0 && is_better(&link, &found->links[at - 1]); at--) {
            found->links[at] = found->links[at - 1];
        }
        found->links[at] = link;
    }
}

static PyObject *
link_of(const FoundLink *found)
{
    PyObject *link = new_record(link_type, 3);
    PyObject *width = found->width ? PyLong_FromLong(found->width) : Py_NewRef(Py_None);
    PyObject *density = found->has_density ? PyFloat_FromDouble(found->density)
                                           : Py_NewRef(Py_None);
    if (!link || !width || !density) {
        Py_XDECREF(link);
        Py_XDECREF(width);
        Py_XDECREF(density);
        return NULL;
    }
    PyTuple_SET_ITEM(link, 0, Py_NewRef(found->href));
    PyTuple_SET_ITEM(link, 1, width);
    PyTuple_SET_ITEM(link, 2, density);
    return link;
}

/* Returns a tuple of Link. */
static PyObject *
sorted_links(Found *found)
{
    sort_links(found);
    unsigned count = found->count < MOST_LINKS ? found->count : MOST_LINKS;
    PyObject *links = PyTuple_New(count);
    for (unsigned i = 0; links && i < count; i++) {
        PyObject *link = link_of(&found->links[i]);
        if (link) {
            PyTuple_SET_ITEM(links, i, link);
        } else {
            Py_CLEAR(links);
        }
    }
    return links;
}

static void
forget_links(Found *found)
{
    while (found->count) {
        Py_DECREF(found->links[--found->count].href);
    }
}

#endif
