/* The attributes of a tag, by the tokenizer's rules. */
#ifndef ATTRIBUTES_H
#define ATTRIBUTES_H

#include "state.h"

typedef struct {
    const char *name, *name_end, *value, *value_end; /* value: NULL if there is none */
} Attribute;

/* Bytes that end the name of an attribute, an unquoted value, the name of a tag. */
enum { ENDS_NAME = 1, ENDS_VALUE = 2, ENDS_TAG_NAME = 4 };
static unsigned char ends[256];

static void
fill_ends(void)
{
    for (const char *c = " \n\t\r\f>"; *c; c++) {
        ends[(unsigned char)*c] = ENDS_NAME | ENDS_VALUE | ENDS_TAG_NAME;
    }
    ends['='] = ENDS_NAME;
    ends['/'] = ENDS_NAME | ENDS_TAG_NAME;
}

/* Reads one attribute from p on and returns where it ends. At the end of the tag name is NULL, and
   p is behind the '>'; returns NULL if the page ends before. */
static inline const char *
next_attribute(const char *p, const char *end, Attribute *out, bool *self_closing)
{
    CHECK(p <= end);
    out->name = out->value = NULL;
    while (p < end && (is_space((unsigned char)*p) || *p == '/')) {
        *self_closing = *p++ == '/';
    }
    if (p >= end) {
        return NULL;
    }
    if (*p == '>') {
        return p + 1;
    }
    *self_closing = false;
    out->name = p++;
    while (p < end && !(ends[(unsigned char)*p] & ENDS_NAME)) {
        p++;
    }
    out->name_end = p;
    while (p < end && is_space((unsigned char)*p)) {
        p++;
    }
    if (p >= end || *p != '=') {
        return p < end ? p : NULL;
    }
    p++;
    while (p < end && is_space((unsigned char)*p)) {
        p++;
    }
    if (p >= end) {
        return NULL;
    }
    if (*p == '"' || *p == '\'') {
        out->value = p + 1;
        out->value_end = memchr(p + 1, *p, (size_t)(end - p - 1));
        return out->value_end ? out->value_end + 1 : NULL;
    }
    if (*p == '>') {
        return p;
    }
    out->value = p;
    while (p < end && !(ends[(unsigned char)*p] & ENDS_VALUE)) {
        p++;
    }
    out->value_end = p;
    return p < end ? p : NULL;
}

/* Compares the attribute's name, in any case. */
static bool
is_called(const Attribute *attribute, const char *name)
{
    size_t length = (size_t)(attribute->name_end - attribute->name);
    return strlen(name) == length && !PyOS_mystrnicmp(attribute->name, name, (Py_ssize_t)length);
}

/* Formatting elements are reconstructed from one tag, and each time its attributes are read: a page
   with many of both would take for ever. */
static void
count_reading(State *s, size_t at, const char *to)
{
    CHECK(at <= (size_t)((to ? to : s->end) - s->page));
    s->read_again += (size_t)((to ? to : s->end) - s->page) - at;
    if (s->read_again > ((size_t)1 << 20) + 8 * (size_t)(s->end - s->page)) {
        bail_out(s, "the same attributes too often");
    }
}

/* Finds the first attribute of that name; false if there is none. */
static bool
find_attribute(State *s, size_t at, const char *name, Attribute *out)
{
    bool self_closing;
    const char *p = at ? s->page + at : NULL;
    while (p && (p = next_attribute(p, s->end, out, &self_closing)) && out->name) {
        if (is_called(out, name)) {
            count_reading(s, at, p);
            return true;
        }
    }
    if (at) {
        count_reading(s, at, p);
    }
    return false;
}

static PyObject *
text_of_value(const Attribute *attribute)
{
    if (!attribute->value) {
        return PyUnicode_FromStringAndSize("", 0);
    }
    size_t length = (size_t)(attribute->value_end - attribute->value);
    bool has_refs = memchr(attribute->value, '&', length);
    if (!has_refs && !memchr(attribute->value, '\r', length)) {
        return PyUnicode_DecodeUTF8(attribute->value, (Py_ssize_t)length, "replace");
    }
    Buffer decoded = {0};
    append_decoded(&decoded, attribute->value, attribute->value_end, true, has_refs);
    PyObject *text = decoded.failed
        ? PyErr_NoMemory()
        : PyUnicode_DecodeUTF8(decoded.bytes, (Py_ssize_t)decoded.length, "replace");
    PyMem_Free(decoded.bytes);
    return text;
}

static PyObject *
text_of_name(State *s, const Attribute *attribute)
{
    size_t length = (size_t)(attribute->name_end - attribute->name);
    char lower[64], *name = length <= sizeof lower ? lower : PyMem_Malloc(length);
    if (!name) {
        return PyErr_NoMemory();
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)attribute->name[i];
        name[i] = (char)((unsigned char)(c - 'A') < 26 ? c | 32 : c);
    }
    PyObject *text = PyUnicode_DecodeUTF8(name, (Py_ssize_t)length, NULL);
    if (name != lower) {
        PyMem_Free(name);
    }
    if (!text && PyErr_ExceptionMatches(PyExc_UnicodeDecodeError)) {
        PyErr_Clear();
        bail_out(s, "an attribute's name is not UTF-8");
        return NULL;
    }
    return text;
}

/* Returns a new dict; NULL with an exception, or without one after a bail-out. */
static PyObject *
attributes_at(State *s, size_t at)
{
    PyObject *found = PyDict_New();
    Attribute attribute;
    bool self_closing;
    const char *p = at ? s->page + at : NULL;
    while (found && p && (p = next_attribute(p, s->end, &attribute, &self_closing))
           && attribute.name) {
        PyObject *name = text_of_name(s, &attribute);
        PyObject *value = name ? text_of_value(&attribute) : NULL;
        if (!value || !PyDict_SetDefault(found, name, value)) {
            Py_CLEAR(found);
        }
        Py_XDECREF(name);
        Py_XDECREF(value);
    }
    if (at) {
        count_reading(s, at, p);
    }
    return found;
}

#endif
