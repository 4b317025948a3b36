package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"ilf.local/go/harness"
)

func request(t *testing.T, url, body string) (int, string) {
	t.Helper()
	response, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func TestLoadsAndHoldsOnOverHTTP(t *testing.T) {
	for _, release := range []harness.Release{harness.V18, harness.V20, harness.V3} {
		t.Run("release "+release.String(), func(t *testing.T) {
			k := newKeeper()
			trace := &harness.Trace{}
			a := harness.New(harness.Config{Release: release, Observe: trace.Observe, Logf: t.Logf})
			server := httptest.NewServer((&options{httpLoad: true}).handler(a))
			defer server.Close()
			text, _ := json.Marshal([]harness.LoadedConfig{{Project: "p", ConfigName: "c", JSONStr: keepMock}})
			if status, body := request(t, server.URL+"/loadconfig", string(text)); status != 200 || body != "" {
				t.Fatalf("/loadconfig: %d %s", status, body)
			}
			<-a.Delivered()
			if status, body := request(t, server.URL+"/holdon", ""); status != 200 || body != "" {
				t.Fatalf("/holdon: %d %s", status, body)
			}
			if k.got() != "1 2 3" || !strings.HasSuffix(trace.String(), "\nStop") {
				t.Errorf("got %q, calls:\n%s", k.got(), trace)
			}
			for body, want := range map[string]int{"{}": 500, "x": 500, `[{"config_name": "bad", "json_str": "x"}]`: 200} {
				if status, text := request(t, server.URL+"/loadconfig", body); status != want {
					t.Errorf("/loadconfig %s: %d %s", body, status, text)
				}
			}
			if err := a.StopAll(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestServesOnlyWhatIsEnabled(t *testing.T) {
	for _, c := range []struct {
		name       string
		o          options
		path, want string
		status     int
	}{
		{"help lists loading", options{httpLoad: true}, "/help", "/loadconfig\n/holdon\n", 200},
		{"help lists profiles", options{profFlag: true}, "/", "/debug/pprof/", 200},
		{"help lists metrics", options{metrics: true}, "/help", "/metrics\n", 200},
		{"no loading", options{profFlag: true}, "/loadconfig", "not found", 404},
		{"no profiles", options{httpLoad: true}, "/mem", "not found", 404},
		{"stacks", options{profFlag: true}, "/stack?debug=1", "goroutine profile", 200},
		{"garbage collection", options{profFlag: true}, "/forcegc", "", 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(c.o.handler(nil))
			defer server.Close()
			if status, body := request(t, server.URL+c.path, ""); status != c.status || !strings.Contains(body, c.want) {
				t.Errorf("%d %s", status, body)
			}
		})
	}
}

func TestListensOnlyIfThereIsSomethingToServe(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	newKeeper()
	dir := folder(t, map[string]string{"plugin.json": keepMock})
	address := taken.Addr().String()
	runIn(t, dir, "-once", "-server", address).must(t, 0, "")
	for _, flag := range []string{"-http-load", "-prof-flag", "-metrics"} {
		runIn(t, dir, "-once", "-server", address, flag, "-prof-auto=false").must(t, 1, "-server: listen tcp "+address)
	}
}

func TestServesMetricsWhateverTheServerIsFor(t *testing.T) {
	for _, o := range []options{{metrics: true}, {httpLoad: true}, {profFlag: true}} {
		server := httptest.NewServer(o.handler(nil))
		response, err := http.Get(server.URL + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if kind := response.Header.Get("Content-Type"); response.StatusCode != 200 || !strings.HasPrefix(kind, "text/plain; version=0.0.4") {
			t.Errorf("%s, %s", response.Status, kind)
		}
		server.Close()
	}
}

func TestAPipelineLoadedOverHTTPRuns(t *testing.T) {
	k := newKeeper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	signals := make(chan os.Signal, 2)
	done := start(t, folder(t, map[string]string{"plugin.json": "[]"}), signals, nil, "-http-load", "-server", address)
	body := fmt.Sprintf(`[{"config_name": "c", "json_str": %q}]`, keepMock)
	eventually(t, "the server answers", func() bool {
		response, err := http.Post("http://"+address+"/loadconfig", "", strings.NewReader(body))
		if err == nil {
			_ = response.Body.Close()
		}
		return err == nil
	})
	eventually(t, "the logs arrive", func() bool { return k.got() == "1 2 3" })
	signals <- os.Interrupt
	finished(t, done).must(t, 0, "")
}

func TestListensOnTheLoopbackUnlessAnAddressIsGiven(t *testing.T) {
	for given, want := range map[string]string{
		":18689":          "127.0.0.1:18689",
		"0.0.0.0:18689":   "0.0.0.0:18689",
		"[::]:18689":      "[::]:18689",
		"192.0.2.1:18689": "192.0.2.1:18689",
	} {
		if got := loopbackUnlessNamed(given); got != want {
			t.Errorf("%s: %s", given, got)
		}
	}
}
