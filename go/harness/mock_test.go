package harness

import (
	"fmt"
	"testing"
	"time"

	"github.com/alibaba/ilogtail/pkg/models"
)

func runMock(t *testing.T, once bool, config func(typ string) LoadedConfig) (*fake, *rig) {
	t.Helper()
	f := &fake{}
	register(t, "flusher_a", f)
	r := newRig(t, V3, func(c *Config) { c.Once = once })
	r.must(r.Run(config("flusher_a")))
	return f, r
}

const mockFields = `"Tags": {"t": "1"}, "Fields": {"b": "2", "a": "1"}, "Index": 41`

func TestMetricMockMakesOneLogPerInterval(t *testing.T) {
	f, r := runMock(t, false, func(typ string) LoadedConfig {
		return configWith("c", `"inputs": [{"type": "metric_mock", "detail": {`+mockFields+`}}],`, typ)
	})
	eventually(t, "three logs", func() bool { return f.count() >= 3 })
	r.must(r.StopAll())
	for i := 0; i < 2; i++ {
		log := f.groups[0].Logs[0]
		if i > 0 {
			log = f.groups[1].Logs[0]
			if len(f.groups[0].Logs) > 1 {
				log = f.groups[0].Logs[1]
			}
		}
		log.Time = 0
		want := fmt.Sprintf(`Time:0 Contents:<Key:"__tag__:t" Value:"1" > Contents:<Key:"a" Value:"1" > `+
			`Contents:<Key:"b" Value:"2" > Contents:<Key:"Index" Value:"%d" > `, 42+i)
		if got := log.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestServiceMockMakesSoManyLogsAsFastAsItCan(t *testing.T) {
	f, r := runMock(t, false, func(typ string) LoadedConfig {
		path := write(t, "one\ntwo\nthree\n")
		return configWith("c", fmt.Sprintf(`"inputs": [{"type": "service_mock", "detail":
			{"MaxLogCount": 2500, "File": %q, "Fields": {"f": "x"}}}],`, path), typ)
	})
	<-r.Delivered()
	r.must(r.StopAll())
	n := 0
	for _, group := range f.groups {
		for _, log := range group.Logs {
			content := []string{"one", "two", "three"}[n%3]
			n++
			want := fmt.Sprintf(`Time:%d Contents:<Key:"f" Value:"x" > Contents:<Key:"Index" Value:"%d" > `+
				`Contents:<Key:"content" Value:"%s" > `, log.Time, n, content)
			if got := log.String(); got != want {
				t.Fatalf("got %s, want %s", got, want)
			}
		}
	}
	if n != 2500 {
		t.Errorf("%d logs", n)
	}
}

func TestServiceMockKeepsToItsRate(t *testing.T) {
	start := time.Now()
	f, r := runMock(t, false, func(typ string) LoadedConfig {
		return configWith("c", `"inputs": [{"type": "service_mock", "detail":
			{"MaxLogCount": 51, "LogsPerSecond": 500}}],`, typ)
	})
	<-r.Delivered()
	took := time.Since(start)
	r.must(r.StopAll())
	if f.count() != 51 || took < 100*time.Millisecond || took > 5*time.Second {
		t.Errorf("%d logs in %v, want 51 in 100 ms", f.count(), took)
	}
}

func TestServiceMockStopsInBetween(t *testing.T) {
	for _, rate := range []string{"0", "1"} {
		f, r := runMock(t, false, func(typ string) LoadedConfig {
			return configWith("c", `"inputs": [{"type": "service_mock", "detail": {"LogsPerSecond": `+rate+`}}],`, typ)
		})
		eventually(t, "the first log", func() bool { return f.count() >= 1 })
		start := time.Now()
		r.must(r.StopAll())
		if took := time.Since(start); rate == "1" && took > 900*time.Millisecond {
			t.Errorf("the stop waited %v for the next log", took)
		}
	}
}

func TestServiceMockMakesEvents(t *testing.T) {
	f, r := runMock(t, false, func(typ string) LoadedConfig {
		return v2Config(V3, "c", `"inputs": [{"type": "service_mock", "detail": {"MaxLogCount": 1025, `+mockFields+`}}],`, typ)
	})
	<-r.Delivered()
	r.must(r.StopAll())
	if f.count() != 1025 || len(f.events[0].Events) != 1024 {
		t.Fatalf("%d events, %d in the first group", f.count(), len(f.events[0].Events))
	}
	log, _ := f.events[1].Events[0].(*models.Log)
	if log.Tags.Get("t") != "1" || log.Contents.Get("a") != "1" || log.Contents.Get("Index") != "1066" ||
		log.Contents.Len() != 3 || log.Timestamp == 0 {
		t.Errorf("log %v %v", log.Tags.Iterator(), log.Contents.Iterator())
	}
}

func TestServiceMockRefusesAFileItCannotUse(t *testing.T) {
	for _, path := range []string{"/no/file", write(t, ""), t.TempDir()} {
		if _, err := (&serviceMock{File: path}).Init(nil); err == nil {
			t.Errorf("accepts %s", path)
		}
	}
}
