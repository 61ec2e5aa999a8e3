/* The events of a page without building its tree. See scanner.py. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "native/tokens.h"

static const char *const wanted_names[] = {
    "base", "meta", "img", "source", "title", "h", "figcaption", "licence", "json_ld",
    "picture", "a", "figure", "noscript", "/a", "social",
};

PyDoc_STRVAR(events_doc,
             "events(page: bytes, wanted: int) -> list[Event] | str\n\n"
             "The events, or why a parser has to be asked. wanted: a bit for each of WANTED.");

static PyObject *
events(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    const char *page;
    Py_ssize_t length;
    unsigned wanted;
    if (!PyArg_ParseTuple(arguments, "y#I", &page, &length, &wanted)) {
        return NULL;
    }
    State *s = PyMem_Calloc(1, sizeof *s);
    if (!s) {
        return PyErr_NoMemory();
    }
    s->page = page;
    s->end = page + length;
    s->wanted = wanted;
    s->events = PyList_New(0);
    if (memchr(page, 0, (size_t)length)) {
        doubt(s, "a null byte");
    } else if (s->events) {
        scan(s);
    }
    PyObject *result = NULL;
    if (s->words.failed) {
        PyErr_NoMemory();
    } else if (!PyErr_Occurred()) {
        result = s->doubt ? PyUnicode_FromString(s->doubt) : Py_XNewRef(s->events);
    }
    Py_XDECREF(s->events);
    Py_XDECREF(s->heading_text);
    PyMem_Free(s->words.bytes);
    PyMem_Free(s);
    return result;
}

static PyMethodDef methods[] = {
    {"events", events, METH_VARARGS, events_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_scanner", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit__scanner(void)
{
    fill_tags();
    fill_ends();
    PyObject *module = PyModule_Create(&definition);
    PyObject *names = PyTuple_New(sizeof wanted_names / sizeof *wanted_names);
    for (size_t i = 0; names && i < sizeof wanted_names / sizeof *wanted_names; i++) {
        PyTuple_SET_ITEM(names, (Py_ssize_t)i, PyUnicode_FromString(wanted_names[i]));
    }
    if (!module || !names || fill_refs() < 0
        || PyModule_AddObjectRef(module, "WANTED", names) < 0) {
        Py_XDECREF(names);
        Py_XDECREF(module);
        return NULL;
    }
    Py_DECREF(names);
    return module;
}
