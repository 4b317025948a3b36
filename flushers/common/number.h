/* Numbers written as text, read as Go's strconv reads them. */
#ifndef ILF_COMMON_NUMBER_H
#define ILF_COMMON_NUMBER_H

#include "text.h"

/* ParseInt with base 10 and 64 bits: a sign and digits. */
bool ilf__parse_int(ilf_str text, int64_t *number);

/* ParseBool: 1, t, T, TRUE, true, True and the same for false. */
bool ilf__parse_bool(ilf_str text, bool *value);

/* ParseFloat, less NaN and infinities, which are refused as what is no number or too large is.
 * @scratch is for its use; when memory is short, its @failed is set. */
bool ilf__parse_float(ilf_str text, struct ilf__text *scratch, double *number);

#endif
