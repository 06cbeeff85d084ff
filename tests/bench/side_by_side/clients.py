"""The clients that ask: one that throws bulk away without decrypting it, wrk, h2load and curl; each says what came of it."""

import functools
import hashlib
import os
import re
import resource
import socket
import ssl
import subprocess
import threading
import time

from servers import PEERS

STEP = 1 << 20
# Bytes beyond the document: head, TLS records (5 + 17 of each 16 KiB), tickets. Less than this much more than it must have come.
FRAMING = 1.05
CONNECTION = "Connection: close"


def environment(**more):
    return dict(os.environ, OPENSSL_CONF=str(PEERS / "openssl.cnf"), **more)


@functools.cache
def trust(authority):
    return ssl.create_default_context(cafile=authority)


class Handshake:
    """TLS by hand over a socket, so that what comes after the request can be thrown away as it is."""

    def __init__(self, place, port, source=None):
        context = trust(place / "ca.pem")
        self.socket = socket.create_connection(("127.0.0.1", port), source_address=(source, 0) if source else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.coming, self.going = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.coming, self.going, server_hostname="localhost")
        self.turn(self.tls.do_handshake)

    def turn(self, act):
        while True:
            try:
                done = act()
                self.socket.sendall(self.going.read())
                return done
            except ssl.SSLWantReadError:
                self.socket.sendall(self.going.read())
                self.coming.write(self.socket.recv(65536))

    def ask(self, path, *fields):
        head = "".join(f"{field}\r\n" for field in fields)
        request = f"GET {path} HTTP/1.1\r\nHost: localhost:{self.socket.getpeername()[1]}\r\n{head}\r\n"
        self.turn(lambda: self.tls.write(request.encode()))


def discard(connection):
    """Counts what comes until the end, without the kernel copying it here."""
    buffer, bytes_, flags = bytearray(STEP), 0, socket.MSG_TRUNC
    while got := connection.recv_into(buffer, STEP, flags):
        bytes_ += got
    return bytes_


def download(place, port, path, fields, size, clients=1):
    """Downloads of `size` bytes at the same time, thrown away; seconds from the first request to the last byte."""
    lines = [Handshake(place, port) for _ in range(clients)]
    came = [0] * clients
    started = time.perf_counter()

    def take(n):
        lines[n].ask(path, CONNECTION, *fields)
        came[n] = discard(lines[n].socket)

    threads = [threading.Thread(target=take, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    for line in lines:
        line.socket.close()
    if not all(size <= bytes_ < size * FRAMING for bytes_ in came):
        raise RuntimeError(f"{came} bytes came of {size}")
    return took


def plain(size):
    """The same over plain TCP, by a sender that does nothing else: processor seconds of the sender, and seconds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sender = os.fork()
        if sender == 0:
            listener.settimeout(10)
            connection, _ = listener.accept()
            piece = bytes(256 * 1024)
            for _ in range(size // len(piece)):
                connection.sendall(piece)
            connection.close()
            os._exit(0)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        with socket.create_connection(listener.getsockname()) as line:
            came = discard(line)
        took = time.perf_counter() - started
        os.waitpid(sender, 0)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if came != size:
        raise RuntimeError(f"{came} bytes came of {size}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, took


def aes_pace():
    """Bytes of AES-128-GCM in a second of one processor, as OpenSSL has them."""
    said = subprocess.run(["openssl", "speed", "-seconds", "1", "-bytes", "16384", "-evp", "aes-128-gcm"], capture_output=True, text=True)
    return float(said.stdout.split()[-1].rstrip("k")) * 1000


def wrk(place, port, paths, seconds, connections, cookie=None, refused=False):
    """Asks over HTTP/1.1 as fast as answers come: requests in a second, how many, and the 99th percentile in milliseconds."""
    (place / "paths").write_text("\n".join(paths) + "\n")
    more = {"BENCH_PATHS": str(place / "paths"), **({"BENCH_COOKIE": cookie} if cookie else {})}
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--timeout", "10", "-s", str(PEERS / "paths.lua"), f"https://localhost:{port}/"]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment(**more)).stdout
    found = re.search(r"requests (\d+) micros (\d+) failed (\d+) other (\d+) p50 (\d+) p99 (\d+)", said)
    requests, micros, failed, other, _, p99 = map(int, found.groups())
    # Answers that refuse count as errors there.
    if failed > connections or other != (requests if refused else 0):
        raise RuntimeError(f"odd answers: {said}")
    return requests / (micros / 1e6), requests, p99 / 1000


def h2load(place, port, paths, seconds, connections, streams, cookie=None):
    """The same over HTTP/2."""
    (place / "uris").write_text("".join(f"https://localhost:{port}{path}\n" for path in paths))
    fields = ["-H", f"cookie: {cookie}"] if cookie else []
    command = ["h2load", "-t1", f"-c{connections}", f"-m{streams}", "-D", str(seconds), *fields, "-i", str(place / "uris")]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment()).stdout
    rate = float(re.search(r"finished in [^,]*, ([0-9.]+) req/s", said).group(1))
    good, other = int(re.search(r"(\d+) 2xx", said).group(1)), sum(map(int, re.findall(r"(\d+) [345]xx", said)))
    if other or not good:
        raise RuntimeError(f"odd answers: {said}")
    return rate, good, None


def verified(place, port, path, fields, size, digest, http="--http1.1"):
    """Has curl fetch a document whole: it must be `size` bytes with that SHA-256."""
    sent = [word for field in fields for word in ("--header", field)]
    command = ["curl", "--silent", "--fail", http, "--cacert", str(place / "ca.pem"), *sent, f"https://localhost:{port}{path}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as curl:
        hash_, bytes_ = hashlib.sha256(), 0
        while piece := curl.stdout.read(STEP):
            hash_.update(piece)
            bytes_ += len(piece)
    if curl.returncode or bytes_ != size or hash_.hexdigest() != digest:
        raise RuntimeError(f"other content at {path}: {bytes_} bytes of {size}, curl ended with {curl.returncode}")


def idle(place, port, path, fields, connections):
    """Opens connections from several addresses, asks once over each, and gives them, still open."""
    held = []
    for n in range(connections):
        # So many of one address as the configuration lets in, and as there are ports.
        line = Handshake(place, port, f"127.0.0.{2 + n // 900}")
        line.ask(path, *fields)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += line.turn(lambda: line.tls.read(65536))
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"an odd answer: {answer[:200]}")
        held.append(line)
    for line in held:
        try:
            if not line.socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
                raise RuntimeError("a connection was closed before all were open: the machine is too slow or too busy for this row")
        except BlockingIOError:
            pass
    return held
