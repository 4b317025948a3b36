// The counters behind a progress line and an exit status.

package harness

import (
	"sync/atomic"
	"time"
)

// Stats is what an agent has done so far. Records are logs, or events of v2.
type Stats struct {
	Records   uint64        // given to flushers, once per batch
	Bytes     uint64        // of their keys and values
	Groups    uint64        // that they came in
	Batches   uint64        // that is, rounds of Flush or Export
	FlushTime time.Duration // spent in Flush and Export

	QueuedRecords int // between inputs and processors
	QueuedGroups  int // between aggregators and flushers
	ParkedGroups  int // held back by flushers that were not ready, until the next load

	FlushErrors  uint64 // calls of Flush or Export that returned an error
	LostRecords  uint64 // in those calls
	DroppedGroup uint64 // parked or queued groups that no flusher took before the end
	Dropped      uint64 // records in those groups
	StopErrors   uint64 // calls of Stop that returned an error
	Panics       uint64 // goroutines that a panic ended
	DeadFlushers uint64 // of those, flusher goroutines: their pipelines stall
	Timeouts     uint64 // stops that exceeded their budget
}

type counters struct {
	records, bytes, groups, batches, flushTime atomic.Uint64
	flushErrors, lost, droppedGroups, dropped  atomic.Uint64
	stopErrors, panics, deadFlushers, timeouts atomic.Uint64
}

// Stats may be called at any time.
func (a *Agent) Stats() Stats {
	c := &a.counters
	stats := Stats{
		Records:      c.records.Load(),
		Bytes:        c.bytes.Load(),
		Groups:       c.groups.Load(),
		Batches:      c.batches.Load(),
		FlushTime:    time.Duration(c.flushTime.Load()),
		FlushErrors:  c.flushErrors.Load(),
		LostRecords:  c.lost.Load(),
		DroppedGroup: c.droppedGroups.Load(),
		Dropped:      c.dropped.Load(),
		StopErrors:   c.stopErrors.Load(),
		Panics:       c.panics.Load(),
		DeadFlushers: c.deadFlushers.Load(),
		Timeouts:     c.timeouts.Load(),
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, l := range a.running {
		records, groups, parked := l.work.backlog()
		stats.QueuedRecords += records
		stats.QueuedGroups += groups
		stats.ParkedGroups += parked
	}
	for _, parcel := range a.parked {
		stats.ParkedGroups += parcel.size()
	}
	return stats
}
