//! Every documented limit: it is reached, and the next one is refused with its code.

use crate::support::{Client, TestApp, code};
use camlock::domain::grant::Mark;
use camlock::domain::group::{Group, GroupId};
use camlock::domain::policies::{PolicyId, StoredPolicy};
use camlock::domain::user::{Uid, Uin};
use camlock::store::grants::Given;
use camlock::store::{Conn, StoreError, attachments, groups, policies};
use serde_json::{Value, json};

const DOCUMENT: &str =
    r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:GetUser","resource":"*"}]}"#;
/// Ids beyond those that the server gives.
const FAR: i64 = 5_000_000;

/// An account with one place left everywhere.
struct World {
    root: Client,
    owner: Uin,
    /// Members of the full group, by UIN; the last two are in no group.
    users: Vec<i64>,
    uids: Vec<i64>,
}

impl World {
    async fn new(app: &TestApp) -> Self {
        let person = app.bare_root("root").await;
        let root = app.key_of(&person).await;
        let (mut users, mut uids) = (Vec::new(), Vec::new());
        for number in 0..101 {
            let added = root.call("cam", "AddUser", json!({ "Name": format!("user-{number}") })).await;
            users.push(added["Uin"].as_i64().unwrap());
            uids.push(added["Uid"].as_i64().unwrap());
        }
        let world = Self { root, owner: Uin(person.uin.parse().unwrap()), users, uids };
        let (owner, uids) = (world.owner, world.uids.clone());
        app.app.store.write(move |conn| fill(conn, owner, &uids)).await.unwrap();
        world
    }

    /// A user whose attachments and groups have one place left.
    fn busy(&self) -> i64 {
        self.users[0]
    }
}

/// Leaves one place in everything.
fn fill(conn: &mut Conn, owner: Uin, uids: &[i64]) -> Result<(), StoreError> {
    for id in 0..1_499 {
        policies::insert(conn, &policy(owner, FAR + id))?;
    }
    for id in 0..299 {
        groups::insert(conn, &group(owner, FAR + id))?;
    }
    let full = GroupId(FAR);
    for id in 0..199 {
        attachments::attach(conn, Uid(uids[0]), PolicyId(FAR + id), Given { by: "test", mark: MARK })?;
        groups::attach(conn, full, PolicyId(FAR + id), Given { by: "test", mark: MARK })?;
    }
    for id in 0..9 {
        groups::add_member(conn, GroupId(FAR + 1 + id), Uid(uids[0]), MARK)?;
    }
    for uid in &uids[1..100] {
        groups::add_member(conn, full, Uid(*uid), MARK)?;
    }
    Ok(())
}

const MARK: Mark = Mark { at: 1, stepped_up: false };

fn policy(owner: Uin, id: i64) -> StoredPolicy {
    StoredPolicy {
        id: PolicyId(id),
        owner_uin: owner,
        name: format!("filler-{id}"),
        description: String::new(),
        document: DOCUMENT.to_owned(),
        created_at: 1,
        updated_at: 1,
        created_by: "test".to_owned(),
    }
}

fn group(owner: Uin, id: i64) -> Group {
    Group {
        id: GroupId(id),
        owner_uin: owner,
        name: format!("filler-{id}"),
        remark: String::new(),
        created_at: 1,
    }
}

/// An action, the call that reaches its limit, the one beyond, and the code of that.
type Limit = (&'static str, Value, Value, &'static str);

/// Those of lists and texts: nothing has to be there before.
fn of_calls(world: &World) -> Vec<Limit> {
    let named = |name: &str, document: &str| json!({ "PolicyName": name, "PolicyDocument": document });
    let sized = |length: usize| {
        let rest = DOCUMENT.chars().filter(|c| !c.is_whitespace()).count() - "GetUser".len();
        DOCUMENT.replace("GetUser", &"G".repeat(length - rest)).replace(',', ",\n   ")
    };
    let version =
        |document: &str| json!({ "PolicyId": FAR, "PolicyDocument": document, "SetAsDefault": true });
    let ids = |count| json!({ "SecretIdList": vec![world.root.secret_id.clone(); count] });
    let filter = |count| json!({ "FilterSubAccountUin": world.users[..count] });
    let longer = "InvalidParameter.PolicyDocumentLengthOverLimit";
    let name = |length: usize| named(&"n".repeat(length), DOCUMENT);
    vec![
        ("CreatePolicyVersion", version(&sized(6_144)), version(&sized(6_145)), longer),
        ("GetSecurityLastUsed", ids(10), ids(11), "InvalidParameter"),
        ("DescribeSubAccounts", filter(50), filter(51), "InvalidParameter"),
        ("CreatePolicy", name(128), name(129), "InvalidParameter.PolicyNameError"),
    ]
}

/// Those of the account, whose last place the first call takes.
fn of_places(world: &World) -> Vec<Limit> {
    let attach = |policy: i64| json!({ "AttachUin": world.busy(), "PolicyId": policy });
    let attach_to_group = |policy: i64| json!({ "AttachGroupId": FAR, "PolicyId": policy });
    let join = |group: i64, uin: i64| json!({ "Info": [{ "GroupId": group, "Uin": uin }] });
    let member = |at: usize| join(FAR, world.users[at]);
    let create = |name: &str| json!({ "PolicyName": name, "PolicyDocument": DOCUMENT });
    let group = |name: &str| json!({ "GroupName": name });
    let busy = world.busy();
    vec![
        ("AttachUserPolicy", attach(FAR + 199), attach(FAR + 200), "InvalidParameter.AttachmentFull"),
        (
            "AttachGroupPolicy",
            attach_to_group(FAR + 199),
            attach_to_group(FAR + 200),
            "InvalidParameter.AttachmentFull",
        ),
        ("AddUserToGroup", join(FAR + 20, busy), join(FAR + 21, busy), "InvalidParameter.UserGroupFull"),
        ("CreateGroup", group("the 300th"), group("the 301st"), "InvalidParameter.GroupFull"),
        // A policy of its own was made before, by the longest name.
        ("DeletePolicy", json!({ "PolicyId": [FAR + 1_000] }), json!({ "PolicyId": [1] }), "FailedOperation"),
        ("CreatePolicy", create("the-1500th"), create("the-1501st"), "FailedOperation.PolicyFull"),
        ("AddUserToGroup", member(100), member(0), "InvalidParameter.GroupUserFull"),
    ]
}

#[actix_web::test]
async fn each_limit_has_its_documented_code() {
    let app = TestApp::spawn();
    let world = World::new(&app).await;

    for (action, last, beyond, expected) in of_calls(&world).into_iter().chain(of_places(&world)) {
        let reached = world.root.call("cam", action, last).await;
        assert_eq!(code(&reached), "", "{action} at the limit: {reached}");
        let refused = world.root.call("cam", action, beyond).await;
        assert_eq!(code(&refused), expected, "{action} beyond the limit: {refused}");
    }
}

#[actix_web::test]
async fn a_policy_has_five_versions_and_no_sixth() {
    let app = TestApp::spawn();
    let root = app.key_of(&app.bare_root("root").await).await;
    let body = json!({ "PolicyName": "p", "PolicyDocument": DOCUMENT });
    let id = root.call("cam", "CreatePolicy", body).await["PolicyId"].clone();
    let version = json!({ "PolicyId": id, "PolicyDocument": DOCUMENT, "SetAsDefault": false });

    for number in 2..=5 {
        assert_eq!(root.call("cam", "CreatePolicyVersion", version.clone()).await["VersionId"], number);
    }
    let sixth = root.call("cam", "CreatePolicyVersion", version).await;
    assert_eq!(code(&sixth), "FailedOperation.PolicyVersionFull");
}
