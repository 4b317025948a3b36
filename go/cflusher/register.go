package cflusher

// #include "calls.h"
import "C"

import (
	"fmt"
	"os"
	"strings"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// ReplaceVariable is the environment variable that lists flushers to register
// under their native names too, as in "stdout,http".
const ReplaceVariable = "ILF_REPLACE_NATIVE"

const prefix = "flusher_c_"

// nativeNames are the native names that are not "flusher_" and ours.
var nativeNames = map[string]string{"kafka": "flusher_kafka_v2"}

func init() {
	names, replace := libraryNames, os.Getenv(ReplaceVariable)
	if err := load(); err != nil {
		names = func() []string { return builtin } // so that a pipeline says why its flusher is missing
		if replace != "" {
			fmt.Fprintf(os.Stderr, "cflusher: $%s is ignored: %v\n", ReplaceVariable, err)
		}
		replace = ""
	}
	complaints := append(Refused(), register(pipeline.Flushers, names(), replace)...)
	for _, complaint := range complaints {
		fmt.Fprintln(os.Stderr, "cflusher:", complaint) // the host's log does not work yet
	}
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

// register adds a creator for each of names, and for those in replace one under
// the native name. A name that is taken is left to its owner, except where the
// user wants it replaced.
func register(flushers map[string]pipeline.FlusherCreator, names []string, replace string) (complaints []string) {
	known := map[string]bool{}
	for _, name := range names {
		known[name] = true
		if _, taken := flushers[name]; taken {
			complaints = append(complaints, fmt.Sprintf("%s is registered already, so libilf's is not used: "+
				"take the other plugin of that name out of the agent's plugin list", name))
			continue
		}
		flushers[name] = creator(name)
	}
	for _, short := range strings.Split(replace, ",") {
		if short = strings.TrimSpace(short); short == "" {
			continue
		}
		name := prefix + short
		if !known[name] {
			complaints = append(complaints, fmt.Sprintf("$%s: there is no %s to replace the native %s",
				ReplaceVariable, name, short))
			continue
		}
		native, ok := nativeNames[short]
		if !ok {
			native = "flusher_" + short
		}
		flushers[native] = creator(name)
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
