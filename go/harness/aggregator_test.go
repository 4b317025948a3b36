package harness

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// sink is a queue of groups with room for some.
type sink struct {
	groups []*protocol.LogGroup
	room   int
}

func (s *sink) Add(group *protocol.LogGroup) error {
	if len(s.groups) >= s.room {
		return errors.New("full")
	}
	s.groups = append(s.groups, group)
	return nil
}

func (s *sink) AddWithWait(group *protocol.LogGroup, _ time.Duration) error { return s.Add(group) }

func newAggregator(t *testing.T, typ, detail string, room int) (*gatherer, *sink) {
	t.Helper()
	g, _ := pipeline.Aggregators[typ]().(*gatherer)
	if err := apply(g, jsonOf(t, detail)); err != nil {
		t.Fatal(err)
	}
	queue := &sink{room: room}
	if _, err := g.Init(nil, queue); err != nil {
		t.Fatal(err)
	}
	return g, queue
}

// shape prints how many logs the groups hold.
func shape(groups []*protocol.LogGroup) string {
	var sizes []string
	for _, group := range groups {
		sizes = append(sizes, fmt.Sprint(len(group.Logs)))
	}
	return strings.Join(sizes, " ")
}

func fill(t *testing.T, g *gatherer, n int, log func() *protocol.Log) {
	t.Helper()
	for i := 0; i < n; i++ {
		if err := g.Add(log(), nil); err != nil {
			t.Fatalf("log %d: %v", i, err)
		}
	}
}

func small() *protocol.Log { return aLog("v") }

func sized(n int) func() *protocol.Log {
	return func() *protocol.Log { return aLog(strings.Repeat("x", n)) }
}

func TestLimitsGroupsByLogsAndBytes(t *testing.T) {
	for _, c := range []struct {
		name, detail string
		n            int
		log          func() *protocol.Log
		want         string
	}{
		{"1024 logs", `{}`, 2500, small, "1024 1024 452"},
		{"as many logs as configured", `{"MaxLogCount": 2, "MaxLogGroupCount": 9}`, 5, small, "2 2 1"},
		{"3 MiB", `{}`, 7, sized(1 << 20), "2 2 2 1"},
		{"a larger log has a group of its own", `{}`, 3, sized(4 << 20), "1 1 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, _ := newAggregator(t, "aggregator_base", c.detail, 9)
			fill(t, g, c.n, c.log)
			if got := shape(g.Flush()); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if again := g.Flush(); len(again) != 0 {
				t.Errorf("flushes %s twice", shape(again))
			}
		})
	}
}

func TestQueuesTheOldestGroupWhenTooManyAreOpen(t *testing.T) {
	for typ, open := range map[string]int{"aggregator_base": 4, "aggregator_context": 2} {
		g, queue := newAggregator(t, typ, `{"MaxLogCount": 1}`, 1)
		fill(t, g, open, small)
		if len(queue.groups) != 0 {
			t.Errorf("%s queues with %d groups open", typ, open)
		}
		fill(t, g, 1, small)
		if len(queue.groups) != 1 {
			t.Errorf("%s keeps %d groups open", typ, open+1)
		}
		if err := g.Add(small(), nil); err == nil {
			t.Errorf("%s takes a log although the queue is full", typ)
		}
		if want := open * logBytes(small()); g.bytes != want {
			t.Errorf("%s counts %d bytes, want %d", typ, g.bytes, want)
		}
		if got := len(g.Flush()); got != open {
			t.Errorf("%s has %d groups open, want %d", typ, got, open)
		}
	}
}

func TestKeepsSourcesApartOnlyInAggregatorContext(t *testing.T) {
	a, b := map[string]interface{}{"source": "a"}, map[string]interface{}{"source": "b"}
	for typ, want := range map[string]string{"aggregator_base": "4", "aggregator_context": "2 2"} {
		g, _ := newAggregator(t, typ, `{}`, 9)
		for _, ctx := range []map[string]interface{}{a, b, a, b} {
			if err := g.Add(small(), ctx); err != nil {
				t.Fatal(err)
			}
		}
		if got := shape(g.Flush()); got != want {
			t.Errorf("%s: got %s, want %s", typ, got, want)
		}
	}
}

func TestQueuesAllSourcesAbove10MiB(t *testing.T) {
	g, queue := newAggregator(t, "aggregator_context", `{}`, 10)
	add := func(i int) error {
		return g.Add(sized(1<<20-100)(), map[string]interface{}{"source": fmt.Sprint(i)})
	}
	for i := 0; i < 10; i++ {
		if err := add(i); err != nil || len(queue.groups) != 0 {
			t.Fatalf("log %d: %v, %d groups are queued below the limit", i, err, len(queue.groups))
		}
	}
	if err := add(10); err != nil || len(queue.groups) != 10 {
		t.Errorf("%v, %d groups are queued above the limit, want 10", err, len(queue.groups))
	}
	for i := 11; i < 20; i++ {
		if err := add(i); err != nil {
			t.Fatal(err)
		}
	}
	if err := add(20); err == nil {
		t.Error("takes a log above the limit although the queue is full")
	}
	if got := len(g.Flush()); got != 10 || g.bytes != 0 {
		t.Errorf("%d groups were open, %d bytes remain", got, g.bytes)
	}
}

func TestDefaultAggregatorDependsOnTheRelease(t *testing.T) {
	a, b := map[string]interface{}{"source": "a"}, map[string]interface{}{"source": "b"}
	for release, want := range map[Release]int{V18: 1, V20: 2, V3: 2} {
		for _, members := range []string{"", `"aggregators": [{"type": "aggregator_default/1"}],`} {
			f := &fake{}
			register(t, "flusher_a", f)
			r := newRig(t, release, func(c *Config) { c.Global.AggregatIntervalMs = 60000 })
			r.must(r.Run(configWith("c", members, "flusher_a")))
			r.must(r.Process("c", a, small()))
			r.must(r.Process("c", b, small()))
			r.must(r.StopAll())
			if len(f.groups) != want {
				t.Errorf("release %s, %q: %d groups, want %d", release, members, len(f.groups), want)
			}
		}
	}
}

func TestNumbersGroupsBySource(t *testing.T) {
	g, _ := newAggregator(t, "aggregator_context", `{"MaxLogCount": 1, "MaxLogGroupCount": 9}`, 9)
	prefixes := map[string]bool{}
	for _, source := range []string{"a", "b"} {
		ctx := map[string]interface{}{"source": source, "topic": "t", "tags": []*protocol.LogTag{{Key: "k", Value: "v"}}}
		for i := 0; i < 2; i++ {
			if err := g.Add(small(), ctx); err != nil {
				t.Fatal(err)
			}
		}
		for i, group := range g.Flush() {
			tag := group.LogTags[1]
			parts := regexp.MustCompile(`^([0-9A-F]{16})-([0-9A-F]+)$`).FindStringSubmatch(tag.Value)
			if tag.Key != "__pack_id__" || parts == nil || parts[2] != fmt.Sprint(i+1) {
				t.Fatalf("tag %v", tag)
			}
			prefixes[parts[1]] = true
			if group.Topic != "t" || group.LogTags[0].Value != "v" {
				t.Errorf("group %v", group)
			}
		}
	}
	if len(prefixes) != 2 {
		t.Errorf("prefixes %v", prefixes)
	}
	g, _ = newAggregator(t, "aggregator_base", `{"PackFlag": false, "Topic": "own"}`, 9)
	fill(t, g, 1, small)
	if group := g.Flush()[0]; len(group.LogTags) != 0 || group.Topic != "own" {
		t.Errorf("group %v", group)
	}
}

func TestResetForgets(t *testing.T) {
	g, _ := newAggregator(t, "aggregator_base", `{"MaxLogCount": 0, "MaxLogGroupCount": 0}`, 9)
	fill(t, g, 3, small)
	g.Reset()
	if groups := g.Flush(); len(groups) != 0 || g.bytes != 0 || g.MaxLogCount != 1024 || g.MaxLogGroupCount != 1 {
		t.Errorf("%s, %+v", shape(groups), g)
	}
}

func TestTheWayIntoTheQueueFailsWhenItIsFull(t *testing.T) {
	r := newRig(t, V3)
	l, err := r.build(config("c", "flusher_test_null"))
	r.must(err)
	l.work.prepare(nil)
	w, _ := l.work.(*v1)
	queue := logGroupQueue{w}
	for i := 0; i < cap(w.out.queue); i++ {
		r.must(queue.Add(&protocol.LogGroup{}))
	}
	if queue.Add(&protocol.LogGroup{}) == nil || queue.AddWithWait(&protocol.LogGroup{}, time.Millisecond) == nil {
		t.Error("takes one more")
	}
	go func() { <-w.out.queue }()
	r.must(queue.AddWithWait(&protocol.LogGroup{}, 5*time.Second))
}
