package harness

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/alibaba/ilogtail/pkg/logger"
	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// runtimeOnly is as much of a context as processors ask for.
type runtimeOnly struct{ pipeline.Context }

func (runtimeOnly) GetRuntimeContext() context.Context { return context.Background() }

func newRegex(t *testing.T, detail string) *regexProcessor {
	t.Helper()
	p, _ := pipeline.Processors["processor_regex"]().(*regexProcessor)
	if err := apply(p, jsonOf(t, detail)); err != nil {
		t.Fatal(err)
	}
	if err := p.Init(runtimeOnly{}); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestExtractsFields(t *testing.T) {
	for _, c := range []struct{ name, detail, want string }{
		{"a match", `{"SourceKey": "s", "Regex": "(\\d+)-(\\d+)", "Keys": ["x", "y"]}`, "a=1 z=9 x=12 y=34"},
		{"the first field", `{"Regex": "(.)", "Keys": ["x"]}`, "s=12-34 z=9 x=1"},
		{"keeping the source", `{"SourceKey": "s", "Regex": "(.*)-.*", "Keys": ["x"], "KeepSource": true}`, "a=1 s=12-34 z=9 x=12"},
		{"a partial match is none", `{"SourceKey": "s", "Regex": "(\\d+)-", "Keys": ["x"]}`, "a=1 s=12-34 z=9"},
		{"a partial match that will do", `{"SourceKey": "s", "Regex": "(\\d+)-", "Keys": ["x"], "FullMatch": false}`, "a=1 z=9 x=12"},
		{"dropping what does not match", `{"SourceKey": "s", "Regex": "no", "KeepSourceIfParseError": false}`, "a=1 z=9"},
		{"too few groups", `{"SourceKey": "s", "Regex": "(.*)", "Keys": ["x", "y"]}`, "a=1 s=12-34 z=9"},
		{"a group without part in the match", `{"SourceKey": "s", "Regex": "(x)?.*", "Keys": ["x"]}`, "a=1 z=9 x="},
		{"no such field", `{"SourceKey": "no", "Regex": "(.*)", "Keys": ["x"]}`, "a=1 s=12-34 z=9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			log := &protocol.Log{Contents: []*protocol.Log_Content{
				{Key: "a", Value: "1"}, {Key: "s", Value: "12-34"}, {Key: "z", Value: "9"}}}
			before := log.Contents
			newRegex(t, c.detail).ProcessLogs([]*protocol.Log{log})
			var got []string
			for _, content := range log.Contents {
				got = append(got, content.Key+"="+content.Value)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %s", got)
			}
			if before[1].Key != "s" {
				t.Error("the old slice was written to")
			}
		})
	}
}

func TestExtractsFieldsOfEvents(t *testing.T) {
	for _, c := range []struct {
		name, detail string
		source       interface{}
		want         string
	}{
		{"text", `{"SourceKey": "s", "Regex": "(.)(.)", "Keys": ["x", "y"]}`, "12", "x=1 y=2"},
		{"bytes", `{"SourceKey": "s", "Regex": "(.)(.)", "Keys": ["x", "y"]}`, []byte("12"), "x=1 y=2"},
		{"a number", `{"SourceKey": "s", "Regex": "(.)(.)", "Keys": ["x", "y"]}`, 12, "s=other"},
		{"no match", `{"SourceKey": "s", "Regex": "x"}`, "12", "s=12"},
		{"no match, dropped", `{"SourceKey": "s", "Regex": "x", "KeepSourceIfParseError": false}`, "12", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			log := &models.Log{Contents: models.NewLogContents()}
			log.Contents.Add("s", c.source)
			results := &listContext{}
			in := &models.PipelineGroupEvents{Events: []models.PipelineEvent{log, &models.Log{}, models.ByteArray("x")}}
			newRegex(t, c.detail).Process(in, results)
			var got []string
			for _, pair := range log.Contents.SortTo(nil) {
				text, isText := pair.Value.(string)
				if !isText {
					text = "other"
				}
				got = append(got, pair.Key+"="+text)
			}
			if strings.Join(got, " ") != c.want || len(results.ToArray()) != 1 || results.groups[0] != in {
				t.Errorf("got %s, %d groups", got, len(results.groups))
			}
		})
	}
}

func TestLogsWhatItIsAskedTo(t *testing.T) {
	var lines bytes.Buffer
	defer logger.SetOutput(logger.SetOutput(&lines))
	for _, c := range []struct{ options, want string }{
		{`"SourceKey": "k"`, ""},
		{`"SourceKey": "k", "NoMatchError": true`, "no match"},
		{`"SourceKey": "no"`, ""},
		{`"SourceKey": "no", "NoKeyError": true`, "no field"},
	} {
		lines.Reset()
		newRegex(t, `{"Regex": "x", `+c.options+`}`).ProcessLogs([]*protocol.Log{aLog("v")})
		if got := lines.String(); (got != "") != (c.want != "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: logged %q", c.options, got)
		}
	}
}

func TestRefusesABadExpression(t *testing.T) {
	if err := (&regexProcessor{Regex: "("}).Init(runtimeOnly{}); err == nil {
		t.Error("accepts (")
	}
}

func TestOneLineAtTheEndCountsWhatDidNotMatch(t *testing.T) {
	register(t, "flusher_a", &fake{})
	r := newRig(t, V3, func(c *Config) { c.Once = true })
	processors := `"processors": [{"type": "processor_split_log_string"},
		{"type": "processor_regex", "detail": {"Regex": "(\\d+)", "Keys": ["n"]}}],`
	r.must(r.Run(configWith("c", processors+fileInput(write(t, "1\nx\n2\ny\n"), ""), "flusher_a")))
	<-r.Delivered()
	r.must(r.StopAll())
	want := `processor_regex: 2 of 4 logs did not match Regex and have no fields of it, the first: "x"`
	if got := strings.Count(r.logs.all(), want); got != 1 {
		t.Errorf("said %d times in:\n%s", got, r.logs.all())
	}
}

func TestNoLineSaysThatAllMatched(t *testing.T) {
	if p := (&regexProcessor{logs: 5}); p.summary() != "" {
		t.Error(p.summary())
	}
	p := &regexProcessor{logs: 5, misses: 1, first: strings.Repeat("x", 100)}
	if !strings.HasSuffix(p.summary(), strings.Repeat("x", 80)+`..."`) {
		t.Error(p.summary())
	}
}
