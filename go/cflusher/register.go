package cflusher

// #include "calls.h"
import "C"

import (
	"fmt"
	"os"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

const prefix = "flusher_c_"

func init() {
	complain(append(Refused(), register(pipeline.Flushers, allNames())...))
	ReplaceNative()
}

// stderr is that of the process. The host's log does not work yet when
// packages initialise, and release 1.8 and 2.0 turn os.Stderr over to it later.
var stderr = os.Stderr

func complain(complaints []string) {
	for _, complaint := range complaints {
		fmt.Fprintln(stderr, "cflusher:", complaint)
	}
}

// allNames are those of the library, and those that it should have: a pipeline
// that asks for one of the latter is told why it is missing.
func allNames() []string {
	if load() != nil {
		return builtin
	}
	names := libraryNames()
	for _, name := range builtin {
		if !contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func libraryNames() (names []string) {
	for i := C.size_t(0); ; i++ {
		name := C.ilf_shim_name(i)
		if name == nil {
			return names
		}
		names = append(names, C.GoString(name))
	}
}

// register adds a creator for each of names. A name that is taken is left to its
// owner.
func register(flushers map[string]pipeline.FlusherCreator, names []string) (complaints []string) {
	for _, name := range names {
		if _, taken := flushers[name]; taken {
			complaints = append(complaints, fmt.Sprintf("%s is registered already, so libilf's is not used: "+
				"take the other plugin of that name out of the agent's plugin list", name))
			continue
		}
		flushers[name] = creator(name)
	}
	return complaints
}

func creator(name string) pipeline.FlusherCreator {
	return func() pipeline.Flusher { return &Flusher{name: name} }
}

// Refused says why plugins of $ILF_PLUGIN_PATH were left out, a line each.
func Refused() []string {
	if load() != nil {
		return nil
	}
	return lines(sized(func(buf *C.char, size C.size_t) C.size_t { return C.ilf_shim_refused(buf, size) }))
}

// Info is a C flusher, as ilfrun -list shows it.
type Info struct{ Name, Description string }

// List tells which flushers libilf has.
func List() ([]Info, error) {
	if err := load(); err != nil {
		return nil, err
	}
	var infos []Info
	for _, name := range libraryNames() {
		f := &Flusher{name: name}
		if err := f.create(); err != nil {
			return nil, err
		}
		infos = append(infos, Info{name, f.Description()})
		f.free()
	}
	return infos, nil
}
