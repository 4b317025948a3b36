// The agent: what holds the pipelines.

package harness

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/alibaba/ilogtail/pkg/logger"
)

// Config is how an agent is to behave. The zero value is iLogtail 1.8 with the
// host's defaults.
type Config struct {
	Release Release

	// Global is what pipelines start from; nil means DefaultGlobal.
	Global *Global
	// DefaultFlusher, {"type":...,"detail":{...}}, is for v1 pipelines without
	// flushers; empty means flusher_sls.
	DefaultFlusher json.RawMessage
	// NewBeforeOld makes Reload load the new instance of a pipeline before it
	// stops the old one, as release 3 does under the C++ host.
	NewBeforeOld bool
	// Once asks every metric input for its data a single time.
	Once bool

	// Logf gets the lines that the host would log, without a newline. Nil means
	// the logger, at level info.
	Logf func(format string, args ...interface{})
	// Observe gets every call made to a flusher. It may come from several
	// goroutines at once, and must not call the agent.
	Observe func(Call)

	// AfterStop is called each time the flushers of a pipeline have stopped, those
	// that can Drain while they still know what they have counted.
	AfterStop func()

	StopBudget   time.Duration // for a pipeline to stop; 0 means 30 s
	ParkedBudget time.Duration // for a flusher to take parked data at the end; 0 means 5 s
	Poll         time.Duration // between two questions for IsReady; 0 means 10 ms
}

// LoadedConfig is one pipeline config as the host is given it.
type LoadedConfig struct {
	Project     string `json:"project"`
	Logstore    string `json:"logstore"`
	ConfigName  string `json:"config_name"`
	LogstoreKey int64  `json:"logstore_key"`
	JSONStr     string `json:"json_str"`
}

// Agent runs pipelines. Its methods may be called from any goroutine.
type Agent struct {
	config   Config
	rules    *rules
	global   Global
	counters counters

	control sync.Mutex // held while pipelines are loaded, started or stopped

	mu          sync.Mutex // guards the rest
	held        bool       // HoldOn is in force, so loading is allowed
	instances   int
	loaded      []*line             // not started
	running     map[string]*line    // started and not stopped
	paused      map[string]*line    // held on with their goroutines parked
	disabled    map[string][]*line  // told to stop, budget exceeded
	parked      map[string]parcel   // unsent data for the next load of the name
	checkpoints map[string]keyBytes // by config
}

type keyBytes map[string][]byte

// New makes an agent without pipelines.
func New(config Config) *Agent {
	setDefault(&config.StopBudget, 30*time.Second)
	setDefault(&config.ParkedBudget, 5*time.Second)
	setDefault(&config.Poll, 10*time.Millisecond)
	if config.Logf == nil {
		config.Logf = func(format string, args ...interface{}) {
			logger.Infof(context.Background(), format, args...)
		}
	}
	if config.Observe == nil {
		config.Observe = func(Call) {}
	}
	global := DefaultGlobal()
	if config.Global != nil {
		global = *config.Global
	}
	return &Agent{
		config:      config,
		rules:       &releases[config.Release],
		global:      global,
		held:        true,
		running:     map[string]*line{},
		paused:      map[string]*line{},
		disabled:    map[string][]*line{},
		parked:      map[string]parcel{},
		checkpoints: map[string]keyBytes{},
	}
}

func setDefault(d *time.Duration, value time.Duration) {
	if *d == 0 {
		*d = value
	}
}

// Run loads and starts pipelines in the order given, the way the host's own
// stand-alone agent does. It stops at the first that cannot be loaded; unlike
// the host it takes a panic in Init for such a failure.
func (a *Agent) Run(configs ...LoadedConfig) error {
	for _, config := range configs {
		if err := a.Load(config); err != nil {
			return err
		}
		if !a.isLoaded(config.ConfigName) {
			return fmt.Errorf("config %q: a plugin panicked in Init: the log says which", config.ConfigName)
		}
		if a.rules.holdOn {
			continue
		}
		if err := a.Start(config.ConfigName); err != nil {
			return err
		}
	}
	if a.rules.holdOn {
		return a.Resume()
	}
	return nil
}

// Delivered returns a channel that is closed once the inputs of the pipelines
// that run now have ended by themselves. Metric inputs do so only with Once.
func (a *Agent) Delivered() <-chan struct{} {
	lines := a.runningLines()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, l := range lines {
			l.inputs.wait()
		}
	}()
	return done
}

func (a *Agent) runningLines() []*line {
	a.mu.Lock()
	defer a.mu.Unlock()
	var lines []*line
	for _, l := range a.running {
		lines = append(lines, l)
	}
	return lines
}

func (a *Agent) find(config string) (*line, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if l, found := a.running[config]; found {
		return l, nil
	}
	return nil, fmt.Errorf("pipeline %q is not running: load and start it first", config)
}
