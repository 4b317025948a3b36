package cflusher

import (
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

// at is where m listens, or nil.
func (m *metricsServer) at() net.Listener {
	listener, _ := m.listener.Load().(net.Listener)
	return listener
}

func noComplaint(t *testing.T) func(string) {
	return func(text string) { t.Errorf("complains: %s", text) }
}

func TestServesMetricsAtTheAddress(t *testing.T) {
	var m metricsServer
	f := &Flusher{name: "flusher_c_null"}
	if err := f.create(); err != nil {
		t.Fatal(err)
	}
	defer f.free()
	m.start(":0", noComplaint(t))
	defer m.at().Close()
	if host, _, _ := net.SplitHostPort(m.at().Addr().String()); host != "127.0.0.1" {
		t.Errorf("listens at %s, which is no loopback", host)
	}
	url := "http://" + m.at().Addr().String()
	response, text := get(t, url+"/metrics")
	if kind := response.Header.Get("Content-Type"); response.StatusCode != 200 || !strings.HasPrefix(kind, "text/plain; version=0.0.4") {
		t.Errorf("%s, %s", response.Status, kind)
	}
	if !strings.Contains(text, `ilf_records_delivered_total{flusher="flusher_c_null"`) {
		t.Errorf("the page is %q", text)
	}
	if response, _ := get(t, url+"/"); response.StatusCode != 404 {
		t.Error("/ is answered with", response.Status)
	}
	response, err := http.Post(url+"/metrics", "", nil)
	if err != nil || response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %v, %v", response, err)
	}
	before := m.at()
	m.start("127.0.0.1:0", noComplaint(t)) // of the next pipeline
	if m.at() != before {
		t.Error("a second start listens again")
	}
}

func TestAnAddressThatCannotBeServedIsOneWarning(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for address, want := range map[string]string{
		taken.Addr().String(): "address already in use",
		"9100":                `"9100" is not host:port, as 127.0.0.1:9100`,
		"localhost:":          `"localhost:" is not host:port`,
		"127.0.0.1:99999":     "has no valid port",
	} {
		var m metricsServer
		var told []string
		for i := 0; i < 2; i++ {
			m.start(address, func(text string) { told = append(told, text) })
		}
		if len(told) != 1 || !strings.HasPrefix(told[0], "metrics are not served at $ILF_METRICS_ADDR: ") ||
			!strings.Contains(told[0], want) || m.at() != nil {
			t.Errorf("%s: told %q, want %s", address, told, want)
		}
	}
}

func TestAnAddressThatIsTakenIsServedOnceItIsFree(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := taken.Addr().String()
	m := metricsServer{retry: 10 * time.Millisecond}
	told := 0
	m.start(address, func(string) { told++ })
	_ = taken.Close()
	for i := 0; m.at() == nil; i++ {
		if i == 1000 {
			t.Fatal("it is not served")
		}
		time.Sleep(10 * time.Millisecond)
	}
	defer m.at().Close()
	if response, _ := get(t, "http://"+address+"/metrics"); response.StatusCode != 200 || told != 1 {
		t.Errorf("%s, %d warnings", response.Status, told)
	}
}

func TestWithoutTheVariableNothingListensAndNothingRuns(t *testing.T) {
	before := runtime.NumGoroutine()
	var m metricsServer
	m.start("", noComplaint(t))
	if m.at() != nil || runtime.NumGoroutine() > before {
		t.Error("something was started")
	}
	m.start("127.0.0.1:0", noComplaint(t)) // nor was the chance used up
	if m.at() == nil {
		t.Fatal("does not listen")
	}
	_ = m.at().Close()
}

func TestTheFirstFlusherThatStartsServesMetricsEvenIfTheAddressIsTaken(t *testing.T) {
	theMetricsServer = metricsServer{}
	t.Setenv(MetricsVariable, "127.0.0.1:0")
	f := &Flusher{name: "flusher_c_null"}
	if err := f.Init(nil); err != nil {
		t.Fatal(err)
	}
	address := theMetricsServer.at().Addr().String()
	if _, text := get(t, "http://"+address+"/metrics"); !strings.Contains(text, "ilf_flushes_total") {
		t.Errorf("the page is %q", text)
	}
	if err := f.Stop(); err != nil {
		t.Error(err)
	}
	taken := theMetricsServer.at()
	defer taken.Close()
	theMetricsServer = metricsServer{} // another agent
	t.Setenv(MetricsVariable, address)
	f = &Flusher{name: "flusher_c_null"}
	if err := f.Init(nil); err != nil || theMetricsServer.at() != nil {
		t.Errorf("%v", err)
	}
	_ = f.Stop()
}
