package harness

import (
	"errors"
	"testing"

	"github.com/alibaba/ilogtail/pkg"
	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// testExtension keeps its detail.
type testExtension struct {
	Name   string
	inited int
	onStop func()
}

func (*testExtension) Description() string           { return "" }
func (e *testExtension) Init(pipeline.Context) error { e.inited++; return nil }

func (e *testExtension) Stop() error {
	if e.onStop != nil {
		e.onStop()
	}
	return errors.New("will not")
}

func TestTellsPluginsWhereTheyAre(t *testing.T) {
	for release, want := range map[Release]string{V18: "c/1", V20: "c", V3: "c"} {
		got, header := "", ""
		register(t, "flusher_a", &fake{onInit: func(c pipeline.Context) error {
			got = c.GetProject() + "," + c.GetLogstore() + "," + c.GetConfigName()
			meta, _ := c.GetRuntimeContext().Value(pkg.LogTailMeta).(*pkg.LogtailContextMeta)
			header = meta.LoggerHeader()
			return nil
		}})
		r := newRig(t, release)
		r.must(r.Load(config("c/1", "flusher_a")))
		if got != "p,l,"+want || header != "["+want+",l]\t" {
			t.Errorf("release %s: got %s, %q", release, got, header)
		}
	}
}

func TestFindsAndMakesExtensions(t *testing.T) {
	extension := &testExtension{}
	made := 0
	pipeline.AddExtensionCreator("ext_x", func() pipeline.Extension {
		if made++; made == 1 {
			return extension
		}
		return &testExtension{}
	})
	t.Cleanup(func() { delete(pipeline.Extensions, "ext_x") })
	register(t, "flusher_a", &fake{onInit: func(c pipeline.Context) error {
		found, err := c.GetExtension("ext_x/1", nil)
		if err != nil || found != pipeline.Extension(extension) || extension.Name != "configured" {
			t.Errorf("ext_x/1: got %v, %v", found, err)
		}
		if _, err := c.GetExtension("ext_x/2", nil); err == nil {
			t.Error("finds ext_x/2")
		}
		fresh, err := c.GetExtension("ext_x", map[string]string{"Name": "fresh"})
		if own, is := fresh.(*testExtension); err != nil || !is || own.Name != "fresh" || own.inited != 1 {
			t.Errorf("ext_x: got %v, %v", fresh, err)
		}
		if _, err := c.GetExtension("ext_z", nil); err == nil {
			t.Error("makes ext_z")
		}
		return nil
	}})
	r := newRig(t, V3)
	r.must(r.Run(configWith("c", `"extensions": [{"type": "ext_x/1", "detail": {"Name": "configured"}}],`, "flusher_a")))
	stopped := ""
	extension.onStop = func() { stopped = r.trace.String() }
	r.must(r.StopAll())
	if want := "Init\nSetUrgent true\nStop"; stopped != want {
		t.Errorf("the extension was stopped after %q, want after %q", stopped, want)
	}
	if made != 2 || !r.logs.has("stop ext_x/1: will not") {
		t.Errorf("made %d, logged %s", made, r.logs.all())
	}
}

func TestKeepsCheckpointsPerConfig(t *testing.T) {
	var contexts []pipeline.Context
	register(t, "flusher_a", &fake{onInit: func(c pipeline.Context) error {
		contexts = append(contexts, c)
		return nil
	}})
	r := newRig(t, V3)
	r.must(r.Load(config("c", "flusher_a")))
	r.must(r.Load(config("c", "flusher_a")))
	r.must(r.Load(config("d", "flusher_a")))
	value := []byte("v")
	r.must(contexts[0].SaveCheckPoint("k", value))
	value[0] = 'x'
	if got, exist := contexts[1].GetCheckPoint("k"); string(got) != "v" || !exist {
		t.Errorf("the next instance: %q, %v", got, exist)
	}
	if got, exist := contexts[2].GetCheckPoint("k"); exist {
		t.Errorf("another config: %q", got)
	}
	r.must(contexts[0].SaveCheckPointObject("o", map[string]int{"n": 5}))
	var object map[string]int
	if !contexts[0].GetCheckPointObject("o", &object) || object["n"] != 5 {
		t.Errorf("object: %v", object)
	}
	if contexts[0].GetCheckPointObject("none", &object) || contexts[0].GetCheckPointObject("k", &object) {
		t.Error("finds an object that is none")
	}
	if err := contexts[0].SaveCheckPointObject("c", make(chan int)); err == nil {
		t.Error("saves a channel")
	}
}
