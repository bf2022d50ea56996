#!/usr/bin/env python3
"""What many writers cost each other on PostgreSQL: `benches/writers.py target/release/camlock postgres://… [seconds]`.

1, 4 and 12 clients create and delete keys over the API, each of another user. Beside it as many clients of pgbench commit bare
transactions of two rows, in tables without triggers or numbers. Meanwhile it is looked every few milliseconds what the server's
connections wait for: a share of `Lock:transactionid` and `Lock:tuple` are writers who wait for the number that another holds until its commit;
`IO` and `LWLock:WALWrite` wait for the disk.
"""

import collections
import http.client
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

from load import Server, call, sign

BARE = """
\\set key random(1, 1000000000)
BEGIN;
INSERT INTO bare_keys VALUES (:key, repeat('x', 32), repeat('y', 80), 1);
INSERT INTO bare_events (at, event, target, detail) VALUES (:key, 'CreateAccessKey', repeat('t', 40), repeat('d', 120));
COMMIT;
"""
WAITS = "SELECT coalesce(wait_event_type || ':' || wait_event, 'running') FROM pg_stat_activity WHERE state <> 'idle' AND query <> '' AND pid <> pg_backend_pid() AND backend_type = 'client backend'"


class Writer(threading.Thread):
    def __init__(self, server, key, over):
        super().__init__()
        self.server, self.key, self.over, self.count = server, key, over, 0
        self.line = http.client.HTTPConnection(server.host, timeout=30)

    def call(self, action, fields):
        body = json.dumps(fields)
        headers = sign(*self.key, self.server.host, action, body) | {"X-TC-TraceId": str(self.count)}
        self.line.request("POST", "/", body, headers)
        answer = json.loads(self.line.getresponse().read())["Response"]
        if "Error" in answer:
            if answer["Error"]["Code"] == "RequestLimitExceeded":
                return None
            sys.exit(f"{action}: {answer}")
        self.count += 1
        return answer

    def run(self):
        while not self.over.is_set():
            made = self.call("CreateAccessKey", {"Description": str(time.monotonic_ns())})
            while made and self.call("DeleteAccessKey", {"AccessKeyId": made["AccessKey"]["AccessKeyId"]}) is None:
                time.sleep(0.01)


def waits(url, over):
    """What connections wait for, looked at again and again."""
    seen = collections.Counter()
    shell = subprocess.Popen(["psql", "-qAt", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    while not over.is_set():
        shell.stdin.write(f"{WAITS};\n\\echo --\n")
        shell.stdin.flush()
        for line in iter(shell.stdout.readline, "--\n"):
            seen[line.strip()] += 1
        time.sleep(0.003)
    shell.stdin.close()
    shell.wait()
    total = sum(seen.values()) or 1
    return ", ".join(f"{name} {count / total:.0%}" for name, count in seen.most_common(6))


def bare(url, clients, seconds, folder):
    script = pathlib.Path(folder, "bare.sql")
    script.write_text(BARE, encoding="ascii")
    subprocess.run(["psql", "-q", url, "-c", "DROP TABLE IF EXISTS bare_keys, bare_events; "
                    "CREATE TABLE bare_keys (id bigint, secret_id text, secret text, uid bigint); CREATE INDEX ON bare_keys (id); "
                    "CREATE TABLE bare_events (seq bigserial PRIMARY KEY, at bigint, event text, target text, detail text); "
                    "CREATE INDEX ON bare_events (at); CREATE INDEX ON bare_events (target)"], check=True)
    pgbench = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pgbench"))[-1]
    report = subprocess.run([pgbench, "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(seconds), "-f", script, url],
                            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return float(report.split("tps = ")[1].split()[0])


def main():
    binary, url = sys.argv[1:3]
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 5
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binary, folder, url)
        server.environment |= {"CAMLOCK_SERVER__WORKERS": "2", "CAMLOCK_API__REPLAY": "off"}
        server.prepare()
        server.start()
        try:
            users = [call(server, "AddUser", {"Name": f"w{number}", "UseApi": 1}) for number in range(12)]
            for user in users:
                call(server, "AttachUserPolicy", {"PolicyId": 1, "AttachUin": user["Uin"]})
            for clients in (1, 4, 12):
                over = threading.Event()
                writers = [Writer(server, (user["SecretId"], user["SecretKey"]), over) for user in users[:clients]]
                found = []
                watch = threading.Thread(target=lambda: found.append(waits(url, over)))
                for thread in (*writers, watch):
                    thread.start()
                time.sleep(seconds)
                over.set()
                for thread in (*writers, watch):
                    thread.join()
                rate = sum(writer.count for writer in writers) / seconds
                other = bare(url, clients, int(seconds), folder)
                print(f"{clients:3} clients: {rate:6.0f} changes a second; bare {other:6.0f}; {rate / other:.2f}; {found[0]}", flush=True)
        finally:
            server.process.terminate()
            server.process.wait()


if __name__ == "__main__":
    main()
