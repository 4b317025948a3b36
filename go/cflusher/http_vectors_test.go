package cflusher_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"reflect"
	"sort"
	"strings"
	"testing"

	"ilf.local/go/cflusher"
	"ilf.local/go/internal/vector"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// sent runs a case against a server of its own: what the server was sent, and the error of Init.
func sent(t *testing.T, c *vector.Case, want int) ([]vector.Request, []string, error) {
	server := vector.NewServer(t, c.Statuses)
	config := map[string]interface{}{}
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(c.Config), "${SERVER}", server.URL)), &config); err != nil {
		t.Fatal(err)
	}
	retry, _ := config["Retry"].(map[string]interface{})
	if retry != nil && retry["MaxRetryTimes"] == nil && retry["Enable"] == nil {
		retry["MaxRetryTimes"] = 3 // the native default; ours is without end
	}
	f := pipeline.Flushers["flusher_c_http"]().(*cflusher.Flusher)
	if err := f.UnmarshalJSON(encode(t, config)); err != nil {
		return nil, nil, err
	}
	if err := f.Init(nil); err != nil {
		return nil, nil, err
	}
	if len(c.Inputs) > 0 {
		var groups []*models.PipelineGroupEvents
		for _, input := range c.Inputs {
			groups = append(groups, input.Models())
		}
		_ = f.Export(groups, nil)
	} else {
		_ = f.Flush("", "", "", c.LogGroups(t))
	}
	server.Await(want)
	if err := f.Stop(); err != nil {
		t.Error(err)
	}
	requests, hosts := server.Requests()
	return requests, hosts, nil
}

func compareRequests(t *testing.T, got, want []vector.Request) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d requests, want %d: %+v", len(got), len(want), got)
	}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("request %d\n got %+v\n     %s\nwant %+v\n     %s", i, got[i],
				vector.Bytes(t, got[i].Body), want[i], vector.Bytes(t, want[i].Body))
		}
	}
}

// distinct are the requests in the order of their bodies, each once.
func distinct(requests []vector.Request) (once []vector.Request) {
	sort.SliceStable(requests, func(i, j int) bool { return requests[i].Body < requests[j].Body })
	for i, request := range requests {
		if i == 0 || request.Body != requests[i-1].Body {
			once = append(once, request)
		}
	}
	return once
}

// cutZstd leaves the magic of bodies in zstd, which nothing here decompresses.
func cutZstd(t *testing.T, requests []vector.Request) {
	for i := range requests {
		if requests[i].Headers["Content-Encoding"] != nil && requests[i].Headers["Content-Encoding"][0] == "zstd" {
			requests[i].Body = base64.StdEncoding.EncodeToString(vector.Bytes(t, requests[i].Body)[:4])
		}
	}
}

// showOTLP puts what bodies of OTLP say in their place, without the time at which it is said.
func showOTLP(t *testing.T, requests []vector.Request) {
	for i := range requests {
		if reflect.DeepEqual(requests[i].Headers["Content-Type"], []string{"application/x-protobuf"}) {
			body := decode(t, "Request", string(vector.Bytes(t, requests[i].Body)))
			body.Walk(func(f *vector.Field) { f.Remove("observed_time") })
			requests[i].Body = base64.StdEncoding.EncodeToString([]byte(body.String()))
		}
	}
}

// utf8Body is a native body as ours is, see utf8Only.
func utf8Body(c *vector.Case, body string) string {
	var options struct{ Convert vector.Convert }
	if json.Unmarshal(c.Config, &options) != nil {
		return body
	}
	return utf8Only(options.Convert, []string{body})[0]
}

func TestVectorsHTTP(t *testing.T) {
	seen := 0
	vector.Read(t, "http_requests.jsonl", func(t *testing.T, c *vector.Case) {
		want, refused := c.Expect.Requests, c.Expect.InitError+c.Expect.ConfigError != ""
		d, differs := differences[c.ID]
		if differs {
			seen++
			if refused = d.refused != ""; !refused {
				want = d.instead(want)
			}
		}
		for i := range want {
			want[i].Body = base64.StdEncoding.EncodeToString([]byte(utf8Body(c, string(vector.Bytes(t, want[i].Body)))))
		}
		got, hosts, err := sent(t, c, len(want))
		if (err != nil) != refused || err != nil && !strings.Contains(err.Error(), d.refused) {
			t.Fatalf("init: %v, natively %q", err, c.Expect.InitError+c.Expect.ConfigError)
		}
		cutZstd(t, got)
		showOTLP(t, got)
		if d.why == interleave && len(got) == len(want) { // which of them failed depends on the order
			got, want = distinct(got), distinct(want)
		}
		compareRequests(t, got, want)
		if d.check != nil {
			d.check(t, got, hosts)
		}
	})
	if seen != len(differences) && os.Getenv("ILF_VECTORS") == "" {
		t.Errorf("%d of %d differences are cases of the file", seen, len(differences))
	}
}
