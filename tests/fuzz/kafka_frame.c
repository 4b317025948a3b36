/* Fuzz target: frames, which spools and dead letters give back. What is taken for one must come out
 * the same when it is put together and taken apart again. */
#include <stdlib.h>

#include "../../flushers/kafka/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(const struct frame *a, const struct frame *b)
{
    if (!ilf_str_equal(a->value, b->value) || !ilf_str_equal(a->key, b->key) ||
        !ilf_str_equal(a->headers, b->headers) || !a->key.ptr != !b->key.ptr || a->time != b->time)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct frame frame, again;
    struct ilf__text text = {0};
    ilf_str headers, name, value;
    size_t total = 0;

    if (!frame_parse((ilf_str){(const char *)data, size}, &frame))
        return 0;
    if (frame.value.len + frame.key.len + frame.headers.len + 2 > size)
        abort();
    ilf__text_put_str(&text, frame.value);
    frame_end(&text, frame.key.ptr ? &frame.key : NULL, frame.headers, frame.time);
    if (text.failed || !frame_parse((ilf_str){text.ptr, text.len}, &again))
        abort();
    same(&frame, &again);
    for (headers = frame.headers; frame_next_header(&headers, &name, &value);)
        total += name.len + value.len;
    if (total > frame.headers.len)
        abort();
    ilf__text_dispose(&text);
    return 0;
}
