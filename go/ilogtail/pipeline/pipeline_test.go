package pipeline

import (
	"sync/atomic"
	"testing"
	"time"
)

func TestWaitCancelEndsAllTasksAndResetRevives(t *testing.T) {
	control := NewAsyncControl()
	var ended int32
	task := func(c *AsyncControl) {
		<-c.CancelToken()
		atomic.AddInt32(&ended, 1)
	}
	for round := int32(1); round <= 2; round++ {
		token := control.CancelToken()
		control.Run(task)
		control.Run(task)
		control.Notify()
		control.Notify() // twice does no harm
		control.WaitCancel()
		if got := atomic.LoadInt32(&ended); got != 2*round {
			t.Fatalf("round %d: %d tasks have ended", round, got)
		}
		select {
		case <-token:
		case <-time.After(time.Second):
			t.Fatal("the token is not closed")
		}
		if control.CancelToken() != nil {
			t.Fatal("the token outlives WaitCancel")
		}
		control.Reset()
		control.Reset() // must not replace a live token
	}
}

func TestTheLastRegistrationWins(t *testing.T) {
	defer delete(Flushers, "flusher_twice")
	AddFlusherCreator("flusher_twice", func() Flusher { panic("the first") })
	AddFlusherCreator("flusher_twice", func() Flusher { return nil })
	if Flushers["flusher_twice"]() != nil {
		t.Error("the first registration won")
	}
}

func TestEveryKindHasItsOwnMap(t *testing.T) {
	AddMetricCreator("x", nil)
	AddServiceCreator("x", nil)
	AddProcessorCreator("x", nil)
	AddAggregatorCreator("x", nil)
	AddExtensionCreator("x", nil)
	_, flusher := Flushers["x"]
	if n := len(MetricInputs) + len(ServiceInputs) + len(Processors) + len(Aggregators) + len(Extensions); n != 5 || flusher {
		t.Errorf("%d registrations, one of a flusher: %v", n, flusher)
	}
}
