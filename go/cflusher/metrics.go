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
	"sync/atomic"
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

// metricsRetry is the pause before an address that is taken is tried again: the
// agent that has it may be ending.
const metricsRetry = 10 * time.Second

// metricsServer serves /metrics from the first start that has an address until
// the process ends: pipelines come and go, the page is of all.
type metricsServer struct {
	once     sync.Once
	listener atomic.Value  // a net.Listener, once it serves
	retry    time.Duration // 0: metricsRetry
}

var theMetricsServer metricsServer

// start serves, or says once what is wrong with the address; pipelines run all
// the same. One that can't be had yet is tried again until it can.
func (m *metricsServer) start(address string, complain func(string)) {
	if address == "" {
		return
	}
	m.once.Do(func() {
		host, port, err := splitAddress(address)
		if err == nil {
			if err = m.listen(host, port); err == nil {
				return
			}
			go m.listenLater(host, port)
			err = fmt.Errorf("%w (trying again until it can be used)", err)
		}
		complain(fmt.Sprintf("metrics are not served at $%s: %v", MetricsVariable, err))
	})
}

func (m *metricsServer) listenLater(host, port string) {
	pause := m.retry
	if pause == 0 {
		pause = metricsRetry
	}
	for {
		time.Sleep(pause)
		if m.listen(host, port) == nil {
			return
		}
	}
}

func (m *metricsServer) listen(host, port string) error {
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return err
	}
	m.listener.Store(listener)
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
	return nil
}

// splitAddress finds out what can never be listened at.
func splitAddress(address string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(address)
	if err != nil || port == "" {
		return "", "", fmt.Errorf("%q is not host:port, as 127.0.0.1:9100", address)
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return "", "", fmt.Errorf("%q has no valid port: %v", address, err)
	}
	if host == "" {
		host = "127.0.0.1" // to be reached from elsewhere must be asked for
	}
	return host, port, nil
}

// startMetrics starts the server if there is to be one.
func (f *Flusher) startMetrics() {
	theMetricsServer.start(os.Getenv(MetricsVariable), func(text string) { warn(f.log.context(), metricsAlarm, text) })
}
