// Package faults holds the tests of conservation: whatever happens to a sink,
// accepted = delivered + dead-lettered + still spooled. `make test-faults` runs
// them against the library of the tests, through the harness.
package faults
