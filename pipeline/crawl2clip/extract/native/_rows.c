/* Makes the rows of a page's images, as pair_rows.py defines, in a tenth of its time. */

#include "addresses.h"
#include "md5.h"

/* Indices of an image's fields in Row, and of its fields in Image. */
enum {
    UID, URL, TEXT, TEXT_SOURCE, PROBLEM = 8, URL_RAW, URL_SOURCE, URL_CANDIDATES, CANONICAL_URL,
    TEXT_FIXED, HEADING = 15, HTML_WIDTH = 17, HTML_HEIGHT, OPT_OUT = 21, ROW_FIELDS,
};
enum { LINKS, SOURCE, TEXTS, WIDTH, HEIGHT, IMAGE_HEADING, IMAGE_FIELDS };

static PyObject *link_without_user, *mended, *over_budget;

static const Borrowed borrowed[] = {
    {"crawl2clip.extract.rows.urls", "absolute", &absolute},
    {"crawl2clip.extract.rows.urls", "bad_url", &bad_url},
    {"crawl2clip.extract.rows.canonical", "canonical_url", &canonical_url},
    {"crawl2clip.extract.rows.text_repair", "mended", &mended},
    {"crawl2clip.extract.limits.page_budget", "OverBudgetError", &over_budget},
    {"crawl2clip.io.redaction", "link_without_user", &link_without_user},
};

/* Iterates over the slices of a page's rows. left: bytes that the page may still take. */
typedef struct {
    PyObject_HEAD
    PyObject *common, *candidate_type, *images, *base_text;
    PyObject *seen;         /* keys of the pairs that the page has yielded */
    PyObject *fixed;        /* results of mended() for the texts so far that are not plain */
    PyObject *rows;         /* the slice */
    Py_ssize_t next;        /* image */
    Py_ssize_t common_bytes, left, most_bytes, most_link_bytes;
    Py_ssize_t slice_bytes, most_slice_bytes, most_slice_rows;
    Base base;
} Making;

/* Steals the reference to the value; false if it is NULL. */
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

/* Computed once for each text, however many images it goes with. */
static PyObject *
text_fixed(Making *m, PyObject *text)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    if (PyUnicode_IS_COMPACT_ASCII(text)
        && !memchr(PyUnicode_1BYTE_DATA(text), '&', (size_t)length)) {
        return Py_NewRef(Py_None);
    }
    PyObject *known = PyDict_GetItemWithError(m->fixed, text);
    if (known || PyErr_Occurred()) {
        return Py_XNewRef(known);
    }
    PyObject *fixed = PyObject_CallOneArg(mended, text);
    if (fixed && PyDict_SetItem(m->fixed, text, fixed) < 0) {
        Py_CLEAR(fixed);
    }
    return fixed;
}

/* ---- the size of rows ---- */

enum { ROW_BYTES = 256, CANDIDATE_BYTES = 64 }; /* the constants of pair_rows.py */

/* Returns the size of a text, as pair_rows.text_bytes counts; 0 for None. */
static inline Py_ssize_t
text_bytes(PyObject *text)
{
    if (!PyUnicode_Check(text)) {
        return 0;
    }
    return PyUnicode_GET_LENGTH(text) * (PyUnicode_IS_ASCII(text) ? 1 : 4);
}

/* Sums the texts in a tuple of tuples, which may be None, with a surcharge for each inner tuple. */
static Py_ssize_t
inner_bytes(PyObject *tuples, Py_ssize_t more)
{
    Py_ssize_t bytes = 0;
    for (Py_ssize_t i = 0; PyTuple_Check(tuples) && i < PyTuple_GET_SIZE(tuples); i++) {
        PyObject *inner = PyTuple_GET_ITEM(tuples, i);
        bytes += more;
        for (Py_ssize_t j = 0; PyTuple_Check(inner) && j < PyTuple_GET_SIZE(inner); j++) {
            bytes += text_bytes(PyTuple_GET_ITEM(inner, j));
        }
    }
    return bytes;
}

static Py_ssize_t
bytes_of(PyObject *row)
{
    Py_ssize_t bytes = ROW_BYTES;
    for (Py_ssize_t i = 0; i < ROW_FIELDS; i++) {
        bytes += text_bytes(PyTuple_GET_ITEM(row, i));
    }
    return bytes + inner_bytes(PyTuple_GET_ITEM(row, URL_CANDIDATES), CANDIDATE_BYTES)
        + inner_bytes(PyTuple_GET_ITEM(row, OPT_OUT), CANDIDATE_BYTES);
}

/* Sums what an image's row has besides that of the page; the texts that it goes with are added
   later. */
static Py_ssize_t
bytes_of_image(PyObject *row)
{
    return text_bytes(PyTuple_GET_ITEM(row, URL)) + text_bytes(PyTuple_GET_ITEM(row, PROBLEM))
        + text_bytes(PyTuple_GET_ITEM(row, URL_RAW))
        + text_bytes(PyTuple_GET_ITEM(row, URL_SOURCE))
        + text_bytes(PyTuple_GET_ITEM(row, CANONICAL_URL))
        + text_bytes(PyTuple_GET_ITEM(row, HEADING))
        + inner_bytes(PyTuple_GET_ITEM(row, URL_CANDIDATES), CANDIDATE_BYTES);
}

/* Charges the bytes to the page; false with an exception if its budget is exceeded. */
static bool
take_bytes(Making *m, Py_ssize_t bytes)
{
    m->slice_bytes += bytes;
    m->left -= bytes;
    if (m->left < 0) {
        PyErr_Format(over_budget, "too many bytes of rows: more than %zd", m->most_bytes);
    }
    return m->left >= 0;
}

/* Charges the links of an image, each of which is joined with the base. */
static bool
take_links(Making *m, PyObject *links)
{
    Py_ssize_t bytes = 0, base = m->base_text == Py_None ? 0 : text_bytes(m->base_text);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(links); i++) {
        bytes += base + text_bytes(PyTuple_GET_ITEM(PyTuple_GET_ITEM(links, i), 0));
    }
    if (bytes > m->most_link_bytes) {
        PyErr_Format(over_budget, "too many bytes of rows: an image's links have more than %zd",
                     m->most_link_bytes);
        return false;
    }
    return take_bytes(m, bytes);
}

/* ---- the addresses of an image ---- */

static bool
is_there(PyObject *candidates, PyObject *url)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(candidates); i++) {
        PyObject *other = PyTuple_GET_ITEM(PyList_GET_ITEM(candidates, i), 0);
        if (is_same_text(other, url)) {
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

/* Returns a new reference to the link without user and password, which only stand before an @. */
static PyObject *
shown(PyObject *link)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(link);
    if (PyUnicode_IS_COMPACT_ASCII(link)
        && !memchr(PyUnicode_1BYTE_DATA(link), '@', (size_t)length)) {
        return Py_NewRef(link);
    }
    return PyObject_CallOneArg(link_without_user, link);
}

/* Sets the fields of addresses: the first valid link is the image's. */
static bool
set_url(PyObject *row, PyObject *raw, PyObject *url)
{
    return set(row, URL_RAW, shown(raw)) && set(row, URL, Py_NewRef(url))
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
    PyObject *raw = PyObject_CallOneArg(link_without_user, PyTuple_GET_ITEM(link, 0));
    return set(row, URL_RAW, raw) && set(row, PROBLEM, PyObject_CallOneArg(bad_url, raw));
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

/* Returns whether the page has yielded the pair before, and remembers it; -1 with an exception. The
   key holds the uid and not the address, which would be kept for each row. */
static int
is_repeated(Making *m, PyObject *row)
{
    bool is_pair = PyTuple_GET_ITEM(row, URL) != Py_None;
    PyObject *key = is_pair ? Py_NewRef(PyTuple_GET_ITEM(row, UID))
                            : PyTuple_Pack(2, PyTuple_GET_ITEM(row, PROBLEM),
                                           PyTuple_GET_ITEM(row, TEXT));
    Py_ssize_t before = PySet_GET_SIZE(m->seen);
    int failed = key ? PySet_Add(m->seen, key) : -1;
    Py_XDECREF(key);
    return failed ? -1 : PySet_GET_SIZE(m->seen) == before;
}

/* bytes: of the row without its text. */
static bool
add_row(Making *m, PyObject *image_row, PyObject *text, Py_ssize_t bytes)
{
    PyObject *source = PyTuple_GET_ITEM(text, 0), *words = PyTuple_GET_ITEM(text, 1);
    bytes += 2 * text_bytes(words); /* it may have to be repaired */
    PyObject *row = take_bytes(m, bytes) ? copied(image_row) : NULL;
    PyObject *url = PyTuple_GET_ITEM(image_row, URL);
    bool done = row && set(row, TEXT, Py_NewRef(words))
        && (url == Py_None || set(row, UID, uid_of(url, words)));
    int repeated = done ? is_repeated(m, row) : -1;
    if (repeated == 0) {
        done = set(row, TEXT_SOURCE, Py_NewRef(source))
            && set(row, TEXT_FIXED, text_fixed(m, words)) && PyList_Append(m->rows, row) == 0;
    }
    Py_XDECREF(row);
    return done && repeated >= 0;
}

static bool
add_image(Making *m, PyObject *image)
{
    if (!PyTuple_Check(image) || PyTuple_GET_SIZE(image) != IMAGE_FIELDS) {
        PyErr_SetString(PyExc_TypeError, "slices wants images as page_model.py describes them");
        return false;
    }
    PyObject *texts = PyTuple_GET_ITEM(image, TEXTS);
    PyObject *row = take_links(m, PyTuple_GET_ITEM(image, LINKS)) ? copied(m->common) : NULL;
    bool done = row && set(row, URL_SOURCE, Py_NewRef(PyTuple_GET_ITEM(image, SOURCE)))
        && set(row, HTML_WIDTH, Py_NewRef(PyTuple_GET_ITEM(image, WIDTH)))
        && set(row, HTML_HEIGHT, Py_NewRef(PyTuple_GET_ITEM(image, HEIGHT)))
        && set(row, HEADING, Py_NewRef(PyTuple_GET_ITEM(image, IMAGE_HEADING)))
        && set_links(m, row, PyTuple_GET_ITEM(image, LINKS));
    Py_ssize_t bytes = done ? m->common_bytes + bytes_of_image(row) : 0;
    for (Py_ssize_t i = 0; done && i < PyTuple_GET_SIZE(texts); i++) {
        done = add_row(m, row, PyTuple_GET_ITEM(texts, i), bytes);
    }
    Py_XDECREF(row);
    return done;
}

/* ---- slices ---- */

/* Rows made before the budget ends are yielded first; the exception follows with the next call. */
static PyObject *
next_slice(PyObject *self)
{
    Making *m = (Making *)self;
    Py_ssize_t count = PyList_GET_SIZE(m->images);
    if (m->next >= count || !(m->rows = PyList_New(0))) {
        return NULL;
    }
    m->slice_bytes = 0;
    bool done = true;
    while (done && m->next < count && m->slice_bytes < m->most_slice_bytes
           && PyList_GET_SIZE(m->rows) < m->most_slice_rows) {
        done = add_image(m, PyList_GET_ITEM(m->images, m->next));
        m->next += done;
    }
    if (!done && PyList_GET_SIZE(m->rows) && PyErr_ExceptionMatches(over_budget)) {
        PyErr_Clear();
        m->left = 0; /* the image charges as many bytes again for its links */
    } else if (!done) {
        Py_CLEAR(m->rows);
    }
    PyObject *rows = m->rows;
    m->rows = NULL;
    return rows;
}

static void
forget(PyObject *self)
{
    Making *m = (Making *)self;
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(m->common);
    Py_XDECREF(m->candidate_type);
    Py_XDECREF(m->images);
    Py_XDECREF(m->base_text);
    Py_XDECREF(m->seen);
    Py_XDECREF(m->fixed);
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyType_Slot slots[] = {
    {Py_tp_dealloc, forget},
    {Py_tp_iter, PyObject_SelfIter},
    {Py_tp_iternext, next_slice},
    {0, NULL},
};

static PyType_Spec spec = {
    .name = "crawl2clip.extract.native._rows.Slices",
    .basicsize = sizeof(Making),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};

static PyObject *slices_type;

PyDoc_STRVAR(slices_doc,
             "slices(common: Row, images: list[Image], base: str | None, candidate: type[Candidate],"
             " most_bytes: int, most_link_bytes: int, slice_bytes: int, slice_rows: int)"
             " -> Iterator[list[Row]]\n\n"
             "The rows of a page, as many at a time as hold about slice_bytes. common: what they"
             " share. Raises OverBudgetError behind what most_bytes is enough for.");

static PyObject *
slices(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *common, *images, *base, *candidate;
    Py_ssize_t most, most_links, slice_bytes, slice_rows;
    if (!PyArg_ParseTuple(arguments, "O!O!OO!nnnn", &PyTuple_Type, &common, &PyList_Type, &images,
                          &base, &PyType_Type, &candidate, &most, &most_links, &slice_bytes,
                          &slice_rows)) {
        return NULL;
    }
    if (PyTuple_GET_SIZE(common) != ROW_FIELDS || (base != Py_None && !PyUnicode_Check(base))) {
        PyErr_SetString(PyExc_TypeError, "slices wants a Row and a base that is a str or None");
        return NULL;
    }
    Making *m = (Making *)PyType_GenericAlloc((PyTypeObject *)slices_type, 0);
    if (!m) {
        return NULL;
    }
    m->common = Py_NewRef(common);
    m->images = Py_NewRef(images);
    m->base_text = Py_NewRef(base);
    m->candidate_type = Py_NewRef(candidate);
    m->base = base_of(base);
    m->common_bytes = bytes_of(common);
    m->left = m->most_bytes = most;
    m->most_link_bytes = most_links;
    m->most_slice_bytes = slice_bytes;
    m->most_slice_rows = slice_rows;
    m->seen = PySet_New(NULL);
    m->fixed = PyDict_New();
    if (!m->seen || !m->fixed) {
        Py_CLEAR(m);
    }
    return (PyObject *)m;
}

PyDoc_STRVAR(row_bytes_doc, "row_bytes(row: Row) -> int\n\nAbout how many bytes it takes.");

static PyObject *
row_bytes(PyObject *Py_UNUSED(module), PyObject *row)
{
    if (!PyTuple_Check(row) || PyTuple_GET_SIZE(row) != ROW_FIELDS) {
        PyErr_SetString(PyExc_TypeError, "row_bytes wants a Row");
        return NULL;
    }
    return PyLong_FromSsize_t(bytes_of(row));
}

static PyMethodDef methods[] = {
    {"slices", slices, METH_VARARGS, slices_doc},
    {"row_bytes", row_bytes, METH_O, row_bytes_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_rows", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit__rows(void)
{
    fill_url_kinds();
    slices_type = PyType_FromSpec(&spec);
    if (!slices_type || !borrow(borrowed, sizeof borrowed / sizeof *borrowed)) {
        return NULL;
    }
    return PyModule_Create(&definition);
}
