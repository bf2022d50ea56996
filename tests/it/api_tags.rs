//! The tag service, as far as tools beside CAM ask for it.

use crate::support::{TestApp, code};
use serde_json::json;

#[actix_web::test]
async fn tags_are_empty_lists_for_any_key_without_any_policy() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let owner = app.key_of(&root).await;
    let uin = owner.call("cam", "AddUser", json!({ "Name": "nobody" })).await["Uin"].as_i64().unwrap();
    let number = |text: &str| camlock::domain::user::Uin(text.parse().unwrap());
    let nobody = app.key_for(number(&root.uin), camlock::domain::user::Uin(uin)).await;

    for client in [&owner, &nobody] {
        let asked = json!({
            "ServiceType": "cam", "ResourcePrefix": "uin", "ResourceIds": ["100000000001"], "ResourceRegion": "",
            "Offset": 0, "Limit": 0, "Category": "All",
        });
        let answer = client.call("tag", "DescribeResourceTagsByResourceIds", asked).await;
        assert_eq!(answer["Tags"], json!([]), "{answer}");
        let page = (&answer["TotalCount"], &answer["Offset"], &answer["Limit"]);
        assert_eq!(page, (&json!(0), &json!(0), &json!(15)), "{answer}");
        assert_eq!(answer["RequestId"].as_str().map(str::len), Some(36));

        let asked = json!({
            "ResourceList": ["qcs::cam::uin/1:uin/2"], "PaginationToken": "", "MaxResults": 200,
            "TagFilters": [{ "TagKey": "owner", "TagValue": ["ops"] }],
        });
        let answer = client.call("tag", "GetResources", asked).await;
        assert_eq!((&answer["ResourceTagMappingList"], &answer["PaginationToken"]), (&json!([]), &json!("")));
        assert_eq!(answer.as_object().unwrap().len(), 3, "{answer}");
    }
    let paged = json!({ "Offset": 30, "Limit": 10 });
    let answer = owner.call("tag", "DescribeResourceTagsByResourceIds", paged).await;
    assert_eq!((&answer["Offset"], &answer["Limit"]), (&json!(30), &json!(10)), "{answer}");
}

#[actix_web::test]
async fn other_tag_actions_are_documented_refusals() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;

    for action in ["ModifyResourceTags", "TagResources", "UnTagResources", "GetTags", "DescribeTagKeys"] {
        let answer = client.call("tag", action, json!({ "Anything": 1 })).await;
        assert_eq!(code(&answer), "UnsupportedOperation", "{action}: {answer}");
    }
    assert_eq!(code(&client.call("tag", "PaintTags", json!({})).await), "InvalidAction");
    assert_eq!(code(&client.call("cam", "GetResources", json!({})).await), "NoSuchVersion");
    let odd = client.call("tag", "GetResources", json!({ "Nonsense": 1 })).await;
    assert_eq!(code(&odd), "UnknownParameter");
    let typed = client.call("tag", "GetResources", json!({ "TagFilters": "x" })).await;
    assert_eq!(code(&typed), "InvalidParameter");
    let below = client.call("tag", "DescribeResourceTagsByResourceIds", json!({ "Offset": -1 })).await;
    assert_eq!(code(&below), "InvalidParameterValue");
}

#[actix_web::test]
async fn a_signature_that_is_wrong_reads_no_tags() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let stranger = app.client(&client.secret_id, &"x".repeat(32));

    let answer = stranger.call("tag", "GetResources", json!({})).await;

    assert_eq!(code(&answer), "AuthFailure.SignatureFailure");
}
