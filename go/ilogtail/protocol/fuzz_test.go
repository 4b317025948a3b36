package protocol

import (
	"bytes"
	"testing"
)

// FuzzUnmarshal: no input may crash the decoder, and whatever it accepts must
// survive a round trip unchanged.
func FuzzUnmarshal(f *testing.F) {
	whole, _ := full().Marshal()
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte{0x3b, 0x43, 0x44, 0x3c, 0x12, 0x00})
	f.Add([]byte{0x0a, 0x05, 0x25, 0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var first, second LogGroup
		if first.Unmarshal(data) != nil {
			return
		}
		once, err := first.Marshal()
		if err != nil || len(once) != first.Size() {
			t.Fatalf("marshal: %v, %d bytes, Size says %d", err, len(once), first.Size())
		}
		if err := second.Unmarshal(once); err != nil {
			t.Fatalf("refuses its own output %x: %v", once, err)
		}
		twice, _ := second.Marshal()
		if !bytes.Equal(once, twice) {
			t.Fatalf("round trip changed %x to %x", once, twice)
		}
		if first.String() != second.String() {
			t.Fatalf("round trip changed %s to %s", &first, &second)
		}
	})
}
