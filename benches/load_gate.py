"""The gate's cases of load.py: what a verdict costs, beside the plain text of the same run."""

import json
import secrets
import sqlite3
import time
import urllib.error
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor

from gate_requests import HOST, Key, sigv4, tc3

#: How far apart the timestamps of signatures of a pool lie; more would be too early or too late.
SPREAD = 240
POOL = 100_000


class Gate:
    """A service and a gate token of the server's root, and ways to ask."""

    def __init__(self, server, owner):
        self.server = server
        server.command("service", "create", "--owner", owner, "--name", "orders", "--host", HOST)
        self.token = server.command("gate", "token", "create", "--owner", owner, "--name", "bench", "--service", "orders").strip()

    def forward(self, asked):
        """The headers in which a proxy asks."""
        told = {"X-Camlock-Gate": self.token, "X-Original-Method": asked["method"], "X-Original-Uri": asked["target"],
                "X-Original-Host": asked["host"], "X-Original-Source-Ip": asked["source_ip"]}
        return told | {name: value for name, value in asked["headers"] if name != "host"}

    def forward_case(self, asked):
        return "/gate/forward-auth", self.forward(asked), None

    def verify_case(self, asked):
        return "/gate/verify", {"X-Camlock-Gate": self.token, "Content-Type": "application/json"}, json.dumps(asked)

    def reason(self, case):
        path, headers, body = case
        request = urllib.request.Request(f"http://{self.server.host}{path}", body.encode() if body else None, headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                text = answer.read()
                return json.loads(text)["reason"] if text else "allowed"
        except urllib.error.HTTPError as refusal:
            return refusal.headers.get("X-Camlock-Reason", str(refusal.code))


def cases(gate, warm, disabled):
    """Name, expected reason, and the question of each case that is asked again and again."""
    warm, disabled, now = Key(*warm), Key(*disabled), int(time.time())
    get = sigv4(warm, "GET", "/v1/orders?limit=10", b"", now)
    forged = sigv4(Key(warm.secret_id, "x" * 32), "GET", "/v1/orders?limit=10", b"", now)
    return [
        ("forward-auth, SigV4 GET", "allowed", gate.forward_case(get)),
        ("verify, SigV4 GET", "allowed", gate.verify_case(get)),
        ("forward-auth, disabled key", "disabled_key", gate.forward_case(sigv4(disabled, "GET", "/v1/orders", b"", now))),
        ("forward-auth, wrong signature", "wrong_signature", gate.forward_case(forged)),
    ]


def writes(gate, keys, count, scheme):
    """Questions about changes, each signed for itself: written to a file, one on a line, for wrk to read."""
    now = int(time.time())
    lines = []
    for number in range(count):
        key, at = Key(*keys[number % len(keys)]), now + number % SPREAD - SPREAD // 2
        body = json.dumps({"order": number}).encode()
        asked = tc3(key, "CreateOrder", body, at) if scheme == "tc3" else sigv4(key, "POST", "/v1/orders", body, at)
        lines.append(json.dumps(asked))
    return gate.server.file("questions", "\n".join(lines) + "\n")


#: Asks the questions of a file one after the other, and counts the verdicts that are not what was expected.
FROM_FILE = """
questions, at, wrong = {}, 0, 0
for line in io.lines(PATH) do questions[#questions + 1] = line end
headers = {["X-Camlock-Gate"] = TOKEN, ["Content-Type"] = "application/json"}
request = function()
  at = at + 1
  return wrk.format("POST", "/gate/verify", headers, questions[(at - 1) % #questions + 1])
end
response = function(status, _, body)
  if status ~= 200 or not body:find('"allowed":true', 1, true) then wrong = wrong + 1 end
  if ONCE and at >= #questions then wrk.thread:stop() end
end
threads = {}
setup = function(thread) threads[#threads + 1] = thread end
done = function()
  for _, thread in ipairs(threads) do print("refused: " .. thread:get("wrong")) end
end
"""


def from_file(gate, path, once):
    """The script in which wrk asks the questions of a file, each once or round and round."""
    return f"PATH, TOKEN, ONCE = {json.dumps(path)}, {json.dumps(gate.token)}, {json.dumps(once)}\n" + FROM_FILE


def reads(gate, keys):
    """A question about a read with each of the keys."""
    now = int(time.time())
    lines = [json.dumps(sigv4(Key(*key), "GET", f"/v1/orders/{number}", b"", now)) for number, key in enumerate(keys)]
    return gate.server.file("questions", "\n".join(lines) + "\n")


def bare_inserts(folder, seconds, together):
    """Rows a second that SQLite itself keeps with the tables and the durability of the server, so many in one transaction."""
    with sqlite3.connect(f"{folder}/bare{together}.db", isolation_level=None) as database:
        database.executescript("""
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            CREATE TABLE signed_changes (signature TEXT NOT NULL, action TEXT NOT NULL, request_id TEXT NOT NULL, arrived_ms INTEGER NOT NULL,
                origin TEXT NOT NULL, expires_at INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (signature, action)) STRICT;
            CREATE INDEX signed_changes_expires ON signed_changes (expires_at);
            CREATE INDEX signed_changes_number ON signed_changes (number);
        """)
        count, begun = 0, time.monotonic()
        while time.monotonic() - begun < seconds:
            now = int(time.time())
            rows = [(secrets.token_hex(32), "gate", str(uuid.uuid4()), now * 1000, "127.0.0.1", now + 601, count + at) for at in range(together)]
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO signed_changes VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            database.execute("COMMIT")
            count += together
        return count / (time.monotonic() - begun)


def pool_of_keys(count, call):
    """That many users with a key each, made over the API, who may do everything."""
    def one(number):
        made = call("AddUser", {"Name": f"pool{number}", "UseApi": 1})
        call("AttachUserPolicy", {"PolicyId": 1, "AttachUin": made["Uin"]})
        return made["SecretId"], made["SecretKey"]

    with ThreadPoolExecutor(8) as workers:
        return list(workers.map(one, range(count)))
