/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sha256.c - see ../sha256.h. By the SHA extensions: Intel SDM, volume 2, SHA256RNDS2,
 * SHA256MSG1 and SHA256MSG2.
 *
 * SHA256RNDS2 does two steps. It wants the standard's a to h, which is H before the first step,
 * as two vectors: a b e f and c d g h, with f and h in the lowest lanes.
 */
#include "arch/sha256.h"

#include <cpuid.h>
#include <immintrin.h>

#include "tablewalk/tw_atomic.h"

#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))

enum { NOT_ASKED, MISSING, THERE };

/* Under a hypervisor the question is answered by it, in microseconds: asked once. */
static int is_there(void)
{
    static uint32_t known; /* atomic; of the enum above */
    uint32_t answer = tw_load32_relaxed(&known), a, b = 0, c = 0, d, unused;

    if (answer != NOT_ASKED)
        return answer == THERE;
    answer = __get_cpuid(1, &a, &unused, &c, &d) && (c & bit_SSSE3) && (c & bit_SSE4_1) &&
                     __get_cpuid_count(7, 0, &a, &b, &unused, &d) && (b & bit_SHA)
                 ? THERE
                 : MISSING;
    tw_store32_release(&known, answer);
    return answer == THERE;
}

/* Four words of the message, which has them the other way round. */
WITH_SHA static inline __m128i load_words(const uint8_t *at)
{
    const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);

    return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)at), order);
}

/* W of t to t + 3 takes the place of W of t - 16 on, which `w[0]` is; the others follow it. */
WITH_SHA static inline __m128i next_words(__m128i w0, __m128i w1, __m128i w2, __m128i w3)
{
    const __m128i seventh = _mm_alignr_epi8(w3, w2, 4); /* from t - 7 on */

    return _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), seventh), w3);
}

WITH_SHA static inline void four_steps(__m128i *abef, __m128i *cdgh, __m128i words,
                                       const uint32_t *constants)
{
    const __m128i added = _mm_add_epi32(words, _mm_loadu_si128((const __m128i *)constants));

    *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, added);
    *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32(added, 0x0e));
}

WITH_SHA static void add_block(__m128i *abef, __m128i *cdgh, const uint8_t *block,
                               const uint32_t *constants)
{
    const __m128i abef_before = *abef, cdgh_before = *cdgh;
    __m128i w[4];

    for (unsigned n = 0; n < 4; n++) {
        w[n] = load_words(block + 16 * n);
        four_steps(abef, cdgh, w[n], constants + 4 * n);
    }
    for (unsigned t = 16; t < 64; t += 16)
        for (unsigned n = 0; n < 4; n++) {
            w[n] = next_words(w[n], w[(n + 1) % 4], w[(n + 2) % 4], w[(n + 3) % 4]);
            four_steps(abef, cdgh, w[n], constants + t + 4 * n);
        }
    *abef = _mm_add_epi32(*abef, abef_before);
    *cdgh = _mm_add_epi32(*cdgh, cdgh_before);
}

WITH_SHA static void add_blocks(uint32_t state[8], const uint8_t *blocks, size_t count,
                                const uint32_t *constants)
{
    __m128i *const halves = (__m128i *)state; /* a to d, with a in the lowest lane; e to h */
    const __m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128(halves), 0x1b);
    const __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128(halves + 1), 0x1b);
    __m128i abef = _mm_unpackhi_epi64(efgh, abcd), cdgh = _mm_unpacklo_epi64(efgh, abcd);

    for (; count; count--, blocks += 64)
        add_block(&abef, &cdgh, blocks, constants);
    _mm_storeu_si128(halves, _mm_shuffle_epi32(_mm_unpackhi_epi64(cdgh, abef), 0x1b));
    _mm_storeu_si128(halves + 1, _mm_shuffle_epi32(_mm_unpacklo_epi64(cdgh, abef), 0x1b));
}

int rv_arch_sha256(uint32_t state[8], const uint8_t *blocks, size_t count,
                   const uint32_t constants[64])
{
    const int can = is_there();

    if (can)
        add_blocks(state, blocks, count, constants);
    return can;
}
