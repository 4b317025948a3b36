package kafka

import (
	"errors"
	"fmt"
)

// Topics lists those that there are.
func (c *Cluster) Topics() (names []string, err error) {
	for _, n := range c.Nodes {
		if n.process == nil {
			continue
		}
		m, err := n.metadata()
		if err != nil {
			return nil, err
		}
		for name := range m.topics {
			names = append(names, name)
		}
		break
	}
	return names, nil
}

// CreateTopic makes a topic, with pairs of settings, and waits until all its
// partitions can be written to.
func (c *Cluster) CreateTopic(name string, partitions, copies int, settings ...string) error {
	body := &writer{}
	body.int32(1)
	body.string(name)
	body.int32(int32(partitions))
	body.int16(int16(copies))
	body.int32(0) // who leads: as the broker likes
	body.int32(int32(len(settings) / 2))
	for _, text := range settings {
		body.string(text)
	}
	body.int32(10000)
	body.int8(0)
	r, err := c.ask(19, 2, false, body)
	if err != nil {
		return err
	}
	r.int32()
	var code int16
	var why string
	r.each(func() {
		r.string()
		code, why = r.int16(), r.string()
	})
	if err := failed(r, code); err != nil {
		return fmt.Errorf("create topic %s: %w: %s", name, err, why)
	}
	return c.led(name, partitions)
}

// led waits until all live brokers know a leader for each partition.
func (c *Cluster) led(topic string, partitions int) error {
	return await("topic "+topic, func() error {
		for _, n := range c.Nodes {
			if n.process == nil {
				continue
			}
			m, err := n.metadata()
			if err != nil {
				return err
			}
			if len(m.topics[topic]) != partitions {
				return fmt.Errorf("broker %d knows %d partitions", n.ID, len(m.topics[topic]))
			}
			for id, p := range m.topics[topic] {
				if p.leader < 0 || p.code != 0 {
					return fmt.Errorf("partition %d: %w", id, Code(p.code))
				}
			}
		}
		return nil
	})
}

// DeleteTopic deletes a topic, and waits until it is gone.
func (c *Cluster) DeleteTopic(name string) error {
	body := &writer{}
	body.int32(1)
	body.string(name)
	body.int32(10000)
	r, err := c.ask(20, 1, false, body)
	if err != nil {
		return err
	}
	r.int32()
	var code int16
	r.each(func() {
		r.string()
		code = r.int16()
	})
	if err := failed(r, code); err != nil {
		return fmt.Errorf("delete topic %s: %w", name, err)
	}
	return await("topic "+name, func() error {
		names, err := c.Topics()
		for _, other := range names {
			if other == name {
				err = errors.New("it is still there")
			}
		}
		return err
	})
}

// AlterTopic changes one setting of a topic.
func (c *Cluster) AlterTopic(name, setting, value string) error {
	body := &writer{}
	body.int32(1)
	body.int8(resourceTopic)
	body.string(name)
	body.int32(1)
	body.string(setting)
	body.int8(0) // set
	body.string(value)
	body.int8(0)
	r, err := c.ask(44, 0, false, body)
	if err != nil {
		return err
	}
	r.int32()
	var code int16
	r.each(func() {
		code = r.int16()
		r.string()
		r.int8()
		r.string()
	})
	return failed(r, code)
}
