/* Fuzz target: configurations, as ilf_check reads them. */
#include <stdlib.h>
#include <string.h>

#include <ilf/bridge.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The text has the length that it is said to have, whatever of it fits, and is made of lines. */
static void check(const char *name, const char *json, size_t len)
{
    char small[32], *text;
    size_t n = ilf_check(name, json, len, NULL, 0);

    text = malloc(n + 1);
    if (!text || ilf_check(name, json, len, text, n + 1) != n || strlen(text) != n ||
        ilf_check(name, json, len, small, sizeof(small)) != n ||
        strncmp(small, text, sizeof(small) - 1) != 0 || (n > 0 && text[n - 1] != '\n'))
        abort();
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p < ' ' && *p != '\n')
            abort();
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check("flusher_c_http", (const char *)data, size);
    check("flusher_c_stdout", (const char *)data, size);
    return 0;
}
