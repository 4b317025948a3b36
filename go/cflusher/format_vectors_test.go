package cflusher_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"ilf.local/go/cflusher"
	"ilf.local/go/internal/vector"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// format is one run of flusher_c_format (tests/dump/format.c), which writes what the formats give.
type format struct {
	initErr, flushErr error
	text              string
}

func runFormat(t *testing.T, config map[string]interface{}, flush func(*cflusher.Flusher) error) (run format) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "format")
	config["Path"] = path
	f := pipeline.Flushers["flusher_c_format"]().(*cflusher.Flusher)
	if err := f.UnmarshalJSON(encode(t, config)); err != nil {
		t.Fatal(err)
	}
	if run.initErr = f.Init(nil); run.initErr != nil {
		return run
	}
	run.flushErr = flush(f)
	if err := f.Stop(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	run.text = string(text)
	return run
}

func foreignName(convert vector.Convert, names []string) bool {
	for _, name := range names {
		if (strings.HasPrefix(convert.Protocol, "custom_single") || convert.Protocol == "otlp_v1") && !strings.HasPrefix(name, "content.") && !strings.HasPrefix(name, "tag.") {
			return true
		}
	}
	return false
}

// selectedNames are the fields that a case wants, each once.
func selectedNames(c *vector.Case) (names []string) {
	for _, name := range c.Select {
		if !contains(names, string(name)) {
			names = append(names, string(name))
		}
	}
	return names
}

// converter checks a case of the converter against what flush gives.
func converter(t *testing.T, c *vector.Case, records int, flush func(*cflusher.Flusher) error) {
	convert, onlyContents, k8s := c.ConvertOptions(t)
	names := selectedNames(c)
	t.Setenv("ALICLOUD_LOG_K8S_FLAG", map[bool]string{true: "true", false: "false"}[k8s])
	config := map[string]interface{}{"Convert": convert, "OnlyContents": onlyContents, "Select": names}
	run := runFormat(t, config, flush)
	switch {
	case foreignName(convert, names): // natively each group that is not empty is lost; here it can't be configured
		if run.initErr == nil {
			t.Error("init takes a name that the protocol does not know")
		}
	case c.Expect.Stage == "init":
		if run.initErr == nil {
			t.Error("init succeeds")
		}
	case run.initErr != nil:
		t.Error(run.initErr)
	case c.Expect.Error != "":
		refusal(t, config, convert, run, names, flush)
	case run.flushErr != nil:
		t.Error(run.flushErr)
	case c.Expect.Panic != "": // natively; ours gives all events
		got := 0
		for _, item := range vector.ReadDump(run.text, names).Items {
			requireJSON(t, item.Bytes)
			got += item.Records
		}
		if got != records {
			t.Errorf("%d records, want %d", got, records)
		}
	default:
		compareItems(t, vector.ReadDump(run.text, names), utf8Only(convert, c.Outputs(t)), c.SelectedFields(t), records)
	}
}

// refusal checks a group that natively is lost for one event: without IgnoreUnExpectedData it is
// here too, and with it only what can't be expressed is.
func refusal(t *testing.T, config map[string]interface{}, convert vector.Convert, run format, names []string, flush func(*cflusher.Flusher) error) {
	if convert.IgnoreUnExpectedData {
		if dump := vector.ReadDump(run.text, names); run.flushErr != nil || len(dump.Refused) == 0 {
			t.Errorf("%v, refused %v, want an event refused", run.flushErr, dump.Refused)
		}
		convert.IgnoreUnExpectedData = false
		config["Convert"] = convert
		run = runFormat(t, config, flush)
	}
	if run.flushErr == nil || run.text != "" {
		t.Errorf("%v, %q, want an error and no output", run.flushErr, run.text)
	}
}

// utf8Only is what ours gives instead of native outputs: jsonline natively holds bytes that are not
// UTF-8 as they are, which is no JSON. Here they come as in the other formats.
func utf8Only(convert vector.Convert, native []string) []string {
	if convert.Protocol != "jsonline" {
		return native
	}
	outputs := []string{}
	for _, text := range native {
		var b strings.Builder
		for text != "" {
			r, n := utf8.DecodeRuneInString(text)
			if r == utf8.RuneError && n == 1 {
				b.WriteString(`\ufffd`)
			} else {
				b.WriteString(text[:n])
			}
			text = text[n:]
		}
		outputs = append(outputs, b.String())
	}
	return outputs
}

func compareItems(t *testing.T, got *vector.Dump, want []string, selected []map[string]string, records int) {
	t.Helper()
	if len(want) == 1 && want[0] == "" && len(got.Items) == 0 {
		return // natively an empty body is sent; here nothing is
	}
	if len(got.Items) != len(want) {
		t.Fatalf("%d items, want %d", len(got.Items), len(want))
	}
	n := len(got.Refused)
	for i, item := range got.Items {
		n += item.Records
		if item.Bytes != want[i] {
			t.Errorf("item %d\n got %q\nwant %q", i, item.Bytes, want[i])
		}
		if selected[i] == nil {
			selected[i] = map[string]string{}
		}
		if !reflect.DeepEqual(item.Selected, selected[i]) {
			t.Errorf("item %d: selected\n got %q\nwant %q", i, item.Selected, selected[i])
		}
	}
	if n != records {
		t.Errorf("%d records accounted for, want %d", n, records)
	}
}

func TestVectorsConverterV1(t *testing.T) {
	used := map[string]bool{}
	vector.Read(t, "converter_v1.jsonl", func(t *testing.T, c *vector.Case) {
		groups := c.LogGroups(t)
		if isOTLP(t, c) {
			otlpLogGroup(t, c, used)
			return
		}
		flush := func(f *cflusher.Flusher) error { return f.Flush("", "", "", groups) }
		if !influxDiffers(t, c, used, len(groups[0].Logs), flush) {
			converter(t, c, len(groups[0].Logs), flush)
		}
	})
	allUsed(t, otlpLogRules, used)
	allInfluxUsed(t, true, used)
}

func TestVectorsConverterV2(t *testing.T) {
	used := map[string]bool{}
	vector.Read(t, "converter_v2.jsonl", func(t *testing.T, c *vector.Case) {
		group := c.Input.Models()
		if isOTLP(t, c) {
			otlpEventGroup(t, c, used)
			return
		}
		flush := func(f *cflusher.Flusher) error { return f.Export([]*models.PipelineGroupEvents{group}, nil) }
		if !influxDiffers(t, c, used, len(group.Events), flush) {
			converter(t, c, len(group.Events), flush)
		}
	})
	allUsed(t, otlpEventRules, used)
	allInfluxUsed(t, false, used)
}

func TestVectorsFmtstr(t *testing.T) {
	vector.Read(t, "fmtstr.jsonl", func(t *testing.T, c *vector.Case) {
		log := &protocol.Log{}
		for name, value := range c.Values {
			log.Contents = append(log.Contents, &protocol.Log_Content{Key: name, Value: string(value)})
		}
		groups := []*protocol.LogGroup{{Logs: []*protocol.Log{log}}}
		config := map[string]interface{}{"Pattern": string(c.Pattern), "Kind": c.Fn, "Time": c.Time, "Offset": c.Offset}
		run := runFormat(t, config, func(f *cflusher.Flusher) error { return f.Flush("", "", "", groups) })
		if c.Expect.Error != "" || c.Expect.NativeProcessCrash {
			if run.initErr == nil {
				t.Errorf("gives %q, want an error", run.text)
			}
			return
		}
		if run.initErr != nil || run.flushErr != nil {
			t.Fatal(run.initErr, run.flushErr)
		}
		want := []string{}
		for _, key := range c.Expect.Keys {
			if c.Fn == "index" && strings.HasPrefix(string(key), "+") {
				key = "+" // of a date, only its layout is kept
			}
			want = append(want, string(key))
		}
		want = append(want, string(c.Expect.Output))
		if got := vector.Strings(run.text); !reflect.DeepEqual(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
