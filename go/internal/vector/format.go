package vector

import (
	"encoding/json"
	"fmt"
	"testing"
)

// Convert is what a case of the converter says of its options.
type Convert struct {
	Protocol, Encoding, Separator string
	IgnoreUnExpectedData          bool
	EnableSlsMetricsFormat        bool
	TagFieldsRename               map[string]string `json:",omitempty"`
	ProtocolFieldsRename          map[string]string `json:",omitempty"`
}

// ConvertOptions reads the options of a case; the two that are none of Convert come apart.
func (c *Case) ConvertOptions(t *testing.T) (convert Convert, onlyContents, k8s bool) {
	var other struct {
		OnlyContents bool
		K8s          bool `json:"k8s"`
	}
	for _, into := range []interface{}{&convert, &other} {
		if err := json.Unmarshal(c.Options, into); err != nil {
			t.Fatal(err)
		}
	}
	return convert, other.OnlyContents, other.K8s
}

// Outputs decodes the expected outputs.
func (c *Case) Outputs(t *testing.T) (outputs []string) {
	for _, text := range c.Expect.Outputs {
		outputs = append(outputs, string(Bytes(t, text)))
	}
	return outputs
}

// SelectedFields are the values expected with each output; all nil when the protocol tells none.
func (c *Case) SelectedFields(t *testing.T) []map[string]string {
	all := make([]map[string]string, len(c.Expect.Outputs))
	copy(all, c.SelectedOfLogs(t))
	return all
}

// SelectedOfLogs are the values expected, of each log where an output holds several.
func (c *Case) SelectedOfLogs(t *testing.T) []map[string]string {
	var items []map[string]Text
	if len(c.Expect.Selected) > 0 {
		if err := json.Unmarshal(c.Expect.Selected, &items); err != nil {
			t.Fatal(err)
		}
	}
	all := make([]map[string]string, len(items))
	for i, item := range items {
		all[i] = map[string]string{}
		for name, value := range item {
			all[i][name] = string(value)
		}
	}
	return all
}

// Item is one item that the flusher_c_format of the tests wrote.
type Item struct {
	First, Records int
	Bytes          string
	Selected       map[string]string
}

// Dump reads what flusher_c_format wrote: items, and by index why events were refused.
type Dump struct {
	text    string
	Items   []Item
	Refused map[int]string
}

func (d *Dump) word() (word string) {
	if _, err := fmt.Sscan(d.text, &word); err != nil {
		panic(err)
	}
	d.text = d.text[len(word)+1:]
	return word
}

func (d *Dump) number() (n int) {
	_, err := fmt.Sscan(d.word(), &n)
	must(err)
	return n
}

func (d *Dump) str() (s string) {
	var n int
	_, err := fmt.Sscanf(d.text, "%d:", &n)
	must(err)
	head := len(fmt.Sprint(n)) + 1
	s, d.text = d.text[head:head+n], d.text[head+n+1:]
	return s
}

// ReadDump reads the text of a dump with values of the fields named.
func ReadDump(text string, names []string) *Dump {
	d := &Dump{text: text, Refused: map[int]string{}}
	for d.text != "" {
		if d.word() == "refused" {
			index := d.number()
			d.Refused[index] = d.str()
		} else {
			item := Item{First: d.number(), Records: d.number(), Bytes: d.str(), Selected: map[string]string{}}
			for _, name := range names {
				present := d.number()
				if value := d.str(); present == 1 {
					item.Selected[name] = value
				}
			}
			d.Items = append(d.Items, item)
		}
		d.text = d.text[1:] // the newline
	}
	return d
}

// Strings reads strings that stand one behind the other.
func Strings(text string) (all []string) {
	for d := (&Dump{text: text}); d.text != ""; {
		if len(d.text) > 6 && d.text[:6] == "gives " {
			d.text = d.text[6:]
		}
		all = append(all, d.str())
	}
	return all
}
