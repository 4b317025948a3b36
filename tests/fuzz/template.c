/* Fuzz target: templates, and the dates in those of indexes. The first four bytes are a time; of two
 * fields one has no value. */
#include <stdlib.h>

#include "../../flushers/common/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(enum ilf__template_kind kind, const char *pattern, int32_t seconds)
{
    struct ilf__names names = {0};
    struct ilf__template t;
    struct ilf__moment now;
    struct ilf__text text = {0};
    ilf_str *selected;
    size_t parts = 0;
    ilf_error err;

    if (ilf__template_init(&t, kind, "Topic", pattern, &names, &err) == ILF_OK) {
        selected = calloc(names.n + 1, sizeof(*selected));
        if (!selected)
            abort();
        for (size_t i = 0; i < names.n; i += 2)
            selected[i] = (ilf_str){"value", 5};
        ilf__moment_local(&now, seconds, 123456789);
        for (size_t i = 0; i < t.n_parts; i++) { /* one behind the other, with no gap */
            if (t.parts[i].at != parts)
                abort();
            parts += t.parts[i].len;
        }
        if (parts != t.bytes.len)
            abort();
        ilf__template_put(&t, selected, &now, &text);
        if (text.failed || (!t.varies && text.len != ilf__template_text(&t).len))
            abort();
        free(selected);
        ilf__template_dispose(&t);
    }
    ilf__names_dispose(&names);
    ilf__text_dispose(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int32_t seconds;
    char *pattern;

    if (size < sizeof(seconds))
        return 0;
    memcpy(&seconds, data, sizeof(seconds));
    data += sizeof(seconds);
    size -= sizeof(seconds);
    pattern = malloc(size + 1);
    if (!pattern)
        return 0;
    memcpy(pattern, data, size);
    pattern[size] = '\0';
    use(ILF__TEMPLATE_TOPIC, pattern, seconds);
    use(ILF__TEMPLATE_INDEX, pattern, seconds);
    free(pattern);
    return 0;
}
