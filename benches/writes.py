#!/usr/bin/env python3
"""What a change costs beside the bare transaction under it: `benches/writes.py target/release/camlock [rounds]`.

One client creates and deletes keys over the API, one call after the other on one connection. Then the same rows go into a
copy of the database in bare transactions: same tables and indexes, no triggers, prepared statements, synchronous=FULL, on
the same disk and core. Prints microseconds of each and what each writes to the WAL; what counts is the ratio. SQLite only.
"""

import hashlib
import http.client
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time

from load import SERVER_CORE, Server, processor_seconds, sign

PAGE = 4096


class Client:
    """A client on one kept-alive connection. What it sends is signed before the clock starts."""

    def __init__(self, server):
        self.key, self.host = server.keys[0], server.host
        self.connection = http.client.HTTPConnection(self.host)

    def call(self, action, **parameters):
        body = json.dumps(parameters)
        headers = sign(*self.key, self.host, action, body)
        begun = time.perf_counter()
        self.connection.request("POST", "/", body, headers)
        answer = self.connection.getresponse().read()
        spent = time.perf_counter() - begun
        response = json.loads(answer)["Response"]
        if "Error" in response:
            sys.exit(f"{action}: {response}")
        return response, spent * 1e6


def through_the_api(server, rounds):
    """Microseconds of each creation and deletion."""
    client = Client(server)
    created, deleted = [], []
    uin, _ = client.call("AddUser", Name="writer")
    for number in range(rounds):
        response, spent = client.call("CreateAccessKey", TargetUin=uin["Uin"], Description=f"round-{number}")
        created.append(spent)
        secret_id = response["AccessKey"]["AccessKeyId"]
        _, spent = client.call("DeleteAccessKey", TargetUin=uin["Uin"], AccessKeyId=secret_id)
        deleted.append(spent)
    return created, deleted


class Bare:
    """The rows that a creation and a deletion leave, put down by nothing but prepared statements."""

    def __init__(self, path):
        self.db = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            self.db.execute(f"PRAGMA {pragma}")
        for (name,) in self.db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            self.db.execute(f"DROP TRIGGER {name}")
        self.key = self.example("SELECT * FROM api_keys LIMIT 1")
        self.key["uid"] = self.db.execute("SELECT uid FROM users WHERE name = 'writer'").fetchone()[0]
        self.changes = {action: self.example(f"SELECT * FROM signed_changes WHERE action = '{action}' LIMIT 1")
                        for action in ("CreateAccessKey", "DeleteAccessKey")}
        self.events = {event: self.example(f"SELECT * FROM audit_events WHERE event = '{event}' ORDER BY seq DESC LIMIT 1")
                       for event in ("CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey")}

    def example(self, query):
        cursor = self.db.execute(query)
        return dict(zip((column[0] for column in cursor.description), cursor.fetchone()))

    def insert(self, table, row):
        places = ", ".join("?" * len(row))
        self.db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", tuple(row.values()))

    def next(self, name):
        return self.db.execute("UPDATE sequences SET value = value + 1 WHERE name = ? RETURNING value", (name,)).fetchone()[0]

    def sign(self, action, number):
        signature = hashlib.sha256(f"{action}{number}".encode()).hexdigest()
        self.insert("signed_changes", self.changes[action] | {"signature": signature, "number": self.next("replay")})

    def log(self, event):
        self.insert("audit_events", self.events[event] | {"seq": self.next("audit"), "at": int(time.time())})

    def create(self, number):
        self.db.execute("BEGIN IMMEDIATE")
        self.insert("api_keys", self.key | {"secret_id": f"AKID{number:032d}", "slot": 1, "status": "enabled"})
        self.next("authority")
        self.sign("CreateAccessKey", number)
        self.log("CreateAccessKey")
        self.db.execute("COMMIT")

    def delete(self, number):
        secret_id = f"AKID{number:032d}"
        self.db.execute("BEGIN IMMEDIATE")
        self.db.execute("UPDATE api_keys SET status = 'disabled', changed_at = ? WHERE secret_id = ?", (number, secret_id))
        self.db.execute("DELETE FROM api_keys WHERE secret_id = ?", (secret_id,))
        self.db.execute("INSERT INTO retired_ids VALUES (?)", (hashlib.sha256(secret_id.encode()).digest(),))
        self.next("authority")
        self.sign("DeleteAccessKey", number)
        self.log("UpdateAccessKey")
        self.log("DeleteAccessKey")
        self.db.execute("COMMIT")


def bare(path, rounds):
    """Microseconds of each creation and deletion."""
    rows = Bare(path)
    created, deleted = [], []
    for number in range(rounds):
        for work, times in ((rows.create, created), (rows.delete, deleted)):
            begun = time.perf_counter()
            work(number)
            times.append((time.perf_counter() - begun) * 1e6)
    return created, deleted


def wal_frames(path):
    """Pages that are in the WAL; a checkpoint starts it anew."""
    return max(0, os.path.getsize(f"{path}-wal") - 32) // (PAGE + 24)


def pages_of_one(server, path):
    """Pages that one creation and one deletion write, the server's own batches left out as far as may be."""
    client, written = Client(server), []
    (uin, _) = client.call("AddUser", Name="pages")
    for number in range(20):
        db = sqlite3.connect(path)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        response, _ = client.call("CreateAccessKey", TargetUin=uin["Uin"], Description=f"pages-{number}")
        client.call("DeleteAccessKey", TargetUin=uin["Uin"], AccessKeyId=response["AccessKey"]["AccessKeyId"])
        written.append(wal_frames(path))
    return statistics.median(written)


def told(name, created, deleted):
    middle = statistics.median(created), statistics.median(deleted)
    print(f"{name:24}{middle[0]:10.0f}{middle[1]:10.0f}{sum(middle):10.0f} µs")
    return sum(middle)


def main():
    binary = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binary, folder, "")
        server.environment["CAMLOCK_API__CHANGES_PER_SECOND"] = "1000000"
        server.prepare(disabled=0)
        server.start()
        path = f"{folder}/data/camlock.db"
        try:
            before = processor_seconds(server.process.pid)
            ours = through_the_api(server, rounds)
            spent = (processor_seconds(server.process.pid) - before) / rounds * 1e6
            pages = pages_of_one(server, path)
            db = sqlite3.connect(path)
            db.execute("VACUUM INTO ?", (f"{folder}/bare.db",))
            db.close()
        finally:
            server.process.terminate()
            server.process.wait()
        os.sched_setaffinity(0, {int(SERVER_CORE)})
        theirs = bare(f"{folder}/bare.db", rounds)
        print(f"{'median':24}{'create':>10}{'delete':>10}{'both':>10}")
        all_of_ours, all_of_theirs = told("through the API", *ours), told("bare transactions", *theirs)
        print(f"ratio {all_of_ours / all_of_theirs:.2f}; the server's processor {spent:.0f} µs for both; {pages:.0f} pages of WAL for both")


if __name__ == "__main__":
    main()
