package harness

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// scriptInput is a metric input or a service input that does what a test says.
type scriptInput struct {
	collect func(pipeline.Collector) error
	stop    func() error
	every   int
}

func (s *scriptInput) Init(pipeline.Context) (int, error) { return s.every, nil }
func (s *scriptInput) Description() string                { return "" }
func (s *scriptInput) Collect(c pipeline.Collector) error { return s.collect(c) }
func (s *scriptInput) Start(c pipeline.Collector) error   { return s.collect(c) }
func (s *scriptInput) Stop() error                        { return s.stop() }

func registerInputs(t *testing.T, metric, service *scriptInput) {
	pipeline.AddMetricCreator("metric_script", func() pipeline.MetricInput { return metric })
	pipeline.AddServiceCreator("service_script", func() pipeline.ServiceInput { return service })
	t.Cleanup(func() {
		delete(pipeline.MetricInputs, "metric_script")
		delete(pipeline.ServiceInputs, "service_script")
	})
}

func TestAsksMetricInputsAtTheirInterval(t *testing.T) {
	var calls atomic.Int32
	registerInputs(t, &scriptInput{every: 20, collect: func(pipeline.Collector) error {
		calls.Add(1)
		return errors.New("not today")
	}}, nil)
	r := newRig(t, V3)
	start := time.Now()
	r.must(r.Run(configWith("c", `"inputs": [{"type": "metric_script"}],`, "flusher_test_null")))
	eventually(t, "three calls", func() bool { return calls.Load() == 3 })
	if took := time.Since(start); took < 40*time.Millisecond {
		t.Errorf("three calls within %v, the interval is 20 ms and the first is at once", took)
	}
	r.must(r.StopAll())
	if !r.logs.has("collect metric_script: not today") {
		t.Errorf("logged %s", r.logs.all())
	}
	after := calls.Load()
	time.Sleep(30 * time.Millisecond)
	if calls.Load() != after {
		t.Error("asks after the stop")
	}
}

func TestStopsServiceInputsAndWaitsForThem(t *testing.T) {
	end := make(chan bool)
	var ended atomic.Bool
	registerInputs(t, nil, &scriptInput{
		collect: func(c pipeline.Collector) error {
			c.AddData(map[string]string{"t": "1"}, map[string]string{"k": "v"})
			<-end
			c.AddData(nil, map[string]string{"k": "last"})
			ended.Store(true)
			return errors.New("cut off")
		},
		stop: func() error { close(end); return errors.New("reluctant") },
	})
	f := &fake{}
	register(t, "flusher_a", f)
	r := newRig(t, V3)
	r.must(r.Run(configWith("c", `"inputs": [{"type": "service_script"}],`, "flusher_a")))
	delivered := r.Delivered()
	r.must(r.StopAll())
	<-delivered
	if !ended.Load() || f.values() != "1 last" {
		t.Errorf("ended %v, flushed %q", ended.Load(), f.values())
	}
	if !r.logs.has("start service_script: cut off") || !r.logs.has("stop service_script: reluctant") {
		t.Errorf("logged %s", r.logs.all())
	}
}

func TestAPanicOfAnInputEndsOnlyItsGoroutine(t *testing.T) {
	registerInputs(t, &scriptInput{collect: func(pipeline.Collector) error { panic("boom") }}, nil)
	r := newRig(t, V3)
	r.must(r.Run(configWith("c", `"inputs": [{"type": "metric_script"}],`, "flusher_test_null")))
	<-r.Delivered()
	r.must(r.StopAll())
	if s := r.Stats(); s.Panics != 1 || s.DeadFlushers != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestDelaysTheFirstCollectOnlyIfConfigured(t *testing.T) {
	r := newRig(t, V3)
	l := r.newLine(config("c"))
	if got := l.inputs.firstDelay(time.Hour); got != 0 {
		t.Errorf("by default: %v", got)
	}
	l.global.InputMaxFirstCollectDelayMs = 10000
	longest := time.Duration(0)
	for i := 0; i < 1000; i++ {
		if got := l.inputs.firstDelay(50 * time.Millisecond); got > longest {
			longest = got
		}
	}
	if longest == 0 || longest >= 50*time.Millisecond {
		t.Errorf("the longest of 1000 delays is %v, the interval is 50 ms", longest)
	}
}

func TestCollectorsKeepOrderAndBoundaries(t *testing.T) {
	r := newRig(t, V3, func(c *Config) { c.Global.EnableTimestampNanosecond = true })
	l, err := r.build(config("c", "flusher_test_null"))
	r.must(err)
	l.work.prepare(nil)
	w, _ := l.work.(*v1)
	c := &collector{w}
	when := time.Unix(5, 6)
	ctx := map[string]interface{}{"source": "s"}
	c.AddDataWithContext(map[string]string{"t2": "2", "t1": "1"}, map[string]string{"b": "2", "a": "1"}, ctx, when)
	c.AddDataArray(nil, []string{"k", "k", "left out"}, []string{"1", "2"}, when)
	c.AddRawLog(aLog("raw"))
	for i, want := range []string{
		`Time:5 Contents:<Key:"__tag__:t1" Value:"1" > Contents:<Key:"__tag__:t2" Value:"2" > ` +
			`Contents:<Key:"a" Value:"1" > Contents:<Key:"b" Value:"2" > Time_ns:6 `,
		`Time:5 Contents:<Key:"k" Value:"1" > Contents:<Key:"k" Value:"2" > Time_ns:6 `,
		`Time:1 Contents:<Key:"k" Value:"raw" > `,
	} {
		item := <-w.in
		if got := item.Log.String(); got != want || (i == 0) != (fmt.Sprint(item.Context) == "map[source:s]") {
			t.Errorf("got %s with %v, want %s", got, item.Context, want)
		}
	}
}
