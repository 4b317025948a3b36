/* Fails error.secret: tells a password in the reason of a result. */
#include "delivered.h"

static void send_it(SEND)
{
    const char *path = *COURIER_SELF->path ? COURIER_SELF->path : "refused";

    end_with(self, payload, RESULT(.verdict = ILF_RETRY, .reason = {path, strlen(path)}));
}

OPTIONS(ILF_OPTION(STR, struct courier, path, "Password", NULL, "of the sink",
                   .flags = ILF_OPT_SECRET));
COURIER(.send = send_it, .options = options);
