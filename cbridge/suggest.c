/* "Did you mean ...?": the known name that a mistyped one is nearest to. */
#include "suggest.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

enum { LONGEST = 64 };

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Letters to insert, delete or replace (Levenshtein), without regard to case. */
static size_t distance(const char *a, const char *b)
{
    size_t row[LONGEST + 1], n = strlen(b);

    if (n > LONGEST || strlen(a) > LONGEST)
        return SIZE_MAX;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t replaced =
                diagonal + (tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]));

            diagonal = row[j];
            row[j] = min3(replaced, row[j] + 1, row[j - 1] + 1);
        }
    }
    return row[n];
}

struct ilf__suggestion ilf__suggest(const char *typed)
{
    /* A third of the letters wrong is still a typing error; more is another word. */
    return (struct ilf__suggestion){.typed = typed, .distance = strlen(typed) / 3 + 2};
}

void ilf__consider(struct ilf__suggestion *suggestion, const char *known)
{
    size_t d = distance(suggestion->typed, known);

    if (d < suggestion->distance) {
        suggestion->best = known;
        suggestion->distance = d;
    }
}
