// What became of the letters of a replay.

package main

// reasons are why lines were skipped, each with the first of them. The last
// stands for all others when there are many.
type reasons []struct {
	text string
	line int
	n    uint64
}

const mostReasons = 20

func (r *reasons) add(line int, text string) {
	for i := range *r {
		if (*r)[i].text == text || i == mostReasons {
			(*r)[i].n++
			return
		}
	}
	if len(*r) == mostReasons {
		text = "for other reasons"
	}
	*r = append(*r, reasons{{text, line, 1}}...)
}
