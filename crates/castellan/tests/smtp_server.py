"""A real mail server on the loopback, for the tests of letters: aiosmtpd, which keeps what it takes as files.

Arguments: the folder for letters, and how it behaves: `take`, `refuse` (550 to every recipient), `later` (451), `close`
(hangs up at DATA), `slow` (answers late), `login` (asks for the name `crm` and the password `open sesame`, over TLS only). Prints its port.
Letters are named by their Message-ID and how often it was seen; TLS certificates are taken from the folder.
"""

import re
import ssl
import sys
import time
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

folder, mode = Path(sys.argv[1]), sys.argv[2]


class Keeper:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if mode == "refuse":
            return "550 5.1.1 there is no mailbox <b>here</b> of that name"
        if mode == "later":
            return "451 4.7.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if mode == "close":
            server.transport.abort()
            return "421 gone"
        text = envelope.content.decode("utf-8", "replace")
        name = re.search(r"(?im)^message-id:\s*<([^>]+)>", text).group(1)
        seen = len(list(folder.glob(f"{name}.*.eml"))) + 1
        part = folder / f"{name}.part"
        part.write_text(f"X-Envelope-To: {','.join(envelope.rcpt_tos)}\n{text}")
        part.rename(folder / f"{name}.{seen}.eml")
        if mode == "slow":
            time.sleep(0.2)
        return "250 2.0.0 taken"


def check(server, session, envelope, mechanism, data):
    fits = data.login == b"crm" and data.password == b"open sesame"
    return AuthResult(success=fits, handled=fits)


options = {}
if mode == "login":
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    options = {"tls_context": context, "require_starttls": True, "authenticator": check, "auth_required": True}

port = int(sys.argv[3]) if len(sys.argv) > 3 else 0
if port == 0:
    import socket

    free = socket.socket()
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
controller = Controller(Keeper(), hostname="127.0.0.1", port=port, **options)
controller.start()
print(port, flush=True)
sys.stdin.read()
controller.stop()
