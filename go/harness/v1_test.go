package harness

import (
	"strings"
	"testing"
	"time"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

func TestCleansLogsBeforeTheyAreGathered(t *testing.T) {
	f := &fake{}
	register(t, "flusher_a", f)
	for _, nanos := range []bool{false, true} {
		f.groups = nil
		r := newRig(t, V3, func(c *Config) { c.Global.EnableTimestampNanosecond = nanos })
		r.must(r.Run(config("c", "flusher_a")))
		untimed := &protocol.Log{Contents: []*protocol.Log_Content{{Key: "k", Value: "v"}}}
		timed := aLog("w")
		protocol.SetLogTimeWithNano(timed, 5, 6)
		r.must(r.Process("c", nil, &protocol.Log{Time: 1}, untimed, timed))
		r.must(r.StopAll())
		if got := f.values(); got != "v w" {
			t.Errorf("flushed %q, want the two logs with contents", got)
		}
		if age := time.Now().Unix() - int64(untimed.Time); age < 0 || age > 60 {
			t.Errorf("time 0 became %d", untimed.Time)
		}
		if timed.Time != 5 || (timed.TimeNs != nil) != nanos {
			t.Errorf("nanoseconds wanted: %v, log %v", nanos, timed)
		}
	}
}

func TestFlushersLearnWhereDataComesFrom(t *testing.T) {
	for release, want := range map[Release]string{V18: "c/1", V20: "c", V3: "c"} {
		f := &fake{}
		register(t, "flusher_a", f)
		r := newRig(t, release)
		r.must(r.Run(config("c/1", "flusher_a")))
		r.feed("c/1", "x")
		r.must(r.StopAll())
		if f.args != "p,l,7 p,l,"+want {
			t.Errorf("release %s: got %s", release, f.args)
		}
	}
}

func TestStampsGroupsInTheFlusherGoroutine(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		f := &fake{}
		register(t, "flusher_a", f)
		r := newRig(t, release, func(c *Config) { c.Global.Tags = map[string]string{"g": "1"} })
		r.must(r.Run(configWith("c", `"aggregators": [{"type": "aggregator_base", "detail": {"PackFlag": false}}],`,
			"flusher_a")))
		r.feed("c", "x")
		r.must(r.StopAll())
		got := map[string]string{}
		for _, tag := range f.groups[0].LogTags {
			got[tag.Key] = tag.Value
		}
		want := 0
		if release != V3 {
			want = 2
		}
		if len(got) != want || want == 2 && (got[hostnameTag] != "host" || got["g"] != "1") {
			t.Errorf("tags %v", got)
		}
		if group := f.groups[0]; group.Source != "1.2.3.4" || group.Category != "" || group.MachineUUID != "" {
			t.Errorf("group %v", group)
		}
	})
}

func TestDetectsTheHostWhenItIsNotConfigured(t *testing.T) {
	r := newRig(t, V3, func(c *Config) { c.Global.HostIP, c.Global.Hostname = "", "" })
	l := r.newLine(config("c"))
	if strings.Count(l.hostIP(), ".") != 3 || l.hostname() == "" {
		t.Errorf("ip %q, name %q", l.hostIP(), l.hostname())
	}
}

func TestRunsProcessorsInOrder(t *testing.T) {
	f := &fake{}
	register(t, "flusher_a", f)
	r := newRig(t, V3)
	r.must(r.Run(configWith("c", `"processors": [
		{"type": "processor_regex", "detail": {"SourceKey": "k", "Regex": "(.*)-(.*)", "Keys": ["a", "b"]}},
		{"type": "processor_default"},
		{"type": "processor_regex", "detail": {"SourceKey": "a", "Regex": "x(.*)", "Keys": ["c"]}}],`, "flusher_a")))
	r.feed("c", "xy-z")
	r.must(r.StopAll())
	if got := f.groups[0].Logs[0].String(); got != `Time:1 Contents:<Key:"b" Value:"z" > Contents:<Key:"c" Value:"y" > ` {
		t.Errorf("got %s", got)
	}
}

// hollowAggregator flushes a group without logs.
type hollowAggregator struct{ gatherer }

func (*hollowAggregator) Flush() []*protocol.LogGroup { return []*protocol.LogGroup{{}} }

func TestGroupsWithoutLogsNeverEnterTheQueue(t *testing.T) {
	pipeline.AddAggregatorCreator("aggregator_hollow", func() pipeline.Aggregator { return &hollowAggregator{} })
	t.Cleanup(func() { delete(pipeline.Aggregators, "aggregator_hollow") })
	r := newRig(t, V3)
	r.must(r.Run(configWith("c", `"aggregators": [{"type": "aggregator_hollow"}],`, "flusher_test_null")))
	r.must(r.StopAll())
	if got := r.trace.String(); got != "Init\nSetUrgent true\nStop" {
		t.Errorf("calls:\n%s", got)
	}
}

func TestFeedingNeedsARunningPipelineOfTheRightGeneration(t *testing.T) {
	r := newRig(t, V3)
	if err := r.Process("c", nil, aLog("x")); err == nil {
		t.Error("feeds a pipeline that is not there")
	}
	r.must(r.Run(config("c", "flusher_test_null"), configWith("d", `"global": {"StructureType": "v2"},`)))
	if r.Process("d", nil, aLog("x")) == nil || r.ProcessEvents("c", &models.PipelineGroupEvents{}) == nil {
		t.Error("feeds the wrong generation")
	}
	l, err := r.find("c")
	r.must(err)
	r.must(r.StopAll())
	w, _ := l.work.(*v1)
	for i := 0; i <= cap(w.in); i++ { // the queue takes a few, but nobody reads it any more
		if err = w.feed(pipelineLog("x")); err != nil {
			return
		}
	}
	t.Error("feeds a pipeline that has stopped")
}
