"""Whether the DKIM signatures of mails are good: `dkim_verify.py NAME TEXT`, with the one record that DNS has.

The mails stand on standard input, with a byte of zero between them. Of each it prints a line, `good` or `bad: WHY`. The verifier is dkimpy,
which shares nothing with the program.
"""

import sys

try:
    import dkim
except ImportError:
    sys.exit("dkimpy is missing; mend it with: python3 -m pip install dkimpy pynacl")

name, text = sys.argv[1:3]


def record(asked, timeout=5):
    return text.encode() if asked.rstrip(b".") == name.encode() else None


for letter in sys.stdin.buffer.read().split(b"\0"):
    try:
        print("good" if dkim.DKIM(letter).verify(dnsfunc=record) else "bad: the signature is another's")
    except dkim.DKIMException as problem:
        print(f"bad: {problem}")
