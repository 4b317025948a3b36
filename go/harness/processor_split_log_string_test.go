package harness

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

func decoded(t *testing.T, text string) (value interface{}) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// show is a log's contents in their order.
func show(log *protocol.Log) string {
	var pairs []string
	for _, content := range log.Contents {
		pairs = append(pairs, content.Key+"="+content.Value)
	}
	return fmt.Sprintf("%d:%s", log.Time, strings.Join(pairs, " "))
}

func TestSplitsALogAsTheHostDoes(t *testing.T) {
	for _, c := range []struct {
		name, detail string
		want         string
	}{
		{"by default the first field at newlines", `{}`, "7:k=v b=2 a=x|7:k=v b=2 a=y"},
		{"a field by its name", `{"SplitKey": "b"}`, "7:a=x\n\ny k=v b=2"},
		{"without the others", `{"PreserveOthers": false}`, "7:a=x|7:a=y"},
		{"a field that is not there", `{"SplitKey": "z", "NoKeyError": true}`, "7:a=x\n\ny k=v b=2"},
		{"neither it nor the others", `{"SplitKey": "z", "PreserveOthers": false}`, ""},
		{"a longer separator", `{"SplitSep": "\n\ny"}`, "7:k=v b=2 a=x"},
		{"no separator is a NUL", `{"SplitSep": ""}`, "7:k=v b=2 a=x\n\ny"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := pipeline.Processors["processor_split_log_string"]()
			if err := apply(p, decoded(t, c.detail)); err != nil {
				t.Fatal(err)
			}
			l := newRig(t, V3).newLine(LoadedConfig{ConfigName: "c"})
			if err := p.Init(l.context); err != nil {
				t.Fatal(err)
			}
			log := &protocol.Log{Time: 7, Contents: []*protocol.Log_Content{
				{Key: "a", Value: "x\n\ny"}, {Key: "k", Value: "v"}, {Key: "b", Value: "2"}}}
			var got []string
			for _, part := range p.(pipeline.ProcessorV1).ProcessLogs([]*protocol.Log{log}) {
				got = append(got, show(part))
			}
			if strings.Join(got, "|") != c.want {
				t.Errorf("got  %q\nwant %q", strings.Join(got, "|"), c.want)
			}
		})
	}
}

func TestThePartsOfALogShareNothing(t *testing.T) {
	p := &splitProcessor{SplitSep: ",", PreserveOthers: true}
	parts := p.ProcessLogs([]*protocol.Log{{Time: 1, Contents: []*protocol.Log_Content{
		{Key: "a", Value: "1,2"}, {Key: "b", Value: "x"}}}})
	parts[0].Contents[0].Value = "changed"
	if got := show(parts[1]); len(parts) != 2 || got != "1:b=x a=2" {
		t.Error(got)
	}
}

func TestSplitsEventsAndPassesOthersOn(t *testing.T) {
	p := &splitProcessor{SplitSep: ",", SplitKey: "t", PreserveOthers: true}
	tags := models.NewTags()
	tags.Add("k", "v")
	body := models.NewLog("n", []byte("1,,2"), "info", "s", "t", tags, 5)
	tagged := models.NewLog("n", nil, "", "", "", models.NewTags(), 0)
	tagged.Tags.Add("t", "3,4")
	none := models.NewSimpleLog(nil, models.NewTags(), 6)
	other := models.ByteArray("bytes")
	group := models.NewGroup(models.NewMetadata(), models.NewTags())
	group.Tags.Add("g", "1")
	out := &listContext{}
	p.Process(&models.PipelineGroupEvents{Group: group, Events: []models.PipelineEvent{body, tagged, none, other}}, out)
	if len(out.groups) != 1 || out.groups[0].Group == group || out.groups[0].Group.Tags.Get("g") != "1" {
		t.Fatalf("%+v", out.groups)
	}
	var got []string
	for _, event := range out.groups[0].Events {
		if log, isLog := event.(*models.Log); isLog {
			got = append(got, fmt.Sprintf("%s %s %d %v", log.GetBody(), log.Level, log.Tags.Len(), log.Timestamp > 0))
		} else {
			got = append(got, "other")
		}
	}
	if want := "1 info 1 true|2 info 1 true|3  0 true|4  0 true|  0 true|other"; strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
}
