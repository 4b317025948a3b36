package harness

import "testing"

func TestParsesReleaseNames(t *testing.T) {
	for name, want := range map[string]Release{
		"1.8": V18, "1.8.8": V18, "2.0": V20, "2.0.7": V20, "3": V3, "3.x": V3, "3.3.5": V3,
	} {
		if got, err := ParseRelease(name); err != nil || got != want {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
	for _, name := range []string{"", "1", "1.80", "2.1", "30", "4", "x"} {
		if got, err := ParseRelease(name); err == nil {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestLooksPluginsUpAsTheReleaseDoes(t *testing.T) {
	for _, c := range []struct{ typ, v18, v20, v3 string }{
		{"flusher_x", "flusher_x", "flusher_x", "flusher_x"},
		{"flusher_x/1", "flusher_x", "flusher_x", "flusher_x"},
		{"flusher_x/1#2", "flusher_x", "flusher_x", "flusher_x"},
		{"flusher_x#2", "flusher_x#2", "flusher_x", "flusher_x#2"},
		{"flusher_x#2/1", "flusher_x", "flusher_x", "flusher_x"},
		{"aggregator_default", "aggregator_base", "aggregator_context", "aggregator_context"},
		{"aggregator_default/1", "aggregator_base", "aggregator_context", "aggregator_context"},
	} {
		for release, want := range []string{c.v18, c.v20, c.v3} {
			if got := releases[release].lookup(flushers, c.typ); got != want {
				t.Errorf("%s in %s: got %s, want %s", c.typ, Release(release), got, want)
			}
		}
	}
	for release, want := range []string{"metric_x/1", "metric_x", "metric_x"} {
		if got := releases[release].lookup(inputs, "metric_x/1"); got != want {
			t.Errorf("input metric_x/1 in %s: got %s, want %s", Release(release), got, want)
		}
	}
}

func TestHidesTheSuffixOfConfigNames(t *testing.T) {
	for _, c := range []struct{ config, v18, later string }{
		{"c", "c", "c"}, {"c/1", "c/1", "c"}, {"c/2", "c/2", "c"}, {"c/3", "c/3", "c/3"},
		{"c/1/2", "c/1/2", "c/1"}, {"/1", "/1", ""},
	} {
		for release, want := range []string{c.v18, c.later, c.later} {
			if got := releases[release].visibleName(c.config); got != want {
				t.Errorf("%s in %s: got %s, want %s", c.config, Release(release), got, want)
			}
		}
	}
}
