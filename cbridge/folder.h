/* Making folders. */
#ifndef ILF_CBRIDGE_FOLDER_H
#define ILF_CBRIDGE_FOLDER_H

#include <sys/types.h>

/* Could there be a file of this path and @more bytes of name? ENAMETOOLONG: no; else 0. */
int ilf__check_length(const char *path, size_t more);

/* Make the folder @path with @mode, and those above it with 0755, where they are not there. Returns
 * 0 or an errno; then all that was made for it is taken away again. */
int ilf__make_folder(const char *path, mode_t mode);

/* Make the folders that the file @path lies in. */
int ilf__make_parents(const char *path);

/* Could a folder be made at @path, or its files be written if it is there? Could the file @path be
 * opened for writing, folders above it being made? 0 or an errno; nothing is changed. */
int ilf__could_be_folder(const char *path);
int ilf__could_write(const char *path);

/* Make names that were added to the folder @path, or to that of the file @path, survive a power cut,
 * as far as the file system can. */
void ilf__sync_folder(const char *path);
void ilf__sync_parent(const char *path);

#endif
