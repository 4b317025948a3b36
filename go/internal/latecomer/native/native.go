// Package native registers a flusher of its own under a native name, and is
// initialised after cflusher, as the native flusher_http of iLogtail 1.8 is.
package native

import (
	"github.com/alibaba/ilogtail/pkg/pipeline"

	_ "ilf.local/go/cflusher" // before this one
)

// Flusher is not one of libilf.
type Flusher struct{ pipeline.Flusher }

func init() {
	pipeline.Flushers["flusher_sleep"] = func() pipeline.Flusher { return &Flusher{} }
}
