/* The batch that benchmarks use: 1000 logs of 10 nginx fields. */
#ifndef ILF_TESTS_BENCH_NGINX_H
#define ILF_TESTS_BENCH_NGINX_H

#include <ilf/flusher.h>

#include <string.h>

enum { NGINX_LOGS = 1000, NGINX_PAIRS = 10 };

static const char *const nginx_pairs[NGINX_PAIRS][2] = {
    {"remote_addr", "203.0.113.42"},
    {"time_local", "22/Nov/2026:14:29:51 +0000"},
    {"method", "GET"},
    {"url", "/api/v2/orders/8831?expand=items&lang=en"},
    {"protocol", "HTTP/1.1"},
    {"status", "200"},
    {"body_bytes_sent", "5316"},
    {"http_referer", "https://shop.example.com/cart"},
    {"http_user_agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
                        "Chrome/120.0.0.0 Safari/537.36"},
    {"request_time", "0.043"},
};

struct nginx_batch {
    ilf_kv pairs[NGINX_LOGS][NGINX_PAIRS];
    char bytes[NGINX_LOGS][512]; /* each log has its strings to itself, as in a real batch */
    ilf_log logs[NGINX_LOGS];
    ilf_group group;
    ilf_batch batch;
};

static inline ilf_str nginx_copy(char **to, const char *text)
{
    ilf_str str = {*to, strlen(text)};

    memcpy(*to, text, str.len);
    *to += str.len;
    return str;
}

static inline void nginx_fill(struct nginx_batch *b)
{
    memset(b, 0, sizeof(*b));
    for (int l = 0; l < NGINX_LOGS; l++) {
        char *to = b->bytes[l];

        for (int p = 0; p < NGINX_PAIRS; p++) {
            b->pairs[l][p].key = nginx_copy(&to, nginx_pairs[p][0]);
            b->pairs[l][p].value = nginx_copy(&to, nginx_pairs[p][1]);
        }
        b->batch.n_bytes += (uint64_t)(to - b->bytes[l]);
        b->logs[l].time = 1700000000;
        b->logs[l].contents = b->pairs[l];
        b->logs[l].n_contents = NGINX_PAIRS;
    }
    b->group.logs = b->logs;
    b->group.n_logs = NGINX_LOGS;
    b->batch.struct_size = sizeof(b->batch);
    b->batch.groups = &b->group;
    b->batch.n_groups = 1;
}

#endif
