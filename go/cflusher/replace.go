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
// under their native names too, without flusher_c_, as in "stdout,http".
const ReplaceVariable = "ILF_REPLACE_NATIVE"

// nativeNames are the native names that are not "flusher_" and ours.
var nativeNames = map[string]string{"kafka": "flusher_kafka_v2"}

// replaced are the native names that are ours.
var replaced []string

// ReplaceNative registers the flushers that ReplaceVariable lists under their
// native names. Importing this package has called it. In iLogtail 1.8 and 2.0
// the native flusher_http and flusher_otlp are initialised later and take their
// names back; a package that imports those as well as this one, and calls
// ReplaceNative in its init, comes after them. No pipeline may be loading.
func ReplaceNative() {
	list := os.Getenv(ReplaceVariable)
	if list == "" {
		return
	}
	if err := load(); err != nil {
		complain([]string{fmt.Sprintf("$%s is ignored: %v", ReplaceVariable, err)})
		return
	}
	names, complaints := replace(pipeline.Flushers, libraryNames(), list)
	complain(complaints)
	if len(replaced) == 0 && len(names) > 0 && !bool(C.ilf_shim_after_init()) {
		complain([]string{fmt.Sprintf("$%s: can't start a thread that checks whether native flushers take their names back", ReplaceVariable)})
	}
	replaced = names
}

// replace registers the flushers of list, and returns the native names.
func replace(flushers map[string]pipeline.FlusherCreator, known []string, list string) (names, complaints []string) {
	for _, short := range strings.Split(list, ",") {
		if short = strings.TrimSpace(short); short == "" {
			continue
		}
		name := prefix + short
		if !contains(known, name) {
			complaints = append(complaints, fmt.Sprintf("$%s: there is no %s to replace the native %s", ReplaceVariable, name, short))
			continue
		}
		native, ok := nativeNames[short]
		if !ok {
			native = "flusher_" + short
		}
		flushers[native] = creator(name)
		names = append(names, native)
	}
	return names, complaints
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// ilfShimInitDone is called by a thread of C's. Go lets such a call in when all
// packages are initialised, and from then on nobody writes to the map.
//
//export ilfShimInitDone
func ilfShimInitDone() {
	defer func() { _ = recover() }() // creators are others' code
	complain(lost(pipeline.Flushers, replaced))
}

// lost says which of names are not ours any more.
func lost(flushers map[string]pipeline.FlusherCreator, names []string) (complaints []string) {
	for _, name := range names {
		if create := flushers[name]; create != nil {
			if _, ours := create().(*Flusher); ours {
				continue
			}
		}
		complaints = append(complaints, fmt.Sprintf("$%s has no effect for %s: the agent's own is initialised later and took its "+
			"name back: take it out of the agent's plugins.yml, or call ReplaceNative (docs/loongcollector.md)", ReplaceVariable, name))
	}
	return complaints
}
