package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"ilf.local/go/cflusher"
	"ilf.local/go/harness"

	"github.com/alibaba/ilogtail/pkg/logger"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

var releases = []harness.Release{harness.V18, harness.V20, harness.V3}

func TestMain(m *testing.M) {
	if cflusher.LibraryPath() == "" {
		_, err := cflusher.List()
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	pipeline.AddFlusherCreator("flusher_by_protobuf", func() pipeline.Flusher {
		return &byProtobuf{Flusher: pipeline.Flushers["flusher_c_stdout"]().(*cflusher.Flusher)}
	})
	logger.SetOutput(nowhere{})
	os.Exit(m.Run())
}

type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

// byProtobuf is flusher_c_stdout with its data entering as protobuf.
type byProtobuf struct{ *cflusher.Flusher }

func (f *byProtobuf) Flush(project, logstore, config string, groups []*protocol.LogGroup) error {
	list, err := (&protocol.LogGroupList{LogGroupList: groups}).Marshal()
	if err != nil {
		return err
	}
	return f.FlushPB(project, logstore, config, list)
}

func eachRelease(t *testing.T, test func(t *testing.T, release harness.Release)) {
	for _, release := range releases {
		release := release
		t.Run(fmt.Sprint(release), func(t *testing.T) { test(t, release) })
	}
}

func config(name string, inputs, flushers string) harness.LoadedConfig {
	return harness.LoadedConfig{Project: "p", Logstore: "l", ConfigName: name, LogstoreKey: 1,
		JSONStr: fmt.Sprintf(`{"global":{"AggregatIntervalMs":20},"inputs":[%s],"flushers":[%s]}`, inputs, flushers)}
}

// run runs a pipeline until its inputs are delivered, and stops it.
func run(t *testing.T, release harness.Release, c harness.LoadedConfig) harness.Stats {
	t.Helper()
	agent := harness.New(harness.Config{Release: release, Once: true, Logf: t.Logf})
	if err := agent.Run(c); err != nil {
		t.Fatal(err)
	}
	<-agent.Delivered()
	if err := agent.StopAll(); err != nil {
		t.Fatal(err)
	}
	return agent.Stats()
}

func lines(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		t.Errorf("the last line of %s is torn", path)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// example is example.json with its flusher writing to path by another type.
func example(t *testing.T, flusher, path string) harness.LoadedConfig {
	text, err := os.ReadFile("../../../example.json")
	if err != nil {
		t.Fatal(err)
	}
	var whole map[string][]map[string]interface{}
	if err := json.Unmarshal(text, &whole); err != nil {
		t.Fatal(err)
	}
	whole["inputs"][0]["detail"].(map[string]interface{})["InputFilePath"] = "../../../tests/data/access.log"
	whole["flushers"][0]["type"] = flusher
	whole["flushers"][0]["detail"] = map[string]interface{}{"FileName": path, "Timestamp": false}
	text, err = json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return harness.LoadedConfig{ConfigName: "example", JSONStr: string(text)}
}

func TestTheExampleGivesTheSameLinesByBothEntrancesInEveryRelease(t *testing.T) {
	now := regexp.MustCompile(`"__time__":"\d+"`)
	var want []string
	eachRelease(t, func(t *testing.T, release harness.Release) {
		for _, flusher := range []string{"flusher_c_stdout", "flusher_by_protobuf"} {
			path := filepath.Join(t.TempDir(), "out.log")
			run(t, release, example(t, flusher, path))
			got := lines(t, path)
			for i := range got {
				if !json.Valid([]byte(got[i])) {
					t.Errorf("line %d is not JSON: %s", i+1, got[i])
				}
				got[i] = now.ReplaceAllString(got[i], `"__time__":"T"`)
			}
			if want == nil {
				want = got
			}
			if len(got) != 200 || strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("%s: %d lines that differ from the first run's", flusher, len(got))
			}
		}
	})
}

func TestABadOptionRefusesThePipelineInEveryRelease(t *testing.T) {
	eachRelease(t, func(t *testing.T, release harness.Release) {
		agent := harness.New(harness.Config{Release: release, Logf: t.Logf})
		err := agent.Run(config("bad", `{"type":"service_mock"}`, `{"type":"flusher_c_stdout","detail":{"MaxSiz":1}}`))
		if err == nil || !strings.Contains(err.Error(), "flusher_c_stdout: detail.MaxSiz: no such option; did you mean MaxSize?") {
			t.Errorf("got %v", err)
		}
	})
}

func TestBothGenerationsOfPipelinesReachTheSameFlusher(t *testing.T) {
	eachRelease(t, func(t *testing.T, release harness.Release) {
		path := filepath.Join(t.TempDir(), "out.log")
		c := config("v2", `{"type":"service_mock","detail":{"MaxLogCount":5,"Fields":{"a":"b"}}}`,
			fmt.Sprintf(`{"type":"flusher_c_stdout","detail":{"FileName":%q,"Timestamp":false}}`, path))
		c.JSONStr = strings.Replace(c.JSONStr, `"global":{`, `"global":{"StructureType":"v2",`, 1)
		if release == harness.V18 { // the others have it in global, and 2.0 refuses keys that it does not know
			c.JSONStr = strings.Replace(c.JSONStr, "{", `{"version":"v2",`, 1)
		}
		run(t, release, c)
		got := lines(t, path)
		if len(got) != 5 || !strings.Contains(got[0], `"eventType":"log"`) || !strings.Contains(got[0], `"a":"b"`) {
			t.Errorf("got %q", got)
		}
	})
}

func TestAReloadOntoTheSameFileLosesAndDoublesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.log")
	flusher := fmt.Sprintf(`{"type":"flusher_c_stdout","detail":{"FileName":%q,"Timestamp":false,"MaxSize":20000,"MaxRolls":100000}}`, path)
	agent := harness.New(harness.Config{Release: harness.V3, NewBeforeOld: true, Logf: t.Logf})
	input := `{"type":"service_mock","detail":{"LogsPerSecond":20000,"MaxLogCount":4000,"Fields":{"n":"%d"}}}`
	if err := agent.Run(config("reload", fmt.Sprintf(input, 0), flusher)); err != nil {
		t.Fatal(err)
	}
	for i := 1; i < 5; i++ {
		time.Sleep(30 * time.Millisecond)
		if err := agent.Reload(config("reload", fmt.Sprintf(input, i), flusher)); err != nil {
			t.Fatal(err)
		}
	}
	<-agent.Delivered()
	if err := agent.StopAll(); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files, want several rolls: %v", len(files), err)
	}
	sort.Strings(files)
	now := regexp.MustCompile(`"__time__":"\d+"`)
	for _, file := range files {
		for _, line := range lines(t, file) {
			key := now.ReplaceAllString(line, "")
			if !json.Valid([]byte(line)) {
				t.Errorf("%s: not a whole line: %q", file, line)
			}
			if seen[key] {
				t.Errorf("%s: twice: %s", file, line)
			}
			seen[key] = true
		}
	}
	stats := agent.Stats()
	if int64(len(seen)) != int64(stats.Records) || stats.LostRecords != 0 {
		t.Errorf("%d lines of %d records, %d lost", len(seen), stats.Records, stats.LostRecords)
	}
}

// metric is the value of the sample of the config that begins with name.
func metric(name, config string) string {
	for _, line := range strings.Split(cflusher.Metrics(), "\n") {
		if strings.HasPrefix(line, name) && strings.Contains(line, fmt.Sprintf("config=%q", config)) {
			return line[strings.LastIndexByte(line, ' ')+1:]
		}
	}
	return ""
}

func TestAFullDiskHoldsThePipelineAndStoppingEndsWithinItsTimeoutInEveryRelease(t *testing.T) {
	eachRelease(t, func(t *testing.T, release harness.Release) {
		name := "full-" + fmt.Sprint(release)
		var lock sync.Mutex
		var log strings.Builder
		agent := harness.New(harness.Config{Release: release, StopBudget: 20 * time.Second,
			Logf: func(format string, args ...interface{}) {
				lock.Lock()
				defer lock.Unlock()
				fmt.Fprintf(&log, format+"\n", args...)
			}})
		err := agent.Run(config(name, `{"type":"service_mock","detail":{"MaxLogCount":10}}`,
			`{"type":"flusher_c_stdout","detail":{"FileName":"/dev/full","StopTimeout":"200ms","Retry":{"InitialDelay":"10ms","MaxDelay":"10ms"}}}`))
		if err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(20 * time.Second); metric("ilf_retries_total", name) < "3"; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("no retry: %s", cflusher.Metrics())
			}
		}
		if err := agent.StopAll(); err != nil {
			t.Errorf("the stop did not end within its budget: %v", err)
		}
		lock.Lock()
		defer lock.Unlock()
		if lost := agent.Stats().LostRecords; lost != 10 {
			t.Errorf("%d records are lost, want the 10 that nobody took", lost)
		}
		if !strings.Contains(log.String(), "No space left on device") {
			t.Errorf("the host's log does not say why: %s", log.String())
		}
	})
}

func TestTheCheckerTellsAtStopWhatIsMissing(t *testing.T) {
	var lock sync.Mutex
	var log strings.Builder
	agent := harness.New(harness.Config{Release: harness.V3, Logf: func(format string, args ...interface{}) {
		lock.Lock()
		defer lock.Unlock()
		fmt.Fprintf(&log, format+"\n", args...)
	}})
	err := agent.Run(config("checked", `{"type":"service_mock","detail":{"MaxLogCount":7}}`,
		`{"type":"flusher_c_checker","detail":{"LogCount":8}}`))
	if err != nil {
		t.Fatal(err)
	}
	<-agent.Delivered()
	_ = agent.StopAll()
	lock.Lock()
	defer lock.Unlock()
	if !strings.Contains(log.String(), "LogCount: want 8 records, got 7") {
		t.Errorf("the log says %s", log.String())
	}
}
