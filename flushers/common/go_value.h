/* Values of events as text, as Go's fmt prints them with %v. */
#ifndef ILF_COMMON_GO_VALUE_H
#define ILF_COMMON_GO_VALUE_H

#include "text.h"

/* A []byte is a list of numbers to Go; @bytes_as_text tells that @value itself, if it is one, is
 * text all the same. */
void ilf__go_value_put(struct ilf__text *text, const ilf_value *value, bool bytes_as_text);

/* A float of any kind, NaN and infinities too. */
void ilf__go_value_put_float(struct ilf__text *text, double value, uint32_t bits);

#endif
