/* TLS options, as the native flushers have them and more, for every flusher that speaks TLS. */
#ifndef ILF_COMMON_TLS_H
#define ILF_COMMON_TLS_H

#include <ilf/flusher.h>

enum ilf__tls_version { ILF__TLS_DEFAULT, ILF__TLS_1_0, ILF__TLS_1_1, ILF__TLS_1_2, ILF__TLS_1_3 };

struct ilf__tls_options {
    bool enabled;
    const char *ca_file;
    const char *cert_file;
    const char *key_file;
    const char *key_password;
    bool insecure_skip_verify;
    int min_version, max_version; /* enum ilf__tls_version */
};

extern const ilf_option ilf__tls_options[];

/* Do the options fit together, and can the files be read? Fails with ILF_ERR_CONFIG. */
ilf_status ilf__tls_check(const struct ilf__tls_options *options, ilf_error *err);

/* A number that changes when one of the files does: when a certificate was renewed. */
uint64_t ilf__tls_files_version(const struct ilf__tls_options *options);

#endif
