/* Options of an HTTP client without TLS, authentication and proxies, for tests to start from. */
#ifndef ILF_TESTS_HTTP_OPTIONS_H
#define ILF_TESTS_HTTP_OPTIONS_H

#include "../flushers/common/http.h"

static inline struct ilf__http_options test_http_options(void)
{
    return (struct ilf__http_options){
        .tls = {.ca_file = "",
                .cert_file = "",
                .key_file = "",
                .key_password = "",
                .min_version = ILF__TLS_1_2},
        .auth = {.username = "",
                 .password = "",
                 .bearer_token = "",
                 .oauth2 = {.token_url = "", .client_id = "", .client_secret = ""},
                 .aws = {.region = "",
                         .service = "",
                         .access_key = "",
                         .secret_key = "",
                         .session_token = ""}},
        .proxy = "none",
        .redirects = ILF__REDIRECTS_SAME_ORIGIN,
        .connect_timeout = 5000000000,
        .timeout = 5000000000,
    };
}

#endif
