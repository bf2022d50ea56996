#!/usr/bin/env python3
"""Changes signed requests at random and asks the gate about them: `benches/fuzz_gate.py target/release/camlock [options]`.

Takes genuine requests (AWS Signature V4 in the header and in the query, TC3; with and without a body), changes one thing, and asks
/gate/verify or /gate/forward-auth. Whatever still means what was signed may pass, and is listed by the kind of change; anything else
that passes, and every answer from 500 on, is an error and is printed. The key is that of a root, whom no policy stops.
"""

import argparse
import collections
import hashlib
import json
import multiprocessing
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

from gate_requests import EMPTY, HOST, Key, presigned, sigv4, tc3

BATCH = 16
RENEWED = 60
READS = ("GET", "HEAD", "OPTIONS")
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get", "TRACE", "PURGE"]
PIECES = ["..", "//", "%2e", "%2F", "%00", ";", "?", "&", "=", "+", "%20", " ", "\t", ",", "é", "\\", "#", "%", "%zz", "a", "0", "A"]


def genuine(key, rng):
    """A request that nobody has sent yet."""
    number = rng.randrange(1 << 40)
    now = int(time.time()) - rng.randrange(60)
    body = json.dumps({"order": number}).encode()
    kind = rng.randrange(6)
    if kind == 0:
        return sigv4(key, "GET", f"/v1/orders/{number}", b"", now)
    if kind == 1:
        return sigv4(key, "GET", f"/v1/orders?after={number}&limit=10&state=open%20or%20new", b"", now)
    if kind == 2:
        return sigv4(key, "POST", "/v1/orders", body, now, {"content-type": "application/json", "x-note": "two  words"})
    if kind == 3:
        return presigned(key, "GET", f"/v1/orders/{number}?view=full", now, 300)
    if kind == 4:
        return tc3(key, "ListOrders", json.dumps({"After": number}).encode(), now)
    return sigv4(key, "DELETE", f"/v1/orders/{number}", b"", now)


def without_port(host):
    """Clients sign the host with its port or without."""
    name, _, port = host.partition(":")
    return name if port.isdigit() else host


def essence(asked):
    """What the signature of a request is about; None where it cannot be read."""
    try:
        method, target = asked["method"], asked["target"]
        headers = collections.defaultdict(list)
        for name, value in asked["headers"]:
            headers[name.lower()].append(" ".join(part for part in value.strip(" \t").split(" ") if part))
        headers.setdefault("host", [asked["host"]])
        headers["host"] = [without_port(value) for value in headers["host"]]
        path, _, query = target.partition("?")
        pairs = sorted(tuple(urllib.parse.unquote(half, errors="surrogateescape") for half in pair.partition("=")[::2])
                       for pair in query.split("&") if pair)
        told = headers["authorization"]
        signed, parts = ["host"], ()
        is_tc3 = False
        if told:
            scheme, _, rest = told[0].partition(" ")
            is_tc3 = scheme == "TC3-HMAC-SHA256"
            fields = dict(part.strip().split("=", 1) for part in rest.split(","))
            signed = fields["SignedHeaders"].split(";")
            parts = (scheme, len(told), tuple(sorted(fields.items())))
        values = tuple((name, tuple(headers[name])) for name in signed)
        if is_tc3:
            values = tuple((name, tuple(value.lower() for value in found)) for name, found in values)
        read = ("x-tc-timestamp", "x-tc-action") if is_tc3 else ("x-amz-date", "x-amz-content-sha256")
        # TC3 signs values in small letters; policies and replay make no difference there either.
        dates = tuple(tuple(value.lower() if is_tc3 else value for value in headers[name]) for name in read)
        field = without_port(asked["host"].lower() if is_tc3 else asked["host"])
        # A presigned address leaves the body open, and the gate says so in its coverage.
        known = asked.get("body_sha256") if told else ""
        # An empty header says that the gateway knows nothing: a read needs no more.
        known = known or (EMPTY if method in READS and told else known)
        return method, field, path, tuple(pairs), parts, values, dates, known and known.lower()
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None


def spoil(text, rng):
    """The text with one byte or piece changed."""
    at = rng.randrange(len(text) + 1)
    way = rng.randrange(6)
    if way == 0:
        return text[:at] + rng.choice(PIECES) + text[at:]
    if way == 1 and text:
        return text[:max(at - 1, 0)] + text[at:]
    if way == 2 and text:
        at = min(at, len(text) - 1)
        return text[:at] + chr(rng.randrange(33, 127)) + text[at + 1:]
    if way == 3:
        return text[:at] + text[at:at + 1].swapcase() + text[at + 1:]
    if way == 4:
        return text[:at]
    return text + text[at:]


def change_method(asked, rng):
    asked["method"] = rng.choice(METHODS)


def change_host(asked, rng):
    asked["host"] = rng.choice([spoil(asked["host"], rng), asked["host"] + ":443", asked["host"] + ".", asked["host"].upper(), "else.example.com"])
    if rng.random() < 0.8:
        asked["headers"] = [(name, asked["host"] if name.lower() == "host" else value) for name, value in asked["headers"]]


def change_target(asked, rng):
    asked["target"] = spoil(asked["target"], rng)


def change_query(asked, rng):
    path, _, query = asked["target"].partition("?")
    pairs = query.split("&") if query else []
    way = rng.randrange(5)
    if way == 0:
        rng.shuffle(pairs)
    elif way == 1 and pairs:
        pairs.append(rng.choice(pairs))
    elif way == 2 and pairs:
        pairs.pop(rng.randrange(len(pairs)))
    elif way == 3 and pairs:
        at = rng.randrange(len(pairs))
        pairs[at] = spoil(pairs[at], rng)
    else:
        pairs.append(rng.choice(["extra=1", "X-Amz-Expires=604800", "X-Amz-Signature=" + "0" * 64, "limit=11", "X-Amz-Date=20200101T000000Z"]))
    asked["target"] = path + ("?" + "&".join(pairs) if pairs else "")


def change_header(asked, rng):
    headers = asked["headers"]
    at = rng.randrange(len(headers))
    name, value = headers[at]
    headers[at] = (name, spoil(value, rng))


def change_name(asked, rng):
    headers = asked["headers"]
    at = rng.randrange(len(headers))
    name, value = headers[at]
    headers[at] = (rng.choice([name.upper(), name.title(), name.replace("-", "_"), name + "x", name[1:] or "x"]), value)


def drop_header(asked, rng):
    asked["headers"].pop(rng.randrange(len(asked["headers"])))


def double_header(asked, rng):
    name, value = rng.choice(asked["headers"])
    asked["headers"].insert(rng.randrange(len(asked["headers"]) + 1), (name, rng.choice([value, spoil(value, rng)])))


def swap_headers(asked, rng):
    rng.shuffle(asked["headers"])


def add_header(asked, rng):
    asked["headers"].append(rng.choice([
        ("x-amz-security-token", "t"), ("x-unsigned", "1"), ("x-camlock-uin", "1"), ("x_camlock_user", "root"), ("x-forwarded-method", "GET"),
        ("authorization", "Bearer x"), ("x-tc-token", "t"), ("connection", "x-amz-date"), ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        ("x-tc-action", "DeleteOrders"), ("transfer-encoding-x", "chunked"), ("date", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ]))


def change_hash(asked, rng):
    known = asked["body_sha256"]
    asked["body_sha256"] = rng.choice([spoil(known, rng), hashlib.sha256(rng.randbytes(8)).hexdigest(), known.upper(), ""])


CHANGES = [change_method, change_host, change_target, change_query, change_header, change_header, change_header, change_name, drop_header,
           double_header, swap_headers, add_header, change_hash]


def verify_request(asked, text, token):
    body = json.dumps(asked).encode() if text is None else text
    head = f"POST /gate/verify HTTP/1.1\r\nHost: gate\r\nX-Camlock-Gate: {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def is_sendable(asked):
    """Whether a request fits into the head of another one: what does not is asked in JSON alone."""
    texts = [asked["method"], asked["target"], asked["host"], asked["body_sha256"]] + [value for _, value in asked["headers"]]
    plain = all(all(32 <= ord(letter) < 127 or letter == "\t" for letter in text) and text == text.strip() for text in texts)
    names = [name.lower() for name, _ in asked["headers"]]
    # These would be about the question itself.
    return plain and all(names) and all(name not in ("connection", "content-length", "transfer-encoding") for name in names)


def forward_request(asked, token):
    told = [("Host", "gate"), ("X-Camlock-Gate", token), ("X-Original-Method", asked["method"]), ("X-Original-Uri", asked["target"]),
            ("X-Original-Host", asked["host"]), ("X-Original-Body-Sha256", asked["body_sha256"])]
    kept = [(name, value) for name, value in asked["headers"] if name.lower() != "host"]
    lines = "".join(f"{name}: {value}\r\n" for name, value in told + kept)
    return f"GET /gate/forward-auth HTTP/1.1\r\n{lines}\r\n".encode()


class Connection:
    """Sends several requests at once and reads their answers in order."""

    def __init__(self, address):
        self.address, self.socket = address, None

    def exchange(self, requests):
        """Status, headers and body of each; shorter where the server has closed the connection."""
        if self.socket is None:
            self.socket = socket.create_connection(self.address, timeout=30)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.left = b""
        answers = []
        try:
            self.socket.sendall(b"".join(requests))
            for _ in requests:
                answers.append(self.answer())
                if b"connection: close" in answers[-1][1]:
                    raise ConnectionError
        except (ConnectionError, BrokenPipeError):
            self.socket.close()
            self.socket = None
        return answers

    def more(self):
        piece = self.socket.recv(1 << 16)
        if not piece:
            raise ConnectionError
        self.left += piece

    def answer(self):
        while b"\r\n\r\n" not in self.left:
            self.more()
        head, self.left = self.left.split(b"\r\n\r\n", 1)
        head = head.lower()
        at = head.find(b"content-length: ")
        length = int(head[at + 16:].split(b"\r\n", 1)[0]) if at >= 0 else 0
        while len(self.left) < length:
            self.more()
        body, self.left = self.left[:length], self.left[length:]
        return int(head[9:12]), head, body


class Prober:
    """One process's share."""

    def __init__(self, job):
        self.address, self.key, self.token, self.count, self.seed, self.seconds = job
        self.rng = random.Random(self.seed)
        self.reasons, self.neutral, self.kinds = collections.Counter(), collections.Counter(), collections.Counter()
        self.errors = []

    def one(self, pool):
        """A changed request: how, whether it still means the same, and its bytes."""
        rng = self.rng
        whole = rng.choice(pool)
        asked = {**whole, "headers": list(whole["headers"])}
        if rng.random() < 0.15:
            text = spoil(json.dumps(asked), rng).encode()
            try:
                read = json.loads(text)
                same = essence(read) == essence(whole)
            except (ValueError, RecursionError):
                same = False
            return "JSON", same, "verify", verify_request(None, text, self.token)
        change = rng.choice(CHANGES)
        change(asked, rng)
        same = essence(asked) == essence(whole)
        if rng.random() < 0.5 and is_sendable(asked):
            # There the gateway tells the host, and no header of the client does.
            kept = [(name, value) for name, value in asked["headers"] if name.lower() != "host"]
            asked["headers"] = [*kept, ("host", asked["host"])]
            same = essence(asked) == essence(whole)
            return change.__name__, same, "forward-auth", forward_request(asked, self.token)
        return change.__name__, same, "verify", verify_request(asked, None, self.token)

    def note(self, probe, answer):
        kind, same, way, sent = probe
        status, head, body = answer
        self.kinds[kind] += 1
        if way == "verify" and status == 200:
            told = json.loads(body)
            allowed, reason = told["allowed"], told["reason"]
        else:
            allowed = status == 200
            at = head.find(b"x-camlock-reason: ")
            reason = head[at + 18:].split(b"\r\n")[0].decode() if at >= 0 else f"HTTP {status}"
        self.reasons["allowed" if allowed else reason] += 1
        if allowed and same:
            self.neutral[kind] += 1
        if (allowed and not same) or status >= 500:
            self.errors.append((kind, status, sent.decode(errors="replace")[:3000]))

    def run(self):
        connection, end, done = Connection(self.address), time.monotonic() + self.seconds, 0
        renewed, pool, waiting = 0, [], []
        while done < self.count and time.monotonic() < end and len(self.errors) < 20:
            if time.monotonic() - renewed > RENEWED or not pool:
                renewed, pool = time.monotonic(), [genuine(self.key, self.rng) for _ in range(500)]
            waiting += [self.one(pool) for _ in range(BATCH - len(waiting))]
            answers = connection.exchange([probe[3] for probe in waiting])
            for probe, answer in zip(waiting, answers):
                self.note(probe, answer)
            done += len(answers)
            if not answers:
                # The first one was not answered at all.
                self.reasons["closed"] += 1
                self.errors.append((waiting[0][0], 0, waiting[0][3].decode(errors="replace")[:3000]))
                done, answers = done + 1, [None]
            waiting = waiting[len(answers):]
        return done, self.reasons, self.neutral, self.kinds, self.errors


def probe(job):
    return Prober(job).run()


def prepared(binary, folder):
    """A server of one's own, with a root's key, the service and a gate token."""
    port = socket.create_server(("127.0.0.1", 0)).getsockname()[1]
    environment = dict(os.environ, CAMLOCK_DATA_DIR=f"{folder}/data", CAMLOCK_LISTEN=f"127.0.0.1:{port}", CAMLOCK_LOG__LEVEL="error")

    def command(*words):
        return subprocess.run([binary, *words], env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    def file(name, text):
        path = f"{folder}/{name}"
        with open(path, "w", encoding="ascii", opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write(text + "\n")
        return path

    root = json.loads(command("admin", "create-root", "--account-name", "fuzz", "--user-name", "fuzz",
                              "--password-file", file("password", "mulberry tram ninety violins")))
    key = Key("AKID" + "fuzz" * 8, "bench0secret0bench0secret0bench0")
    command("key", "import", "--uin", str(root["uin"]), "--secret-id", key.secret_id, "--secret-key-file", file("secret", key.secret_key))
    owner = str(root["uin"])
    command("service", "create", "--owner", owner, "--name", "orders", "--host", HOST)
    token = command("gate", "token", "create", "--owner", owner, "--name", "fuzz", "--service", "orders")
    process = subprocess.Popen([binary, "serve"], env=environment, stdout=subprocess.DEVNULL)
    for _ in range(1000):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).read()
            return process, ("127.0.0.1", port), key, token
        except OSError:
            time.sleep(0.02)
    sys.exit("the server does not answer")


def ensure_genuine_pass(address, key, token):
    rng = random.Random(0)
    for number in range(60):
        asked = genuine(key, rng)
        # A write passes once, so it goes one way only.
        request = verify_request(asked, None, token) if number % 2 else forward_request(asked, token)
        status, head, body = Connection(address).exchange([request])[0]
        if status != 200 or (number % 2 and not json.loads(body)["allowed"]):
            sys.exit(f"a genuine request is refused: {status} {head} {body}\n{request.decode()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("binary")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=86_400, help="ends after that long, however many were asked")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--connections", type=int, default=4, help="processes with one connection each")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        process, address, key, token = prepared(os.path.abspath(options.binary), folder)
        try:
            ensure_genuine_pass(address, key, token)
            share = options.count // options.connections
            jobs = [(address, key, token, share, options.seed * 1000 + number, options.seconds) for number in range(options.connections)]
            begun = time.monotonic()
            with multiprocessing.Pool(options.connections) as workers:
                results = workers.map(probe, jobs)
            took = time.monotonic() - begun
            alive = process.poll() is None
        finally:
            process.terminate()
            process.wait()
    done = sum(result[0] for result in results)
    reasons, neutral, kinds = (sum((result[part] for result in results), collections.Counter()) for part in (1, 2, 3))
    errors = [error for result in results for error in result[4]]
    print(f"{done} changed requests in {took:.0f} s, seed {options.seed}")
    for title, counter in (("answers", reasons), ("changes", kinds), ("allowed, as they mean what was signed", neutral)):
        print(f"{title}:")
        for name, count in counter.most_common():
            print(f"  {count:9} {name}")
    for kind, status, sent in errors[:10]:
        print(f"ERROR after {kind}, status {status}:\n{sent}\n")
    if errors or not alive:
        sys.exit(f"{len(errors)} errors; the server {'runs' if alive else 'has ended'}")
    print("0 allowed beyond that, 0 answers from 500 on")


if __name__ == "__main__":
    main()
