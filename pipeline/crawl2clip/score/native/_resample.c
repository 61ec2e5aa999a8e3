/* Resizing RGB pixels to the bit as Pillow does, several times faster, and only where they stay.

   Weights come in, from resizing.py: whole numbers of 2^-22, as Pillow's. A pass is a sum of pixels
   times weights, rounded to a byte; across first, then down. Sums fit 32 bits: weights of a pixel
   add up to 2^22, bicubic ones to 1.5 times that in absolute value, times 255. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#include "../../shared/native/check.h"

#ifndef __x86_64__
#error "written for AVX2; elsewhere Pillow resizes"
#endif
#include <cpuid.h>
#include <immintrin.h>

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif

#define BITS 22
#define LOW 14   /* bits of a weight's lower digit, the rest being the higher one */
#define ROWS 4   /* of the source that go through the horizontal pass together */
#define BLOCK 32 /* bytes of a row that one turn of the vertical pass makes */
#define SPARE 32 /* bytes behind a row of the source that may be read */
#define MOST_MADE (1 << 24) /* pixels of an axis: so no product of two sizes leaves 63 bits */

typedef struct {
    const int32_t *starts;  /* first source pixel of each one made */
    const int32_t *weights; /* `taps` for each */
    Py_ssize_t made, taps;
} Axis;

/* Weights of two taps, each cut into two digits of 16 bits: a multiplication does both taps. */
typedef struct {
    int16_t low[2], high[2];
} Pair;

/* Sums of 8 bytes, of either digit. They may wrap, for the sum of both does not. */
typedef struct {
    __m256i low, high;
} Sums;

static void span(const Axis *axis, Py_ssize_t *first, Py_ssize_t *last) {
    *first = *last = axis->starts[0];
    for (Py_ssize_t i = 0; i < axis->made; i++) {
        if (axis->starts[i] < *first) *first = axis->starts[i];
        if (axis->starts[i] + axis->taps > *last) *last = axis->starts[i] + axis->taps;
    }
}

/* Half as many as there are taps, for each pixel made; an odd one gets a neighbour of weight 0. */
static void digits(const Axis *axis, Pair *pair) {
    for (Py_ssize_t i = 0; i < axis->made; i++)
        for (Py_ssize_t tap = 0; tap < axis->taps; tap += 2, pair++)
            for (Py_ssize_t t = 0; t < 2; t++) {
                const Py_ssize_t at = i * axis->taps + tap + t;
                const int32_t weight = tap + t < axis->taps ? axis->weights[at] : 0;
                const int32_t high = (weight + (1 << (LOW - 1))) >> LOW;
                pair->high[t] = (int16_t)high;
                pair->low[t] = (int16_t)(weight - high * (1 << LOW));
            }
}

static inline Sums half(void) {
    return (Sums){_mm256_set1_epi32(1 << (BITS - 1)), _mm256_setzero_si256()};
}

/* words: 8 times a byte of one tap and that of the next, as 16 bits each. */
static inline void add(Sums *sums, __m256i words, __m256i low, __m256i high) {
    sums->low = _mm256_add_epi32(sums->low, _mm256_madd_epi16(words, low));
    sums->high = _mm256_add_epi32(sums->high, _mm256_madd_epi16(words, high));
}

static inline __m256i both(const int16_t *digits) {
    int32_t two;
    memcpy(&two, digits, 4);
    return _mm256_set1_epi32(two);
}

static inline __m256i whole(Sums sums) {
    const __m256i sum = _mm256_add_epi32(_mm256_slli_epi32(sums.high, LOW), sums.low);
    return _mm256_srai_epi32(sum, BITS);
}

/* Four bytes of a pixel, the fourth being the next one's, of each of ROWS rows; for four pixels. */
static inline void mixed(const uint8_t *const rows[ROWS], Py_ssize_t at, __m128i pixels[4]) {
    const __m128i apart =
        _mm_setr_epi8(0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9, 9, 10, 11, 12);
    __m128i row[ROWS];
    for (int r = 0; r < ROWS; r++)
        row[r] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(rows[r] + at)), apart);
    const __m128i a = _mm_unpacklo_epi32(row[0], row[1]), b = _mm_unpacklo_epi32(row[2], row[3]);
    const __m128i c = _mm_unpackhi_epi32(row[0], row[1]), d = _mm_unpackhi_epi32(row[2], row[3]);
    pixels[0] = _mm_unpacklo_epi64(a, b);
    pixels[1] = _mm_unpackhi_epi64(a, b);
    pixels[2] = _mm_unpacklo_epi64(c, d);
    pixels[3] = _mm_unpackhi_epi64(c, d);
}

/* Of each pixel the 16 bytes of `mixed`, each beside that of the next pixel, as 16 bits. Writes up
   to three pixels more. */
static void paired(const uint8_t *const rows[ROWS], Py_ssize_t pixels, __m256i *words) {
    __m128i some[5];
    mixed(rows, 0, some);
    for (Py_ssize_t x = 0; x < pixels; x += 4, words += 8) {
        __m128i next[4];
        mixed(rows, 3 * (x + 4), next);
        some[4] = next[0];
        for (int i = 0; i < 4; i++) {
            words[2 * i] = _mm256_cvtepu8_epi16(_mm_unpacklo_epi8(some[i], some[i + 1]));
            words[2 * i + 1] = _mm256_cvtepu8_epi16(_mm_unpackhi_epi8(some[i], some[i + 1]));
        }
        memcpy(some, next, sizeof next);
    }
}

/* ROWS rows of RGB pixels, `stride` apart. Writes a byte more than there are pixels for. */
static void across(const __m256i *words, uint8_t *made, Py_ssize_t stride, const Axis *axis,
                   Py_ssize_t first, const Pair *pair) {
    const Py_ssize_t pairs = (axis->taps + 1) / 2;
    for (Py_ssize_t x = 0; x < axis->made; x++) {
        CHECK(axis->starts[x] >= first);
        const __m256i *at = words + 2 * (axis->starts[x] - first);
        Sums front = half(), back = half();
        for (Py_ssize_t i = 0; i < pairs; i++, pair++, at += 4) {
            const __m256i low = both(pair->low), high = both(pair->high);
            add(&front, at[0], low, high);
            add(&back, at[1], low, high);
        }
        const __m256i shorts = _mm256_packs_epi32(whole(front), whole(back)); /* 0, 2, 1, 3 */
        const __m256i order = _mm256_permute4x64_epi64(shorts, 0xd8);
        uint32_t four[ROWS];
        _mm_storeu_si128((__m128i *)four, _mm_packus_epi16(_mm256_castsi256_si128(order),
                                                           _mm256_extracti128_si256(order, 1)));
        for (int r = 0; r < ROWS; r++) memcpy(made + r * stride + 3 * x, four + r, 4);
    }
}

/* One row out of `taps` rows below each other. Reads and writes whole blocks. */
static void down(const uint8_t *rows, Py_ssize_t stride, uint8_t *made, Py_ssize_t bytes,
                 const Pair *pair, Py_ssize_t taps) {
    const __m256i zero = _mm256_setzero_si256();
    for (Py_ssize_t x = 0; x < bytes; x += BLOCK) {
        Sums a = half(), b = half(), c = half(), d = half();
        for (Py_ssize_t tap = 0; tap < taps; tap += 2) {
            const uint8_t *row = rows + tap * stride + x;
            const __m256i low = both(pair[tap / 2].low), high = both(pair[tap / 2].high);
            const __m256i one = _mm256_loadu_si256((const __m256i *)row);
            const __m256i next = _mm256_loadu_si256((const __m256i *)(row + stride));
            const __m256i left = _mm256_unpacklo_epi8(one, next);
            const __m256i right = _mm256_unpackhi_epi8(one, next);
            add(&a, _mm256_unpacklo_epi8(left, zero), low, high);
            add(&b, _mm256_unpackhi_epi8(left, zero), low, high);
            add(&c, _mm256_unpacklo_epi8(right, zero), low, high);
            add(&d, _mm256_unpackhi_epi8(right, zero), low, high);
        }
        /* Packing undoes what unpacking did to the order; it cuts off below 0 and above 255. */
        const __m256i left = _mm256_packs_epi32(whole(a), whole(b));
        const __m256i right = _mm256_packs_epi32(whole(c), whole(d));
        _mm256_storeu_si256((__m256i *)(made + x), _mm256_packus_epi16(left, right));
    }
}

/* An image, and room to make a part of it. */
typedef struct {
    const uint8_t *pixels;
    Py_ssize_t height, width;
    uint8_t *edges, *narrow, *whole; /* ROWS source rows; rows made narrow; a row made, in blocks */
    __m256i *words;
    Pair *x, *y;
} Work;

/* From source pixel (y, x) on. What lies too near to the end of the image is read from a copy. */
static const uint8_t *row_of(const Work *work, Py_ssize_t y, Py_ssize_t x, int r) {
    CHECK(0 <= y && y < work->height && 0 <= x && x < work->width);
    const Py_ssize_t row = 3 * work->width, left = (work->height - y) * row;
    const uint8_t *there = work->pixels + y * row;
    if (left >= row + SPARE) return there + 3 * x;
    uint8_t *edge = work->edges + r * (row + SPARE);
    memcpy(edge, there, row);
    return edge + 3 * x;
}

/* The source rows [top, bottom), made narrow. */
static void narrowed(const Work *work, const Axis *x, Py_ssize_t top, Py_ssize_t bottom,
                     Py_ssize_t stride) {
    Py_ssize_t first, last;
    span(x, &first, &last);
    CHECK(0 <= first && last <= work->width);
    for (Py_ssize_t y = top; y < bottom; y += ROWS) {
        const uint8_t *rows[ROWS];
        for (int r = 0; r < ROWS; r++)
            rows[r] = row_of(work, y + r < bottom ? y + r : bottom - 1, first, r);
        paired(rows, last - first, work->words);
        across(work->words, work->narrow + (y - top) * stride, stride, x, first, work->x);
    }
}

static void *aligned(Py_ssize_t bytes) {
    return aligned_alloc(BLOCK, (bytes + BLOCK - 1) / BLOCK * BLOCK);
}

static Py_ssize_t pairs_of(const Axis *axis) {
    return axis->made * ((axis->taps + 1) / 2) * (Py_ssize_t)sizeof(Pair);
}

/* 0, or -1 without memory. Only source rows that `y` asks for are touched. */
static int resample(Work work, const Axis *x, const Axis *y, uint8_t *made) {
    const Py_ssize_t bytes = 3 * x->made, stride = (bytes + BLOCK) / BLOCK * BLOCK + BLOCK;
    Py_ssize_t top, bottom;
    span(y, &top, &bottom);
    work.edges = aligned(ROWS * (3 * work.width + SPARE));
    work.narrow = aligned((bottom - top + ROWS) * stride);
    work.whole = aligned(stride);
    work.words = aligned(2 * (work.width + 4) * (Py_ssize_t)sizeof(__m256i));
    work.x = aligned(pairs_of(x));
    work.y = aligned(pairs_of(y));
    const int done = work.edges && work.narrow && work.whole && work.words && work.x && work.y;
    if (done) {
        memset(work.edges, 0, ROWS * (3 * work.width + SPARE));
        digits(x, work.x);
        digits(y, work.y);
        narrowed(&work, x, top, bottom, stride);
        for (Py_ssize_t i = 0; i < y->made; i++) {
            CHECK(top <= y->starts[i] && y->starts[i] + y->taps <= bottom);
            const uint8_t *rows = work.narrow + (y->starts[i] - top) * stride;
            down(rows, stride, work.whole, bytes, work.y + i * ((y->taps + 1) / 2), y->taps);
            memcpy(made + i * bytes, work.whole, bytes);
        }
    }
    void *const taken[] = {work.edges, work.narrow, work.whole, work.words, work.x, work.y};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) free(taken[i]);
    return done ? 0 : -1;
}

#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

/* Whether the buffers describe an axis of `length` source pixels without leaving it. */
static int axis_of(Axis *axis, const Py_buffer *starts, const Py_buffer *weights,
                   Py_ssize_t length) {
    axis->starts = starts->buf;
    axis->weights = weights->buf;
    axis->made = starts->len / (Py_ssize_t)sizeof(int32_t);
    if (axis->made == 0 || axis->made > MOST_MADE) return 0;
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
        const Work work = {.pixels = pixels.buf, .height = height, .width = width};
        failed = resample(work, &x, &y, target);
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

/* Asked by hand: what __builtin_cpu_supports needs is empty in the runtime of Zig's compiler. */
static int has_avx2(void) {
    unsigned a, b, c, d, saved, unused;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) {
        return 0;
    }
    __asm__("xgetbv" : "=a"(saved), "=d"(unused) : "c"(0));
    int keeps_registers = (saved & 6) == 6; /* the system does, of 16 and of 32 bytes */
    return keeps_registers && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_AVX2);
}

PyMODINIT_FUNC PyInit__resample(void) {
    if (!has_avx2()) {
        PyErr_SetString(PyExc_ImportError, "this processor has no AVX2");
        return NULL;
    }
    return PyModule_Create(&module);
}
