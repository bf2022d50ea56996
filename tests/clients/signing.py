"""How the Python SDK signs: chapters that only it can tell."""

import re
from concurrent.futures import ThreadPoolExecutor

from story import CHAPTERS, NO_KEY, ROOT, Refused, allowing, refused, same, step
from tencentcloud.common.common_client import CommonClient


class Generic:
    """The SDK's generic client, which takes any action, version and parameter."""

    def __init__(self, sdk, service="cam", version="2019-01-16"):
        self.sdk, self.client = sdk, CommonClient(service, version, sdk.key, "ap-guangzhou", sdk.profile)

    def call(self, action, **parameters):
        send = lambda: self.client.call_json(action, parameters)
        return self.sdk.guarded(send)["Response"]


def chapters(sdk):
    """The chapters, for this kind of client."""

    def generic(client):
        same(Generic(client).call("GetUserAppId")["Uin"], ROOT, "the generic client is answered")
        refused(Generic(client), "InvalidAction", "Dance")
        refused(Generic(client, version="2017-03-12"), "NoSuchVersion", "GetUserAppId")
        refused(Generic(client), "UnknownParameter", "GetUser", Nmae="bob")
        refused(Generic(client), "MissingParameter", "GetUser")
        refused(Generic(client), "InvalidParameter", "GetUser", Name=7)
        refused(Generic(client, "sts", "2018-08-13"), "UnsupportedOperation", "GetSessionToken")

    def languages(_):
        english = refused(sdk.from_environment(), "ResourceNotFound.UserNotExist", "GetUser", Name="nobody")
        chinese = refused(sdk.from_environment(language="zh-CN"), "ResourceNotFound.UserNotExist", "GetUser", Name="nobody")
        assert english.isascii() and re.search("[\u4e00-\u9fff]", chinese), (english, chinese)
        step("messages come in both languages")

    def unusual(client):
        refused(sdk.from_environment(token="session"), "AuthFailure.TokenFailure", "GetUserAppId")
        client.profile.unsignedPayload = True
        message = refused(client, "AuthFailure.SignatureFailure", "GetUserAppId")
        assert "UNSIGNED-PAYLOAD" in message, message
        client.profile.unsignedPayload = False
        skipping = lambda: client.cam.call_json("GetUserAppId", {}, options={"SkipSign": True})
        try:
            client.guarded(skipping)
        except Refused as refusal:
            same(refusal.code, "AuthFailure.InvalidAuthorization", "an unsigned call is refused")

    def multipart(client):
        """Form parts hold texts and lists; the SDK cannot put numbers into them."""
        def call(action, parameters):
            send = lambda: client.cam.call_json(action, parameters, options={"IsMultipart": True})
            return client.guarded(send)["Response"]

        call("AddUser", {"Name": "parts", "Remark": "a+b & c=d/é 夜班"})
        same(call("GetUser", {"Name": "parts"})["Remark"], "a+b & c=d/é 夜班", "text arrives whole in a part of a form")
        rows = call("GetSecurityLastUsed", {"SecretIdList": [client.pair[0]]})["SecretIdLastUsedRows"]
        same([row["SecretId"] for row in rows], [client.pair[0]], "and a list")

    def by_get(_):
        travel(sdk, method="GET")

    def old_signatures(_):
        for scheme in ["HmacSHA1", "HmacSHA256"]:
            for method in ["POST", "GET"]:
                travel(sdk, method=method, scheme=scheme)

    def old_signatures_off(_):
        for scheme in ["HmacSHA1", "HmacSHA256"]:
            refused(sdk.from_environment(scheme=scheme), "AuthFailure.SignatureFailure", "GetUserAppId")

    def hurry(client):
        with ThreadPoolExecutor(32) as pool:
            codes = set(pool.map(lambda number: code_of(client, f"nobody-{number}"), range(32)))
        same(codes, {"ResourceNotFound.UserNotExist", "RequestLimitExceeded"}, "more calls than can wait are refused")

    def code_of(client, name):
        try:
            return client.call("GetUser", Name=name)
        except Refused as refusal:
            return refusal.code

    told = [generic, languages, unusual, multipart, by_get, old_signatures, old_signatures_off, hurry]
    return {chapter.__name__: chapter for chapter in told}


def travel(sdk, **settings):
    """Lists, objects, numbers, truth values, blanks and non-ASCII text arrive where parameters travel by name."""
    client = sdk.from_environment(**settings)
    name = "-".join(["traveller", *settings.values()]).lower()
    uin = client.call("AddUser", Name=name, Remark="a+b & c=d/é 夜班 ~*'()", PhoneNum="13800138000", CountryCode="86")["Uin"]
    same(client.call("GetUser", Name=name)["Remark"], "a+b & c=d/é 夜班 ~*'()", f"text arrives whole by {settings}")
    same(len(client.call("DescribeSubAccounts", FilterSubAccountUin=[uin, int(ROOT)])["SubAccounts"]), 1, "a list")
    group = client.call("CreateGroup", GroupName=name)["GroupId"]
    client.call("AddUserToGroup", Info=[{"GroupId": group, "Uin": uin}])
    same(client.call("ListUsersForGroup", GroupId=group)["TotalNum"], 1, "a list of objects")
    policy = client.call("CreatePolicy", PolicyName=name, PolicyDocument=allowing("cam:GetUser", "cam:List*"))["PolicyId"]
    for default in [False, True]:
        client.call("CreatePolicyVersion", PolicyId=policy, PolicyDocument=allowing("cam:GetUser"), SetAsDefault=default)
        listed = client.call("ListPolicyVersions", PolicyId=policy)["Versions"]
        same([version["VersionId"] for version in listed if version["IsDefaultVersion"]], [3 if default else 1],
             f"the truth value {default}")
    rows = client.call("GetSecurityLastUsed", SecretIdList=[client.pair[0]])["SecretIdLastUsedRows"]
    same([row["SecretId"] for row in rows], [client.pair[0]], "a list of texts")
    refused(client, "ResourceNotFound.SecretNotExist", "UpdateAccessKey", AccessKeyId=NO_KEY, Status="Inactive")
