package cflusher_test

import (
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ilf.local/go/internal/vector"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// nasty are strings that break bridges.
var nasty = []string{"", "\x00", "a\x00b", "\xff\xfe", "\xed\xa0\x80", "\"\\\n\r\t", "日志🙂", "key", "content",
	"__tag__:__path__", "\u2028", strings.Repeat("x", 4095), strings.Repeat("é", 4096)}

func randomText(r *rand.Rand) string {
	if r.Intn(3) == 0 {
		return nasty[r.Intn(len(nasty))]
	}
	text := make([]byte, r.Intn(40))
	for i := range text {
		text[i] = byte(r.Intn(256))
	}
	return string(text)
}

func randomGroup(r *rand.Rand) *protocol.LogGroup {
	group := &protocol.LogGroup{Category: randomText(r), Topic: randomText(r), Source: randomText(r), MachineUUID: randomText(r)}
	for i := r.Intn(4); i > 0; i-- {
		group.LogTags = append(group.LogTags, &protocol.LogTag{Key: randomText(r), Value: randomText(r)})
	}
	shared := randomText(r)
	for i := r.Intn(6); i > 0; i-- {
		log := &protocol.Log{Time: r.Uint32()}
		if r.Intn(2) == 0 {
			ns := uint32(r.Intn(1000000000))
			log.TimeNs = &ns
		}
		for j := r.Intn(8); j > 0; j-- {
			key := randomText(r)
			if r.Intn(2) == 0 { // a key that is the same string in several logs, or a duplicate
				key = shared
			}
			log.Contents = append(log.Contents, &protocol.Log_Content{Key: key, Value: randomText(r)})
		}
		for j := r.Intn(20) - 17; j > 0; j-- {
			log.Values = append(log.Values, randomText(r))
		}
		group.Logs = append(group.Logs, log)
	}
	return group
}

// requireBothEntrances holds what C is given by either entrance against groups.
func requireBothEntrances(t *testing.T, groups []*protocol.LogGroup, flush, flushPB func([]*protocol.LogGroup) string) {
	t.Helper()
	want := dumpGroups("p", "l", "c", groups)
	if got := flush(groups); got != want {
		t.Fatalf("the view differs\n got %.2000q\nwant %.2000q", got, want)
	}
	if got := flushPB(groups); got != want {
		t.Fatalf("protobuf differs\n got %.2000q\nwant %.2000q", got, want)
	}
}

func entrances(t *testing.T) (flush, flushPB func([]*protocol.LogGroup) string) {
	f, read := dumpFlusher(t)
	must := func(err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return read()
	}
	flush = func(groups []*protocol.LogGroup) string { return must(f.Flush("p", "l", "c", groups)) }
	flushPB = func(groups []*protocol.LogGroup) string { return must(f.FlushPB("p", "l", "c", marshal(t, groups))) }
	return flush, flushPB
}

func TestBothEntrancesGiveCTheSameForRandomGroups(t *testing.T) {
	flush, flushPB := entrances(t)
	r := rand.New(rand.NewSource(1))
	for n := 0; n < 10000; {
		groups := make([]*protocol.LogGroup, r.Intn(4))
		for i := range groups {
			groups[i] = randomGroup(r)
		}
		requireBothEntrances(t, groups, flush, flushPB)
		n += len(groups)
	}
}

func TestBothEntrancesGiveCTheSameForLargeGroups(t *testing.T) {
	flush, flushPB := entrances(t)
	large := &protocol.LogGroup{Logs: []*protocol.Log{
		{Time: 1, Contents: []*protocol.Log_Content{{Key: "k", Value: strings.Repeat("\x00\xff", 1<<19)}}},
		{Time: 2}}}
	for i := 0; i < 5000; i++ {
		large.Logs[1].Contents = append(large.Logs[1].Contents, &protocol.Log_Content{Key: nasty[i%len(nasty)], Value: "v"})
	}
	requireBothEntrances(t, []*protocol.LogGroup{large}, flush, flushPB)
	requireBothEntrances(t, []*protocol.LogGroup{{}}, flush, flushPB) // and back to a small one
}

func TestBothEntrancesGiveCTheSameForTheVectors(t *testing.T) {
	flush, flushPB := entrances(t)
	for _, name := range []string{"stdout_v1.jsonl", "stdout_rolling.jsonl", "converter_v1.jsonl"} {
		if _, err := os.Stat(filepath.Join(vector.Folder(), name)); err != nil {
			t.Logf("%s is not in the folder", name)
			continue
		}
		vector.Each(t, name, func(t *testing.T, c *vector.Case) {
			requireBothEntrances(t, c.LogGroups(t), flush, flushPB)
		})
	}
}

func TestEventsArriveInCWithoutLoss(t *testing.T) {
	f, read := dumpFlusher(t)
	for _, name := range []string{"stdout_v2.jsonl", "converter_v2.jsonl"} {
		if _, err := os.Stat(filepath.Join(vector.Folder(), name)); err != nil {
			t.Logf("%s is not in the folder", name)
			continue
		}
		vector.Each(t, name, func(t *testing.T, c *vector.Case) {
			if c.Input == nil {
				return
			}
			requireEvents(t, f.Export, read, c.Input.Models())
		})
	}
	requireEvents(t, f.Export, read, everyValue())
}

func requireEvents(t *testing.T, export exporter, read func() string, group *models.PipelineGroupEvents) {
	t.Helper()
	if err := export([]*models.PipelineGroupEvents{group}, nil); err != nil {
		t.Fatal(err)
	}
	if got, want := read(), dumpEvents(group); got != want {
		t.Errorf("events differ\n got %.2000q\nwant %.2000q", got, want)
	}
}

// everyValue holds each Go type that the bridge knows, and one that it does not.
func everyValue() *models.PipelineGroupEvents {
	log := models.NewLog("n", nil, "l", "s", "t", models.NewTags(), 1)
	log.Contents = models.NewLogContents()
	for i, v := range []interface{}{"s", []byte("b\x00"), nil, true, false, int(-1), int8(-2), int16(-3), int32(-4), int64(-5),
		uint(1), uint8(2), uint16(3), uint32(4), uint64(1) << 63, float32(0.1), 0.1, []string{"a", ""}, []interface{}{1, nil, "x"},
		map[string]string{"b": "2", "a": "1"}, map[string]interface{}{"m": map[string]interface{}{"k": 1.5}}, struct{ A int }{7}} {
		log.Contents.Add(string(rune('A'+i)), v)
	}
	return &models.PipelineGroupEvents{Events: []models.PipelineEvent{log, &models.Log{}, &models.Metric{}, &models.Span{}, models.ByteArray(nil)}}
}
