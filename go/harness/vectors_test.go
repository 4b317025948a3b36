package harness

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// detailFlusher keeps the bytes that its decoder is given.
type detailFlusher struct {
	nullFlusher
	received []byte
}

func (d *detailFlusher) UnmarshalJSON(text []byte) error {
	d.received = append([]byte(nil), text...)
	return nil
}

type detailCase struct {
	ID      string `json:"id"`
	Detail  string `json:"detail_b64"`
	Missing bool   `json:"detail_missing"`
	Expect  struct {
		Received  string `json:"received_b64"`
		LoadError string `json:"load_error"`
	} `json:"expect"`
}

func vectorFile(t *testing.T, name string) *os.File {
	t.Helper()
	folder := os.Getenv("ILF_VECTORS")
	if folder == "" {
		folder = filepath.Join("..", "..", "tests", "vectors")
	}
	file, err := os.Open(filepath.Join(folder, name))
	if os.IsNotExist(err) && os.Getenv("ILF_VECTORS") != "" {
		t.Skipf("%s is not in $ILF_VECTORS", name)
	}
	if err != nil {
		t.Fatalf("%v: set ILF_VECTORS to the folder of the vectors", err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

func TestVectorsDetailJSONIsHandedOverAsTheHostDoes(t *testing.T) {
	scanner := bufio.NewScanner(vectorFile(t, "detail_json.jsonl"))
	scanner.Buffer(nil, 16<<20)
	cases, failed := 0, 0
	for scanner.Scan() {
		var c detailCase
		if err := json.Unmarshal(scanner.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cases++
		if err := runDetail(t, c); err != nil {
			failed++
			t.Errorf("%s: %v", c.ID, err)
		}
	}
	if err := scanner.Err(); err != nil || cases == 0 {
		t.Fatalf("%d cases, %v", cases, err)
	}
	fmt.Printf("vectors detail_json.jsonl: %d cases, %d passed, %d failed\n", cases, cases-failed, failed)
}

func runDetail(t *testing.T, c detailCase) error {
	detail, err := base64.StdEncoding.DecodeString(c.Detail)
	if err != nil {
		return err
	}
	member := `, "detail": ` + string(detail)
	if c.Missing {
		member = ""
	}
	flusher := &detailFlusher{}
	pipeline.AddFlusherCreator("flusher_detail", func() pipeline.Flusher { return flusher })
	defer delete(pipeline.Flushers, "flusher_detail")
	err = newRig(t, V3).Load(LoadedConfig{ConfigName: "c",
		JSONStr: `{"flushers": [{"type": "flusher_detail"` + member + `}]}`})
	if c.Expect.LoadError != "" {
		if err == nil {
			return fmt.Errorf("loads, and should fail with: %s", c.Expect.LoadError)
		}
		return nil
	}
	if err != nil {
		return err
	}
	want, err := base64.StdEncoding.DecodeString(c.Expect.Received)
	if err != nil {
		return err
	}
	if got := string(flusher.received); got != inThisGo(string(want)) {
		return fmt.Errorf("received %s, want %s", got, want)
	}
	return nil
}

// inThisGo spells the two control characters the way the running Go does: until
// Go 1.22 the host's encoder wrote \u0008 and \u000c where it now writes \b and \f.
func inThisGo(text string) string {
	if b, _ := json.Marshal("\b"); string(b) == `"\b"` {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			out.WriteByte(text[i])
			continue
		}
		i++
		switch text[i] {
		case 'b':
			out.WriteString(`\u0008`)
		case 'f':
			out.WriteString(`\u000c`)
		default:
			out.WriteString(text[i-1 : i+1])
		}
	}
	return out.String()
}
