package faults

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"ilf.local/go/internal/oracle"
)

// What becomes of records that a status answers.
var statuses = map[string][]int{
	"delivered": {200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 299},
	"retried": {301, 302, 303, 307, 308, // redirects that name no address: the configuration's to mend
		401, 403, 407, 408, 421, 423, 425, 429,
		500, 502, 503, 504, 506, 507, 508, 509, 510, 511, 520, 521, 522, 524, 530, 598, 599},
	"dead": {300, 304, 305, 306, 399,
		400, 402, 404, 405, 406, 409, 410, 411, 412, 414, 415, 416, 417, 418, 422, 424, 426, 428, 431, 451, 499,
		501, 505},
}

func TestEachStatus(t *testing.T) {
	for end, codes := range statuses {
		for _, code := range codes {
			end, code := end, code
			t.Run(fmt.Sprintf("%d is %s", code, end), func(t *testing.T) { t.Parallel(); status(t, end, code) })
		}
	}
}

// status answers all requests but a third so, once for each record.
func status(t *testing.T, end string, code int) {
	const count = 30
	dir, o := t.TempDir(), newOracle(t)
	o.Set(func(*http.Request, []byte) *oracle.Answer {
		if o.Requests()%3 == 0 {
			return nil
		}
		return &oracle.Answer{Status: code}
	})
	l := begin(t, anyRelease(), quick(o.Server.URL).with(letters(dir)), 0, count)
	eventually(t, "all records end", func() bool { return o.Count()+len(deadIDs(t, dir)) >= count })
	l.end()
	if dead := conserved(t, o, dir, count, none); (end == "dead") != (dead > 0) {
		t.Errorf("%d dead letters", dead)
	}
}

// A sink with a bound: what is larger is refused with 413, and comes in halves.
func TestWhatIsTooLargeIsSplitUntilItFits(t *testing.T) {
	for _, with := range []string{"memory", "spool"} {
		with := with
		t.Run(with, func(t *testing.T) {
			t.Parallel()
			const count = 300
			dir, o := t.TempDir(), newOracle(t)
			o.Set(func(_ *http.Request, body []byte) *oracle.Answer {
				if len(oracle.IDs(body)) > 3 || bytes.Contains(body, []byte(idOf(7))) {
					return &oracle.Answer{Status: http.StatusRequestEntityTooLarge}
				}
				return nil
			})
			d := quick(o.Server.URL).with(lines).with(letters(dir))
			d["Batch"] = table{"MaxAge": "5ms"}
			if with == "spool" {
				d = d.with(spool(dir))
			}
			l := begin(t, anyRelease(), d, 0, count)
			eventually(t, "all records end", func() bool { return o.Count()+len(deadIDs(t, dir)) >= count })
			l.end()
			if dead := conserved(t, o, dir, count, none); dead != 1 || deadIDs(t, dir)[idOf(7)] != 1 {
				t.Errorf("%d dead letters, want the one record that is too large by itself", dead)
			}
		})
	}
}
