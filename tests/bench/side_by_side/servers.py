"""The servers that are measured: how each is started, and what it costs in processor time and memory."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

PEERS = pathlib.Path(__file__).resolve().parent.parent / "peers"
PATIENCE = 60.0
LOOK = 0.05
# Descriptors that each server may have; ten thousand connections need that many and some.
FILES = 16000


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what, look):
    """Looks until there is something, and gives it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(LOOK)
    raise RuntimeError(f"waited in vain: {what}")


def filled(name, **values):
    text = (PEERS / name).read_text()
    for key, value in values.items():
        text = text.replace(f"@{key.upper()}@", str(value))
    return text


class Server:
    """A process with its children, listening on a port of loopback."""

    def __init__(self, name, port, process):
        self.name, self.port, self.process = name, port, process

    @classmethod
    def start(cls, name, place, port, command, env=None):
        log = open(place / f"{name}.log", "wb")
        process = subprocess.Popen(command, cwd=place, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=env)
        server = cls(name, port, process)
        try:
            until(f"{name} to listen", lambda: server.listens(place))
        except BaseException:
            server.stop()
            raise
        return server

    def listens(self, place):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended: " + (place / f"{self.name}.log").read_text()[-2000:])
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def processes(self):
        found, rest = [], [self.process.pid]
        while rest:
            pid = rest.pop()
            found.append(pid)
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                rest += [int(child) for child in (task / "children").read_text().split()]
        return found

    def cpu(self):
        """Seconds of processor time so far, in the kernel and out of it, to the nanosecond."""
        # The clock of another process, as the kernel numbers them (clock_getcpuclockid).
        return sum(time.clock_gettime((~pid << 3) | 2) for pid in self.processes())

    def memory(self):
        """Bytes of memory that it has to itself, and its part of what it shares."""
        total = 0
        for pid in self.processes():
            for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        return total

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def nginx(place):
    """One nginx with two servers; the second is the same process under another port and name."""
    port, wide = free_port(), free_port()
    user = "user root;" if os.getuid() == 0 else ""
    (place / "nginx.conf").write_text(filled("nginx.conf", port=port, port64=wide, user=user, files=FILES))
    shutil.copy(PEERS / "linked.conf", place)
    command = [shutil.which("nginx") or "/usr/sbin/nginx", "-e", "stderr", "-p", str(place), "-c", str(place / "nginx.conf")]
    server = Server.start("nginx", place, port, command)
    return server, Server("nginx, 64 KiB", wide, server.process)


def caddy(place):
    port = free_port()
    (place / "Caddyfile").write_text(filled("Caddyfile", port=port))
    env = dict(os.environ, XDG_DATA_HOME=str(place / "caddy"), XDG_CONFIG_HOME=str(place / "caddy"), HOME=str(place))
    return Server.start("caddy", place, port, ["caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"], env)


def dufs(place):
    port = free_port()
    tls = ["--tls-cert", "server.pem", "--tls-key", "server.key"]
    return Server.start("dufs", place, port, ["dufs", "--bind", "127.0.0.1", "--port", str(port), *tls, "files"])


def doorward(place, program, store=None):
    """Doorward over the folder `files`, or over another store; a fresh data directory in any case."""
    port = free_port()
    store = store or '[[store]]\nname = "store"\npath = "files"'
    config = filled("doorward.toml", port=port, store=store, mail='transport = "directory"')
    shutil.rmtree(place / "data", ignore_errors=True)
    (place / "doorward.toml").write_text(config)
    server = Server.start("doorward", place, port, [program, "serve", "--config", str(place / "doorward.toml")])
    until("Doorward to be ready", lambda: "ready at" in (place / "doorward.log").read_text())
    return server
