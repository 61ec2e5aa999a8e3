/* Resizing RGB pixels to the bit as Pillow does, several times faster, and only where they stay.

   Weights come in, from resizing.py: whole numbers of 2^-22, as Pillow's. A pass is a sum of pixels
   times weights, rounded to a byte; across first, then down. Sums wrap nowhere: weights of a pixel
   add up to 2^22, bicubic ones to 1.5 times that in absolute value, times 255. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#ifndef __x86_64__
#error "written for AVX2; elsewhere Pillow resizes"
#endif
#include <immintrin.h>

#pragma GCC push_options
#pragma GCC target("avx2")

#define BITS 22
#define ROWS 4   /* of the source that go through the horizontal pass together */
#define BLOCK 32 /* bytes of a row that one turn of the vertical pass makes */

typedef struct {
    const int32_t *starts;  /* first source pixel of each one made */
    const int32_t *weights; /* `taps` for each */
    Py_ssize_t made, taps;
} Axis;

/* Sums for 16 bytes that lie beside each other. */
typedef struct {
    __m256i low, high;
} Sums;

static inline Sums half(void) {
    const __m256i rounding = _mm256_set1_epi32(1 << (BITS - 1));
    return (Sums){rounding, rounding};
}

static inline Sums plus(Sums sums, const uint8_t *bytes, int32_t weight) {
    const __m256i w = _mm256_set1_epi32(weight);
    const __m256i low = _mm256_cvtepu8_epi32(_mm_loadu_si64(bytes));
    const __m256i high = _mm256_cvtepu8_epi32(_mm_loadu_si64(bytes + 8));
    return (Sums){_mm256_add_epi32(sums.low, _mm256_mullo_epi32(low, w)),
                  _mm256_add_epi32(sums.high, _mm256_mullo_epi32(high, w))};
}

/* 16 bytes, what is below 0 or above 255 cut off. */
static inline __m128i rounded(Sums sums) {
    const __m256i low = _mm256_srai_epi32(sums.low, BITS);
    const __m256i high = _mm256_srai_epi32(sums.high, BITS);
    const __m256i mixed = _mm256_packs_epi32(low, high); /* by halves: 0, 2, 1, 3 */
    const __m256i words = _mm256_permute4x64_epi64(mixed, 0xd8);
    return _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
}

/* Four bytes of a pixel, the fourth being the next one's, for each of ROWS rows. */
static void interleave(const uint8_t *const rows[ROWS], Py_ssize_t width, uint8_t *mixed) {
    for (Py_ssize_t x = 0; x < width; x++)
        for (int r = 0; r < ROWS; r++) memcpy(mixed + 16 * x + 4 * r, rows[r] + 3 * x, 4);
}

/* ROWS rows of RGB pixels, `stride` apart. Writes a byte more than there are pixels for. */
static void across(const uint8_t *mixed, uint8_t *made, Py_ssize_t stride, const Axis *axis) {
    const int32_t *weight = axis->weights;
    for (Py_ssize_t x = 0; x < axis->made; x++) {
        const uint8_t *pixel = mixed + 16 * (Py_ssize_t)axis->starts[x];
        Sums sums = half();
        for (Py_ssize_t tap = 0; tap < axis->taps; tap++, pixel += 16)
            sums = plus(sums, pixel, *weight++);
        uint8_t four[16];
        _mm_storeu_si128((__m128i *)four, rounded(sums));
        for (int r = 0; r < ROWS; r++) memcpy(made + r * stride + 3 * x, four + 4 * r, 4);
    }
}

/* One row out of `taps` rows below each other. Reads and writes whole blocks. */
static void down(const uint8_t *rows, Py_ssize_t stride, uint8_t *made, Py_ssize_t bytes,
                 const int32_t *weights, Py_ssize_t taps) {
    for (Py_ssize_t x = 0; x < bytes; x += BLOCK) {
        Sums left = half(), right = half();
        for (Py_ssize_t tap = 0; tap < taps; tap++) {
            const uint8_t *row = rows + tap * stride + x;
            left = plus(left, row, weights[tap]);
            right = plus(right, row + 16, weights[tap]);
        }
        _mm_storeu_si128((__m128i *)(made + x), rounded(left));
        _mm_storeu_si128((__m128i *)(made + x + 16), rounded(right));
    }
}

/* The source rows [first, last), made narrow; `edge` is room for a row and a byte. */
static void narrowed(const uint8_t *source, Py_ssize_t width, Py_ssize_t first, Py_ssize_t last,
                     const Axis *x, uint8_t *mixed, uint8_t *edge, uint8_t *narrow,
                     Py_ssize_t stride) {
    for (Py_ssize_t row = first; row < last; row += ROWS) {
        const uint8_t *rows[ROWS];
        for (int r = 0; r < ROWS; r++) {
            const Py_ssize_t at = row + r < last ? row + r : last - 1;
            rows[r] = source + 3 * width * at;
        }
        /* A pixel is read with one byte more, which behind the last row is not ours. */
        memcpy(edge, rows[ROWS - 1], 3 * width);
        for (int r = 0; r < ROWS; r++)
            if (rows[r] == rows[ROWS - 1] && r < ROWS - 1) rows[r] = edge;
        rows[ROWS - 1] = edge;
        interleave(rows, width, mixed);
        across(mixed, narrow + (row - first) * stride, stride, x);
    }
}

/* 0, or -1 without memory. Only source rows that `y` asks for are touched. */
static int resample(const uint8_t *source, Py_ssize_t width, const Axis *x, const Axis *y,
                    uint8_t *made) {
    const Py_ssize_t bytes = 3 * x->made, stride = (bytes + BLOCK) / BLOCK * BLOCK + BLOCK;
    Py_ssize_t first = y->starts[0], last = first;
    for (Py_ssize_t i = 0; i < y->made; i++) {
        if (y->starts[i] < first) first = y->starts[i];
        if (y->starts[i] + y->taps > last) last = y->starts[i] + y->taps;
    }
    uint8_t *narrow = malloc((last - first + ROWS) * stride), *mixed = malloc(16 * width);
    uint8_t *whole = malloc(stride), *edge = malloc(3 * width + 1);
    const int done = narrow && mixed && whole && edge;
    if (done) {
        edge[3 * width] = 0;
        narrowed(source, width, first, last, x, mixed, edge, narrow, stride);
        for (Py_ssize_t i = 0; i < y->made; i++) {
            down(narrow + (y->starts[i] - first) * stride, stride, whole, bytes,
                 y->weights + i * y->taps, y->taps);
            memcpy(made + i * bytes, whole, bytes);
        }
    }
    free(narrow);
    free(mixed);
    free(whole);
    free(edge);
    return done ? 0 : -1;
}

#pragma GCC pop_options

/* Whether the buffers describe an axis of `length` source pixels without leaving it. */
static int axis_of(Axis *axis, const Py_buffer *starts, const Py_buffer *weights,
                   Py_ssize_t length) {
    axis->starts = starts->buf;
    axis->weights = weights->buf;
    axis->made = starts->len / (Py_ssize_t)sizeof(int32_t);
    if (axis->made == 0) return 0;
    axis->taps = weights->len / (Py_ssize_t)sizeof(int32_t) / axis->made;
    if (axis->taps == 0 || weights->len != starts->len * axis->taps) return 0;
    for (Py_ssize_t i = 0; i < axis->made; i++)
        if (axis->starts[i] < 0 || axis->starts[i] + axis->taps > length) return 0;
    return 1;
}

static PyObject *resized(PyObject *module, PyObject *args) {
    Py_buffer pixels, xs, xw, ys, yw;
    Py_ssize_t height, width;
    if (!PyArg_ParseTuple(args, "y*nny*y*y*y*", &pixels, &height, &width, &xs, &xw, &ys, &yw))
        return NULL;
    Axis x, y;
    PyObject *made = NULL;
    if (height < 1 || width < 1 || pixels.len / 3 / width != height ||
        pixels.len != 3 * width * height)
        PyErr_SetString(PyExc_ValueError, "pixels are not height x width x 3 bytes");
    else if (!axis_of(&x, &xs, &xw, width) || !axis_of(&y, &ys, &yw, height))
        PyErr_SetString(PyExc_ValueError, "an axis wants int32 starts and weights inside the image");
    else if ((made = PyByteArray_FromStringAndSize(NULL, 3 * x.made * y.made))) {
        uint8_t *target = (uint8_t *)PyByteArray_AS_STRING(made);
        int failed;
        Py_BEGIN_ALLOW_THREADS
        failed = resample(pixels.buf, width, &x, &y, target);
        Py_END_ALLOW_THREADS
        if (failed) {
            Py_CLEAR(made);
            PyErr_NoMemory();
        }
    }
    PyBuffer_Release(&pixels);
    PyBuffer_Release(&xs);
    PyBuffer_Release(&xw);
    PyBuffer_Release(&ys);
    PyBuffer_Release(&yw);
    return made;
}

static PyMethodDef methods[] = {
    {"resized", resized, METH_VARARGS, "See _resample.pyi."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_resample", "See resizing.py.", 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__resample(void) {
    if (!__builtin_cpu_supports("avx2")) {
        PyErr_SetString(PyExc_ImportError, "this processor has no AVX2");
        return NULL;
    }
    return PyModule_Create(&module);
}
