/* Fails result.reasons: has two lines for a record. */
#include "delivered.h"

static void send_it(SEND)
{
    ilf_str *reasons = calloc(payload->n_records, sizeof(*reasons));

    if (reasons)
        reasons[0] = TEXT("two\nlines");
    end_with(self, payload, RESULT(.reasons = reasons));
    free(reasons);
}

COURIER(.send = send_it);
