package kafka

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// version is one of Kafka or of librdkafka.
type version [3]int

func (v version) before(other version) bool {
	for i := range v {
		if v[i] != other[i] {
			return v[i] < other[i]
		}
	}
	return false
}

func (v version) String() string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

func scan(text, format string) (v version, err error) {
	_, err = fmt.Sscanf(text, format, &v[0], &v[1], &v[2])
	return v, err
}

// ofBroker is the version of the broker that is installed.
func ofBroker() (version, error) {
	jars, err := filepath.Glob(filepath.Join(os.Getenv("ILF_KAFKA"), "lib", "kafka-clients-*.jar"))
	if err == nil && len(jars) != 1 {
		err = errors.New("what is installed is not one version of Kafka")
	}
	if err != nil {
		return version{}, err
	}
	return scan(filepath.Base(jars[0]), "kafka-clients-%d.%d.%d")
}

// ofClient is the version of the librdkafka that the flusher runs with, as the mock does.
func ofClient() (version, error) {
	said, err := exec.Command(os.Getenv("ILF_KAFKA_MOCK"), "version").Output()
	if err != nil {
		return version{}, err
	}
	return scan(string(said), "%d.%d.%d")
}

// RefusesScram says why the broker refuses SCRAM of this librdkafka, or nothing.
func RefusesScram() (string, error) {
	broker, err := ofBroker()
	if err != nil {
		return "", err
	}
	client, err := ofClient()
	if err != nil || broker.before(version{4}) || !client.before(version{2, 6, 1}) {
		return "", err
	}
	return fmt.Sprintf("Kafka %v refuses SCRAM of librdkafka %v: from 2.6.1 on it does not", broker, client), nil
}
