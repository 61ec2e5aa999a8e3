/* Reads the events of a page without building its tree. See scanner.py and README.md. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "wat_images.h"
#include "html5/tokens.h"

static const char *const wanted_names[] = {
    "base", "meta", "img", "source", "title", "h", "figcaption", "licence", "json_ld",
    "picture", "a", "figure", "noscript", "/a", "social",
};

/* For tests: a page with these bytes aborts the process; see abort_mark.py. */
static const char *abort_on;

static void
abort_on_mark(const char *page)
{
    if (abort_on && strstr(page, abort_on)) {
        abort();
    }
}

PyDoc_STRVAR(events_doc,
             "events(page: bytes, wanted: int, texts: int = 0, places: int = 0, most: int = 0)"
             " -> list[Event] | str\n\n"
             "Return the events, or the reason why the parser must read the page. wanted: a bit for"
             " each of WANTED. texts: a bit for each of OWN_TEXTS; if any is set, plain images are"
             " finished, and those without such a text are left out unless `most` images have come"
             " before. places: a bit for each of LINK_PLACES.");

static PyObject *
events(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    const char *page;
    Py_ssize_t length;
    unsigned wanted, texts = 0, places = 0;
    Py_ssize_t most = 0;
    if (!PyArg_ParseTuple(arguments, "y#I|IIn", &page, &length, &wanted, &texts, &places,
                          &most)) {
        return NULL;
    }
    abort_on_mark(page);
    State *s = PyMem_Calloc(1, sizeof *s);
    if (!s) {
        return PyErr_NoMemory();
    }
    s->page = page;
    s->end = page + length;
    s->wanted = wanted;
    s->own_texts = texts;
    s->kinds = places;
    s->most = (size_t)most;
    s->heading_slot = -1;
    s->events = PyList_New(0);
    if (length > LARGEST) {
        bail_out(s, "too large");
    } else if (memchr(page, 0, (size_t)length)) {
        bail_out(s, "a null byte");
    } else if (s->events) {
        scan(s);
    }
    PyObject *result = NULL;
    if (s->words.failed) {
        PyErr_NoMemory();
    } else if (!PyErr_Occurred()) {
        result = s->bail_out_reason ? PyUnicode_FromString(s->bail_out_reason) : Py_XNewRef(s->events);
    }
    Py_XDECREF(s->events);
    Py_XDECREF(s->heading_text);
    Py_XDECREF(s->heading_now);
    PyMem_Free(s->words.bytes);
    PyMem_Free(s);
    return result;
}

PyDoc_STRVAR(has_image_doc,
             "has_image(page: bytes) -> bool\n\n"
             "Return whether an `img` may start in the page, or an `image`, an alias to parsers.");

static PyObject *
has_image(PyObject *Py_UNUSED(module), PyObject *page)
{
    char *p;
    Py_ssize_t length;
    if (PyBytes_AsStringAndSize(page, &p, &length) < 0) {
        return NULL;
    }
    for (const char *end = p + length; (p = memchr(p, '<', (size_t)(end - p))); p++) {
        bool is_close = (p[1] | 32) == 'i' && (p[2] | 32) == 'm'; /* behind the page is a NUL */
        if (is_close && (!PyOS_mystrnicmp(p, "<img", 4) || !PyOS_mystrnicmp(p, "<image", 6))) {
            Py_RETURN_TRUE;
        }
    }
    Py_RETURN_FALSE;
}

PyDoc_STRVAR(linked_images_doc,
             "linked_images(links: list, kind: type, texts: int, decode: Callable | None, odd: Callable)"
             " -> list[Image]\n\n"
             "Return the images among the links, which are those of type `kind` with one of the"
             " texts; they have url, alt and title as attributes. decode: replaces character"
             " references. odd: makes the image of a src that is not plain.");

static PyObject *
linked_images(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *links, *kind;
    LinkReader reader;
    if (!PyArg_ParseTuple(arguments, "O!O!IOO", &PyList_Type, &links, &PyType_Type, &kind,
                          &reader.wanted, &reader.decode, &reader.odd)) {
        return NULL;
    }
    PyObject *images = PyList_New(0);
    for (Py_ssize_t i = 0; images && i < PyList_GET_SIZE(links); i++) {
        PyObject *link = PyList_GET_ITEM(links, i);
        if (Py_TYPE(link) == (PyTypeObject *)kind && !add_linked(&reader, images, link)) {
            Py_CLEAR(images);
        }
    }
    return images;
}

static PyMethodDef methods[] = {
    {"linked_images", linked_images, METH_VARARGS, linked_images_doc},
    {"has_image", has_image, METH_O, has_image_doc},
    {"events", events, METH_VARARGS, events_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_scanner", .m_size = -1, .m_methods = methods,
};

static const Borrowed borrowed[] = {
    {"crawl2clip.extract.html.page_model", "Image", &image_type},
    {"crawl2clip.extract.html.page_model", "Link", &link_type},
    {"crawl2clip.extract.html.img_links", "is_placeholder", &is_placeholder},
    {"crawl2clip.extract.html.page_model", "collapsed", &collapsed},
    {"crawl2clip.extract.html.page_model", "context", &context},
    {"crawl2clip.extract.html.dimensions", "pixels", &pixels},
};

/* Adds a tuple of names to the module; false with an exception. */
static bool
add_names(PyObject *module, const char *name, const char *const *words, size_t count)
{
    PyObject *names = PyTuple_New((Py_ssize_t)count);
    bool done = names != NULL;
    for (size_t i = 0; done && i < count; i++) {
        PyObject *word = PyUnicode_FromString(words[i]);
        done = word != NULL;
        PyTuple_SET_ITEM(names, (Py_ssize_t)i, word);
    }
    done = done && PyModule_AddObjectRef(module, name, names) == 0;
    Py_XDECREF(names);
    return done;
}

PyMODINIT_FUNC
PyInit__scanner(void)
{
    abort_on = getenv("CRAWL2CLIP_ABORT_ON");
    if (abort_on && !*abort_on) {
        abort_on = NULL;
    }
    fill_tags();
    fill_ends();
    if (fill_refs() < 0 || !borrow(borrowed, sizeof borrowed / sizeof *borrowed)
        || !fill_image_names() || !fill_plain_words()) {
        return NULL;
    }
    PyObject *module = PyModule_Create(&definition);
    if (!module
        || !add_names(module, "WANTED", wanted_names, sizeof wanted_names / sizeof *wanted_names)
        || !add_names(module, "LINK_PLACES", link_kind_names + 1, LINK_KINDS - 1)
        || !add_names(module, "OWN_TEXTS", image_names, OWN_TEXTS)) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
