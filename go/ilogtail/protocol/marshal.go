// What the Marshal methods of all messages have in common.

package protocol

import "fmt"

type message interface {
	Size() int
	write(*tail)
}

func marshal(m message) ([]byte, error) {
	buf := make([]byte, m.Size())
	n, err := fill(m, buf)
	return buf[:n], err
}

func marshalTo(m message, buf []byte) (int, error) { return fill(m, buf[:m.Size()]) }

func fill(m message, buf []byte) (int, error) {
	t := tail{buf: buf, at: len(buf)}
	m.write(&t)
	return len(buf) - t.at, nil
}

func notSet(name string) error { return fmt.Errorf("proto: required field %q not set", name) }
