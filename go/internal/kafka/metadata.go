package kafka

import (
	"errors"
	"fmt"
)

// metadata is what a broker knows of brokers and topics.
type metadata struct {
	brokers map[int]string
	topics  map[string]map[int]partition
}

type partition struct {
	code         int16
	leader       int
	replicas, in []int // in: those in sync
}

// metadata asks for all topics.
func (n *Node) metadata() (*metadata, error) {
	body := &writer{}
	body.int32(-1)
	body.int8(0) // no topic is to be made
	r, err := n.call(3, 4, false, body)
	if err != nil {
		return nil, err
	}
	m := &metadata{brokers: map[int]string{}, topics: map[string]map[int]partition{}}
	r.int32() // throttled
	r.each(func() {
		id := int(r.int32())
		m.brokers[id] = fmt.Sprintf("%s:%d", r.string(), r.int32())
		r.string() // rack
	})
	r.string() // cluster
	r.int32()  // controller
	r.each(func() {
		r.int16()
		name := r.string()
		r.int8() // internal
		m.topics[name] = map[int]partition{}
		r.each(func() {
			code, id := r.int16(), int(r.int32())
			m.topics[name][id] = partition{code: code, leader: int(r.int32()), replicas: r.ints(), in: r.ints()}
		})
	})
	return m, r.err
}

// ask asks the first broker that answers.
func (c *Cluster) ask(key, version int16, flexible bool, body *writer) (r *reader, err error) {
	for _, n := range c.Nodes {
		if n.process == nil {
			continue
		}
		if r, err = n.call(key, version, flexible, body); err == nil {
			return r, nil
		}
	}
	if err == nil {
		err = errors.New("no broker runs")
	}
	return nil, err
}
