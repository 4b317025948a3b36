package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"sort"
	"strings"
	"testing"

	"ilf.local/go/cflusher"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// families are the metrics of a page by name: "type label,label", without the
// labels that all have.
type families map[string]string

var (
	typeLine   = regexp.MustCompile(`^# TYPE (\S+) (\S+)$`)
	seriesLine = regexp.MustCompile(`^(\w+)\{flusher="[^"]*",config="[^"]*",project="[^"]*",logstore="[^"]*",instance="[^"]*"(.*)\} \S+$`)
	labelPart  = regexp.MustCompile(`,(\w+)="((?:[^"\\]|\\.)*)"`)
)

// readPage reads a page of metrics, and the reasons for drops on it.
func readPage(t *testing.T, page string) (families, []string) {
	t.Helper()
	types, labels, reasons := families{}, map[string]map[string]bool{}, map[string]bool{}
	family := ""
	for _, line := range strings.Split(strings.TrimSuffix(page, "\n"), "\n") {
		if parts := typeLine.FindStringSubmatch(line); parts != nil {
			family = parts[1]
			types[family], labels[family] = parts[2], map[string]bool{}
		} else if parts := seriesLine.FindStringSubmatch(line); parts != nil {
			for _, label := range labelPart.FindAllStringSubmatch(parts[2], -1) {
				labels[family][label[1]] = true
				if label[1] == "reason" {
					reasons[label[2]] = true
				}
			}
		} else if !strings.HasPrefix(line, "# HELP ") {
			t.Errorf("a line of the page that is none: %q", line)
		}
	}
	for name := range types {
		types[name] += " " + strings.Join(sorted(labels[name]), ",")
	}
	return types, sorted(reasons)
}

func sorted(set map[string]bool) []string {
	var all []string
	for name := range set {
		all = append(all, name)
	}
	sort.Strings(all)
	return all
}

// livePage is what ilf_metrics gives for one flusher that calls its sink at
// once, one with a counter of its own, one that queues and has a spool, and one
// that reads the answers of OTLP.
func livePage(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { /* takes all */ }))
	t.Cleanup(server.Close)
	for _, c := range []struct{ name, detail string }{
		{"flusher_c_null", "{}"},
		{"flusher_c_checker", "{}"},
		{"flusher_c_http", fmt.Sprintf(`{"RemoteURL": %q, "Spool": {"Path": %q}}`, server.URL, t.TempDir()+"/spool")},
		{"flusher_c_http", fmt.Sprintf(`{"RemoteURL": %q, "Body": "ndjson", "Convert": {"Protocol": "otlp_v1", "Encoding": "protobuf"}}`, server.URL)},
	} {
		f := pipeline.Flushers[c.name]().(*cflusher.Flusher)
		t.Cleanup(func() { _ = f.Stop() })
		if err := json.Unmarshal([]byte(c.detail), f); err != nil {
			t.Fatal(err)
		}
		if err := f.Init(nil); err != nil {
			t.Fatal(err)
		}
	}
	return cflusher.Metrics()
}

func readDoc(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	metricRow = regexp.MustCompile("(?m)^\\| `(ilf_\\w+)` \\| (\\w+) \\|([^|]*)\\| [^|]+ \\|$")
	reasonRow = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| [^|]+ \\| [^|]+ \\|$")
)

func TestThePagesOfMetricsHaveWhatThereIsAndNothingElse(t *testing.T) {
	want, wantReasons := readPage(t, livePage(t))
	for _, name := range []string{"metrics.md", "metrics.zh-CN.md"} {
		text, got := readDoc(t, name), families{}
		for _, row := range metricRow.FindAllStringSubmatch(text, -1) {
			if _, twice := got[row[1]]; twice {
				t.Errorf("%s: %s is there twice", name, row[1])
			}
			got[row[1]] = row[2] + " " + strings.Trim(strings.TrimSpace(row[3]), "`")
		}
		for metric, is := range want {
			if got[metric] != is {
				t.Errorf("%s: %s is %q, and on the page %q", name, metric, is, got[metric])
			}
		}
		for metric := range got {
			if _, there := want[metric]; !there {
				t.Errorf("%s: there is no %s", name, metric)
			}
		}
		reasons := map[string]bool{}
		for _, row := range reasonRow.FindAllStringSubmatch(text, -1) {
			reasons[row[1]] = true
		}
		if strings.Join(sorted(reasons), " ") != strings.Join(wantReasons, " ") {
			t.Errorf("%s: has the reasons %v, there are %v", name, sorted(reasons), wantReasons)
		}
		for _, metric := range usedMetrics(text) {
			requireMetric(t, name, metric, want)
		}
	}
}

var metricName = regexp.MustCompile(`\bilf_[a-z_]*[a-z]\b`)

// notMetrics are words of the pages that look like some.
var notMetrics = map[string]bool{"ilf_metrics": true, "ilf_flusher": true}

func usedMetrics(text string) (names []string) {
	for _, name := range metricName.FindAllString(text, -1) {
		if !notMetrics[name] {
			names = append(names, name)
		}
	}
	return names
}

// requireMetric knows the series of histograms too.
func requireMetric(t *testing.T, where, name string, there families) {
	t.Helper()
	base := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
	if _, ok := there[name]; !ok && !strings.HasPrefix(there[base], "histogram") {
		t.Errorf("%s: uses %s, which does not exist", where, name)
	}
}
