package harness

import (
	"errors"
	"testing"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// v2Config is a pipeline of the second generation in every release that a test feeds.
func v2Config(release Release, name, members string, types ...string) LoadedConfig {
	generation := `"global": {"StructureType": "v2"},`
	if release == V18 {
		generation = `"version": "v2",`
	}
	return configWith(name, generation+members, types...)
}

func eventGroup(bodies ...string) *models.PipelineGroupEvents {
	group := &models.PipelineGroupEvents{Group: models.NewGroup(models.NewMetadata(), models.NewTags())}
	for _, body := range bodies {
		group.Events = append(group.Events, models.NewSimpleLog([]byte(body), models.NewTags(), 1))
	}
	return group
}

func TestForwardsEachEventGroupAtOnce(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		f := &fake{}
		register(t, "flusher_a", f)
		r := newRig(t, release, func(c *Config) { c.Global.AggregatIntervalMs = 60000 })
		r.must(r.Run(v2Config(release, "c", "", "flusher_a")))
		first := eventGroup("1", "2")
		r.must(r.ProcessEvents("c", first))
		eventually(t, "the group arrives before the aggregators are asked", func() bool { return f.count() == 2 })
		r.must(r.StopAll())
		if f.events[0] != first {
			t.Error("the group object is another one")
		}
		r.contains("IsReady true\nExport 1 groups 2 records\nSetUrgent true\nStop")
		if s := r.Stats(); s.Records != 2 || s.Bytes != 2*uint64(len("content")+1) {
			t.Errorf("stats %+v", s)
		}
	})
}

func TestExportIsGivenAContextThatDropsEverything(t *testing.T) {
	f := &fake{}
	register(t, "flusher_a", f)
	r := newRig(t, V3)
	r.must(r.Run(v2Config(V3, "c", "", "flusher_a")))
	r.must(r.ProcessEvents("c", eventGroup("1")))
	r.must(r.StopAll())
	collector := f.context.Collector()
	collector.Collect(nil, &models.Log{})
	collector.CollectList(eventGroup("2"))
	if collector.ToArray() != nil || collector.Observe() != nil {
		t.Error("the collector keeps something")
	}
	collector.Close()
}

func TestMergesTagsIntoTheGroupAtFlushTime(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		f := &fake{}
		register(t, "flusher_a", f)
		r := newRig(t, release, func(c *Config) { c.Global.Tags = map[string]string{"g": "1"} })
		r.must(r.Run(v2Config(release, "c", "", "flusher_a")))
		untagged, none := eventGroup("2"), eventGroup("3")
		untagged.Group.Tags, none.Group = nil, nil
		r.must(r.ProcessEvents("c", eventGroup("1"), untagged, none))
		r.must(r.StopAll())
		if len(f.events) != 3 {
			t.Fatalf("%d groups arrived, logged %s", len(f.events), r.logs.all())
		}
		for i, group := range f.events {
			tags := group.Group.GetTags()
			tagged := tags.Get(hostnameTag) == "host" && tags.Get("g") == "1" && tags.Len() == 2
			if want := release != V3 && i < 2; tagged != want || tags.Len() > 0 != want {
				t.Errorf("group %d: tags %v", i, tags.Iterator())
			}
		}
	})
}

func TestRunsEventGroupsThroughProcessors(t *testing.T) {
	f := &fake{}
	register(t, "flusher_a", f)
	r := newRig(t, V3)
	r.must(r.Run(v2Config(V3, "c", `"processors": [
		{"type": "processor_regex", "detail": {"Regex": "(.*)-(.*)", "Keys": ["a", "b"]}},
		{"type": "processor_default"}],`, "flusher_a")))
	r.must(r.ProcessEvents("c", eventGroup("x-y")))
	r.must(r.StopAll())
	contents := f.events[0].Events[0].(*models.Log).Contents
	if contents.Get("a") != "x" || contents.Get("b") != "y" || contents.Len() != 2 {
		t.Errorf("contents %v", contents.Iterator())
	}
}

func TestMetricInputsDoNotRunInV2PipelinesOfRelease18(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		f := &fake{}
		register(t, "flusher_a", f)
		r := newRig(t, release, func(c *Config) { c.Once = true })
		r.must(r.Run(v2Config(release, "c", `"inputs": [{"type": "metric_mock"}],`, "flusher_a")))
		<-r.Delivered()
		r.must(r.StopAll())
		if want := release != V18; (f.count() == 1) != want || r.logs.has("never runs") == want {
			t.Errorf("%d events, logged %s", f.count(), r.logs.all())
		}
	})
}

// slowAggregator keeps groups until it is asked for them.
type slowAggregator struct {
	gatherer
	kept  []*models.PipelineGroupEvents
	tries int
}

func (s *slowAggregator) Record(group *models.PipelineGroupEvents, _ pipeline.PipelineContext) error {
	if s.tries++; s.tries == 1 {
		return errors.New("not at the first try")
	}
	s.kept = append(s.kept, group)
	return nil
}

func (s *slowAggregator) GetResult(c pipeline.PipelineContext) error {
	c.Collector().CollectList(s.kept...)
	s.kept = nil
	return errors.New("on principle")
}

func TestV2AggregatorsAreAskedAtStopAndTriedAgain(t *testing.T) {
	aggregator := &slowAggregator{}
	pipeline.AddAggregatorCreator("aggregator_slow", func() pipeline.Aggregator { return aggregator })
	t.Cleanup(func() { delete(pipeline.Aggregators, "aggregator_slow") })
	f := &fake{}
	register(t, "flusher_a", f)
	// In release 1.8 the timer of 5 ms becomes 5000 s, so that only the stop pushes.
	r := newRig(t, V18)
	r.must(r.Run(v2Config(V18, "c", `"aggregators": [{"type": "aggregator_slow"}],`, "flusher_a")))
	r.must(r.ProcessEvents("c", eventGroup("1")))
	w, _ := r.runningLines()[0].work.(*v2)
	if got := w.timers[0].interval.Seconds(); got != 5000 {
		t.Errorf("the interval is %v s", got)
	}
	r.must(r.StopAll())
	if f.count() != 1 || aggregator.tries != 2 || !r.logs.has("aggregator_slow: on principle") {
		t.Errorf("%d events, %d tries, logged %s", f.count(), aggregator.tries, r.logs.all())
	}
}

func TestParksEventGroupsLikeLogGroups(t *testing.T) {
	before, after := &fake{}, &fake{}
	before.unready.Store(true)
	register(t, "flusher_a", before, after)
	r := newRig(t, V3)
	r.must(r.Run(v2Config(V3, "c", "", "flusher_a")))
	r.must(r.ProcessEvents("c", eventGroup("1"), eventGroup("2", "3")))
	r.waitStarted("IsReady")
	r.must(r.Stop("c", false))
	r.must(r.Run(v2Config(V3, "c", "", "flusher_a")))
	r.must(r.StopAll())
	if before.count() != 0 || after.count() != 3 {
		t.Errorf("before %d, after %d", before.count(), after.count())
	}
}

func TestWeighsEventsByTheirText(t *testing.T) {
	log := models.NewSimpleLog([]byte("12345"), nil, 1)
	log.Contents.Add("k", "v")
	log.Contents.Add("n", 5)
	group := &models.PipelineGroupEvents{Events: []models.PipelineEvent{
		log, models.ByteArray("123"), &models.Metric{}, &models.Log{}}}
	want := load{groups: 1, records: 4, bytes: len("content12345kvn") + 3}
	if got := weighEvents([]*models.PipelineGroupEvents{group}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
