package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestYAMLBecomesTheJSONThatTheAgentMakesOfIt(t *testing.T) {
	for _, c := range []struct{ name, yaml, json, notes string }{
		{"options beside Type are the detail", `enable: true
global:
  StructureType: v1
inputs:
  - Type: service_mock
    MaxLogCount: 3
    Fields: {n: x}
processors:
  - Type: processor_regex/1
    Keys: [a, b]
flushers:
  - Type: flusher_c_null`,
			`{"flushers":[{"detail":{},"type":"flusher_c_null"}],"global":{"StructureType":"v1"},` +
				`"inputs":[{"detail":{"Fields":{"n":"x"},"MaxLogCount":3},"type":"service_mock"}],` +
				`"processors":[{"detail":{"Keys":["a","b"]},"type":"processor_regex/1"}]}`, ""},
		{"scalars", `a: [1, -2, 0x10, 1.5, .5, 1e3, true, Yes, off, yEs, null, ~, "1", 'yes', 2026-01-02, 1_000, 12:30, text, "", .inf]`,
			`{"a":[1,-2,16,1.5,0.5,1000,true,true,false,"yEs",null,null,"1","yes","2026-01-02","1_000","12:30","text","",".inf"]}`, ""},
		{"blocks", "a: |\n  x\n  y\nb: >-\n  x\n  y\nc: !!str 5\n", `{"a":"x\ny\n","b":"x y","c":"5"}`, ""},
		{"keys are text", "m: {429: retry, true: x}\n", `{"m":{"429":"retry","true":"x"}}`, ""},
		{"aliases", "a: &x {k: v}\nb: *x\n", `{"a":{"k":"v"},"b":{"k":"v"}}`, ""},
		{"not enabled", "enable: false\n", `{}`, "enable: is false, so the agent does not run it"},
		{"a key twice", "flushers:\n  - Type: a\n    K: 1\n    K: 2\n", `{"flushers":[{"detail":{"K":2},"type":"a"}]}`,
			"flushers[0].K" + twiceText},
		{"what the agent shall refuse", "flushers:\n  - 5\n  - type: x\n", `{"flushers":[5,{"type":"x"}]}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, notes, err := fromYAML([]byte(c.yaml))
			if err != nil || string(got) != c.json || strings.Join(notes, "\n") != c.notes {
				t.Errorf("got  %s\nwant %s\nnotes %q, %v", got, c.json, notes, err)
			}
		})
	}
}

func TestYAMLThatIsNoneSaysWhy(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'i'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+",", 10) + "]\n"
	}
	for text, want := range map[string]string{
		"":                       "it is empty",
		"[a]":                    "want a mapping",
		"text":                   "want a mapping",
		"a: 1\n---\nb: 2\n":      "more than one document",
		"a: [1\nb: 2":            "line ",
		"a: *x":                  "unknown anchor",
		"a: &x [*x]":             "an alias holds itself",
		"\ta: 1":                 "yaml: ",
		bomb:                     "too large",
		strings.Repeat("[", 999): "",
	} {
		if got, _, err := fromYAML([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %.60s, %v, want %q", text, got, err, want)
		}
	}
}

func TestKnowsYAMLByItsNameOrItsBeginning(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"a.yaml", "{}", true}, {"a.YML", "", true}, {"a.json", "a: 1", false},
		{"stdin", "enable: true\n", true}, {"stdin", "# x\nenable: true\n", true}, {"stdin", "\n---\na: 1\n", true},
		{"stdin", `{"a": 1}`, false}, {"stdin", " [1]", false}, {"stdin", "", false}, {"stdin", "5", false}, {"stdin", "null", false},
	} {
		if got := isYAML(c.name, []byte(c.text)); got != c.want {
			t.Errorf("%s %q: %v", c.name, c.text, got)
		}
	}
}

const keepYAML = `enable: true
inputs:
  - Type: service_mock
    MaxLogCount: 3
flushers:
  - Type: flusher_keep
    File: f
`

func TestRunsAndChecksThePipelineOfTheAgentsYAML(t *testing.T) {
	k := newKeeper()
	dir := folder(t, map[string]string{"p.yaml": keepYAML, "bad.yaml": strings.Replace(keepYAML, "File: f", "File: [f]", 1) +
		"  - Type: flusher_kep\n"})
	runIn(t, dir, "-once", "-plugin", filepath.Join(dir, "p.yaml")).must(t, 0, "")
	if k.got() != "1 2 3" || k.File != "f" {
		t.Errorf("got %q, option %q", k.got(), k.File)
	}
	if got := check(t, dir, "", "-check", dir+"/p.yaml"); got.status != ok || !strings.HasSuffix(got.stdout, ": ok, 1 pipeline, 1 flusher\n") {
		t.Errorf("%+v", got)
	}
	if got := check(t, dir, keepYAML, "-check", "-"); got.status != ok || got.stdout != "stdin: ok, 1 pipeline, 1 flusher\n" {
		t.Errorf("%+v", got)
	}
	want := "bad.yaml: flushers[0].File: want text, got an array\n" +
		"bad.yaml: flushers[1].Type: there is no flusher flusher_kep here; did you mean flusher_keep?\n"
	if got := check(t, dir, "", "-check", dir+"/bad.yaml"); got.status != failure || got.stderr != want {
		t.Errorf("%+v", got)
	}
}

func TestDuplicateKeysAreToldByTheirPath(t *testing.T) {
	newKeeper()
	twice := strings.Replace(keepMock, `"File": "f"`, `"File": "a", "File": "f"`, 1)
	path := "flushers[0].detail.File" + twiceText
	dir := folder(t, map[string]string{"plugin.json": twice})
	runIn(t, dir, "-once").must(t, 0, path)
	got := check(t, dir, "", "-check", dir+"/plugin.json")
	if got.status != ok || got.stderr != "plugin.json: warning: "+path+"\n" || !strings.Contains(got.stdout, "1 warning") {
		t.Errorf("%+v", got)
	}
	for text, want := range map[string]string{
		`{"a": {"b": 1, "b": 2}, "a": 3}`: "a.b a", `[{"a": 1, "a": [{"b": 1}, {"b": 1}]}]`: "[0].a",
		`{"a": 1, "A": 2}`: "", `{"a": 1, "a"`: "a", `{`: "", ``: "",
	} {
		if got := strings.Join(duplicates([]byte(text)), " "); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestTwoFlushersMustNotShareASpool(t *testing.T) {
	newKeeper()
	dir := t.TempDir()
	if err := os.Symlink(dir, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	flusher := func(detail string) string {
		return `{"inputs": [{"type": "service_mock"}], "flushers": [{"type": "flusher_keep", "detail": {` + detail + `}}]}`
	}
	shared := func(first, second string) string {
		s, text := sharing{}, ""
		f, err := parseFile("c.json", []byte("["+flusher(first)+","+flusher(second)+"]"))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range f.configs {
			for _, p := range s.find(f, c) {
				text += f.locate(c, p).String()
			}
		}
		return text
	}
	want := "[1].flushers[0].detail.Spool.Path: is the spool of [0].flushers[0].detail.Spool.Path too, and " +
		"either would send the other's records: give each a folder of its own"
	if got := shared(`"Spool": {"Path": "`+dir+`/s"}`, `"spool": {"path": "`+dir+`/link/./s"}`); got != want {
		t.Errorf("got %s", got)
	}
	for _, other := range []string{`"Spool": {"Path": "` + dir + `/t"}`, `"Spool": {"Path": ""}`, `"Spool": 5`, ``} {
		if got := shared(`"Spool": {"Path": "`+dir+`/s"}`, other); got != "" {
			t.Errorf("%s: %s", other, got)
		}
	}
}

func TestTwoFlushersThatRollOneFileGetAWarning(t *testing.T) {
	text := `{"flushers": [{"type": "flusher_c_stdout", "detail": {"FileName": "x"}}, {"type": "flusher_stdout", "detail": {"filename": "./x"}},
		{"type": "flusher_c_stdout", "detail": {"FileName": "x", "OnlyStdout": true}}]}`
	f, err := parseFile("c.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	problems := sharing{}.find(f, f.configs[0])
	if len(problems) != 1 || !problems[0].Warning || problems[0].Path != "flushers[1].detail.FileName" {
		t.Errorf("%+v", problems)
	}
}

func TestAnInputThatIsNotHereIsTold(t *testing.T) {
	newKeeper()
	dir := folder(t, map[string]string{"plugin.json": `{"inputs": [{"type": "input_file"}], "flushers": [{"type": "flusher_keep"}]}`})
	runIn(t, dir, "-once").must(t, 0, "inputs[0]: there is no input input_file here, so it is skipped")
}
