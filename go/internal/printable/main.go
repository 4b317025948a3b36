// Command printable writes flushers/common/printable.c: the ranges of characters
// below U+10000 that strconv.IsPrint of this Go release holds printable.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
)

func main() {
	fmt.Printf(`/* Which characters Go's strconv.IsPrint holds printable, as of %s: the first and the last of each
 * range. Made by go/internal/printable; committed, because it follows Go's release and not ours. */
#include "printable.h"

#include <stddef.h>

/* clang-format off */
static const uint16_t ranges[][2] = {
`, runtime.Version())
	n := 0
	for r := rune(0); r < 0x10000; r++ {
		if !strconv.IsPrint(r) {
			continue
		}
		first := r
		for r+1 < 0x10000 && strconv.IsPrint(r+1) {
			r++
		}
		if n%6 == 0 {
			fmt.Print("    ")
		}
		fmt.Printf("{0x%04x, 0x%04x},", first, r)
		if n++; n%6 == 0 {
			fmt.Println()
		} else {
			fmt.Print(" ")
		}
	}
	fmt.Fprintln(os.Stdout, `
};
/* clang-format on */

bool ilf__is_printable(uint32_t rune)
{
    size_t low = 0, high = sizeof(ranges) / sizeof(ranges[0]);

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (rune > ranges[middle][1])
            low = middle + 1;
        else if (rune < ranges[middle][0])
            high = middle;
        else
            return true;
    }
    return false;
}`)
}
