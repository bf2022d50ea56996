//! What a change of policies means for what was really called.
//!
//! A call is kept with the first two parts of its path, and a call of the API without its resource. So each kind of call
//! is judged on several resources that it may have been about: the path itself, something beneath it, and what the policies
//! themselves name beneath it. Where those differ, the answer is that only a part is lost.

use super::key_hours::OTHER;
use super::permission::{in_policies, known::SERVICES};
use super::user::Uin;

/// Resources that one kind of call is judged on, at most.
const MOST_WITNESSES: usize = 16;

/// A kind of call that was made with keys.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Used {
    pub service: String,
    /// Without the service.
    pub action: String,
    /// Six segments with the first two parts of the path, `*`, or empty for calls of the API.
    pub resource: String,
    pub calls: i64,
    /// In unix seconds.
    pub last_at: i64,
}

/// What becomes of a kind of call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    /// It is allowed before and after.
    Kept,
    /// It is allowed before, and not after.
    Lost,
    /// It depends on what exactly was called, which is not kept.
    PartlyLost,
    /// It is allowed after, and not before.
    Gained,
    /// It is not allowed on any resource that is known, neither before nor after.
    Untold,
}

impl Used {
    /// Its name in policies.
    #[must_use]
    pub fn name(&self) -> String {
        in_policies(&format!("{}:{}", self.service, self.action)).to_owned()
    }

    /// Service, action and resource.
    #[must_use]
    pub fn kind(&self) -> [&str; 3] {
        [&self.service, &self.action, &self.resource]
    }

    /// Whether it stands for calls that there was no room to tell apart.
    #[must_use]
    pub fn is_other(&self) -> bool {
        self.service == OTHER && self.action == OTHER
    }

    /// The path, for people; empty where there is none.
    #[must_use]
    pub fn path(&self) -> &str {
        self.parts().map_or("", |(_, path)| path)
    }

    /// What stands before the path, and the path.
    fn parts(&self) -> Option<(&str, &str)> {
        let (colon, _) = self.resource.match_indices(':').nth(4)?;
        self.resource.split_at_checked(colon + 1)
    }

    /// Whether something beneath the path may have been called: only the first two parts are kept.
    #[must_use]
    pub fn may_be_beneath(&self) -> bool {
        let path = self.path();
        path.matches('/').count() == 2 && !path.ends_with('/')
    }

    /// Resources that it may have been about. `named` are the last segments of the resources in the policies.
    #[must_use]
    pub fn witnesses(&self, owner: Uin, holder: Uin, named: &[String]) -> Vec<String> {
        let mut found = Vec::new();
        if self.resource == "*" {
            return vec!["*".to_owned()];
        }
        if let Some((head, path)) = self.parts() {
            found.push(self.resource.clone());
            if self.may_be_beneath() {
                let beneath = format!("{path}/");
                found.extend(
                    named.iter().filter(|tail| tail.starts_with(&beneath)).map(|t| format!("{head}{t}")),
                );
                found.push(format!("{head}{beneath}x"));
            }
        } else {
            // What is CAM's is named as CAM names it, whichever of this server's services is asked.
            let service = if SERVICES.contains(&self.service.as_str()) { "cam" } else { &self.service };
            let head = format!("qcs::{service}::uin/{owner}:");
            found.extend([format!("{head}uin/{owner}"), format!("{head}uin/{holder}")]);
            found.extend(
                named.iter().filter(|tail| !tail.starts_with('/')).map(|tail| format!("{head}{tail}")),
            );
        }
        found.truncate(MOST_WITNESSES);
        found.dedup();
        found
    }
}

impl Fate {
    /// From whether each resource is allowed before and after.
    #[must_use]
    pub fn of(judged: &[Allowed]) -> Self {
        let before = judged.iter().filter(|allowed| allowed.before);
        let kept = before.clone().filter(|allowed| allowed.after).count();
        match before.count() {
            0 if judged.iter().any(|allowed| allowed.after) => Self::Gained,
            0 => Self::Untold,
            all if all == kept => Self::Kept,
            _ if kept == 0 => Self::Lost,
            _ => Self::PartlyLost,
        }
    }

    /// Whether calls may be refused that are let through now.
    #[must_use]
    pub fn is_loss(self) -> bool {
        matches!(self, Self::Lost | Self::PartlyLost)
    }
}

/// Whether a resource is allowed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Allowed {
    pub before: bool,
    pub after: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Uin = Uin(100_000_000_001);

    fn used(service: &str, resource: &str) -> Used {
        Used {
            service: service.to_owned(),
            action: "GET".to_owned(),
            resource: resource.to_owned(),
            calls: 1,
            last_at: 1,
        }
    }

    #[test]
    fn a_path_that_was_cut_is_judged_as_itself_and_as_what_lies_beneath() {
        let named = ["/v1/orders/7".to_owned(), "/v1/orderspace".to_owned(), "uin/5".to_owned()];
        let found = used("orders", "qcs::orders::uin/1:/v1/orders").witnesses(OWNER, OWNER, &named);
        assert_eq!(
            found,
            [
                "qcs::orders::uin/1:/v1/orders",
                "qcs::orders::uin/1:/v1/orders/7",
                "qcs::orders::uin/1:/v1/orders/x"
            ]
        );
        let whole = used("orders", "qcs::orders::uin/1:/health").witnesses(OWNER, OWNER, &named);
        assert_eq!(whole, ["qcs::orders::uin/1:/health"], "one part was not cut");
        assert_eq!(used("orders", "*").witnesses(OWNER, OWNER, &named), ["*"]);
    }

    #[test]
    fn what_becomes_of_a_call_follows_from_all_that_it_may_have_been_about() {
        let all = |pairs: &[(bool, bool)]| {
            let judged: Vec<_> =
                pairs.iter().map(|(before, after)| Allowed { before: *before, after: *after }).collect();
            Fate::of(&judged)
        };
        assert_eq!(all(&[(true, true), (false, false)]), Fate::Kept);
        assert_eq!(all(&[(true, false), (false, true)]), Fate::Lost);
        assert_eq!(all(&[(true, false), (true, true)]), Fate::PartlyLost);
        assert_eq!(all(&[(false, false), (false, true)]), Fate::Gained);
        assert_eq!(all(&[(false, false)]), Fate::Untold);
    }
}
