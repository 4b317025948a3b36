package kafka

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// HasKDC says whether a KDC and its tools are installed.
func HasKDC() bool {
	for _, name := range []string{"krb5kdc", "kadmin.local", "kinit"} {
		if tool(name) == "" {
			return false
		}
	}
	modules, _ := filepath.Glob("/usr/lib/*/sasl2/libgssapiv2.so")
	return len(modules) > 0
}

// NeedKDC skips the test where there is none, or fails it where all must be there.
func NeedKDC(t testing.TB) {
	t.Helper()
	if HasKDC() {
		return
	}
	if os.Getenv("ILF_REQUIRE_KAFKA") != "" {
		t.Fatal("no KDC is installed: see .ci/deps kerberos")
	}
	t.Skip("skipped: no KDC is installed: see .ci/deps kerberos")
}

// tool finds a program that may be an administrator's.
func tool(name string) string {
	for _, name := range []string{name, filepath.Join("/usr/sbin", name)} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

func kerberosListeners(options *Options) []string {
	switch {
	case options.KDC == nil:
		return nil
	case options.Certificates == "":
		return []string{"KERBEROS"}
	}
	return []string{"KERBEROS", "KERBEROS_SSL"}
}

// The listener's name, and the key tab.
const kerberos = `listener.name.%[1]s.sasl.enabled.mechanisms=GSSAPI
listener.name.%[1]s.sasl.kerberos.service.name=kafka
listener.name.%[1]s.gssapi.sasl.jaas.config=com.sun.security.auth.module.Krb5LoginModule required \
  useKeyTab=true storeKey=true keyTab="%[2]s" principal="kafka/127.0.0.1@ILF.TEST";
`

// Over TLS nobody stays longer than two seconds without showing a ticket again.
func kerberosProperties(options *Options) (text string) {
	for _, name := range kerberosListeners(options) {
		text += fmt.Sprintf(kerberos, strings.ToLower(name), options.KDC.keytab)
	}
	return text + "listener.name.kerberos_ssl.gssapi.connections.max.reauth.ms=2000\n"
}
