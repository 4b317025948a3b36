/* Is an LMDB file sound? Asked before LMDB maps it, because LMDB trusts what it maps: a number of a
 * page, an offset or a length that is wrong there ends the process (SIGSEGV, SIGBUS, an assertion),
 * and LMDB 0.9 has no checksums.
 *
 * The check reads the file, without a map, and follows both of LMDB's trees (the database and its
 * list of free pages): every page that LMDB could come to must be inside the file, be of its kind,
 * carry its own number, hold well-formed nodes with keys in order, and belong to one place only; the
 * totals must be those of the meta page. The bytes of the payloads are not read: they have
 * checksums, which are looked at when they are read. So it costs a read of the trees' pages and of
 * the first bytes of each payload, not of the backlog.
 *
 * What it can't see: damage that comes later, while the file is mapped, such as another program that
 * cuts it short or a disk that fails to read a page (SIGBUS). */
#ifndef ILF_CBRIDGE_SPOOL_CHECK_H
#define ILF_CBRIDGE_SPOOL_CHECK_H

#include <ilf/flusher.h>

enum ilf__store {
    ILF__STORE_SOUND,
    ILF__STORE_NONE,    /* no bytes at all: LMDB makes a new one */
    ILF__STORE_DAMAGED, /* @why says what */
    ILF__STORE_FAILED,  /* could not be checked: memory is short, or the file can't be read */
};

/* What the trees hold, for a comparison with what the store says of itself. */
struct ilf__store_counts {
    uint64_t payloads, bytes; /* of the values of all keys but 0 */
    uint32_t page_size;
};

/* Check the LMDB file @fd. On ILF__STORE_SOUND @counts is set, else @why. */
enum ilf__store ilf__spool_check(int fd, struct ilf__store_counts *counts, ilf_error *why);

#endif
