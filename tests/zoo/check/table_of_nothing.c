/* Fails options.table: a table has no table. */
#include "animal.h"

OPTIONS({.name = "Table", .type = ILF_OPT_TABLE, .help = "more of them"});

ANIMAL(.options = options);
