/* Where requests go: URL, query and headers, with what of them depends on the records. */
#ifndef ILF_HTTP_TARGET_H
#define ILF_HTTP_TARGET_H

#include "parts.h"

struct target_options {
    const char *remote_url;
    ilf_str_list failover_urls;
    ilf_str_map headers;
    ilf_str_map query;
};

struct target {
    /* A request goes to a server's base, "http://host:1", with the suffix, "/path?query". */
    struct target_server {
        char *base;
        char *label; /* for log and metrics: without user and password */
    } * servers;
    const char **labels; /* the same, as ilf_tuning wants them */
    size_t n_servers;
    char *suffix;   /* NULL: it varies */
    char **headers; /* that are the same for all: "Name: value", NULL at the end */
    size_t n_headers;

    /* What depends on the records is written into each record's destination: a line that holds the
     * suffix, empty where that is the same for all, then a line for each header that varies. Nothing
     * at all where nothing varies. */
    struct ilf__template path; /* with the URL's own query, if there is no option Query */
    struct parts query;
    struct parts varying; /* headers */
    bool varies;          /* suffix or headers do */
};

/* Compile the options; @names learns the fields that they need. @more are headers to add, in pairs
 * of name and value, then NULL, except where the user sets that name. Fails with ILF_ERR_CONFIG.
 * Warnings go to @host's log. */
ilf_status target_init(struct target *t, const struct target_options *options,
                       const char *const *more, struct ilf__names *names, const ilf_host *host,
                       ilf_error *err);
void target_dispose(struct target *t);

/* What the user has set the header @name to, or NULL. */
const ilf_str *target_header(const struct target_options *options, const char *name);

/* Append the destination of a record with the fields @selected; @scratch is for work. NULL, or why
 * no request can be made of it: good until the next call. */
const char *target_put(const struct target *t, const ilf_str *selected, struct ilf__text *scratch,
                       struct ilf__text *destination);

/* Set @url to the URL for @destination at server number @server, NUL-terminated, and @lines to the
 * header lines of the destination. False for a destination that is none of this configuration's, and
 * when memory is short (@url has failed then). */
bool target_url(const struct target *t, size_t server, ilf_str destination, struct ilf__text *url,
                ilf_str *lines);

#endif
