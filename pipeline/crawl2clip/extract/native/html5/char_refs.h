/* Decodes the bytes of a page to text: character references, line ends. */
#ifndef REFS_H
#define REFS_H

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "../../../shared/native/check.h"

typedef struct {
    char *bytes;
    size_t length, room;
    bool failed;
} Buffer;

static void
append(Buffer *out, const char *bytes, size_t length)
{
    if (!length) {
        return;
    }
    if (out->room - out->length < length) {
        size_t room = (out->length + length) * 2 + 64;
        char *grown = PyMem_Realloc(out->bytes, room);
        if (!grown) {
            out->failed = true;
            return;
        }
        out->bytes = grown;
        out->room = room;
    }
    CHECK(out->length <= out->room && out->room - out->length >= length);
    memcpy(out->bytes + out->length, bytes, length);
    out->length += length;
}

/* Names without the '&', with the ';' if they have one; from Python's html.entities.html5. */
enum { REF_SLOTS = 8192, LONGEST_NAME = 32 };
typedef struct {
    char name[LONGEST_NAME + 1];
    unsigned char name_length, text_length;
    char text[8];
} Ref;
static Ref refs[REF_SLOTS];

static unsigned
ref_slot(const char *name, size_t length)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)name[i]) * 16777619u;
    }
    return (hash ^ hash >> 15) % REF_SLOTS;
}

static Ref *
find_ref(const char *name, size_t length)
{
    unsigned at = ref_slot(name, length);
    while (refs[at].name_length
           && (refs[at].name_length != length || memcmp(refs[at].name, name, length))) {
        at = (at + 1) % REF_SLOTS;
    }
    return &refs[at];
}

static int
fill_refs(void)
{
    PyObject *module = PyImport_ImportModule("html.entities");
    PyObject *names = module ? PyObject_GetAttrString(module, "html5") : NULL;
    PyObject *name, *text;
    Py_ssize_t at = 0;
    while (names && PyDict_Next(names, &at, &name, &text)) {
        Py_ssize_t name_length, text_length;
        const char *n = PyUnicode_AsUTF8AndSize(name, &name_length);
        const char *t = PyUnicode_AsUTF8AndSize(text, &text_length);
        if (!n || !t) {
            break;
        }
        if (name_length > LONGEST_NAME || text_length > 8) {
            PyErr_SetString(PyExc_ValueError, "html.entities.html5 has a name too long");
            break;
        }
        Ref *ref = find_ref(n, (size_t)name_length);
        ref->name_length = (unsigned char)name_length;
        ref->text_length = (unsigned char)text_length;
        memcpy(ref->name, n, (size_t)name_length);
        memcpy(ref->text, t, (size_t)text_length);
    }
    Py_XDECREF(names);
    Py_XDECREF(module);
    return PyErr_Occurred() ? -1 : 0;
}

static inline bool
is_letter(unsigned char c)
{
    return (unsigned char)((c | 32) - 'a') < 26;
}

static inline bool
is_digit(unsigned char c)
{
    return (unsigned char)(c - '0') < 10;
}

static inline bool
is_space(unsigned char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

/* What browsers read 0x80 to 0x9f as: https://html.spec.whatwg.org/#numeric-character-reference-end-state */
static const uint16_t windows_1252[32] = {
    0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160,
    0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e, 0x178,
};

static void
append_code_point(Buffer *out, uint32_t c)
{
    char utf8[4];
    if (c >= 0x80 && c < 0xa0) {
        c = windows_1252[c - 0x80];
    }
    if (!c || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
        c = 0xfffd;
    }
    if (c < 0x80) {
        utf8[0] = (char)c;
        append(out, utf8, 1);
    } else if (c < 0x800) {
        utf8[0] = (char)(0xc0 | c >> 6);
        utf8[1] = (char)(0x80 | (c & 63));
        append(out, utf8, 2);
    } else if (c < 0x10000) {
        utf8[0] = (char)(0xe0 | c >> 12);
        utf8[1] = (char)(0x80 | (c >> 6 & 63));
        utf8[2] = (char)(0x80 | (c & 63));
        append(out, utf8, 3);
    } else {
        utf8[0] = (char)(0xf0 | c >> 18);
        utf8[1] = (char)(0x80 | (c >> 12 & 63));
        utf8[2] = (char)(0x80 | (c >> 6 & 63));
        utf8[3] = (char)(0x80 | (c & 63));
        append(out, utf8, 4);
    }
}

static int
digit_value(unsigned char c, unsigned base)
{
    if (is_digit(c)) {
        return c - '0';
    }
    unsigned char low = c | 32;
    return base == 16 && low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* Both take p at the '&' and return where the reference ends; p itself if there is none. */
static const char *
numeric_ref(Buffer *out, const char *p, const char *end)
{
    unsigned base = end - p > 2 && (p[2] | 32) == 'x' ? 16 : 10;
    const char *digits = p + (base == 16 ? 3 : 2), *at = digits;
    uint32_t number = 0;
    for (int value; at < end && (value = digit_value((unsigned char)*at, base)) >= 0; at++) {
        number = number > 0x10ffff ? number : number * base + (uint32_t)value;
    }
    if (at == digits) {
        return p;
    }
    append_code_point(out, number);
    return at < end && *at == ';' ? at + 1 : at;
}

static const char *
named_ref(Buffer *out, const char *p, const char *end, bool in_attribute)
{
    CHECK(end - p > 1);
    size_t most = 0, room = (size_t)(end - p - 1);
    while (most < room && most < LONGEST_NAME
           && (is_letter((unsigned char)p[1 + most]) || is_digit((unsigned char)p[1 + most]))) {
        most++;
    }
    if (most < room && most < LONGEST_NAME && p[1 + most] == ';') {
        most++;
    }
    for (size_t length = most; length > 1; length--) {
        Ref *ref = find_ref(p + 1, length);
        if (!ref->name_length) {
            continue;
        }
        unsigned char next = length < room ? (unsigned char)p[1 + length] : 0;
        if (in_attribute && p[length] != ';'
            && (next == '=' || is_letter(next) || is_digit(next))) {
            return p;
        }
        append(out, ref->text, ref->text_length);
        return p + 1 + length;
    }
    return p;
}

/* in_attribute: `&copy=2` is no reference there. */
static void
append_decoded(Buffer *out, const char *p, const char *end, bool in_attribute, bool has_refs)
{
    const char *plain = p;
    CHECK(p <= end);
    while (p < end) {
        if (*p == '\r') {
            append(out, plain, (size_t)(p - plain));
            append(out, "\n", 1);
            p += end - p > 1 && p[1] == '\n' ? 2 : 1;
            plain = p;
        } else if (*p == '&' && has_refs && end - p > 1) {
            append(out, plain, (size_t)(p - plain));
            const char *after = p[1] == '#' ? numeric_ref(out, p, end)
                                            : named_ref(out, p, end, in_attribute);
            plain = after;
            p = after > p ? after : p + 1;
        } else {
            p++;
        }
    }
    append(out, plain, (size_t)(end - plain));
}

#endif
