/* Fails process.locale: changes the locale. */
#include "animal.h"

#include <locale.h>

static ilf_status init(INIT)
{
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    return ILF_OK;
}

ANIMAL(.init = init);
