/* What one payload looks like in the spool's store, and what the store says about itself. */
#include "spool_record.h"

#include <stdlib.h>
#include <string.h>

#include "checksum.h"

/* LMDB's files have the machine's byte order in any case. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the spool's format is little-endian");
_Static_assert(sizeof(ilf_record_end) == 8, "record ends are stored as they are");

static const char payload_magic[4] = "ILP1", state_magic[4] = "ILS1";

static void put32(char *to, uint32_t value)
{
    memcpy(to, &value, sizeof(value));
}

static void put64(char *to, uint64_t value)
{
    memcpy(to, &value, sizeof(value));
}

static uint32_t get32(const char *from)
{
    uint32_t value;

    memcpy(&value, from, sizeof(value));
    return value;
}

static uint64_t get64(const char *from)
{
    uint64_t value;

    memcpy(&value, from, sizeof(value));
    return value;
}

size_t ilf__spool_record_size(const ilf_payload *payload)
{
    uint64_t max = UINT32_MAX, size;

    if (payload->n_records > max / 8 || payload->destination.len > max || payload->bytes.len > max)
        return 0;
    size = ILF__SPOOL_HEADER + (uint64_t)payload->n_records * 8 + payload->destination.len +
           payload->bytes.len;
    return size <= max ? (size_t)size : 0;
}

static char *put_bytes(char *to, const void *from, size_t len)
{
    if (len > 0)
        memcpy(to, from, len);
    return to + len;
}

void ilf__spool_record_write(char *to, const struct ilf__payload *payload, uint64_t sequence,
                             uint64_t lowest)
{
    const ilf_payload *shown = &payload->shown;
    char *at = to + ILF__SPOOL_HEADER;

    memcpy(to, payload_magic, 4);
    put64(to + 8, sequence);
    put64(to + 16, lowest);
    put64(to + 24, shown->id);
    put64(to + 32, payload->lane);
    put64(to + 40, shown->accepted_at);
    put64(to + 48, shown->n_events);
    put32(to + 56, (uint32_t)shown->n_records);
    put32(to + 60, (uint32_t)shown->destination.len);
    put32(to + 64, (uint32_t)shown->bytes.len);
    put32(to + 68, shown->attempt);
    put32(to + 72, shown->flags);
    at = put_bytes(at, shown->ends, shown->n_records * 8);
    at = put_bytes(at, shown->destination.ptr, shown->destination.len);
    put32(to + 76, ilf__checksum_copy(at, shown->bytes.ptr, shown->bytes.len));
    put32(to + 4, ilf__checksum(to + 8, (size_t)(at - to) - 8));
}

bool ilf__spool_record_peek(struct ilf__spool_record *out, const char *from, size_t len)
{
    if (len < ILF__SPOOL_HEADER || memcmp(from, payload_magic, 4) != 0)
        return false;
    out->sequence = get64(from + 8);
    out->lowest = get64(from + 16);
    out->accepted_at = get64(from + 40);
    out->n_events = get64(from + 48);
    out->size = ILF__SPOOL_HEADER + (uint64_t)get32(from + 56) * 8 + get32(from + 60) +
                (uint64_t)get32(from + 64);
    return true;
}

/* Do the ends of the records rise to the length of the bytes? A payload that was written by this
 * runtime always has such; the check keeps one that only looks right from being read past its end. */
static bool sound(const ilf_payload *shown)
{
    uint32_t end = 0;

    for (size_t i = 0; i < shown->n_records; i++) {
        if (shown->ends[i].end < end)
            return false;
        end = shown->ends[i].end;
    }
    return shown->n_records > 0 && end == shown->bytes.len;
}

enum ilf__found ilf__spool_record_read(struct ilf__payload **out, const char *from, size_t len,
                                       uint64_t sequence)
{
    struct ilf__spool_record head;
    struct ilf__payload *p;
    ilf_payload like = {.struct_size = sizeof(like)};
    const char *at = from + ILF__SPOOL_HEADER, *bytes;

    if (!ilf__spool_record_peek(&head, from, len) || head.size != len ||
        (sequence != 0 && head.sequence != sequence))
        return ILF__FOUND_DAMAGED;
    bytes = from + len - get32(from + 64);
    if (get32(from + 4) != ilf__checksum(from + 8, (size_t)(bytes - from) - 8) ||
        get32(from + 76) != ilf__checksum(bytes, get32(from + 64)))
        return ILF__FOUND_DAMAGED;
    like.id = get64(from + 24);
    like.accepted_at = head.accepted_at;
    like.n_events = head.n_events;
    like.n_records = get32(from + 56);
    like.ends = (const void *)at; /* perhaps not aligned: only copied from */
    at += like.n_records * 8;
    like.destination = (ilf_str){at, get32(from + 60)};
    at += like.destination.len;
    like.bytes = (ilf_str){at, get32(from + 64)};
    like.attempt = get32(from + 68);
    like.flags = get32(from + 72);
    p = ilf__payload_copy(&like, get64(from + 32));
    if (!p)
        return ILF__FOUND_NOMEM;
    if (!sound(&p->shown)) {
        free(p);
        return ILF__FOUND_DAMAGED;
    }
    p->sequence = head.sequence;
    *out = p;
    return ILF__FOUND;
}

void ilf__spool_state_write(char *to, const struct ilf__spool_state *state)
{
    memcpy(to, state_magic, 4);
    put32(to + 8, ILF__SPOOL_VERSION);
    put32(to + 12, (uint32_t)state->name.len);
    put64(to + 16, state->payloads);
    put64(to + 24, state->events);
    put64(to + 32, state->bytes);
    put64(to + 40, state->last);
    (void)put_bytes(to + ILF__SPOOL_STATE, state->name.ptr, state->name.len);
    put32(to + 4, ilf__checksum(to + 8, ILF__SPOOL_STATE - 8 + state->name.len));
}

bool ilf__spool_state_read(struct ilf__spool_state *out, const char *from, size_t len)
{
    *out = (struct ilf__spool_state){0};
    if (len < 12 || memcmp(from, state_magic, 4) != 0 ||
        get32(from + 4) != ilf__checksum(from + 8, len - 8))
        return false;
    out->version = get32(from + 8);
    if (out->version > ILF__SPOOL_VERSION)
        return true;
    if (len < ILF__SPOOL_STATE || get32(from + 12) != len - ILF__SPOOL_STATE)
        return false;
    out->payloads = get64(from + 16);
    out->events = get64(from + 24);
    out->bytes = get64(from + 32);
    out->last = get64(from + 40);
    out->name = (ilf_str){from + ILF__SPOOL_STATE, len - ILF__SPOOL_STATE};
    return true;
}

void ilf__spool_key_write(unsigned char to[8], uint64_t sequence)
{
    for (int i = 0; i < 8; i++)
        to[i] = (unsigned char)(sequence >> (56 - 8 * i));
}

uint64_t ilf__spool_key_read(const void *from)
{
    const unsigned char *bytes = from;
    uint64_t sequence = 0;

    for (int i = 0; i < 8; i++)
        sequence = sequence << 8 | bytes[i];
    return sequence;
}
