"""What the tests ask of every client; each chapter is a story of its own, told with the key of a root account.

A client has `call(action, **parameters)`, which gives the fields of the response or raises `Refused`, and
`holding(secret_id, secret_key)`, which is the same client with another key.
"""

import json
import os
import time

ROOT = os.environ["CAMLOCK_ROOT"]
NO_KEY = "AKID" + "0" * 32
NOBODY = 999999999999
PATIENCE = 3  # Seconds that a busy machine may add.


class Refused(Exception):
    """The client's own exception, with its code and message."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


def step(text):
    print("ok", text, flush=True)


def same(found, expected, text):
    assert found == expected, f"{text}: {found!r}, not {expected!r}"
    step(text)


def refused(client, code, action, **parameters):
    """The client raises its exception with that code; gives the message."""
    try:
        answer = client.call(action, **parameters)
    except Refused as refusal:
        same(refusal.code, code, f"{action} {json.dumps(parameters)} is refused with {code}")
        assert refusal.message, "a message"
        return refusal.message
    raise AssertionError(f"{action} {parameters} was answered, not refused with {code}: {answer}")


def allowing(*actions):
    statement = [{"effect": "allow", "action": list(actions), "resource": ["*"]}]
    return json.dumps({"version": "2.0", "statement": statement})


def new_user(client, name):
    """A sub-user with a key: its UIN, and the client that holds the key."""
    user = client.call("AddUser", Name=name, UseApi=1)
    return user["Uin"], client.holding(user["SecretId"], user["SecretKey"])


def may_list(client, name, text):
    assert name in [user["Name"] for user in client.call("ListUsers")["Data"]], text
    step(text)


def who(client):
    identity = client.call("GetCallerIdentity")
    same((identity["AccountId"], identity["UserId"]), (ROOT, ROOT), "GetCallerIdentity names root")
    same(identity["Arn"], f"qcs::cam:{ROOT}:uin/{ROOT}", "and its Arn")
    app = client.call("GetUserAppId")
    same((app["Uin"], app["OwnerUin"]), (ROOT, ROOT), "GetUserAppId gives the UINs as texts")
    assert isinstance(app["AppId"], int), app
    step("and the AppId as a number")


def keys(client):
    uin = client.call("AddUser", Name="runner")["Uin"]
    first = client.call("CreateAccessKey", TargetUin=uin, Description="ci/build")["AccessKey"]
    second = client.call("CreateAccessKey", TargetUin=uin, Description="ci/swap")["AccessKey"]
    first_id, second_id = first["AccessKeyId"], second["AccessKeyId"]
    refused(client, "OperationDenied.AccessKeyOverLimit", "CreateAccessKey", TargetUin=uin)
    listed = client.call("ListAccessKeys", TargetUin=uin)["AccessKeys"]
    same({key["AccessKeyId"]: (key["Status"], key["Description"]) for key in listed},
         {first_id: ("Active", "ci/build"), second_id: ("Active", "ci/swap")}, "both keys are listed, active")

    runner = client.holding(first_id, first["SecretAccessKey"])
    before = time.time()
    same(runner.call("GetCallerIdentity")["UserId"], str(uin), "the new key works")
    last_used(client, (first_id, before, time.time()), second_id)

    client.call("UpdateAccessKey", AccessKeyId=first_id, Status="Inactive", TargetUin=uin)
    refused(runner, "AuthFailure.SecretIdNotFound", "GetUserAppId")
    listed = client.call("ListAccessKeys", TargetUin=uin)["AccessKeys"]
    same([key["Status"] for key in listed if key["AccessKeyId"] == first_id], ["Inactive"], "it is listed as inactive")
    client.call("UpdateAccessKey", AccessKeyId=first_id, Status="Active", TargetUin=uin)
    same(runner.call("GetUserAppId")["Uin"], str(uin), "enabled, it works again")

    refused(runner, "OperationDenied.SubUin", "ListAccessKeys", TargetUin=int(ROOT))
    refused(client, "ResourceNotFound.SecretNotExist", "UpdateAccessKey", AccessKeyId=NO_KEY, Status="Inactive")
    refused(client, "OperationDenied.UinNotMatch", "DeleteAccessKey", AccessKeyId=first_id)
    refused(client, "OperationDenied.UinNotMatch", "ListAccessKeys", TargetUin=NOBODY)
    refused(client, "InvalidParameter.ParamError", "UpdateAccessKey", AccessKeyId=first_id, Status="Off", TargetUin=uin)
    refused(client, "InvalidParameter.ParamError", "CreateAccessKey", Description="two words")

    client.call("DeleteAccessKey", AccessKeyId=first_id, TargetUin=uin)
    refused(runner, "AuthFailure.SecretIdNotFound", "GetUserAppId")
    next_second()
    refused(client, "ResourceNotFound.SecretNotExist", "DeleteAccessKey", AccessKeyId=first_id, TargetUin=uin)
    client.call("UpdateAccessKey", AccessKeyId=second_id, Status="Inactive", TargetUin=uin)
    same([(key["SecretId"], key["Status"]) for key in client.call("QueryApiKey", TargetUin=uin)["IdKeys"]],
         [(second_id, 3)], "one disabled key is left")
    print("left", uin, second_id, "deleted", first_id, flush=True)


def last_used(client, used, unused):
    """Within two seconds the last use is known, to the millisecond."""
    secret_id, before, after = used
    times = {}
    while not any(times.get(secret_id, [])):
        assert time.time() < after + 2 + PATIENCE, f"no last use two seconds later: {times}"
        rows = client.call("GetSecurityLastUsed", SecretIdList=[secret_id, unused])["SecretIdLastUsedRows"]
        times = {row["SecretId"]: (row.get("LastUsedDate"), row.get("LastSecretUsedDate")) for row in rows}
    day, at = times[secret_id]
    assert int(before) * 1000 <= at <= after * 1000, f"used between {before} and {after}, not {at}"
    same(day, time.strftime("%Y-%m-%d", time.gmtime(at / 1000)), "the last use is known within two seconds, and exact")
    same(times[unused], (None, None), "a key that was never used has none")


def users(client):
    added = client.call("AddUser", Name="dev-alice", Remark="day shift", ConsoleLogin=1, UseApi=1, NeedResetPassword=1,
                        PhoneNum="13800138000", CountryCode="86", Email="alice@example.com")
    assert len(added["Password"]) >= 12, "a generated password"
    alice = client.holding(added["SecretId"], added["SecretKey"])
    same(alice.call("GetUserAppId")["Uin"], str(added["Uin"]), "a user is added, and its key works")
    refused(client, "InvalidParameter.SubUserNameInUse", "AddUser", Name="dev-alice")
    refused(client, "InvalidParameter.UserNameIllegal", "AddUser", Name="a/b")
    refused(client, "InvalidParameter.PasswordViolatedRules", "AddUser", Name="bob", ConsoleLogin=1, Password="1234")
    refused(alice, "AuthFailure.UnauthorizedOperation", "AddUser", Name="eve")

    same(client.call("ListUsers")["Data"][0]["Email"], "alice@example.com", "ListUsers has the user")
    same(client.call("GetUser", Name="dev-alice")["Remark"], "day shift", "GetUser has the remark")
    client.call("UpdateUser", Name="dev-alice", Remark="night shift: 夜班")
    same(client.call("GetUser", Name="dev-alice")["Remark"], "night shift: 夜班", "UpdateUser changes it")
    found = client.call("DescribeSubAccounts", FilterSubAccountUin=[added["Uin"]])["SubAccounts"]
    same([user["UserType"] for user in found], [2], "DescribeSubAccounts tells a sub-user")
    same(client.call("ListAccounts", MaxItems=1)["IsTruncated"], True, "ListAccounts says that there is more")
    same(client.call("ListCollaborators")["TotalNum"], 0, "there are no collaborators")
    same(client.call("GetAccountSummary")["User"], 1, "the summary counts one user")

    refused(client, "OperationDenied.HaveKeys", "DeleteUser", Name="dev-alice")
    client.call("DeleteUser", Name="dev-alice", Force=1)
    refused(alice, "AuthFailure.SecretIdNotFound", "GetUserAppId")
    for action in ["GetUser", "UpdateUser", "DeleteUser"]:
        refused(client, "ResourceNotFound.UserNotExist", action, Name="dev-alice")


def policies(client):
    uin, bob = new_user(client, "bob")
    refused(bob, "AuthFailure.UnauthorizedOperation", "ListUsers")
    policy = client.call("CreatePolicy", PolicyName="lists", PolicyDocument=allowing("cam:ListUsers"))["PolicyId"]
    refused(client, "FailedOperation.PolicyNameInUse", "CreatePolicy", PolicyName="lists",
            PolicyDocument=allowing("cam:GetUser"))
    broken = allowing("cam:ListUsers").replace("allow", "permit")
    refused(client, "InvalidParameter.EffectError", "CreatePolicy", PolicyName="broken", PolicyDocument=broken)

    client.call("AttachUserPolicy", PolicyId=policy, AttachUin=uin)
    may_list(bob, "bob", "attached, the policy allows ListUsers")
    attached = client.call("ListAttachedUserPolicies", TargetUin=uin)
    same([held["PolicyName"] for held in attached["List"]], ["lists"], "it is listed for the user")
    held = client.call("ListAttachedUserAllPolicies", TargetUin=uin, Rp=20, Page=1, AttachType=0)
    same([held["PolicyId"] for held in held["PolicyList"]], [str(policy)], "and among all that is in force")
    entities = client.call("ListEntitiesForPolicy", PolicyId=policy)["List"]
    same([entity["Uin"] for entity in entities], [uin], "and the user for the policy")

    client.call("UpdatePolicy", PolicyId=policy, PolicyDocument=allowing("cam:GetUser"), Description="looks at one")
    refused(bob, "AuthFailure.UnauthorizedOperation", "ListUsers")
    shown = client.call("GetPolicy", PolicyId=policy)
    same(json.loads(shown["PolicyDocument"])["statement"][0]["action"], ["cam:GetUser"], "GetPolicy has the new document")
    versions(client, policy)
    may_list(bob, "bob", "the new default version allows it again")

    client.call("DetachUserPolicy", PolicyId=policy, DetachUin=uin)
    refused(bob, "AuthFailure.UnauthorizedOperation", "ListUsers")
    client.call("DeletePolicy", PolicyId=[policy])
    refused(client, "ResourceNotFound.PolicyIdNotFound", "GetPolicy", PolicyId=policy)
    next_second()
    refused(client, "ResourceNotFound.PolicyIdNotFound", "AttachUserPolicy", PolicyId=policy, AttachUin=uin)
    refused(client, "ResourceNotFound.UserNotExist", "AttachUserPolicy", PolicyId=1, AttachUin=NOBODY)


def versions(client, policy):
    made = client.call("CreatePolicyVersion", PolicyId=policy, PolicyDocument=allowing("cam:ListUsers"), SetAsDefault=True)
    listed = client.call("ListPolicyVersions", PolicyId=policy)["Versions"]
    same({version["VersionId"]: version["IsDefaultVersion"] for version in listed}, {1: 0, made["VersionId"]: 1},
         "a second version is the default one")
    client.call("DeletePolicyVersion", PolicyId=policy, VersionId=[1])
    refused(client, "InvalidParameter.PolicyVersionNotExists", "GetPolicyVersion", PolicyId=policy, VersionId=1)


def groups(client):
    next_second()
    uin, carol = new_user(client, "carol")
    group = client.call("CreateGroup", GroupName="on-call", Remark="nights")["GroupId"]
    refused(client, "InvalidParameter.GroupNameInUse", "CreateGroup", GroupName="on-call")
    policy = client.call("CreatePolicy", PolicyName="lists", PolicyDocument=allowing("cam:ListUsers"))["PolicyId"]
    client.call("AttachGroupPolicy", PolicyId=policy, AttachGroupId=group)
    refused(carol, "AuthFailure.UnauthorizedOperation", "ListUsers")

    client.call("AddUserToGroup", Info=[{"GroupId": group, "Uin": uin}])
    may_list(carol, "carol", "a member may do what the group may")
    read = client.call("GetGroup", GroupId=group)
    same([member["Uin"] for member in read["UserInfo"]], [uin], "GetGroup names the member")
    same(client.call("ListUsersForGroup", GroupId=group)["TotalNum"], 1, "as does ListUsersForGroup")
    listed = client.call("ListGroupsForUser", SubUin=uin)["GroupInfo"]
    same([group["GroupName"] for group in listed], ["on-call"], "and ListGroupsForUser the group")

    client.call("RemoveUserFromGroup", Info=[{"GroupId": group, "Uin": uin}])
    refused(carol, "AuthFailure.UnauthorizedOperation", "ListUsers")
    client.call("DetachGroupPolicy", PolicyId=policy, DetachGroupId=group)
    client.call("DeleteGroup", GroupId=group)
    refused(client, "ResourceNotFound.UserNotExist", "GetGroup", GroupId=group)
    next_second()
    refused(client, "InvalidParameter.GroupNotExist", "AddUserToGroup", Info=[{"GroupId": group, "Uin": uin}])


def strangers(client):
    """Who is not believed."""
    wrong = client.holding(os.environ["TENCENTCLOUD_SECRET_ID"], "0" * 32)
    message = refused(wrong, "AuthFailure.SignatureFailure", "GetUserAppId")
    assert "Check the SecretKey" in message, message
    refused(client.holding(NO_KEY, "0" * 32), "AuthFailure.SecretIdNotFound", "GetUserAppId")
    refused(client.holding("AKIDshort", "0" * 32), "AuthFailure.SecretIdNotFound", "GetUserAppId")


def late(client):
    """The server's clock is far ahead of the client's."""
    message = refused(client, "AuthFailure.SignatureExpire", "GetUserAppId")
    assert "behind the server time" in message, message
    step("the message says by how much")


def pairs(client):
    """Two calls with equal parameters in one second have one signature; both are carried out."""
    uin = client.call("AddUser", Name="pairs")["Uin"]
    for turn in range(10):
        next_second()
        name, group_name = f"user-{turn}", f"group-{turn}"
        client.call("ListAccessKeys", TargetUin=uin)
        key = client.call("CreateAccessKey", TargetUin=uin)["AccessKey"]["AccessKeyId"]
        same(len(client.call("ListAccessKeys", TargetUin=uin)["AccessKeys"]), 1, "made between two looks")
        client.call("DeleteAccessKey", TargetUin=uin, AccessKeyId=key)
        client.call("AddUser", Name=name)
        same(client.call("GetUser", Name=name)["Name"], name, "made and looked at")
        client.call("DeleteUser", Name=name)
        refused(client, "ResourceNotFound.UserNotExist", "GetUser", Name=name)
        group = client.call("CreateGroup", GroupName=group_name)["GroupId"]
        member = [{"GroupId": group, "Uin": uin}]
        client.call("AddUserToGroup", Info=member)
        client.call("RemoveUserFromGroup", Info=member)
        client.call("GetGroup", GroupId=group)
        client.call("DeleteGroup", GroupId=group)
        refused(client, "ResourceNotFound.UserNotExist", "GetGroup", GroupId=group)
    next_second()
    client.call("GetUserAppId")
    client.call("CreateAccessKey")
    refused(client, "RequestLimitExceeded", "CreateAccessKey")
    same(len(client.call("ListAccessKeys")["AccessKeys"]), 2, "the second of two equal changes is not made")


def next_second():
    """The beginning of a second, so that what follows stays in it."""
    time.sleep(1.005 - time.time() % 1)


CHAPTERS = {chapter.__name__: chapter for chapter in [who, keys, users, policies, groups, pairs, strangers, late]}


def tell(client, chapters, names):
    """Tells the chapters of these names, and says at the end which."""
    for name in names:
        chapters[name](client)
    print("told", *names, flush=True)
