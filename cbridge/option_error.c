/* Errors of a configuration: one line each, with the path of the option and what it wants. */
#include "option_error.h"

#include <string.h>

static const char *const type_names[] = {
    [ILF_OPT_STR] = "text",
    [ILF_OPT_INT] = "a whole number",
    [ILF_OPT_BOOL] = "true or false",
    [ILF_OPT_FLOAT] = "a number",
    [ILF_OPT_SIZE] = "a size: bytes, or text such as \"512KiB\" or \"10MB\"",
    [ILF_OPT_DURATION] = "a duration: nanoseconds, or text such as \"30s\" or \"1m30s\"",
    [ILF_OPT_LIST] = "an array of texts",
    [ILF_OPT_MAP] = "an object of texts",
    [ILF_OPT_TABLE] = "an object",
};

/* Control characters would break the one line that an error is. */
static void print_name(char *out, size_t size, const char *name)
{
    size_t n = 0;

    for (; *name && n + 1 < size; name++)
        out[n++] = (unsigned char)*name < 0x20 ? '?' : *name;
    out[n] = '\0';
}

static void print_path(char *out, size_t size, const struct ilf__path *path)
{
    size_t used;

    if (path->up) {
        print_path(out, size, path->up);
        used = strlen(out);
        if (used + 2 < size) {
            out[used] = '.';
            print_name(out + used + 1, size - used - 1, path->name);
        }
    } else {
        print_name(out, size, path->name);
    }
}

ilf_status ilf__complain(const struct ilf__complaint *to, const struct ilf__path *path,
                         const char *why)
{
    char name[256];

    print_path(name, sizeof(name), path);
    return ilf_fail(to->err, ILF_ERR_CONFIG, "%s: %s: %s", to->who, name, why);
}

void ilf__print_value(char out[ILF__SHOWN_SIZE], const ilf_option *option, const json_t *value)
{
    const size_t size = ILF__SHOWN_SIZE;
    size_t n;

    if (json_is_object(value) || json_is_array(value)) {
        (void)snprintf(out, size, "%s", json_is_object(value) ? "an object" : "an array");
        return;
    }
    if (option->flags & ILF_OPT_SECRET) {
        (void)snprintf(out, size, "another value (not shown, it is a secret)");
        return;
    }
    if (json_is_number(value)) { /* jansson would write -1.0 for -1 */
        (void)snprintf(out, size, "%.15g", json_number_value(value));
        return;
    }
    n = json_dumpb(value, out, size - 4, JSON_ENCODE_ANY);
    if (n > size - 4) {
        n = size - 4;
        memcpy(out + n, "...", 3);
        n += 3;
    }
    out[n] = '\0';
}

ilf_status ilf__complain_type(const struct ilf__complaint *to, const struct ilf__path *path,
                              const ilf_option *option, const json_t *value)
{
    char got[ILF__SHOWN_SIZE], why[512];

    ilf__print_value(got, option, value);
    if (option->type == ILF_OPT_ENUM) {
        size_t n = (size_t)snprintf(why, sizeof(why), "want one of");

        for (size_t i = 0; option->choices[i] && n < sizeof(why); i++)
            n += (size_t)snprintf(why + n, sizeof(why) - n, " \"%s\"%s", option->choices[i],
                                  option->choices[i + 1] ? "," : "");
        if (n < sizeof(why))
            (void)snprintf(why + n, sizeof(why) - n, "; got %s", got);
    } else {
        (void)snprintf(why, sizeof(why), "want %s, got %s", type_names[option->type], got);
    }
    return ilf__complain(to, path, why);
}
