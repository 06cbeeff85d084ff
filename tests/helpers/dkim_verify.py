"""Whether the DKIM signature of the mail on standard input is good: `dkim_verify.py NAME TEXT`, with the one record that DNS has.

It prints `good` or `bad`. The verifier is dkimpy, which shares nothing with the program.
"""

import sys

try:
    import dkim
except ImportError:
    sys.exit("dkimpy is missing; mend it with: python3 -m pip install dkimpy pynacl")

name, text = sys.argv[1:3]


def record(asked, timeout=5):
    return text.encode() if asked.rstrip(b".") == name.encode() else None


letter = sys.stdin.buffer.read()
try:
    verifier = dkim.DKIM(letter)
    print("good" if verifier.verify(dnsfunc=record) else "bad")
except dkim.DKIMException as problem:
    print(f"bad\n{problem}", file=sys.stderr)
    print("bad")
