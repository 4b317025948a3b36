/* TLS options, as the native flushers have them and more, for every flusher that speaks TLS. */
#include "tls.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const versions[] = {"default", "1.0", "1.1", "1.2", "1.3", NULL};

const ilf_option ilf__tls_options[] = {
    ILF_OPTION(BOOL, struct ilf__tls_options, enabled, "Enabled", "false",
               "use TLS; where there is a URL, its https:// decides instead"),
    ILF_OPTION(STR, struct ilf__tls_options, ca_file, "CAFile", NULL,
               "PEM file of the authorities to trust; empty: the system's"),
    ILF_OPTION(STR, struct ilf__tls_options, cert_file, "CertFile", NULL,
               "PEM file of the client's certificate"),
    ILF_OPTION(STR, struct ilf__tls_options, key_file, "KeyFile", NULL,
               "PEM file of the client's key"),
    ILF_OPTION(STR, struct ilf__tls_options, key_password, "KeyPassword", NULL,
               "passphrase of the key", .flags = ILF_OPT_SECRET),
    ILF_OPTION(BOOL, struct ilf__tls_options, insecure_skip_verify, "InsecureSkipVerify", "false",
               "accept any certificate of the server: for tests only"),
    ILF_OPTION(ENUM, struct ilf__tls_options, min_version, "MinVersion", "1.2",
               "oldest version of TLS to accept", .choices = versions),
    ILF_OPTION(ENUM, struct ilf__tls_options, max_version, "MaxVersion", "default",
               "newest version of TLS to offer", .choices = versions),
    {0},
};

static ilf_status check_file(const char *option, const char *path, ilf_error *err)
{
    struct stat st;
    int fd;

    if (!*path)
        return ILF_OK;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return ilf_fail(err, ILF_ERR_CONFIG, "TLS.%s: open '%s': %s", option, path,
                        strerror(errno));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return ilf_fail(err, ILF_ERR_CONFIG, "TLS.%s: '%s' is not a file", option, path);
    }
    close(fd);
    return ILF_OK;
}

ilf_status ilf__tls_check(const struct ilf__tls_options *options, ilf_error *err)
{
    ilf_status status;

    if (!*options->cert_file != !*options->key_file)
        return ilf_fail(err, ILF_ERR_CONFIG, "TLS.%s is missing: CertFile and KeyFile go together",
                        *options->cert_file ? "KeyFile" : "CertFile");
    if (options->max_version != ILF__TLS_DEFAULT && options->min_version > options->max_version)
        return ilf_fail(err, ILF_ERR_CONFIG, "TLS.MinVersion %s is above TLS.MaxVersion %s",
                        versions[options->min_version], versions[options->max_version]);
    status = check_file("CAFile", options->ca_file, err);
    if (status == ILF_OK)
        status = check_file("CertFile", options->cert_file, err);
    return status == ILF_OK ? check_file("KeyFile", options->key_file, err) : status;
}

/* Renewing replaces the file or writes into it: one of these numbers changes. */
static uint64_t version_of(const char *path)
{
    struct stat st;

    if (!*path || stat(path, &st) != 0)
        return 0;
    return (uint64_t)st.st_ino * UINT64_C(0x9e3779b97f4a7c15) ^
           ((uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec) ^
           (uint64_t)st.st_size << 40;
}

uint64_t ilf__tls_files_version(const struct ilf__tls_options *options)
{
    return version_of(options->ca_file) + 3 * version_of(options->cert_file) +
           5 * version_of(options->key_file);
}
