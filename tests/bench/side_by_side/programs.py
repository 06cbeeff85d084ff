"""The bench's own programs, which run.sh builds."""

import json
import os
import subprocess


def ran(bench, program, *words, told=True):
    """Runs one of the bench's programs and gives the figures that it wrote."""
    file = os.environ.get(f"BENCH_{program.upper()}")
    if not file:
        raise RuntimeError("the bench's own programs were not built; run.sh does that")
    out = bench.place / "figures"
    out.mkdir(exist_ok=True)
    said = subprocess.run([file, "--out", str(out), *words], capture_output=True, text=True, env=dict(os.environ, DOORWARD_BIN=bench.program))
    if said.returncode:
        raise RuntimeError(f"{program} failed: {said.stderr.strip() or said.stdout[-500:]}")
    if told:
        bench.say(said.stdout)
    return lambda name: json.loads((out / name).read_text())
