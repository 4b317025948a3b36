/* What a server of OTLP says about a request that it has taken in part. */
#ifndef ILF_HTTP_PARTIAL_H
#define ILF_HTTP_PARTIAL_H

#include <ilf/flusher.h>

/* ExportLogsPartialSuccess and its like for metrics, spans and profiles. */
struct partial {
    uint64_t rejected;  /* records, data points or spans; it does not say which */
    char message[1024]; /* the server's, as it has sent it, cut; often empty */
};

/* Read the reply of an export, in protobuf or JSON. False: it tells of nothing, or is none. */
bool http_partial(ilf_str reply, struct partial *out);

#endif
