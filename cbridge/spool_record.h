/* What one payload looks like in the spool's store, and what the store says about itself.
 *
 * Version 1. All integers are little-endian; only the keys are not, so that they sort as bytes.
 *
 * The store is one LMDB database without a name, in DIR/data.mdb. Its keys are 8 bytes big-endian.
 * Key 0 holds the state:
 *
 *      0  u32  "ILS1"
 *      4  u32  checksum of all bytes from offset 8 on (checksum.h)
 *      8  u32  version of the format, 1
 *     12  u32  length of the flusher's name
 *     16  u64  payloads
 *     24  u64  events
 *     32  u64  bytes of the values of all payloads
 *     40  u64  the highest sequence that was ever given
 *     48       the flusher's name
 *
 * Every other key is the sequence of a payload: a number that counts up in its upper 44 bits, and
 * in its lower 20 the place among the parts that a payload was split into. Its value is
 *
 *      0  u32  "ILP1"
 *      4  u32  checksum of what lies from offset 8 up to the bytes
 *      8  u64  sequence, as in the key
 *     16  u64  the lowest sequence in the store when this was written: all below it are delivered.
 *              It keeps most of those from coming back when a damaged store is searched for what is
 *              left of it
 *     24  u64  id
 *     32  u64  lane
 *     40  u64  accepted_at
 *     48  u64  n_events
 *     56  u32  n_records
 *     60  u32  length of the destination
 *     64  u32  length of the bytes
 *     68  u32  attempt
 *     72  u32  flags
 *     76  u32  checksum of the bytes
 *     80       n_records times {u32 end, u32 n_events}, the destination, the bytes
 *
 * A later version keeps the magic words, offsets 4 and 8 of the state, and the keys. */
#ifndef ILF_CBRIDGE_SPOOL_RECORD_H
#define ILF_CBRIDGE_SPOOL_RECORD_H

#include "payload.h"

enum { ILF__SPOOL_HEADER = 80, ILF__SPOOL_STATE = 48, ILF__SPOOL_VERSION = 1 };
enum { ILF__SPOOL_PART_BITS = 20 };

/* The length of @payload's value, or 0 if it is too long for the store (4 GiB). */
size_t ilf__spool_record_size(const ilf_payload *payload);

/* Write the value of @payload to @to, ilf__spool_record_size bytes. */
void ilf__spool_record_write(char *to, const struct ilf__payload *payload, uint64_t sequence,
                             uint64_t lowest);

enum ilf__found {
    ILF__FOUND,
    ILF__FOUND_DAMAGED,
    ILF__FOUND_NOMEM,
};

/* Read a value of @len bytes at @from, aligned or not, whose key is @sequence (0: any). On
 * ILF__FOUND, *@out is a payload that belongs to the caller. */
enum ilf__found ilf__spool_record_read(struct ilf__payload **out, const char *from, size_t len,
                                       uint64_t sequence);

/* What the header of a value says, without a look at the rest. */
struct ilf__spool_record {
    uint64_t sequence, lowest, accepted_at, n_events;
    uint64_t size; /* of the whole value */
};

/* False if it is no header. */
bool ilf__spool_record_peek(struct ilf__spool_record *out, const char *from, size_t len);

struct ilf__spool_state {
    uint64_t payloads, events, bytes, last;
    uint32_t version;
    ilf_str name; /* when read: leads into the value */
};

/* The length is ILF__SPOOL_STATE + name.len. */
void ilf__spool_state_write(char *to, const struct ilf__spool_state *state);

/* False if it is damaged. Of a newer version, only the version is read. */
bool ilf__spool_state_read(struct ilf__spool_state *out, const char *from, size_t len);

/* The key of @sequence. */
void ilf__spool_key_write(unsigned char to[8], uint64_t sequence);
uint64_t ilf__spool_key_read(const void *from);

#endif
