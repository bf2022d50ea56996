#!/usr/bin/env python3
"""How many signed calls a second one core serves, and what each costs: `benches/load.py target/release/camlock [seconds] [database URL]`.

Needs wrk and taskset. The server has one worker on one core, wrk the other; 32 connections, keep-alive, loopback. Times drift
with the machine, so what counts is the ratio to the plain-text route of the same run, and the processor time per request.
"""

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

SERVER_CORE, LOAD_CORE = "0", "1"
CONNECTIONS = "32"
TICKS = os.sysconf("SC_CLK_TCK")


def sign(secret_id, secret_key, host, action, body, version="2019-01-16"):
    """The headers of a TC3 call."""
    now = int(time.time())
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


class Server:
    """A server with one account, two keys of its root and one of them disabled."""

    def __init__(self, binary, folder, database):
        self.binary, self.folder = binary, folder
        self.environment = dict(os.environ, CAMLOCK_DATA_DIR=f"{folder}/data", CAMLOCK_LISTEN="127.0.0.1:18977",
                                CAMLOCK_SERVER__WORKERS="1", CAMLOCK_API__READS_PER_SECOND="1000000",
                                CAMLOCK_LOG__LEVEL="warn")
        if database:
            self.environment["CAMLOCK_DATABASE__URL"] = database
        self.host = "127.0.0.1:18977"

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
        """Requests a second, and microseconds of the server's processor time for each."""
        script = [f"wrk.path = {json.dumps(path)}"]
        if body is not None:
            script += ['wrk.method = "POST"', f"wrk.body = {json.dumps(body)}"]
        script += [f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in (headers or {}).items()]
        lua = self.file("load.lua", "\n".join(script))
        load = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{CONNECTIONS}", "-s", lua]
        subprocess.run([*load, "-d1", f"http://{self.host}"], check=True, capture_output=True)
        before = processor_seconds(self.process.pid)
        report = subprocess.run([*load, f"-d{seconds}", f"http://{self.host}"], check=True, capture_output=True, text=True).stdout
        spent = processor_seconds(self.process.pid) - before
        count = int(re.search(r"(\d+) requests in", report)[1])
        if "Non-2xx" in report:
            sys.exit(report)
        return float(re.search(r"Requests/sec:\s+([\d.]+)", report)[1]), spent / count * 1e6


def ask(server, headers, body):
    request = urllib.request.Request(f"http://{server.host}/", body.encode(), headers)
    return urllib.request.urlopen(request, timeout=5).read().decode()


def main():
    binary = os.path.abspath(sys.argv[1])
    seconds = sys.argv[2] if len(sys.argv) > 2 else "5"
    database = sys.argv[3] if len(sys.argv) > 3 else ""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binary, folder, database)
        server.prepare()
        print(f"ready {server.start():.3f} s after the start; resident {resident_mib(server.process.pid):.1f} MiB")
        try:
            (warm, disabled), body = server.keys, "{}"
            forged = (warm[0], "x" * 32)
            unknown = ("AKID" + "0" * 32, "x" * 32)
            cases = [("plain text, /healthz", None, "")]
            cases += [(f"{action}, warm key", (warm, action), '"RequestId"') for action in ("GetUserAppId", "ListAccessKeys")]
            cases += [("disabled key", (disabled, "GetUserAppId"), "SecretIdNotFound"),
                      ("wrong signature", (forged, "GetUserAppId"), "SignatureFailure"),
                      ("unknown id", (unknown, "GetUserAppId"), "SecretIdNotFound")]
            plain = None
            print(f"{'':32}{'requests/s':>12}{'CPU µs':>10}{'of plain text':>15}")
            for name, call, expected in cases:
                if call is None:
                    rate, spent = server.measure(seconds, "/healthz")
                    plain = rate
                else:
                    (secret_id, secret_key), action = call
                    headers = sign(secret_id, secret_key, server.host, action, body)
                    answer = ask(server, headers, body)
                    if expected not in answer or ("Error" in answer) != (expected != '"RequestId"'):
                        sys.exit(f"{name}: {answer}")
                    rate, spent = server.measure(seconds, "/", headers, body)
                print(f"{name:32}{rate:12.0f}{spent:10.1f}{rate / plain:15.2f}", flush=True)
            print(f"resident {resident_mib(server.process.pid):.1f} MiB")
        finally:
            server.process.terminate()
            server.process.wait()


if __name__ == "__main__":
    main()
