package main

import (
	"fmt"
	"strings"
	"time"

	"ilf.local/go/cflusher"
	"ilf.local/go/harness"
	"ilf.local/go/internal/oracle"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

const (
	reloadPipelines = 2
	reloadRecords   = 30000 // of each of them
	reloadTimes     = 3
	reloadPatience  = time.Minute
)

// numbers is an input of records with ids.
type numbers struct{ First, Count int }

func (*numbers) Init(pipeline.Context) (int, error) { return 0, nil }
func (*numbers) Description() string                { return "feeds numbered records" }
func (*numbers) Stop() error                        { return nil }

func (n *numbers) Start(c pipeline.Collector) error {
	for i := n.First; i < n.First+n.Count; i++ {
		c.AddDataArray(nil, []string{"id", "text"}, []string{fmt.Sprint(i), fields[8][1]}, time.Now())
	}
	return nil
}

// reloadRows measure how long a reload takes, with two pipelines whose sink
// refuses connections and that have no spool, and how many of their records do
// not arrive, once each, when the sink is there again.
func reloadRows() (rows []Row, err error) {
	flushers, err := cflusher.List()
	if err != nil || !hasHTTP(flushers) {
		return nil, err
	}
	pipeline.AddServiceCreator("service_numbers", func() pipeline.ServiceInput { return &numbers{} })
	for _, release := range []harness.Release{harness.V18, harness.V3} {
		took, lost, err := measureReloads(release)
		if err != nil {
			return nil, fmt.Errorf("reloads in release %v: %w", release, err)
		}
		name := "reload_" + strings.ReplaceAll(release.String(), ".", "_")
		rows = append(rows, Row{Name: name + "_seconds", Value: took.Seconds(), Unit: "s"},
			Row{Name: name + "_lost", Value: float64(lost), Unit: "records"})
	}
	return rows, nil
}

// hasHTTP tells whether the library was built with libcurl.
func hasHTTP(flushers []cflusher.Info) bool {
	for _, f := range flushers {
		if f.Name == "flusher_c_http" {
			return true
		}
	}
	return false
}

func reloadConfigs(url string, first, count int) (configs []harness.LoadedConfig) {
	for i := 0; i < reloadPipelines; i++ {
		configs = append(configs, harness.LoadedConfig{ConfigName: fmt.Sprintf("reload-%d", i), JSONStr: fmt.Sprintf(
			`{"inputs":[{"type":"service_numbers","detail":{"First":%d,"Count":%d}}],
			"flushers":[{"type":"flusher_c_http","detail":{"RemoteURL":%q,"Body":"ndjson"}}]}`,
			first*reloadPipelines+i*count, count, url)})
	}
	return configs
}

// measureReloads returns the longest of some reloads.
func measureReloads(release harness.Release) (longest time.Duration, lost int, err error) {
	sink := oracle.New()
	defer sink.Close()
	front, err := sink.Front(nil)
	if err != nil {
		return 0, 0, err
	}
	defer front.Shut()
	front.Shut()
	agent := harness.New(harness.Config{Release: release})
	if err := agent.Run(reloadConfigs(front.URL(), 0, reloadRecords)...); err != nil {
		return 0, 0, err
	}
	total := reloadPipelines * reloadRecords
	for i := 1; i <= reloadTimes; i++ {
		if err := until(func() bool { return agent.Stats().Records >= uint64(total) }); err != nil {
			return 0, 0, err
		}
		configs := reloadConfigs(front.URL(), total/reloadPipelines, 100)
		began := time.Now()
		if err := agent.Reload(configs...); err != nil {
			return 0, 0, err
		}
		if took := time.Since(began); took > longest {
			longest = took
		}
		total += reloadPipelines * 100
	}
	if err := front.Listen(); err != nil {
		return 0, 0, err
	}
	_ = until(func() bool { return sink.Count() >= total }) // else they are lost
	err = agent.StopAll()
	for _, n := range sink.Acked() {
		if n == 1 {
			total--
		}
	}
	return longest, total, err
}

func until(condition func() bool) error {
	for deadline := time.Now().Add(reloadPatience); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("nothing happens within %v", reloadPatience)
		}
	}
	return nil
}
