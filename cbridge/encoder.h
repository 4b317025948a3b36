/* What encode is given to put records into: a collector, with care for what it is given. */
#ifndef ILF_CBRIDGE_ENCODER_H
#define ILF_CBRIDGE_ENCODER_H

#include "collect.h"

/* Longer destinations and keys are no such thing. */
#define ILF__NAME_MAX ((size_t)16 << 20)

/* From here on until it is closed, @collector takes records: a flusher may keep its encoder. */
void ilf__encoder_open(struct ilf__collector *collector);
void ilf__encoder_close(struct ilf__collector *collector);

/* The functions of an ilf_encoder whose context is the collector. A record that is none is rejected,
 * and counted; with NULL, or while the encoder is not open, they fail with ILF_ERR_DROP. */
ilf_status ilf__encoder_put(void *collector, const ilf_record *record);
ilf_status ilf__encoder_reject(void *collector, ilf_str text, uint32_t n_events, const char *why);

#endif
