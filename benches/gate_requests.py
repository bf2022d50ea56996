"""Requests to a service behind the gate, signed as clients sign them; used by the load and the fuzz script."""

import collections
import hashlib
import hmac
import time
import urllib.parse

HOST = "orders.example.com"
REGION, SERVICE = "eu-central-1", "execute-api"
EMPTY = hashlib.sha256(b"").hexdigest()

Key = collections.namedtuple("Key", "secret_id secret_key")


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def digest(data):
    return hashlib.sha256(data).hexdigest()


def encoded(text, safe="-_.~"):
    return urllib.parse.quote(text, safe=safe)


def asked(method, target, headers, body):
    """The question about a request, as /gate/verify takes it."""
    return {"method": method, "host": HOST, "target": target, "headers": headers, "body_sha256": digest(body), "source_ip": "192.0.2.7"}


def canonical_query(pairs):
    return "&".join(sorted(f"{encoded(name)}={encoded(value)}" for name, value in pairs))


def aws_signature(key, stamp, canonical):
    scope = f"{stamp[:8]}/{REGION}/{SERVICE}/aws4_request"
    signing = ("AWS4" + key.secret_key).encode()
    for part in (stamp[:8], REGION, SERVICE, "aws4_request"):
        signing = mac(signing, part)
    return mac(signing, f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest(canonical.encode())}").hex()


def aws_canonical(method, target, headers, payload):
    path, _, query = target.partition("?")
    pairs = [tuple(urllib.parse.unquote(half) for half in pair.partition("=")[::2]) for pair in query.split("&") if pair]
    lines = "".join(f"{name}:{' '.join(value.split())}\n" for name, value in headers)
    names = ";".join(name for name, _ in headers)
    return f"{method}\n{encoded(path, safe='/-_.~')}\n{canonical_query(pairs)}\n{lines}\n{names}\n{payload}"


def sigv4(key, method, target, body, now, more=None):
    """Signed with AWS Signature V4 in the header."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    headers = sorted({"host": HOST, "x-amz-date": stamp, **(more or {})}.items())
    signature = aws_signature(key, stamp, aws_canonical(method, target, headers, digest(body)))
    names = ";".join(name for name, _ in headers)
    scope = f"{stamp[:8]}/{REGION}/{SERVICE}/aws4_request"
    told = f"AWS4-HMAC-SHA256 Credential={key.secret_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return asked(method, target, [*headers, ("authorization", told)], body)


def presigned(key, method, target, now, seconds):
    """The same in the query: the body is outside the signature."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    path, _, query = target.partition("?")
    scope = f"{stamp[:8]}/{REGION}/{SERVICE}/aws4_request"
    added = {"X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{key.secret_id}/{scope}", "X-Amz-Date": stamp,
             "X-Amz-Expires": str(seconds), "X-Amz-SignedHeaders": "host"}
    pairs = [tuple(pair.split("=", 1)) for pair in query.split("&") if pair] + list(added.items())
    target = f"{path}?{canonical_query(pairs)}"
    signature = aws_signature(key, stamp, aws_canonical(method, target, [("host", HOST)], "UNSIGNED-PAYLOAD"))
    return asked(method, f"{target}&X-Amz-Signature={signature}", [("host", HOST)], b"")


def tc3(key, action, body, now):
    """Signed with TC3, the action too."""
    day = time.strftime("%Y-%m-%d", time.gmtime(now))
    headers = [("content-type", "application/json"), ("host", HOST), ("x-tc-action", action.lower())]
    names = ";".join(name for name, _ in headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers)
    canonical = f"POST\n/\n\n{lines}\n{names}\n{digest(body)}"
    scope = f"{day}/orders/tc3_request"
    signing = mac(mac(mac(("TC3" + key.secret_key).encode(), day), "orders"), "tc3_request")
    signature = mac(signing, f"TC3-HMAC-SHA256\n{now}\n{scope}\n{digest(canonical.encode())}").hex()
    told = f"TC3-HMAC-SHA256 Credential={key.secret_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    sent = [*headers[:2], ("x-tc-action", action), ("x-tc-timestamp", str(now)), ("authorization", told)]
    return asked("POST", "/", sent, body)
