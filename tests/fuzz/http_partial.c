/* Fuzz target: the reply of a server of OTLP, in protobuf or JSON. */
#include <stdlib.h>

#include "../../flushers/http/partial.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy =
        malloc(size > 0 ? size : 1); /* of just that size, so that reading beyond it is seen */
    struct partial partial;

    if (!copy)
        return 0;
    memcpy(copy, data, size);
    if (http_partial((ilf_str){copy, size}, &partial) != (partial.rejected > 0 || *partial.message))
        abort();
    if (partial.rejected > INT64_MAX || strlen(partial.message) >= sizeof(partial.message))
        abort();
    free(copy);
    return 0;
}
