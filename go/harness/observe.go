// The test hooks: every call that is made to a flusher can be seen, in order.

package harness

import (
	"fmt"
	"strings"
	"sync"
)

// Call is one call of a method of a flusher. It is reported twice: when it is
// made, and when it has returned, from the goroutine that makes it.
type Call struct {
	Config   string // the name given to Load
	Instance int    // counts the loads of all configs, from 1
	Flusher  string // the type, as in the config
	Index    int    // its place among the flushers of the config
	Method   string // Init, IsReady, Flush, Export, SetUrgent, Stop
	Returned bool
	Groups   int   // of Flush and Export
	Records  int   // of Flush and Export
	Final    bool  // a Flush or Export of parked data after the flusher goroutine ended
	Flag     bool  // the argument of SetUrgent, or the answer of IsReady
	Err      error // of the methods that return one
}

// String prints the call without where it was made.
func (c Call) String() string {
	text := c.Method
	switch c.Method {
	case "IsReady", "SetUrgent":
		text = fmt.Sprintf("%s %v", c.Method, c.Flag)
	case "Flush", "Export":
		text = fmt.Sprintf("%s %d groups %d records", c.Method, c.Groups, c.Records)
	}
	if c.Final {
		text += " (parked)"
	}
	if c.Err != nil {
		text += ": " + c.Err.Error()
	}
	return text
}

// Trace keeps calls. Its Observe method is a value for Config.Observe.
type Trace struct {
	mu    sync.Mutex
	calls []Call
}

// Observe keeps one call.
func (t *Trace) Observe(call Call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls = append(t.calls, call)
}

// Calls returns all reports so far, each call twice.
func (t *Trace) Calls() []Call {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Call(nil), t.calls...)
}

// String prints the calls that have returned, one per line. Of answers of
// IsReady that are all the same only the first is printed.
func (t *Trace) String() string {
	var lines []string
	for _, call := range t.Calls() {
		line := call.String()
		repeated := call.Method == "IsReady" && len(lines) > 0 && lines[len(lines)-1] == line
		if call.Returned && !repeated {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
