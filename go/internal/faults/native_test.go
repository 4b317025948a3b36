package faults

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ilf.local/go/harness"
	"ilf.local/go/internal/oracle"

	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// Each test here is of something that the native flusher_http, or the native
// flushers together, do wrong.

// Natively one attempt, and the records are dropped.
func TestNative408And425And429AreTriedAgainAndRetryAfterIsHonoured(t *testing.T) {
	for _, code := range []int{408, 425, 429} {
		for name, value := range map[string]func() string{
			"seconds": func() string { return "1" },
			"a date":  func() string { return time.Now().Add(2500 * time.Millisecond).UTC().Format(http.TimeFormat) },
		} {
			code, value := code, value
			t.Run(http.StatusText(code)+", "+name, func(t *testing.T) {
				t.Parallel()
				o := newOracle(t)
				var lock sync.Mutex
				var at []time.Time
				o.Set(func(*http.Request, []byte) *oracle.Answer {
					lock.Lock()
					defer lock.Unlock()
					if at = append(at, time.Now()); len(at) > 1 {
						return nil
					}
					return &oracle.Answer{Status: code, Header: map[string]string{"Retry-After": value()}}
				})
				l := begin(t, anyRelease(), quick(o.Server.URL), 0, 1)
				eventually(t, "it arrives", allAcked(o, 1))
				l.end()
				if pause := at[1].Sub(at[0]); len(at) != 2 || pause < 900*time.Millisecond {
					t.Errorf("%d requests, %v between them", len(at), pause)
				}
			})
		}
	}
}

// Natively four attempts in all.
func TestNativeNothingIsDroppedHoweverOftenTheServerFails(t *testing.T) {
	t.Parallel()
	for _, code := range []int{401, 500, 503} {
		o, code := newOracle(t), code
		o.Set(func(*http.Request, []byte) *oracle.Answer {
			if o.Requests() > 30 {
				return nil
			}
			return &oracle.Answer{Status: code}
		})
		l := begin(t, anyRelease(), quick(o.Server.URL), 0, 3)
		eventually(t, "all arrive", allAcked(o, 3))
		l.end()
		conserved(t, o, t.TempDir(), 3, none)
	}
}

// Natively dropped at once: the error is not Temporary.
func TestNativeANameThatDNSDoesNotKnowIsTriedAgain(t *testing.T) {
	t.Run("and another server is used meanwhile", func(t *testing.T) {
		t.Parallel()
		o := newOracle(t)
		d := quick("http://no-such-host.invalid/in").with(detail{"FailoverURLs": []string{o.Server.URL}})
		l := begin(t, anyRelease(), d, 0, records)
		eventually(t, "all arrive", allAcked(o, records))
		l.end()
		conserved(t, o, t.TempDir(), records, none)
	})
	t.Run("and its records stay in the spool", func(t *testing.T) {
		t.Parallel()
		dir, o := t.TempDir(), newOracle(t)
		d := quick("http://no-such-host.invalid/in").with(lines).with(spool(dir)).with(detail{"StopTimeout": "200ms"})
		l := begin(t, anyRelease(), d, 0, records)
		l.delivered(records)
		eventually(t, "the log says why", func() bool { return logs.has(l.name, "can't resolve the host's name") })
		l.end()
		d["RemoteURL"] = o.Server.URL + "/in"
		again := begin(t, anyRelease(), d, 0, 0)
		eventually(t, "all arrive", allAcked(o, records))
		again.end()
		conserved(t, o, dir, records, none)
	})
}

// Natively also after the last attempt, which nothing follows.
func TestNativeThereIsNoPauseAfterTheLastAttempt(t *testing.T) {
	t.Parallel()
	dir, o := t.TempDir(), newOracle(t)
	o.Set(func(*http.Request, []byte) *oracle.Answer { return &oracle.Answer{Status: 500} })
	d := quick(o.Server.URL).with(letters(dir)).with(detail{"Retry": table{"Enable": false, "InitialDelay": "60s", "MaxDelay": "60s"}})
	l := begin(t, anyRelease(), d, 0, 1)
	eventually(t, "it is a dead letter", func() bool { return len(deadIDs(t, dir)) == 1 })
	l.stopsWithin(5 * time.Second)
}

// Natively always true.
func TestNativeIsReadyFallsWhenTheQueueIsFull(t *testing.T) {
	eachRelease(t, func(t *testing.T, release harness.Release) {
		o := newOracle(t)
		f := front(t, o, nil)
		f.Shut()
		l := begin(t, release, quick(f.URL()).with(detail{"Queue": table{"MaxRecords": 500}}), 0, 1000, 5)
		eventually(t, "the host finds it not ready", func() bool { return l.unready() > 0 })
		must(t, f.Listen())
		eventually(t, "all arrive", allAcked(o, 1000))
		l.end()
		conserved(t, o, t.TempDir(), 1000, none)
	})
}

// Natively the agent panics.
func TestNativeAFlushAfterStopIsAnError(t *testing.T) {
	t.Parallel()
	f := pipeline.Flushers["flusher_c_http"]()
	must(t, f.(interface{ UnmarshalJSON([]byte) error }).UnmarshalJSON([]byte(`{"RemoteURL":"http://127.0.0.1:1"}`)))
	must(t, f.Init(nil))
	must(t, f.Stop())
	group := &protocol.LogGroup{Logs: []*protocol.Log{{Contents: []*protocol.Log_Content{{Key: "a", Value: "b"}}}}}
	err := f.(interface {
		Flush(project, logstore, config string, groups []*protocol.LogGroup) error
	}).Flush("", "", "", []*protocol.LogGroup{group})
	if err == nil || !strings.Contains(err.Error(), "stop") {
		t.Errorf("got %v", err)
	}
	if f.IsReady("", "", 0) {
		t.Error("it says that it is ready")
	}
	must(t, f.Stop())
}

// Natively with several workers it is not.
func TestNativeOrderIsKeptWhereItIsAskedFor(t *testing.T) {
	for name, more := range map[string]detail{"a record per request": {}, "batches": lines} {
		more := more
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOracle(t)
			o.Set(func(*http.Request, []byte) *oracle.Answer {
				if o.Requests()%4 == 0 {
					return &oracle.Answer{Status: 503}
				}
				return nil
			})
			d := quick(o.Server.URL).with(more).with(detail{"Concurrency": 8, "Delivery": table{"Order": "all"}})
			l := begin(t, anyRelease(), d, 0, records)
			eventually(t, "all arrive", allAcked(o, records))
			l.end()
			for i, id := range o.Order() {
				if id != idOf(i) {
					t.Fatalf("number %d is %s", i, id)
				}
			}
		})
	}
}

// Natively a request for each record.
func TestNativeManyRecordsGoInOneRequest(t *testing.T) {
	for _, body := range []string{"ndjson", "json_array"} {
		body := body
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			o := newOracle(t)
			l := begin(t, anyRelease(), quick(o.Server.URL).with(detail{"Body": body, "Batch": table{"MaxAge": "50ms"}}), 0, 1000)
			eventually(t, "all arrive", allAcked(o, 1000))
			l.end()
			conserved(t, o, t.TempDir(), 1000, none)
			if n := o.Requests(); n > 100 {
				t.Errorf("%d requests for 1000 records", n)
			}
		})
	}
}

// Natively it is lost, with up to 1024 groups in memory.
func TestNativeWhatTheStopLeavesIsOnDisk(t *testing.T) {
	t.Parallel()
	dir, o := t.TempDir(), newOracle(t)
	f := front(t, o, nil)
	f.Shut()
	l := begin(t, anyRelease(), quick(f.URL()).with(spool(dir)).with(detail{"StopTimeout": "100ms"}), 0, records)
	l.delivered(records)
	l.end()
	if info, err := filepath.Glob(filepath.Join(dir, "spool", "*")); err != nil || len(info) == 0 {
		t.Errorf("no spool: %v", err)
	}
	must(t, f.Listen())
	again := begin(t, anyRelease(), quick(f.URL()).with(spool(dir)), 0, 0)
	eventually(t, "all arrive", allAcked(o, records))
	again.end()
	conserved(t, o, dir, records, none)
}
