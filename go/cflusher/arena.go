package cflusher

// #include <stdlib.h>
import "C"

import "unsafe"

// arena is C memory that one batch is laid out in, reused from batch to batch.
//
// C sees only what lies in it, and nothing in it points to Go memory. Go writes
// it through mirror structs (layout.go) whose pointers are uintptr, so that the
// collector neither looks at it nor puts barriers in front of a store.
type arena struct {
	base   unsafe.Pointer // the chunk that allocations come from
	off    uintptr        // bytes of it in use
	size   uintptr
	full   []unsafe.Pointer // chunks that this batch has filled before
	filled uintptr          // bytes in them
	idle   int              // batches in a row that needed only a small part
	copied uint64           // bytes of strings that were put, ever
}

const (
	align        = 8
	smallest     = 64 << 10
	idleBatches  = 256 // before a chunk that is far too large is given back
	idleFraction = 8
)

// alloc returns n bytes, aligned, not zeroed.
func (a *arena) alloc(n uintptr) unsafe.Pointer {
	a.off = (a.off + align - 1) &^ (align - 1) // put leaves any offset
	if a.off+n > a.size {
		a.grow(n)
	}
	p := unsafe.Add(a.base, a.off)
	a.off += n
	return p
}

// grow starts a new chunk with room for n bytes and for all that there is so
// far, so that the number of chunks stays small.
func (a *arena) grow(n uintptr) {
	if a.base != nil {
		a.full = append(a.full, a.base)
		a.filled += a.off
	}
	size := a.filled * 2
	if size < smallest {
		size = smallest
	}
	if size < n {
		size = n
	}
	size = (size + align - 1) &^ (align - 1)                  // so that aligning never passes the end
	a.base, a.off, a.size = C.malloc(C.size_t(size)), 0, size // C.malloc never returns nil
}

// put copies s and returns where it lies.
func (a *arena) put(s string) str {
	n := uintptr(len(s))
	if a.size-a.off < n {
		a.grow(n)
	}
	p := unsafe.Add(a.base, a.off)
	copy(unsafe.Slice((*byte)(p), len(s)), s)
	a.off += n
	a.copied += uint64(n)
	return str{uintptr(p), n}
}

// reset forgets the batch. What took several chunks will fit one the next time;
// a chunk that has long been far too large is replaced, so that one giant batch
// does not cost its size for ever.
func (a *arena) reset() {
	used := a.filled + a.off
	switch {
	case len(a.full) > 0:
		a.free()
		a.grow(used + used/4) // so that the next, a little larger one fits too
	case used > a.size/idleFraction || a.size <= smallest:
		a.idle = 0
	default:
		if a.idle++; a.idle >= idleBatches {
			a.free()
			a.grow(used * 2)
		}
	}
	a.off = 0
}

// free gives all memory back. The arena can be used again.
func (a *arena) free() {
	for _, chunk := range a.full {
		C.free(chunk)
	}
	C.free(a.base)
	*a = arena{copied: a.copied}
}
