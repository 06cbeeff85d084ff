"""The rows that are measured beside peers: what is asked of whom, how it is verified, and what is wanted."""

import base64
import dataclasses
import hashlib
import re
import typing

import clients
import servers
from programs import ran
from recipient import Recipient, share

GIB = 1 << 30
LARGE, MEDIUM, SMALL = 256 << 20, 100 << 10, 1 << 10
# Small documents in the bench's folder: enough that no round asks twice for the same one with a receipt each.
MANY = 60_000
# Of them, those that are asked for again and again.
FEW = 1_000
# Forged links, and connections that lie idle.
FORGED, IDLE = 1_000, 10_000
CONNECTIONS, STREAMS = 16, 8
LINK_ENDS = 4_000_000_000


class Sample(typing.NamedTuple):
    """What one round of one server came to: a rate, and a cost for each unit of work."""

    rate: float
    cost: float


@dataclasses.dataclass(frozen=True)
class Target:
    """What a figure of Doorward's is held against: the best of some servers, as a ratio; without any, a number of its unit."""

    figure: str
    against: tuple
    limit: float

    @property
    def wanted(self):
        sign = ">=" if self.figure == "rate" else "<="
        return f"{sign} {self.limit:.2f}x" if self.against else f"{sign} {self.limit:.4g}"

    def reached(self, ratio):
        return ratio >= self.limit if self.figure == "rate" else ratio <= self.limit


@dataclasses.dataclass(frozen=True)
class Row:
    """A workload: its servers in the order of a round, what each is asked, and what is wanted."""

    name: str
    title: str
    rate_unit: str
    cost_unit: str
    servers: tuple
    targets: tuple
    setting: type
    rounds: int = 0
    notes: str = ""


NGINX = ("nginx", "nginx, 64 KiB")
FILE_SERVERS = (*NGINX, "caddy", "dufs")


class Setting:
    """All servers over the same documents, for one row; `act` lets one of them work for a round."""

    def __init__(self, bench):
        self.bench, self.place = bench, bench.place
        self.round, self.all = 0, []
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self):
        """Starts what is there; rows with more to prepare add it."""
        self.doorward = servers.doorward(self.place, self.bench.program)
        self.all = [self.doorward]
        for start in (servers.nginx, servers.caddy, servers.dufs):
            if start.__name__ in self.bench.peers:
                started = start(self.place)
                self.all += started if isinstance(started, tuple) else (started,)
        self.running = {server.name: server for server in self.all if server is not self.doorward}
        self.visit()

    def visit(self):
        """Goes the way of a recipient into the folder of all documents."""
        self.who = self.recipient("docs")
        self.folder = f"{self.who.folder}docs/"

    def recipient(self, name, *more):
        self.round += 1
        address = f"guest{self.round}@example.org"
        link = share(self.place, self.bench.program, name, address, *more)
        return Recipient(self.place, self.doorward.port, link, address)

    def close(self):
        for server in reversed(self.all):
            server.stop()

    def server(self, label):
        return self.running.get(label, self.doorward)

    def asks(self, label, names):
        """The addresses of documents at a server, and the fields that go with them."""
        if label in NGINX:
            return [linked(f"/docs/{name}") for name in names], []
        if label in self.running:
            return [f"/docs/{name}" for name in names], []
        return [self.folder + name for name in names], [f"Cookie: {self.who.cookie}"]

    def costed(self, label, work):
        """Has work done and gives what it gave, with the seconds of processor time it took the server."""
        server = self.server(label)
        before = server.cpu()
        done = work(server.port)
        return done, server.cpu() - before


def linked(path):
    """The address of a document with a link as nginx verifies it."""
    digest = hashlib.md5(f"{LINK_ENDS}{path} bench".encode()).digest()
    return f"{path}?md5={base64.urlsafe_b64encode(digest).decode().rstrip('=')}&expires={LINK_ENDS}"


class Bulk(Setting):
    """Large downloads, thrown away by the client without decrypting."""

    clients = 1

    def start(self):
        super().start()
        self.pinned = self.recipient("docs/large.bin")
        _, page = self.pinned.ask("GET", self.pinned.folder.removesuffix("f/"))
        self.pinned_at = re.search(r'href="(' + re.escape(self.pinned.folder) + r'[^"]*large\.bin)"', page).group(1)

    def where(self, label):
        if label == "Doorward, pinned":
            return self.pinned_at, [f"Cookie: {self.pinned.cookie}"]
        paths, fields = self.asks(label, ["large.bin"])
        return paths[0], fields

    def verify(self, label):
        if label != "floor":
            path, fields = self.where(label)
            clients.verified(self.place, self.server(label).port, path, fields, LARGE, self.bench.digests["large.bin"])

    def act(self, label):
        bytes_ = LARGE * self.clients
        if label == "floor":
            cost, took = clients.plain(bytes_)
            return Sample(bytes_ / GIB / took, cost * GIB / bytes_ + GIB / self.bench.aes_pace)
        path, fields = self.where(label)
        took, cpu = self.costed(label, lambda port: clients.download(self.place, port, path, fields, LARGE, self.clients))
        return Sample(bytes_ / GIB / took, cpu * GIB / bytes_)


class Bulk8(Bulk):
    """The same by eight clients at once."""

    clients = 8


class Requests(Setting):
    """Documents over connections that stay open, one after the other."""

    names, size, http = ["medium.bin"], MEDIUM, "--http1.1"

    def verify(self, label):
        paths, fields = self.asks(label, self.names)
        digest = self.bench.digests[self.names[0]]
        clients.verified(self.place, self.server(label).port, paths[0], fields, self.size, digest, self.http)

    def act(self, label):
        paths, fields = self.asks(label, self.names)
        cookie = self.who.cookie if fields else None
        (rate, requests, _), cpu = self.costed(label, lambda port: self.load(port, paths, cookie))
        return Sample(rate, cpu / requests * 1e6)

    def load(self, port, paths, cookie):
        return clients.wrk(self.place, port, paths, self.bench.seconds, CONNECTIONS, cookie)


def few():
    return [f"few/{n:05}" for n in range(FEW)]


class Small(Requests):
    """Small documents, and for Doorward also with a new session in each round, so that each request makes a receipt."""

    size, names = SMALL, few()

    def act(self, label):
        if label != "Doorward, a receipt each":
            return super().act(label)
        own, folder, names = self.who, self.folder, [f"many/{n:05}" for n in range(MANY)]
        self.visit()
        paths, _ = self.asks(label, names)
        (rate, requests, _), cpu = self.costed(label, lambda port: self.load(port, paths, self.who.cookie))
        self.who, self.folder = own, folder
        if requests > MANY:
            self.bench.say(f"{label}: {requests} requests, but only {MANY} documents: some made no receipt")
        return Sample(rate, cpu / requests * 1e6)


class Small2(Small):
    """The same over HTTP/2."""

    http = "--http2"

    def load(self, port, paths, cookie):
        return clients.h2load(self.place, port, paths, self.bench.seconds, CONNECTIONS // 2, STREAMS, cookie)


class Forged(Setting):
    """Links that nobody signed."""

    def paths(self, label):
        if label in NGINX:
            return [re.sub("md5=....", f"md5={n:04}", linked("/docs/few/00000")) for n in range(FORGED)]
        return [f"{self.who.link[:-6]}{n:06}" for n in range(FORGED)]

    def verify(self, label):
        """That all of them are refused is looked at in every round."""

    def act(self, label):
        paths = self.paths(label)
        load = lambda port: clients.wrk(self.place, port, paths, self.bench.seconds, CONNECTIONS, refused=True)  # noqa: E731
        (rate, requests, _), cpu = self.costed(label, load)
        return Sample(rate, cpu / requests * 1e6)


class Handshakes(Setting):
    """A new connection for each small page: the link's page of Doorward, and the same bytes as a file."""

    hybrid = "Doorward, X25519MLKEM768"

    def start(self):
        super().start()
        _, page = self.who.ask("GET", self.who.link)
        (self.place / "files" / "docs" / "page.html").write_text(page)

    def path(self, label):
        if label in NGINX:
            return linked("/docs/page.html")
        return "/docs/page.html" if label in self.running else self.who.link

    def verify(self, label):
        """What comes is looked at for its status in every round; a link's page holds a token that is new each time."""

    def act(self, label):
        figures, cpu = self.costed(label, lambda port: self.load(port, self.path(label), label == self.hybrid))
        return Sample(figures["rate"], cpu / figures["made"] * 1e6)

    def load(self, port, path, hybrid):
        words = ["handshake", "--port", str(port), "--authority", str(self.place / "ca.pem"), "--path", path,
                 "--seconds", str(self.bench.seconds), "--connections", str(CONNECTIONS), *(["--hybrid"] if hybrid else [])]
        return ran(self.bench, "load", *words, told=False)("handshake.json")


class Idle(Setting):
    """Connections that asked once and then lie idle; the rate is how many were opened in a second."""

    def verify(self, label):
        """Each connection is asked something, and its answer looked at."""

    def act(self, label):
        paths, fields = self.asks(label, few()[:1])
        server = self.server(label)
        before = server.memory()
        lines = clients.idle(self.place, server.port, paths[0], fields, IDLE)
        cost = (server.memory() - before) / IDLE / 1024
        for line in lines:
            line.socket.close()
        return Sample(0, cost)


ROWS = [
    Row("download", "256 MiB, 1 client", "GiB/s", "CPU s/GiB", (*FILE_SERVERS, "floor", "Doorward", "Doorward, pinned"),
        (Target("rate", NGINX, 1.4), Target("rate", FILE_SERVERS, 1.2), Target("cost", NGINX, 0.5), Target("cost", ("floor",), 1.25)), Bulk),
    Row("download-8", "256 MiB, 8 clients", "GiB/s", "CPU s/GiB", (*FILE_SERVERS, "Doorward", "Doorward, pinned"),
        (Target("rate", FILE_SERVERS, 1.1), Target("cost", NGINX, 0.75)), Bulk8),
    Row("document", "100 KiB, keep-alive", "/s", "CPU us", (*FILE_SERVERS, "Doorward"),
        (Target("rate", NGINX, 1.15), Target("cost", NGINX, 0.8)), Requests),
    Row("small", "1 KiB, HTTP/1.1", "/s", "CPU us", (*FILE_SERVERS, "Doorward", "Doorward, a receipt each"), (Target("cost", NGINX, 1.1),), Small),
    Row("small-h2", "1 KiB, HTTP/2", "/s", "CPU us", (*NGINX, "caddy", "Doorward", "Doorward, a receipt each"),
        (Target("rate", NGINX, 1.0), Target("cost", NGINX, 1.3)), Small2),
    Row("forged", "forged link refused", "/s", "CPU us", ("nginx", "Doorward"),
        (Target("cost", ("nginx",), 0.9), Target("cost", (), 1e6 / 70_000)), Forged),
    Row("handshake", "full handshake and small page, X25519", "/s", "CPU us", ("nginx", "caddy", "Doorward", Handshakes.hybrid),
        (Target("rate", ("nginx",), 1.3), Target("cost", ("nginx",), 0.65)), Handshakes),
    Row("idle", "10,000 idle TLS connections", "", "KiB each", ("nginx", "caddy", "Doorward"),
        (Target("cost", (), 21.0),), Idle, rounds=1),
]
