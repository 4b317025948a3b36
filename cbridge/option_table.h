/* Tables of options, as plugins bring them. */
#ifndef ILF_CBRIDGE_OPTION_TABLE_H
#define ILF_CBRIDGE_OPTION_TABLE_H

#include <ilf/flusher.h>

/* Is there a mistake in the table of options for which the runtime would read or write where
 * nothing is? Reads all of it, as far as its ends can be told. */
ilf_status ilf__check_tables(const ilf_flusher_ops *ops, ilf_error *err);

#endif
