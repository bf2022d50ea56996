//! When a right was given, and how long it must have held before it shows what others keep secret.

/// The longest grant window, in minutes.
pub const MAX_GRANT_WINDOW: i64 = 60;
/// The longest time that a grant may have to wait, in hours.
pub const MAX_GRANT_AGE: i64 = 168;

/// When something was granted, and whether a second-factor check that counts stood behind it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Mark {
    pub at: i64,
    pub stepped_up: bool,
}

impl Mark {
    /// The time that the grant has to wait from, if it has to wait at all.
    pub fn waits_from(self) -> Option<i64> {
        (!self.stepped_up).then_some(self.at)
    }
}

/// What an account's settings ask of grants, in seconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GrantRules {
    /// How long one code lets a session grant.
    pub window: i64,
    /// How old a grant must be that no code stood behind.
    pub age: i64,
}

impl GrantRules {
    /// Seconds that a code given at some time still opens the window; a time to come opens none.
    pub fn window_left(self, code_at: Option<i64>, now: i64) -> i64 {
        let passed = code_at.map(|at| now - at).filter(|passed| *passed >= 0);
        passed.map_or(0, |passed| (self.window - passed).max(0))
    }

    /// When something given at that time is old enough; what has no time was always there.
    pub fn ripe_at(self, granted_at: Option<i64>) -> i64 {
        granted_at.map_or(0, |at| at.saturating_add(self.age))
    }
}

/// An authenticator app, by its age.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AppAge {
    pub id: String,
    /// When it was enrolled; apps from before this was kept count as old.
    pub granted_at: Option<i64>,
    /// When a recovery code was last used before that.
    pub recovered_at: Option<i64>,
}

impl AppAge {
    /// When it may vouch for showing others' keys.
    pub fn ripe_at(&self, rules: GrantRules) -> i64 {
        rules.ripe_at(self.granted_at)
    }

    /// The same for the root of the account, whose app only waits when a recovery code led to it.
    pub fn ripe_for_root_at(&self, rules: GrantRules) -> i64 {
        match (self.granted_at, self.recovered_at) {
            (Some(granted), Some(recovered)) if granted - recovered < rules.age => self.ripe_at(rules),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: GrantRules = GrantRules { window: 600, age: 86_400 };

    #[test]
    fn a_window_lasts_its_minutes_and_a_code_to_come_opens_none() {
        assert_eq!(RULES.window_left(Some(1_000), 1_000), 600);
        assert_eq!(RULES.window_left(Some(1_000), 1_599), 1);
        assert_eq!(RULES.window_left(Some(1_000), 1_600), 0);
        assert_eq!(RULES.window_left(Some(2_000), 1_000), 0);
        assert_eq!(RULES.window_left(None, 1_000), 0);
    }

    #[test]
    fn roots_app_waits_only_after_a_recovery_code() {
        let app = |recovered_at| AppAge { id: String::new(), granted_at: Some(100_000), recovered_at };

        assert_eq!(app(None).ripe_for_root_at(RULES), 0);
        assert_eq!(app(Some(13_600)).ripe_for_root_at(RULES), 0);
        assert_eq!(app(Some(13_601)).ripe_for_root_at(RULES), 186_400);
        assert_eq!(app(None).ripe_at(RULES), 186_400);
    }
}
