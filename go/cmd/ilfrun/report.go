// What went wrong, and the exit status that follows from it.

package main

import (
	"fmt"
	"time"

	"ilf.local/go/harness"
)

// complaints tells everything that must not pass unnoticed, but for what the last
// line says of the C flushers' records.
func complaints(stats harness.Stats, e ends) []string {
	var all []string
	add := func(n uint64, format string) {
		if n > 0 {
			all = append(all, fmt.Sprintf(format, count(n)))
		}
	}
	if stats.LostRecords > e.dropped { // else the C flushers have counted them
		add(stats.LostRecords, "%s records were rejected by a flusher and are lost: the log above says why")
	}
	add(stats.Dropped, "%s records were dropped: no flusher took them before the end")
	add(stats.StopErrors, "%s flushers stopped with an error: the log above says which")
	add(stats.DeadFlushers, "%s pipelines stalled because a flusher panicked: the log above says where")
	add(stats.Panics-stats.DeadFlushers, "%s goroutines of plugins ended in a panic: the log above says where")
	return all
}

// conclude tells how a run has ended, in the last line what became of the records,
// and whether that is a failure: with -once it is one if anything is not delivered.
func (o *options) conclude(m *meter, stats harness.Stats, e ends, terminal bool, err error,
	say func(string, ...interface{})) error {
	all := complaints(stats, e)
	if err != nil {
		all = append([]string{err.Error()}, all...)
	}
	for _, text := range all {
		say("%s", text)
	}
	missing := e.undelivered() > 0 || o.endsByItself() && e.spooled > 0
	switch {
	case terminal:
		say("%s", m.summary(time.Now(), stats, e))
	case missing || len(all) > 0 && e.any():
		say("%s records accepted: %s", count(e.accepted), e)
	}
	if missing || len(all) > 0 {
		return errFound
	}
	return nil
}
