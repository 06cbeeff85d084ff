"""Greylisting for the tests' Postfix (SMTPD_POLICY_README): `greylist.py FOLDER`, in which what was seen is remembered.

A sender and recipient that were not seen before are put off; from a second later on they are let in.
"""

import hashlib
import pathlib
import sys
import time

folder = pathlib.Path(sys.argv[1])
asked = {}
for line in sys.stdin:
    name, _, value = line.rstrip("\n").partition("=")
    if name:
        asked[name] = value
        continue
    pair = f"{asked.get('sender', '')} {asked.get('recipient', '')}".lower()
    seen = folder / hashlib.sha256(pair.encode()).hexdigest()
    if not seen.exists():
        seen.touch()
        action = "DEFER 4.2.0 Greylisted, see you in a second"
    elif time.time() - seen.stat().st_mtime < 1:
        action = "DEFER 4.2.0 Greylisted, that was too soon"
    else:
        action = "DUNNO"
    print(f"action={action}\n", flush=True)
    asked = {}
