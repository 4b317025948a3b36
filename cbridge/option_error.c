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

/* How much of @len bytes at @text fits @size without cutting a character of UTF-8. */
static size_t fitting(const char *text, size_t len, size_t size)
{
    if (len <= size)
        return len;
    while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
        size--;
    return size;
}

static void print_path(char *out, size_t size, const struct ilf__path *path)
{
    size_t used = 0;

    if (path->up) {
        print_path(out, size, path->up);
        used = strlen(out);
        if (used + 1 < size)
            out[used++] = '.';
    }
    (void)snprintf(out + used, size - used, "%.*s",
                   (int)fitting(path->name, strlen(path->name), size - used - 1), path->name);
}

void ilf__one_line(ilf_error *err)
{
    for (char *p = err ? err->text : NULL; p && *p; p++)
        if ((unsigned char)*p < 0x20)
            *p = '?';
}

ilf_status ilf__tell(const struct ilf__complaint *to, ilf_status status, const char *format, ...)
{
    ilf_error line = {""};
    int who = to->all ? 0 : snprintf(line.text, sizeof(line.text), "%s: ", to->who);
    va_list args;

    va_start(args, format);
    if (who >= 0 && (size_t)who < sizeof(line.text))
        (void)vsnprintf(line.text + who, sizeof(line.text) - (size_t)who, format, args);
    va_end(args);
    ilf__one_line(&line);
    if (to->all)
        ilf__page_put(to->all, "%s\n", line.text);
    else
        ilf_fail(to->err, status, "%s", line.text);
    return status;
}

ilf_status ilf__complain(const struct ilf__complaint *to, const struct ilf__path *path,
                         const char *why)
{
    char name[256];

    print_path(name, sizeof(name), path);
    return ilf__tell(to, ILF_ERR_CONFIG, "%s: %s", name, why);
}

/* Text as JSON, cut. */
static void print_text(char out[ILF__SHOWN_SIZE], const char *text, size_t len)
{
    size_t shown = fitting(text, len, ILF__SHOWN), n = 0;
    json_t *cut = json_stringn(text, shown);

    if (cut)
        n = json_dumpb(cut, out, ILF__SHOWN_SIZE - 4, JSON_ENCODE_ANY);
    json_decref(cut);
    if (n == 0 || n > ILF__SHOWN_SIZE - 4) /* out of memory */
        n = 0;
    out[n] = '\0';
    if (n > 0 && shown < len)
        (void)snprintf(out + n - 1, 5, "...\"");
}

void ilf__print_value(char out[ILF__SHOWN_SIZE], const ilf_option *option, const json_t *value)
{
    const size_t size = ILF__SHOWN_SIZE;

    if (json_is_object(value) || json_is_array(value)) {
        (void)snprintf(out, size, "%s", json_is_object(value) ? "an object" : "an array");
        return;
    }
    if (option->type == ILF_OPT_TABLE) { /* what is secret is marked only inside of it */
        (void)snprintf(out, size, "%s",
                       json_is_string(value)   ? "text"
                       : json_is_number(value) ? "a number"
                                               : "true or false");
        return;
    }
    if (option->flags & ILF_OPT_SECRET) {
        (void)snprintf(out, size, "another value (not shown, it is a secret)");
        return;
    }
    if (json_is_string(value)) {
        print_text(out, json_string_value(value), json_string_length(value));
    } else if (json_is_number(value)) {
        (void)snprintf(out, size, "%.15g", json_number_value(value));
    } else {
        (void)snprintf(out, size, "%s", json_is_true(value) ? "true" : "false");
    }
}

ilf_status ilf__complain_type(const struct ilf__complaint *to, const struct ilf__path *path,
                              const ilf_option *option, const json_t *value)
{
    char got[ILF__SHOWN_SIZE], why[ILF_ERROR_SIZE];

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
