/* Named points at which the crash tests kill the process. Compiled in with -DILF_POINTS only. */
#ifndef ILF_CBRIDGE_POINT_H
#define ILF_CBRIDGE_POINT_H

#ifdef ILF_POINTS
/* Kill the process with SIGKILL if $ILF_CRASH_AT is "NAME:N" and this is the Nth time, counted from
 * 1, that it comes by @name. */
void ilf__point(const char *name);
#define ILF__POINT(name) ilf__point(name)
#else
#define ILF__POINT(name) ((void)0)
#endif

#endif
