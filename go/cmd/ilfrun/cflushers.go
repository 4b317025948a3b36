// All that ilfrun knows about the C flushers. Importing their package registers them.

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"text/tabwriter"

	"ilf.local/go/cflusher"
)

const stdoutFlusher = "flusher_c_stdout"

// fileFlusher writes a file that does not roll.
func fileFlusher(path string) plugin {
	p := plugin{Type: stdoutFlusher}
	p.set("FileName", path)
	p.set("MaxSize", int64(1)<<40)
	return p
}

// writesToConsole tells whether a flusher's lines would run into a progress line
// on the same terminal.
func writesToConsole(configs []json.RawMessage) bool {
	for _, text := range configs {
		var config pipelineConfig
		_ = json.Unmarshal(text, &config) // it was decoded before
		for _, flusher := range config.plugins("flushers") {
			if flusher.is(stdoutFlusher, "flusher_stdout") && flusher.flag("OnlyStdout") {
				return true
			}
		}
	}
	return false
}

// tell answers the flags that print something and end.
func (o *options) tell(stdout io.Writer) error {
	switch {
	case o.version:
		return tellVersion(stdout)
	case o.list:
		return listFlushers(stdout)
	case o.explain != "":
		return explainFlusher(stdout, o.explain, o.key)
	}
	return writePages(o.docPath)
}

// version is set by the Makefile.
var version = "of an unknown build"

func tellVersion(out io.Writer) error {
	library := "without libilf"
	if path := cflusher.LibraryPath(); path != "" {
		library = fmt.Sprintf("libilf %s, %s", cflusher.LibraryVersion(), path)
	}
	_, err := fmt.Fprintf(out, "ilfrun %s, %s\n", version, library)
	return err
}

func listFlushers(out io.Writer) error {
	infos, err := cflusher.List()
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, info := range infos {
		fmt.Fprintf(table, "%s\t%s\n", info.Name, info.Description)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "\nlibrary: %s\n", cflusher.LibraryPath())
	return err
}

func explainFlusher(out io.Writer, typ, key string) error {
	text, err := cflusher.Explain(typ, key)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, text)
	return err
}

// writePages is -doc: a page for each flusher.
func writePages(folder string) error {
	infos, err := cflusher.List()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	for _, info := range infos {
		text, err := cflusher.Explain(info.Name, "")
		if err != nil {
			return err
		}
		page := fmt.Sprintf("# %s\n\n```\n%s```\n", info.Name, text)
		if err := os.WriteFile(filepath.Join(folder, info.Name+".md"), []byte(page), 0o666); err != nil {
			return err
		}
	}
	return nil
}

func flusherMetrics() string { return cflusher.Metrics() }

func serveMetrics(w http.ResponseWriter, r *http.Request) { cflusher.ServeMetrics(w, r) }
