// Command host is an agent whose own flusher_sleep comes late. It prints whose
// flusher_sleep is in the end; with an argument it has called ReplaceNative.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/alibaba/ilogtail/pkg/pipeline"

	"ilf.local/go/cflusher"
	"ilf.local/go/internal/latecomer/native"
)

func init() {
	if len(os.Args) > 1 {
		cflusher.ReplaceNative()
	}
}

func main() {
	_, late := pipeline.Flushers["flusher_sleep"]().(*native.Flusher)
	fmt.Println(late)
	time.Sleep(time.Second) // an agent goes on, while the shim looks at the map
}
