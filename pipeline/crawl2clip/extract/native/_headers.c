/* Parses header lines into the fields that matter, as record_headers.py defines, in a tenth of its
   time. */

#include "python.h"

/* In the order of Head, behind `end` and `first_line`. */
static const char *const names[] = {
    "content-length", "content-type", "warc-type", "warc-date", "warc-target-uri",
    "warc-record-id", "transfer-encoding", "content-encoding", "x-robots-tag", "tdm-reservation",
};
enum { END, FIRST_LINE, FIRST_NAME, NAMES = sizeof names / sizeof *names };
static size_t name_lengths[NAMES];

static inline bool
is_printed(char c)
{
    return c >= ' ' && c <= '~';
}

/* Returns where the line breaks; NULL if it is irregular. */
static const char *
end_of_line(const char *p, const char *end)
{
    while (p < end && is_printed(*p)) {
        p++;
    }
    return end - p >= 2 && p[0] == '\r' && p[1] == '\n' ? p : NULL;
}

/* Returns the index of the field's name; NAMES if it is none of them. */
static size_t
name_at(const char *name, size_t length)
{
    size_t i = 0;
    while (i < NAMES && (length != name_lengths[i]
                         || PyOS_mystrnicmp(name, names[i], (Py_ssize_t)length))) {
        i++;
    }
    return i;
}

static PyObject *
ascii(const char *p, const char *end)
{
    while (p < end && *p == ' ') {
        p++;
    }
    while (p < end && end[-1] == ' ') {
        end--;
    }
    PyObject *text = PyUnicode_New(end - p, 127);
    if (text && end > p) {
        memcpy(PyUnicode_1BYTE_DATA(text), p, (size_t)(end - p));
    }
    return text;
}

/* Steals the reference to the value; false if that is NULL, or the field is set already. */
static bool
set(PyObject *head, size_t field, PyObject *value)
{
    CHECK(field < (size_t)PyTuple_GET_SIZE(head));
    if (!value || PyTuple_GET_ITEM(head, field)) {
        Py_XDECREF(value);
        return false;
    }
    PyTuple_SET_ITEM(head, field, value);
    return true;
}

/* Reads one header and returns where the next starts; NULL if it is irregular or with an exception.
   */
static const char *
take_line(PyObject *head, const char *p, const char *end)
{
    const char *stop = end_of_line(p, end);
    const char *colon = stop ? memchr(p, ':', (size_t)(stop - p)) : NULL;
    if (!colon || colon == p || memchr(p, ' ', (size_t)(colon - p))) {
        return NULL;
    }
    size_t name = name_at(p, (size_t)(colon - p));
    if (name < NAMES && !set(head, FIRST_NAME + name, ascii(colon + 1, stop))) {
        return NULL;
    }
    return stop + 2;
}

/* Reads all headers and returns where they end; NULL if one is irregular or with an exception. */
static const char *
take_lines(PyObject *head, const char *p, const char *end)
{
    const char *stop = p < end && *p != ' ' ? end_of_line(p, end) : NULL;
    if (!stop || stop == p || !set(head, FIRST_LINE, ascii(p, stop))) {
        return NULL;
    }
    p = take_line(head, stop + 2, end);
    while (p && !(end - p >= 2 && p[0] == '\r' && p[1] == '\n')) {
        p = take_line(head, p, end);
    }
    return p ? p + 2 : NULL;
}

static bool
fill_up(PyObject *head)
{
    for (size_t i = FIRST_NAME; i < FIRST_NAME + NAMES; i++) {
        if (!PyTuple_GET_ITEM(head, i) && !set(head, i, PyUnicode_New(0, 127))) {
            return false;
        }
    }
    return true;
}

PyDoc_STRVAR(head_doc,
             "head(data: bytes, start: int, most: int, type: type[Head]) -> Head | None\n\n"
             "The headers at `start`, of `most` bytes; None if they are odd.");

static PyObject *
head(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    const char *data;
    Py_ssize_t length, start, most;
    PyObject *type;
    if (!PyArg_ParseTuple(arguments, "y#nnO!", &data, &length, &start, &most, &PyType_Type,
                          &type)) {
        return NULL;
    }
    if (start < 0 || start > length || most < 0) {
        Py_RETURN_NONE;
    }
    PyObject *found = new_record(type, FIRST_NAME + NAMES);
    const char *end = data + (length - start < most ? length : start + most);
    const char *stop = found ? take_lines(found, data + start, end) : NULL;
    CHECK(!stop || stop <= end);
    if (stop && set(found, END, PyLong_FromSsize_t(stop - data)) && fill_up(found)) {
        return found;
    }
    Py_XDECREF(found);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static PyMethodDef methods[] = {
    {"head", head, METH_VARARGS, head_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_headers", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit__headers(void)
{
    for (size_t i = 0; i < NAMES; i++) {
        name_lengths[i] = strlen(names[i]);
    }
    return PyModule_Create(&definition);
}
