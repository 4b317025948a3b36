/* Fails options.inside: an option lies far behind the instance. */
#include <ilf/flusher.h>

static const ilf_option options[] = {
    {.name = "Path", .type = ILF_OPT_STR, .offset = 1 << 20, .help = "far away"}, {0}};

#define ZOO_MORE .instance_size = 8, .options = options,
#include "zoo.h"

ILF_PLUGIN(zoo_ops);
