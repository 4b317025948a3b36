// What becomes of batches that were parked because a flusher was not ready.

package harness

import "time"

// flushParked is the last chance of parked data, all of it in one call.
func (s *stage[G]) flushParked() {
	batch := s.takeParked()
	if len(batch) == 0 {
		return
	}
	size := s.cargo.weigh(batch)
	taken := false
	for _, f := range s.line.flushers {
		if s.waitReady(f) {
			s.hand(f, batch, size, true)
			taken = true
		} else {
			s.line.drop(size, f.typ+" was not ready at the end")
		}
	}
	if taken {
		s.count(size)
	}
}

func (s *stage[G]) waitReady(f *flusher) bool {
	config := &s.line.agent.config
	for deadline := time.Now().Add(config.ParkedBudget); ; time.Sleep(config.Poll) {
		if f.isReady() {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
	}
}

func (s *stage[G]) takeParked() []G {
	s.mu.Lock()
	defer s.mu.Unlock()
	batch := s.parked
	s.parked = nil
	return batch
}

func (s *stage[G]) parkedGroups() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.parked)
}

func (l *line) drop(size load, why string) {
	l.agent.counters.droppedGroups.Add(uint64(size.groups))
	l.agent.counters.dropped.Add(uint64(size.records))
	l.logf("DROP_DATA_ALARM", "%d groups with %d records are dropped: %s", size.groups, size.records, why)
}
