#!/usr/bin/env python3
"""Signing in while strangers guess: benches/sign_in.py target/release/camlock [postgres://…]

Starts the server on a free port and measures, first in quiet and then under guessers from ever new networks: how many
sign-ins of a browser that was here before succeed and how long they take, how long disabling a key takes, and what memory
stays taken after 500 tries at once. Prints one JSON object. Compare figures of one run only.
"""
import http.client, http.cookies, json, os, random, re, signal, socket, statistics, subprocess, sys, tempfile, threading, time
from urllib.parse import urlencode

GUESSERS, SIGN_INS, SWITCHES, PASSWORD = 50, 100, 100, "mulberry tram ninety violins"


class Browser:
    """Keeps its cookies and one connection."""

    def __init__(self, port, ip=None):
        self.port, self.ip, self.cookies, self.conn = port, ip, {}, None

    def ask(self, method, path, fields=None, ip=None):
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Sec-Fetch-Site": "same-origin"}
        if ip or self.ip:
            headers["X-Forwarded-For"] = ip or self.ip
        body = None
        if fields is not None:
            headers["Content-Type"], body = "application/x-www-form-urlencoded", urlencode(fields)
        for attempt in range(2):
            try:
                self.conn = self.conn or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                self.conn.request(method, path, body, headers)
                answer = self.conn.getresponse()
                text = answer.read().decode()
                break
            except (OSError, http.client.HTTPException):
                self.conn = None
                if attempt:
                    raise
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in http.cookies.SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer.status, text, answer.headers.get("Location", "")

    def token(self, path):
        return re.search(r'name="csrf" value="([^"]+)"', self.ask("GET", path)[1]).group(1)

    def post(self, path, fields, page):
        return self.ask("POST", path, {"csrf": self.token(page), **fields})

    def sign_in(self):
        return self.post("/login", {"account": "", "user_name": "root", "password": PASSWORD}, "/login")


def memory(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) // 1024


def at_once(count, work):
    threads = [threading.Thread(target=work, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def guess(port, stop, statuses):
    browser = Browser(port)
    token = browser.token("/login")
    while not stop.is_set():
        ip = ".".join(str(random.randint(1, 223)) for _ in range(4))
        # Guesses at one name only would soon wait for that name, and leave the turns to others.
        name = random.choice(["root", f"n{random.random()}"])
        fields = {"csrf": token, "account": "", "user_name": name, "password": "wrong password 123"}
        try:
            status = browser.ask("POST", "/login", fields, ip)[0]
        except (OSError, http.client.HTTPException):
            status = 0
        statuses[status] = statuses.get(status, 0) + 1


def known_sign_ins(port, device):
    times, good = [], 0
    for _ in range(SIGN_INS):
        browser = Browser(port, "198.51.100.7")
        browser.cookies.update(device)
        begun = time.monotonic()
        good += browser.sign_in()[0] == 303
        times.append(time.monotonic() - begun)
        time.sleep(0.05)
    return {"of": SIGN_INS, "succeeded": good, "median_ms": ms(statistics.median(times)), "max_ms": ms(max(times))}


def switches(admin, keys, key):
    assert admin.sign_in()[0] == 303  # twenty sessions are the most, and known browsers made more
    times = []
    for n in range(SWITCHES):
        token = admin.token(keys)
        begun = time.monotonic()
        verb = "disable" if n % 2 == 0 else "enable"
        assert admin.ask("POST", f"{keys}/{key}/{verb}", {"csrf": token})[0] == 303
        if verb == "disable":
            times.append(time.monotonic() - begun)
    return {"median_ms": ms(statistics.median(times)), "p90_ms": ms(sorted(times)[len(times) * 9 // 10]), "max_ms": ms(max(times))}


def ms(seconds):
    return round(seconds * 1000, 1)


def measure(program, folder, database):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"CAMLOCK_DATA_DIR": f"{folder}/data", "CAMLOCK_LISTEN": f"127.0.0.1:{port}", "CAMLOCK_LOG__LEVEL": "off",
                "CAMLOCK_SERVER__TRUSTED_PROXIES": "127.0.0.1", "CAMLOCK_SERVER__WORKERS": "2", "PATH": os.environ["PATH"]}
    if database:
        settings["CAMLOCK_DATABASE__URL"] = database
    with open(f"{folder}/password", "w") as file:
        file.write(PASSWORD)
    create = [program, "admin", "create-root", "--account-name", "A", "--user-name", "root", "--password-file", f"{folder}/password"]
    uin = json.loads(subprocess.run(create, env=settings, check=True, capture_output=True).stdout)["uin"]
    server = subprocess.Popen([program, "serve"], env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                Browser(port).ask("GET", "/healthz")
                break
            except OSError:
                time.sleep(0.1)
        admin = Browser(port, "198.51.100.7")
        assert admin.sign_in()[0] == 303
        device = {name: value for name, value in admin.cookies.items() if "device" in name}
        keys = f"/users/{uin}/keys"
        admin.post(keys, {}, keys)
        key = re.search(r'data-secret-id="(\w+)"', admin.ask("GET", keys)[1]).group(1)
        result = {"quiet": {"known_browser": known_sign_ins(port, device), "disable": switches(admin, keys, key)}}
        result["memory_mib"] = {"quiet": memory(server.pid)}
        stop, statuses = threading.Event(), {}
        crowd = [threading.Thread(target=guess, args=(port, stop, statuses), daemon=True) for _ in range(GUESSERS)]
        for thread in crowd:
            thread.start()
        time.sleep(3)
        attacked = {"known_browser": known_sign_ins(port, device), "disable": switches(admin, keys, key)}
        stop.set()
        for thread in crowd:
            thread.join()
        result["attacked"] = {**attacked, "guesses": statuses}
        result["memory_mib"]["after_guessers"] = memory(server.pid)
        doors = [Browser(port, f"203.0.{n % 250}.{n // 250 + 1}") for n in range(500)]
        at_once(500, lambda n: doors[n].post("/login", {"account": "", "user_name": f"n{n}", "password": "x" * 14}, "/login"))
        time.sleep(15)
        result["memory_mib"]["after_500_at_once"] = memory(server.pid)
        return result
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as place:
        print(json.dumps(measure(os.path.abspath(sys.argv[1]), place, sys.argv[2] if len(sys.argv) > 2 else None), indent=2))
