package main

import (
	"flag"
	"io"
	"strings"
	"testing"

	"ilf.local/go/harness"
)

func TestHasTheHostsFlagsAndDefaults(t *testing.T) {
	f, _ := (&options{}).flags(io.Discard)
	for name, want := range map[string]string{
		"plugin": "./plugin.json", "global": "./global.json", "flusher": "./default_flusher.json",
		"server": ":18689", "http-load": "false", "prof-flag": "false", "prof-auto": "true",
		"cpu-profile": "cpu.prof", "mem-profile": "mem.prof", "doc": "false", "docpath": "./docs/en/plugins",
		"file-io": "false", "input-file": "./input.log", "input-field": "content", "input-line-limit": "1000",
		"output-file": "./output.log", "force-statics": "false", "ALICLOUD_LOG_STATEFULSET_FLAG": "false",
		"logger-level": "", "logger-console": "", "logger-retain": "",
	} {
		if got := f.Lookup(name); got == nil || got.DefValue != want {
			t.Errorf("-%s: got %v, want the default %q", name, got, want)
		}
	}
}

func TestTheEnvironmentOverridesFlags(t *testing.T) {
	parsed := func(environ string, args ...string) (*options, error) {
		return parse(args, strings.Fields(environ), io.Discard)
	}
	for _, c := range []struct {
		name, environ string
		args          []string
		holds         func(*options) bool
	}{
		{"LOGTAIL_DEBUG_FLAG", "LOGTAIL_DEBUG_FLAG=true", nil, func(o *options) bool { return o.profFlag }},
		{"LOGTAIL_AUTO_PROF", "LOGTAIL_AUTO_PROF=false", nil, func(o *options) bool { return !o.profAuto }},
		{"LOGTAIL_FORCE_COLLECT_SELF_TELEMETRY", "LOGTAIL_FORCE_COLLECT_SELF_TELEMETRY=1", nil,
			func(o *options) bool { return o.statics }},
		{"LOGTAIL_HTTP_LOAD_CONFIG", "LOGTAIL_HTTP_LOAD_CONFIG=true", nil, func(o *options) bool { return o.httpLoad }},
		{"LOGTAIL_LOG_LEVEL over the flag", "LOGTAIL_LOG_LEVEL=debug", []string{"-logger-level", "error"},
			func(o *options) bool { return o.level == "debug" }},
		{"a variable named like a flag", "input-file=x", nil,
			func(o *options) bool { return o.inputFile == "x" && o.given["input-file"] }},
		{"LOONG_ and a flag", "LOONG_server=:1", nil, func(o *options) bool { return o.server == ":1" }},
		{"LOONG_ and an own flag", "LOONG_release=1.8", nil, func(o *options) bool { return o.release == harness.V18 }},
		{"not an own flag without LOONG_", "list=true once=true", nil, func(o *options) bool { return !o.list && !o.once }},
		{"not in release 2.0", "server=:1 LOONG_server=:1", []string{"-release", "2.0"},
			func(o *options) bool { return o.server == ":18689" }},
		{"but LOGTAIL_ in release 2.0", "LOGTAIL_HTTP_LOAD_CONFIG=true", []string{"-release", "2.0"},
			func(o *options) bool { return o.httpLoad }},
		{"nothing else", "PATH=x LOONG_nothing=1 =x", nil, func(o *options) bool { return len(o.given) == 0 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			if o, err := parsed(c.environ, c.args...); err != nil || !c.holds(o) {
				t.Errorf("%+v, %v", o, err)
			}
		})
	}
	for _, environ := range []string{"LOGTAIL_DEBUG_FLAG=maybe", "LOONG_release=9"} {
		name, _, _ := strings.Cut(environ, "=")
		if _, err := parsed(environ); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", environ, err)
		}
	}
}

func TestExplainTakesAKeyBehindTheType(t *testing.T) {
	for args, want := range map[string]string{"-explain t": "t ", "--explain t k": "t k", "-once -explain t k": "t k"} {
		o, err := parse(strings.Fields(args), nil, io.Discard)
		if err != nil || o.explain+" "+o.key != want {
			t.Errorf("%s: %v, %+v", args, err, o)
		}
	}
	for _, args := range []string{"-explain t k more", "-once k", "-check f k"} {
		if _, err := parse(strings.Fields(args), nil, io.Discard); err == nil || !strings.Contains(err.Error(), "unexpected argument") {
			t.Errorf("%s: %v", args, err)
		}
	}
}

func TestEveryFlagIsExplained(t *testing.T) {
	f, _ := (&options{}).flags(io.Discard)
	f.VisitAll(func(f *flag.Flag) {
		if f.Usage == "" {
			t.Errorf("-%s is not", f.Name)
		}
	})
}
