// The extension ext_basicauth, which pipelines name as the Authenticator of flusher_http.

package harness

import (
	"net/http"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// basicAuth has the options of the host's.
type basicAuth struct{ Username, Password string }

func init() {
	pipeline.AddExtensionCreator("ext_basicauth", func() pipeline.Extension { return &basicAuth{} })
}

func (*basicAuth) Init(pipeline.Context) error { return nil }
func (*basicAuth) Description() string         { return "signs requests with user and password" }
func (*basicAuth) Stop() error                 { return nil }

// RoundTripper adds user and password to the requests that it sends by base.
func (b *basicAuth) RoundTripper(base http.RoundTripper) (http.RoundTripper, error) {
	return &basicAuthTransport{b, base}, nil
}

type basicAuthTransport struct {
	*basicAuth
	base http.RoundTripper
}

func (t *basicAuthTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	signed := request.Clone(request.Context())
	signed.SetBasicAuth(t.Username, t.Password)
	return t.base.RoundTrip(signed)
}
