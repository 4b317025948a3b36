package faults

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"ilf.local/go/harness"
	"ilf.local/go/internal/oracle"
)

// Natively a panic in Init, which the host takes for success; or the value is
// ignored without a word.
func TestNativeWhatConvertAndCompressionDoNotKnowRefusesThePipeline(t *testing.T) {
	for want, more := range map[string]detail{
		"Convert: Encoding:": {"Convert": table{"Encoding": ""}},
		"Convert: Protocol:": {"Convert": table{"Protocol": "no_such"}},
		"detail.Compression": {"Compression": "rar"},
		"detail.RemoteURL":   {"RemoteURL": ""},
		"detail.Concurrency": {"Concurrency": 0},
	} {
		for _, release := range releases {
			agent := harness.New(harness.Config{Release: release, Logf: logs.printf})
			err := agent.Run(pipelineOf("bad", quick("http://127.0.0.1:1").with(more), 0, 0))
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("release %v, %v: got %v", release, more, err)
			}
		}
	}
}

// requests runs a pipeline against an oracle and gives what it was sent.
func requests(t *testing.T, more func(url string) detail, count int) (heads []*http.Request, bodies []string) {
	t.Helper()
	o := newOracle(t)
	var lock sync.Mutex
	o.Set(func(r *http.Request, body []byte) *oracle.Answer {
		lock.Lock()
		defer lock.Unlock()
		heads, bodies = append(heads, r), append(bodies, string(body))
		return nil
	})
	l := begin(t, anyRelease(), quick(o.Server.URL).with(more(o.Server.URL)), 0, count)
	eventually(t, "all arrive", allAcked(o, count))
	l.end()
	conserved(t, o, t.TempDir(), count, none)
	return heads, bodies
}

// Natively it panics in most flushers.
func TestNativeJsonlineWorks(t *testing.T) {
	t.Parallel()
	_, bodies := requests(t, func(string) detail { return detail{"Convert": table{"Protocol": "jsonline"}} }, records)
	n := 0
	for _, body := range bodies {
		for _, line := range strings.Split(strings.TrimSuffix(body, "\n"), "\n") {
			if !strings.HasPrefix(line, "{") || len(oracle.IDs([]byte(line))) != 1 {
				t.Fatalf("a bad line: %q", line)
			}
			n++
		}
	}
	if n != records {
		t.Errorf("%d lines", n)
	}
}

// Natively there is no such option.
func TestNativeAProxyIsUsed(t *testing.T) {
	t.Parallel()
	heads, _ := requests(t, func(url string) detail { return detail{"RemoteURL": "http://sink.invalid/in", "Proxy": url} }, 3)
	if heads[0].URL.String() != "http://sink.invalid/in" {
		t.Errorf("the proxy was asked for %s", heads[0].URL)
	}
}

// Natively a header Host has no effect.
func TestNativeAHeaderHostIsTheHost(t *testing.T) {
	t.Parallel()
	heads, _ := requests(t, func(string) detail { return detail{"Headers": table{"Host": "sink.example"}} }, 1)
	if heads[0].Host != "sink.example" {
		t.Errorf("Host is %s", heads[0].Host)
	}
}

// Go's client makes a GET without a body of it.
func TestNativeARedirectedPostIsAPostWithItsBody(t *testing.T) {
	for _, code := range []int{301, 302, 307, 308} {
		code := code
		t.Run(http.StatusText(code), func(t *testing.T) {
			t.Parallel()
			o := newOracle(t)
			o.Set(func(r *http.Request, _ []byte) *oracle.Answer {
				switch {
				case r.URL.Path != "/there":
					return &oracle.Answer{Status: code, Header: map[string]string{"Location": "/there"}}
				case r.Method != http.MethodPost:
					return &oracle.Answer{Status: http.StatusMethodNotAllowed}
				}
				return nil
			})
			l := begin(t, anyRelease(), quick(o.Server.URL+"/here"), 0, 20)
			eventually(t, "all arrive", allAcked(o, 20))
			l.end()
			conserved(t, o, t.TempDir(), 20, none)
		})
	}
}

// The native Authenticator works, and its password is in no log.
func TestNativeBasicAuthenticationWorks(t *testing.T) {
	t.Parallel()
	heads, _ := requests(t, func(string) detail {
		return detail{"Authenticator": table{"Type": "ext_basicauth", "Options": table{"Username": "me", "Password": "s3cr3t-of-mine"}}}
	}, 1)
	if user, password, ok := heads[0].BasicAuth(); !ok || user != "me" || password != "s3cr3t-of-mine" {
		t.Errorf("got %s", user)
	}
	if logs.has("s3cr3t-of-mine") {
		t.Error("the password is in the log")
	}
}
