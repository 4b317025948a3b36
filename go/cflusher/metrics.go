package cflusher

// #include "calls.h"
import "C"

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// MetricsVariable is the environment variable with the address, host:port, at
// which the shim serves /metrics. Without a host it is 127.0.0.1.
const MetricsVariable = "ILF_METRICS_ADDR"

const metricsAlarm = "FLUSHER_INIT_ALARM"

// Metrics are the metrics of all C flushers in this process, in Prometheus'
// text format; empty when libilf is not there.
func Metrics() string {
	if load() != nil {
		return ""
	}
	return sized(func(buf *C.char, size C.size_t) C.size_t { return C.ilf_shim_metrics(buf, size) })
}

// ServeMetrics answers requests with Metrics.
func ServeMetrics(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD are answered here", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = io.WriteString(w, Metrics()) // a reader that has gone needs no answer
}

// metricsServer serves /metrics from the first start that has an address until
// the process ends: pipelines come and go, the page is of all.
type metricsServer struct {
	once     sync.Once
	listener net.Listener // nil when it does not serve
}

var theMetricsServer metricsServer

// start tells what is wrong with the address once; pipelines run all the same.
func (m *metricsServer) start(address string, complain func(string)) {
	if address == "" {
		return
	}
	m.once.Do(func() {
		listener, err := listenFor(address)
		if err != nil {
			complain(fmt.Sprintf("metrics are not served at $%s: %v", MetricsVariable, err))
			return
		}
		m.listener = listener
		mux := http.NewServeMux()
		mux.HandleFunc("/metrics", ServeMetrics)
		server := &http.Server{
			Handler:        mux,
			ReadTimeout:    10 * time.Second,
			WriteTimeout:   30 * time.Second,
			IdleTimeout:    5 * time.Minute,
			MaxHeaderBytes: 16 << 10,
		}
		go func() { _ = server.Serve(listener) }()
	})
}

func listenFor(address string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || port == "" {
		return nil, fmt.Errorf("%q is not host:port, as 127.0.0.1:9100", address)
	}
	if host == "" {
		host = "127.0.0.1" // to be reached from elsewhere must be asked for
	}
	return net.Listen("tcp", net.JoinHostPort(host, port))
}

// startMetrics starts the server if there is to be one.
func (f *Flusher) startMetrics() {
	theMetricsServer.start(os.Getenv(MetricsVariable), func(text string) { warn(f.log.context(), metricsAlarm, text) })
}
