// Whether a file is a terminal, and how wide. Linux only.

package main

import (
	"os"
	"syscall"
	"unsafe"
)

func isTerminal(file *os.File) bool {
	var settings syscall.Termios
	return ioctl(file, syscall.TCGETS, unsafe.Pointer(&settings))
}

// width is 80 when the terminal does not know.
func width(file *os.File) int {
	var size struct{ rows, columns, x, y uint16 }
	if !ioctl(file, syscall.TIOCGWINSZ, unsafe.Pointer(&size)) || size.columns == 0 {
		return 80
	}
	return int(size.columns)
}

func ioctl(file *os.File, request uintptr, argument unsafe.Pointer) bool {
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, file.Fd(), request, uintptr(argument))
	return errno == 0
}
