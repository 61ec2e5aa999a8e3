/* Resolves links in which there is nothing that a URL parser would change. All other links are left
   to `absolute` and `canonical_url`, which define the result. */
#ifndef ADDRESSES_H
#define ADDRESSES_H

#include "python.h"

static PyObject *absolute, *canonical_url, *bad_url;

/* What the links of a page are joined with; room is 0 if its own address is invalid. */
typedef struct {
    PyObject *whole;
    const char *text;
    Py_ssize_t scheme, origin, folder; /* lengths: `http:`, up to the path, with its last slash */
} Base;

enum { SAFE = 1, LABEL = 2 };
static unsigned char url_kinds[256];

static void
fill_url_kinds(void)
{
    const char *letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (const char *c = letters; *c; c++) {
        url_kinds[(unsigned char)*c] = SAFE | LABEL;
        url_kinds[(unsigned char)Py_TOUPPER(*c)] |= SAFE;
    }
    for (const char *c = "_~/.,:;=&?%@!*()+-"; *c; c++) {
        url_kinds[(unsigned char)*c] |= SAFE;
    }
    url_kinds['-'] |= LABEL;
}

static Base
base_of(PyObject *whole)
{
    Base base = {.whole = whole};
    Py_ssize_t length;
    if (whole == Py_None || !PyUnicode_IS_ASCII(whole)) {
        return base;
    }
    const char *text = PyUnicode_AsUTF8AndSize(whole, &length); /* as it stands in it: no failure */
    Py_ssize_t host = !strncmp(text, "https://", 8) ? 8 : !strncmp(text, "http://", 7) ? 7 : 0;
    const char *slash = host ? strchr(text + host, '/') : NULL;
    bool has_user = slash && memchr(text, '@', (size_t)(slash - text));
    if (slash && slash > text + host && !has_user) {
        base.text = text;
        base.scheme = host - 2;
        base.origin = slash - text;
        Py_ssize_t path = (Py_ssize_t)strcspn(text, "?#");
        while (path > base.origin && text[path - 1] != '/') {
            path--;
        }
        base.folder = path;
    }
    return base;
}

/* Returns whether the text is free of characters that a parser might change or take for steps. */
static bool
is_safe(const char *link, Py_ssize_t length)
{
    for (Py_ssize_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)link[i];
        if (!(url_kinds[c] & SAFE) || (c == '/' && link[i + 1] == '.')
            || (c == '%' && link[i + 1] == '2' && (link[i + 2] | 32) == 'e')
            || (c == 'x' && !strncmp(link + i, "xn--", 4))) {
            return false;
        }
    }
    return true;
}

/* Matches a host name in lower case with a dot in it and letters at its end, then a slash. */
static bool
starts_with_host(const char *p)
{
    for (int dots = 0;; dots++) {
        const char *label = p;
        bool is_word = true;
        if (*p == '-') {
            return false;
        }
        for (; url_kinds[(unsigned char)*p] & LABEL; p++) {
            is_word &= *p >= 'a';
        }
        if (*p == '/') {
            return dots && is_word && p - label >= 2;
        }
        if (*p++ != '.' || p - label == 1) {
            return false;
        }
    }
}

/* Returns how much of the base stands before a plain link; -1 if the link is not plain. */
static Py_ssize_t
length_before(const Base *base, const char *link, Py_ssize_t length)
{
    if (!is_safe(link, length)) {
        return -1;
    }
    if (link[0] == '/') {
        if (link[1] != '/') {
            return base->text ? base->origin : -1;
        }
        return base->text && starts_with_host(link + 2) ? base->scheme : -1;
    }
    if (!strncmp(link, "https://", 8) || !strncmp(link, "http://", 7)) {
        return starts_with_host(strchr(link, '/') + 2) ? 0 : -1;
    }
    bool is_path = length && link[0] != '.' && link[0] != '?' && !strchr(link, ':');
    return base->text && is_path ? base->folder : -1;
}

static PyObject *
joined(const char *one, Py_ssize_t one_length, const char *other, Py_ssize_t other_length)
{
    CHECK(one_length >= 0 && other_length >= 0);
    PyObject *whole = PyUnicode_New(one_length + other_length, 127);
    if (whole) {
        memcpy(PyUnicode_1BYTE_DATA(whole), one, (size_t)one_length);
        memcpy(PyUnicode_1BYTE_DATA(whole) + one_length, other, (size_t)other_length);
    }
    return whole;
}

/* Returns a new reference; None for an invalid link; NULL with an exception. */
static PyObject *
address_of(PyObject *link, const Base *base)
{
    if (PyUnicode_IS_COMPACT_ASCII(link)) {
        const char *text = (const char *)PyUnicode_1BYTE_DATA(link);
        Py_ssize_t length = PyUnicode_GET_LENGTH(link), before = length_before(base, text, length);
        if (before >= 0) {
            return before ? joined(base->text, before, text, length) : Py_NewRef(link);
        }
    }
    PyObject *url = PyObject_CallFunctionObjArgs(absolute, link, base->whole, NULL);
    if (!url && PyErr_ExceptionMatches(PyExc_ValueError)) {
        PyErr_Clear();
        return Py_NewRef(Py_None);
    }
    return url;
}

static PyObject *
canonical_of(PyObject *url)
{
    if (PyUnicode_IS_COMPACT_ASCII(url)) {
        const char *text = (const char *)PyUnicode_1BYTE_DATA(url);
        Py_ssize_t length = PyUnicode_GET_LENGTH(url);
        const char *host = strstr(text, "://");
        bool is_bare = host && strcspn(text, "?#") == (size_t)length;
        if (is_bare && host[3 + strcspn(host + 3, ":/")] == '/') {
            return text[4] == 's' ? Py_NewRef(url) : joined("https", 5, text + 4, length - 4);
        }
    }
    return PyObject_CallOneArg(canonical_url, url);
}

#endif
