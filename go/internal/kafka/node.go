package kafka

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"ilf.local/go/internal/oracle"
)

// Node is a process that is broker and controller.
type Node struct {
	ID        int
	cluster   *Cluster
	dir       string
	addresses map[string]string // by listener
	process   *exec.Cmd
	ended     chan struct{}
}

func newNode(c *Cluster, id int) *Node {
	n := &Node{ID: id, cluster: c, dir: filepath.Join(c.dir, fmt.Sprint(id)), addresses: map[string]string{}}
	for _, listener := range listeners(&c.options, id) {
		n.addresses[listener] = oracle.Address()
	}
	return n
}

// Address is where a listener listens.
func (n *Node) Address(listener string) string { return n.addresses[listener] }

// launch starts the process, whose output goes to a file.
func (n *Node) launch() error {
	home := os.Getenv("ILF_KAFKA")
	output, err := os.OpenFile(n.path("output"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer output.Close()
	// As tests/kafka/install does, so that the archive of classes holds.
	arguments := []string{"-Xms128m", "-Xmx384m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
		"-Xshare:auto", "-XX:SharedArchiveFile=" + filepath.Join(home, "classes.jsa"), "-Djava.net.preferIPv4Stack=true",
		"-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"}
	if kdc := n.cluster.options.KDC; kdc != nil {
		arguments = append(arguments, "-Djava.security.krb5.conf="+kdc.path("krb5.conf"))
	}
	n.process = exec.Command("java", append(arguments, "-cp", filepath.Join(home, "lib", "*"),
		"kafka.Kafka", n.path("server.properties"))...)
	n.process.Stdout, n.process.Stderr = output, output
	n.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := n.process.Start(); err != nil {
		return err
	}
	n.ended = make(chan struct{})
	go func(process *exec.Cmd, ended chan struct{}) {
		_ = process.Wait()
		close(ended)
	}(n.process, n.ended)
	return nil
}

// Ready waits until the broker serves, and its fellows know it.
func (n *Node) Ready() error {
	return await(fmt.Sprintf("broker %d", n.ID), func() error {
		select {
		case <-n.ended:
			text, _ := os.ReadFile(n.path("output"))
			return fmt.Errorf("it has ended: %.2000s", text)
		default:
		}
		m, err := n.metadata()
		if err != nil {
			return err
		}
		if _, known := m.brokers[n.ID]; !known {
			return errors.New("it is fenced")
		}
		return nil
	})
}

// Kill ends it as a power cut does.
func (n *Node) Kill() {
	if n.process == nil {
		return
	}
	_ = n.process.Process.Kill()
	<-n.ended
	n.process = nil
}

// Terminate asks it to end; it gives its leaderships away first.
func (n *Node) Terminate() error {
	if err := n.process.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-n.ended:
	case <-time.After(patience):
		return errors.New("it does not end")
	}
	n.process = nil
	return nil
}

// Restart starts it again, with the data that it had.
func (n *Node) Restart() error {
	if err := n.launch(); err != nil {
		return err
	}
	return n.Ready()
}

// Pause stops its threads, while the system goes on to take connections for it.
func (n *Node) Pause() error { return n.process.Process.Signal(syscall.SIGSTOP) }

// Resume ends a pause.
func (n *Node) Resume() error { return n.process.Process.Signal(syscall.SIGCONT) }

func (n *Node) path(name string) string { return filepath.Join(n.dir, name) }
