package cflusher_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ilf.local/go/cflusher"
)

// letterOf is a dead letter as flusher_c_http would have written it.
func letterOf(url, body string) string {
	return fmt.Sprintf(`{"flusher":"flusher_c_http","encoded":true,"events":1,"destination":%q,"body":%q}`, url, body)
}

func TestADeadLetterIsSentAgainAndOtherLinesAreRefused(t *testing.T) {
	got := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- string(body)
	}))
	defer server.Close()
	f, err := configure(t, "flusher_c_http", fmt.Sprintf(`{"RemoteURL":%q}`, server.URL))
	if err == nil {
		err = f.Init(newContext())
	}
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"": "flusher_c_http: is no JSON",
		`{"flusher":"flusher_c_http","encoded":false,"destination":"","body":"x"}`: "never had the sink's form",
		strings.Replace(letterOf("", "x"), "http", "kafka", 1):                     "is a dead letter of flusher_c_kafka",
	} {
		if err := f.Replay([]byte(line)); !errors.Is(err, cflusher.ErrDrop) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", line, err, want)
		}
	}
	if err := f.Replay([]byte(letterOf("", "again"))); err != nil {
		t.Fatal(err)
	}
	if err := f.Stop(); err != nil {
		t.Error(err)
	}
	select {
	case body := <-got:
		if body != "again" {
			t.Errorf("the server got %q", body)
		}
	default:
		t.Error("the server got nothing")
	}
	if err := f.Replay([]byte(letterOf("", "late"))); err == nil {
		t.Error("replay after stop succeeded")
	}
}
