package faults

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"ilf.local/go/internal/oracle"
)

// busy answers 503 with Retry-After until it has done so n times, and tells how
// much later than the first of these the first request after them came.
func busy(o *oracle.Oracle, n int, retryAfter string) (pause *atomic.Int64) {
	var first, requests atomic.Int64
	pause = &atomic.Int64{}
	o.Set(func(*http.Request, []byte) *oracle.Answer {
		now := time.Now().UnixNano()
		first.CompareAndSwap(0, now)
		if requests.Add(1) <= int64(n) {
			return &oracle.Answer{Status: http.StatusServiceUnavailable, Header: map[string]string{"Retry-After": retryAfter}}
		}
		pause.CompareAndSwap(0, now-first.Load())
		return nil
	})
	return pause
}

// Not only by the records that it was said to. It takes two, since one alone may be meant.
func TestAServerThatSaysRetryAfterIsLeftAlone(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]detail{"one request per record": {}, "batches": lines} {
		more := more
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, o := t.TempDir(), newOracle(t)
			pause := busy(o, 2, "1")
			l := begin(t, anyRelease(), quick(o.Server.URL).with(more).with(detail{"Concurrency": 1}), 0, records)
			eventually(t, "all arrive", allAcked(o, records))
			l.end()
			conserved(t, o, dir, records, none)
			if d := time.Duration(pause.Load()); d < 900*time.Millisecond {
				t.Errorf("the next request came after %v", d)
			}
		})
	}
}

// It is not waited for: nothing would arrive before the test's deadline.
func TestAnotherServerStandsInForOneThatSaysRetryAfter(t *testing.T) {
	t.Parallel()
	dir, o, other := t.TempDir(), newOracle(t), newOracle(t)
	busy(o, records, "3600")
	d := quick(o.Server.URL).with(detail{"Concurrency": 1, "FailoverURLs": []string{other.Server.URL}})
	l := begin(t, anyRelease(), d, 0, records)
	eventually(t, "all arrive", allAcked(other, records))
	l.end()
	conserved(t, other, dir, records, none)
	if n := o.Requests(); n > 2 { // one record alone may be meant
		t.Errorf("the first server was asked %d times", n)
	}
}
