//! A program replaces a key by signed calls, with the same deed as the page and the command line.

use crate::key_rotations::Scene;
use crate::support::{Client, code};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// Until every server has written down what it was called with.
const WRITTEN: i64 = 60;
const DENIED: &str = "AuthFailure.UnauthorizedOperation";

impl Scene {
    fn holder(&self) -> i64 {
        self.list.split('/').nth(2).unwrap().parse().unwrap()
    }

    /// What a program of the manager hears about the replacement of the user's key.
    async fn rotate(&self, admin: &Client, fields: Value) -> Value {
        let mut body = json!({ "AccessKeyId": self.client.secret_id, "TargetUin": self.holder() });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let answer = admin.call("camlock", "RotateKey", body).await;
        if code(&answer).is_empty() { answer["KeyRotation"].clone() } else { answer }
    }
}

#[actix_web::test]
async fn a_program_begins_looks_steps_and_hears_how_it_ended() {
    let scene = Scene::new().await;
    let admin = scene.app.key_of(&scene.root).await;
    let none = scene.rotate(&admin, json!({ "Operation": "Look" })).await;
    assert_eq!(code(&none), "OperationDenied.KeyRotation", "{none}");

    let wish = json!({ "SilentHours": 6, "DeleteAfterDays": 2 });
    let begun = scene.rotate(&admin, wish.clone()).await;

    assert_eq!((&begun["State"], &begun["Finishes"]), (&json!("watch"), &json!(false)), "{begun}");
    assert_eq!((&begun["SilentHours"], &begun["DeleteAfterDays"]), (&json!(6), &json!(2)));
    assert_eq!(begun["OldAccessKeyId"], json!(scene.client.secret_id));
    let new = begun["NewAccessKeyId"].as_str().unwrap().to_owned();
    assert_eq!(scene.status(&new).await.as_deref(), Some("enabled"));
    assert_eq!(scene.stands().await, ("watch".to_owned(), false), "the page shows the same rotation");
    assert!(!begun.to_string().contains("SecretAccessKey"));
    let early = scene.rotate(&admin, json!({ "Operation": "step" })).await;
    assert_eq!((&early["State"], &early["EndedAt"]), (&json!("watch"), &Value::Null), "not before its time");

    scene.wait(6 * HOUR + WRITTEN).await;
    scene.due().await;
    let ready = scene.rotate(&admin, json!({ "Operation": "Look" })).await;
    assert_eq!(ready["State"], json!("ready_to_disable"), "{ready}");
    assert_eq!(
        scene.rotate(&admin, wish).await["State"],
        json!("ready_to_disable"),
        "it does not finish by itself"
    );
    assert_eq!(scene.old_status().await.as_deref(), Some("enabled"));
    let stepped = scene.rotate(&admin, json!({ "Operation": "Step" })).await;
    assert_eq!(stepped["State"], json!("wait"), "{stepped}");
    assert_eq!(scene.old_status().await.as_deref(), Some("disabled"));
    let again = scene.rotate(&admin, json!({ "Operation": "Step" })).await;
    assert_eq!(again["State"], json!("wait"), "a step asked for again is not the next one");

    scene.wait(2 * DAY).await;
    let over = scene.rotate(&admin, json!({ "Operation": "Step" })).await;
    assert_eq!((&over["State"], &over["DueAt"]), (&json!("finished"), &Value::Null), "{over}");
    assert_eq!((scene.old_status().await, scene.status(&new).await.as_deref()), (None, Some("enabled")));
    for fields in [json!({}), json!({ "Operation": "Look" }), json!({ "Operation": "Step" })] {
        let told = scene.rotate(&admin, fields.clone()).await;
        assert_eq!(
            (&told["State"], &told["RotationId"]),
            (&json!("finished"), &begun["RotationId"]),
            "{fields}: {told}"
        );
    }
    let log = scene.root.browser.get("/audit?event=DeleteApiKey").await;
    assert!(log.count("tr[data-seq]") == 1 && !log.body.contains(">camlock<"), "the caller did it");
    assert_eq!(scene.events("FinishKeyRotation").await, 1);
}

#[actix_web::test]
async fn asked_again_or_many_times_at_once_it_is_one_rotation() {
    let scene = Scene::new().await;
    let admin = scene.app.key_of(&scene.root).await;

    let wish = json!({ "SilentHours": 6 });
    let told = join_all((0..8).map(|_| scene.rotate(&admin, wish.clone()))).await;

    let ids: BTreeSet<&str> = told.iter().filter_map(|told| told["RotationId"].as_str()).collect();
    assert_eq!(ids.len(), 1, "{told:?}");
    let later = scene.rotate(&admin, wish).await;
    assert_eq!(later["RotationId"].as_str(), ids.first().copied());
    assert_eq!(scene.root.secret_ids(&scene.list).await.len(), 2);
    assert_eq!((scene.events("StartKeyRotation").await, scene.events("UpdateKeyRotation").await), (1, 0));
    let by_new = json!({ "AccessKeyId": later["NewAccessKeyId"], "TargetUin": scene.holder() });
    let by_new = admin.call("camlock", "RotateKey", by_new).await;
    assert_eq!(by_new["KeyRotation"]["RotationId"], later["RotationId"], "either key names it: {by_new}");
    let planned = scene.rotate(&admin, json!({ "SilentHours": 2, "Finishes": true })).await;
    assert_eq!((&planned["SilentHours"], &planned["Finishes"]), (&json!(2), &json!(true)), "{planned}");

    let ended = scene.rotate(&admin, json!({ "Operation": "Cancel" })).await;
    assert_eq!(ended["State"], json!("cancelled"), "{ended}");
    let again = scene.rotate(&admin, json!({ "Operation": "Cancel" })).await;
    assert_eq!((&again["State"], &again["RotationId"]), (&json!("cancelled"), &later["RotationId"]));
    assert_eq!(scene.events("CancelKeyRotation").await, 1);
    assert_eq!(scene.old_status().await.as_deref(), Some("enabled"));
}

#[actix_web::test]
async fn after_its_end_nothing_begins_unless_the_call_names_what_ended() {
    let scene = Scene::new().await;
    let admin = scene.app.key_of(&scene.root).await;
    let first = scene.rotate(&admin, json!({ "SilentHours": 6 })).await;
    scene.rotate(&admin, json!({ "Operation": "Cancel" })).await;

    let late = scene.rotate(&admin, json!({ "SilentHours": 6 })).await;
    let by_new = json!({ "AccessKeyId": first["NewAccessKeyId"], "TargetUin": scene.holder() });
    let by_new = admin.call("camlock", "RotateKey", by_new).await["KeyRotation"].clone();

    for told in [&late, &by_new] {
        assert_eq!(
            (&told["State"], &told["RotationId"]),
            (&json!("cancelled"), &first["RotationId"]),
            "somebody cancelled it meanwhile: {told}"
        );
    }
    assert_eq!(scene.events("StartKeyRotation").await, 1);
    let other = scene.rotate(&admin, json!({ "AfterRotationId": "of-nobody" })).await;
    assert_eq!(code(&other), "OperationDenied.KeyRotation", "{other}");
    let after_first = json!({ "AfterRotationId": first["RotationId"] });
    let second = scene.rotate(&admin, after_first.clone()).await;
    assert_eq!(second["State"], json!("watch"), "{second}");
    assert_ne!(second["RotationId"], first["RotationId"]);
    let again = scene.rotate(&admin, after_first.clone()).await;
    assert_eq!(again["RotationId"], second["RotationId"], "asked again it is the same");
    assert_eq!(scene.events("StartKeyRotation").await, 2);
    let look = json!({ "Operation": "Look", "AfterRotationId": first["RotationId"] });
    assert_eq!(code(&scene.rotate(&admin, look).await), "InvalidParameterValue");

    // Without its new key it stops, which the call finds out.
    let new = second["NewAccessKeyId"].as_str().unwrap();
    let gone = json!({ "AccessKeyId": new, "TargetUin": scene.holder() });
    assert_eq!(code(&admin.call("cam", "DeleteAccessKey", gone).await), "");
    for fields in [json!({}), after_first] {
        let stopped = scene.rotate(&admin, fields).await;
        assert_eq!(
            (&stopped["State"], &stopped["RotationId"]),
            (&json!("stopped"), &second["RotationId"]),
            "{stopped}"
        );
    }
    let third = scene.rotate(&admin, json!({ "AfterRotationId": second["RotationId"] })).await;
    assert_eq!(third["State"], json!("watch"), "{third}");
}

#[actix_web::test]
async fn a_call_that_names_what_ended_means_the_same_rotation_however_often_it_is_made() {
    let scene = Scene::new().await;
    let admin = scene.app.key_of(&scene.root).await;
    let after = |told: &Value| json!({ "AfterRotationId": told["RotationId"] });
    let mut begun = vec![scene.rotate(&admin, json!({})).await];

    // All of them begin within one second.
    for _ in 0..5 {
        scene.rotate(&admin, json!({ "Operation": "Cancel" })).await;
        let next = scene.rotate(&admin, after(begun.last().unwrap())).await;
        assert_eq!(next["State"], json!("watch"), "{next}");
        begun.push(next);
    }

    assert_eq!(begun.iter().map(|told| told["StartedAt"].as_str()).collect::<BTreeSet<_>>().len(), 1);
    let (last, over) = begun.split_last().unwrap();
    for (before, next) in over.iter().zip(&begun[1..]) {
        let told = scene.rotate(&admin, after(before)).await;
        let state = if next["RotationId"] == last["RotationId"] { "watch" } else { "cancelled" };
        assert_eq!((&told["RotationId"], &told["State"]), (&next["RotationId"], &json!(state)), "{told}");
    }
    for wrong in [after(last), json!({ "AfterRotationId": "of-nobody" })] {
        let refused = scene.rotate(&admin, wrong).await;
        assert_eq!(code(&refused), "OperationDenied.KeyRotation", "{refused}");
    }
    assert_eq!(scene.rotate(&admin, json!({})).await["RotationId"], last["RotationId"]);
    scene.rotate(&admin, json!({ "Operation": "Cancel" })).await;
    assert_eq!(scene.rotate(&admin, json!({})).await["RotationId"], last["RotationId"], "the last one");
    assert_eq!(scene.events("StartKeyRotation").await, 6);
    assert_eq!(scene.root.secret_ids(&scene.list).await.len(), 2);
    let others = json!({ "AfterRotationId": last["RotationId"] });
    let others = admin.call("camlock", "RotateKey", with(others, "AccessKeyId", &admin.secret_id)).await;
    assert_eq!(code(&others), "OperationDenied.KeyRotation", "a rotation of another key: {others}");
}

#[actix_web::test]
async fn rotations_of_one_second_are_in_order_in_the_history_of_the_new_key() {
    let scene = Scene::new().await;
    let admin = scene.app.key_of(&scene.root).await;
    let mut last = scene.rotate(&admin, json!({})).await;
    for _ in 0..4 {
        scene.rotate(&admin, json!({ "Operation": "Cancel" })).await;
        last = scene.rotate(&admin, json!({ "AfterRotationId": last["RotationId"] })).await;
    }

    let new = last["NewAccessKeyId"].as_str().unwrap();
    let page = scene.root.browser.get(&format!("{}/{new}/history", scene.list)).await;

    let lines = page.texts(".time-line li div");
    let told: Vec<&str> =
        lines.iter().filter(|line| line.contains("replace")).map(|line| &line[..5]).collect();
    let expected = ["Began", "Cance"].into_iter().cycle().take(9);
    assert_eq!(told, expected.collect::<Vec<_>>(), "{lines:?}");
}

/// A call that names something else.
fn with(mut body: Value, name: &str, value: &str) -> Value {
    body[name] = json!(value);
    body
}

#[actix_web::test]
async fn a_key_that_replaced_another_is_replaced_like_any_other_from_a_day_later_on() {
    let scene = Scene::new().await;
    let admin = scene.app.key_of(&scene.root).await;
    let first =
        scene.rotate(&admin, json!({ "SilentHours": 1, "DeleteAfterDays": 1, "Finishes": true })).await;
    scene.wait(HOUR + WRITTEN).await;
    scene.due().await;
    scene.wait(DAY + WRITTEN).await;
    scene.due().await;
    assert_eq!(scene.rotate(&admin, json!({})).await["State"], json!("finished"));

    let by_new = json!({ "AccessKeyId": first["NewAccessKeyId"], "TargetUin": scene.holder() });
    let again = async || admin.call("camlock", "RotateKey", by_new.clone()).await["KeyRotation"].clone();
    for wait in [0, DAY - 120] {
        scene.wait(wait).await;
        let told = again().await;
        assert_eq!(
            (&told["State"], &told["RotationId"]),
            (&json!("finished"), &first["RotationId"]),
            "whoever lost the answer makes no second new key: {told}"
        );
    }
    assert_eq!(scene.root.secret_ids(&scene.list).await.len(), 1);
    scene.wait(121).await;
    let next = again().await;

    assert_eq!(
        (&next["State"], &next["OldAccessKeyId"]),
        (&json!("watch"), &first["NewAccessKeyId"]),
        "{next}"
    );
}

#[actix_web::test]
async fn a_key_made_before_becomes_the_new_one_and_only_the_one_that_is_meant() {
    let scene = Scene::new().await;
    let admin = scene.app.key_of(&scene.root).await;
    let made = admin.call("cam", "CreateAccessKey", json!({ "TargetUin": scene.holder() })).await;
    let other = made["AccessKey"]["AccessKeyId"].clone();
    let wrong = scene.rotate(&admin, json!({ "NewAccessKeyId": admin.secret_id })).await;
    assert_eq!(code(&wrong), "OperationDenied.KeyRotation", "{wrong}");

    let begun = scene.rotate(&admin, json!({ "NewAccessKeyId": other })).await;

    assert_eq!(begun["NewAccessKeyId"], other, "{begun}");
    assert_eq!(
        code(&scene.rotate(&admin, json!({ "NewAccessKeyId": admin.secret_id })).await),
        "OperationDenied.KeyRotation"
    );
    for (fields, expected) in [
        (json!({ "Operation": "Begone" }), "InvalidParameter.ParamError"),
        (json!({ "Operation": "Look", "SilentHours": 3 }), "InvalidParameterValue"),
        (json!({ "SilentHours": 721 }), "InvalidParameter.ParamError"),
        (json!({ "NewAccessKeyId": "x" }), "InvalidParameterValue"),
        (json!({ "Now": 1 }), "UnknownParameter"),
    ] {
        let answer = scene.rotate(&admin, fields.clone()).await;
        assert_eq!(code(&answer), expected, "{fields}: {answer}");
    }
}

#[actix_web::test]
async fn it_takes_the_permission_of_the_page_and_the_rights_to_make_disable_and_delete() {
    let scene = Scene::new().await;
    let owner = &scene.root;
    let document = |actions: &str| {
        format!(
            r#"{{"version":"2.0","statement":[{{"effect":"allow","action":[{actions}],"resource":"*"}}]}}"#
        )
    };
    let texts = [
        ("looker", r#""camlock:RotateKey","cam:QueryApiKey""#),
        ("maker", r#""cam:QueryApiKey","cam:CreateApiKey","cam:DisableApiKey","cam:DeleteApiKey""#),
    ];
    for (name, actions) in texts {
        let fields = [("name", name), ("document", &document(actions))];
        owner.grant(&scene.app, "/policies/new", "/policies/new", &fields).await.redirect();
    }
    let admin = scene.app.key_of(owner).await;
    let looker = scene.app.key_of(&scene.app.sub_user(owner, "looker", &["looker"]).await).await;
    let maker = scene.app.key_of(&scene.app.sub_user(owner, "maker", &["maker"]).await).await;

    for client in [&looker, &maker] {
        assert_eq!(code(&scene.rotate(client, json!({})).await), DENIED);
    }
    assert_eq!(scene.root.secret_ids(&scene.list).await.len(), 1);
    scene.rotate(&admin, json!({})).await;
    let look = json!({ "Operation": "Look" });
    assert_eq!(scene.rotate(&looker, look.clone()).await["State"], json!("watch"));
    assert_eq!(code(&scene.rotate(&maker, look).await), DENIED);
    assert_eq!(code(&scene.rotate(&looker, json!({ "Operation": "Step" })).await), DENIED);
    assert_eq!(scene.rotate(&looker, json!({ "Operation": "Cancel" })).await["State"], json!("cancelled"));
}
