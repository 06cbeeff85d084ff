"""A recipient of Doorward: goes the whole way with a link, and then knows the cookie and the addresses of documents."""

import http.client
import json
import re
import ssl
import subprocess
import urllib.parse
from servers import until


def share(place, program, name, to, *more):
    """Shares a document or folder; gives the link of its recipient."""
    command = [program, "share", "create", name, "--to", to, "--json", "--config", str(place / "doorward.toml"), *more]
    made = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return urllib.parse.urlsplit(re.search(r'https://[^"]*/s/[^"]*', json.dumps(made)).group(0)).path


class Recipient:
    """Somebody who is in: `cookie` is the field to send, `folder` the address that paths of documents follow."""

    def __init__(self, place, port, link, address):
        context = ssl.create_default_context(cafile=place / "ca.pem")
        self.line = http.client.HTTPSConnection("localhost", port, context=context)
        self.jar, self.outbox, self.link = {}, place / "data" / "outbox", link
        token, digest = self.fields(link)
        at = self.go("POST", link, {"token": token, "digest": digest})
        code = until("the code", lambda: self.code(address))
        token, _ = self.fields(at)
        self.folder = self.go("POST", at, {"token": token, "code": code}) + "f/"
        self.line.close()

    @property
    def cookie(self):
        # The session alone, as short as it can be: what else there is only lengthens every request.
        return next(f"{name}={value}" for name, value in self.jar.items() if name.startswith("__Host-dw-s-"))

    def ask(self, method, path, form=None):
        body = urllib.parse.urlencode(form) if form else None
        fields = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.jar.items())} if self.jar else {}
        if form:
            fields["Content-Type"] = "application/x-www-form-urlencoded"
        self.line.request(method, path, body, fields)
        answer = self.line.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                pair = value.split(";")[0].split("=", 1)
                self.jar[pair[0]] = pair[1]
        return answer, answer.read().decode()

    def fields(self, path):
        answer, page = self.ask("GET", path)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        found = [re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("token", "digest")]
        return [match.group(1) if match else "" for match in found]

    def go(self, method, path, form):
        answer, page = self.ask(method, path, form)
        if answer.status != 303:
            raise RuntimeError(f"{path}: {answer.status}: {page[:500]}")
        return answer.getheader("Location")

    def code(self, address):
        for mail in self.outbox.glob("*.eml"):
            text = mail.read_text().replace("\r", "")
            code = re.search(r"^ *([0-9]{6}) *$", text, re.M)
            if code and re.search(rf"^To: .*{re.escape(address)}", text, re.M):
                return code.group(1)
        return None
