#!/usr/bin/env python3
"""Pages of a small and of a large organisation beside each other: benches/scale.py target/release/camlock SMALL LARGE

SMALL and LARGE are data directories; next to each stands what is needed to sign in as root, as JSON, in a file of the same
name with `.json` behind it (`cargo run --release --example seed -- --data-dir /tmp/large > /tmp/large.json`), with the URL of
its database if it has one of its own. A server is started on each; every page is asked for in turns, ROUNDS times, and the median in milliseconds is printed with the ratio,
the rows that were shown, and how long the database of the large one worked for one page. Compare figures of one run only.
"""
import base64, hashlib, hmac, http.client, http.cookies, json, os, re, signal, socket, statistics, struct, subprocess, sys, time
from urllib.parse import quote, urlencode

ROUNDS = 15


class Browser:
    """Keeps its cookies and one connection."""

    def __init__(self, port):
        self.port, self.cookies, self.conn = port, {}, http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method, path, fields=None):
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Sec-Fetch-Site": "same-origin"}
        body = None
        if fields is not None:
            headers["Content-Type"], body = "application/x-www-form-urlencoded", urlencode(fields)
        self.conn.request(method, path, body, headers)
        answer = self.conn.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in http.cookies.SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer.status, text, answer.headers.get("Location", "")

    def post(self, path, fields):
        token = re.search(r'name="csrf" value="([^"]+)"', self.ask("GET", path)[1]).group(1)
        return self.ask("POST", path, {"csrf": token, **fields})

    def sign_in(self, root):
        fields = {"account": "", "user_name": root.get("user_name", "root"), "password": root["password"]}
        status, _, where = self.post("/login", {**fields, "account": str(root.get("root") or root["uin"])})
        if "/login/verify" in where:
            status, _, where = self.post("/login/verify", {"code": code(root["totp"])})
        assert status == 303 and "/login" not in where, (status, where)


def code(seed):
    key = base64.b32decode(seed + "=" * (-len(seed) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, program, place):
        self.port, self.metrics = free_port(), free_port()
        settings = {"CAMLOCK_DATA_DIR": place, "CAMLOCK_LISTEN": f"127.0.0.1:{self.port}", "CAMLOCK_LOG__LEVEL": "warn",
                    "CAMLOCK_SERVER__WORKERS": "1", "CAMLOCK_METRICS__LISTEN": f"127.0.0.1:{self.metrics}", "PATH": os.environ["PATH"]}
        with open(f"{place.rstrip('/')}.json") as file:
            root = json.load(file)
        if root.get("database"):
            settings["CAMLOCK_DATABASE__URL"] = root["database"]
        begun = time.monotonic()
        self.process = subprocess.Popen([program, "serve"], env=settings, stdout=subprocess.DEVNULL)
        while True:
            try:
                Browser(self.port).ask("GET", "/readyz")
                break
            except OSError:
                time.sleep(0.05)
        self.started = time.monotonic() - begun
        self.browser = Browser(self.port)
        self.browser.sign_in(root)

    def facts(self):
        """What stands in this organisation to look for."""
        page = self.browser.ask("GET", "/users?key=any&type=sub_user")[1]
        uins = re.findall(r'data-uin="(\d+)"', page)
        keys = re.search(r'data-secret-id="(\w+)"', self.browser.ask("GET", f"/users/{uins[-1]}/keys")[1])
        names = re.findall(r'<tr data-uin="\d+">\s*<th[^>]*title="([^"]+)"', page)
        root = re.search(r'href="/audit\?actor=(\d+)"', self.browser.ask("GET", "/audit")[1])
        return {"uin": uins[-1], "secret_id": keys.group(1), "name": names[-1], "root": root.group(1)}

    def worked(self):
        """Milliseconds that the database has worked so far, all its work together."""
        told = http.client.HTTPConnection("127.0.0.1", self.metrics, timeout=10)
        told.request("GET", "/metrics")
        found = re.findall(r"^camlock_db_query_duration_seconds_sum\S* (\S+)", told.getresponse().read().decode(), re.M)
        return sum(map(float, found)) * 1000

    def time(self, path):
        begun = time.perf_counter()
        status, text, _ = self.browser.ask("GET", path)
        return (time.perf_counter() - begun) * 1000, status, len(re.findall(r"<tr data-", text))


def pages(facts):
    """Every page that grows with the organisation, by what it is called in the table."""
    found = {
        "overview": "/", "keys never used": "/attention/never-used", "unused keys": "/attention/unused", "old keys": "/attention/old",
        "users without use": "/attention/users", "administrators": "/attention/administrators",
        "first page": "/users", "middle page": f"/users?after={quote(facts['name'])}",
        "search SecretId": f"/users?q={facts['secret_id']}", "search UIN": f"/users?q={facts['uin']}",
        "search part of UIN": f"/users?q={facts['uin'][3:]}", "search no hit": "/users?q=qqqzzzqqq",
        "search one letter e": "/users?q=e", "search 9999": "/users?q=9999", "search example.com": "/users?q=example.com",
        "search anna": "/users?q=anna", "search billing1": "/users?q=billing1", "search note part illin": "/users?q=illin",
        "type collaborator": "/users?type=collaborator", "type root": "/users?type=root", "MFA on": "/users?mfa=on",
        "MFA off": "/users?mfa=off", "keys none": "/users?key=none", "keys any": "/users?key=any",
        "keys disabled": "/users?key=disabled",
        "ticked for a policy": f"/users/selected/attach?uin={facts['uin']}", "ticked, stale keys": f"/users/selected/disable-keys?uin={facts['uin']}", "MFA on and e": "/users?mfa=on&q=e",
        "MFA on and example.com": "/users?mfa=on&q=example.com", "disabled and example.com": "/users?key=disabled&q=example.com",
        "collaborator and anna": "/users?type=collaborator&q=anna",
    }
    for sort in ("created", "used", "keys"):
        found |= {f"sort {sort}": f"/users?sort=-{sort}", f"sort {sort}, MFA off": f"/users?mfa=off&sort=-{sort}"}
    uin = facts["uin"]
    return found | {
        "user": f"/users/{uin}", "permissions": f"/users/{uin}/permissions", "keys of a user": f"/users/{uin}/keys",
        "history of a key": f"/users/{uin}/keys/{facts['secret_id']}/history", "disable a key": f"/users/{uin}/keys/{facts['secret_id']}/disable",
        "replace a key": f"/users/{uin}/keys/{facts['secret_id']}/replace", "rotations": "/rotations", "claim links": "/claims",
        "activity": f"/users/{uin}/activity", "groups": "/groups", "policies": "/policies",
        "least privilege": f"/users/{uin}/permissions/used", "who can": "/who-can?action=cam:GetUser&resource=*", "services": "/settings/services", "keys beyond": "/settings/security/keys", "keys without a limit of silence": "/settings/security/idle-keys", "canaries": "/canaries", "notices": "/notices", "webhooks": "/settings/webhooks",
        "attach policies": f"/users/{uin}/permissions/attach", "log": "/audit", "report": "/reports/credentials", "log refused": "/audit?result=refused",
        "log event": "/audit?event=DisableApiKey", "log actor": f"/audit?actor={uin}", "log target": f"/audit?target={uin}", "log search": f"/audit?q={uin}", "log search key": f"/audit?q={facts['secret_id']}",
        "log search name": "/audit?q=anna", "log address": "/audit?q=192.0.2.7", "log search refused": f"/audit?q={uin}&result=refused",
        "log two broad": f"/audit?actor={facts['root']}&result=refused", "log rare of many": f"/audit?actor={facts['root']}&target={uin}", "log old day": "/audit?event=SignIn&to=2025-01-31", "log operator": "/audit?q=operator",
    }


def main(program, *places):
    servers = [Server(program, place) for place in places]
    try:
        asked = [pages(server.facts()) for server in servers]
        print(f"{'page':28}{'small ms':>10}{'large ms':>10}{'ratio':>8}{'rows':>12}{'large db':>9}")
        for name in asked[0]:
            before = servers[1].worked()
            told = [[server.time(paths[name]) for server, paths in zip(servers, asked)] for _ in range(ROUNDS)]
            worked = (servers[1].worked() - before) / ROUNDS
            small, large = (statistics.median(round[n][0] for round in told) for n in (0, 1))
            (_, one, few), (_, two, many) = told[-1]
            note = "" if one == two == 200 else f"  status {one}, {two}"
            print(f"{name:28}{small:10.1f}{large:10.1f}{large / small:8.2f}{few:6}{many:6}{worked:9.2f}{note}", flush=True)
        print("start to ready, s:", *(f"{server.started:.1f}" for server in servers))
    finally:
        for server in servers:
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(30)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(os.path.abspath(sys.argv[1]), *sys.argv[2:])
