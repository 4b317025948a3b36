package kafka

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"time"
)

// The few requests that set a scene, in the broker's own protocol: its command
// line tools take a JVM and seconds each.

// writer builds a request. Flexible requests have lengths as varints, and tags.
type writer struct{ data []byte }

func (w *writer) int8(v int8)   { w.data = append(w.data, byte(v)) }
func (w *writer) int16(v int16) { w.data = binary.BigEndian.AppendUint16(w.data, uint16(v)) }
func (w *writer) int32(v int32) { w.data = binary.BigEndian.AppendUint32(w.data, uint32(v)) }
func (w *writer) int64(v int64) { w.data = binary.BigEndian.AppendUint64(w.data, uint64(v)) }
func (w *writer) null()         { w.int16(-1) }

func (w *writer) string(s string) {
	w.int16(int16(len(s)))
	w.data = append(w.data, s...)
}

func (w *writer) compact(length int) { w.data = binary.AppendUvarint(w.data, uint64(length)+1) }
func (w *writer) tags()              { w.data = append(w.data, 0) }

// reader takes an answer apart. Its first error stays.
type reader struct {
	data []byte
	err  error
}

func (r *reader) take(n int) []byte {
	if r.err == nil && (n < 0 || n > len(r.data)) {
		r.err = io.ErrUnexpectedEOF
	}
	if r.err != nil {
		return make([]byte, 8) // enough for any number
	}
	taken := r.data[:n]
	r.data = r.data[n:]
	return taken
}

func (r *reader) int8() int8   { return int8(r.take(1)[0]) }
func (r *reader) int16() int16 { return int16(binary.BigEndian.Uint16(r.take(2))) }
func (r *reader) int32() int32 { return int32(binary.BigEndian.Uint32(r.take(4))) }
func (r *reader) int64() int64 { return int64(binary.BigEndian.Uint64(r.take(8))) }

// string reads one that may be null.
func (r *reader) string() string {
	n := int(r.int16())
	if n < 0 || r.err != nil {
		return ""
	}
	return string(r.take(n))
}

// each runs item for each of an array.
func (r *reader) each(item func()) {
	for n := r.int32(); n > 0 && r.err == nil; n-- {
		item()
	}
}

func (r *reader) ints() (list []int) {
	r.each(func() { list = append(list, int(r.int32())) })
	return list
}

// call sends one request to the broker, and returns the body of the answer.
func (n *Node) call(key, version int16, flexible bool, body *writer) (*reader, error) {
	conn, err := net.DialTimeout("tcp", n.Address("PLAINTEXT"), time.Second)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return nil, err
	}
	request := &writer{}
	request.int16(key)
	request.int16(version)
	request.int32(1)
	request.string("tests")
	if flexible {
		request.tags()
	}
	request.data = append(request.data, body.data...)
	whole := append(binary.BigEndian.AppendUint32(nil, uint32(len(request.data))), request.data...)
	if _, err := conn.Write(whole); err != nil {
		return nil, err
	}
	var length [4]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, err
	}
	answer := &reader{data: make([]byte, binary.BigEndian.Uint32(length[:]))}
	if _, err := io.ReadFull(conn, answer.data); err != nil {
		return nil, err
	}
	answer.int32() // correlation
	if flexible {
		answer.take(1)
	}
	return answer, answer.err
}

// Code is an error of the broker.
type Code int16

// Codes that the tests know.
const (
	NotThere      Code = 3 // UNKNOWN_TOPIC_OR_PARTITION
	AlreadyThere  Code = 36
	AlreadyLeader Code = 84
)

func (c Code) Error() string { return fmt.Sprintf("the broker's error %d", int16(c)) }

func failed(r *reader, codes ...int16) error {
	if r.err != nil {
		return r.err
	}
	for _, code := range codes {
		if code != 0 {
			return Code(code)
		}
	}
	return nil
}
