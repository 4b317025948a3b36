package vector

import (
	"fmt"
	"path/filepath"
)

// Covered are the files that some test reads; the others wait for the flushers
// that they are about.
var Covered = map[string]bool{
	"stdout_v1.jsonl":      true,
	"stdout_v2.jsonl":      true,
	"stdout_rolling.jsonl": true,
	"detail_json.jsonl":    true,
	"converter_v1.jsonl":   true,
	"converter_v2.jsonl":   true,
	"fmtstr.jsonl":         true,
	"http_requests.jsonl":  true,
	"kafka_v2.jsonl":       true,
}

// Summary is the line that tells how a file went.
func Summary(name string, cases, failed int) string {
	return fmt.Sprintf("vectors %s: %d cases, %d passed, %d failed\n", name, cases, cases-failed, failed)
}

// NotCovered lists the files in the folder that no test reads yet.
func NotCovered() ([]string, error) {
	files, err := filepath.Glob(filepath.Join(Folder(), "*.jsonl"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, file := range files {
		if name := filepath.Base(file); !Covered[name] {
			names = append(names, name)
		}
	}
	return names, nil
}
