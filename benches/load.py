#!/usr/bin/env python3
"""How many signed calls a second one core serves, and what each costs: `benches/load.py target/release/camlock [seconds] [database URL]`.

`--gate` measures verdicts of the gate instead, `--keys N` with that many keys besides. `--changing` measures calls with that many keys, signed
each for itself, in turn without changes and while others' rows are changed 50 times a second past the server. A write is a signature of its own, of a pool that is
made beforehand; it ends when the pool is used up.

Needs wrk and taskset. The server has one worker on one core, wrk the other; 32 connections, keep-alive, loopback. Times drift
with the machine, so what counts is the ratio to the plain-text route of the same run, and the processor time per request.
"""

import argparse
import collections
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

import load_changing
import load_gate

SERVER_CORE, LOAD_CORE = "0", "1"
CONNECTIONS = "32"
TICKS = os.sysconf("SC_CLK_TCK")


def sign(secret_id, secret_key, host, action, body, version="2019-01-16", at=None):
    """The headers of a TC3 call."""
    now = at or int(time.time())
    day = time.strftime("%Y-%m-%d", time.gmtime(now))
    digest = lambda text: hashlib.sha256(text.encode()).hexdigest()
    mac = lambda key, text: hmac.new(key, text.encode(), hashlib.sha256).digest()
    signed = "content-type;host"
    canonical = f"POST\n/\n\ncontent-type:application/json\nhost:{host}\n\n{signed}\n{digest(body)}"
    scope = f"{day}/cam/tc3_request"
    key = mac(mac(mac(("TC3" + secret_key).encode(), day), "cam"), "tc3_request")
    signature = mac(key, f"TC3-HMAC-SHA256\n{now}\n{scope}\n{digest(canonical)}").hex()
    return {
        "Content-Type": "application/json",
        "Host": host,
        "X-TC-Action": action,
        "X-TC-Version": version,
        "X-TC-Timestamp": str(now),
        "Authorization": f"TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedHeaders={signed}, Signature={signature}",
    }


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) / 1024


Measured = collections.namedtuple("Measured", "rate spent p50 p99 refused")


class Server:
    """A server with one account, two keys of its root and one of them disabled."""

    def __init__(self, binary, folder, database):
        self.binary, self.folder = binary, folder
        self.environment = dict(os.environ, CAMLOCK_DATA_DIR=f"{folder}/data", CAMLOCK_LISTEN="127.0.0.1:18977",
                                CAMLOCK_SERVER__WORKERS="1", CAMLOCK_API__READS_PER_SECOND="1000000",
                                CAMLOCK_API__CHANGES_PER_SECOND="1000000", CAMLOCK_LIMITS__USERS_PER_ACCOUNT="1000000",
                                CAMLOCK_LOG__LEVEL="warn")
        if database:
            self.environment["CAMLOCK_DATABASE__URL"] = database
        self.host, self.database = "127.0.0.1:18977", database

    def command(self, *words):
        done = subprocess.run([self.binary, *words], env=self.environment, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout

    def file(self, name, text):
        path = f"{self.folder}/{name}"
        with open(path, "w", encoding="ascii", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(text)
        return path

    def prepare(self, disabled=1):
        name = f"bench{time.time_ns()}"
        password = self.file("password", "mulberry tram ninety violins\n")
        root = json.loads(self.command("admin", "create-root", "--account-name", name, "--user-name", name,
                                       "--password-file", password))
        self.owner = str(root["uin"])
        secret = "bench0secret0bench0secret0bench0"
        path = self.file("secret", secret + "\n")
        self.keys = [("AKID" + hashlib.sha256(f"{name}{n}".encode()).hexdigest()[:32], secret) for n in (1, 2)]
        for secret_id, _ in self.keys:
            self.command("key", "import", "--uin", str(root["uin"]), "--secret-id", secret_id, "--secret-key-file", path)
        for secret_id, _ in self.keys[2 - disabled:]:
            self.command("key", "disable", "--secret-id", secret_id)

    def start(self):
        begun = time.monotonic()
        self.process = subprocess.Popen(["taskset", "-c", SERVER_CORE, self.binary, "serve"], env=self.environment,
                                        stdout=subprocess.DEVNULL)
        while True:
            try:
                urllib.request.urlopen(f"http://{self.host}/healthz", timeout=1).read()
                return time.monotonic() - begun
            except OSError:
                time.sleep(0.002)

    def measure(self, seconds, path, headers=None, body=None):
        """What a request costs that is sent again and again."""
        script = [f"wrk.path = {json.dumps(path)}"]
        if body is not None:
            script += ['wrk.method = "POST"', f"wrk.body = {json.dumps(body)}"]
        script += [f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in (headers or {}).items()]
        return self.run(seconds, "\n".join(script))

    def run(self, seconds, script, is_warm=False):
        """Requests a second, microseconds of the server's processor time for each, the median and the 99th percentile of the answers, and
        how many were refused."""
        lua = self.file("load.lua", script)
        load = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{CONNECTIONS}", "--latency", "-s", lua]
        if not is_warm:
            subprocess.run([*load, "-d1", f"http://{self.host}"], check=True, capture_output=True)
        before = processor_seconds(self.process.pid)
        report = subprocess.run([*load, f"-d{seconds}", f"http://{self.host}"], check=True, capture_output=True, text=True).stdout
        spent = processor_seconds(self.process.pid) - before
        count = int(re.search(r"(\d+) requests in", report)[1])
        other = re.search(r"Non-2xx or 3xx responses: (\d+)", report) or re.search(r"refused: (\d+)", report)
        p50, p99 = (re.search(rf"{part}%\s+(\S+)", report)[1] for part in (50, 99))
        rate = float(re.search(r"Requests/sec:\s+([\d.]+)", report)[1])
        return Measured(rate, spent / count * 1e6, p50, p99, int(other[1]) if other else 0)


def ask(server, headers, body):
    request = urllib.request.Request(f"http://{server.host}/", body.encode(), headers)
    return urllib.request.urlopen(request, timeout=5).read().decode()


def call(server, action, fields, version="2019-01-16"):
    """A call of the API with the server's first key, and what it answers."""
    body = json.dumps(fields)
    answer = json.loads(ask(server, sign(*server.keys[0], server.host, action, body, version), body))["Response"]
    if "Error" in answer:
        sys.exit(f"{action}: {answer}")
    return answer


def show(name, measured, plain):
    print(f"{name:32}{measured.rate:12.0f}{measured.spent:10.1f}{measured.p50:>10}{measured.p99:>10}{measured.rate / plain:10.2f}", flush=True)


def ensure(is_right, name, measured):
    if not is_right:
        sys.exit(f"{name}: {measured}")


def measure_api(server, seconds, plain):
    (warm, disabled), body = server.keys, "{}"
    forged = (warm[0], "x" * 32)
    unknown = ("AKID" + "0" * 32, "x" * 32)
    cases = [(f"{action}, warm key", (warm, action), '"RequestId"') for action in ("GetUserAppId", "ListAccessKeys")]
    cases += [("disabled key", (disabled, "GetUserAppId"), "SecretIdNotFound"),
              ("wrong signature", (forged, "GetUserAppId"), "SignatureFailure"),
              ("unknown id", (unknown, "GetUserAppId"), "SecretIdNotFound")]
    for name, ((secret_id, secret_key), action), expected in cases:
        headers = sign(secret_id, secret_key, server.host, action, body)
        answer = ask(server, headers, body)
        if expected not in answer or ("Error" in answer) != (expected != '"RequestId"'):
            sys.exit(f"{name}: {answer}")
        measured = server.measure(seconds, "/", headers, body)
        ensure(measured.refused == 0, name, measured)
        show(name, measured, plain)


def measure_gate(server, seconds, plain, count):
    gate = load_gate.Gate(server, server.owner)
    warm, disabled = server.keys
    for name, expected, case in load_gate.cases(gate, warm, disabled):
        reason = gate.reason(case)
        if reason != expected:
            sys.exit(f"{name}: {reason}")
        measured = server.measure(seconds, *case)
        ensure((measured.refused == 0) == (expected == "allowed"), name, measured)
        show(name, measured, plain)
    keys = [warm]
    if count:
        keys = load_gate.pool_of_keys(count, lambda action, fields: call(server, action, fields))
        script = load_gate.from_file(gate, load_gate.reads(gate, keys), once=False)
        show(f"verify, SigV4 GET, {count} keys", server.run(seconds, script), plain)
    bare = {together: load_gate.bare_inserts(server.folder, float(seconds), together) for together in (1, int(CONNECTIONS))}
    print("bare inserts a second: " + ", ".join(f"{rate:.0f} with {together} in a transaction" for together, rate in bare.items()))
    for scheme, size in (("tc3", load_gate.POOL), ("aws", load_gate.POOL)):
        script = load_gate.from_file(gate, load_gate.writes(gate, keys, size, scheme), once=True)
        measured = server.run(seconds, script, is_warm=True)
        ensure(measured.refused == 0, f"verify, {scheme} write", measured)
        show(f"verify, {scheme} write", measured, plain)
        print(f"    of the bare inserts, {CONNECTIONS} in a transaction: {measured.rate / bare[int(CONNECTIONS)]:.2f}")


def measure_changing(server, seconds, plain, count):
    keys = load_gate.pool_of_keys(count, lambda action, fields: call(server, action, fields))
    names = [sign(*key, server.host, "GetUserAppId", "{}", at=int(time.time()) + spread) for spread in range(-100, 100, 20) for key in keys]
    script = load_changing.script(server, names)
    server.run(seconds, script)
    for _ in range(3):
        for changes in (0, 50):
            with load_changing.changing(server, changes):
                measured = server.run(seconds, script, is_warm=True)
            ensure(measured.refused == 0, "GetUserAppId", measured)
            show(f"{count} keys, {changes} changes a second", measured, plain)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("binary")
    parser.add_argument("seconds", nargs="?", default="5")
    parser.add_argument("database", nargs="?", default="")
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("--keys", type=int, default=0)
    parser.add_argument("--changing", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(os.path.abspath(options.binary), folder, options.database)
        server.prepare()
        print(f"ready {server.start():.3f} s after the start; resident {resident_mib(server.process.pid):.1f} MiB")
        try:
            print(f"{'':32}{'requests/s':>12}{'CPU µs':>10}{'p50':>10}{'p99':>10}{'of plain':>10}")
            plain = server.measure(options.seconds, "/healthz")
            show("plain text, /healthz", plain, plain.rate)
            if options.changing:
                measure_changing(server, options.seconds, plain.rate, options.keys or 10_000)
            elif options.gate:
                measure_gate(server, options.seconds, plain.rate, options.keys)
            else:
                measure_api(server, options.seconds, plain.rate)
            print(f"resident {resident_mib(server.process.pid):.1f} MiB")
        finally:
            server.process.terminate()
            server.process.wait()


if __name__ == "__main__":
    main()
