//go:build !ilogtail_v3

package logger

const aType = "X_ALARM"

func recordedAs(int) string { return "X_ALARM" }
