/* A page's images -> its rows, as rows.py says, at a tenth of its time. */

#include "native/addresses.h"
#include "native/md5.h"

/* The places of what an image gives in Row, of what it has in Image. */
enum {
    UID, URL, TEXT, TEXT_SOURCE, PROBLEM = 8, URL_RAW, URL_SOURCE, URL_CANDIDATES, CANONICAL_URL,
    TEXT_FIXED, HEADING = 15, HTML_WIDTH = 17, HTML_HEIGHT, ROW_FIELDS = 22,
};
enum { LINKS, SOURCE, TEXTS, WIDTH, HEIGHT, IMAGE_HEADING, IMAGE_FIELDS };

static PyObject *mended;

static const Borrowed borrowed[] = {
    {"pipeline.extract.urls", "absolute", &absolute},
    {"pipeline.extract.urls", "bad_url", &bad_url},
    {"pipeline.extract.canonical", "canonical_url", &canonical_url},
    {"pipeline.extract.texts", "mended", &mended},
};

typedef struct {
    PyObject *common, *candidate_type, *seen, *rows;
    Base base;
} Making;

/* Takes the value away from the caller; false if it is NULL. */
static bool
set(PyObject *row, Py_ssize_t field, PyObject *value)
{
    CHECK(field >= 0 && field < PyTuple_GET_SIZE(row));
    if (!value) {
        return false;
    }
    PyObject *old = PyTuple_GET_ITEM(row, field);
    PyTuple_SET_ITEM(row, field, value);
    Py_XDECREF(old);
    return true;
}

static PyObject *
copied(PyObject *row)
{
    PyObject *copy = new_record((PyObject *)Py_TYPE(row), ROW_FIELDS);
    for (Py_ssize_t i = 0; copy && i < ROW_FIELDS; i++) {
        PyTuple_SET_ITEM(copy, i, Py_NewRef(PyTuple_GET_ITEM(row, i)));
    }
    return copy;
}

static PyObject *
uid_of(PyObject *url, PyObject *text)
{
    Py_ssize_t url_length, text_length;
    const char *url_bytes = PyUnicode_AsUTF8AndSize(url, &url_length);
    const char *text_bytes = PyUnicode_AsUTF8AndSize(text, &text_length);
    Md5 md5;
    char digits[32];
    if (!url_bytes || !text_bytes) {
        return NULL;
    }
    md5_start(&md5);
    md5_add(&md5, url_bytes, (size_t)url_length + 1); /* with the NUL behind it */
    md5_add(&md5, text_bytes, (size_t)text_length);
    md5_end(&md5, digits);
    return joined(digits, 32, "", 0);
}

static PyObject *
text_fixed(PyObject *text)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    if (PyUnicode_IS_COMPACT_ASCII(text)
        && !memchr(PyUnicode_1BYTE_DATA(text), '&', (size_t)length)) {
        return Py_NewRef(Py_None);
    }
    return PyObject_CallOneArg(mended, text);
}

/* ---- the addresses of an image ---- */

static bool
is_there(PyObject *candidates, PyObject *url)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(candidates); i++) {
        PyObject *other = PyTuple_GET_ITEM(PyList_GET_ITEM(candidates, i), 0);
        if (other == url || PyUnicode_Compare(other, url) == 0) {
            return true;
        }
    }
    return false;
}

static int
add_candidate(Making *m, PyObject *candidates, PyObject *url, PyObject *link)
{
    PyObject *candidate = new_record(m->candidate_type, 3);
    if (!candidate) {
        return -1;
    }
    PyTuple_SET_ITEM(candidate, 0, Py_NewRef(url));
    PyTuple_SET_ITEM(candidate, 1, Py_NewRef(PyTuple_GET_ITEM(link, 1)));
    PyTuple_SET_ITEM(candidate, 2, Py_NewRef(PyTuple_GET_ITEM(link, 2)));
    int failed = PyList_Append(candidates, candidate);
    Py_DECREF(candidate);
    return failed;
}

/* Sets what the row says of addresses: the first link that leads somewhere is the image's. */
static bool
set_url(PyObject *row, PyObject *raw, PyObject *url)
{
    return set(row, URL_RAW, Py_NewRef(raw)) && set(row, URL, Py_NewRef(url))
        && set(row, CANONICAL_URL, canonical_of(url));
}

static bool
set_link(Making *m, PyObject *row, PyObject *link, PyObject *candidates)
{
    PyObject *raw = PyTuple_GET_ITEM(link, 0), *url = address_of(raw, &m->base);
    bool done = url != NULL;
    if (done && url != Py_None) {
        if (PyTuple_GET_ITEM(row, URL) == Py_None) {
            done = set_url(row, raw, url);
        }
        if (candidates && !is_there(candidates, url)) {
            done = done && add_candidate(m, candidates, url, link) == 0;
        }
    }
    Py_XDECREF(url);
    return done;
}

static bool
set_bad_url(PyObject *row, PyObject *link)
{
    PyObject *raw = PyTuple_GET_ITEM(link, 0);
    return set(row, URL_RAW, Py_NewRef(raw))
        && set(row, PROBLEM, PyObject_CallOneArg(bad_url, raw));
}

static bool
set_links(Making *m, PyObject *row, PyObject *links)
{
    CHECK(PyTuple_Check(links) && PyTuple_GET_SIZE(links));
    Py_ssize_t count = PyTuple_GET_SIZE(links);
    PyObject *candidates = count > 1 ? PyList_New(0) : NULL;
    bool done = candidates || count == 1;
    for (Py_ssize_t i = 0; done && i < count; i++) {
        done = set_link(m, row, PyTuple_GET_ITEM(links, i), candidates);
    }
    if (done && PyTuple_GET_ITEM(row, URL) == Py_None) {
        done = set_bad_url(row, PyTuple_GET_ITEM(links, 0));
    }
    if (done && candidates && PyList_GET_SIZE(candidates) > 1) {
        done = set(row, URL_CANDIDATES, PyList_AsTuple(candidates));
    }
    Py_XDECREF(candidates);
    return done;
}

/* ---- rows ---- */

/* Whether the page has given this pair before; it has from now on. -1 with an exception. */
static int
is_repeated(Making *m, PyObject *row)
{
    PyObject *url = PyTuple_GET_ITEM(row, URL);
    PyObject *place = url == Py_None ? PyTuple_GET_ITEM(row, PROBLEM) : url;
    PyObject *key = PyTuple_Pack(2, place, PyTuple_GET_ITEM(row, TEXT));
    int found = key ? PySet_Contains(m->seen, key) : -1;
    if (!found && PySet_Add(m->seen, key) < 0) {
        found = -1;
    }
    Py_XDECREF(key);
    return found;
}

static bool
add_row(Making *m, PyObject *image_row, PyObject *text)
{
    PyObject *source = PyTuple_GET_ITEM(text, 0), *words = PyTuple_GET_ITEM(text, 1);
    PyObject *row = copied(image_row);
    bool done = row && set(row, TEXT, Py_NewRef(words));
    int repeated = done ? is_repeated(m, row) : -1;
    if (repeated == 0) {
        PyObject *url = PyTuple_GET_ITEM(row, URL);
        done = set(row, TEXT_SOURCE, Py_NewRef(source))
            && (url == Py_None || set(row, UID, uid_of(url, words)))
            && set(row, TEXT_FIXED, text_fixed(words)) && PyList_Append(m->rows, row) == 0;
    }
    Py_XDECREF(row);
    return done && repeated >= 0;
}

static bool
add_image(Making *m, PyObject *image)
{
    if (!PyTuple_Check(image) || PyTuple_GET_SIZE(image) != IMAGE_FIELDS) {
        PyErr_SetString(PyExc_TypeError, "rows wants images as offers.py describes them");
        return false;
    }
    PyObject *row = copied(m->common), *texts = PyTuple_GET_ITEM(image, TEXTS);
    bool done = row && set(row, URL_SOURCE, Py_NewRef(PyTuple_GET_ITEM(image, SOURCE)))
        && set(row, HTML_WIDTH, Py_NewRef(PyTuple_GET_ITEM(image, WIDTH)))
        && set(row, HTML_HEIGHT, Py_NewRef(PyTuple_GET_ITEM(image, HEIGHT)))
        && set(row, HEADING, Py_NewRef(PyTuple_GET_ITEM(image, IMAGE_HEADING)))
        && set_links(m, row, PyTuple_GET_ITEM(image, LINKS));
    for (Py_ssize_t i = 0; done && i < PyTuple_GET_SIZE(texts); i++) {
        done = add_row(m, row, PyTuple_GET_ITEM(texts, i));
    }
    Py_XDECREF(row);
    return done;
}

PyDoc_STRVAR(rows_doc,
             "rows(common: Row, images: list[Image], base: str | None, candidate: type[Candidate])"
             " -> list[Row]\n\nThe rows of a page. common: what they share.");

static PyObject *
rows(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    Making m = {0};
    PyObject *images, *base;
    if (!PyArg_ParseTuple(arguments, "O!O!OO!", &PyTuple_Type, &m.common, &PyList_Type, &images,
                          &base, &PyType_Type, &m.candidate_type)) {
        return NULL;
    }
    if (PyTuple_GET_SIZE(m.common) != ROW_FIELDS || (base != Py_None && !PyUnicode_Check(base))) {
        PyErr_SetString(PyExc_TypeError, "rows wants a Row and a base that is a str or None");
        return NULL;
    }
    m.base = base_of(base);
    m.seen = PySet_New(NULL);
    m.rows = PyList_New(0);
    bool done = m.seen && m.rows;
    for (Py_ssize_t i = 0; done && i < PyList_GET_SIZE(images); i++) {
        done = add_image(&m, PyList_GET_ITEM(images, i));
    }
    Py_XDECREF(m.seen);
    if (!done) {
        Py_CLEAR(m.rows);
    }
    return m.rows;
}

static PyMethodDef methods[] = {
    {"rows", rows, METH_VARARGS, rows_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_rows", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit__rows(void)
{
    fill_url_kinds();
    if (!borrow(borrowed, sizeof borrowed / sizeof *borrowed)) {
        return NULL;
    }
    return PyModule_Create(&definition);
}
