package harness

import "testing"

func TestDecodesKeyByKey(t *testing.T) {
	never := func(string) bool { return false }
	for _, c := range []struct{ detail, want string }{
		{`null`, ""},
		{`{"tags": {"a": "b"}, "INDEX": 5}`, ""},
		{`{"Tags": {"a": 1}, "Fields": [], "Index": "x", "LogsPerSecnd": 1, "z": 1}`,
			`at.Fields: want an object, got an array
at.Index: want a whole number, got text
at.LogsPerSecnd: warning: there is no such option, so it is ignored; did you mean LogsPerSecond?
at.Tags: want text, got a number
at.z: warning: there is no such option, so it is ignored`},
		{`{"Index": 1.5}`, "at.Index: want a whole number, got 1.5"},
		{`5`, "at: want an object, got a number"},
		{`"text"`, "at: want an object, got text"},
	} {
		r := &report{}
		r.decode("at", &serviceMock{}, jsonOf(t, c.detail), never)
		if got := printed(r.problems); got != c.want {
			t.Errorf("%s: got\n%s", c.detail, got)
		}
	}
}

func TestChecksGlobalSettings(t *testing.T) {
	a := New(Config{Release: V3, Global: &Global{Tags: map[string]string{"kept": "1"}}})
	_, problems := a.Check(`{"global": {"aggregatIntervalMs": 1.5, "AlwaysOnline": 1, "UsingOldContentTag": true,
		"LoongCollectorConfDir": "x", "StructureType": "v1", "AgregatIntervalMs": 3, "Tags": {"new": "2"}}, ` + good + `}`)
	want := `global.AgregatIntervalMs: warning: there is no such option, so it is ignored; did you mean AggregatIntervalMs?
global.AlwaysOnline: want true or false, got a number
global.aggregatIntervalMs: want a whole number, got 1.5`
	if got := printed(problems); got != want {
		t.Errorf("got\n%s", got)
	}
	if len(a.global.Tags) != 1 {
		t.Errorf("the check changed the agent: %v", a.global.Tags)
	}
}
