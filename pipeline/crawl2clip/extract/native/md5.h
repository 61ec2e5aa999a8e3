/* MD5, RFC 1321: as a name for a pair, not as a lock. */
#ifndef MD5_H
#define MD5_H

#include <stdint.h>
#include <string.h>

#include "../../shared/native/check.h"

typedef struct {
    uint32_t sums[4];
    uint64_t length;
    unsigned char block[64];
} Md5;

static const uint32_t md5_sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
static const unsigned char md5_turns[4][4] = {
    {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21},
};

static inline uint32_t
md5_mix(unsigned round, uint32_t b, uint32_t c, uint32_t d)
{
    switch (round) {
        case 0: return d ^ (b & (c ^ d));
        case 1: return c ^ (d & (b ^ c));
        case 2: return b ^ c ^ d;
        default: return c ^ (b | ~d);
    }
}

static void
md5_take_block(uint32_t sums[4], const unsigned char *block)
{
    static const unsigned char step[4] = {1, 5, 3, 7}, first[4] = {0, 1, 5, 0};
    uint32_t words[16], a = sums[0], b = sums[1], c = sums[2], d = sums[3];
    for (unsigned i = 0; i < 16; i++) {
        const unsigned char *p = block + 4 * i;
        words[i] = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    }
    for (unsigned round = 0; round < 4; round++) {
        for (unsigned i = 0; i < 16; i++) {
            unsigned at = (first[round] + step[round] * i) % 16, turn = md5_turns[round][i % 4];
            uint32_t sum = a + md5_mix(round, b, c, d) + md5_sines[16 * round + i] + words[at];
            a = d;
            d = c;
            c = b;
            b += sum << turn | sum >> (32 - turn);
        }
    }
    sums[0] += a;
    sums[1] += b;
    sums[2] += c;
    sums[3] += d;
}

static void
md5_start(Md5 *md5)
{
    *md5 = (Md5){.sums = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}};
}

static void
md5_add(Md5 *md5, const void *bytes, size_t length)
{
    const unsigned char *p = bytes;
    size_t held = md5->length % 64;
    md5->length += length;
    while (length) {
        size_t part = length < 64 - held ? length : 64 - held;
        CHECK(held < 64 && part <= 64 - held);
        memcpy(md5->block + held, p, part);
        held += part;
        p += part;
        length -= part;
        if (held == 64) {
            md5_take_block(md5->sums, md5->block);
            held = 0;
        }
    }
}

/* Ends the message, and writes the 32 hex digits. */
static void
md5_end(Md5 *md5, char digits[32])
{
    static const unsigned char padding[64] = {0x80};
    unsigned char bits[8];
    size_t held = md5->length % 64;
    for (unsigned i = 0; i < 8; i++) {
        bits[i] = (unsigned char)(md5->length << 3 >> 8 * i);
    }
    md5_add(md5, padding, held < 56 ? 56 - held : 120 - held);
    md5_add(md5, bits, 8);
    for (unsigned i = 0; i < 16; i++) {
        unsigned byte = md5->sums[i / 4] >> 8 * (i % 4) & 255;
        digits[2 * i] = "0123456789abcdef"[byte >> 4];
        digits[2 * i + 1] = "0123456789abcdef"[byte & 15];
    }
}

#endif
