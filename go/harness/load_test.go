package harness

import (
	"errors"
	"strings"
	"testing"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

func TestRefusesConfigsWithAReason(t *testing.T) {
	register(t, "flusher_a", &fake{})
	for _, c := range []struct{ name, json, want string }{
		{"no JSON", `{`, "not a JSON object"},
		{"an array", `[]`, "not a JSON object"},
		{"an unknown flusher", `{"flushers": [{"type": "flusher_z"}]}`, "can't find plugin flusher_z"},
		{"an unknown extension", `{"extensions": [{"type": "ext_z"}]}`, "can't find plugin ext_z"},
		{"flushers that are no array", `{"flushers": {}}`, "flushers: not an array"},
		{"flushers that are null", `{"flushers": null}`, "flushers: not an array"},
		{"a plugin that is no object", `{"flushers": ["flusher_a"]}`, "flushers[0]: want an object with a type and a detail, got text"},
		{"a plugin without a type", `{"flushers": [{"detail": {}}]}`, "flushers[0].type: is missing"},
		{"a type that is no text", `{"flushers": [{"type": 5}]}`, "flushers[0].type: want text, got a number"},
		{"a detail of the wrong type", `{"flushers": [{"type": "flusher_a", "detail": 5}]}`, "cannot unmarshal number"},
		{"a setting of the wrong type", `{"global": {"AggregatIntervalMs": "x"}}`, "global: "},
		{"no flusher and no default one", `{}`, "default flusher flusher_sls: can't find plugin"},
		{"an input that fails", `{"inputs": [{"type": "metric_debug_file", "detail": {"InputFilePath": "/no/file"}}]}`,
			"inputs[0] metric_debug_file: InputFilePath: open /no/file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(t *testing.T, release Release) {
				err := newRig(t, release).Load(LoadedConfig{ConfigName: "name", JSONStr: c.json})
				if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), `"name"`) {
					t.Errorf("got %v, want %q", err, c.want)
				}
			})
		})
	}
}

func TestSkipsWhatTheHostSkips(t *testing.T) {
	register(t, "flusher_a", &fake{})
	each(t, func(t *testing.T, release Release) {
		r := newRig(t, release)
		r.must(r.Load(configWith("c", `"inputs": [{"type": "service_z"}], "processors": [{"type": "processor_z"}],
			"aggregators": [{"type": "aggregator_z"}],`, "flusher_a")))
		if !r.logs.has("can't find plugin processor_z") || !r.logs.has("can't find plugin aggregator_z") {
			t.Errorf("skips processor or aggregator without a word: %s", r.logs.all())
		}
		if r.logs.has("service_z") {
			t.Errorf("logs an unknown input: %s", r.logs.all())
		}
	})
}

func TestUnknownTopLevelKeysMatterInRelease20Only(t *testing.T) {
	register(t, "flusher_a", &fake{})
	each(t, func(t *testing.T, release Release) {
		err := newRig(t, release).Load(configWith("c", `"surprise": 1,`, "flusher_a"))
		if refused := err != nil && strings.Contains(err.Error(), `unknown key "surprise"`); refused != (release == V20) {
			t.Errorf("got %v", err)
		}
		err = newRig(t, release).Load(configWith("c", `"global": {}, "mix_process_mode": "x",`, "flusher_a"))
		if err != nil {
			t.Errorf("known keys: %v", err)
		}
	})
}

func TestFindsTheGenerationWhereTheReleaseLooksForIt(t *testing.T) {
	for _, c := range []struct {
		members string
		v18, v3 string
	}{
		{``, "Flush", "Flush"},
		{`"version": "V2",`, "Export", "Flush"},
		{`"global": {"StructureType": "v2"},`, "Flush", "Export"},
		{`"global": {"StructureType": "V1"},`, "Flush", "Flush"},
		{`"version": "v3",`, "error", "Flush"},
		{`"version": 2,`, "error", "Flush"},
		{`"global": {"StructureType": "v3"},`, "Flush", "error"},
	} {
		for release, want := range map[Release]string{V18: c.v18, V3: c.v3} {
			got := "Flush"
			l, err := newRig(t, release).build(configWith("c", c.members, "flusher_test_null"))
			if err != nil {
				got = "error"
			} else if _, isV2 := l.work.(*v2); isV2 {
				got = "Export"
			}
			if got != want {
				t.Errorf("%s in %s: got %s (%v), want %s", c.members, release, got, err, want)
			}
		}
	}
}

// orderPlugin notes when it is initialised, as a processor or as a flusher.
type orderPlugin struct {
	nullFlusher
	defaultProcessor
	note func()
}

func (o *orderPlugin) Init(pipeline.Context) error { o.note(); return nil }
func (o *orderPlugin) Description() string         { return "" }

func TestLoadsInTheReleasesOrder(t *testing.T) {
	var order string
	pipeline.AddProcessorCreator("processor_order", func() pipeline.Processor {
		return &orderPlugin{note: func() { order += "p" }}
	})
	pipeline.AddFlusherCreator("flusher_order", func() pipeline.Flusher {
		return &orderPlugin{note: func() { order += "f" }}
	})
	t.Cleanup(func() {
		delete(pipeline.Processors, "processor_order")
		delete(pipeline.Flushers, "flusher_order")
	})
	each(t, func(t *testing.T, release Release) {
		seen := map[string]int{}
		for i := 0; i < 1000 && len(seen) < 2; i++ {
			order = ""
			r := newRig(t, release)
			r.must(r.Load(configWith("c", `"processors": [{"type": "processor_order"}],`, "flusher_order")))
			seen[order]++
		}
		if random := len(seen) == 2; random != (release == V20) || seen["pf"] == 0 {
			t.Errorf("orders: %v", seen)
		}
	})
}

// plainFlusher implements neither generation.
type plainFlusher struct {
	pipeline.Flusher
	inited bool
}

func (p *plainFlusher) Init(pipeline.Context) error { p.inited = true; return nil }

func TestChecksTheInterfaceBeforeInitExceptInRelease20(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		for _, c := range []struct{ members, want string }{
			{``, "does not implement FlusherV1. pluginType: flusher_plain"},
			{`"version": "v2",`, "does not implement FlusherV2. pluginType: flusher_plain"},
		} {
			if release != V18 {
				c.members = strings.ReplaceAll(c.members, `"version": "v2"`, `"global": {"StructureType": "v2"}`)
			}
			plain := &plainFlusher{}
			register(t, "flusher_plain", plain)
			err := newRig(t, release).Load(configWith("c", c.members, "flusher_plain"))
			if err == nil || !strings.Contains(err.Error(), c.want) || plain.inited != (release == V20) {
				t.Errorf("inited %v, got %v", plain.inited, err)
			}
		}
	})
}

func TestAFailedInitFailsTheLoadAndNobodyIsStopped(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		register(t, "flusher_a", &fake{})
		register(t, "flusher_b", &fake{onInit: func(pipeline.Context) error { return errors.New("no luck") }})
		r := newRig(t, release)
		err := r.Load(config("c", "flusher_a", "flusher_b"))
		if err == nil || !strings.Contains(err.Error(), "flushers[1] flusher_b: no luck") {
			t.Errorf("got %v", err)
		}
		r.must(r.StopAll())
		if got := r.trace.String(); got != "Init\nInit: no luck" {
			t.Errorf("calls:\n%s", got)
		}
	})
}

func TestAPanicInInitCountsAsSuccessWithNothingLoaded(t *testing.T) {
	register(t, "flusher_a", &fake{onInit: func(pipeline.Context) error { panic("boom") }})
	each(t, func(t *testing.T, release Release) {
		r := newRig(t, release)
		if err := r.Load(config("c", "flusher_a")); err != nil {
			t.Errorf("got %v", err)
		}
		if r.takeLoaded("c") != nil || r.Stats().Panics != 1 || !r.logs.has("PLUGIN_RUNTIME_ALARM") {
			t.Errorf("loaded, or not logged: %s", r.logs.all())
		}
		if err := r.Run(config("c", "flusher_a")); err == nil || !strings.Contains(err.Error(), "panicked in Init") {
			t.Errorf("Run: got %v", err)
		}
	})
}

func TestUsesTheDefaultFlusherInV1PipelinesOnly(t *testing.T) {
	f := &detailFlusher{}
	register(t, "flusher_default", f)
	r := newRig(t, V3, func(c *Config) {
		c.DefaultFlusher = []byte(`{"type": "flusher_default/1", "detail": {"b": 1, "a": 2}}`)
	})
	r.must(r.Load(config("c")))
	if string(f.received) != `{"a":2,"b":1}` {
		t.Errorf("detail %s", f.received)
	}
	f.received = nil
	r.must(r.Load(configWith("d", `"global": {"StructureType": "v2"},`)))
	if f.received != nil {
		t.Error("a v2 pipeline got the default flusher")
	}
	r = newRig(t, V3, func(c *Config) { c.DefaultFlusher = []byte(`{`) })
	if err := r.Load(config("c")); err == nil || !strings.Contains(err.Error(), "default flusher: ") {
		t.Errorf("got %v", err)
	}
}

func TestGivesPipelinesWithoutInputsAShortQueue(t *testing.T) {
	for _, c := range []struct {
		members string
		want    int
	}{
		{``, 10},
		{`"mix_process_mode": "observer",`, 1000},
		{`"inputs": [],`, 1000},
		{`"inputs": [], "global": {"DefaultLogQueueSize": 3},`, 3},
	} {
		r := newRig(t, V3)
		r.must(r.Load(configWith("c", c.members, "flusher_test_null")))
		w, _ := r.takeLoaded("c").work.(*v1)
		if got := cap(w.in); got != c.want {
			t.Errorf("%s: got %d, want %d", c.members, got, c.want)
		}
	}
}

func TestPipelinesDoNotShareTheirGlobalTags(t *testing.T) {
	base := Global{Tags: map[string]string{"a": "1"}}
	changed, err := base.override(map[string]interface{}{"tags": map[string]interface{}{"b": "2"}, "hostname": "h"})
	if err != nil || len(base.Tags) != 1 || len(changed.Tags) != 2 || changed.Hostname != "h" {
		t.Errorf("base %v, changed %v, %v", base, changed, err)
	}
}
