//go:build race

package cflusher_test

const raceEnabled = true
