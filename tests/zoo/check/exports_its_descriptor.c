/* Fails descriptor.exports: exports a name of ours. */
#include "animal.h"

ILF_EXPORT extern const int ilf_flusher_zoo;
ILF_EXPORT const int ilf_flusher_zoo = 1;

ANIMAL();
