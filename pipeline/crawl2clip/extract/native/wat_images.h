/* Makes Images of links of which only a src and texts are known, as in a WAT record. */
#ifndef PLAIN_H
#define PLAIN_H

#include "html5/images.h"

static PyObject *url_word, *attribute_words[OWN_TEXTS];

static bool
fill_plain_words(void)
{
    url_word = PyUnicode_InternFromString("url");
    attribute_words[ALT] = PyUnicode_InternFromString("alt");
    attribute_words[TITLE] = PyUnicode_InternFromString("title");
    return url_word && attribute_words[ALT] && attribute_words[TITLE];
}

/* How links become images. wanted: bits of the texts. decode: replaces character references, None
   if none are left. odd: makes the image of a src that is not plain. */
typedef struct {
    PyObject *decode, *odd;
    unsigned wanted;
} LinkReader;

/* Returns the attribute, decoded: a text or None; NULL with an exception. */
static PyObject *
linked_value(const LinkReader *t, PyObject *link, PyObject *name)
{
    PyObject *text = PyObject_GetAttr(link, name);
    if (!text || !PyUnicode_Check(text) || t->decode == Py_None) {
        return text;
    }
    if (PyUnicode_FindChar(text, '&', 0, PyUnicode_GET_LENGTH(text), 1) >= 0) {
        Py_SETREF(text, PyObject_CallOneArg(t->decode, text));
    }
    return text;
}

/* Adds (source, text) if the image has such a text; false with an exception. */
static bool
add_linked_text(const LinkReader *t, PyObject *texts, PyObject *link, unsigned which)
{
    PyObject *text = linked_value(t, link, attribute_words[which]);
    PyObject *clean = text && PyUnicode_Check(text) ? collapsed_text(text) : Py_XNewRef(text);
    bool done = clean != NULL;
    if (done && PyUnicode_Check(clean) && PyUnicode_GET_LENGTH(clean)) {
        PyObject *pair = PyTuple_Pack(2, text_words[which], clean);
        done = pair && PyList_Append(texts, pair) == 0;
        Py_XDECREF(pair);
    }
    Py_XDECREF(clean);
    Py_XDECREF(text);
    return done;
}

/* Returns the texts as a tuple, empty if there are none. */
static PyObject *
linked_texts(const LinkReader *t, PyObject *link)
{
    PyObject *texts = PyList_New(0), *tuple = NULL;
    bool done = texts != NULL;
    for (unsigned i = ALT; done && i <= TITLE; i++) {
        done = !(t->wanted >> i & 1) || add_linked_text(t, texts, link, i);
    }
    if (done) {
        tuple = PyList_AsTuple(texts);
    }
    Py_XDECREF(texts);
    return tuple;
}

/* Returns the Image; None if its src is not plain; NULL with an exception. */
static PyObject *
linked_image(PyObject *src, PyObject *texts)
{
    Found found;
    start_links(&found);
    if (!PyUnicode_Check(src) || !is_trim(src) || !is_shown(&found, src, false)) {
        return found.failed ? NULL : Py_NewRef(Py_None);
    }
    FoundLink link = {.href = Py_NewRef(src), .kind = FROM_SRC};
    add_link(&found, &link);
    PyObject *links = sorted_links(&found);
    PyObject *image = image_of((PyObject *[]){links, Py_NewRef(link_kind_words[FROM_SRC]),
                                              Py_NewRef(texts), Py_NewRef(Py_None),
                                              Py_NewRef(Py_None), Py_NewRef(Py_None)});
    forget_links(&found);
    return image;
}

/* Adds the image of the link, if any; false with an exception. */
static bool
add_linked(const LinkReader *t, PyObject *images, PyObject *link)
{
    PyObject *texts = linked_texts(t, link);
    if (!texts || !PyTuple_GET_SIZE(texts)) {
        Py_XDECREF(texts);
        return texts != NULL;
    }
    PyObject *src = linked_value(t, link, url_word);
    PyObject *image = src ? linked_image(src, texts) : NULL;
    if (image == Py_None) {
        Py_SETREF(image, PyObject_CallFunctionObjArgs(t->odd, src, texts, NULL));
    }
    bool done = image && (image == Py_None || PyList_Append(images, image) == 0);
    Py_XDECREF(image);
    Py_XDECREF(src);
    Py_DECREF(texts);
    return done;
}

#endif
