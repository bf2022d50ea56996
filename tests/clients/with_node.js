// The Node SDK, as a program uses it: `with_node.js CHAPTER...`, with endpoint and pair in the environment.
// Its chapters are those of story.py and signing.py, told by promises.
"use strict";

const assert = require("node:assert/strict");
const { setTimeout: sleep } = require("node:timers/promises");
const { cam, sts } = require("tencentcloud-sdk-nodejs");
const { CommonClient } = require("tencentcloud-sdk-nodejs/tencentcloud/common");
const SdkException = require("tencentcloud-sdk-nodejs/tencentcloud/common/exception/tencent_cloud_sdk_exception").default;

const { CAMLOCK_ENDPOINT: ENDPOINT, CAMLOCK_ROOT: ROOT } = process.env;
const PAIR = { secretId: process.env.TENCENTCLOUD_SECRET_ID, secretKey: process.env.TENCENTCLOUD_SECRET_KEY };
const NO_KEY = "AKID" + "0".repeat(32);
const NOBODY = 999999999999;
const PATIENCE = 3;

const step = (text) => console.log("ok", text);

function same(found, expected, text) {
  assert.deepEqual(found, expected, text);
  step(text);
}

const allowing = (...action) =>
  JSON.stringify({ version: "2.0", statement: [{ effect: "allow", action, resource: ["*"] }] });

class NodeSdk {
  constructor(credential = PAIR, { method = "POST", scheme, language = "en-US" } = {}) {
    const httpProfile = { endpoint: ENDPOINT, protocol: "http://", reqMethod: method, reqTimeout: 20 };
    this.config = { credential, region: "ap-guangzhou", profile: { signMethod: scheme, httpProfile, language } };
    this.cam = new cam.v20190116.Client(this.config);
    this.sts = new sts.v20180813.Client(this.config);
  }

  holding(secretId, secretKey) {
    return new NodeSdk({ secretId, secretKey });
  }

  call(action, parameters = {}) {
    const client = this.cam[action] ? this.cam : this.sts;
    return client[action](parameters);
  }
}

// The SDK's generic client, which takes any action, version and parameter.
class Generic {
  constructor(sdk, version = "2019-01-16") {
    this.client = new CommonClient(ENDPOINT, version, sdk.config);
  }

  call(action, parameters = {}) {
    return this.client.request(action, parameters);
  }
}

async function refused(client, code, action, parameters = {}) {
  const error = await client.call(action, parameters).then(
    (answer) => assert.fail(`${action} was answered, not refused with ${code}: ${JSON.stringify(answer)}`),
    (reason) => reason,
  );
  assert(error instanceof SdkException, error);
  assert.equal(error.code, code, `${action} ${JSON.stringify(parameters)}: ${error.message}`);
  assert(error.getMessage() && error.getRequestId() && error.getTraceId(), "a message, a request id and a trace id");
  step(`${action} ${JSON.stringify(parameters)} is refused with ${code}`);
  return error.message;
}

async function newUser(client, name) {
  const user = await client.call("AddUser", { Name: name, UseApi: 1 });
  return [user.Uin, client.holding(user.SecretId, user.SecretKey)];
}

async function mayList(client, name, text) {
  const { Data: users } = await client.call("ListUsers");
  assert(users.some((user) => user.Name === name), text);
  step(text);
}

async function who(client) {
  const identity = await client.call("GetCallerIdentity");
  same([identity.AccountId, identity.UserId], [ROOT, ROOT], "GetCallerIdentity names root");
  same(identity.Arn, `qcs::cam:${ROOT}:uin/${ROOT}`, "and its Arn");
  const app = await client.call("GetUserAppId");
  same([app.Uin, app.OwnerUin, typeof app.AppId], [ROOT, ROOT, "number"], "GetUserAppId gives UINs as texts");
}

async function keys(client) {
  const { Uin: uin } = await client.call("AddUser", { Name: "runner" });
  const create = { TargetUin: uin, Description: "ci/build" };
  const { AccessKey: first } = await client.call("CreateAccessKey", create);
  const { AccessKey: other } = await client.call("CreateAccessKey", { ...create, Description: "ci/swap" });
  const [firstId, otherId] = [first.AccessKeyId, other.AccessKeyId];
  await refused(client, "OperationDenied.AccessKeyOverLimit", "CreateAccessKey", { TargetUin: uin });
  const listed = await client.call("ListAccessKeys", { TargetUin: uin });
  const statuses = new Map(listed.AccessKeys.map((key) => [key.AccessKeyId, key.Status]));
  same(statuses, new Map([[firstId, "Active"], [otherId, "Active"]]), "both keys are listed, active");

  const runner = client.holding(firstId, first.SecretAccessKey);
  const before = Date.now();
  same((await runner.call("GetCallerIdentity")).UserId, String(uin), "the new key works");
  await lastUsed(client, [firstId, before, Date.now()], otherId);

  await client.call("UpdateAccessKey", { AccessKeyId: firstId, Status: "Inactive", TargetUin: uin });
  await refused(runner, "AuthFailure.SecretIdNotFound", "GetUserAppId");
  await client.call("UpdateAccessKey", { AccessKeyId: firstId, Status: "Active", TargetUin: uin });
  same((await runner.call("GetUserAppId")).Uin, String(uin), "enabled, it works again");

  await refused(runner, "OperationDenied.SubUin", "ListAccessKeys", { TargetUin: Number(ROOT) });
  const unknown = { AccessKeyId: NO_KEY, Status: "Inactive" };
  await refused(client, "ResourceNotFound.SecretNotExist", "UpdateAccessKey", unknown);
  await refused(client, "OperationDenied.UinNotMatch", "DeleteAccessKey", { AccessKeyId: firstId });
  await refused(client, "OperationDenied.UinNotMatch", "ListAccessKeys", { TargetUin: NOBODY });
  await refused(client, "MissingParameter", "UpdateAccessKey", { AccessKeyId: firstId });
  await refused(client, "InvalidParameter.ParamError", "UpdateAccessKey", { AccessKeyId: firstId, Status: "Off" });
  await refused(client, "InvalidParameter.ParamError", "CreateAccessKey", { Description: "two words" });

  await client.call("DeleteAccessKey", { AccessKeyId: firstId, TargetUin: uin });
  await refused(runner, "AuthFailure.SecretIdNotFound", "GetUserAppId");
  const gone = { AccessKeyId: firstId, TargetUin: uin };
  await nextSecond();
  await refused(client, "ResourceNotFound.SecretNotExist", "DeleteAccessKey", gone);
  await client.call("UpdateAccessKey", { AccessKeyId: otherId, Status: "Inactive", TargetUin: uin });
  const { IdKeys: left } = await client.call("QueryApiKey", { TargetUin: uin });
  same(left.map((key) => [key.SecretId, key.Status]), [[otherId, 3]], "one disabled key is left");
  console.log("left", uin, otherId, "deleted", firstId);
}

// Within two seconds the last use is known, to the millisecond.
async function lastUsed(client, [used, before, after], unused) {
  const times = new Map();
  while (!times.get(used)) {
    assert(Date.now() < after + (2 + PATIENCE) * 1000, "no last use two seconds later");
    const { SecretIdLastUsedRows: rows } = await client.call("GetSecurityLastUsed", { SecretIdList: [used, unused] });
    rows.forEach((row) => times.set(row.SecretId, row.LastSecretUsedDate));
    await sleep(100);
  }
  const at = times.get(used);
  assert(Math.floor(before / 1000) * 1000 <= at && at <= after, `used between ${before} and ${after}, not ${at}`);
  same(times.get(unused), null, "the last use is known within two seconds, and exact; one never used has none");
}

async function users(client) {
  const person = { Name: "dev-alice", Remark: "day shift", ConsoleLogin: 1, UseApi: 1, NeedResetPassword: 1 };
  const contact = { PhoneNum: "13800138000", CountryCode: "86", Email: "alice@example.com" };
  const added = await client.call("AddUser", { ...person, ...contact });
  assert(added.Password.length >= 12, "a generated password");
  const alice = client.holding(added.SecretId, added.SecretKey);
  same((await alice.call("GetUserAppId")).Uin, String(added.Uin), "a user is added, and its key works");
  await refused(client, "InvalidParameter.SubUserNameInUse", "AddUser", { Name: "dev-alice" });
  await refused(client, "InvalidParameter.UserNameIllegal", "AddUser", { Name: "a/b" });
  const weak = { Name: "bob", ConsoleLogin: 1, Password: "1234" };
  await refused(client, "InvalidParameter.PasswordViolatedRules", "AddUser", weak);
  await refused(alice, "AuthFailure.UnauthorizedOperation", "AddUser", { Name: "eve" });

  await client.call("UpdateUser", { Name: "dev-alice", Remark: "night shift: 夜班" });
  same((await client.call("GetUser", { Name: "dev-alice" })).Remark, "night shift: 夜班", "UpdateUser changes it");
  const { SubAccounts: found } = await client.call("DescribeSubAccounts", { FilterSubAccountUin: [added.Uin] });
  same(found.map((user) => user.UserType), [2], "DescribeSubAccounts tells a sub-user");
  same((await client.call("ListAccounts", { MaxItems: 1 })).IsTruncated, true, "ListAccounts says that there is more");
  same((await client.call("ListCollaborators")).TotalNum, 0, "there are no collaborators");

  await refused(client, "OperationDenied.HaveKeys", "DeleteUser", { Name: "dev-alice" });
  await client.call("DeleteUser", { Name: "dev-alice", Force: 1 });
  await refused(alice, "AuthFailure.SecretIdNotFound", "GetUserAppId");
  for (const action of ["GetUser", "UpdateUser", "DeleteUser"]) {
    await refused(client, "ResourceNotFound.UserNotExist", action, { Name: "dev-alice" });
  }
}

async function policies(client) {
  const [uin, bob] = await newUser(client, "bob");
  await refused(bob, "AuthFailure.UnauthorizedOperation", "ListUsers");
  const made = { PolicyName: "lists", PolicyDocument: allowing("cam:ListUsers") };
  const { PolicyId: policy } = await client.call("CreatePolicy", made);
  const again = { ...made, PolicyDocument: allowing("cam:GetUser") };
  await refused(client, "FailedOperation.PolicyNameInUse", "CreatePolicy", again);
  const broken = { PolicyName: "broken", PolicyDocument: made.PolicyDocument.replace("allow", "permit") };
  await refused(client, "InvalidParameter.EffectError", "CreatePolicy", broken);

  await client.call("AttachUserPolicy", { PolicyId: policy, AttachUin: uin });
  await mayList(bob, "bob", "attached, the policy allows ListUsers");
  const attached = await client.call("ListAttachedUserPolicies", { TargetUin: uin });
  same(attached.List.map((held) => held.PolicyName), ["lists"], "it is listed for the user");
  const entities = await client.call("ListEntitiesForPolicy", { PolicyId: policy });
  same(entities.List.map((entity) => entity.Uin), [uin], "and the user for the policy");

  await client.call("UpdatePolicy", { PolicyId: policy, PolicyDocument: allowing("cam:GetUser") });
  await refused(bob, "AuthFailure.UnauthorizedOperation", "ListUsers");
  const shown = JSON.parse((await client.call("GetPolicy", { PolicyId: policy })).PolicyDocument);
  same(shown.statement[0].action, ["cam:GetUser"], "GetPolicy has the new document");
  await client.call("CreatePolicyVersion", { PolicyId: policy, PolicyDocument: made.PolicyDocument, SetAsDefault: true });
  await client.call("DeletePolicyVersion", { PolicyId: policy, VersionId: [1] });
  const lost = { PolicyId: policy, VersionId: 1 };
  await refused(client, "InvalidParameter.PolicyVersionNotExists", "GetPolicyVersion", lost);
  await mayList(bob, "bob", "the new default version allows it again");

  await client.call("DetachUserPolicy", { PolicyId: policy, DetachUin: uin });
  await refused(bob, "AuthFailure.UnauthorizedOperation", "ListUsers");
  await client.call("DeletePolicy", { PolicyId: [policy] });
  await refused(client, "ResourceNotFound.PolicyIdNotFound", "GetPolicy", { PolicyId: policy });
  await refused(client, "ResourceNotFound.UserNotExist", "AttachUserPolicy", { PolicyId: 1, AttachUin: NOBODY });
}

async function groups(client) {
  await nextSecond();
  const [uin, carol] = await newUser(client, "carol");
  const { GroupId: group } = await client.call("CreateGroup", { GroupName: "on-call", Remark: "nights" });
  await refused(client, "InvalidParameter.GroupNameInUse", "CreateGroup", { GroupName: "on-call" });
  const document = allowing("cam:ListUsers");
  const { PolicyId: policy } = await client.call("CreatePolicy", { PolicyName: "lists", PolicyDocument: document });
  await client.call("AttachGroupPolicy", { PolicyId: policy, AttachGroupId: group });
  await refused(carol, "AuthFailure.UnauthorizedOperation", "ListUsers");

  await client.call("AddUserToGroup", { Info: [{ GroupId: group, Uin: uin }] });
  await mayList(carol, "carol", "a member may do what the group may");
  const { UserInfo: members } = await client.call("GetGroup", { GroupId: group });
  same(members.map((member) => member.Uin), [uin], "GetGroup names the member");

  await client.call("RemoveUserFromGroup", { Info: [{ GroupId: group, Uin: uin }] });
  await refused(carol, "AuthFailure.UnauthorizedOperation", "ListUsers");
  await client.call("DetachGroupPolicy", { PolicyId: policy, DetachGroupId: group });
  await client.call("DeleteGroup", { GroupId: group });
  await refused(client, "ResourceNotFound.UserNotExist", "GetGroup", { GroupId: group });
  const Info = [{ GroupId: group, Uin: uin }];
  await nextSecond();
  await refused(client, "InvalidParameter.GroupNotExist", "AddUserToGroup", { Info });
}

async function strangers(client) {
  const wrong = client.holding(PAIR.secretId, "0".repeat(32));
  const message = await refused(wrong, "AuthFailure.SignatureFailure", "GetUserAppId");
  assert.match(message, /Check the SecretKey/);
  await refused(client.holding(NO_KEY, "0".repeat(32)), "AuthFailure.SecretIdNotFound", "GetUserAppId");
  await refused(client.holding("AKIDshort", "0".repeat(32)), "AuthFailure.SecretIdNotFound", "GetUserAppId");
  await refused(new NodeSdk({ ...PAIR, token: "session" }), "AuthFailure.TokenFailure", "GetUserAppId");
}

async function late(client) {
  assert.match(await refused(client, "AuthFailure.SignatureExpire", "GetUserAppId"), /behind the server time/);
}

async function generic(client) {
  same((await new Generic(client).call("GetUserAppId")).Uin, ROOT, "the generic client is answered");
  await refused(new Generic(client), "InvalidAction", "Dance");
  await refused(new Generic(client, "2017-03-12"), "NoSuchVersion", "GetUserAppId");
  await refused(new Generic(client), "UnknownParameter", "GetUser", { Nmae: "bob" });
  await refused(new Generic(client), "InvalidParameter", "GetUser", { Name: 7 });
}

async function languages() {
  const said = async (language) => {
    const client = new NodeSdk(PAIR, { language });
    return refused(client, "ResourceNotFound.UserNotExist", "GetUser", { Name: "nobody" });
  };
  const [english, unsaid, chinese] = [await said("en-US"), await said(null), await said("zh-CN")];
  same([english, /[\u4e00-\u9fff]/.test(chinese)], [unsaid, true], "messages come in both languages");
}

// Lists, objects, numbers, truth values, blanks and non-ASCII text arrive where parameters travel by name.
async function travel(settings) {
  const client = new NodeSdk(PAIR, settings);
  const name = ["traveller", ...Object.values(settings)].join("-").toLowerCase();
  const Remark = "a+b & c=d/é 夜班 ~*'()";
  const { Uin: uin } = await client.call("AddUser", { Name: name, Remark, PhoneNum: "13800138000", CountryCode: "86" });
  same((await client.call("GetUser", { Name: name })).Remark, Remark, `text arrives whole by ${name}`);
  const described = await client.call("DescribeSubAccounts", { FilterSubAccountUin: [uin, Number(ROOT)] });
  same(described.SubAccounts.length, 1, "a list");
  const { GroupId: group } = await client.call("CreateGroup", { GroupName: name });
  await client.call("AddUserToGroup", { Info: [{ GroupId: group, Uin: uin }] });
  same((await client.call("ListUsersForGroup", { GroupId: group })).TotalNum, 1, "a list of objects");
  const PolicyDocument = allowing("cam:GetUser", "cam:List*");
  const { PolicyId: policy } = await client.call("CreatePolicy", { PolicyName: name, PolicyDocument });
  for (const [truth, version] of [[false, 1], [true, 3]]) {
    await client.call("CreatePolicyVersion", { PolicyId: policy, PolicyDocument, SetAsDefault: truth });
    const { Versions: versions } = await client.call("ListPolicyVersions", { PolicyId: policy });
    const defaults = versions.filter((listed) => listed.IsDefaultVersion).map((listed) => listed.VersionId);
    same(defaults, [version], `the truth value ${truth}`);
  }
}

// Form parts hold texts; a list is flattened by hand.
async function multipart(client) {
  const Remark = "a+b & c=d/é 夜班";
  const call = (action, parameters) => client.cam.request(action, parameters, { multipart: true });
  await call("AddUser", { Name: "parts", Remark });
  same((await call("GetUser", { Name: "parts" })).Remark, Remark, "text arrives whole in a part of a form");
  const { SecretIdLastUsedRows: rows } = await call("GetSecurityLastUsed", { "SecretIdList.0": PAIR.secretId });
  same(rows.map((row) => row.SecretId), [PAIR.secretId], "and a list");
}

const byGet = () => travel({ method: "GET" });

async function oldSignatures() {
  for (const scheme of ["HmacSHA1", "HmacSHA256"]) {
    for (const method of ["POST", "GET"]) await travel({ method, scheme });
  }
}

// Two calls with equal parameters in one second have one signature; both are carried out.
async function pairs(client) {
  const { Uin: uin } = await client.call("AddUser", { Name: "pairs" });
  const target = { TargetUin: uin };
  for (let round = 0; round < 10; round += 1) {
    await nextSecond();
    const name = { Name: `user-${round}` };
    await client.call("ListAccessKeys", target);
    const { AccessKey: key } = await client.call("CreateAccessKey", target);
    same((await client.call("ListAccessKeys", target)).AccessKeys.length, 1, "made between two looks");
    await client.call("DeleteAccessKey", { ...target, AccessKeyId: key.AccessKeyId });
    await client.call("AddUser", name);
    same((await client.call("GetUser", name)).Name, name.Name, "made and looked at");
    await client.call("DeleteUser", name);
    await refused(client, "ResourceNotFound.UserNotExist", "GetUser", name);
    const { GroupId } = await client.call("CreateGroup", { GroupName: `group-${round}` });
    const Info = [{ GroupId, Uin: uin }];
    await client.call("AddUserToGroup", { Info });
    await client.call("RemoveUserFromGroup", { Info });
    await client.call("GetGroup", { GroupId });
    await client.call("DeleteGroup", { GroupId });
    await refused(client, "ResourceNotFound.UserNotExist", "GetGroup", { GroupId });
  }
  await nextSecond();
  const twins = await Promise.allSettled([1, 2].map(() => client.call("CreateAccessKey", target)));
  const codes = twins.map((ended) => ended.reason?.code ?? "").sort();
  same(codes, ["", "RequestLimitExceeded"], "of two equal changes in a second one is made");
  same((await client.call("ListAccessKeys", target)).AccessKeys.length, 1, "and there is one key");
}

// The beginning of a second, so that what follows stays in it.
async function nextSecond() {
  await sleep(1005 - (Date.now() % 1000));
}

async function hurry(client) {
  const asked = Array.from({ length: 32 }, (_, number) => client.call("GetUser", { Name: `nobody-${number}` }));
  const codes = (await Promise.allSettled(asked)).map((ended) => ended.reason?.code);
  same(new Set(codes), new Set(["ResourceNotFound.UserNotExist", "RequestLimitExceeded"]), "too many calls are refused");
}

const CHAPTERS = { who, keys, users, policies, groups, strangers, late, generic, languages, multipart, hurry, pairs };
Object.assign(CHAPTERS, { by_get: byGet, old_signatures: oldSignatures });

(async () => {
  const names = process.argv.slice(2);
  for (const name of names) await CHAPTERS[name](new NodeSdk());
  console.log("told", ...names);
})().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
