/* Declares what the C code uses of Python: the types it makes, and the functions for odd values. */
#ifndef PYTHON_H
#define PYTHON_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "../../shared/native/check.h"

typedef struct {
    const char *module, *name;
    PyObject **place;
} Borrowed;

static inline bool
borrow(const Borrowed *wanted, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        PyObject *module = PyImport_ImportModule(wanted[i].module);
        *wanted[i].place = module ? PyObject_GetAttrString(module, wanted[i].name) : NULL;
        Py_XDECREF(module);
        if (!*wanted[i].place) {
            return false;
        }
    }
    return true;
}

/* Returns a new NamedTuple, whose fields the caller must set; only this file makes one so. Its
   fields are older and never change, so it is in no cycle: the garbage collector need not track it.
   */
static PyObject *
new_record(PyObject *type, Py_ssize_t fields)
{
    PyObject *record = ((PyTypeObject *)type)->tp_alloc((PyTypeObject *)type, fields);
    if (record) {
        PyObject_GC_UnTrack(record);
    }
    return record;
}

/* Long texts are compared by their hashes, each computed once: where all are compared with all,
   those with a common prefix would take for ever. */
static inline bool
is_same_text(PyObject *one, PyObject *other)
{
    enum { SHORT = 256 };
    Py_ssize_t length = PyUnicode_GET_LENGTH(one);
    if (one == other || length != PyUnicode_GET_LENGTH(other)) {
        return one == other;
    }
    return (length < SHORT || PyObject_Hash(one) == PyObject_Hash(other))
        && PyUnicode_Compare(one, other) == 0;
}

#endif
