/* Options of the native flusher_http that name extensions of the agent: Go code, which wraps Go's HTTP
 * client or works on Go's events, and so can't be called from here. */
#include "flusher.h"

#include <jansson.h>
#include <strings.h>

const ilf_option http_authenticator_options[] = {
    ILF_OPTION(STR, struct http_extension, type, "Type", NULL, "name of the extension"),
    ILF_OPTION(MAP, struct http_extension, options, "Options", NULL, "its options",
               .flags = ILF_OPT_SECRET),
    {0},
};

/* Is @type the extension @name, or one of several, as in ext_x/1? */
static bool is_extension(const char *type, const char *name)
{
    size_t len = strlen(name);

    return strncmp(type, name, len) == 0 && (type[len] == '\0' || type[len] == '/');
}

static const char *option_of(const ilf_str_map *map, const char *name)
{
    for (size_t i = 0; i < map->n; i++)
        if (strcasecmp(map->items[i].key.ptr, name) == 0)
            return map->items[i].value.ptr;
    return NULL;
}

static ilf_status take_authenticator(const struct http_native *native, struct ilf__http_auth *auth,
                                     ilf_error *err)
{
    const char *type = native->authenticator.type;
    const char *user = option_of(&native->authenticator.options, "Username");
    const char *password = option_of(&native->authenticator.options, "Password");

    if (!*type)
        return ILF_OK;
    if (!is_extension(type, "ext_basicauth"))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "detail.Authenticator: '%s' works on requests of Go's HTTP client; only "
                        "ext_basicauth can be taken over: use Auth or Headers",
                        type);
    if (!user)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "detail.Authenticator: Options.Username of %s is missing: write it here, "
                        "or name an extension of the pipeline as %s/id",
                        type, "ext_basicauth");
    auth->username = user;
    auth->password = password ? password : "";
    return ILF_OK;
}

/* The type that the JSON of an extension names, "" if it names none. */
static const char *type_of(const json_t *extension)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)extension, key, value)
    {
        if (strcasecmp(key, "Type") == 0 && json_is_string(value))
            return json_string_value(value);
    }
    return "";
}

static ilf_status refuse_extension(const char *option, const char *json, const char *why,
                                   ilf_error *err)
{
    json_t *extension = json_loads(json, JSON_DECODE_ANY, NULL);
    const char *type = type_of(extension);
    ilf_status status = ILF_OK;

    if (extension && !json_is_object(extension) && !json_is_null(extension))
        status = ilf_fail(err, ILF_ERR_CONFIG,
                          "detail.%s: want {\"Type\": ..., \"Options\": {...}}", option);
    else if (*type)
        status = ilf_fail(err, ILF_ERR_CONFIG, "detail.%s: '%.100s' %s", option, type, why);
    json_decref(extension);
    return status;
}

static ilf_status take_request_interceptors(const char *json, const ilf_host *host, ilf_error *err)
{
    json_t *list = json_loads(json, JSON_DECODE_ANY, NULL), *extension;
    ilf_status status = ILF_OK;
    size_t i;

    if (list && !json_is_array(list) && !json_is_null(list))
        status = ilf_fail(err, ILF_ERR_CONFIG,
                          "detail.RequestInterceptors: want an array of {\"Type\": ..., "
                          "\"Options\": {...}}");
    json_array_foreach(list, i, extension)
    {
        const char *type = type_of(extension);

        if (status == ILF_OK && is_extension(type, "ext_request_breaker"))
            ilf_logf(
                host, ILF_LEVEL_INFO,
                "RequestInterceptors.%zu: the circuit breaker of this flusher does the work of "
                "%s: see Breaker",
                i, type);
        else if (status == ILF_OK)
            status = ilf_fail(err, ILF_ERR_CONFIG,
                              "detail.RequestInterceptors.%zu: '%.100s' wraps requests of Go's "
                              "HTTP client, which this flusher does not use: use Auth, Headers, "
                              "Retry or Breaker for what it does",
                              i, type);
    }
    json_decref(list);
    return status;
}

ilf_status http_take_native(const struct http_native *native, struct ilf__http_auth *auth,
                            const ilf_host *host, ilf_error *err)
{
    ilf_status status = take_authenticator(native, auth, err);

    if (status == ILF_OK)
        status = refuse_extension(
            "Encoder", native->encoder,
            "is Go code that makes the bodies of requests, which this flusher makes itself: use "
            "Convert",
            err);
    if (status == ILF_OK)
        status = refuse_extension(
            "FlushInterceptor", native->flush_interceptor,
            "is Go code, which the agent's shim calls, and this host is not one that does: filter "
            "with a processor",
            err);
    if (status == ILF_OK)
        status = take_request_interceptors(native->request_interceptors, host, err);
    return status;
}
