// Package kafka runs real Kafka brokers for tests: in KRaft mode, on free ports,
// in a folder that goes with them. `make kafka` installs what it needs.
package kafka

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Options are what a cluster is to be like.
type Options struct {
	Nodes int // each is broker and controller
	// Certificates is a folder with ca.pem and server.keystore.pem. Without it
	// there are no listeners with TLS.
	Certificates string
	// Keys is a file of keys (JWKS) that sign tokens from the issuer "tokens" for the
	// audience "kafka". Without it there are no listeners that take tokens. They need
	// certificates too.
	Keys string
	// Fronts are addresses before the first broker: who comes through one of them
	// is told that the broker is there. See Behind.
	Fronts []string
	// KDC knows the brokers. Without one there are no listeners with Kerberos.
	KDC *KDC
	// Properties are more lines for each broker.
	Properties []string
}

// Cluster is one or several brokers.
type Cluster struct {
	Nodes   []*Node
	options Options
	dir     string
}

// Installed says why there can be no broker, or nil.
func Installed() error {
	home := os.Getenv("ILF_KAFKA")
	if home == "" {
		return errors.New("ILF_KAFKA does not name its folder: make test-kafka does")
	}
	if why, err := os.ReadFile(filepath.Join(home, "missing")); err == nil {
		return errors.New(strings.TrimSpace(string(why)))
	}
	if _, err := os.Stat(filepath.Join(home, "installed")); err != nil {
		return errors.New("make kafka has not been run")
	}
	return nil
}

// Need skips the test where there is no broker, or fails it where there must be one.
func Need(t testing.TB) {
	t.Helper()
	if err := Installed(); err != nil {
		if os.Getenv("ILF_KAFKA") != "" && os.Getenv("ILF_REQUIRE_KAFKA") != "" {
			t.Fatal("Kafka is not installed: ", err)
		}
		t.Skip("skipped: Kafka is not installed: ", err)
	}
}

// Start starts a cluster and waits until all its brokers are there.
func Start(options Options) (*Cluster, error) {
	if err := Installed(); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "ilf-kafka.")
	if err != nil {
		return nil, err
	}
	c := &Cluster{options: options, dir: dir}
	for id := 1; id <= options.Nodes; id++ {
		c.Nodes = append(c.Nodes, newNode(c, id))
	}
	for _, n := range c.Nodes {
		if err = n.format(); err == nil {
			err = n.launch()
		}
		if err != nil {
			c.Stop()
			return nil, err
		}
	}
	for _, n := range c.Nodes {
		if err = n.Ready(); err != nil {
			c.Stop()
			return nil, err
		}
	}
	return c, nil
}

// Stop ends all brokers, and removes what they wrote.
func (c *Cluster) Stop() {
	for _, n := range c.Nodes {
		n.Kill()
	}
	_ = os.RemoveAll(c.dir)
}

// Brokers are the addresses of a listener: PLAINTEXT, SASL_PLAINTEXT, and, with
// certificates, SSL, MTLS and SASL_SSL. alice comes by PLAIN, bob by SCRAM. With a
// KDC there are KERBEROS and, with certificates too, KERBEROS_SSL; with keys OAUTH
// and OAUTH_SSL.
func (c *Cluster) Brokers(listener string) (addresses []string) {
	for _, n := range c.Nodes {
		addresses = append(addresses, n.Address(listener))
	}
	return addresses
}

// Behind is the address of the first broker that front number i must lead to.
func (c *Cluster) Behind(i int) string { return c.Nodes[0].Address(fmt.Sprintf("FRONT%d", i)) }

const patience = 60 * time.Second

// await asks again until there is no error.
func await(what string, condition func() error) error {
	var err error
	for over := time.Now().Add(patience); time.Now().Before(over); time.Sleep(50 * time.Millisecond) {
		if err = condition(); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%s: %w", what, err)
}
