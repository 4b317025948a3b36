/* Descriptors of librdkafka's that children of the host do not inherit.
 *
 * Its sockets and files are so by themselves. Its pipes, of which each thread for a broker has one to
 * be woken by, are not, and there is no option for it. A thread starts just behind the making of its
 * pipe, and tells an interceptor: so a child has them only if it is forked between the two. */
#include "cloexec.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

/* librdkafka's are as small as pipes can be, and never block. If another thread has just made such a
 * one too: few want theirs to be inherited by number, and those duplicate them behind fork. */
static bool is_such_a_pipe(int fd)
{
    const int flags = fcntl(fd, F_GETFD), status = fcntl(fd, F_GETFL);

    return flags >= 0 && !(flags & FD_CLOEXEC) && status >= 0 && (status & O_NONBLOCK) &&
           fcntl(fd, F_GETPIPE_SZ) == sysconf(_SC_PAGESIZE);
}

static rd_kafka_resp_err_t thread_starts(rd_kafka_t *rk, rd_kafka_thread_type_t type,
                                         const char *name, void *context)
{
    DIR *all = type == RD_KAFKA_THREAD_BROKER ? opendir("/proc/self/fd") : NULL;
    const struct dirent *entry;

    (void)rk;
    (void)name;
    (void)context;
    while (all && (entry = readdir(all))) {
        const int fd = *entry->d_name == '.' ? -1 : atoi(entry->d_name);

        if (is_such_a_pipe(fd))
            (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    if (all)
        closedir(all);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t client_starts(rd_kafka_t *rk, const rd_kafka_conf_t *conf, void *context,
                                         char *text, size_t size)
{
    (void)conf;
    (void)text;
    (void)size;
    return rd_kafka_interceptor_add_on_thread_start(rk, "ilf", thread_starts, context);
}

void kafka_close_on_exec(rd_kafka_conf_t *conf)
{
    (void)rd_kafka_conf_interceptor_add_on_new(conf, "ilf", client_starts, NULL);
}
