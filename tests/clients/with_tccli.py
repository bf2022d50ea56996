"""tccli, as a person types it: `with_tccli.py CHAPTER...`, with endpoint and pair in the environment.

Starting tccli takes most of a second of a processor. So this program loads it once, and each call is a fork of that: a
process of its own, which runs tccli's own entry point with a command line and an environment and ends.
"""

import contextlib
import io
import json
import os
import re
import sys
import tempfile

from story import CHAPTERS, Refused, refused, same, step, tell
from tccli.main import main

STS = {"GetCallerIdentity", "QueryApiKey"}
REFUSAL = re.compile(r"code:(\S+) message:(.*) requestId:(\S+)", re.DOTALL)


class Tccli:
    def __init__(self, secret_id, secret_key, language="en-US"):
        self.pair, self.language = (secret_id, secret_key), language

    def holding(self, secret_id, secret_key):
        return Tccli(secret_id, secret_key)

    def call(self, action, **parameters):
        return self.started(action, parameters).answer()

    def started(self, action, parameters):
        line = ["tccli", "sts" if action in STS else "cam", action, "--region", "ap-guangzhou",
                "--endpoint", f"http://{os.environ['CAMLOCK_ENDPOINT']}", "--language", self.language]
        for name, value in parameters.items():
            line += [f"--{name}", value if isinstance(value, str) else json.dumps(value)]
        secret_id, secret_key = self.pair
        return Process(line, {"TENCENTCLOUD_SECRET_ID": secret_id, "TENCENTCLOUD_SECRET_KEY": secret_key})


class Process:
    """A tccli that runs."""

    def __init__(self, line, environment):
        self.line, self.printed, self.wrong = line, tempfile.TemporaryFile(), tempfile.TemporaryFile()
        self.id = os.fork()
        if self.id == 0:
            os.dup2(self.printed.fileno(), 1)
            os.dup2(self.wrong.fileno(), 2)
            os.environ.update(environment)
            sys.argv = line
            code = main()
            sys.stdout.flush()
            os._exit(code)

    def answer(self):
        _, status = os.waitpid(self.id, 0)
        printed, wrong = (file.seek(0) or file.read().decode() for file in [self.printed, self.wrong])
        if status == 0:
            return json.loads(printed)
        found = REFUSAL.search(wrong)
        assert found, f"{self.line} ended with {status}: {printed}{wrong}"
        raise Refused(found[1], found[2])


def languages(client):
    english = refused(client, "ResourceNotFound.UserNotExist", "GetUser", Name="nobody")
    chinese = refused(Tccli(*client.pair, "zh-CN"), "ResourceNotFound.UserNotExist", "GetUser", Name="nobody")
    assert english.isascii() and re.search("[\u4e00-\u9fff]", chinese), (english, chinese)
    step("messages come in both languages")


def hurry(client):
    codes = set()
    for process in [client.started("GetUser", {"Name": f"nobody-{number}"}) for number in range(16)]:
        try:
            process.answer()
        except Refused as refusal:
            codes.add(refusal.code)
    same(codes, {"ResourceNotFound.UserNotExist", "RequestLimitExceeded"}, "more calls than can wait are refused")


def load():
    """Lets tccli load its services, which it does with the first command line that it sees."""
    line, sys.argv = sys.argv, ["tccli", "--version"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        main()
    sys.argv = line


if __name__ == "__main__":
    load()
    pair = os.environ["TENCENTCLOUD_SECRET_ID"], os.environ["TENCENTCLOUD_SECRET_KEY"]
    tell(Tccli(*pair), CHAPTERS | {"languages": languages, "hurry": hurry}, sys.argv[1:])
