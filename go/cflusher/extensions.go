package cflusher

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/pipeline/extensions"
)

// withExtensions are the flushers that take the native options which name
// extensions of the pipeline.
var withExtensions = map[string]bool{"flusher_c_http": true}

// extensionUse is what of a detail is done in Go, where extensions are.
type extensionUse struct {
	detail        []byte // the rest of it, for C; until Init
	authenticator string // type/id of an extension of the pipeline; "": none
	interceptor   *extensions.ExtensionConfig

	flushInterceptor extensions.FlushInterceptor // what interceptor names, after Init
}

// takeExtensions splits a detail. What it does not understand is left to C, which says
// what is wrong with it.
func takeExtensions(flusher string, detail []byte) extensionUse {
	use := extensionUse{detail: append([]byte(nil), detail...)}
	var members map[string]json.RawMessage
	if !withExtensions[flusher] || json.Unmarshal(detail, &members) != nil {
		return use
	}
	for key, value := range members {
		var config extensions.ExtensionConfig
		if json.Unmarshal(value, &config) != nil || config.Type == "" {
			continue
		}
		switch {
		case strings.EqualFold(key, "FlushInterceptor"):
			use.interceptor = &config
		case strings.EqualFold(key, "Authenticator") && strings.Contains(config.Type, "/") && len(config.Options) == 0:
			use.authenticator = config.Type
		default:
			continue
		}
		delete(members, key)
		if rest, err := json.Marshal(members); err == nil {
			use.detail = rest
		}
	}
	return use
}

// find finds the extensions in the pipeline. It returns detail with the
// authenticator's user and password, or nil when there is none.
func (use *extensionUse) find(ctx pipeline.Context, detail []byte) (changed []byte, err error) {
	if ctx == nil {
		return nil, nil
	}
	if use.interceptor != nil {
		extension, err := ctx.GetExtension(use.interceptor.Type, use.interceptor.Options)
		if err != nil {
			return nil, fmt.Errorf("detail.FlushInterceptor: %w", err)
		}
		interceptor, ok := extension.(extensions.FlushInterceptor)
		if !ok {
			return nil, fmt.Errorf("detail.FlushInterceptor: '%s' filters no groups", use.interceptor.Type)
		}
		use.flushInterceptor = interceptor
	}
	if use.authenticator == "" {
		return nil, nil
	}
	user, password, err := use.credentials(ctx)
	if err != nil {
		return nil, fmt.Errorf("detail.Authenticator: %w", err)
	}
	if strings.HasPrefix(password, "file:") { // C would read that file
		return nil, fmt.Errorf("detail.Authenticator: the password of '%s' begins with file: and would be read as the name of a file: use Auth", use.authenticator)
	}
	var members map[string]interface{}
	if err := json.Unmarshal(detail, &members); err != nil {
		return nil, err
	}
	escape := strings.NewReplacer("$", "$$") // C expands ${NAME} in them
	members["Authenticator"] = extensions.ExtensionConfig{Type: "ext_basicauth", Options: map[string]interface{}{
		"Username": escape.Replace(user), "Password": escape.Replace(password)}}
	return json.Marshal(members)
}

// credentials asks the extension by letting it sign a request that is not sent.
func (use *extensionUse) credentials(ctx pipeline.Context) (user, password string, err error) {
	extension, err := ctx.GetExtension(use.authenticator, nil)
	if err != nil {
		return "", "", err
	}
	authenticator, ok := extension.(extensions.ClientAuthenticator)
	if !ok {
		return "", "", fmt.Errorf("'%s' does not authenticate requests", use.authenticator)
	}
	var signed signedRequest
	transport, err := authenticator.RoundTripper(&signed)
	if err != nil {
		return "", "", err
	}
	request, err := http.NewRequest(http.MethodPost, "http://127.0.0.1/", http.NoBody)
	if err != nil {
		return "", "", err
	}
	if response, err := transport.RoundTrip(request); err == nil && response.Body != nil {
		_ = response.Body.Close()
	}
	if signed.Request == nil {
		return "", "", fmt.Errorf("'%s' makes no request with user and password: use Auth or Headers", use.authenticator)
	}
	user, password, ok = signed.BasicAuth()
	if !ok {
		return "", "", fmt.Errorf("'%s' signs requests of Go's HTTP client with something else than user and password: "+
			"use Auth or Headers", use.authenticator)
	}
	return user, password, nil
}

// signedRequest keeps the request that it is to send.
type signedRequest struct{ *http.Request }

var errNotSent = errors.New("not sent")

func (s *signedRequest) RoundTrip(r *http.Request) (*http.Response, error) {
	s.Request = r
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	return nil, errNotSent
}

// intercept gives the groups that the pipeline's interceptor lets through.
func (use *extensionUse) intercept(groups []*models.PipelineGroupEvents) []*models.PipelineGroupEvents {
	if use.flushInterceptor == nil {
		return groups
	}
	kept := make([]*models.PipelineGroupEvents, 0, len(groups))
	for _, group := range groups {
		if group = use.flushInterceptor.Intercept(group); group != nil {
			kept = append(kept, group)
		}
	}
	return kept
}
