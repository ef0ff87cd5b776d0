"""A small IMAP server on a real socket that can be told what to answer, and that knows Gmail's labels."""

from __future__ import annotations

import contextlib
import re
import socketserver
import threading
import time
from dataclasses import dataclass, field

EXCHANGE = "The Microsoft Exchange IMAP4 service is ready."
PLAIN = "IMAP4rev1 LITERAL+ UIDPLUS NAMESPACE ID"
GMAIL = (
    "IMAP4rev1 UIDPLUS NAMESPACE ID X-GM-EXT-1 APPENDLIMIT=35651584 SPECIAL-USE LIST-EXTENDED"
)
DATE = "27-Feb-2026 23:59:59 +0530"
_HEADER = re.compile(rb"BODY(?:\.PEEK)?\[HEADER\.FIELDS \(([^)]*)\)\]", re.IGNORECASE)


@dataclass
class Mail:
    """One message in one folder. msgid: the same in every folder that shows it."""

    uid: int
    body: bytes
    flags: str = ""
    date: str = DATE
    msgid: int = 0


@dataclass
class Folder:
    r"""One folder. use: such as `\All`."""

    mails: list[Mail] = field(default_factory=list)
    uidnext: int = 1
    uidvalidity: int = 7
    use: str = ""


@dataclass
class Line:
    """What to say to a command instead. verb: `APPEND`; after: let so many pass first; times: how often.

    say: with OK the command is done, and its end has these words. bye: said after it, then the
    connection is cut.
    """

    verb: str
    say: str = ""
    after: int = 0
    times: int = 1
    bye: str = ""


@dataclass
class Seen:
    """A command that came: when, on which connection, its verb, the rest of its line."""

    at: float
    connection: int
    verb: str
    words: str


class MiniServer:
    """Open with `with`. Passwords are `pw`; tokens are those in `tokens`.

    size: what every message is said to have; 0: what it has. quota: KiB used and allowed.
    """

    def __init__(self, greeting: str = "ready", able: str = PLAIN) -> None:
        self.greeting = greeting
        self.able = able
        self.folders: dict[str, Folder] = {"INBOX": Folder()}
        self.lines: list[Line] = []
        self.log: list[Seen] = []
        self.came: list[tuple[float, int]] = []
        self.gone: list[tuple[float, int]] = []
        self.tokens: set[str] = set()
        self.cut_after_errors = 0
        self.most_connections = 1000
        self.poison = b""
        self.size = 0
        self.quota: tuple[int, int] | None = None
        self.quota_hidden = False
        self.now_open = self.most_open = self._connections = 0
        self.lock = threading.RLock()
        self._server = _Threads(("127.0.0.1", 0), _Talk)
        self._server.mini = self
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    def __enter__(self):
        """Begin to serve."""
        self._thread.start()
        return self

    def __exit__(self, *_error):
        """Stop serving."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def folder(self, name: str, use: str = "") -> Folder:
        """Return a folder; make it when it is not there."""
        with self.lock:
            found = self.folders.setdefault(name, Folder())
            found.use = use or found.use
            return found

    def deliver(self, names: list[str], body: bytes, flags: str = "", date: str = DATE) -> int:
        """Put one message into folders, as Gmail shows one under several labels; return its id."""
        with self.lock:
            msgid = 1 << 60 | len([m for f in self.folders.values() for m in f.mails]) + 1
            for name in names:
                self.store(name, Mail(0, body, flags, date, msgid))
            return msgid

    def store(self, name: str, mail: Mail) -> int:
        """Add a message to a folder; Gmail keeps one of equal ones."""
        with self.lock:
            folder = self.folder(name)
            if "X-GM-EXT-1" in self.able:
                for have in folder.mails:
                    if have.body == mail.body:
                        return have.uid
            mail.uid = folder.uidnext
            folder.uidnext += 1
            folder.mails.append(mail)
            return mail.uid

    def count(self, verb: str) -> int:
        """Return how many commands of one verb came."""
        return sum(seen.verb == verb for seen in self.log)

    def enter(self) -> int:
        """Count a connection in; return its number."""
        with self.lock:
            self._connections += 1
            self.now_open += 1
            self.most_open = max(self.most_open, self.now_open)
            return self._connections

    def leave(self) -> None:
        """Count a connection out."""
        with self.lock:
            self.now_open -= 1

    def line_for(self, verb: str) -> Line | None:
        """Return what to say to this command, and use it up."""
        with self.lock:
            for line in self.lines:
                if line.verb != verb or not line.times:
                    continue
                if line.after:
                    line.after -= 1
                    continue
                line.times -= 1
                return line
            return None


class _Threads(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    mini: MiniServer


class _Talk(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        """Serve one connection."""
        self.mini: MiniServer = self.server.mini
        self.number = self.mini.enter()
        self.folder: Folder | None = None
        self.errors = 0
        try:
            with contextlib.suppress(OSError, _GoneError):
                self._serve()
        finally:
            self.mini.leave()

    def _serve(self):
        self.put(f"* OK {self.mini.greeting}")
        while True:
            line = self.line()
            tag, _, rest = line.partition(b" ")
            words = rest.decode("utf-8", "replace")
            verb = words.split(" ")[0].upper()
            if verb == "UID":
                verb = " ".join(words.split(" ")[:2]).upper()
            self.mini.log.append(Seen(time.monotonic(), self.number, verb, words))
            self.tag, self.words, self.end = tag.decode(), words, "OK done"
            self._answer(verb, self.mini.line_for(verb))
            if verb == "LOGOUT":
                return

    def _answer(self, verb: str, told: Line | None):
        act = getattr(self, "do_" + verb.lower().replace(" ", "_"), None)
        if act is None:
            self.end = "BAD what?"
        elif told is None or told.say.startswith("OK"):
            act()
            self.end = told.say if told else self.end
        else:
            if verb == "APPEND":
                self.skip_literal()
            self.end = told.say
        if self.end:
            self.put(f"{self.tag} {self.end}")
        self.errors += not self.end.startswith("OK")
        bye = told.bye if told else ""
        if self.mini.cut_after_errors and self.errors >= self.mini.cut_after_errors:
            bye = "Connection closed. 14"
        if bye:
            self.put(f"* BYE {bye}")
            raise _GoneError

    def line(self) -> bytes:
        data = self.rfile.readline()
        if not data:
            raise _GoneError
        self.mini.came.append((time.monotonic(), len(data)))
        return data.rstrip(b"\r\n")

    def literal(self, head: str) -> bytes:
        found = re.search(r"\{(\d+)(\+?)\}$", head)
        if not found[2]:
            self.put("+ go on")
        left, parts = int(found[1]), []
        while left:
            part = self.rfile.read(min(left, 16384))
            if not part:
                raise _GoneError
            left -= len(part)
            self.mini.came.append((time.monotonic(), len(part)))
            parts.append(part)
        self.rfile.readline()
        return b"".join(parts)

    def skip_literal(self):
        found = re.search(r"\{(\d+)(\+?)\}$", self.words)
        if found and found[2]:
            self.literal(self.words)

    def put(self, *parts: str | bytes):
        data = b"".join(p.encode() if isinstance(p, str) else p for p in parts) + b"\r\n"
        for start in range(0, len(data), 16384):
            self.wfile.write(data[start : start + 16384])
            self.mini.gone.append((time.monotonic(), len(data[start : start + 16384])))

    def argument(self, number: int) -> str:
        found = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', self.words)
        quoted, atom = found[number]
        return quoted.replace('\\"', '"').replace("\\\\", "\\") or atom

    def do_capability(self):
        self.put(f"* CAPABILITY {self.mini.able}")

    def do_login(self):
        if self.mini.now_open > self.mini.most_connections:
            self.end = "NO [ALERT] Too many simultaneous connections. (Failure)"
        else:
            self.end = f"OK [CAPABILITY {self.mini.able}] hello"

    def do_authenticate(self):
        self.put("+ ")
        if self.line().decode() in self.mini.tokens:
            self.end = f"OK [CAPABILITY {self.mini.able}] hello"
        else:
            self.end = "NO AUTHENTICATE failed."

    def do_id(self):
        self.put('* ID ("name" "mini")')

    def do_namespace(self):
        self.put('* NAMESPACE (("" "/")) NIL NIL')

    def do_getquotaroot(self):
        if self.mini.quota_hidden:
            self.end = "NO [NOPERM] not yours to know"
            return
        self.put('* QUOTAROOT "INBOX" "user"')
        if self.mini.quota:
            used, most = self.mini.quota
            self.put(f'* QUOTA "user" (STORAGE {used} {most})')

    def do_noop(self):
        pass

    def do_logout(self):
        self.put("* BYE bye")

    def do_list(self):
        for name, folder in self.mini.folders.items():
            use = f" {folder.use}" if folder.use else ""
            self.put(f'* LIST (\\HasNoChildren{use}) "/" "{name}"')

    def do_lsub(self):
        for name in self.mini.folders:
            self.put(f'* LSUB () "/" "{name}"')

    def do_status(self):
        name = self.argument(1)
        folder = self.mini.folders.get(name)
        if folder is None:
            self.end = "NO [NONEXISTENT] no such folder"
            return
        counts = f"MESSAGES {len(folder.mails)} UIDNEXT {folder.uidnext}"
        self.put(f'* STATUS "{name}" ({counts} UIDVALIDITY {folder.uidvalidity})')

    def do_create(self):
        self.mini.folder(self.argument(1))

    def do_subscribe(self):
        pass

    def do_select(self):
        self.folder = self.mini.folders.get(self.argument(1))
        if self.folder is None:
            self.end = "NO [NONEXISTENT] no such folder"
            return
        self.put(f"* {len(self.folder.mails)} EXISTS")
        self.put("* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft)")
        self.put("* OK [PERMANENTFLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft \\*)] .")
        self.put(f"* OK [UIDVALIDITY {self.folder.uidvalidity}] .")
        self.put(f"* OK [UIDNEXT {self.folder.uidnext}] .")

    do_examine = do_select

    def do_append(self):
        name = self.argument(1)
        flags = re.search(r"\(([^)]*)\)", self.words)
        date = re.search(r'"([ \d]\d-\w{3}-\d{4} [^"]*)"', self.words)
        body = self.literal(self.words)
        if self.mini.poison and self.mini.poison in body:
            self.end = "BAD Command Argument Error. 11"
            return
        mail = Mail(0, body, flags[1] if flags else "", date[1] if date else DATE)
        uid = self.mini.store(name, mail)
        self.end = f"OK [APPENDUID {self.mini.folders[name].uidvalidity} {uid}] stored"

    def do_uid_fetch(self):
        if self.folder is None:
            self.end = "BAD no folder is open"
            return
        wanted, items = re.match(r"UID FETCH (\S+) (.*)", self.words).groups()
        for number, mail in enumerate(list(self.folder.mails), 1):
            if _within(mail.uid, wanted):
                self.put(f"* {number} FETCH (", _row(mail, items.encode(), self.mini.size), ")")

    def do_uid_search(self):
        self.put("* SEARCH")

    def do_uid_store(self):
        wanted, flags = re.match(r"UID STORE (\S+) \S+ \((.*)\)", self.words).groups()
        for mail in self.folder.mails:
            if _within(mail.uid, wanted):
                mail.flags = flags


class _GoneError(Exception):
    """The connection ends."""


def _within(uid: int, wanted: str) -> bool:
    for part in wanted.split(","):
        first, _, last = part.partition(":")
        if int(first) <= uid <= (1 << 40 if last == "*" else int(last or first)):
            return True
    return False


def _row(mail: Mail, items: bytes, size: int) -> bytes:
    found = [b"UID %d" % mail.uid]
    if b"X-GM-MSGID" in items:
        found.insert(0, b"X-GM-MSGID %d" % mail.msgid)
    if b"FLAGS" in items:
        found.append(b"FLAGS (%b)" % mail.flags.encode())
    if b"INTERNALDATE" in items:
        found.append(b'INTERNALDATE "%b"' % mail.date.encode())
    if b"RFC822.SIZE" in items:
        found.append(b"RFC822.SIZE %d" % (size or len(mail.body)))
    header = _HEADER.search(items)
    if header is not None:
        names = {name.lower() for name in header[1].split()}
        lines = mail.body.partition(b"\r\n\r\n")[0].split(b"\r\n")
        some = [line for line in lines if line.partition(b":")[0].lower() in names]
        text = b"\r\n".join([*some, b"", b""])
        found.append(b"BODY[HEADER.FIELDS (%b)] {%d}\r\n%b" % (header[1], len(text), text))
    elif b"BODY" in items:
        found.append(b"BODY[] {%d}\r\n%b" % (len(mail.body), mail.body))
    return b" ".join(found)
