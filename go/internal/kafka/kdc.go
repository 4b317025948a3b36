package kafka

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"ilf.local/go/internal/oracle"
)

// Realm is where tests' principals are.
const Realm = "ILF.TEST"

// KDC is a key distribution centre of MIT Kerberos, in a folder of its own.
type KDC struct {
	Address string
	dir     string
	keytab  string // the brokers'
	process *exec.Cmd
}

// A realm's own configuration. Its clients take names of hosts as they are given.
const realm = `[libdefaults]
default_realm = %[1]s
dns_lookup_realm = false
dns_lookup_kdc = false
dns_canonicalize_hostname = false
rdns = false
udp_preference_limit = 1
[realms]
%[1]s = {
	kdc = %[2]s
}
`

const centre = `[kdcdefaults]
kdc_listen = %[2]s
kdc_tcp_listen = %[2]s
[realms]
%[1]s = {
	database_name = %[3]s/principal
	key_stash_file = %[3]s/stash
	acl_file = %[3]s/acl
	max_life = 1h
	supported_enctypes = aes256-cts-hmac-sha1-96:normal
}
[logging]
kdc = FILE:%[3]s/log
`

// StartKDC makes a realm in which only the brokers are known, and serves it.
func StartKDC() (*KDC, error) {
	dir, err := os.MkdirTemp("", "ilf-kdc.")
	if err != nil {
		return nil, err
	}
	k := &KDC{Address: oracle.Address(), dir: dir}
	err = os.WriteFile(k.path("kdc.conf"), []byte(fmt.Sprintf(centre, Realm, k.Address, dir)), 0o600)
	if err == nil {
		err = k.Config(k.path("krb5.conf"), k.Address)
	}
	if err == nil {
		err = k.run("kdb5_util", "create", "-s", "-P", "master")
	}
	if err == nil {
		k.keytab, err = k.AddPrincipal("kafka/127.0.0.1", time.Hour)
	}
	if err == nil {
		err = k.start()
	}
	if err != nil {
		k.Stop()
		return nil, err
	}
	return k, nil
}

// Config writes a krb5.conf for clients, to whom the KDC is at an address.
func (k *KDC) Config(path, address string) error {
	return os.WriteFile(path, []byte(fmt.Sprintf(realm, Realm, address)), 0o600)
}

// AddPrincipal adds one whose tickets hold for a time, and returns its key tab.
func (k *KDC) AddPrincipal(name string, life time.Duration) (keytab string, err error) {
	keytab = k.path(filepath.Base(name) + ".keytab")
	err = k.run("kadmin.local", "addprinc", "-randkey", "-maxlife", fmt.Sprintf("%d seconds", int(life.Seconds())), name)
	if err == nil {
		err = k.run("kadmin.local", "ktadd", "-q", "-k", keytab, name)
	}
	return keytab, err
}

// DeletePrincipal has the realm forget one.
func (k *KDC) DeletePrincipal(name string) error {
	return k.run("kadmin.local", "delprinc", "-force", name)
}

// Login gets a ticket with a key tab, into a cache.
func (k *KDC) Login(name, keytab, cache string) error {
	return k.run("kinit", "-k", "-t", keytab, "-c", cache, name)
}

func (k *KDC) start() error {
	k.process = k.command("krb5kdc", "-n")
	if err := k.process.Start(); err != nil {
		k.process = nil
		return err
	}
	return await("the KDC", func() error {
		c, err := net.Dial("tcp", k.Address)
		if err == nil {
			_ = c.Close()
		}
		return err
	})
}

// Stop ends it, and removes the realm.
func (k *KDC) Stop() {
	if k.process != nil {
		_ = k.process.Process.Kill()
		_ = k.process.Wait()
	}
	_ = os.RemoveAll(k.dir)
}

func (k *KDC) command(name string, arguments ...string) *exec.Cmd {
	c := exec.Command(tool(name), arguments...)
	c.Env = append(os.Environ(), "KRB5_CONFIG="+k.path("krb5.conf"), "KRB5_KDC_PROFILE="+k.path("kdc.conf"))
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return c
}

func (k *KDC) run(name string, arguments ...string) error {
	if said, err := k.command(name, arguments...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, said)
	}
	return nil
}

func (k *KDC) path(name string) string { return filepath.Join(k.dir, name) }
