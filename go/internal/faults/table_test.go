package faults

import (
	"net/http"
	"strings"
	"time"

	"ilf.local/go/internal/oracle"
)

// fault is one way of a sink to fail: by its answers, or beneath HTTP.
type fault struct {
	name    string
	answer  oracle.Answer
	beneath *oracle.Fault
	gone    bool // the port is closed
	repeats bool // nobody says no, so records may come twice
	dies    bool // records become dead letters
	more    detail
}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

var short = detail{"Timeout": "150ms", "ConnectTimeout": "150ms"}

// faults are those that one answer or one connection can show; see the other
// files for what needs more of a scene.
var faults = []fault{
	{name: "refused", gone: true, repeats: true}, // those under way when the port closes may have arrived
	{name: "reset at accept", beneath: &oracle.Fault{Request: 1, End: oracle.Reset}, repeats: true},
	{name: "reset in the request line", beneath: &oracle.Fault{Request: 7, End: oracle.Reset}, repeats: true},
	{name: "reset in the head", beneath: &oracle.Fault{Request: 60, End: oracle.Reset}, repeats: true},
	{name: "reset at the end of the head", beneath: &oracle.Fault{Request: 160, End: oracle.Reset}, repeats: true},
	{name: "reset in the body", beneath: &oracle.Fault{Request: 300, End: oracle.Reset}, repeats: true},
	{name: "reset before the answer", beneath: &oracle.Fault{Whole: true, End: oracle.Reset}, repeats: true},
	{name: "reset in the status line", beneath: &oracle.Fault{Answer: 5, End: oracle.Reset}, repeats: true},
	{name: "reset in the answer's head", beneath: &oracle.Fault{Answer: 40, End: oracle.Reset}, repeats: true},
	{name: "closed at accept", beneath: &oracle.Fault{Request: 1, End: oracle.Close}, repeats: true},
	{name: "closed without an answer", beneath: &oracle.Fault{Whole: true, End: oracle.Close}, repeats: true},
	{name: "half-closed without an answer", beneath: &oracle.Fault{Whole: true, End: oracle.HalfClose}, repeats: true},
	{name: "half-closed in the body", beneath: &oracle.Fault{Request: 300, End: oracle.HalfClose}, repeats: true},
	{name: "half-closed in the answer", beneath: &oracle.Fault{Answer: 30, End: oracle.HalfClose}, repeats: true},
	{name: "stall before the answer", answer: oracle.Answer{Wait: time.Minute}, repeats: true, more: short},
	{name: "stall at accept", beneath: &oracle.Fault{Request: 1, End: oracle.Stall}, repeats: true, more: short},
	{name: "stall in the body", beneath: &oracle.Fault{Request: 300, End: oracle.Stall}, repeats: true, more: short},
	{name: "stall in the answer", beneath: &oracle.Fault{Answer: 20, End: oracle.Stall}, repeats: true, more: short},
	{name: "slow reader", beneath: &oracle.Fault{Slow: 5 * time.Millisecond}, repeats: true}, // a stop does not wait
	{name: "slow answer", answer: oracle.Answer{Wait: 20 * time.Millisecond, Status: http.StatusServiceUnavailable}},
	{name: "answer shorter than its length", repeats: true,
		beneath: &oracle.Fault{Reply: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok", Takes: true, End: oracle.Close}},
	{name: "answer longer than its length",
		beneath: &oracle.Fault{Reply: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more", Takes: true, End: oracle.Close}},
	{name: "answer of no number's length", repeats: true,
		beneath: &oracle.Fault{Reply: "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nok", End: oracle.Close}},
	{name: "answer of a length beyond all",
		beneath: &oracle.Fault{Takes: true, Reply: "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nok", End: oracle.Close}},
	{name: "chunks cut off", repeats: true,
		beneath: &oracle.Fault{Reply: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", End: oracle.Close}},
	{name: "chunks of no size", repeats: true,
		beneath: &oracle.Fault{Reply: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab", End: oracle.Close}},
	{name: "garbage", beneath: &oracle.Fault{Reply: "\x00\xff\x01 what? \r\n\r\n", End: oracle.Close}, repeats: true},
	{name: "garbage after a good answer", repeats: true,
		beneath: &oracle.Fault{Later: true, Reply: "what?\r\n\r\n", End: oracle.Close}},
	{name: "reset after a good answer", repeats: true,
		beneath: &oracle.Fault{Later: true, Reply: "HTTP", End: oracle.Reset}},
	{name: "another protocol", beneath: &oracle.Fault{Reply: "SSH-2.0-OpenSSH_9.2\r\n", End: oracle.Close}, repeats: true},
	{name: "a head without end", repeats: true,
		beneath: &oracle.Fault{Reply: "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("y", 400000) + "\r\n\r\n", End: oracle.Close}},
	{name: "only 100 Continue", beneath: &oracle.Fault{Reply: "HTTP/1.1 100 Continue\r\n\r\n", End: oracle.Close}, repeats: true},
	{name: "100, 102 and 103 before the answer", beneath: &oracle.Fault{Takes: true, End: oracle.Close,
		Reply: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + ok}},
	{name: "a compressed answer that is none", beneath: &oracle.Fault{Takes: true, End: oracle.Close,
		Reply: "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok"}},
	{name: "redirect loop", answer: oracle.Answer{Status: http.StatusTemporaryRedirect,
		Header: map[string]string{"Location": "/again"}}, repeats: true},
	{name: "redirect to nowhere", answer: oracle.Answer{Status: http.StatusTemporaryRedirect,
		Header: map[string]string{"Location": "http://127.0.0.1:1/"}}, repeats: true},
	{name: "redirect to a file", answer: oracle.Answer{Status: http.StatusTemporaryRedirect,
		Header: map[string]string{"Location": "file:///etc/passwd"}}, repeats: true},
	{name: "redirect without an address", answer: oracle.Answer{Status: http.StatusMovedPermanently}, repeats: true},
	{name: "redirect to a page about it", answer: oracle.Answer{Status: http.StatusSeeOther,
		Header: map[string]string{"Location": "/done"}}, repeats: true},
	{name: "Retry-After in seconds", answer: oracle.Answer{Status: http.StatusTooManyRequests,
		Header: map[string]string{"Retry-After": "1"}}},
	{name: "Retry-After as a date of the past", answer: oracle.Answer{Status: http.StatusServiceUnavailable,
		Header: map[string]string{"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}}},
	{name: "Retry-After that is none", answer: oracle.Answer{Status: http.StatusServiceUnavailable,
		Header: map[string]string{"Retry-After": "soon"}}},
	{name: "Retry-After beyond all bounds", more: detail{"Retry": table{"InitialDelay": "1ms", "MaxDelay": "5ms", "MaxRetryAfter": "10ms"}},
		answer: oracle.Answer{Status: http.StatusServiceUnavailable,
			Header: map[string]string{"Retry-After": "99999999999999999999"}}},
}
