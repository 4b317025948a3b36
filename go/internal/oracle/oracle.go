// Package oracle is a sink for tests of delivery: an HTTP server that remembers
// which records it has acknowledged and how often, and that fails as a script
// says. A record is known by its id, an "id":"..." in its text.
package oracle

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
	"time"
)

// Answer is what a script wants done with a request. What is answered with a
// 2xx is acknowledged, even if the answer never gets back.
type Answer struct {
	Status int // 0 means 200
	Header map[string]string
	Body   string
	Wait   time.Duration // before the answer, or until the client has gone
}

// Script decides about a request. Nil, or a nil Answer, is a plain 200.
type Script func(r *http.Request, body []byte) *Answer

// Oracle is the sink.
type Oracle struct {
	Server *httptest.Server

	mu       sync.Mutex
	script   Script
	acked    map[string]int
	order    []string
	requests int
}

// New starts an oracle on a free port, which works until a script is set.
func New() *Oracle {
	o := NewUnstarted()
	o.Server.Start()
	return o
}

// NewUnstarted leaves it to the caller to start o.Server, perhaps with TLS.
func NewUnstarted() *Oracle {
	o := &Oracle{acked: map[string]int{}}
	o.Server = httptest.NewUnstartedServer(o)
	return o
}

// Close ends connections too, so that requests that still wait do not hold it up.
func (o *Oracle) Close() {
	o.Server.CloseClientConnections()
	o.Server.Close()
}

// Set replaces the script; nil heals.
func (o *Oracle) Set(script Script) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.script = script
}

var id = regexp.MustCompile(`"id":"([^"]*)"`)

// IDs lists the records in a text.
func IDs(text []byte) (ids []string) {
	for _, match := range id.FindAllSubmatch(text, -1) {
		ids = append(ids, string(match[1]))
	}
	return ids
}

func (o *Oracle) acknowledge(body []byte) {
	ids := IDs(body)
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, id := range ids {
		if o.acked[id] == 0 {
			o.order = append(o.order, id)
		}
		o.acked[id]++
	}
}

// ServeHTTP answers a request as the fault says, and notes the ids that it acknowledges.
func (o *Oracle) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := read(r)
	if err != nil { // the request never came to its end: nothing is acknowledged
		return
	}
	o.mu.Lock()
	o.requests++
	script := o.script
	o.mu.Unlock()
	answer := &Answer{}
	if script != nil {
		if scripted := script(r, body); scripted != nil {
			answer = scripted
		}
	}
	if answer.Wait > 0 {
		select {
		case <-time.After(answer.Wait):
		case <-r.Context().Done():
			return
		}
	}
	for key, value := range answer.Header {
		w.Header().Set(key, value)
	}
	if answer.Status/100 == 2 || answer.Status == 0 {
		o.acknowledge(body)
	}
	if answer.Status != 0 {
		w.WriteHeader(answer.Status)
	}
	_, _ = io.WriteString(w, answer.Body)
}

func read(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Header.Get("Content-Encoding") != "gzip" {
		return body, err
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(unpacked)
}

// Acked copies how often each record was acknowledged.
func (o *Oracle) Acked() map[string]int {
	o.mu.Lock()
	defer o.mu.Unlock()
	acked := make(map[string]int, len(o.acked))
	for id, n := range o.acked {
		acked[id] = n
	}
	return acked
}

// Count is how many records were acknowledged, be it once or more often.
func (o *Oracle) Count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.acked)
}

// Order lists the records as they were acknowledged first.
func (o *Oracle) Order() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.order...)
}

// Requests is how many came whole.
func (o *Oracle) Requests() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.requests
}
