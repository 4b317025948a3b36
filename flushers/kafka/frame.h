/* Frames: a Kafka record as bytes, the form in which it waits in payloads, spools and dead letters.
 *
 *     frame  = value key headers LF "1" [ " k" size-of-key ] [ " h" size-of-headers ] [ " t" time ]
 *     header = size-of-name "," size-of-value ":" name value
 *
 * The value comes first, where the formatter has written it, so that nothing is moved. Numbers are
 * decimal text, so that dead letters of text are text. Without " k" the record has no key, which is
 * another thing than an empty one. The 1 is the version: spools outlive releases. */
#ifndef ILF_KAFKA_FRAME_H
#define ILF_KAFKA_FRAME_H

#include "../common/text.h"

struct frame {
    ilf_str value;
    ilf_str key;     /* ptr is NULL where there is none */
    ilf_str headers; /* for frame_next_header */
    int64_t time;    /* milliseconds since 1970; 0: when it is produced */
};

/* Append a header to @headers. */
void frame_put_header(struct ilf__text *headers, ilf_str name, ilf_str value);

/* Put behind a value, which @text ends with, what makes it a frame. */
void frame_end(struct ilf__text *text, const ilf_str *key, ilf_str headers, int64_t time);

/* Point @frame into @bytes. False for what is no frame of this version. */
bool frame_parse(ilf_str bytes, struct frame *frame);

/* Take the next header off the front of @headers. False at the end; also where they are no headers,
 * which frame_parse does not look for. */
bool frame_next_header(ilf_str *headers, ilf_str *name, ilf_str *value);

#endif
