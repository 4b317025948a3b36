// The HTTP endpoints of the host's stand-alone agent, and /metrics.

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"runtime"
	"strings"

	"ilf.local/go/harness"
)

// agent is what the endpoints need of a harness.Agent.
type agent interface {
	Reload(configs ...harness.LoadedConfig) error
	StopAll() error
}

// serve listens if there is anything to serve, and returns what ends it.
func (o *options) serve(a agent) (stop func(), err error) {
	if !o.httpLoad && !o.profFlag && !o.metrics {
		return func() {}, nil
	}
	listener, err := net.Listen("tcp", loopbackUnlessNamed(o.server))
	if err != nil {
		return nil, fmt.Errorf("-server: %w", err)
	}
	server := &http.Server{Handler: o.handler(a)}
	go func() { _ = server.Serve(listener) }() // it returns when the server is closed
	return func() { _ = server.Close() }, nil
}

// loopbackUnlessNamed adds a host to an address without: unlike in the host, to be
// reached from elsewhere must be asked for.
func loopbackUnlessNamed(address string) string {
	if strings.HasPrefix(address, ":") {
		return "127.0.0.1" + address
	}
	return address
}

func (o *options) handler(a agent) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/metrics", serveMetrics) // whatever the server is for
	if o.httpLoad {
		mux.HandleFunc("/loadconfig", func(w http.ResponseWriter, r *http.Request) { loadConfig(a, w, r) })
		mux.HandleFunc("/holdon", func(http.ResponseWriter, *http.Request) { _ = a.StopAll() }) // which logs
	}
	if o.profFlag {
		mux.HandleFunc("/debug/pprof/", pprof.Index)
		mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
		mux.HandleFunc("/trace", pprof.Trace)
		mux.HandleFunc("/cpu", seconds("30"))
		mux.HandleFunc("/cpu10", seconds("10"))
		mux.HandleFunc("/cpu180", seconds("180"))
		mux.Handle("/mem", pprof.Handler("heap"))
		mux.Handle("/stack", pprof.Handler("goroutine"))
		mux.HandleFunc("/forcegc", func(http.ResponseWriter, *http.Request) { runtime.GC() })
	}
	mux.HandleFunc("/", o.help)
	return mux
}

// loadConfig answers 200 also when a config could not be loaded: as in the host
// that is only logged.
func loadConfig(a agent, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var configs []harness.LoadedConfig
	if err == nil {
		err = json.Unmarshal(body, &configs)
	}
	if err != nil {
		http.Error(w, "not a JSON array of configs: "+err.Error(), http.StatusInternalServerError)
		return
	}
	_ = a.Reload(configs...)
}

func seconds(n string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = "seconds=" + n
		pprof.Profile(w, r)
	}
}

func (o *options) help(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" && r.URL.Path != "/help" {
		http.NotFound(w, r)
		return
	}
	fmt.Fprintln(w, "/metrics")
	if o.httpLoad {
		fmt.Fprintln(w, "/loadconfig\n/holdon")
	}
	if o.profFlag {
		fmt.Fprintln(w, "/mem\n/cpu\n/cpu10\n/cpu180\n/forcegc\n/stack\n/trace\n/debug/pprof/")
	}
}
