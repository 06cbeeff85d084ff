"""Doorward side by side with its peers: rounds in which each does the same work in turn, and a table of what came of it."""

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import clients
import inside
import report
import rows

PEERS = {"nginx": "nginx", "caddy": "caddy", "dufs": "dufs"}


class Bench:
    """What all rows have in common: the place, the program, the documents and how long a round is."""

    def __init__(self, place, options):
        self.place, self.program = place, str(pathlib.Path(options.program).resolve())
        self.seconds, self.rounds = options.seconds, options.rounds
        self.peers = {name for name, command in PEERS.items() if shutil.which(command) or shutil.which(command, path="/usr/sbin")}
        self.missing = [f"{name}: it is not installed" for name in sorted(PEERS.keys() - self.peers)]
        self.digests = {}
        self.aes_pace = clients.aes_pace()
        certificate(place)
        self.documents()

    def say(self, text):
        print(text, file=sys.stderr, flush=True)

    def documents(self):
        docs = self.place / "files" / "docs"
        for folder in ("few", "many"):
            (docs / folder).mkdir(parents=True)
        self.document("large.bin", rows.LARGE)
        self.document("medium.bin", rows.MEDIUM)
        for name in rows.few():
            self.document(name, rows.SMALL)
        for n in range(rows.MANY):
            (docs / "many" / f"{n:05}").write_bytes(b"%05d" % n * (rows.SMALL // 5))

    def document(self, name, size):
        content = os.urandom(size)
        (self.place / "files" / "docs" / name).write_bytes(content)
        self.digests[name] = hashlib.sha256(content).hexdigest()


def certificate(place):
    run = lambda *words: subprocess.run(["openssl", *words], cwd=place, check=True, capture_output=True)  # noqa: E731
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc")
    run("req", "-x509", *curve, "-days", "2", "-subj", "/CN=Bench authority", "-keyout", "ca.key", "-out", "ca.pem")
    run("req", *curve, "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
    (place / "leaf.cnf").write_text("subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n")
    run("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-out", "server.pem",
        "-extfile", "leaf.cnf")


def measure(bench, row, rounds):
    """The samples of each server, in the order of rounds; each is verified before the first."""
    setting = row.setting(bench)
    try:
        known = {*setting.running, "floor"}
        labels = [label for label in row.servers if label in known or label.startswith("Doorward")]
        for label in labels:
            setting.verify(label)
        samples = {label: [] for label in labels}
        for n in range(row.rounds or rounds):
            for label in labels:
                samples[label].append(setting.act(label))
            bench.say(f"{row.name}, round {n + 1}: " + "; ".join(f"{label} {samples[label][-1].rate:.4g} {samples[label][-1].cost:.4g}" for label in labels))
        return samples
    finally:
        setting.close()


def arguments():
    names = [row.name for row in rows.ROWS] + [row.name for row in inside.ROWS]
    parser = argparse.ArgumentParser(prog="bash tests/bench/run.sh", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="one of: " + ", ".join(names) + "; all when none is named")
    parser.add_argument("--list", action="store_true", help="list the rows and end")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of each round of a row that counts requests")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("target/bench"), help="where table, plot and figures are written")
    parser.add_argument("--program", default=os.environ.get("DOORWARD_BIN", "target/release/doorward"))
    options = parser.parse_args()
    wrong = set(options.rows) - set(names)
    if wrong:
        parser.error("no row of that name: " + ", ".join(sorted(wrong)))
    return options


def head_line():
    load = os.getloadavg()[0]
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown processor")
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"{now}, {os.cpu_count()} processors ({model}), loopback, load {load:.1f} at the start"


def main():
    options = arguments()
    if options.list:
        for row in [*rows.ROWS, *inside.ROWS]:
            print(f"{row.name:14}{row.title}")
        return
    head, lines, figures, kept = head_line(), [], [], {}
    chosen = lambda row: not options.rows or row.name in options.rows  # noqa: E731
    with tempfile.TemporaryDirectory(prefix="doorward-bench.") as folder:
        bench = Bench(pathlib.Path(folder), options)
        for row in filter(chosen, rows.ROWS):
            try:
                samples = measure(bench, row, options.rounds)
            except (RuntimeError, OSError, subprocess.CalledProcessError) as why:
                bench.missing.append(f"{row.title}: {why}")
                bench.say(f"{row.name} failed: {why}")
                continue
            lines += report.lines_of(row, samples)
            figures.append(report.all_figures(row, samples))
            kept[row.name] = {label: [sample._asdict() for sample in of] for label, of in samples.items()}
        for row in filter(chosen, inside.ROWS):
            try:
                more, figure = row.run(bench)
                lines += more
                figures.append(figure)
            except (RuntimeError, OSError, subprocess.CalledProcessError) as why:
                bench.missing.append(f"{row.title}: {why}")
        # Before the folder goes: its many small files may take a disk minutes.
        tell(options.out, head, lines, kept, report.markdown(head, lines, figures, bench.missing))
        for plot in (bench.place / "figures").glob("*.svg"):
            shutil.copy(plot, options.out)


def tell(out, head, lines, kept, text):
    print(text, flush=True)
    out.mkdir(parents=True, exist_ok=True)
    (out / "side-by-side.md").write_text(text)
    (out / "side-by-side.svg").write_text(report.svg(head, lines))
    (out / "side-by-side.json").write_text(json.dumps({"head": head, "rows": kept}, indent=1))


if __name__ == "__main__":
    main()
