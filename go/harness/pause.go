// Releases 1.8 and 2.0 do not stop a pipeline with AlwaysOnline on HoldOn, they
// pause it.

package harness

import "time"

// pause parks the flusher goroutine of a pipeline, so that no flusher is called,
// and stops the pipeline if it is not loaded again in time.
func (a *Agent) pause(l *line) {
	l.gate.Lock()
	name := l.config.ConfigName
	a.mu.Lock()
	a.paused[name] = l
	a.mu.Unlock()
	time.AfterFunc(time.Duration(l.global.DelayStopSec)*time.Second, func() {
		a.control.Lock()
		defer a.control.Unlock()
		a.mu.Lock()
		expired := a.paused[name] == l && !l.reuse
		if expired {
			delete(a.paused, name)
		}
		a.mu.Unlock()
		if expired {
			_ = a.stopLine(l, true, true)
		}
	})
}
