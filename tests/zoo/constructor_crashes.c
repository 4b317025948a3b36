/* Fails load.survived: its constructor crashes. */
#include <signal.h>

#include "zoo.h"

__attribute__((constructor)) static void greet(void)
{
    (void)raise(SIGSEGV);
}

ILF_PLUGIN(zoo_ops);
