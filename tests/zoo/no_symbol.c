/* Fails load.entry: exports no ilf_plugin. */
#include "zoo.h"

extern const ilf_flusher_ops *const zoo;
const ilf_flusher_ops *const zoo = &zoo_ops;
