// Stopping a line, in the host's order and within its budget.

package harness

import (
	"fmt"
	"time"
)

// stop ends a line for good. Nothing here recovers: as in the host a panic of a
// flusher in SetUrgent or Stop takes the process down.
func (l *line) stop(exit, paused bool) {
	rules := l.agent.rules
	for _, f := range l.flushers {
		f.setUrgent(exit)
	}
	if paused {
		l.release()
	}
	if rules.parkEarly {
		l.work.mayPark()
	}
	l.inputs.stop()
	l.work.stopProcessing()
	l.summarize()
	l.work.stopAggregating()
	l.work.mayPark()
	l.work.stopFlushing()
	if exit {
		l.work.flushParked()
	} else {
		l.agent.keep(l)
	}
	for _, f := range l.flushers {
		f.stop()
	}
	if l.agent.config.AfterStop != nil {
		l.agent.config.AfterStop()
	}
	for _, f := range l.flushers {
		f.release()
	}
	for _, extension := range l.extensions {
		if err := extension.Stop(); err != nil {
			l.logf("STOP_EXTENSION_ALARM", "stop %s: %v", extension.name, err)
		}
	}
}

// summarize lets processors say what they have met, once. The host has no such lines.
func (l *line) summarize() {
	for _, processor := range l.processors {
		if s, can := processor.(interface{ summary() string }); can && s.summary() != "" {
			l.agent.config.Logf("%s%s", l.header, s.summary())
		}
	}
}

// stopLine stops a line and gives up waiting for it when the budget is used up.
// The line is then disabled, and goes on stopping in a goroutine that may leak.
func (a *Agent) stopLine(l *line, exit, paused bool) error {
	done := make(chan struct{})
	go func() {
		l.stop(exit, paused)
		close(done) // not deferred: a panic must not wake those who wait before it takes the process down
	}()
	timer := time.NewTimer(a.config.StopBudget)
	defer timer.Stop()
	name := l.config.ConfigName
	select {
	case <-done:
		return nil
	case <-timer.C:
	}
	a.mu.Lock()
	a.disabled[name] = append(a.disabled[name], l)
	a.mu.Unlock()
	a.counters.timeouts.Add(1)
	l.logf("CONFIG_STOP_TIMEOUT_ALARM", "stop takes longer than %v, the pipeline is disabled", a.config.StopBudget)
	go func() {
		<-done
		a.enable(l)
	}()
	return fmt.Errorf("pipeline %q did not stop within %v: look for a flusher that is never ready or that blocks",
		name, a.config.StopBudget)
}

// enable forgets that a line was disabled.
func (a *Agent) enable(l *line) {
	a.mu.Lock()
	defer a.mu.Unlock()
	name := l.config.ConfigName
	var rest []*line
	for _, other := range a.disabled[name] {
		if other != l {
			rest = append(rest, other)
		}
	}
	if a.disabled[name] = rest; rest == nil {
		delete(a.disabled, name)
	}
}

// Disabled returns the names of pipelines whose stop has exceeded its budget and
// is still not over.
func (a *Agent) Disabled() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var names []string
	for name := range a.disabled {
		names = append(names, name)
	}
	return names
}

// keep puts aside what a line could not send, for the next load of its name.
// Release 3 keeps it under the bare name but looks it up with the whole one, so
// that with a suffix it is never found.
func (a *Agent) keep(l *line) {
	unsent := l.work.unsent()
	if unsent == nil {
		return
	}
	name := l.config.ConfigName
	if a.rules.handOverBare {
		name = bareName(name)
	}
	a.mu.Lock()
	replaced := a.parked[name]
	a.parked[name] = unsent
	a.mu.Unlock()
	if replaced != nil {
		l.drop(load{groups: replaced.size(), records: replaced.records()}, "parked data of a later stop replaces them")
	}
}

// inherit takes what was kept for a name.
func (a *Agent) inherit(name string) parcel {
	a.mu.Lock()
	defer a.mu.Unlock()
	unsent := a.parked[name]
	delete(a.parked, name)
	return unsent
}

// dropKept counts what nobody has inherited by the end.
func (a *Agent) dropKept() {
	a.mu.Lock()
	kept := a.parked
	a.parked = map[string]parcel{}
	a.mu.Unlock()
	for name, unsent := range kept {
		l := a.newLine(LoadedConfig{ConfigName: name})
		l.drop(load{groups: unsent.size(), records: unsent.records()}, "they were parked and never taken over")
	}
}
