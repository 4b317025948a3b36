/* Paths that nobody but root can make lead elsewhere. */
#ifndef ILF_CBRIDGE_TRUSTED_PATH_H
#define ILF_CBRIDGE_TRUSTED_PATH_H

#include <limits.h>
#include <sys/stat.h>

#include <ilf/flusher.h>

/* Could somebody else than root have put this here, or change it? */
bool ilf__others_can_write(const struct stat *st);

/* Follow @path as the kernel does, links included, and look at each folder and each link on the way:
 * all must be root's, and no folder may let others write, but for sticky ones, in which they can't
 * touch what is root's. @real gets the path without links: as long as root changes nothing, it leads
 * to @st, which is not judged here. */
ilf_status ilf__trusted_path(const char *path, char real[PATH_MAX], struct stat *st,
                             ilf_error *err);

#endif
