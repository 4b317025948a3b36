/* The batch that benchmarks use: four groups, as a busy host hands over, of 1000 logs of 10 nginx
 * fields each. */
#ifndef ILF_TESTS_BENCH_NGINX_H
#define ILF_TESTS_BENCH_NGINX_H

#include <ilf/flusher.h>

#include <string.h>

enum { NGINX_LOGS = 1000, NGINX_PAIRS = 10, NGINX_GROUPS = 4 };

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

struct nginx_group {
    ilf_kv pairs[NGINX_LOGS][NGINX_PAIRS];
    char bytes[NGINX_LOGS * 512]; /* keys once, values of each log, as the shim lays them out */
    ilf_log logs[NGINX_LOGS];
};

struct nginx_batch {
    struct nginx_group data[NGINX_GROUPS];
    ilf_group groups[NGINX_GROUPS];
    ilf_batch batch;
};

static inline ilf_str nginx_copy(char **to, const char *text)
{
    ilf_str str = {*to, strlen(text)};

    memcpy(*to, text, str.len);
    *to += str.len;
    return str;
}

static inline uint64_t nginx_fill_group(struct nginx_group *g)
{
    char *to = g->bytes;
    uint64_t bytes = 0;

    for (int l = 0; l < NGINX_LOGS; l++) {
        for (int p = 0; p < NGINX_PAIRS; p++) {
            ilf_kv *kv = &g->pairs[l][p];

            kv->key = l > 0 ? g->pairs[0][p].key : nginx_copy(&to, nginx_pairs[p][0]);
            kv->value = nginx_copy(&to, nginx_pairs[p][1]);
            bytes += kv->key.len + kv->value.len;
        }
        g->logs[l].time = 1700000000;
        g->logs[l].contents = g->pairs[l];
        g->logs[l].n_contents = NGINX_PAIRS;
    }
    return bytes;
}

static inline void nginx_fill(struct nginx_batch *b)
{
    memset(b, 0, sizeof(*b));
    for (int i = 0; i < NGINX_GROUPS; i++) {
        b->batch.n_bytes += nginx_fill_group(&b->data[i]);
        b->groups[i].logs = b->data[i].logs;
        b->groups[i].n_logs = NGINX_LOGS;
    }
    b->batch.struct_size = sizeof(b->batch);
    b->batch.groups = b->groups;
    b->batch.n_groups = NGINX_GROUPS;
}

#endif
