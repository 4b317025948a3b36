/* Fuzz target: lines of a dead-letter file. What was read must be the same when it is written and
 * read again. */
#include <stdlib.h>
#include <string.h>

#include "letter_line.h"
#include "letter_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_line(const char *line, size_t len)
{
    struct ilf__lines lines = {NULL, 0, 0};
    struct ilf__read_letter letter, again;
    ilf_error err;

    if (ilf__letter_read(&letter, (ilf_str){line, len}, &err) != ILF_OK)
        return;
    if (!ilf__lines_add(&lines, &letter.letter) ||
        ilf__letter_read(&again, (ilf_str){lines.text, lines.len - 1}, &err) != ILF_OK)
        abort();
    if (!ilf_str_equal(letter.letter.body, again.letter.body) ||
        !ilf_str_equal(letter.letter.destination, again.letter.destination) ||
        letter.letter.encoded != again.letter.encoded ||
        letter.letter.n_events != again.letter.n_events)
        abort();
    ilf__letter_dispose(&letter);
    ilf__letter_dispose(&again);
    free(lines.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *at = (const char *)data, *end = at + size;

    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;

        read_line(at, (size_t)(stop - at));
        at = stop + 1;
    }
    return 0;
}
