// NOT in the host: what a program that stands in for the host needs.

package logger

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

var (
	outputLock sync.Mutex
	output     io.Writer = os.Stderr
)

// SetOutput sends the lines elsewhere and returns where they went so far. The
// writer gets one whole line per call, and one call at a time.
func SetOutput(to io.Writer) (before io.Writer) {
	outputLock.Lock()
	defer outputLock.Unlock()
	before, output = output, to
	return before
}

// SetLevel sets the level by its name; the empty name leaves it as it is.
func SetLevel(name string) error {
	at, known := levels[strings.ToLower(name)]
	if name == "" {
		return nil
	}
	if !known {
		return fmt.Errorf("unknown log level %q: use debug, info, warn, error or critical", name)
	}
	atomic.StoreInt32(&current, int32(at))
	return nil
}

func write(at level, text string) {
	line := time.Now().Format("2006-01-02 15:04:05.000 ") + marks[at] + " " + text + "\n"
	outputLock.Lock()
	defer outputLock.Unlock()
	_, _ = io.WriteString(output, line)
}
