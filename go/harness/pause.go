// Releases 1.8 and 2.0 do not stop a pipeline with AlwaysOnline on HoldOn, they
// pause it.

package harness

import "time"

// pause parks the flusher goroutine of a pipeline, so that no flusher is called,
// and stops the pipeline if it is not loaded again in time. A flusher that is
// busy is waited for no longer than for a stop; it is parked once it returns.
func (a *Agent) pause(l *line) {
	if !l.hold(a.config.StopBudget) {
		a.counters.timeouts.Add(1)
		l.logf("CONFIG_STOP_TIMEOUT_ALARM", "pause takes longer than %v", a.config.StopBudget)
	}
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
			_ = a.stopLine(l, true, true) // logged
		}
	})
}

// hold takes the gate, in time or later.
func (l *line) hold(budget time.Duration) (inTime bool) {
	held := make(chan struct{})
	l.held = held
	go func() {
		l.gate.Lock()
		close(held)
	}()
	timer := time.NewTimer(budget)
	defer timer.Stop()
	select {
	case <-held:
		return true
	case <-timer.C:
		return false
	}
}

// release gives the gate back as soon as hold has taken it.
func (l *line) release() {
	<-l.held
	l.gate.Unlock()
}
