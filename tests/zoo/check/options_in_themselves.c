/* Fails options.nesting: its table holds itself. */
#include "animal.h"

static const ilf_option options[2];
static const ilf_option options[2] = {
    {.name = "Table", .type = ILF_OPT_TABLE, .help = "itself", .table = options},
};

ANIMAL(.options = options);
