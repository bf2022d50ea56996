//! Every refusal that a rule can speak has a Chinese text of its own.

use super::is_chinese;
use camlock::domain::group::{GroupId, GroupRefusal as Group, UserRef};
use camlock::domain::key::{AccessKeyRefusal as AccessKey, KeyRefusal as Key};
use camlock::domain::password::PasswordRefusal as Password;
use camlock::domain::password_rules::RuleBroken;
use camlock::domain::policies::{DescriptionRefusal, PolicyId, PolicyNameRefusal, PolicyRefusal as Policy};
use camlock::domain::secret::MalformedPassword;
use camlock::domain::sentence::Worded;
use camlock::domain::sign_in_rules::{SignInRulesRefusal as Login, network};
use camlock::domain::user::{Uin, UserNameRefusal as UserName};
use std::collections::BTreeSet;

fn boxed<T: Worded + 'static>(all: impl IntoIterator<Item = T>) -> Vec<Box<dyn Worded>> {
    all.into_iter().map(|refusal| Box::new(refusal) as Box<dyn Worded>).collect()
}

fn about_people() -> Vec<Box<dyn Worded>> {
    use Password as P;
    let net = |text: &str| network(text).unwrap();
    let mut all = boxed([UserName::Missing, UserName::TooLong, UserName::Malformed, UserName::LooksLikeUin]);
    all.extend(boxed([P::TooShort, P::TooLong, P::Common, P::HoldsName, P::Guessable]));
    all.extend(boxed([MalformedPassword::Empty, MalformedPassword::Untypable]));
    all.extend(boxed([RuleBroken::TooShort(20), RuleBroken::Lacks(vec![("a digit", "数字")])]));
    all.extend(boxed([
        Login::TooMany,
        Login::NoNetwork("x".to_owned()),
        Login::Overlap(net("10.0.0.0/8"), net("10.1.0.0/16")),
    ]));
    all
}

fn about_groups_and_keys() -> Vec<Box<dyn Worded>> {
    use Group as G;
    let (group, user) = (GroupId(7), UserRef::Uin(Uin(8)));
    let mut all =
        boxed([G::NoGroup(group), G::NoUser(user), G::NotMember(user, group), G::NoPolicy(PolicyId(9))]);
    all.extend(boxed([G::NotAttached(PolicyId(9), group), G::NameTaken, G::TooManyGroups, G::GroupFull]));
    all.extend(boxed([G::UserFull, G::TooManyPolicies, G::TooManyAtOnce, G::IsRoot]));
    all.extend(boxed([Key::LimitReached, Key::StillEnabled, Key::ShownOnce]));
    all.extend(boxed([AccessKey::OfRoot, AccessKey::OfAnother, AccessKey::NoSuchKey]));
    all.extend(boxed([AccessKey::NoSuchUser(Uin(6))]));
    all
}

fn about_policies() -> Vec<Box<dyn Worded>> {
    use Policy as P;
    let mut all =
        boxed([PolicyNameRefusal::Missing, PolicyNameRefusal::TooLong, PolicyNameRefusal::Malformed]);
    all.extend(boxed([DescriptionRefusal::TooLong, DescriptionRefusal::Malformed]));
    all.extend(boxed([P::AccountFull, P::NameTaken, P::Preset, P::VersionsFull, P::DefaultVersion]));
    all.extend(boxed([
        P::AlreadyDefault,
        P::NoSuchVersion(3),
        P::Attached,
        P::BoundsUsers,
        P::NoSuchPolicy(PolicyId(5)),
    ]));
    all.extend(boxed([P::NotAttached(PolicyId(5)), P::UserFull, P::TooManyAtOnce, P::RootHasNoBoundary]));
    all
}

#[test]
fn every_refusal_is_spoken_in_chinese_and_each_in_its_own_words() {
    let all: Vec<Box<dyn Worded>> =
        about_people().into_iter().chain(about_groups_and_keys()).chain(about_policies()).collect();

    for refusal in &all {
        assert!(is_chinese(&refusal.zh()) && !is_chinese(&refusal.to_string()), "{refusal}");
        assert!(refusal.zh().ends_with('。'), "{}", refusal.zh());
    }
    let texts: BTreeSet<String> = all.iter().map(|refusal| refusal.zh().into_owned()).collect();
    assert_eq!(texts.len(), all.len());
}
