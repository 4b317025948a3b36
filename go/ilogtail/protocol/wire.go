// Reading and writing of the protobuf wire format, as far as the messages of
// this package need it.

package protocol

import (
	"errors"
	"fmt"
	"io"
	"math/bits"
)

const (
	wireVarint     = 0
	wireFixed64    = 1
	wireBytes      = 2
	wireStartGroup = 3
	wireEndGroup   = 4
	wireFixed32    = 5
)

var errOverflow = errors.New("proto: varint is longer than 10 bytes")

func varintSize(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }

// bytesSize is what n bytes take up behind a tag of one byte.
func bytesSize(n int) int { return 1 + varintSize(uint64(n)) + n }

func keyOf(field, wire int) byte { return byte(field<<3 | wire) }

// tail fills a buffer from its end towards its start, so that the length of a
// nested message is known by the time its prefix is written.
type tail struct {
	buf []byte
	at  int
}

func (t *tail) byte(b byte) {
	t.at--
	t.buf[t.at] = b
}

func (t *tail) varint(v uint64) {
	t.at -= varintSize(v)
	at := t.at
	for ; v >= 0x80; v >>= 7 {
		t.buf[at] = byte(v) | 0x80
		at++
	}
	t.buf[at] = byte(v)
}

func (t *tail) fixed32(field int, v uint32) {
	t.at -= 4
	b := t.buf[t.at:]
	b[0], b[1], b[2], b[3] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24)
	t.byte(keyOf(field, wireFixed32))
}

func (t *tail) string(field int, s string) {
	t.at -= len(s)
	copy(t.buf[t.at:], s)
	t.prefix(field, len(s))
}

// prefix writes the tag and the length of the n bytes written last.
func (t *tail) prefix(field, n int) {
	t.varint(uint64(n))
	t.byte(keyOf(field, wireBytes))
}

// reader walks over the fields of one message.
type reader struct {
	buf []byte
	at  int
}

func (r *reader) done() bool { return r.at >= len(r.buf) }

func (r *reader) varint() (v uint64, err error) {
	for shift := uint(0); shift < 64; shift += 7 {
		if r.done() {
			return 0, io.ErrUnexpectedEOF
		}
		b := r.buf[r.at]
		r.at++
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v, nil
		}
	}
	return 0, errOverflow
}

func (r *reader) tag() (field, wire int, err error) {
	key, err := r.varint()
	if err != nil {
		return 0, 0, err
	}
	field, wire = int(int32(key>>3)), int(key&7)
	if field <= 0 {
		return 0, 0, fmt.Errorf("proto: illegal tag %d (wire type %d)", field, wire)
	}
	return field, wire, nil
}

func (r *reader) take(n uint64) ([]byte, error) {
	if n > uint64(len(r.buf)-r.at) {
		return nil, io.ErrUnexpectedEOF
	}
	b := r.buf[r.at : r.at+int(n)]
	r.at += int(n)
	return b, nil
}

func wrongWire(wire int, name string) error {
	return fmt.Errorf("proto: wrong wireType = %d for field %s", wire, name)
}

func (r *reader) uint(wire int, name string) (uint64, error) {
	if wire != wireVarint {
		return 0, wrongWire(wire, name)
	}
	return r.varint()
}

func (r *reader) uint32(wire int, name string) (uint32, error) {
	if wire != wireFixed32 {
		return 0, wrongWire(wire, name)
	}
	b, err := r.take(4)
	if err != nil {
		return 0, err
	}
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24, nil
}

func (r *reader) bytes(wire int, name string) ([]byte, error) {
	if wire != wireBytes {
		return nil, wrongWire(wire, name)
	}
	n, err := r.varint()
	if err != nil {
		return nil, err
	}
	return r.take(n)
}

// string copies, so that the caller may reuse the input at once.
func (r *reader) string(wire int, name string) (string, error) {
	b, err := r.bytes(wire, name)
	return string(b), err
}

func (r *reader) message(wire int, name string, m interface{ Unmarshal([]byte) error }) error {
	b, err := r.bytes(wire, name)
	if err != nil {
		return err
	}
	return m.Unmarshal(b)
}

// skip passes over a field that the message does not know, groups included.
func (r *reader) skip(wire int) error {
	for depth := 0; ; {
		if err := r.skipOne(wire, &depth); err != nil {
			return err
		}
		if depth == 0 {
			return nil
		}
		key, err := r.varint()
		if err != nil {
			return err
		}
		wire = int(key & 7)
	}
}

func (r *reader) skipOne(wire int, depth *int) error {
	var err error
	switch wire {
	case wireVarint:
		_, err = r.varint()
	case wireFixed64:
		_, err = r.take(8)
	case wireBytes:
		_, err = r.bytes(wire, "")
	case wireFixed32:
		_, err = r.take(4)
	case wireStartGroup:
		*depth++
	case wireEndGroup:
		if *depth == 0 {
			return errors.New("proto: end of a group that was not started")
		}
		*depth--
	default:
		return fmt.Errorf("proto: illegal wireType %d", wire)
	}
	return err
}
