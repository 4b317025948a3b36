/* Fuzz target: a payload as the spool's store has it, with and without a checksum that is right. */
#include <stdlib.h>
#include <string.h>

#include "checksum.h"
#include "spool_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_one(const char *bytes, size_t len)
{
    struct ilf__spool_state state;
    struct ilf__payload *p;
    char *again;

    (void)ilf__spool_state_read(&state, bytes, len);
    if (ilf__spool_record_read(&p, bytes, len, 0) != ILF__FOUND)
        return;
    for (size_t i = 0; i < p->shown.n_records; i++) {
        ilf_str record = ilf_payload_record(&p->shown, i);

        if (record.ptr + record.len > p->shown.bytes.ptr + p->shown.bytes.len)
            abort();
    }
    again = malloc(len);
    if (!again || ilf__spool_record_size(&p->shown) != len)
        abort();
    ilf__spool_record_write(again, p, p->sequence, 0);
    if (memcmp(again + 80, bytes + 80, len - 80) != 0)
        abort();
    free(again);
    free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size > 0 ? size : 1);
    uint32_t checksum;

    if (!copy)
        return 0;
    memcpy(copy, data, size);
    read_one(copy, size);
    if (size >= ILF__SPOOL_HEADER) {
        uint32_t n;

        memcpy(&n, copy + 64, sizeof(n));
        n = n <= size - ILF__SPOOL_HEADER ? n : 0;
        checksum = ilf__checksum(copy + size - n, n);
        memcpy(copy + 76, &checksum, sizeof(checksum));
        checksum = ilf__checksum(copy + 8, size - n - 8);
        memcpy(copy + 4, &checksum, sizeof(checksum));
        read_one(copy, size);
    }
    free(copy);
    return 0;
}
