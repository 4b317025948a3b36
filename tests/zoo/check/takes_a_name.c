/* Fails reload.start: takes a name that only one can have. */
#include "animal.h"

#include <sys/socket.h>
#include <sys/un.h>

static ilf_status init(INIT)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    (void)snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "zoo %d", (int)getpid());
    SELF->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (SELF->fd >= 0 && bind(SELF->fd, (void *)&address, sizeof(address)) == 0)
        return ILF_OK;
    close(SELF->fd);
    return ilf_fail(err, ILF_ERR_CONFIG, "the name is taken");
}

static ilf_status stop(STOP)
{
    close(SELF->fd);
    return ILF_OK;
}

ANIMAL(.init = init, .stop = stop);
