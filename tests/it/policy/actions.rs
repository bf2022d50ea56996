//! Which actions a statement covers.

use camlock::domain::policy::{Context, Reason};

use super::{USER, decide, document, request, sound};

fn covers(pattern: &str, action: &str) -> bool {
    let policy = sound(&document(&format!(r#""effect":"allow","action":"{pattern}","resource":"*""#)));
    decide(&[&policy], &request(action, USER, &Context::new())).allowed
}

#[test]
fn patterns_cover_what_they_say() {
    for pattern in
        ["*", "*:*", "cam:*", "cam:GetUser", "name/cam:GetUser", "name/cam:*", "name/*", "cam:*User"]
    {
        assert!(covers(pattern, "cam:GetUser"), "{pattern}");
    }
    for pattern in ["*:Get*", "cam:G*t*s*r", "c*:GetUser", "cam:**", "cam:GetUser*", "cam:*GetUser"] {
        assert!(covers(pattern, "cam:GetUser"), "{pattern}");
    }
}

#[test]
fn patterns_cover_nothing_else() {
    for pattern in ["cos:*", "cam:Get", "cam:User", "cam:*Key", "cam:GetUserX", "*:List*", "ca:*", "camx:*"] {
        assert!(!covers(pattern, "cam:GetUser"), "{pattern}");
    }
}

#[test]
fn the_name_of_an_action_has_no_case() {
    assert!(covers("cam:getuser", "cam:GetUser"));
    assert!(covers("cam:GETUSER", "cam:getUser"));
    assert!(covers("cam:*KEY", "cam:CreateApiKey"));
}

#[test]
fn a_malformed_request_is_refused_even_to_an_administrator() {
    let policy = sound(&document(r#""effect":"allow","action":"*","resource":"*""#));

    for action in
        ["", "cam", "cam:", ":GetUser", "cam:Get*", "*", "*:*", "CAM:GetUser", "cam:Get User", "cam:a:b"]
    {
        let decision = decide(&[&policy], &request(action, USER, &Context::new()));
        assert!(!decision.allowed, "{action}");
        assert_eq!(decision.reason, Reason::Malformed);
        assert_eq!(decision.unevaluable.len(), 1);
    }
}
