package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ilf.local/go/cflusher"
)

// check is ilfrun -check of a file, or with stdin of that.
func check(t *testing.T, dir, stdin string, args ...string) result {
	t.Helper()
	out, err := os.Create(filepath.Join(dir, "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	errs, err := os.Create(filepath.Join(dir, "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	status := run(args, program{stdin: strings.NewReader(stdin), stdout: out, stderr: errs})
	_ = out.Close()
	_ = errs.Close()
	text, _ := os.ReadFile(out.Name())
	errText, _ := os.ReadFile(errs.Name())
	return result{status, string(text), strings.ReplaceAll(string(errText), dir+"/", "")}
}

func TestCheckTellsEveryProblemOfTheFile(t *testing.T) {
	newKeeper()
	for _, c := range []struct{ name, config, stdout, stderr string }{
		{"a good one", keepMock, "ok, 1 pipeline, 1 flusher\n", ""},
		{"good ones", "[" + keepMock + "," + keepMock + "]", "ok, 2 pipelines, 2 flushers\n", ""},
		{"no pipelines", "[]", "ok, 0 pipelines, 0 flushers\n", ""},
		{"a warning", `{"input": [], "flushers": [{"type": "flusher_keep"}]}`, "ok, 1 pipeline, 1 flusher, 1 warning\n",
			"c.json: input: warning: means nothing to the agent, which ignores it; did you mean inputs?\n"},
		{"several", `[` + keepMock + `, 5, {"inputs": [{}], "flushers": [{"type": "flusher_keep", "detail": {"File": 1}}]}]`, "",
			"c.json: [1]: want an object with inputs and flushers, got a number\n" +
				"c.json: [2].inputs[0].type: is missing\n" +
				"c.json: [2].flushers[0].detail.File: want text, got a number\n"},
		{"no JSON", "{\"inputs\":\n [1,}", "", "c.json:2:5: invalid character '}' looking for beginning of value\n"},
		{"no JSON in an array", "[{},\n {]]", "", "c.json:2:3: invalid character ']' looking for beginning of object key string\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := folder(t, map[string]string{"c.json": c.config})
			got := check(t, dir, "", "--check", filepath.Join(dir, "c.json"))
			stdout := strings.TrimPrefix(got.stdout, dir+"/c.json: ")
			if stdout != c.stdout || got.stderr != c.stderr || (got.status == ok) != (c.stdout != "") {
				t.Errorf("status %d, stdout %q, stderr %q", got.status, got.stdout, got.stderr)
			}
		})
	}
}

func TestCheckReadsStandardInput(t *testing.T) {
	newKeeper()
	if got := check(t, t.TempDir(), keepMock, "-check", "-"); got.stdout != "stdin: ok, 1 pipeline, 1 flusher\n" || got.stderr != "" {
		t.Errorf("%+v", got)
	}
	if got := check(t, t.TempDir(), "", "-check", "-"); got.status != failure || !strings.HasPrefix(got.stderr, "stdin: ") {
		t.Errorf("%+v", got)
	}
}

func TestCheckSaysWhichFileItCannotUse(t *testing.T) {
	dir := folder(t, map[string]string{"c.json": keepMock, "global.json": `{"InputIntervalMs": "x"}`})
	if got := check(t, dir, "", "-check", dir+"/none.json"); got.status != failure ||
		got.stderr != "ilfrun: open none.json: no such file or directory\n" {
		t.Errorf("%+v", got)
	}
	if got := check(t, dir, "", "-check", dir+"/c.json", "-global", dir+"/global.json"); got.status != failure ||
		!strings.HasPrefix(got.stderr, "ilfrun: global.json:1:") {
		t.Errorf("%+v", got)
	}
}

// What -check passes runs, and what it refuses does not. Without the library
// both refuse every C flusher.
func TestCheckAgreesWithTheRun(t *testing.T) {
	inputs := `"inputs": [{"type": "service_mock", "detail": {"MaxLogCount": 1}}], `
	for config, wrong := range map[string]bool{
		keepMock:               false,
		`[]`:                   false,
		``:                     true,
		`null`:                 true,
		`{"inputs": [1,}`:      true,
		`[{"flushers": 5}]`:    true,
		`[` + keepMock + `,5]`: true,
		`{` + inputs + `"flushers": [{"type": "flusher_stdout"}]}`:                                          true,
		`{` + inputs + `"flushers": [{"type": "flusher_c_null"}]}`:                                          cflusher.LibraryPath() == "",
		`{` + inputs + `"flushers": [{"type": "flusher_c_null", "detail": {"retry": {"maxdelay": "1s"}}}]}`: cflusher.LibraryPath() == "",
		`{` + inputs + `"flushers": [{"type": "flusher_c_null", "detail": {"retry": {"maxdely": "1s"}}}]}`:  true,
		`{` + inputs + `"flushers": [{"type": "flusher_c_null", "detail": {"StopTimeout": "2h"}}]}`:         true,
		`{` + inputs + `"flushers": [{"type": "flusher_c_null", "detail": {"StopTimeout": 1e999}}]}`:        true,
		`{` + inputs + `"flushers": [{"type": "flusher_c_null", "detail": []}]}`:                            true,
	} {
		newKeeper()
		dir := folder(t, map[string]string{"plugin.json": config})
		checked := check(t, dir, "", "-check", dir+"/plugin.json")
		ran := runIn(t, dir, "-once")
		if (checked.status == failure) != wrong || (ran.status == failure) != wrong {
			t.Errorf("%s: -check %+v, the run %+v", config, checked, ran)
		}
	}
}
