/* Fails process.cancellation: leaves the caller uncancellable. */
#include "animal.h"

static ilf_status init(INIT)
{
    int before;

    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    return ILF_OK;
}

ANIMAL(.init = init);
