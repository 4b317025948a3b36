// The model of release 3, pipeline by pipeline, and what is built on both models.

package harness

import "fmt"

// Start lets a loaded pipeline run. Release 3 only.
func (a *Agent) Start(name string) error {
	if a.rules.holdOn {
		return a.notHere("Start", "Resume")
	}
	a.control.Lock()
	defer a.control.Unlock()
	return a.start(name)
}

func (a *Agent) start(name string) error {
	l := a.takeLoaded(name)
	if l == nil {
		return fmt.Errorf("pipeline %q is not loaded: load it before it is started", name)
	}
	a.mu.Lock()
	_, runs := a.running[name]
	if !runs {
		a.running[name] = l
	}
	a.mu.Unlock()
	if runs {
		return fmt.Errorf("pipeline %q is running already: stop its old instance first", name)
	}
	l.start()
	return nil
}

// Unload forgets a pipeline that is loaded and not started. Its plugins are not
// stopped, as in the host.
func (a *Agent) Unload(name string) { a.takeLoaded(name) }

func (a *Agent) isLoaded(name string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, l := range a.loaded {
		if l.config.ConfigName == name {
			return true
		}
	}
	l, paused := a.paused[name]
	return paused && l.reuse
}

func (a *Agent) takeLoaded(name string) *line {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, l := range a.loaded {
		if l.config.ConfigName == name {
			a.loaded = append(a.loaded[:i:i], a.loaded[i+1:]...)
			return l
		}
	}
	return nil
}

// Stop stops one pipeline; removed tells whether its config is gone for good or
// will be loaded again. Release 3 only.
func (a *Agent) Stop(name string, removed bool) error {
	if a.rules.holdOn {
		return a.notHere("Stop", "HoldOn")
	}
	a.control.Lock()
	defer a.control.Unlock()
	return a.stop(name, removed)
}

func (a *Agent) stop(name string, removed bool) error {
	l, err := a.find(name)
	if err != nil {
		return err
	}
	a.mu.Lock()
	delete(a.running, name)
	a.mu.Unlock()
	return a.stopLine(l, removed, false)
}

// Reload replaces running pipelines by new configs, in the way of the release:
// HoldOn, Load, Resume for all, or Stop, Load, Start one by one. Errors are
// logged and do not keep the rest from being loaded; the first is returned.
func (a *Agent) Reload(configs ...LoadedConfig) error {
	var first error
	note := func(err error) {
		if err != nil {
			a.config.Logf("LOAD_CONFIG_ALARM\t%v", err)
		}
		if first == nil {
			first = err
		}
	}
	if a.rules.holdOn {
		note(a.HoldOn(false))
		for _, config := range configs {
			note(a.Load(config))
		}
		note(a.Resume())
		return first
	}
	a.control.Lock()
	defer a.control.Unlock()
	for _, config := range configs {
		a.replace(config, note)
	}
	return first
}

func (a *Agent) replace(config LoadedConfig, note func(error)) {
	_, err := a.find(config.ConfigName)
	runs := err == nil
	if a.config.NewBeforeOld {
		if err := a.load(config); err != nil {
			note(err)
			return // and the old instance keeps running
		}
	}
	if runs {
		note(a.stop(config.ConfigName, false))
	}
	if !a.config.NewBeforeOld {
		if err := a.load(config); err != nil {
			note(err)
			return
		}
	}
	note(a.start(config.ConfigName))
}

// StopAll stops everything because the process ends. The error is of the first
// pipeline that did not stop in time.
func (a *Agent) StopAll() error {
	first := a.stopAll()
	a.dropKept()
	return first
}

func (a *Agent) stopAll() (first error) {
	if a.rules.holdOn {
		return a.HoldOn(true)
	}
	a.control.Lock()
	defer a.control.Unlock()
	lines := a.takeRunning()
	for _, withInputs := range []bool{true, false} {
		for _, l := range lines {
			if l.inputs.empty() == withInputs {
				continue
			}
			if err := a.stopLine(l, true, false); first == nil {
				first = err
			}
		}
	}
	return first
}
