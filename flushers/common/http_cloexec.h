/* Sockets of libcurl that children of the host do not inherit: it has no option for that. */
#ifndef ILF_COMMON_HTTP_CLOEXEC_H
#define ILF_COMMON_HTTP_CLOEXEC_H

#include <curl/curl.h>

/* curl_multi_init, whose pair of sockets for curl_multi_wakeup has FD_CLOEXEC. */
CURLM *ilf__http_new_multi(void);

/* Let the connections of @easy have it too. */
void ilf__http_close_on_exec(CURL *easy);

#endif
