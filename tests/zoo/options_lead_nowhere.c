/* Fails descriptor.instance-size options.ended: its table of options is no address. */
#define ZOO_MORE .instance_size = 8, .options = (const ilf_option *)4096,
#include "zoo.h"

ILF_PLUGIN(zoo_ops);
