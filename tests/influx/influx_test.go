// Package influx holds our line protocol against the parsers of InfluxDB: what is sent, they read back
// as the point that it was, and nothing is sent that they refuse.
package influx

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"ilf.local/go/cflusher"
	"ilf.local/go/internal/vector"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
	influxdb "github.com/influxdata/influxdb/models"
	"github.com/influxdata/line-protocol/v2/lineprotocol"
)

// rounds are the groups of metrics tried for each generation of data; ROUNDS sets it.
func rounds() int {
	if n, err := strconv.Atoi(os.Getenv("ROUNDS")); err == nil {
		return n
	}
	return 2000
}

const groupSize = 20

// point is what is meant, and what the parsers read.
type point struct {
	name   string
	tags   map[string]string
	fields map[string]interface{}
	time   int64
}

func (p point) String() string {
	return fmt.Sprintf("%q %q %#v %d", p.name, p.tags, p.fields, p.time)
}

// --- Metrics -------------------------------------------------------------------------------------

// pieces make up the names: mostly what the protocol gives a meaning.
var pieces = []string{",", "=", " ", `"`, `\`, `\`, "#", "a", "b", "é", "n", "r", "t", "x y", `C:\logs\`, "日本"}

// others are what the later parser does not take.
var others = []string{"\r", "\t", "\x00", "\x7f", "\xff", "\xed\xa0\x80", "\xc3"}

// source is where random texts come from. Those of a pure one are UTF-8 without control characters.
type source struct {
	*rand.Rand
	pure bool
}

func newSource(seed int64) source { return source{rand.New(rand.NewSource(seed)), seed%2 == 0} }

func text(r source, most int) string {
	var b strings.Builder
	for n := r.Intn(most + 1); n > 0; n-- {
		if r.Intn(80) == 0 {
			b.WriteByte('\n')
		} else if !r.pure && r.Intn(20) == 0 {
			b.WriteString(others[r.Intn(len(others))])
		} else {
			b.WriteString(pieces[r.Intn(len(pieces))])
		}
	}
	return b.String()
}

// name is a text that mostly can be written.
func name(r source) string {
	if r.Intn(3) > 0 {
		return "m" + strconv.Itoa(r.Intn(4))
	}
	return text(r, 5)
}

func number(r source) float64 {
	special := []float64{0, math.Copysign(0, -1), 1, 1e6, 1e21, 1e-7, math.MaxFloat64, math.SmallestNonzeroFloat64,
		math.NaN(), math.Inf(1), math.Inf(-1), 0.1, 1 << 53}
	if r.Intn(2) == 0 {
		return special[r.Intn(len(special))]
	}
	return math.Float64frombits(r.Uint64())
}

func timestamp(r source) uint64 {
	special := []uint64{0, 1, math.MaxInt64 - 1, math.MaxInt64, 1 << 63, math.MaxUint64}
	if r.Intn(8) == 0 {
		return special[r.Intn(len(special))]
	}
	return uint64(r.Int63n(4e18))
}

func finite(value float64) bool { return !math.IsNaN(value) && !math.IsInf(value, 0) }

// metric makes a metric of random parts, and the point that it is.
func metric(r source) (*models.Metric, point) {
	p := point{name: name(r), tags: map[string]string{}, fields: map[string]interface{}{}}
	tags := map[string]string{}
	for n := r.Intn(5); n > 0; n-- {
		tags[name(r)] = name(r)
	}
	for key, value := range tags {
		if key != "" && value != "" {
			p.tags[key] = value
		}
	}
	var value models.MetricValue
	switch r.Intn(3) {
	case 0:
		single := number(r)
		value = &models.MetricSingleValue{Value: single}
		p.fields["value"] = single
	case 1:
		multi := models.NewMetricMultiValue()
		for n := r.Intn(4); n > 0; n-- {
			key, number := name(r), number(r)
			multi.Add(key, number)
			p.fields[key] = number
		}
		value = multi
	}
	typed := models.NewMetricTypedValues()
	for n := r.Intn(3); n > 0; n-- {
		key := name(r)
		one := &models.TypedValue{Type: models.ValueTypeBoolean, Value: r.Intn(2) == 0}
		meant := one.Value
		switch r.Intn(4) {
		case 0:
			one = &models.TypedValue{Type: models.ValueTypeString, Value: text(r, 6)}
			meant = one.Value
		case 1:
			one = &models.TypedValue{Type: models.ValueTypeString, Value: uint64(r.Int63())}
			meant = int64(one.Value.(uint64)) // InfluxDB 1 has no others
		}
		typed.Add(key, one)
		p.fields[key] = meant
	}
	for key, value := range p.fields {
		if number, is := value.(float64); is && !finite(number) {
			delete(p.fields, key)
		}
	}
	time := timestamp(r)
	p.time = int64(time)
	return models.NewMetric(p.name, models.MetricTypeGauge, models.NewTagsWithMap(tags), int64(time), value, typed), p
}

// log makes a metric as the logs of v1 pipelines tell it.
func log(r source) (*protocol.Log, point) {
	p := point{name: name(r), tags: map[string]string{}, fields: map[string]interface{}{}, time: r.Int63()}
	l := &protocol.Log{}
	add := func(key, value string) {
		l.Contents = append(l.Contents, &protocol.Log_Content{Key: key, Value: value})
	}
	var labels []string
	for n := r.Intn(5); n > 0; n-- {
		key, value := name(r), name(r)
		labels = append(labels, key+"#$#"+value)
		if p.tags[key] = value; key == "" || value == "" {
			delete(p.tags, key)
		}
	}
	field := name(r)
	value := text(r, 6)
	add("__name__", p.name)
	add("__labels__", strings.Join(labels, "|"))
	add("__field__", field)
	add("__type__", "string")
	add("__value__", value)
	add("__time_nano__", strconv.FormatInt(p.time, 10))
	if field == "" {
		field = "value"
	} else if field != "value" && strings.HasSuffix(p.name, ":"+field) {
		p.name = strings.TrimSuffix(p.name, ":"+field)
	}
	p.fields[field] = value
	return l, p
}

// --- What the protocol can write -------------------------------------------------------------------

// plain tells that nothing about a name needs a closer look: such a point must be sent.
func plain(name string) bool {
	return name != "" && utf8.ValidString(name) && !strings.ContainsAny(name, `\#`) && strings.IndexFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) < 0
}

// mustBeSent tells whether there is no reason to refuse p.
func (p point) mustBeSent() bool {
	sent := plain(p.name) && len(p.fields) > 0 && p.time >= 0 && p.time < math.MaxInt64
	for key, value := range p.tags {
		sent = sent && plain(key) && plain(value)
	}
	for key, value := range p.fields {
		text, _ := value.(string)
		sent = sent && plain(key) && utf8.ValidString(text)
	}
	return sent
}

// --- The parsers -----------------------------------------------------------------------------------

// byModels is what InfluxDB 1.8 reads, whose parser 2.x has too.
func byModels(lines string) (points []point, err error) {
	parsed, err := influxdb.ParsePointsWithPrecision([]byte(lines), time.Unix(0, 0), "n")
	for _, one := range parsed {
		fields, err := one.Fields()
		if err != nil {
			return nil, err
		}
		p := point{string(one.Name()), map[string]string{}, fields, one.UnixNano()}
		key, tags := influxdb.ParseKey(one.Key())
		if key != p.name {
			return nil, fmt.Errorf("its name is %q, in its key %q", p.name, key)
		}
		for _, tag := range tags {
			p.tags[string(tag.Key)] = string(tag.Value)
		}
		points = append(points, p)
	}
	return points, err
}

// byDecoder is what the parser of later clients, and of Telegraf, reads.
func byDecoder(lines string) (points []point, err error) {
	decoder := lineprotocol.NewDecoderWithBytes([]byte(lines))
	for decoder.Next() {
		p := point{tags: map[string]string{}, fields: map[string]interface{}{}}
		name, err := decoder.Measurement()
		if err != nil {
			return nil, err
		}
		p.name = string(name)
		for {
			key, value, err := decoder.NextTag()
			if err != nil {
				return nil, err
			}
			if key == nil {
				break
			}
			p.tags[string(key)] = string(value)
		}
		for {
			key, value, err := decoder.NextField()
			if err != nil {
				return nil, err
			}
			if key == nil {
				break
			}
			p.fields[string(key)] = value.Interface()
		}
		at, err := decoder.Time(lineprotocol.Nanosecond, time.Unix(0, 0))
		if err != nil {
			return nil, err
		}
		p.time = at.UnixNano()
		points = append(points, p)
	}
	return points, decoder.Err()
}

// --- The test --------------------------------------------------------------------------------------

// encode is what our encoder makes of a group.
func encode(t *testing.T, flush func(*cflusher.Flusher) error) *vector.Dump {
	t.Helper()
	path := filepath.Join(t.TempDir(), "format")
	config, err := json.Marshal(map[string]interface{}{"Path": path, "Convert": map[string]string{"Protocol": "influxdb", "Encoding": "custom"}})
	if err != nil {
		t.Fatal(err)
	}
	f := pipeline.Flushers["flusher_c_format"]().(*cflusher.Flusher)
	if err := f.UnmarshalJSON(config); err != nil {
		t.Fatal(err)
	}
	if err := f.Init(nil); err != nil {
		t.Fatal(err)
	}
	if err := flush(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Stop(); err != nil {
		t.Fatal(err)
	}
	dump, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return vector.ReadDump(string(dump), nil)
}

// hold holds what was sent of meant against what the parsers read.
func hold(t *testing.T, meant []point, dump *vector.Dump, pure bool) (sent int) {
	t.Helper()
	var want []point
	for i, p := range meant {
		why, is := dump.Refused[i]
		if !is {
			want = append(want, p)
		} else if p.mustBeSent() {
			t.Errorf("refused: %s: %v", why, p)
		}
	}
	lines := ""
	for _, item := range dump.Items {
		lines += item.Bytes
	}
	parsers := map[string]func(string) ([]point, error){"InfluxDB 1.8": byModels}
	if pure {
		parsers["line-protocol/v2"] = byDecoder
	}
	for parser, parse := range parsers {
		got, err := parse(lines)
		if err != nil {
			t.Errorf("%s refuses %q: %v", parser, lines, err)
		} else if len(got) != len(want) {
			t.Errorf("%s reads %d points, want %d, from %q", parser, len(got), len(want), lines)
		} else {
			for i := range got {
				if !reflect.DeepEqual(got[i], want[i]) {
					t.Errorf("%s\n got %v\nwant %v", parser, got[i], want[i])
				}
			}
		}
	}
	return len(want)
}

func TestInfluxDBReadsMetricsBackAsTheyWere(t *testing.T) {
	sent, all := 0, 0
	for seed := int64(1); seed <= int64(rounds()) && !t.Failed(); seed++ {
		r := newSource(seed)
		group := &models.PipelineGroupEvents{Group: models.NewGroup(nil, nil)}
		var meant []point
		for i := 0; i < groupSize; i++ {
			metric, p := metric(r)
			group.Events, meant = append(group.Events, metric), append(meant, p)
		}
		dump := encode(t, func(f *cflusher.Flusher) error { return f.Export([]*models.PipelineGroupEvents{group}, nil) })
		if sent, all = sent+hold(t, meant, dump, r.pure), all+groupSize; t.Failed() {
			t.Logf("seed %d", seed)
		}
	}
	t.Logf("%d of %d metrics could be written", sent, all)
	if sent < all/4 || sent > all*9/10 {
		t.Errorf("the metrics are no test: %d of %d could be written", sent, all)
	}
}

func TestInfluxDBReadsMetricLogsBackAsTheyWere(t *testing.T) {
	sent, all := 0, 0
	for seed := int64(1); seed <= int64(rounds()) && !t.Failed(); seed++ {
		r := newSource(seed)
		group := &protocol.LogGroup{}
		var meant []point
		for i := 0; i < groupSize; i++ {
			log, p := log(r)
			group.Logs, meant = append(group.Logs, log), append(meant, p)
		}
		dump := encode(t, func(f *cflusher.Flusher) error { return f.Flush("", "", "", []*protocol.LogGroup{group}) })
		if sent, all = sent+hold(t, meant, dump, r.pure), all+groupSize; t.Failed() {
			t.Logf("seed %d", seed)
		}
	}
	t.Logf("%d of %d metrics could be written", sent, all)
	if sent < all/4 || sent > all*9/10 {
		t.Errorf("the metrics are no test: %d of %d could be written", sent, all)
	}
}
