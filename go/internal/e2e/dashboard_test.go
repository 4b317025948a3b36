package e2e

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// datasource is how a panel names where its data are.
type datasource struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

type dashboard struct {
	UID           string `json:"uid"`
	Title         string `json:"title"`
	SchemaVersion int    `json:"schemaVersion"`
	Templating    struct {
		List []struct {
			Name       string          `json:"name"`
			Type       string          `json:"type"`
			Query      json.RawMessage `json:"query"`
			Definition string          `json:"definition"`
		} `json:"list"`
	} `json:"templating"`
	Panels []struct {
		ID         int        `json:"id"`
		Type       string     `json:"type"`
		Title      string     `json:"title"`
		Datasource datasource `json:"datasource"`
		GridPos    struct {
			X, Y, W, H int
		} `json:"gridPos"`
		Targets []struct {
			RefID      string     `json:"refId"`
			Datasource datasource `json:"datasource"`
			Expr       string     `json:"expr"`
		} `json:"targets"`
	} `json:"panels"`
}

// skippedMetrics are on no panel because others say the same.
var skippedMetrics = map[string]bool{"ilf_flusher_checker_records_total": true}

func TestTheDashboardShowsEveryMetricAndNoneThatDoesNotExist(t *testing.T) {
	var d dashboard
	if err := json.Unmarshal([]byte(readDoc(t, "grafana-dashboard.json")), &d); err != nil {
		t.Fatal(err)
	}
	there, _ := readPage(t, livePage(t))
	known := kafkaMetrics(t)
	for metric, is := range there {
		known[metric] = is
	}
	shown := map[string]bool{}
	for _, panel := range d.Panels {
		for _, target := range panel.Targets {
			metrics := usedMetrics(target.Expr)
			if len(metrics) == 0 || strings.Count(target.Expr, "(") != strings.Count(target.Expr, ")") {
				t.Errorf("%s: %s queries nothing", panel.Title, target.Expr)
			}
			for _, metric := range metrics {
				requireMetric(t, panel.Title, metric, known)
				shown[strings.TrimSuffix(metric, "_bucket")] = true
				counts := strings.HasPrefix(known[metric], "counter") || strings.HasSuffix(metric, "_bucket")
				if counts != strings.Contains(target.Expr, "rate("+metric) {
					t.Errorf("%s: %s is no rate of a counter, or one of a gauge", panel.Title, target.Expr)
				}
			}
		}
	}
	for metric := range there {
		if !shown[metric] && !skippedMetrics[metric] {
			t.Errorf("no panel shows %s", metric)
		}
	}
	for _, variable := range d.Templating.List {
		for _, metric := range usedMetrics(variable.Definition) {
			requireMetric(t, "$"+variable.Name, metric, there)
		}
	}
}

// kafkaMetrics are those that flusher_c_kafka has once it knows brokers, from its sources.
func kafkaMetrics(t *testing.T) families {
	found := families{}
	for _, file := range []string{"stats.c", "kafka.c", "flight.c", "sender.c", "producer.c"} {
		text, err := os.ReadFile("../../../flushers/kafka/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`"(kafka_[a-z_]+)"`).FindAllStringSubmatch(string(text), -1) {
			is := "gauge"
			if strings.HasSuffix(name[1], "_total") {
				is = "counter"
			}
			found["ilf_flusher_"+name[1]] = is
		}
	}
	return found
}

func TestTheDashboardAsksForItsDataSourceAndItsPanelsDoNotOverlap(t *testing.T) {
	var d dashboard
	if err := json.Unmarshal([]byte(readDoc(t, "grafana-dashboard.json")), &d); err != nil {
		t.Fatal(err)
	}
	if d.UID == "" || d.Title == "" || d.SchemaVersion < 36 || len(d.Panels) == 0 { // 36 is Grafana 9's first
		t.Errorf("uid %q, title %q, schema %d, %d panels", d.UID, d.Title, d.SchemaVersion, len(d.Panels))
	}
	if first := d.Templating.List[0]; first.Name != "datasource" || first.Type != "datasource" || string(first.Query) != `"prometheus"` {
		t.Errorf("the first variable is %+v", first)
	}
	chosen := datasource{"prometheus", "${datasource}"}
	ids, cells := map[int]bool{}, map[[2]int]string{}
	for _, panel := range d.Panels {
		if ids[panel.ID] || panel.Datasource != chosen || panel.Type != "timeseries" || len(panel.Targets) == 0 {
			t.Errorf("%s: id %d, %+v, %s", panel.Title, panel.ID, panel.Datasource, panel.Type)
		}
		ids[panel.ID] = true
		refs := map[string]bool{}
		for _, target := range panel.Targets {
			if target.Datasource != chosen || refs[target.RefID] {
				t.Errorf("%s: target %s", panel.Title, target.RefID)
			}
			refs[target.RefID] = true
		}
		place := panel.GridPos
		if place.X < 0 || place.W <= 0 || place.H <= 0 || place.X+place.W > 24 {
			t.Errorf("%s: stands at %+v", panel.Title, place)
		}
		for x := place.X; x < place.X+place.W; x++ {
			for y := place.Y; y < place.Y+place.H; y++ {
				if other := cells[[2]int{x, y}]; other != "" {
					t.Fatalf("%s lies over %s", panel.Title, other)
				}
				cells[[2]int{x, y}] = panel.Title
			}
		}
	}
}
