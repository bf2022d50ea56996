#!/usr/bin/env python3
"""What a crowd of waiting calls of one key costs another key: `benches/pace.py target/release/camlock [calls]`.

One key sends that many calls at once (5,000 unless said otherwise), of which one second's worth passes, one waits and the rest
is refused; another key calls one after the other all the while. Prints its latency when it is quiet and in the crowd: what
counts is the ratio. Loopback only; times drift with the machine.
"""

import asyncio
import multiprocessing
import os
import resource
import sys
import tempfile
import time

from load import LOAD_CORE, Server, sign

QUIET = 300


async def call(host, headers, body="{}"):
    """One call on a connection of its own; gives the answer."""
    reader, writer = await asyncio.open_connection(*host.split(":"))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"POST / HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())
    answer = (await reader.read()).decode()
    writer.close()
    return answer


async def latencies(host, key, until):
    """Milliseconds of calls one after the other, as long as `until` says."""
    times = []
    while not until(times):
        begun = time.perf_counter()
        answer = await call(host, sign(*key, host, "GetUserAppId", "{}"))
        times.append((time.perf_counter() - begun) * 1000)
        assert "Error" not in answer, answer
        await asyncio.sleep(0.005)
    return times


def p99(times):
    return sorted(times)[int(len(times) * 0.99)]


async def crowd(host, key, calls):
    codes = await asyncio.gather(*(call(host, sign(*key, host, "ListUsers", "{}")) for _ in range(calls)))
    return sum("RequestLimitExceeded" in answer for answer in codes), sum('"Data"' in answer for answer in codes)


def watch(host, key, over, times):
    """The other key, in a process of its own that goes before the crowd's: the crowd's own work must not count."""
    times.put(asyncio.run(latencies(host, key, lambda _: over.is_set())))


def measure(server, calls):
    busy, calm = server.keys
    quiet = asyncio.run(latencies(server.host, calm, lambda times: len(times) >= QUIET))
    over, times = multiprocessing.Event(), multiprocessing.Queue()
    watcher = multiprocessing.Process(target=watch, args=(server.host, calm, over, times))
    watcher.start()
    os.nice(10)
    refused, answered = asyncio.run(crowd(server.host, busy, calls))
    over.set()
    loud = times.get(timeout=30)
    watcher.join()
    print(f"{calls} calls at once: {answered} answered, {refused} refused")
    print(f"the other key, p99: quiet {p99(quiet):.1f} ms, in the crowd {p99(loud):.1f} ms ({len(loud)} calls), ratio {p99(loud) / p99(quiet):.1f}")


def main():
    os.sched_setaffinity(0, {int(LOAD_CORE)})
    binary = os.path.abspath(sys.argv[1])
    calls = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20_000), hard))
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binary, folder, "")
        server.environment.pop("CAMLOCK_API__READS_PER_SECOND")
        server.prepare(disabled=0)
        server.start()
        try:
            measure(server, calls)
        finally:
            server.process.terminate()
            server.process.wait()


if __name__ == "__main__":
    main()
