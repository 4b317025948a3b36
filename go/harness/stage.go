// The last stage of a line: one goroutine that takes groups off the queue in
// batches and calls the flushers.

package harness

import (
	"sync"
	"sync/atomic"
	"time"
)

// load is the size of a batch.
type load struct {
	groups, records, bytes int
}

// cargo is what the stage has to know about a generation of groups.
type cargo[G any] struct {
	method string           // Flush or Export
	stamp  func(groups []G) // what the host writes into groups on their way out
	weigh  func(groups []G) load
	send   func(f *flusher, groups []G) error
}

type stage[G any] struct {
	line  *line
	cargo cargo[G]
	queue chan G

	stopping chan struct{}
	done     chan struct{}
	mayPark  atomic.Bool
	dead     atomic.Bool // a panic ended the goroutine

	mu     sync.Mutex
	parked []G
}

func newStage[G any](l *line, cargo cargo[G], capacity int) *stage[G] {
	return &stage[G]{
		line:     l,
		cargo:    cargo,
		queue:    make(chan G, capacity),
		stopping: make(chan struct{}),
		done:     make(chan struct{}),
	}
}

// run ends for good when a flusher panics: the host has one recover around it all.
func (s *stage[G]) run() {
	defer close(s.done)
	defer func() {
		if p := recover(); p != nil {
			s.dead.Store(true)
			s.line.agent.counters.deadFlushers.Add(1)
			s.line.panicked("a flusher", p)
		}
	}()
	for {
		select {
		case first := <-s.queue:
			s.deliver(s.drain(first))
		case <-s.stopping:
			select {
			case first := <-s.queue:
				s.deliver(s.drain(first))
			default:
				return
			}
		}
	}
}

// drain takes what is queued at this instant and waits for nothing more. The
// batch is a new slice each time, because flushers may keep it.
func (s *stage[G]) drain(first G) []G {
	n := len(s.queue)
	batch := make([]G, 1, n+1)
	batch[0] = first
	for ; n > 0; n-- {
		batch = append(batch, <-s.queue)
	}
	return batch
}

func (s *stage[G]) deliver(batch []G) {
	s.cargo.stamp(batch)
	for !s.try(batch) {
		time.Sleep(s.line.agent.config.Poll)
	}
}

// try flushes the batch if all flushers are ready, else parks it if that is allowed.
func (s *stage[G]) try(batch []G) (done bool) {
	s.line.gate.RLock()
	defer s.line.gate.RUnlock()
	if s.allReady() {
		size := s.cargo.weigh(batch)
		for _, f := range s.line.flushers {
			s.hand(f, batch, size, false)
		}
		s.count(size)
		return true
	}
	if !s.mayPark.Load() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parked = append(s.parked, batch...)
	return true
}

// allReady asks in order and stops at the first that is not.
func (s *stage[G]) allReady() bool {
	for _, f := range s.line.flushers {
		if !f.isReady() {
			return false
		}
	}
	return true
}

func (s *stage[G]) hand(f *flusher, batch []G, size load, final bool) {
	f.hand(s.cargo.method, final, size, func() error { return s.cargo.send(f, batch) })
}

func (s *stage[G]) count(size load) {
	c := &s.line.agent.counters
	c.records.Add(uint64(size.records))
	c.bytes.Add(uint64(size.bytes))
	c.groups.Add(uint64(size.groups))
	c.batches.Add(1)
}

// stop waits until the goroutine has emptied the queue. If a panic has ended it
// before, what is still queued is lost.
func (s *stage[G]) stop() {
	close(s.stopping)
	<-s.done
	if n := len(s.queue); s.dead.Load() && n > 0 {
		left := make([]G, n)
		for i := range left {
			left[i] = <-s.queue
		}
		s.line.drop(s.cargo.weigh(left), "the flusher goroutine has ended before")
	}
}
