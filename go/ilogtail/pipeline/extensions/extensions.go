// Package extensions declares what extensions of a pipeline can do for its
// other plugins: what the releases of the host agree on.
package extensions

import (
	"net/http"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// ExtensionConfig names an extension, and configures one that is made for it.
type ExtensionConfig struct {
	Type    string
	Options map[string]interface{}
}

// RequestInterceptor stands between a client of HTTP and its transport.
type RequestInterceptor interface {
	RoundTripper(base http.RoundTripper) (http.RoundTripper, error)
}

// ClientAuthenticator says who sends a request.
type ClientAuthenticator interface {
	RequestInterceptor
}

// FlushInterceptor changes or takes away groups before they are sent.
type FlushInterceptor interface {
	// Intercept returns nil for a group that shall not be sent.
	Intercept(group *models.PipelineGroupEvents) *models.PipelineGroupEvents
}

// Decoder makes data of requests.
type Decoder interface {
	Decode(data []byte, req *http.Request, tags map[string]string) ([]*protocol.Log, error)
	DecodeV2(data []byte, req *http.Request) ([]*models.PipelineGroupEvents, error)
	ParseRequest(res http.ResponseWriter, req *http.Request, maxBodySize int64) ([]byte, int, error)
}
