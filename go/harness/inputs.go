// Running the inputs of a line.

package harness

import (
	"math/rand"
	"sync"
	"time"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

type inputSet struct {
	line       *line
	intervalMs int // of the metric input that is loaded now, if its Init names none
	metrics    []metric
	services   []service
	control    *pipeline.AsyncControl
	running    sync.WaitGroup
}

type metric struct {
	typ      string
	plugin   pipeline.MetricInput
	interval time.Duration
	collect  func() error
}

type service struct {
	typ    string
	plugin pipeline.ServiceInput
	run    func() error
}

func (s *inputSet) empty() bool { return len(s.metrics)+len(s.services) == 0 }

func (s *inputSet) addMetric(typ string, plugin pipeline.MetricInput, collect func() error) error {
	if err := s.line.validate(plugin); err != nil {
		return err
	}
	interval, err := s.line.initialise(func() (int, error) { return plugin.Init(s.line.context) })
	if err != nil {
		return err
	}
	if interval == 0 {
		interval = s.intervalMs
	}
	s.metrics = append(s.metrics, metric{typ, plugin, milliseconds(interval), collect})
	return nil
}

// addService ignores the interval that Init returns, which has no use.
func (s *inputSet) addService(typ string, plugin pipeline.ServiceInput, run func() error) error {
	if _, err := s.line.initialise(func() (int, error) { return plugin.Init(s.line.context) }); err != nil {
		return err
	}
	s.services = append(s.services, service{typ, plugin, run})
	return nil
}

func (s *inputSet) start() {
	s.control = pipeline.NewAsyncControl()
	s.running.Add(len(s.metrics) + len(s.services))
	for _, input := range s.services {
		go s.serve(input)
	}
	for _, input := range s.metrics {
		go s.collect(input, s.control.CancelToken())
	}
}

func (s *inputSet) serve(input service) {
	defer s.running.Done()
	defer s.line.recoverPanic(input.typ)
	if err := input.run(); err != nil {
		s.line.logf("SERVICE_INPUT_ALARM", "start %s: %v", input.typ, err)
	}
}

// collect asks for data at the interval. The host asks once more on stopping;
// here it does not, so that what an input has delivered can be counted.
func (s *inputSet) collect(input metric, cancel <-chan struct{}) {
	defer s.running.Done()
	defer s.line.recoverPanic(input.typ)
	for wait := s.firstDelay(input.interval); ; wait = input.interval {
		if !sleep(wait, cancel) {
			return
		}
		if err := input.collect(); err != nil {
			s.line.logf("METRIC_INPUT_ALARM", "collect %s: %v", input.typ, err)
		}
		if s.line.agent.config.Once {
			return
		}
	}
}

func (s *inputSet) firstDelay(interval time.Duration) time.Duration {
	limit := milliseconds(s.line.global.InputMaxFirstCollectDelayMs)
	if interval < limit {
		limit = interval
	}
	if limit <= 0 {
		return 0
	}
	return time.Duration(rand.Int63n(int64(limit)))
}

// sleep returns false if it was cancelled.
func sleep(d time.Duration, cancel <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-cancel:
		return false
	case <-timer.C:
		return true
	}
}

func (s *inputSet) wait() { s.running.Wait() }

func (s *inputSet) stop() {
	for _, input := range s.services {
		if err := input.plugin.Stop(); err != nil {
			s.line.logf("STOP_SERVICE_ALARM", "stop %s: %v", input.typ, err)
		}
	}
	s.control.Notify()
	s.wait()
}
