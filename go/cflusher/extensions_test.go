package cflusher

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// extensionHost is a pipeline with extensions.
type extensionHost struct {
	pipeline.Context
	extensions map[string]pipeline.Extension
}

func (extensionHost) GetConfigName() string              { return "c" }
func (extensionHost) GetProject() string                 { return "p" }
func (extensionHost) GetLogstore() string                { return "l" }
func (extensionHost) GetRuntimeContext() context.Context { return context.Background() }
func (h extensionHost) GetExtension(name string, _ any) (pipeline.Extension, error) {
	if e := h.extensions[name]; e != nil {
		return e, nil
	}
	return nil, fmt.Errorf("not found extension: %s", name)
}

type extension struct{}

func (extension) Init(pipeline.Context) error { return nil }
func (extension) Description() string         { return "" }
func (extension) Stop() error                 { return nil }

// signer authenticates as the host's ext_basicauth does, or with a header.
type signer struct {
	extension
	user, password, header string
}

func (s signer) RoundTripper(base http.RoundTripper) (http.RoundTripper, error) {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if s.header != "" {
			r.Header.Set("Authorization", s.header)
		} else {
			r.SetBasicAuth(s.user, s.password)
		}
		return base.RoundTrip(r)
	}), nil
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// tagFilter lets groups through that have the tag "keep".
type tagFilter struct{ extension }

func (tagFilter) Intercept(group *models.PipelineGroupEvents) *models.PipelineGroupEvents {
	if !group.Group.Tags.Contains("keep") {
		return nil
	}
	return group
}

var host = extensionHost{extensions: map[string]pipeline.Extension{
	"ext_basicauth/user1":  signer{user: "me", password: "p$ss${HOME}:x"},
	"ext_basicauth/files":  signer{user: "me", password: "file:/etc/passwd"},
	"ext_token/1":          signer{header: "Bearer t"},
	"ext_groupinfo_filter": tagFilter{},
	"ext_plain/1":          extension{},
}}

// sinkOf answers 200 and passes on what it was sent.
func sinkOf(t *testing.T) (url string, requests <-chan *http.Request, bodies <-chan string) {
	r, b := make(chan *http.Request, 16), make(chan string, 16)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		r <- request
		b <- string(body)
	}))
	t.Cleanup(server.Close)
	return server.URL, r, b
}

func begin(t *testing.T, format string, args ...interface{}) (*Flusher, error) {
	f := &Flusher{name: "flusher_c_http"}
	if err := f.UnmarshalJSON([]byte(fmt.Sprintf(format, args...))); err != nil {
		return nil, err
	}
	if err := f.Init(host); err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = f.Stop() })
	return f, nil
}

func eventsWith(tag string) *models.PipelineGroupEvents {
	log := &models.Log{Name: "l", Tags: models.NewTags(), Contents: models.NewLogContents()}
	log.Contents.Add("content", tag)
	group := models.NewGroup(models.NewMetadata(), models.NewTags())
	group.Tags.Add(tag, "1")
	return &models.PipelineGroupEvents{Group: group, Events: []models.PipelineEvent{log}}
}

func TestAnAuthenticatorOfThePipelineSignsRequests(t *testing.T) {
	url, requests, bodies := sinkOf(t)
	f, err := begin(t, `{"RemoteURL": %q, "Proxy": "none", "authenticator": {"Type": "ext_basicauth/user1"}}`, url)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Export([]*models.PipelineGroupEvents{eventsWith("x")}, nil); err != nil {
		t.Fatal(err)
	}
	user, password, ok := (<-requests).BasicAuth()
	if !ok || user != "me" || password != "p$ss${HOME}:x" {
		t.Errorf("got %q, %q, %v", user, password, ok)
	}
	<-bodies
}

func TestAFlushInterceptorKeepsGroupsBack(t *testing.T) {
	url, _, bodies := sinkOf(t)
	f, err := begin(t, `{"RemoteURL": %q, "Proxy": "none", "AsyncIntercept": true,
		"FlushInterceptor": {"Type": "ext_groupinfo_filter", "Options": {"Tags": {"keep": {"Pattern": ".*", "Reverse": false}}}}}`, url)
	if err != nil {
		t.Fatal(err)
	}
	groups := []*models.PipelineGroupEvents{eventsWith("drop"), eventsWith("keep"), eventsWith("drop")}
	if err := f.Export(groups, nil); err != nil {
		t.Fatal(err)
	}
	if body := <-bodies; !strings.Contains(body, `"keep"`) {
		t.Errorf("got %q", body)
	}
	if err := f.Stop(); err != nil || len(bodies) > 0 {
		t.Errorf("%d more requests, %v", len(bodies), err)
	}
}

func TestAnExtensionThatCannotBeTakenOverIsNamed(t *testing.T) {
	for _, c := range []struct{ options, want string }{
		{`"Authenticator": {"Type": "ext_basicauth/user2"}`, "detail.Authenticator: not found extension: ext_basicauth/user2"},
		{`"Authenticator": {"Type": "ext_plain/1"}`, "detail.Authenticator: 'ext_plain/1' does not authenticate requests"},
		{`"Authenticator": {"Type": "ext_token/1"}`, "detail.Authenticator: 'ext_token/1' signs requests of Go's HTTP client " +
			"with something else than user and password: use Auth or Headers"},
		{`"Authenticator": {"Type": "ext_basicauth/files"}`,
			"detail.Authenticator: the password of 'ext_basicauth/files' begins with file: and would be read as the name of a file: use Auth"},
		{`"FlushInterceptor": {"Type": "ext_none"}`, "detail.FlushInterceptor: not found extension: ext_none"},
		{`"FlushInterceptor": {"Type": "ext_plain/1"}`, "detail.FlushInterceptor: 'ext_plain/1' filters no groups"},
	} {
		_, err := begin(t, `{"RemoteURL": "http://127.0.0.1:9", %s}`, c.options)
		if err == nil || !strings.HasSuffix(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "flusher_c_http: ") {
			t.Errorf("%s: got %v, want %q", c.options, err, c.want)
		}
	}
}

func TestACheckAcceptsWhatTheShimTakesOver(t *testing.T) {
	detail := `{"RemoteURL": "http://127.0.0.1:9", "Authenticator": {"Type": "ext_basicauth/user1"},
		"FlushInterceptor": {"Type": "ext_groupinfo_filter"}}`
	if wrong := (&Flusher{name: "flusher_c_http"}).Check([]byte(detail)); len(wrong) > 0 {
		t.Errorf("got %q", wrong)
	}
	detail = `{"RemoteURL": "http://127.0.0.1:9", "FlushInterceptor": {"Type": "x"}, "Timeoot": "1s"}`
	wrong := (&Flusher{name: "flusher_c_http"}).Check([]byte(detail))
	if len(wrong) != 1 || !strings.HasPrefix(wrong[0], "detail.Timeoot: no such option") {
		t.Errorf("got %q", wrong)
	}
}
