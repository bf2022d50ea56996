#!/usr/bin/env python3
"""What Camlock promises, tried on a server to which things happen: `benches/faults.py target/release/camlock [--long] [case…]`.

Each case has clients that make changes with all their might and note what was acknowledged. Then something happens, the server starts again,
and whatever was acknowledged has to be there; what was never sent must not. Needs a C compiler; the cases about PostgreSQL need its programs
(they start a server of their own). The short form takes a few minutes, the long one as long as `--rounds` says.
"""

import argparse
import contextlib
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from faulty import disk
from load import sign

HERE = pathlib.Path(__file__).resolve().parent
CLIENTS = 4
SECRET = "faults0secret0faults0secret0fau0"


class Server:
    """A server on a data directory of its own, under the shim."""

    def __init__(self, binary, folder, database=""):
        self.binary, self.folder, self.process, self.nodes = binary, folder, None, 0
        self.data, self.control = f"{folder}/data", f"{folder}/control"
        os.makedirs(self.control, exist_ok=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        self.environment = dict(os.environ, CAMLOCK_DATA_DIR=self.data, CAMLOCK_LISTEN=self.host,
                                CAMLOCK_API__CHANGES_PER_SECOND="100000", CAMLOCK_API__READS_PER_SECOND="100000",
                                CAMLOCK_SERVER__DRAIN_SECONDS="0", CAMLOCK_LOG__LEVEL="error")
        if database:
            self.environment["CAMLOCK_DATABASE__URL"] = database

    def command(self, *words):
        return subprocess.run([self.binary, *words], env=self.environment, check=True, stdout=subprocess.PIPE, text=True).stdout

    def prepare(self):
        """A root with a key, and a user for each client."""
        password = f"{self.folder}/password"
        pathlib.Path(password).write_text("mulberry tram ninety violins\n", encoding="ascii")
        os.chmod(password, 0o600)
        root = json.loads(self.command("admin", "create-root", "--account-name", "faults", "--user-name", "faults", "--password-file", password))
        secret = f"{self.folder}/secret"
        pathlib.Path(secret).write_text(SECRET + "\n", encoding="ascii")
        os.chmod(secret, 0o600)
        self.key = ("AKID" + "f" * 32, SECRET)
        self.command("key", "import", "--uin", str(root["uin"]), "--secret-id", self.key[0], "--secret-key-file", secret)
        self.start()
        for number in range(CLIENTS):
            expect(self.call("AddUser", {"Name": f"client{number}", "Remark": "0"}), "Uin")

    def start(self, shim=False):
        environment = dict(self.environment)
        if shim:
            environment |= {"LD_PRELOAD": SHIM, "FAULTS_DATA": self.data, "FAULTS_CONTROL": self.control}
        self.log = open(f"{self.folder}/log", "ab")
        self.process = subprocess.Popen([self.binary, "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=self.log)
        begun = time.monotonic()
        while time.monotonic() - begun < 20:
            if self.process.poll() is not None:
                sys.exit(f"the server did not start: {pathlib.Path(self.folder, 'log').read_text(encoding='utf-8')[-2000:]}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.get("/readyz") == 200:
                    return
            time.sleep(0.02)
        sys.exit("the server is not ready after 20 s")

    def get(self, path):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            line.request("GET", path)
            return line.getresponse().status
        finally:
            line.close()

    def call(self, action, fields):
        """A call of the API; what it answers, or nothing when there is no answer."""
        body = json.dumps(fields)
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            line.request("POST", "/", body, sign(*self.key, self.host, action, body) | {"X-TC-TraceId": str(random.random())})
            return json.loads(line.getresponse().read())["Response"]
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            line.close()

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=30)
        self.log.close()

    @contextlib.contextmanager
    def set(self, name, text=""):
        """Has the shim do something for a while."""
        path = pathlib.Path(self.control, name)
        path.write_text(text, encoding="ascii")
        try:
            yield
        finally:
            path.unlink()


class Writer(threading.Thread):
    """Counts up the remark of a user, and notes what was acknowledged and when."""

    def __init__(self, server, number, first):
        super().__init__(daemon=True)
        self.server, self.name_of_user, self.sent, self.over = server, f"client{number}", first, threading.Event()
        self.acknowledged = [(0, first)]
        self.refused = 0

    def run(self):
        while not self.over.is_set():
            self.sent += 1
            answer = self.server.call("UpdateUser", {"Name": self.name_of_user, "Remark": str(self.sent)})
            if answer is not None and "Error" not in answer:
                self.acknowledged.append((time.monotonic_ns(), self.sent))
            else:
                self.refused += 1
                time.sleep(0.02)

    def at_least(self, at=None):
        """The last number that was acknowledged, or that was by then."""
        return max(number for when, number in self.acknowledged if at is None or when <= at)


@contextlib.contextmanager
def writing(server, first):
    writers = [Writer(server, number, first[number]) for number in range(CLIENTS)]
    for writer in writers:
        writer.start()
    try:
        yield writers
    finally:
        for writer in writers:
            writer.over.set()
        for writer in writers:
            writer.join(timeout=30)


def expect(answer, field):
    if answer is None or field not in answer:
        sys.exit(f"expected {field}: {answer}")
    return answer[field]


def remarks(server):
    return [int(expect(server.call("GetUser", {"Name": f"client{number}"}), "Remark")) for number in range(CLIENTS)]


def ensure_kept(server, writers, at=None):
    """What was acknowledged is there, and nothing that was never sent; the log has no gap."""
    found = remarks(server)
    for writer, number in zip(writers, found):
        if not writer.at_least(at) <= number <= writer.sent:
            sys.exit(f"{writer.name_of_user}: {number} is kept, {writer.at_least(at)} was acknowledged, {writer.sent} was sent last")
    if "CAMLOCK_DATABASE__URL" not in server.environment:
        ensure_sound(f"{server.data}/camlock.db")
    else:
        ensure_whole(server.ask)
    return found


def ensure_whole(ask):
    """Each number of the log of a PostgreSQL database is there once, up to the last that was given."""
    count, least, most, given = ask(
        "SELECT count(*), min(seq), max(seq), (SELECT value FROM sequences WHERE name = 'audit') FROM audit_events"
    )
    if most - least + 1 != count or most != given:
        sys.exit(f"{count} events from {least} to {most}, {given} numbers given")


def ensure_sound(path):
    with contextlib.closing(sqlite3.connect(path, timeout=10)) as database:
        count, least, most = database.execute("SELECT count(*), min(seq), max(seq) FROM audit_events").fetchone()
        problems = database.execute("PRAGMA integrity_check").fetchall()
    if most - least + 1 != count or problems != [("ok",)]:
        sys.exit(f"{count} events from {least} to {most}; {problems}")


def kill(server, rounds):
    """The server is killed while it writes."""
    found, total = remarks(server), 0
    for _ in range(rounds):
        with writing(server, found) as writers:
            time.sleep(random.uniform(0.2, 1.0))
            server.stop(signal.SIGKILL)
        server.start()
        found = ensure_kept(server, writers)
        total += sum(len(writer.acknowledged) - 1 for writer in writers)
    return f"{rounds} times, {total} changes acknowledged, none lost"


def power(server, rounds):
    """The power goes: of what was not synced any part is there, sectors torn."""
    first = remarks(server)
    server.stop()
    before = f"{server.folder}/before"
    shutil.copytree(server.data, before)
    pathlib.Path(server.control, "journal").touch()
    server.start(shim=True)
    begun = time.monotonic_ns()
    with writing(server, first) as writers:
        time.sleep(4)
        ended = time.monotonic_ns()
        server.stop(signal.SIGKILL)
    done = disk.journal(f"{server.control}/journal")
    pathlib.Path(server.control, "journal").unlink()
    data = server.data
    for seed in range(rounds):
        cut = random.Random(seed).randint(begun, ended)
        server.data = f"{server.folder}/cut{seed}"
        disk.left_by_a_cut(before, done, cut, server.data, seed)
        server.environment["CAMLOCK_DATA_DIR"] = server.data
        server.start()
        ensure_kept(server, writers, cut)
        server.stop()
        shutil.rmtree(server.data)
    server.data = server.environment["CAMLOCK_DATA_DIR"] = data
    server.start()
    count = sum(len(writer.acknowledged) - 1 for writer in writers)
    return f"{rounds} cuts through {len(done)} writes, {count} changes acknowledged, none lost"


def refusing(server, fault, seconds):
    """Writes fail for a while: nothing is said to be done, and it goes on by itself."""
    first = remarks(server)
    server.stop()
    server.start(shim=True)
    with writing(server, first) as writers:
        time.sleep(0.5)
        with server.set(fault):
            time.sleep(0.2)
            # What was under way when it began is over.
            frozen = [writer.at_least() for writer in writers]
            time.sleep(seconds)
            late = [writer.at_least() for writer in writers]
            answer = server.call("GetUserAppId", {})
            alive = server.get("/healthz")
        back = time.monotonic()
        while all(writer.at_least() == number for writer, number in zip(writers, late)):
            if time.monotonic() - back > 20:
                sys.exit(f"{fault}: no change is made 20 s after it ended")
            time.sleep(0.05)
        took = time.monotonic() - back
        time.sleep(0.5)
    if late != frozen:
        sys.exit(f"{fault}: changes were acknowledged that could not be written: {frozen} {late}")
    if alive != 200 or answer is None:
        sys.exit(f"{fault}: the server does not answer: {alive} {answer}")
    ensure_kept(server, writers)
    server.stop(signal.SIGKILL)
    server.start()
    ensure_kept(server, writers)
    return f"{sum(writer.refused for writer in writers)} changes refused, none acknowledged; went on after {took:.2f} s"


def clock(server, _):
    """The clock jumps an hour ahead and back: calls are refused with the difference, then answered again."""
    server.stop()
    server.start(shim=True)
    expect(server.call("GetUserAppId", {}), "AppId")
    for off in ("3600", "-3600"):
        with server.set("clock", off):
            answer = server.call("GetUserAppId", {})
            if answer is None or not answer["Error"]["Code"].startswith("AuthFailure.SignatureExpire"):
                sys.exit(f"an hour off: {answer}")
        expect(server.call("GetUserAppId", {}), "AppId")
    return "refused with the difference, answered afterwards"


def postgres_signal(server, postmaster, fault):
    """Freezes the database, or ends it at once."""
    if fault == "frozen":
        children = subprocess.run(["pgrep", "-P", str(postmaster)], stdout=subprocess.PIPE, text=True, check=False).stdout.split()
        everybody = [postmaster, *map(int, children)]
        for process in everybody:
            os.kill(process, signal.SIGSTOP)
        return lambda: [os.kill(process, signal.SIGCONT) for process in everybody]
    os.kill(postmaster, signal.SIGQUIT)
    return server.restart_postgres


def postgres(server, fault):
    """PostgreSQL is frozen or gone for a while: calls are refused within 12 s, nothing is lost, and it goes on by itself."""
    first = remarks(server)
    with writing(server, first) as writers:
        time.sleep(1)
        back = postgres_signal(server, server.postmaster(), fault)
        asked = time.monotonic()
        answer = server.call("GetUserAppId", {})
        waited = time.monotonic() - asked
        back()
        if answer is None or "Error" not in answer or waited > 12:
            sys.exit(f"{fault}: {answer} after {waited:.1f} s")
        late = [writer.at_least() for writer in writers]
        begun = time.monotonic()
        while any(writer.at_least() == number for writer, number in zip(writers, late)):
            if time.monotonic() - begun > 40:
                sys.exit(f"{fault}: no change is made 40 s after the database came back")
            time.sleep(0.05)
        took = time.monotonic() - begun
    ensure_kept(server, writers)
    return f"refused after {waited:.1f} s, went on {took:.1f} s after it came back"


@contextlib.contextmanager
def on_postgres(binary, folder):
    """A PostgreSQL of one's own, and a server on it."""
    programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))[-1]
    data = f"{folder}/postgres"
    os.chmod(folder, 0o755)
    os.makedirs(data)
    as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    if as_owner:
        shutil.chown(data, "postgres", "postgres")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    run = lambda *words: subprocess.run([*as_owner, *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=data)
    run(programs / "initdb", "-D", f"{data}/data", "-U", "camlock", "--auth=trust", "--encoding=UTF8")

    def start():
        run(programs / "pg_ctl", "-D", f"{data}/data", "-w", "-l", f"{data}/log", "-o", f"-p {port} -h 127.0.0.1 -k {data}", "start")

    start()
    server = Server(binary, folder, f"postgres://camlock@127.0.0.1:{port}/postgres")
    server.restart_postgres = start
    psql = [programs / "psql", "-At", "-F", " ", "-h", "127.0.0.1", "-p", str(port), "-U", "camlock", "postgres", "-c"]
    server.ask = lambda question: [int(number) for number in subprocess.run([*psql, question], check=True, capture_output=True, text=True).stdout.split()]
    server.postmaster = lambda: int(pathlib.Path(data, "data", "postmaster.pid").read_text(encoding="ascii").split()[0])
    try:
        yield server
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            run(programs / "pg_ctl", "-D", f"{data}/data", "-m", "immediate", "stop")


@contextlib.contextmanager
def on_sqlite(binary, folder):
    yield Server(binary, folder)


def cases(rounds):
    """Name, database, and what happens."""
    return [
        ("kill", on_sqlite, lambda server: kill(server, rounds)),
        ("power", on_sqlite, lambda server: power(server, rounds * 2)),
        ("full", on_sqlite, lambda server: refusing(server, "full", 2)),
        ("broken", on_sqlite, lambda server: refusing(server, "broken", 2)),
        ("unsynced", on_sqlite, lambda server: refusing(server, "unsynced", 2)),
        ("clock", on_sqlite, lambda server: clock(server, rounds)),
        ("kill-postgres", on_postgres, lambda server: kill(server, rounds)),
        ("frozen-postgres", on_postgres, lambda server: postgres(server, "frozen")),
        ("vanished-postgres", on_postgres, lambda server: postgres(server, "vanished")),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("binary")
    parser.add_argument("case", nargs="*")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--rounds", type=int)
    options = parser.parse_intermixed_args()
    rounds = options.rounds or (100 if options.long else 5)
    global SHIM
    with tempfile.TemporaryDirectory() as built:
        SHIM = f"{built}/shim.so"
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", SHIM, HERE / "faulty" / "shim.c", "-ldl", "-lpthread"], check=True)
        for name, database, happens in cases(rounds):
            if options.case and name not in options.case:
                continue
            begun = time.monotonic()
            with tempfile.TemporaryDirectory() as folder, database(os.path.abspath(options.binary), folder) as server:
                server.prepare()
                try:
                    told = happens(server)
                finally:
                    server.stop(signal.SIGKILL)
            print(f"{name:20}{told} ({time.monotonic() - begun:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
