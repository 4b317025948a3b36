/* Fails options.type: an option has a type that there is not. */
#include "animal.h"

OPTIONS({.name = "Path", .type = (ilf_option_type)99, .help = "append here"});

ANIMAL(.options = options);
