"""Amazon's object store played by moto on a free port of 127.0.0.1, for tests.

    python3 tests/helpers/moto_server.py

The first line on stdout is the port. A line of JSON on stdin, {"bucket": …, "keys": […]}, puts many small documents at once, each with its key as
content, and is answered by the line "done". It ends when its stdin ends.
"""

import json
import os
import sys

try:
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends
    from moto.server import ThreadedMotoServer
except ImportError:
    sys.exit("moto is missing; mend it with: python3 -m pip install 'moto[s3]' flask flask-cors")


def main():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    print(server.get_host_and_port()[1], flush=True)
    for line in sys.stdin:
        many = json.loads(line)
        for key in many["keys"]:
            s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(many["bucket"], key, key.encode())
        print("done", flush=True)
    # Downloads that run are cut off, as by any end.
    os._exit(0)


main()
