package protocol

import (
	"encoding/json"
	"testing"
)

func TestClonesContentsButSharesNanoseconds(t *testing.T) {
	log := &Log{Contents: []*Log_Content{{Key: "k", Value: "v"}}, Values: []string{"lost"}}
	SetLogTimeWithNano(log, 5, 6)
	clone := CloneLog(log)
	clone.Contents[0].Value = "changed"
	if log.Contents[0].Value != "v" || clone.TimeNs != log.TimeNs || clone.Values != nil || clone.Time != 5 {
		t.Errorf("log = %v, clone = %v", log, clone)
	}
}

func TestSetsSecondsAndLeavesNanosecondsAlone(t *testing.T) {
	log := &Log{TimeNs: nano(3)}
	SetLogTime(log, 9)
	if log.GetTime() != 9 || log.GetTimeNs() != 3 {
		t.Errorf("log = %v", log)
	}
}

func TestGettersAreSafeOnNil(t *testing.T) {
	var (
		log     *Log
		content *Log_Content
		tag     *LogTag
		group   *LogGroup
		list    *LogGroupList
	)
	sizes := log.Size() + content.Size() + tag.Size() + group.Size() + list.Size()
	text := content.GetKey() + content.GetValue() + tag.GetKey() + tag.GetValue() +
		group.GetCategory() + group.GetTopic() + group.GetSource() + group.GetMachineUUID()
	items := len(log.GetContents()) + len(log.GetValues()) + len(group.GetLogs()) +
		len(group.GetLogTags()) + len(list.GetLogGroupList())
	if sizes != 0 || text != "" || items != 0 || log.GetTime() != 0 || log.GetTimeNs() != 0 {
		t.Errorf("sizes %d, text %q, items %d", sizes, text, items)
	}
}

func TestHasTheHostsJSONNames(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"a full log", `{"Time":1,"Contents":[{"Key":"k","Value":""}],"values":["v"],"Time_ns":2}`},
		{"an empty log", `{"Time":0}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			log := &Log{}
			if c.name == "a full log" {
				log = &Log{Time: 1, Contents: []*Log_Content{{Key: "k"}}, Values: []string{"v"}, TimeNs: nano(2)}
			}
			got, err := json.Marshal(log)
			if err != nil || string(got) != c.want {
				t.Errorf("got %s, %v, want %s", got, err, c.want)
			}
		})
	}
	got, err := json.Marshal(&LogGroup{})
	if err != nil || string(got) != `{"Category":"","Topic":"","Source":"","MachineUUID":""}` {
		t.Errorf("group: got %s, %v", got, err)
	}
}
