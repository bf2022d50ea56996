"""Requests at a protected service, signed by botocore: its address, name and the pair in the environment; one line for each answer."""

import http.client
import os

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

PLACE, HOST = os.environ["CAMLOCK_ENDPOINT"], os.environ["CAMLOCK_SERVICE_HOST"]
PAIR = Credentials(os.environ["TENCENTCLOUD_SECRET_ID"], os.environ["TENCENTCLOUD_SECRET_KEY"])


def send(told, signer, method, target, body=None):
    request = AWSRequest(method=method, url=f"http://{HOST}{target}", data=body)
    signer(PAIR, "execute-api", "eu-central-1").add_auth(request)
    signed = request.prepare()
    connection = http.client.HTTPConnection(PLACE, timeout=10)
    headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in signed.headers.items()}
    connection.request(method, signed.url.split(HOST, 1)[1], body=body, headers={**headers, "Host": HOST})
    answer = connection.getresponse()
    answer.read()
    print(told, answer.status)


send("get", SigV4Auth, "GET", "/v1/orders?signer=botocore&a=%20b")
send("post", SigV4Auth, "POST", "/v1/orders?signer=botocore", b'{"by": "botocore"}')
send("presigned", SigV4QueryAuth, "GET", "/v1/orders?signer=botocore")
