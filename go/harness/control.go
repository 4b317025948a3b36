// Loading, starting and stopping pipelines from outside, in the two models of
// the host: HoldOn, Load, Resume for all at once, or Load, Stop, Start for one.

package harness

import (
	"fmt"
	"sort"
)

// Load initialises a pipeline; it runs only after Resume or Start. In releases
// 1.8 and 2.0 it is refused unless HoldOn is in force, as it is at first. In
// release 3 at most one pipeline with inputs and one without can wait for their
// Start: a third Load makes the agent forget one, without stopping it.
func (a *Agent) Load(config LoadedConfig) error {
	a.control.Lock()
	defer a.control.Unlock()
	return a.load(config)
}

func (a *Agent) load(config LoadedConfig) error {
	if a.rules.holdOn {
		if reused, err := a.mayLoad(config); reused || err != nil {
			return err
		}
	}
	l, err := a.build(config)
	if l == nil {
		return err
	}
	l.work.prepare(a.inherit(config.ConfigName))
	a.mu.Lock()
	defer a.mu.Unlock()
	var rest []*line
	for _, other := range a.loaded {
		replaced := other.config.ConfigName == config.ConfigName
		if !a.rules.holdOn {
			replaced = other.inputs.empty() == l.inputs.empty()
		}
		if !replaced {
			rest = append(rest, other)
		}
	}
	a.loaded = append(rest, l)
	return nil
}

// mayLoad applies the rules of releases 1.8 and 2.0. A paused pipeline whose
// text has not changed is simply used again.
func (a *Agent) mayLoad(config LoadedConfig) (reused bool, err error) {
	name := config.ConfigName
	a.mu.Lock()
	held, paused, disabled := a.held, a.paused[name], a.disabled[name]
	a.mu.Unlock()
	if !held {
		return false, fmt.Errorf("config %q: pipelines are running: call HoldOn first", name)
	}
	for _, l := range disabled {
		if a.rules.refuseUnchanged && l.config.JSONStr == config.JSONStr {
			return false, fmt.Errorf("config %q: its old instance has not stopped yet: change the config or wait", name)
		}
	}
	if paused == nil {
		return false, nil
	}
	if paused.config == config {
		paused.reuse = true
		return true, nil
	}
	a.mu.Lock()
	delete(a.paused, name)
	a.mu.Unlock()
	_ = a.stopLine(paused, false, true) // logged; the host loads the new one all the same
	return false, nil
}

// Resume starts all loaded pipelines. Releases 1.8 and 2.0 only.
func (a *Agent) Resume() error {
	if !a.rules.holdOn {
		return a.notHere("Resume", "Start")
	}
	a.control.Lock()
	defer a.control.Unlock()
	a.mu.Lock()
	lines := a.loaded
	a.loaded, a.held = nil, false
	var resumed []*line
	for _, l := range lines {
		a.running[l.config.ConfigName] = l
	}
	for name, l := range a.paused {
		if l.reuse {
			l.reuse = false
			a.running[name] = l
			delete(a.paused, name)
			resumed = append(resumed, l)
		}
	}
	a.mu.Unlock()
	for _, l := range resumed {
		l.release()
	}
	for _, l := range lines {
		l.start()
	}
	return nil
}

// HoldOn stops all pipelines one after another: for good, or so that Load and
// Resume can follow. Releases 1.8 and 2.0 only. The error is of the first
// pipeline that did not stop in time.
func (a *Agent) HoldOn(exit bool) error {
	if !a.rules.holdOn {
		return a.notHere("HoldOn", "Stop")
	}
	a.control.Lock()
	defer a.control.Unlock()
	a.mu.Lock()
	a.held = true
	a.mu.Unlock()
	var first error
	for _, l := range a.takeRunning() {
		if l.global.AlwaysOnline && !exit {
			a.pause(l)
			continue
		}
		if err := a.stopLine(l, exit, false); first == nil {
			first = err
		}
	}
	if exit {
		for _, l := range a.takePaused() {
			if err := a.stopLine(l, true, true); first == nil {
				first = err
			}
		}
	}
	return first
}

// takeRunning empties the set of running pipelines and returns them in the order of their loading.
func (a *Agent) takeRunning() []*line {
	a.mu.Lock()
	defer a.mu.Unlock()
	return take(a.running)
}

func (a *Agent) takePaused() []*line {
	a.mu.Lock()
	defer a.mu.Unlock()
	return take(a.paused)
}

func take(from map[string]*line) []*line {
	var lines []*line
	for name, l := range from {
		lines = append(lines, l)
		delete(from, name)
	}
	sort.Slice(lines, func(i, j int) bool { return lines[i].instance < lines[j].instance })
	return lines
}

func (a *Agent) notHere(method, instead string) error {
	return fmt.Errorf("release %s has no %s: use %s", a.rules.name, method, instead)
}
