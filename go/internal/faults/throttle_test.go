package faults

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ilf.local/go/internal/oracle"
)

var notNow = oracle.Answer{Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": "1"}}

// throttle answers "not now" to so many of a hundred requests, spread evenly, and
// 2 ms later to the others that all is well.
func throttle(o *oracle.Oracle, percent int64) {
	var requests atomic.Int64
	o.Set(func(*http.Request, []byte) *oracle.Answer {
		if requests.Add(1)*37%100 < percent {
			return &notNow
		}
		return &oracle.Answer{Wait: 2 * time.Millisecond}
	})
}

// took is how long a flusher needs for so many of twice the records.
func took(t *testing.T, percent int64, more detail) time.Duration {
	const count = 2000
	dir, o := t.TempDir(), newOracle(t)
	throttle(o, percent)
	start := time.Now()
	l := begin(t, anyRelease(), quick(o.Server.URL).with(detail{"Concurrency": 8}).with(more), 0, 2*count)
	eventually(t, "half arrives", allAcked(o, count))
	d := time.Since(start)
	eventually(t, "all arrive", allAcked(o, 2*count))
	l.end()
	conserved(t, o, dir, 2*count, none)
	return d
}

// The machine has other things to do: make bench has the target, and here it is far
// from what it was, when each answer rested all.
func TestASinkThatThrottlesSomeRequestsIsNotStarved(t *testing.T) {
	for name, more := range map[string]detail{
		"adaptive":      {},
		"not adaptive":  {"Delivery": table{"Adaptive": false}},
		"one at a time": {"Concurrency": 1},
	} {
		name, more := name, more
		t.Run(name, func(t *testing.T) {
			free := took(t, 0, more)
			if some := took(t, 5, more); some > 3*free+time.Second {
				t.Errorf("with 5 %% throttled it took %v, without %v", some, free)
			}
		})
	}
}

func TestASinkThatThrottlesHalfOfAllStillGetsMore(t *testing.T) {
	if d := took(t, 50, nil); d > 15*time.Second {
		t.Errorf("it took %v", d)
	}
}

func TestASinkThatThrottlesAllGetsOneProbePerRetryAfter(t *testing.T) {
	for name, more := range map[string]detail{
		"adaptive":      {"Concurrency": 8},
		"not adaptive":  {"Concurrency": 8, "Delivery": table{"Adaptive": false}},
		"one at a time": {"Concurrency": 1},
		"batches":       lines.with(detail{"Concurrency": 8}),
	} {
		name, more := name, more
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, o := t.TempDir(), newOracle(t)
			start := time.Now()
			throttle(o, 100)
			l := begin(t, anyRelease(), quick(o.Server.URL).with(more), 0, records)
			eventually(t, "a few probes are made", func() bool { return time.Since(start) > 4500*time.Millisecond })
			n, burst := o.Requests(), 2
			if strings.HasPrefix(name, "not") {
				burst = 8
			}
			if most := int(time.Since(start)/time.Second) + burst; n > most {
				t.Errorf("%d requests within %v, want at most %d", n, time.Since(start), most)
			}
			o.Set(nil)
			eventually(t, "all arrive", allAcked(o, records))
			l.end()
			conserved(t, o, dir, records, none)
		})
	}
}

// Nor does a second server stand in for the one that wants to be left alone by this record.
func TestTwoServersThatThrottleSomeAreNotStarved(t *testing.T) {
	t.Parallel()
	dir, o, other := t.TempDir(), newOracle(t), newOracle(t)
	throttle(o, 20)
	throttle(other, 20)
	d := quick(o.Server.URL).with(detail{"Concurrency": 8, "FailoverURLs": []string{other.Server.URL},
		"Delivery": table{"Endpoints": "round-robin"}})
	l := begin(t, anyRelease(), d, 0, records)
	eventually(t, "all arrive", func() bool { return o.Count()+other.Count() >= records })
	l.end()
	acked := o.Acked()
	for id, n := range other.Acked() {
		acked[id] += n
	}
	accounted(t, acked, deadIDs(t, dir), records, none)
}

// The token server's word counts too.
func TestATokenServerThatThrottlesGetsOneProbePerRetryAfter(t *testing.T) {
	t.Parallel()
	dir, o := t.TempDir(), newOracle(t)
	var asked, open atomic.Int64
	tokens := newOracle(t)
	tokens.Set(func(*http.Request, []byte) *oracle.Answer {
		asked.Add(1)
		if open.Load() == 0 {
			return &notNow
		}
		return &oracle.Answer{Body: `{"access_token":"t","expires_in":3600}`}
	})
	start := time.Now()
	d := quick(o.Server.URL).with(detail{"Concurrency": 8, "FailoverURLs": []string{o.Server.URL}, "Auth": table{"OAuth2": table{
		"TokenURL": tokens.Server.URL, "ClientID": "c", "ClientSecret": "s"}}})
	l := begin(t, anyRelease(), d, 0, records)
	eventually(t, "a few probes are made", func() bool { return time.Since(start) > 3500*time.Millisecond })
	if n, most := asked.Load(), int64(time.Since(start)/time.Second)+2; n > most {
		t.Errorf("%d tokens were asked for within %v, want at most %d", n, time.Since(start), most)
	}
	open.Store(1)
	eventually(t, "all arrive", allAcked(o, records))
	l.end()
	conserved(t, o, dir, records, none)
}
