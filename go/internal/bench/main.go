// Command bench measures the bridge, each row against a floor of the same run,
// prints a table for people and writes the rows as JSON. The rows of the C side
// come from the program tests/bench/bench.c.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Row is one figure.
type Row struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Floor float64 `json:"floor"` // in the same unit; 0: none
	Ratio float64 `json:"ratio"` // of value and floor, so that better is what the target says
}

// targets are what the project wants to reach. They are shown, not enforced: a
// busy machine is no error.
var targets = map[string]struct {
	text string
	met  func(Row) bool
}{
	"handover_view_ns_per_pair":     {"<= 15", func(r Row) bool { return r.Value <= 15 }},
	"flush_go_allocs":               {"0", func(r Row) bool { return r.Value == 0 }},
	"crossings_per_flush":           {"1", func(r Row) bool { return r.Value == 1 }},
	"json_gb_per_s":                 {">= 1.5", func(r Row) bool { return r.Value >= 1.5 }},
	"format_custom_single_gb_per_s": {">= 1.0", func(r Row) bool { return r.Value >= 1.0 }},
	"format_otlp_gb_per_s":          {">= 1.0", func(r Row) bool { return r.Value >= 1.0 }},
	"file_vs_write":                 {"ratio >= 0.5", func(r Row) bool { return r.Ratio >= 0.5 }},
	"file_cpu_vs_write_per_record":  {"ratio <= 0.6", func(r Row) bool { return r.Ratio <= 0.6 }},
	"http_record_1conn":             {"ratio >= 0.95", func(r Row) bool { return r.Ratio >= 0.95 }},
	"http_record_1conn_cpu":         {"ratio <= 1.2", func(r Row) bool { return r.Ratio <= 1.2 }},
	"http_record_4conn":             {"ratio >= 0.95", func(r Row) bool { return r.Ratio >= 0.95 }},
	"http_record_4conn_cpu":         {"ratio <= 1.2", func(r Row) bool { return r.Ratio <= 1.2 }},
	"http_1mb":                      {"ratio >= 0.8", func(r Row) bool { return r.Ratio >= 0.8 }},
	"http_1mb_pipeline":             {"ratio >= 0.8", func(r Row) bool { return r.Ratio >= 0.8 }},
	"http_1mb_cpu":                  {"ratio <= 5", func(r Row) bool { return r.Ratio <= 5 }},
	"http_rss_queue_full":           {"<= 94", func(r Row) bool { return r.Value <= 94 }},
	"throttle_5pct":                 {"ratio >= 0.8", func(r Row) bool { return r.Ratio >= 0.8 }},
	"throttle_50pct":                {"ratio >= 0.2", func(r Row) bool { return r.Ratio >= 0.2 }},
	"throttle_100pct":               {"ratio <= 1", func(r Row) bool { return r.Ratio <= 1 }},
	"stuck_unsendable_cpu":          {"<= 0.02", func(r Row) bool { return r.Value <= 0.02 }},
	"stuck_sink_down_cpu":           {"<= 0.02", func(r Row) bool { return r.Value <= 0.02 }},
	"kafka":                         {"ratio >= 0.9", func(r Row) bool { return r.Ratio >= 0.9 }},
	"kafka_cpu":                     {"ratio <= 3", func(r Row) bool { return r.Ratio <= 3 }},
	"kafka_acks_1":                  {"ratio >= 0.9", func(r Row) bool { return r.Ratio >= 0.9 }},
	"kafka_acks_1_cpu":              {"ratio <= 3", func(r Row) bool { return r.Ratio <= 3 }},
	"kafka_sarama_per_cpu":          {"ratio >= 5", func(r Row) bool { return r.Ratio >= 5 }},
	"kafka_rss_queue_full":          {"<= 94", func(r Row) bool { return r.Value <= 94 }},
	"load_50_plugins_ms":            {"< 50", func(r Row) bool { return r.Value < 50 }},
	"letters_stuck_cpu_percent":     {"<= 2", func(r Row) bool { return r.Value <= 2 }},
	"letters_locked_cpu_percent":    {"<= 2", func(r Row) bool { return r.Value <= 2 }},
	"spool_write_sync_batch":        {"ratio >= 0.8", func(r Row) bool { return r.Ratio >= 0.8 }},
	"spool_write_sync_never":        {"ratio >= 0.8", func(r Row) bool { return r.Ratio >= 0.8 }},
	"spool_read":                    {"ratio >= 0.8", func(r Row) bool { return r.Ratio >= 0.8 }},
	"spool_open_1gb_of_64k":         {"<= 1000", func(r Row) bool { return r.Value <= 1000 }},
	"spool_open_1gb_of_1k":          {"<= 1000", func(r Row) bool { return r.Value <= 1000 }},
	"reload_1_8_seconds":            {"< 1", func(r Row) bool { return r.Value < 1 }},
	"reload_1_8_lost":               {"0", func(r Row) bool { return r.Value == 0 }},
	"reload_3_x_seconds":            {"< 1", func(r Row) bool { return r.Value < 1 }},
	"reload_3_x_lost":               {"0", func(r Row) bool { return r.Value == 0 }},
}

func main() {
	programs := flag.String("c", "", "the C benchmarks of tests/bench, separated by commas; empty: the rows of Kafka alone")
	folder := flag.String("dir", ".", "where it may write its files")
	flusher := flag.String("kafka", "", "the program that runs flusher_c_kafka; empty: there is none")
	performance := flag.String("rdkafka-performance", "", "librdkafka's own tool")
	sarama := flag.String("sarama", "", "what the native flusher does")
	out := flag.String("o", "bench.json", "file for the rows")
	flag.Parse()
	rows, err := bridgeRows(*programs, *folder)
	if err == nil {
		var more []Row
		more, err = kafkaRows(*flusher, *performance, *sarama)
		rows = append(rows, more...)
	}
	if err == nil {
		err = write(*out, rows)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	table(rows)
}

func bridgeRows(programs, folder string) ([]Row, error) {
	if programs == "" {
		return nil, nil
	}
	rows := goRows()
	for _, program := range strings.Split(programs, ",") {
		more, err := cRows(program, folder)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	more, err := reloadRows()
	return append(rows, more...), err
}

func cRows(program, folder string) (rows []Row, err error) {
	command := exec.Command(program, folder)
	command.Stderr = os.Stderr
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	lines := bufio.NewScanner(bytes.NewReader(output))
	for lines.Scan() {
		var row Row
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			return nil, fmt.Errorf("%s printed %q: %w", program, lines.Text(), err)
		}
		rows = append(rows, row)
	}
	return rows, lines.Err()
}

func write(path string, rows []Row) error {
	text, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

func table(rows []Row) {
	fmt.Printf("%-30s %12s  %-10s %12s %9s  %-14s\n", "", "value", "unit", "floor", "ratio", "target")
	for _, row := range rows {
		mark, text := "", ""
		if target, ok := targets[row.Name]; ok {
			text, mark = target.text, "  missed"
			if target.met(row) {
				mark = "  met"
			}
		}
		fmt.Printf("%-30s %12.4g  %-10s %12.4g %9.3g  %s%s\n", row.Name, row.Value, row.Unit, row.Floor, row.Ratio, text, mark)
	}
}
