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
