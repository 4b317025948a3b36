package faults

import (
	"crypto/tls"
	"net/http"
	"sync/atomic"
	"testing"

	"ilf.local/go/internal/oracle"
)

// A server that redirects to another is set up wrongly for us: the records wait until it takes them.
func TestARedirectThatIsNotFollowedKeepsTheRecords(t *testing.T) {
	for _, c := range []struct {
		name, redirects, says string
		status                int
		secure                bool
	}{
		{"to another server", "same-origin", "it leads to another server", 307, false},
		{"from https to http", "any", "it leads from https to http", 308, true},
		{"to ask with a GET", "any", "it asks for a GET", 303, false},
	} {
		c := c
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir, other := t.TempDir(), newOracle(t)
			var mended atomic.Bool
			script := func(*http.Request, []byte) *oracle.Answer {
				if mended.Load() {
					return nil
				}
				return &oracle.Answer{Status: c.status, Header: map[string]string{"Location": other.Server.URL + "/?token=s3cret"}}
			}
			options := detail{"Redirects": c.redirects, "Headers": table{"X-Api-Key": "s3cret-key"}}
			var o *oracle.Oracle
			if c.secure {
				a := newAuthority(t)
				o, _ = secure(t, a.sign("server", "127.0.0.1", hour), &tls.Config{MinVersion: tls.VersionTLS12})
				options["TLS"] = table{"CAFile": a.path("ca.pem")}
			} else {
				o = newOracle(t)
			}
			o.Set(script)
			l := begin(t, anyRelease(), quick(o.Server.URL).with(letters(dir)).with(options), 0, records)
			l.delivered(records)
			eventually(t, "the log says why", func() bool { return logs.has(l.name, "that is not followed: "+c.says) })
			if other.Requests() > 0 {
				t.Error("the other server was asked")
			}
			mended.Store(true)
			eventually(t, "all arrive", allAcked(o, records))
			l.end()
			if dead := conserved(t, o, dir, records, none); dead > 0 {
				t.Errorf("%d dead letters", dead)
			}
			if logs.has(l.name, "s3cret") {
				t.Error("a secret is in the log")
			}
		})
	}
}
