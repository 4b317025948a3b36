/* The defaults of the common options as a flusher has tuned them. */
#ifndef ILF_CBRIDGE_TUNED_H
#define ILF_CBRIDGE_TUNED_H

#include <ilf/bridge.h>

#include "option_text.h"

/* A trial of @ops (trial.h) with as little configuration as it takes: what must be there holds a
 * text that stands for it. Its common options are the effective defaults. NULL: it takes more than
 * that, so they are not known. */
ilf_flusher *ilf__tuned(const ilf_flusher_ops *ops);

/* The value of @option in @base as a default would be written, if it is another than the default in
 * its table. */
bool ilf__tuned_text(char out[ILF__NUMBER_TEXT], const ilf_option *option, void *base);

#endif
