package cflusher

// #include "calls.h"
import "C"

import "unsafe"

// readyRoute keeps the arguments of IsReady in C memory. The host polls with
// the same ones over and over, so they are laid out once.
type readyRoute struct {
	project, logstore string
	key               int64
	memory            arena
	c                 *C.ilf_route
}

func (r *readyRoute) get(project, logstore string, key int64) *C.ilf_route {
	if r.c != nil && project == r.project && logstore == r.logstore && key == r.key {
		return r.c
	}
	r.project, r.logstore, r.key = project, logstore, key
	r.memory.reset()
	to := (*route)(r.memory.alloc(unsafe.Sizeof(route{})))
	*to = route{project: r.memory.put(project), logstore: r.memory.put(logstore), key: key}
	r.c = (*C.ilf_route)(unsafe.Pointer(to))
	return r.c
}

func (r *readyRoute) free() {
	r.memory.free()
	r.c = nil
}
