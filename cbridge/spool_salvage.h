/* What is left of a damaged store: its payloads, found page by page without LMDB. */
#ifndef ILF_CBRIDGE_SPOOL_SALVAGE_H
#define ILF_CBRIDGE_SPOOL_SALVAGE_H

#include "spool_record.h"

struct ilf__wreck_entry {
    uint64_t sequence, offset, n_events;
    uint32_t size;
};

struct ilf__wreck {
    struct ilf__wreck_entry *entries; /* in order of their sequences, each sequence once */
    size_t n_entries;
    bool has_state;
    struct ilf__spool_state state; /* the latest that was found; its name is a copy */
};

/* Look for payloads in the LMDB file @fd, wherever they lie: in pages that its trees have lost too.
 * All that pass their checksum are taken, but not those below the lowest sequence that any of them
 * knows. So some that were delivered already may come again, but none is missed whose bytes are
 * there. Fails with ILF_ERR_NOMEM, or ILF_ERR_RETRY when the file can't be read at all.
 *
 * The page's number or its kind must be right for it to be looked at, so that text inside a payload
 * is not easily taken for a payload. */
ilf_status ilf__wreck_search(struct ilf__wreck *out, int fd, ilf_error *err);

/* Read the value of @entry into @to, entry->size bytes. False when that fails. */
bool ilf__wreck_read(int fd, const struct ilf__wreck_entry *entry, char *to);

void ilf__wreck_dispose(struct ilf__wreck *wreck);

#endif
