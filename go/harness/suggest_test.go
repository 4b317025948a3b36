package harness

import "testing"

func TestSuggestsWhatIsNear(t *testing.T) {
	known := []string{"FileName", "MaxSize", "processor_regex", "processor_default"}
	for typed, want := range map[string]string{
		"FileNam": "FileName", "filename": "FileName", "Filenames": "FileName", "Mxsize": "MaxSize",
		"processor_rgex": "processor_regex", "proccesor_regex": "processor_regex",
		"processor_split": "", "Colour": "", "": "",
	} {
		if want != "" {
			want = "; did you mean " + want + "?"
		}
		if got := didYouMean(typed, known); got != want {
			t.Errorf("%q: got %q", typed, got)
		}
	}
}
