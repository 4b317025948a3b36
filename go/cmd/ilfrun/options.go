// The command line: the flags of the host's stand-alone agent, with its defaults,
// and a few more.

package main

import (
	"flag"
	"fmt"
	"io"

	"ilf.local/go/harness"
)

type options struct {
	plugin, global, flusher string

	server   string
	metrics  bool
	httpLoad bool
	profFlag bool
	profAuto bool
	cpuFile  string
	memFile  string

	fileIO     bool
	inputFile  string
	inputField string
	inputLimit int
	outputFile string

	doc     bool
	docPath string
	statics bool
	level   string

	once    bool
	version bool
	list    bool
	explain string
	key     string // behind the type, of one option
	check   string
	release harness.Release

	given map[string]bool // on the command line or in the environment
}

const synopsis = `ilfrun runs pipelines of iLogtail and LoongCollector with C flushers.

  ilfrun -plugin example.json -once   run a pipeline until its inputs have delivered
  ilfrun -check example.json          report all that is wrong with it, and run nothing
  ilfrun -list                        list the C flushers
  ilfrun -explain TYPE [KEY]          explain the options of one, or an option
  ilfrun replay FILE [-plugin FILE]   send dead letters again, see ilfrun replay -h

All flags, with one dash or two:
`

const ignored = "ignored: a flag of the agent that has no use here"

func (o *options) flags(usage io.Writer) (*flag.FlagSet, *string) {
	f := flag.NewFlagSet("ilfrun", flag.ContinueOnError)
	f.SetOutput(usage)
	f.Usage = func() {
		fmt.Fprint(usage, synopsis)
		f.PrintDefaults()
	}
	f.StringVar(&o.plugin, "plugin", "./plugin.json", "pipeline `file`, JSON or YAML: one pipeline or an array of them")
	f.StringVar(&o.global, "global", "./global.json", "`file` with global settings")
	f.StringVar(&o.flusher, "flusher", "./default_flusher.json", "`file` with the flusher for pipelines without one")

	f.StringVar(&o.server, "server", ":18689", "HTTP listen `address`, used with -metrics, -http-load and -prof-flag; without a host 127.0.0.1, to all as 0.0.0.0:18689")
	f.BoolVar(&o.metrics, "metrics", false, "serve /metrics, in Prometheus' text format")
	f.BoolVar(&o.httpLoad, "http-load", false, "serve /loadconfig and /holdon")
	f.BoolVar(&o.profFlag, "prof-flag", false, "serve /debug/pprof and its short forms")
	f.BoolVar(&o.profAuto, "prof-auto", true, "with -prof-flag, write profiles of the whole run")
	f.StringVar(&o.cpuFile, "cpu-profile", "cpu.prof", "`file` for the CPU profile; given by itself it writes one")
	f.StringVar(&o.memFile, "mem-profile", "mem.prof", "`file` for the heap profile; given by itself it writes one")

	f.BoolVar(&o.fileIO, "file-io", false, "read -input-file instead of the inputs, also write -output-file, then exit")
	f.StringVar(&o.inputFile, "input-file", "./input.log", "`file` for -file-io; else overrides InputFilePath of metric_debug_file")
	f.StringVar(&o.inputField, "input-field", "content", "field `name` for its lines; else overrides FieldName")
	f.IntVar(&o.inputLimit, "input-line-limit", 1000, "`lines` to read of it, 0 for all; else overrides LineLimit")
	f.StringVar(&o.outputFile, "output-file", "./output.log", "`file` to write with -file-io")

	f.BoolVar(&o.doc, "doc", false, "write a page for each C flusher to -docpath and exit")
	f.StringVar(&o.docPath, "docpath", "./docs/en/plugins", "`folder` for -doc")
	f.BoolVar(&o.statics, "force-statics", false, "print the metrics of the C flushers to stderr before exiting")
	f.StringVar(&o.level, "logger-level", "", "`level` of log lines: debug, info, warn, error or critical")
	f.String("logger-console", "", ignored)
	f.String("logger-retain", "", ignored)
	f.Bool("ALICLOUD_LOG_STATEFULSET_FLAG", false, ignored)

	release := f.String("release", harness.V3.String(), "`host` to behave like: 1.8, 2.0 or 3.x")
	f.BoolVar(&o.once, "once", false, "exit when every input has delivered all it has")
	f.BoolVar(&o.version, "version", false, "print the versions of ilfrun and of libilf and exit")
	f.BoolVar(&o.list, "list", false, "list the C flushers and exit")
	f.StringVar(&o.explain, "explain", "", "explain the options of a flusher and exit, or one of them, as Retry.MaxDelay: `TYPE [KEY]`")
	f.StringVar(&o.check, "check", "", "report all that is wrong with the pipeline `file` (- is standard input), run nothing and exit")
	return f, release
}

// parse reads the command line, then the environment, which overrides it.
func parse(args, environ []string, usage io.Writer) (*options, error) {
	o := &options{given: map[string]bool{}}
	f, release := o.flags(usage)
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	rest := f.Args()
	if o.explain != "" && len(rest) > 0 {
		o.key, rest = rest[0], rest[1:]
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("unexpected argument %q: flags begin with -, see -help", rest[0])
	}
	given, err := harness.ParseRelease(*release)
	if err != nil {
		return nil, fmt.Errorf("-release: %w", err)
	}
	if err := override(f, environ, given == harness.V3); err != nil {
		return nil, err
	}
	if o.release, err = harness.ParseRelease(*release); err != nil {
		return nil, fmt.Errorf("LOONG_release: %w", err)
	}
	f.Visit(func(f *flag.Flag) { o.given[f.Name] = true })
	return o, nil
}
