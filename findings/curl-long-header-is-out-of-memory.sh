#!/bin/sh
# libcurl calls a line of an answer's head that is longer than 100 KiB a lack of memory.
#
# Guess: an answer whose head libcurl finds too long ends with a code about the server's reply, such as
# CURLE_WEIRD_SERVER_REPLY or CURLE_RECV_ERROR.
# Seen: with libcurl 7.61.1, which pycurl 7.45.3 brings along, one header of 200,000 bytes ends the request with
# CURLE_OUT_OF_MEMORY (27), though memory is plentiful; Debian's 7.88.1 says the same. A client that takes 27
# for a fault of its own machine must look whether the request had been sent.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" -q install pycurl==7.45.3
"$dir/env/bin/python" - <<'PY'
import io
import socket
import threading
import pycurl


def answer(listener):
    connection, _ = listener.accept()
    connection.recv(65536)
    try:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200000 + b"\r\nContent-Length: 0\r\n\r\n")
    except OSError:
        pass  # the client has hung up
    connection.close()


print(pycurl.version)
listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=answer, args=(listener,), daemon=True).start()
curl = pycurl.Curl()
curl.setopt(pycurl.URL, "http://127.0.0.1:%d/" % listener.getsockname()[1])
curl.setopt(pycurl.PROXY, "")
curl.setopt(pycurl.POSTFIELDS, "x")
curl.setopt(pycurl.TIMEOUT, 20)
curl.setopt(pycurl.WRITEDATA, io.BytesIO())
try:
    curl.perform()
    code, text = 0, "no error"
except pycurl.error as error:
    code, text = error.args
print("code %d: %s; bytes of the request sent: %d" % (code, text, curl.getinfo(pycurl.REQUEST_SIZE)))
assert code == 27, code
assert curl.getinfo(pycurl.REQUEST_SIZE) > 0
print("as described")
PY
