package cflusher_test

import (
	"os"
	"reflect"
	"sort"
	"strings"
	"testing"

	"ilf.local/go/cflusher"
	"ilf.local/go/internal/vector"
)

// influxDifference is what InfluxDB would refuse, or read as something else, in the native lines of a
// case; tests/influx shows it by InfluxDB's parsers.
type influxDifference struct {
	why      string
	refused  []int  // the records that no line can tell
	old, new string // and what of the lines is told otherwise
}

const (
	emptyName  = "a name that is empty"
	newline    = "a newline in a name or tag makes two lines"
	backslash  = "a backslash at the end takes the separator with it"
	emptyTag   = "a tag without a key or value"
	notFinite  = `value="" is a text where a number is`
	outOfRange = "times beyond 2262, which natively are before 1970"
	lineEnd    = `InfluxDB reads \n as two characters`
	severalBad = "an empty name, one that begins with NUL, one with a newline, and backslashes at the end and before a quote"
	lastOfAll  = "the last nanosecond of 64 bits is InfluxDB's own"
)

var influxDifferences = map[string]influxDifference{
	"influx-field-suffix-only-0229":              {why: emptyName, refused: []int{0}},
	"influx-label-value-tricky-0278":             {why: newline, refused: []int{0}},
	"influx-string-value-tricky-0331":            {why: lineEnd, old: `\n`, new: "\n"},
	"influx-label-key-tricky-0333":               {why: newline, refused: []int{0}},
	"influx-name-tricky-0336":                    {why: backslash, refused: []int{0}},
	"influx-labels-0349":                         {why: emptyTag, old: ",=v"},
	"influx-labels-0355":                         {why: newline, refused: []int{0}},
	"influx-labels-0356":                         {why: backslash, refused: []int{0}},
	"influx-time-text-0359":                      {why: lastOfAll, refused: []int{0}},
	"influx-random-0378":                         {why: backslash, refused: []int{3}},
	"influx-random-0383":                         {why: backslash, refused: []int{0}},
	"influx-random-0384":                         {why: newline, refused: []int{1}},
	"influx-random-0386":                         {why: emptyTag, old: `,k\=v=,zone|,le= value`, new: ",zone| value"},
	"influx-random-0405":                         {why: backslash, refused: []int{1}},
	"influx-random-0407":                         {why: newline, refused: []int{3}},
	"influx-random-0409":                         {why: emptyTag, old: ",mebinw="},
	"influx-random-0410":                         {why: backslash, refused: []int{3}},
	"tricky-metric-names-and-tags-influxdb-0064": {why: severalBad, refused: []int{0, 3, 4, 6, 10}},
	"metric-nan-influxdb-0124":                   {why: notFinite, refused: []int{0}},
	"metric-stale-nan-influxdb-0129":             {why: notFinite, refused: []int{0, 1}},
	"metric-timestamp-over-int63-influxdb-0137":  {why: outOfRange, refused: []int{0}},
	"random-influxdb-0324":                       {why: backslash, refused: []int{0}},
	"random-influxdb-0354":                       {why: emptyTag, old: `,\u0041=`},
	"random-influxdb-0372":                       {why: newline, refused: []int{0}},
}

// influxDiffers checks a case of which ours differs, if c is one: our lines are native ones, in their
// order, with the difference in place, and the rest is refused.
func influxDiffers(t *testing.T, c *vector.Case, used map[string]bool, records int, flush func(*cflusher.Flusher) error) bool {
	want, is := influxDifferences[c.ID]
	if !is {
		return false
	}
	used[c.ID] = true
	convert, _, _ := c.ConvertOptions(t)
	convert.IgnoreUnExpectedData = true
	run := runFormat(t, map[string]interface{}{"Convert": convert}, flush)
	if run.initErr != nil || run.flushErr != nil {
		t.Fatal(run.initErr, run.flushErr)
	}
	dump := vector.ReadDump(run.text, nil)
	native, got, lines := strings.Join(c.Outputs(t), ""), "", len(want.refused)
	news := append(strings.Split(want.new, "|"), "")
	for i, old := range strings.Split(want.old, "|") {
		if !strings.Contains(native, old) {
			t.Errorf("natively there is no %q", old)
		}
		if old != "" { // else there is nothing to replace
			native = strings.ReplaceAll(native, old, news[i])
		}
	}
	for _, item := range dump.Items {
		got, lines = got+item.Bytes, lines+item.Records
	}
	if lines != records {
		t.Errorf("%d records accounted for, want %d", lines, records)
	}
	for _, line := range strings.SplitAfter(got, "\n") {
		at := strings.Index(native, line)
		if at < 0 {
			t.Fatalf("%s\n got %q\nwhich is not in %q", want.why, line, native)
		}
		native = native[at+len(line):]
	}
	var refused []int
	for i := range dump.Refused {
		refused = append(refused, i)
	}
	sort.Ints(refused)
	if !reflect.DeepEqual(refused, want.refused) {
		t.Errorf("%s\n got %v refused\nwant %v", want.why, dump.Refused, want.refused)
	}
	return true
}

// allInfluxUsed fails for differences of one generation's cases that none of them shows. Those of the
// first begin with influx-.
func allInfluxUsed(t *testing.T, first bool, used map[string]bool) {
	for id, want := range influxDifferences {
		if strings.HasPrefix(id, "influx-") == first && os.Getenv("ILF_VECTORS") == "" && !used[id] {
			t.Errorf("no case %s, which was to differ: %s", id, want.why)
		}
	}
}
