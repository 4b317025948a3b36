package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"ilf.local/go/internal/oracle"
)

// toxiproxy is a proxy that breaks the network, written by others.
type toxiproxy struct {
	t   *testing.T
	api string // URL
}

func startToxiproxy(t *testing.T) *toxiproxy {
	t.Helper()
	path := os.Getenv("ILF_TOXIPROXY")
	if _, err := os.Stat(path); err != nil {
		t.Skip("left out: there is no toxiproxy: make test-faults installs it, with Go 1.23 and a way to a Go module proxy")
	}
	address := oracle.Address()
	host, port, _ := strings.Cut(address, ":")
	server := exec.Command(path, "-host", host, "-port", port)
	must(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	p := &toxiproxy{t: t, api: "http://" + address}
	eventually(t, "toxiproxy listens", func() bool {
		reply, err := http.Get(p.api + "/version")
		if err == nil {
			_ = reply.Body.Close()
		}
		return err == nil
	})
	return p
}

func (p *toxiproxy) call(method, path string, body table) {
	p.t.Helper()
	text, _ := json.Marshal(body)
	request, err := http.NewRequest(method, p.api+path, bytes.NewReader(text))
	must(p.t, err)
	reply, err := http.DefaultClient.Do(request)
	must(p.t, err)
	defer reply.Body.Close()
	if reply.StatusCode/100 != 2 {
		text, _ = io.ReadAll(reply.Body)
		p.t.Fatalf("toxiproxy: %s %s: %s: %s", method, path, reply.Status, text)
	}
}

// before puts a proxy in front of the oracle, and returns its URL.
func (p *toxiproxy) before(o *oracle.Oracle, name string, toxics []table) string {
	p.t.Helper()
	address := oracle.Address()
	_, upstream, _ := strings.Cut(o.Server.URL, "://")
	p.call(http.MethodPost, "/proxies", table{"name": name, "listen": address, "upstream": upstream})
	for i, toxic := range toxics {
		toxic["name"] = fmt.Sprint(i)
		p.call(http.MethodPost, "/proxies/"+name+"/toxics", toxic)
	}
	return "http://" + address
}

// toxic is one of a type, in the direction "upstream", of requests, or
// "downstream", of answers.
func toxic(kind, stream string, attributes table) table {
	return table{"type": kind, "stream": stream, "attributes": attributes}
}

func TestBehindToxiproxy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		toxics []table
		more   detail
		lasts  bool // nothing comes through until it is taken away, which the log says

		// The proof that it strikes.
		least       time.Duration
		connections int
	}{
		"latency": {least: 300 * time.Millisecond, more: lines, toxics: []table{
			toxic("latency", "upstream", table{"latency": 150}), toxic("latency", "downstream", table{"latency": 150})}},
		"bandwidth": {least: 100 * time.Millisecond, more: lines, toxics: []table{
			toxic("bandwidth", "upstream", table{"rate": 100}), toxic("bandwidth", "downstream", table{"rate": 1})}},
		"slicer": {least: 10 * time.Millisecond, toxics: []table{
			toxic("slicer", "upstream", table{"average_size": 64, "size_variation": 32, "delay": 100}),
			toxic("slicer", "downstream", table{"average_size": 8, "size_variation": 4, "delay": 10})}},
		"slow_close": {connections: records, more: detail{"Headers": table{"Connection": "close"}}, toxics: []table{
			toxic("slow_close", "upstream", table{"delay": 50}), toxic("slow_close", "downstream", table{"delay": 50})}},
		"reset_peer in requests": {lasts: true, toxics: []table{toxic("reset_peer", "upstream", table{"timeout": 10})}},
		"reset_peer in answers":  {lasts: true, toxics: []table{toxic("reset_peer", "downstream", table{"timeout": 10})}},
		"limit_data in requests": {connections: 10, toxics: []table{toxic("limit_data", "upstream", table{"bytes": 2000})}},
		"limit_data in answers":  {connections: 10, toxics: []table{toxic("limit_data", "downstream", table{"bytes": 500})}},
		"timeout that closes":    {lasts: true, toxics: []table{toxic("timeout", "upstream", table{"timeout": 50})}},
		"timeout for ever":       {lasts: true, more: short, toxics: []table{toxic("timeout", "downstream", table{"timeout": 0})}},
		"all at once": {connections: 10, lasts: true, toxics: []table{
			toxic("timeout", "downstream", table{"timeout": 50}),
			toxic("latency", "upstream", table{"latency": 2, "jitter": 2}),
			toxic("limit_data", "upstream", table{"bytes": 5000}), toxic("slow_close", "downstream", table{"delay": 20})}},
	} {
		c := c
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, o, p := t.TempDir(), newOracle(t), startToxiproxy(t)
			var connections sync.Map
			o.Set(func(r *http.Request, _ []byte) *oracle.Answer {
				connections.Store(r.RemoteAddr, true)
				return nil
			})
			began := time.Now()
			l := begin(t, anyRelease(), quick(p.before(o, "p", c.toxics)).with(letters(dir)).with(c.more), 0, records)
			if c.lasts {
				eventually(t, "the log says so", func() bool { return logs.has(l.name, "send: ") })
				p.call(http.MethodDelete, "/proxies/p/toxics/0", nil)
			}
			eventually(t, "all arrive", allAcked(o, records))
			took := time.Since(began)
			l.end()
			if dead := conserved(t, o, dir, records, anyOf); dead > 0 {
				t.Errorf("%d dead letters", dead)
			}
			n := 0
			connections.Range(func(_, _ interface{}) bool { n++; return true })
			if took < c.least || n < c.connections {
				t.Errorf("the toxic has done no harm: all is over after %v and %d connections", took, n)
			}
		})
	}
}
