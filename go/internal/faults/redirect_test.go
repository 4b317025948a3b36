package faults

import (
	"crypto/tls"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"ilf.local/go/harness"
	"ilf.local/go/internal/oracle"
)

// stray is where requests were led astray to; it counts and keeps their heads.
func stray(t *testing.T) (o *oracle.Oracle, heads *atomic.Value) {
	o, heads = newOracle(t), &atomic.Value{}
	o.Set(func(r *http.Request, _ []byte) *oracle.Answer {
		heads.Store(r.Header.Clone())
		return nil
	})
	return o, heads
}

func redirecting(to string) func(*http.Request, []byte) *oracle.Answer {
	return func(*http.Request, []byte) *oracle.Answer {
		return &oracle.Answer{Status: http.StatusTemporaryRedirect, Header: map[string]string{"Location": to}}
	}
}

// Records wait until somebody mends the address; nothing goes elsewhere, and
// nothing is judged.
func TestARedirectToAnotherOriginWaitsForSomebodyWhoMendsIt(t *testing.T) {
	t.Parallel()
	dir, o := t.TempDir(), newOracle(t)
	other, _ := stray(t)
	o.Set(redirecting(other.Server.URL + "/there"))
	l := begin(t, anyRelease(), quick(o.Server.URL).with(letters(dir)).with(detail{"Auth": table{"BearerToken": "tok-of-mine"}}), 0, records)
	l.delivered(records)
	eventually(t, "the log says where it leads", func() bool { return logs.has(l.name, "HTTP 307 redirects to "+other.Server.URL) })
	if n := other.Requests(); n > 0 {
		t.Errorf("%d requests went to another origin", n)
	}
	o.Set(nil)
	eventually(t, "all arrive", allAcked(o, records))
	l.end()
	if dead := conserved(t, o, dir, records, none); dead > 0 {
		t.Errorf("%d dead letters", dead)
	}
}

func TestARedirectThatTheOptionAllowsCarriesNoSecret(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	other, heads := stray(t)
	o.Set(redirecting(other.Server.URL + "/there"))
	l := begin(t, anyRelease(), quick(o.Server.URL).with(detail{"Redirects": "any", "Headers": table{"X-Key": "secret", "Cookie": "secret"},
		"Auth": table{"AWS": table{"Service": "es", "Region": "r", "AccessKey": "id", "SecretKey": "key", "SessionToken": "session"}}}), 0, records)
	eventually(t, "all arrive there", allAcked(other, records))
	l.end()
	for name := range heads.Load().(http.Header) {
		if name == "X-Key" || name == "Cookie" || name == "Authorization" || strings.HasPrefix(name, "X-Amz") {
			t.Errorf("%s went along", name)
		}
	}
}

// Not even by the option.
func TestARedirectFromHttpsToHttpIsNeverFollowed(t *testing.T) {
	t.Parallel()
	a, dir := newAuthority(t), t.TempDir()
	o, _ := secure(t, a.sign("server", "127.0.0.1", hour), &tls.Config{MinVersion: tls.VersionTLS12})
	other, _ := stray(t)
	o.Set(redirecting(other.Server.URL))
	l := begin(t, anyRelease(), quick(o.Server.URL).with(letters(dir)).with(detail{"Redirects": "any", "TLS": table{"CAFile": a.path("ca.pem")}}), 0, records)
	l.delivered(records)
	eventually(t, "the log says why", func() bool { return logs.has(l.name, "without TLS and never followed") })
	if n := other.Requests(); n > 0 {
		t.Errorf("%d requests went without TLS", n)
	}
	o.Set(nil)
	eventually(t, "all arrive", allAcked(o, records))
	l.end()
	if dead := conserved(t, o, dir, records, none); dead > 0 {
		t.Errorf("%d dead letters", dead)
	}
}

// An address that can't work is the configuration's fault, told at the start.
func TestAnAddressThatCannotWorkRefusesThePipeline(t *testing.T) {
	for want, more := range map[string]detail{
		"detail.FailoverURLs[0]: the port must be a number": {"FailoverURLs": []string{"http://127.0.0.1:99999"}},
		"detail.RemoteURL: the port must be a number":       {"RemoteURL": "http://127.0.0.1:http/w"},
		"the ] is missing":           {"RemoteURL": "http://[::1:80/w"},
		"can't be templates":         {"RemoteURL": "http://%{content.host}:80/w"},
		"holds two @":                {"RemoteURL": "http://me:p@ss@127.0.0.1/w"},
		"holds a blank":              {"RemoteURL": "http://127.0.0.1 /w"},
		"Auth.OAuth2.TokenURL: must": {"Auth": table{"OAuth2": table{"TokenURL": "127.0.0.1", "ClientID": "x"}}},
		"Proxy: its scheme must be":  {"Proxy": "ftp://127.0.0.1"},
	} {
		agent := harness.New(harness.Config{Release: anyRelease(), Logf: logs.printf})
		err := agent.Run(pipelineOf("bad", quick("http://127.0.0.1:1").with(more), 0, 0))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "p@ss") {
			t.Errorf("%v: got %v", more, err)
		}
	}
}
