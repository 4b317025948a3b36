package kafka

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
)

func (c *Cluster) partitions(topic string) (map[int]partition, error) {
	for _, n := range c.Nodes {
		if n.process == nil {
			continue
		}
		m, err := n.metadata()
		if err != nil {
			return nil, err
		}
		if len(m.topics[topic]) == 0 {
			return nil, NotThere
		}
		return m.topics[topic], nil
	}
	return nil, errors.New("no broker runs")
}

// Leader is the broker that leads a partition.
func (c *Cluster) Leader(topic string, id int) (*Node, error) {
	partitions, err := c.partitions(topic)
	if err != nil {
		return nil, err
	}
	leader := partitions[id].leader
	if leader < 1 || leader > len(c.Nodes) {
		return nil, fmt.Errorf("partition %d of %s has no leader", id, topic)
	}
	return c.Nodes[leader-1], nil
}

// MoveLeader has another broker lead a partition, and waits until it does.
func (c *Cluster) MoveLeader(topic string, id int, to *Node) error {
	partitions, err := c.partitions(topic)
	if err != nil {
		return err
	}
	replicas := partitions[id].replicas
	sort.SliceStable(replicas, func(i, _ int) bool { return replicas[i] == to.ID })
	if err := c.reassign(topic, id, replicas); err != nil {
		return fmt.Errorf("reassign: %w", err)
	}
	return await("the leader moves", func() error {
		if err := c.elect(topic, id); err != nil && !errors.Is(err, AlreadyLeader) {
			return err
		}
		leader, err := c.Leader(topic, id)
		if err == nil && leader != to {
			err = fmt.Errorf("it is broker %d", leader.ID)
		}
		return err
	})
}

// reassign sets the replicas of a partition; the first is preferred as leader.
func (c *Cluster) reassign(topic string, id int, replicas []int) error {
	body := &writer{}
	body.int32(10000)
	body.compact(1)
	body.compact(len(topic))
	body.data = append(body.data, topic...)
	body.compact(1)
	body.int32(int32(id))
	body.compact(len(replicas))
	for _, replica := range replicas {
		body.int32(int32(replica))
	}
	body.tags() // of the partition
	body.tags() // of the topic
	body.tags() // of the request
	r, err := c.ask(45, 0, true, body)
	if err != nil {
		return err
	}
	r.int32()
	return failed(r, r.int16())
}

// elect makes the preferred one leader.
func (c *Cluster) elect(topic string, id int) error {
	body := &writer{}
	body.int8(0)
	body.int32(1)
	body.string(topic)
	body.int32(1)
	body.int32(int32(id))
	body.int32(10000)
	r, err := c.ask(43, 1, false, body)
	if err != nil {
		return err
	}
	r.int32()
	codes := []int16{r.int16()}
	r.each(func() {
		r.string()
		r.each(func() {
			r.int32()
			codes = append(codes, r.int16())
			r.string()
		})
	})
	return failed(r, codes...)
}

// Ends adds up the ends of a topic's partitions: how many records it has taken.
func (c *Cluster) Ends(topic string) (sum int64, err error) {
	partitions, err := c.partitions(topic)
	if err != nil {
		return 0, err
	}
	for id := range partitions {
		leader, err := c.Leader(topic, id)
		if err != nil {
			return 0, err
		}
		end, err := leader.end(topic, id)
		if err != nil {
			return 0, err
		}
		sum += end
	}
	return sum, nil
}

// LogSize is how many bytes a topic takes in the broker's folder.
func (n *Node) LogSize(topic string) (size int64, err error) {
	logs, err := filepath.Glob(filepath.Join(n.path("data"), topic+"-*", "*.log"))
	for _, log := range logs {
		info, err := os.Stat(log)
		if err != nil {
			return 0, err
		}
		size += info.Size()
	}
	return size, err
}

func (n *Node) end(topic string, id int) (end int64, err error) {
	body := &writer{}
	body.int32(-1)
	body.int32(1)
	body.string(topic)
	body.int32(1)
	body.int32(int32(id))
	body.int64(-1) // the latest
	r, err := n.call(2, 1, false, body)
	if err != nil {
		return 0, err
	}
	var code int16
	r.each(func() {
		r.string()
		r.each(func() {
			r.int32()
			code = r.int16()
			r.int64() // timestamp
			end = r.int64()
		})
	})
	return end, failed(r, code)
}
