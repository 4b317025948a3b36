package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"ilf.local/go/cflusher"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

const (
	nLogs  = 1000
	nPairs = 10
	rounds = 5
)

// fields are those of nginx's combined log format and two more, as
// tests/bench/nginx.h has them too.
var fields = [nPairs][2]string{
	{"remote_addr", "203.0.113.42"},
	{"time_local", "22/Nov/2026:14:29:51 +0000"},
	{"method", "GET"},
	{"url", "/api/v2/orders/8831?expand=items&lang=en"},
	{"protocol", "HTTP/1.1"},
	{"status", "200"},
	{"body_bytes_sent", "5316"},
	{"http_referer", "https://shop.example.com/cart"},
	{"http_user_agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"},
	{"request_time", "0.043"},
}

// logGroup has values of its own in each log, and keys that are shared as a
// processor shares them, or not.
func logGroup(sharedKeys bool) *protocol.LogGroup {
	group := &protocol.LogGroup{Topic: "nginx", Source: "10.0.0.7"}
	for i := 0; i < nLogs; i++ {
		log := &protocol.Log{Time: 1700000000}
		for _, field := range fields {
			key := field[0]
			if !sharedKeys {
				key = strings.Clone(key)
			}
			log.Contents = append(log.Contents, &protocol.Log_Content{Key: key, Value: strings.Clone(field[1])})
		}
		group.Logs = append(group.Logs, log)
	}
	return group
}

func eventGroup() *models.PipelineGroupEvents {
	group := &models.PipelineGroupEvents{Group: models.NewGroup(models.NewMetadata(), models.NewTags())}
	for i := 0; i < nLogs; i++ {
		log := models.NewLog("", nil, "", "", "", models.NewTags(), 1700000000000000000)
		log.Contents = models.NewLogContents()
		for _, field := range fields {
			log.Contents.Add(field[0], strings.Clone(field[1]))
		}
		group.Events = append(group.Events, log)
	}
	return group
}

func start(name, detail string) *cflusher.Flusher {
	f := pipeline.Flushers[name]().(*cflusher.Flusher)
	err := json.Unmarshal([]byte(detail), f)
	if err == nil {
		err = f.Init(nil)
	}
	check(err)
	return f
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// best is the least time of several runs, in ns per operation.
func best(run func()) float64 {
	least := 0.0
	for i := 0; i < rounds; i++ {
		result := testing.Benchmark(func(b *testing.B) {
			for i := 0; i < b.N; i++ {
				run()
			}
		})
		if ns := float64(result.T.Nanoseconds()) / float64(result.N); least == 0 || ns < least {
			least = ns
		}
	}
	return least
}

// copyStrings is the floor of a hand-over: every string, once, into one buffer.
func copyStrings(groups []*protocol.LogGroup, buf []byte) {
	for _, group := range groups {
		buf = buf[:0]
		for _, log := range group.Logs {
			for _, content := range log.Contents {
				buf = append(buf, content.Key...)
				buf = append(buf, content.Value...)
			}
		}
	}
}

func goRows() (rows []Row) {
	add := func(name string, value float64, unit string, floor float64) {
		row := Row{Name: name, Value: value, Unit: unit, Floor: floor}
		if floor > 0 {
			row.Ratio = value / floor
		}
		rows = append(rows, row)
	}
	f := start("flusher_c_null", "{}")
	groups := []*protocol.LogGroup{logGroup(true)}
	flush := func() { check(f.Flush("project", "logstore", "config", groups)) }

	buf := make([]byte, 0, 1<<20)
	floor := best(func() { copyStrings(groups, buf) }) / (nLogs * nPairs)
	add("handover_view_ns_per_pair", best(flush)/(nLogs*nPairs), "ns/pair", floor)
	own := []*protocol.LogGroup{logGroup(false)}
	add("handover_own_keys_ns_per_pair", best(func() { check(f.Flush("", "", "", own)) })/(nLogs*nPairs), "ns/pair", floor)
	add("handover_pb_ns_per_pair", best(func() {
		list, err := (&protocol.LogGroupList{LogGroupList: groups}).Marshal()
		check(err)
		check(f.FlushPB("project", "logstore", "config", list))
	})/(nLogs*nPairs), "ns/pair", floor)
	add("flush_go_allocs", testing.AllocsPerRun(100, flush), "per flush", 0)
	add("crossings_per_flush", crossings(flush), "per flush", 0)

	events := []*models.PipelineGroupEvents{eventGroup()}
	export := func() { check(f.Export(events, nil)) }
	add("handover_events_ns_per_field", best(export)/(nLogs*nPairs), "ns/field", floor)
	add("export_go_allocs", testing.AllocsPerRun(100, export), "per export", 0)
	add("crossings_per_export", crossings(export), "per export", 0)

	add("is_ready_ns", best(func() { f.IsReady("project", "logstore", 123) }), "ns", best(func() { _ = f.Description() }))
	add("crossings_per_is_ready", crossings(func() { f.IsReady("project", "logstore", 123) }), "per call", 0)
	check(f.Stop())

	grown := rssGrowth(groups)
	add("rss_growth_10m_records", grown, "KiB", 0)
	return rows
}

// crossings counts the calls from Go into C of one run.
func crossings(run func()) float64 {
	const n = 100
	run()
	before := runtime.NumCgoCall()
	for i := 0; i < n; i++ {
		run()
	}
	return float64(runtime.NumCgoCall()-before) / n
}

// rssGrowth writes ten million records, and tells by how much the process has
// grown after the first hundred thousand.
func rssGrowth(groups []*protocol.LogGroup) float64 {
	f := start("flusher_c_stdout", `{"FileName":"/dev/null","MaxSize":"1TiB"}`)
	before := 0.0
	for i := 0; i < 10000; i++ {
		check(f.Flush("", "", "", groups))
		if i == 100 {
			runtime.GC()
			before = rss()
		}
	}
	after := rss()
	check(f.Stop())
	return after - before
}

// rss is the resident memory of this process in KiB.
func rss() float64 {
	status, err := os.ReadFile("/proc/self/status")
	check(err)
	for _, line := range strings.Split(string(status), "\n") {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmRSS:" {
			n, err := strconv.ParseFloat(fields[1], 64)
			check(err)
			return n
		}
	}
	return 0
}
