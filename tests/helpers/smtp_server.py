"""A mail server for tests: takes mail on a free port of 127.0.0.1 and writes each mail into a directory.

    python3 tests/helpers/smtp_server.py DIRECTORY [--cert PEM --key PEM --tls starttls|implicit] [--user U --password P]
                                         [--mode accept|drop|greylist|reject|reject-content|reject-sender]

The first line on stdout is the port; then one line of JSON for each mail taken. It ends when its stdin ends.
"""

import argparse
import asyncio
import email
import email.policy
import json
import logging
import pathlib
import ssl
import sys
import warnings

try:
    from aiosmtpd.smtp import SMTP, AuthResult
except ImportError:
    sys.exit("aiosmtpd is missing; mend it with: python3 -m pip install aiosmtpd")


# aiosmtpd warns about sign-in without TLS, which is one of the things tested.
logging.disable()
warnings.simplefilter("ignore")


class Handler:
    def __init__(self, options):
        self.options = options
        self.seen = set()
        self.count = 0
        self.open = 0
        self.peak = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        if not getattr(session, "counted", False):
            session.counted = True
            self.open += 1
            self.peak = max(self.peak, self.open)
        return responses

    async def handle_QUIT(self, server, session, envelope):
        self.open -= 1
        return "221 2.0.0 Bye"

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.options.mode == "reject-sender":
            return f"553 5.7.1 <{address}>: Sender address rejected: not owned by user"
        envelope.mail_from = address
        return "250 2.1.0 Ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.options.mode == "reject":
            return f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
        if self.options.mode == "greylist" and address not in self.seen:
            self.seen.add(address)
            return f"451 4.7.1 <{address}>: Greylisted, try again in 60 seconds"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        if self.options.mode == "reject-content":
            return "554 5.7.1 Message rejected under suspicion of spam"
        if self.options.mode == "drop":
            server.transport.abort()
            return "421 4.3.0 gone"
        self.count += 1
        path = pathlib.Path(self.options.directory) / f"{self.count:04}.eml"
        path.write_bytes(envelope.original_content)
        mail = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        print(json.dumps({
            "file": path.name,
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "from_name": mail["From"].addresses[0].display_name,
            "to_header": [address.addr_spec for address in mail["To"].addresses],
            "subject": mail["Subject"],
            "date": mail["Date"].datetime.isoformat(),
            "defects": [str(defect) for part in mail.walk() for defect in part.defects],
            "text": mail.get_body(("plain",)).get_content(),
            "html": mail.get_body(("html",)).get_content(),
            "tls": session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None,
            "authenticated": bool(session.authenticated),
            "hello": session.host_name,
            "peak": self.peak,
        }), flush=True)
        return f"250 2.0.0 Ok: queued as {self.count}"


def server_for(options, handler, context):
    def authenticate(server, session, envelope, mechanism, data):
        right = (options.user.encode(), options.password.encode())
        return AuthResult(success=(data.login, data.password) == right, handled=False)

    def make():
        return SMTP(
            handler,
            hostname="mail.test",
            tls_context=context if options.tls == "starttls" else None,
            require_starttls=options.tls == "starttls",
            authenticator=authenticate if options.user else None,
            auth_required=bool(options.user),
            auth_require_tls=False,
            enable_SMTPUTF8=False,
        )

    return make


async def main(options):
    context = None
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)
    loop = asyncio.get_running_loop()
    make = server_for(options, Handler(options), context)
    server = await loop.create_server(make, "127.0.0.1", 0, ssl=context if options.tls == "implicit" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("--mode", default="accept")
    parser.add_argument("--tls", choices=["starttls", "implicit"])
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--user")
    parser.add_argument("--password")
    asyncio.run(main(parser.parse_args()))
