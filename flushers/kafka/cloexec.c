/* Descriptors of librdkafka's that children of the host do not inherit.
 *
 * Its sockets and files are so by themselves. Its pipes, of which each thread for a broker has one to
 * be woken by, are not, and there is no option for it. They are made when the client starts, and when
 * it hears of brokers, to which it then connects: both are where we look for them. What is forked
 * between has them.
 *
 * (An interceptor could tell of each thread that starts. With one, librdkafka 2.0.2 frees properties
 * twice when a client can't be started.) */
#include "cloexec.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* librdkafka's are as small as pipes can be, and never block. If another thread has just made such a
 * one too: few want theirs to be inherited by number, and those duplicate them behind fork. */
static bool is_such_a_pipe(int fd)
{
    const int flags = fcntl(fd, F_GETFD), status = fcntl(fd, F_GETFL);

    return flags >= 0 && !(flags & FD_CLOEXEC) && status >= 0 && (status & O_NONBLOCK) &&
           fcntl(fd, F_GETPIPE_SZ) == sysconf(_SC_PAGESIZE);
}

void kafka_close_pipes_on_exec(void)
{
    DIR *all = opendir("/proc/self/fd");
    const struct dirent *entry;

    while (all && (entry = readdir(all))) {
        const int fd = *entry->d_name == '.' ? -1 : atoi(entry->d_name);

        if (is_such_a_pipe(fd))
            (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    if (all)
        closedir(all);
}

/* In the thread of a broker, before it connects. */
static int open_socket(int domain, int type, int protocol, void *opaque)
{
    (void)opaque;
    kafka_close_pipes_on_exec();
    return socket(domain, type | SOCK_CLOEXEC, protocol);
}

void kafka_close_on_exec(rd_kafka_conf_t *conf)
{
    rd_kafka_conf_set_socket_cb(conf, open_socket);
}
