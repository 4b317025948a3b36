// What went wrong, and the exit status that follows from it.

package main

import (
	"fmt"

	"ilf.local/go/harness"
)

// complaints tells everything that must not pass unnoticed.
func complaints(stats harness.Stats) []string {
	var all []string
	add := func(n uint64, format string) {
		if n > 0 {
			all = append(all, fmt.Sprintf(format, count(n)))
		}
	}
	add(stats.LostRecords, "%s records were refused by a flusher and are lost: the log above says why")
	add(stats.Dropped, "%s records were dropped: no flusher took them before the end")
	add(stats.StopErrors, "%s flushers stopped with an error: the log above says which")
	add(stats.DeadFlushers, "%s pipelines stalled because a flusher panicked: the log above says where")
	add(stats.Panics-stats.DeadFlushers, "%s goroutines of plugins ended in a panic: the log above says where")
	return all
}
