// "Did you mean ...?", much as libilf has it (cbridge/suggest.c).

package harness

import "strings"

// didYouMean ends a message with the nearest of the known names, if one is near.
func didYouMean(typed string, known []string) string {
	// A third of the letters wrong is still a typing error; more is another word.
	// Letters of a prefix that all types share, as processor_, do not count.
	best, limit := "", len(typed[strings.IndexByte(typed, '_')+1:])/3+2
	for _, name := range known {
		if d := distance(strings.ToLower(typed), strings.ToLower(name)); d < limit {
			best, limit = name, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}

// distance is the letters to insert, delete or replace (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			best := diagonal
			if a[i-1] != b[j-1] {
				best++
			}
			diagonal = row[j]
			if row[j]+1 < best {
				best = row[j] + 1
			}
			if row[j-1]+1 < best {
				best = row[j-1] + 1
			}
			row[j] = best
		}
	}
	return row[len(b)]
}
