"""The case of load.py with many keys, and changes elsewhere meanwhile."""

import contextlib
import json
import sqlite3
import subprocess
import threading
import time

#: Sends the requests of a file one after the other.
FROM_FILE = """
requests, at = {}, 0
for line in io.lines(PATH) do requests[#requests + 1] = line:gsub("|", "\\r\\n") end
request = function()
  at = at + 1
  return requests[(at - 1) % #requests + 1]
end
wrong = 0
response = function(status, _, body)
  if status ~= 200 or body:find('"Error"', 1, true) then wrong = wrong + 1 end
end
threads = {}
setup = function(thread) threads[#threads + 1] = thread end
done = function()
  for _, thread in ipairs(threads) do print("refused: " .. thread:get("wrong")) end
end
"""


def script(server, signed):
    """The script in which wrk sends calls with these headers."""
    lines = ["|".join(["POST / HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "Content-Length: 2", "", "{}"])
             for headers in signed]
    return f"PATH = {json.dumps(server.file('requests', chr(10).join(lines) + chr(10)))}\n" + FROM_FILE


class Sqlite:
    def __init__(self, path):
        self.database = sqlite3.connect(path, isolation_level=None, timeout=5, check_same_thread=False)

    def run(self, statement):
        self.database.execute(statement)

    def close(self):
        self.database.close()


class Postgres:
    def __init__(self, url):
        self.shell = subprocess.Popen(["psql", "-q", url], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)

    def run(self, statement):
        self.shell.stdin.write(statement + ";\n")
        self.shell.stdin.flush()

    def close(self):
        self.shell.stdin.close()
        self.shell.wait()


@contextlib.contextmanager
def changing(server, each_second):
    """Changes the note of one user that no call is about, so many times a second."""
    if not each_second:
        yield
        return
    database = Postgres(server.database) if server.database else Sqlite(f"{server.folder}/data/camlock.db")
    over = threading.Event()

    def change():
        count = 0
        while not over.wait(1 / each_second):
            count += 1
            database.run(f"UPDATE users SET note = 'change {count}' WHERE kind = 'root'")

    changer = threading.Thread(target=change)
    changer.start()
    try:
        yield
    finally:
        over.set()
        changer.join()
        database.close()
