"""The rows that no peer has: what the bench's own programs measure of the ledger, of a whole recipient's way and of growth."""

import dataclasses
import os

from programs import ran
from report import Line, short


def judged(workload, peer, own, wanted, reached, part, ratio="-"):
    return Line(workload, peer, own, ratio, wanted, "reached" if reached else "missed", part)


@dataclasses.dataclass(frozen=True)
class Inside:
    """A workload that a program of the bench measures; gives lines of the table and one for the list below it."""

    name: str
    title: str
    run: object


def receipts(bench):
    figures = ran(bench, "ledger", "--rounds", str(bench.rounds))("ledger.json")
    one, many, syncs, hot = (figures[key] for key in ("one_ratio", "many_ratio", "p99_syncs", "hot_ratio"))
    callers = figures["callers"]
    lines = [
        judged("receipts, 1 caller", f"append and fdatasync {short(figures['raw'])}", f"{short(figures['one'])} /s", ">= 0.80x", one >= 0.8, one / 0.8, f"{one:.2f}x"),
        judged(f"receipts, {callers} callers", f"grouped appends {short(figures['grouped'])}", f"{short(figures['many'])} /s", ">= 0.40x",
               many >= 0.4, many / 0.4, f"{many:.2f}x"),
        judged(f"receipts, {callers} callers: p99", "one fdatasync", f"{syncs:.1f} of them", "<= 15x", syncs <= 15, 15 / syncs, f"{syncs:.1f}x"),
        judged(f"receipts, {callers} callers, one share", "many shares", "-", ">= 0.95x", hot >= 0.95, hot / 0.95, f"{hot:.2f}x"),
    ]
    return lines, f"- Receipts: {short(figures['raw'])} appends a second and {short(figures['grouped'])} grouped; {short(figures['one'])} receipts and {short(figures['many'])}."


# Ways a second that find the most one processor's time can do, and then half of that.
WAY_RATE, WAY_SECONDS = 40, 20


def way(bench):
    first = ran(bench, "load", "way", "--rate", str(WAY_RATE), "--seconds", str(WAY_SECONDS))("way.json")
    # The load is on the same machine, so half of what the server's processor time allows on half of the processors.
    half = max(1, first["ways_per_core_second"] * os.cpu_count() / 4)
    second = ran(bench, "load", "way", "--rate", f"{half:.0f}", "--seconds", str(WAY_SECONDS))("way.json")
    rate, late = second["ways_per_core_second"], second["p99_ms"]
    lines = [
        judged("whole recipient way", "none has it", f"{short(rate)} a core-second", ">= 300", rate >= 300, rate / 300),
        judged(f"whole recipient way: p99 at {half:.0f} a second", "none has it", f"{short(late)} ms", "< 150 ms", late < 150, 150 / late),
    ]
    return lines, f"- Whole way: at {WAY_RATE} a second p99 {short(first['p99_ms'])} ms, {short(first['ways_per_core_second'])} a core-second; at {half:.0f} a second {short(late)} ms and {short(rate)}."


def growth(bench):
    wants = ran(bench, "growth", "--million")("growth.json")
    lines = [
        judged(want["name"].split(": <=")[0], "-", short(want["measured"]), f"<= {short(want['wanted'])}", want["measured"] <= want["wanted"],
               want["wanted"] / want["measured"])
        for want in wants
    ]
    return lines, "- Growth: " + "; ".join(f"{want['name']}: {short(want['measured'])}" for want in wants) + "."


def overload(bench):
    figures = ran(bench, "load", "overload")("overload.json")
    good, late = figures["goodput"], figures["refused_p99_ms"]
    after = figures["recovered"] and figures["p99_after"] <= 2
    lines = [
        judged(f"{figures['times']:.0f}x of the capacity: goodput", f"capacity {short(figures['capacity'])} /s", f"{good:.2f} of it", ">= 0.80", good >= 0.8, good / 0.8),
        judged("the same: 503 with Retry-After, p99", "-", f"{short(late)} ms, {figures['otherwise']} otherwise", "<= 250 ms, 0",
               late <= 250 and not figures["otherwise"], 250 / max(late, 1) if not figures["otherwise"] else 0),
        judged("the same: afterwards as before, p99", "-", f"{figures['p99_after']:.2f}x", "<= 2.00x", after, 2 / max(figures["p99_after"], 0.1) if after else 0),
    ]
    return lines, f"- Overload: {good:.2f} of a capacity of {short(figures['capacity'])} a second was given."


ROWS = [
    Inside("receipts", "receipts beside the bare disk, 1 and 128 callers", receipts),
    Inside("way", "whole recipient way: open, agree, code, list, download 100 KiB", way),
    Inside("overload", "ten times the capacity that a slow store leaves", overload),
    Inside("growth", "a request, a commit, start, rebuild and memory against receipts and shares", growth),
]
