package vector

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// Request is one that a server was sent, as the vectors describe it.
type Request struct {
	Method, Path, Query string
	Headers             map[string][]string
	Body                string `json:"body_b64"`
	Compression         string `json:"body_compression"`
}

// Server answers like the one that the vectors were recorded with.
type Server struct {
	*httptest.Server
	statuses []int
	mu       sync.Mutex
	requests []Request
	hosts    []string
}

// NewServer starts a server that gives statuses first, then 200.
func NewServer(t *testing.T, statuses []int) *Server {
	s := &Server{statuses: statuses}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	request := Request{Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Headers: r.Header}
	if err == nil {
		body, request.Compression, err = decompress(r.Header, body)
	}
	if err != nil {
		body = []byte("can't be read: " + err.Error())
	}
	request.Body = base64.StdEncoding.EncodeToString(body)
	for _, name := range []string{"Accept-Encoding", "Accept", "Content-Length"} {
		r.Header.Del(name)
	}
	s.mu.Lock()
	n := len(s.requests)
	s.requests = append(s.requests, request)
	s.hosts = append(s.hosts, r.Host)
	s.mu.Unlock()
	if n < len(s.statuses) {
		w.WriteHeader(s.statuses[n])
	}
}

// Requests are those that came so far, and the hosts that they name.
func (s *Server) Requests() ([]Request, []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...), append([]string(nil), s.hosts...)
}

// Await waits until n requests have come, but not for ever.
func (s *Server) Await(n int) {
	for over := time.Now().Add(5 * time.Second); time.Now().Before(over); time.Sleep(time.Millisecond) {
		if requests, _ := s.Requests(); len(requests) >= n {
			return
		}
	}
}

func decompress(header http.Header, body []byte) ([]byte, string, error) {
	switch header.Get("Content-Encoding") {
	case "gzip":
		reader, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, "", err
		}
		body, err = io.ReadAll(reader)
		return body, "gzip", err
	case "snappy":
		body, err := unsnap(body)
		return body, "snappy-block", err
	}
	return body, "none", nil
}

// unsnap decodes snappy's block format: a length, then literals and copies.
func unsnap(in []byte) ([]byte, error) {
	broken := fmt.Errorf("broken snappy of %d bytes", len(in))
	length, n := binary.Uvarint(in)
	if n <= 0 {
		return nil, broken
	}
	var out []byte
	for in = in[n:]; len(in) > 0; {
		size, extra := int(in[0]>>2)+1, 0
		offset := 0
		switch in[0] & 3 {
		case 0:
			if size > 60 {
				extra = size - 60
			}
		case 1:
			size, offset, extra = int(in[0]>>2&7)+4, int(in[0]>>5)<<8, 1
		case 2:
			extra = 2
		case 3:
			extra = 4
		}
		if len(in) < 1+extra {
			return nil, broken
		}
		number := 0
		for i := extra; i > 0; i-- {
			number = number<<8 | int(in[i])
		}
		literal := in[0]&3 == 0
		in = in[1+extra:]
		if literal {
			if extra > 0 {
				size = number + 1
			}
			if len(in) < size {
				return nil, broken
			}
			out, in = append(out, in[:size]...), in[size:]
			continue
		}
		if offset |= number; offset == 0 || offset > len(out) {
			return nil, broken
		}
		for ; size > 0; size-- {
			out = append(out, out[len(out)-offset])
		}
	}
	if uint64(len(out)) != length {
		return nil, broken
	}
	return out, nil
}
