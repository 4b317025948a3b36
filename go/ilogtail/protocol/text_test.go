package protocol

import "testing"

func TestPrintsProtobufText(t *testing.T) {
	var noLog *Log
	for _, c := range []struct {
		name string
		m    interface{ String() string }
		want string
	}{
		{"a tag", &LogTag{Key: "a", Value: "b"}, `Key:"a" Value:"b" `},
		{"empty strings", &LogTag{}, `Key:"" Value:"" `},
		{"escapes", &LogTag{Key: "\x00\x1f\x7f\n\r\t", Value: `"\'`}, `Key:"\000\037\177\n\r\t" Value:"\"\\'" `},
		{"UTF-8 and what is none, in octal", &Log_Content{Key: "é", Value: "\xff"}, `Key:"\303\251" Value:"\377" `},
		{"a log", &Log{Time: 7, Contents: []*Log_Content{{Key: "k"}}, Values: []string{"x"}, TimeNs: nano(9)},
			`Time:7 Contents:<Key:"k" Value:"" > values:"x" Time_ns:9 `},
		{"a group", &LogGroup{Logs: []*Log{{}}, Topic: "t", LogTags: []*LogTag{{}}},
			`Logs:<Time:0 > Category:"" Topic:"t" Source:"" MachineUUID:"" LogTags:<Key:"" Value:"" > `},
		{"a list with a nil group", &LogGroupList{LogGroupList: []*LogGroup{nil}}, `logGroupList:<<nil>> `},
		{"nil", noLog, "<nil>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.m.String(); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
