package protocol

import (
	"encoding/hex"
	"reflect"
	"strings"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Map(func(r rune) rune {
		if r == ' ' || r == '|' {
			return -1
		}
		return r
	}, s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func encode(t *testing.T, m interface{ Marshal() ([]byte, error) }) string {
	t.Helper()
	b, err := m.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(b)
}

func nano(v uint32) *uint32 { return &v }

// full holds a value in every field, so that no field can be forgotten.
func full() *LogGroup {
	return &LogGroup{
		Logs: []*Log{
			{Time: 1700000000, Contents: []*Log_Content{{Key: "k", Value: "v"}, {Key: "", Value: "\xff\x00"}}},
			{Time: 1, Values: []string{"a", ""}, TimeNs: nano(0x04030201)},
		},
		Category: "c", Topic: "t", Source: "s", MachineUUID: strings.Repeat("u", 300),
		LogTags: []*LogTag{{Key: "x", Value: "y"}, {}},
	}
}

func TestWritesTheHostsBytes(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"an empty group", "12 00 1a 00 22 00 2a 00"},
		{"one log", "0a 0e | 08 80e2cfaa06 | 12 06 0a 01 6b 12 01 76 | 12 00 1a 00 22 00 2a 00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			group := &LogGroup{}
			if c.name == "one log" {
				group.Logs = []*Log{{Time: 1700000000, Contents: []*Log_Content{{Key: "k", Value: "v"}}}}
			}
			want := hex.EncodeToString(unhex(t, c.want))
			if got := encode(t, group); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
	t.Run("a log with all four fields, nanoseconds as fixed32", func(t *testing.T) {
		log := &Log{Time: 0, Contents: []*Log_Content{{}}, Values: []string{"a"}, TimeNs: nano(0x04030201)}
		if got, want := encode(t, log), "0800"+"12040a001200"+"1a0161"+"2501020304"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("a list of groups", func(t *testing.T) {
		if got := encode(t, &LogGroupList{LogGroupList: []*LogGroup{{}}}); got != "0a0812001a0022002a00" {
			t.Errorf("got %s", got)
		}
	})
}

func TestReadsBackWhatItWrote(t *testing.T) {
	want := &LogGroupList{LogGroupList: []*LogGroup{full(), {}}}
	b, _ := want.Marshal()
	if len(b) != want.Size() {
		t.Errorf("encoded %d bytes, Size says %d", len(b), want.Size())
	}
	got := &LogGroupList{}
	if err := got.Unmarshal(b); err != nil {
		t.Fatal(err)
	}
	for i := range b {
		b[i] = 0xaa // strings must not point into the input
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFillsALargerBufferFromItsEnd(t *testing.T) {
	group := full()
	want := encode(t, group)
	buf := make([]byte, group.Size()+7)
	n, err := group.MarshalToSizedBuffer(buf)
	if err != nil || hex.EncodeToString(buf[7:]) != want || n != len(buf)-7 {
		t.Errorf("n = %d, err = %v, got %x", n, err, buf)
	}
	n, err = group.MarshalTo(buf)
	if err != nil || hex.EncodeToString(buf[:n]) != want {
		t.Errorf("MarshalTo: n = %d, err = %v, got %x", n, err, buf)
	}
}

func TestSkipsFieldsThatItDoesNotKnow(t *testing.T) {
	for _, c := range []struct{ name, unknown string }{
		{"a varint", "38 ffffffffffffffffff01"},
		{"a fixed64", "39 0102030405060708"},
		{"bytes", "3a 03 010203"},
		{"a fixed32", "3d 01020304"},
		{"a group within a group", "3b 43 08 01 44 12 01 61 3c"},
		{"a field with a large number", "f8 ff ff ff 0f 00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			log := &Log{}
			if err := log.Unmarshal(unhex(t, c.unknown+"08 05"+c.unknown)); err != nil || log.Time != 5 {
				t.Errorf("log = %v, err = %v", log, err)
			}
		})
	}
}

func TestRefusesDamagedMessages(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"no time", "12040a001200", `required field "Time" not set`},
		{"no key in a content", "0800 12 02 12 00", `required field "Key" not set`},
		{"no value in a content", "0800 12 02 0a 00", `required field "Value" not set`},
		{"a time of the wrong type", "0a00", "wrong wireType = 2 for field Time"},
		{"contents of the wrong type", "1000", "wrong wireType = 0 for field Contents"},
		{"nanoseconds of the wrong type", "2000", "wrong wireType = 0 for field TimeNs"},
		{"a length beyond the end", "0800 1a 05 61", "unexpected EOF"},
		{"a length beyond all memory", "0800 1a ffffffffffffffff7f", "unexpected EOF"},
		{"an endless varint", "08 ffffffffffffffffffff01", "longer than 10 bytes"},
		{"field number zero", "0000", "illegal tag 0"},
		{"a group that only ends", "3c", "not started"},
		{"a group that never ends", "3b", "unexpected EOF"},
		{"wire type 7", "3f", "illegal wireType 7"},
		{"a tag cut short", "88", "unexpected EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := new(Log).Unmarshal(unhex(t, c.in))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestPanicsOnANilElementAsTheHostDoes(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Marshal of a nil log came back")
		}
	}()
	group := &LogGroup{Logs: []*Log{nil}}
	group.Size() // which tolerates it
	_, _ = group.Marshal()
}
