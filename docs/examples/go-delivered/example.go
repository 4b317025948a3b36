// flusher_example_go_delivered - post every log as lines key=value to a server, in Go, with TLS.
//
//	go build -buildmode=c-shared -o example_go_delivered.so .
//
// The tables are in descriptor.c. Queue, retries, spool and dead letters are the runtime's: here are the
// records (goEncode), their way to the server (goSend), and what its answers mean (verdictOf). Each send
// is a goroutine, so there is no poll and no wake. Read about Go in docs/examples/README.md first: such
// a plugin brings a second Go runtime into the agent.
package main

// #cgo pkg-config: ilf
// #include "descriptor.h"
//
// static ilf_status put(const ilf_encoder *to, const char *body, size_t len)
// {
//     const ilf_record record = {.body = {body, len}, .n_events = 1};
//
//     return to->put(to->context, &record);
// }
//
// static void complete(const ilf_host *host, const ilf_payload *payload, ilf_verdict verdict,
//                      uint32_t flags, int32_t code, int64_t retry_after, const char *why, size_t len)
// {
//     const ilf_result result = {.struct_size = sizeof(result), .verdict = verdict, .flags = flags,
//                                .code = code, .retry_after = retry_after, .reason = {why, len}};
//
//     host->complete(host->context, payload, &result);
// }
import "C"

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"runtime/cgo"
	"strconv"
	"sync"
	"time"
	"unsafe"
)

// sender is an instance's Go side.
type sender struct {
	host    *C.ilf_host
	url     string
	client  *http.Client
	waiting sync.WaitGroup

	lock   sync.Mutex // of the two below: cancel ends what is under way, and sends may follow it
	ctx    context.Context
	cancel context.CancelFunc
}

// guarded runs the body of a hook and tells the host how it failed.
func guarded(reason *C.ilf_error, status C.ilf_status, body func() error) (result C.ilf_status) {
	defer func() {
		if what := recover(); what != nil {
			result = tell(reason, C.ILF_ERR_DROP, fmt.Sprint("panic: ", what))
		}
	}()
	if err := body(); err != nil {
		var of failure
		if errors.As(err, &of) {
			return C.ilf_status(of)
		}
		return tell(reason, status, err.Error())
	}
	return C.ILF_OK
}

// failure is a status of the encoder's, which encode hands on.
type failure C.ilf_status

func (f failure) Error() string { return fmt.Sprint("status ", C.ilf_status(f)) }

// tell writes text into the host's ilf_error, cut to fit.
func tell(reason *C.ilf_error, status C.ilf_status, text string) C.ilf_status {
	if reason != nil {
		to := (*[C.ILF_ERROR_SIZE]byte)(unsafe.Pointer(&reason.text))
		to[copy(to[:C.ILF_ERROR_SIZE-1], text)] = 0
	}
	return status
}

// bytesOf shows the host's bytes without a copy: only as long as they are there.
func bytesOf(str C.ilf_str) []byte {
	if str.len == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(str.ptr)), int(str.len))
}

func senderOf(self unsafe.Pointer) *sender {
	return cgo.Handle((*C.struct_instance)(self).sender).Value().(*sender)
}

// transport trusts the certificates of file, or the system's where there is none.
func transport(file string) (*http.Transport, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("CAFile: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("CAFile: '%s' holds no certificate: want PEM", file)
		}
	}
	return &http.Transport{TLSClientConfig: config, Proxy: http.ProxyFromEnvironment}, nil
}

//export goInit
func goInit(self unsafe.Pointer, host *C.ilf_host, reason *C.ilf_error) C.ilf_status {
	return guarded(reason, C.ILF_ERR_CONFIG, func() error {
		f := (*C.struct_instance)(self)
		s := &sender{host: host, url: C.GoString(f.url)}
		where, err := url.Parse(s.url)
		if err != nil || where.Host == "" || (where.Scheme != "http" && where.Scheme != "https") {
			return fmt.Errorf("URL: want http://host or https://host, got '%s'", s.url)
		}
		over, err := transport(C.GoString(f.ca_file))
		if err != nil {
			return err
		}
		s.client = &http.Client{Transport: over, Timeout: time.Duration(f.timeout)}
		s.client.CheckRedirect = func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // an answer, not a way to another server
		}
		s.ctx, s.cancel = context.WithCancel(context.Background())
		f.sender = C.uintptr_t(cgo.NewHandle(s))
		return nil
	})
}

//export goEncode
func goEncode(self unsafe.Pointer, batch *C.ilf_batch, to *C.ilf_encoder, reason *C.ilf_error) C.ilf_status {
	return guarded(reason, C.ILF_ERR_DROP, func() error {
		var line bytes.Buffer
		for _, group := range unsafe.Slice(batch.groups, int(batch.n_groups)) {
			for _, log := range unsafe.Slice(group.logs, int(group.n_logs)) {
				line.Reset()
				for _, kv := range unsafe.Slice(log.contents, int(log.n_contents)) {
					line.Write(bytesOf(kv.key))
					line.WriteByte('=')
					line.Write(bytesOf(kv.value))
					line.WriteByte('\n')
				}
				line.WriteByte(0) // so that there is an address to pass
				body := line.Bytes()
				// The runtime copies it.
				if status := C.put(to, (*C.char)(unsafe.Pointer(&body[0])), C.size_t(len(body)-1)); status != C.ILF_OK {
					return failure(status) // the batch comes again
				}
			}
		}
		return nil
	})
}

// verdictOf is what an answer means for the records. Only what is wrong with them may lose them.
func verdictOf(status int) C.ilf_verdict {
	switch {
	case status >= 200 && status < 300:
		return C.ILF_DELIVERED
	case status == http.StatusRequestEntityTooLarge:
		return C.ILF_TOO_LARGE
	case status == http.StatusBadRequest || status == http.StatusUnprocessableEntity:
		return C.ILF_REJECT
	}
	return C.ILF_RETRY
}

// end completes a send, after which the payload is gone.
func (s *sender) end(payload *C.ilf_payload, verdict C.ilf_verdict, flags, code int, wait time.Duration, why string) {
	text := append([]byte(why), 0)
	C.complete(s.host, payload, verdict, C.uint32_t(flags), C.int32_t(code), C.int64_t(wait),
		(*C.char)(unsafe.Pointer(&text[0])), C.size_t(len(why)))
}

// post sends the bytes of payload and completes it, whatever happens.
func (s *sender) post(ctx context.Context, payload *C.ilf_payload) {
	// A copy: the client may go on to read a body for a moment after it has given up.
	body := append([]byte(nil), bytesOf(payload.bytes)...)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		s.end(payload, C.ILF_RETRY, 0, 0, 0, err.Error())
		return
	}
	answer, err := s.client.Do(request)
	switch {
	case err != nil && ctx.Err() != nil:
		s.end(payload, C.ILF_CANCELLED, C.ILF_RESULT_UNANSWERED, 0, 0, "")
	case err != nil:
		s.end(payload, C.ILF_RETRY, C.ILF_RESULT_UNREACHED|C.ILF_RESULT_UNANSWERED, 0, 0, err.Error())
	default:
		_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20)) // so that the connection can be used again
		_ = answer.Body.Close()
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
		if seconds < 0 || seconds > 86400 {
			seconds = 0
		}
		s.end(payload, verdictOf(answer.StatusCode), 0, answer.StatusCode, time.Duration(seconds)*time.Second,
			"the server answers HTTP "+answer.Status)
	}
}

//export goSend
func goSend(self unsafe.Pointer, payload *C.ilf_payload) {
	s := senderOf(self)
	s.lock.Lock()
	ctx := s.ctx
	s.lock.Unlock()
	s.waiting.Add(1)
	go func() {
		defer s.waiting.Done()
		s.post(ctx, payload)
	}()
}

//export goCancel
func goCancel(self unsafe.Pointer) {
	s := senderOf(self)
	s.lock.Lock()
	defer s.lock.Unlock()
	s.cancel()
	s.ctx, s.cancel = context.WithCancel(context.Background())
}

//export goStop
func goStop(self unsafe.Pointer, reason *C.ilf_error) C.ilf_status {
	return guarded(reason, C.ILF_ERR_DROP, func() error {
		s := senderOf(self)
		s.waiting.Wait() // every send has its completion, and may still be on its way back from it
		s.cancel()
		s.client.CloseIdleConnections()
		cgo.Handle((*C.struct_instance)(self).sender).Delete()
		return nil
	})
}

func main() {} // wanted by -buildmode=c-shared, never called
