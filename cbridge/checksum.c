/* The checksum over what the spool keeps on disk. */
#include "checksum.h"

#include <pthread.h>
#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#define HARDWARE __attribute__((target("sse4.2")))
#define CRC64(crc, word) ((uint32_t)_mm_crc32_u64((crc), (word)))
#define CRC8(crc, byte) _mm_crc32_u8((crc), (byte))
#define HAS_HARDWARE() (__builtin_cpu_supports("sse4.2") != 0)
#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#define HARDWARE
#define CRC64(crc, word) __crc32cd((crc), (word))
#define CRC8(crc, byte) __crc32cb((crc), (byte))
#define HAS_HARDWARE() 1
#endif

/* table[k][b]: the CRC of the byte b with k zero bytes behind it (slicing by eight). */
static uint32_t table[8][256];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void make_table(void)
{
    for (uint32_t b = 0; b < 256; b++) {
        uint32_t crc = b;

        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0x82f63b78) : 0);
        table[0][b] = crc;
    }
    for (uint32_t b = 0; b < 256; b++)
        for (int k = 1; k < 8; k++)
            table[k][b] = table[k - 1][b] >> 8 ^ table[0][table[k - 1][b] & 255];
}

static uint32_t crc8_plain(uint32_t crc, unsigned char byte)
{
    return crc >> 8 ^ table[0][(crc ^ byte) & 255];
}

static uint32_t crc64_plain(uint32_t crc, uint64_t word)
{
    word ^= crc;
    crc = 0;
    for (int k = 0; k < 8; k++)
        crc ^= table[7 - k][word >> 8 * k & 255];
    return crc;
}

static uint64_t load(const unsigned char *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof(word));
    return word;
}

uint32_t ilf__crc32c_plain(uint32_t crc, const void *ptr, size_t len)
{
    const unsigned char *p = ptr;

    pthread_once(&table_once, make_table);
    crc = ~crc;
    for (; len >= 8; p += 8, len -= 8)
        crc = crc64_plain(crc, load(p));
    for (; len > 0; p++, len--)
        crc = crc8_plain(crc, *p);
    return ~crc;
}

#ifdef HARDWARE

HARDWARE static uint32_t crc_hardware(uint32_t crc, const unsigned char *p, size_t len)
{
    crc = ~crc;
    for (; len >= 8; p += 8, len -= 8)
        crc = CRC64(crc, load(p));
    for (; len > 0; p++, len--)
        crc = CRC8(crc, *p);
    return ~crc;
}

/* The CRCs of four areas of @len bytes, a multiple of 8, that follow one another. */
HARDWARE static void crc_four(uint32_t crcs[4], const unsigned char *p, size_t len)
{
    uint32_t a = ~0u, b = ~0u, c = ~0u, d = ~0u;

    for (size_t i = 0; i < len; i += 8) {
        a = CRC64(a, load(p + i));
        b = CRC64(b, load(p + len + i));
        c = CRC64(c, load(p + 2 * len + i));
        d = CRC64(d, load(p + 3 * len + i));
    }
    crcs[0] = ~a, crcs[1] = ~b, crcs[2] = ~c, crcs[3] = ~d;
}

/* The same while they are copied to @to. */
HARDWARE static void copy_four(uint32_t crcs[4], unsigned char *to, const unsigned char *p,
                               size_t len)
{
    uint32_t crc[4] = {~0u, ~0u, ~0u, ~0u};

    for (size_t i = 0; i < len; i += 8)
        for (size_t k = 0; k < 4; k++) {
            uint64_t word = load(p + k * len + i);

            memcpy(to + k * len + i, &word, sizeof(word));
            crc[k] = CRC64(crc[k], word);
        }
    for (size_t k = 0; k < 4; k++)
        crcs[k] = ~crc[k];
}

#endif

uint32_t ilf__crc32c(uint32_t crc, const void *ptr, size_t len)
{
#ifdef HARDWARE
    if (HAS_HARDWARE())
        return crc_hardware(crc, ptr, len);
#endif
    return ilf__crc32c_plain(crc, ptr, len);
}

/* The checksum, when the CRCs of the four quarters are known but for the end of the last. */
static uint32_t finish(uint32_t crcs[4], const unsigned char *p, size_t len)
{
    size_t done = len / 32 * 32;

    crcs[3] = ilf__crc32c(crcs[3], p + done, len - done);
    return ilf__crc32c(0, crcs, 4 * sizeof(*crcs)); /* little-endian, as all in the spool */
}

uint32_t ilf__checksum(const void *ptr, size_t len)
{
    const unsigned char *p = ptr;
    size_t quarter = len / 32 * 8;
    uint32_t crcs[4] = {0};

#ifdef HARDWARE
    if (HAS_HARDWARE()) {
        crc_four(crcs, p, quarter);
        return finish(crcs, p, len);
    }
#endif
    for (size_t i = 0; i < 4; i++)
        crcs[i] = ilf__crc32c_plain(0, p + i * quarter, quarter);
    return finish(crcs, p, len);
}

uint32_t ilf__checksum_copy(void *to, const void *from, size_t len)
{
#ifdef HARDWARE
    size_t quarter = len / 32 * 8;
    uint32_t crcs[4];

    if (HAS_HARDWARE() && quarter > 0) {
        copy_four(crcs, to, from, quarter);
        memcpy((unsigned char *)to + 4 * quarter, (const unsigned char *)from + 4 * quarter,
               len - 4 * quarter);
        return finish(crcs, from, len);
    }
#endif
    if (len > 0)
        memcpy(to, from, len);
    return ilf__checksum(to, len);
}
