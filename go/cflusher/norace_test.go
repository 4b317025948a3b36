//go:build !race

package cflusher_test

const raceEnabled = false
