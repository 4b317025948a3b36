package harness

import (
	"errors"
	"testing"
	"time"
)

func TestPrintsCallsOnePerLine(t *testing.T) {
	var trace Trace
	for _, call := range []Call{
		{Method: "Init", Returned: true},
		{Method: "IsReady"},
		{Method: "IsReady", Returned: true},
		{Method: "IsReady", Returned: true},
		{Method: "IsReady", Returned: true, Flag: true},
		{Method: "Flush", Groups: 2, Records: 3},
		{Method: "Flush", Groups: 2, Records: 3, Returned: true},
		{Method: "Flush", Groups: 2, Records: 3, Returned: true},
		{Method: "Export", Groups: 1, Records: 1, Returned: true, Final: true},
		{Method: "SetUrgent", Flag: true, Returned: true},
		{Method: "Stop", Returned: true, Err: errors.New("will not")},
	} {
		trace.Observe(call)
	}
	want := "Init\nIsReady false\nIsReady true\nFlush 2 groups 3 records\nFlush 2 groups 3 records\n" +
		"Export 1 groups 1 records (parked)\nSetUrgent true\nStop: will not"
	if got := trace.String(); got != want || len(trace.Calls()) != 11 {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestReportsWhoIsCalled(t *testing.T) {
	r := newRig(t, V3)
	r.must(r.Run(config("c", "flusher_test_null", "flusher_test_null/x")))
	r.must(r.Stop("c", true))
	r.must(r.Run(config("c", "flusher_test_null")))
	r.must(r.StopAll())
	calls := r.trace.Calls()
	for i := 0; i < len(calls); i += 2 {
		if calls[i].Returned || !calls[i+1].Returned || calls[i].Method != calls[i+1].Method {
			t.Errorf("call %d: %+v, then %+v", i/2, calls[i], calls[i+1])
		}
	}
	second, last := calls[2], calls[len(calls)-1]
	if second.Index != 1 || second.Flusher != "flusher_test_null/x" || second.Instance != 1 || second.Config != "c" {
		t.Errorf("got %+v", second)
	}
	if last.Instance != 2 || last.Method != "Stop" {
		t.Errorf("got %+v", last)
	}
}

func TestCountsTheTimeInFlush(t *testing.T) {
	register(t, "flusher_a", &fake{onFlush: func() error { time.Sleep(20 * time.Millisecond); return nil }})
	r := newRig(t, V3)
	r.must(r.Run(config("c", "flusher_a")))
	r.feed("c", "x")
	r.must(r.StopAll())
	if got := r.Stats().FlushTime; got < 20*time.Millisecond || got > 5*time.Second {
		t.Errorf("got %v", got)
	}
}

func TestAnAgentNeedsNoConfigurationAtAll(t *testing.T) {
	a := New(Config{})
	if a.config.StopBudget != 30*time.Second || a.config.ParkedBudget != 5*time.Second ||
		a.config.Poll != 10*time.Millisecond || a.rules.name != "1.8" || a.global.DefaultLogGroupQueueSize != 4 {
		t.Errorf("%+v", a.config)
	}
	a.config.Logf("%s", "to the logger")
	if err := a.Run(config("c", "flusher_test_null")); err != nil {
		t.Error(err)
	}
	if err := a.StopAll(); err != nil {
		t.Error(err)
	}
}
