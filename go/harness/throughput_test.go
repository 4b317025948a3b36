package harness

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkFile measures lines of a file, split, to a flusher that does nothing.
func BenchmarkFile(b *testing.B) {
	for _, generation := range []string{"v1", "v2"} {
		b.Run(generation, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "lines")
			line := strings.Repeat("x", 99) + "\n"
			if err := os.WriteFile(path, []byte(strings.Repeat(line, b.N)), 0o600); err != nil {
				b.Fatal(err)
			}
			agent := New(Config{Release: V3, Once: true, Logf: b.Logf})
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			b.ResetTimer()
			err := agent.Run(LoadedConfig{ConfigName: "bench", JSONStr: fmt.Sprintf(`{
				"global": {"StructureType": %q},
				"processors": [{"type": "processor_split_log_string"}],
				"inputs": [{"type": "metric_debug_file", "detail": {"InputFilePath": %q, "LineLimit": 0}}],
				"flushers": [{"type": "flusher_test_null"}]}`, generation, path)})
			if err != nil {
				b.Fatal(err)
			}
			<-agent.Delivered()
			if err := agent.StopAll(); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			if got := agent.Stats().Records; got != uint64(b.N) {
				b.Fatalf("%d records of %d arrived", got, b.N)
			}
		})
	}
}
