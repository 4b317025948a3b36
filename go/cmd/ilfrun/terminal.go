// What the kernel knows about a file: whether it is a terminal, how wide, and
// whether anybody still reads it. Linux only.

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

// readerGone tells whether the file is a pipe or a socket that nobody will read
// any more.
func readerGone(file *os.File) bool {
	const pollErr = 0x8
	request := struct {
		fd              int32
		events, revents int16
	}{fd: int32(file.Fd())}
	var noWait syscall.Timespec
	_, _, errno := syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&request)), 1,
		uintptr(unsafe.Pointer(&noWait)), 0, 0, 0)
	return errno == 0 && request.revents&pollErr != 0
}
