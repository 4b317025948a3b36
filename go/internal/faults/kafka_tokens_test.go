package faults

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// signer makes the tokens that the broker believes.
type signer struct{ key *rsa.PrivateKey }

func raw(bytes []byte) string { return base64.RawURLEncoding.EncodeToString(bytes) }

// keys makes the key, and writes a file of it for the broker.
func (s *signer) keys(t *testing.T, dir string) string {
	t.Helper()
	var err error
	s.key, err = rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	path := filepath.Join(dir, "keys.json")
	text := fmt.Sprintf(`{"keys":[{"kty":"RSA","kid":"k","alg":"RS256","use":"sig","n":%q,"e":"AQAB"}]}`, raw(s.key.N.Bytes()))
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// token is a JWT.
func (s *signer) token(claims table) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	text := raw([]byte(`{"alg":"RS256","kid":"k","typ":"JWT"}`)) + "." + raw(payload)
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, digest[:])
	if err != nil {
		panic(err)
	}
	return text + "." + raw(signature)
}

// tokens is a token server, which knows one client.
type tokens struct {
	*httptest.Server
	life     time.Duration
	audience atomic.Value // string
	hangs    bool
	asked    atomic.Int64 // requests
	given    atomic.Int64 // tokens
}

func newTokens() *tokens {
	s := &tokens{life: time.Hour}
	s.audience.Store("kafka")
	s.Server = httptest.NewUnstartedServer(s)
	return s
}

// at starts it at an address, or at any; with TLS if there is a certificate.
func (s *tokens) at(t *testing.T, address string, certificates ...tls.Certificate) *tokens {
	t.Helper()
	if address != "" {
		_ = s.Listener.Close()
		listener, err := net.Listen("tcp", address)
		must(t, err)
		s.Listener = listener
	}
	if len(certificates) > 0 {
		s.TLS = &tls.Config{Certificates: certificates}
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

func (s *tokens) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	w.Header().Set("Content-Type", "application/json")
	id, secret, _ := r.BasicAuth()
	secret, _ = url.QueryUnescape(secret) // RFC 6749, section 2.3.1
	switch {
	case s.hangs:
		_ = r.ParseForm() // else it is not noticed when the client goes
		<-r.Context().Done()
	case r.Method != http.MethodPost || r.PostFormValue("grant_type") != "client_credentials" || r.PostFormValue("scope") != "logs write":
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_request"}`)
	case id != "agent" || secret != "hu+sh/":
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":"invalid_client"}`)
	default:
		now := time.Now()
		text := someBroker.signer.token(table{"iss": "tokens", "aud": s.audience.Load(), "sub": id, "scope": "logs write",
			"iat": now.Unix(), "exp": now.Add(s.life).Unix()})
		s.given.Add(1)
		fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":%d}`, text, int(s.life.Seconds()))
	}
}

// by is Authentication with tokens from there, and more.
func by(url, secret string, more ...table) table {
	bearer := table{"TokenURL": url, "ClientID": "agent", "ClientSecret": secret, "Scope": "logs write"}
	for _, part := range more {
		for key, value := range part {
			bearer[key] = value
		}
	}
	return table{"OAuthBearer": bearer}
}
