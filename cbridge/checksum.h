/* The checksum over what the spool keeps on disk. */
#ifndef ILF_CBRIDGE_CHECKSUM_H
#define ILF_CBRIDGE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32C of @len bytes at @ptr, going on from @crc, which is 0 at first. */
uint32_t ilf__crc32c(uint32_t crc, const void *ptr, size_t len);

/* The same without the processor's help, which gives the same numbers. */
uint32_t ilf__crc32c_plain(uint32_t crc, const void *ptr, size_t len);

/* The checksum of @len bytes: the CRC-32C of the CRC-32Cs of their four quarters, of which each of
 * the first three is @len / 32 * 8 bytes long. A processor makes the four at once, which takes a
 * quarter of the time of one after the other. */
uint32_t ilf__checksum(const void *ptr, size_t len);

/* Copy @len bytes and return their checksum, in one pass over the memory. */
uint32_t ilf__checksum_copy(void *to, const void *from, size_t len);

#endif
