//! What a policy is asked about: who does what to which resource, in which circumstances.

/// The account and identity a request acts for; fills the variables of a policy.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Principal {
    /// The identity that asks: `${uin}`.
    pub uin: u64,
    /// The root of the account it acts in, which also owns the policies: `${owner_uin}`.
    pub owner_uin: u64,
    /// That account's other number: `${app_id}`.
    pub app_id: u64,
}

/// One question to the policies.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What is done, such as `cam:ListUsers`.
    pub action: &'a str,
    /// To what: six segments such as `qcs::cam::uin/100:uin/200` (an empty account is the caller's), or `*`.
    pub resource: &'a str,
    /// The circumstances conditions look at.
    pub context: &'a Context,
    /// Who asks.
    pub caller: &'a Principal,
    /// The action knows no single resources, so only a statement on `*` can speak about it (CAM 598/57054).
    pub operation_level: bool,
}

/// The condition keys of a request and their values.
///
/// Fill it with facts the server found out itself; a value taken from the request belongs under a product key.
#[derive(Clone, Debug, Default)]
pub struct Context {
    keys: Vec<(String, Vec<String>)>,
    untold: Vec<String>,
}

impl Context {
    /// Starts without any key.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value to a key; a second, different value makes the key multi-valued.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.add(key, value.into());
        self
    }

    /// Says that a key has a value which could not be found out: what asks for it cannot be told.
    #[must_use]
    pub fn with_untold(mut self, key: &str) -> Self {
        self.untold.push(normal_key(key));
        self
    }

    pub(super) fn is_untold(&self, normal: &str) -> bool {
        self.untold.iter().any(|key| key == normal)
    }

    /// Adds several values to a key; none at all leave the key absent.
    #[must_use]
    pub fn with_all<V: Into<String>>(mut self, key: &str, values: impl IntoIterator<Item = V>) -> Self {
        for value in values {
            self.add(key, value.into());
        }
        self
    }

    fn add(&mut self, key: &str, value: String) {
        let key = normal_key(key);
        let held = self.keys.iter_mut().find(|(held, _)| *held == key);
        match held {
            Some((_, values)) if values.contains(&value) => {}
            Some((_, values)) => values.push(value),
            None => self.keys.push((key, vec![value])),
        }
    }

    /// The values of a key in its normal form; none when it is absent.
    pub(super) fn values(&self, normal: &str) -> &[String] {
        let held = self.keys.iter().find(|(held, _)| held == normal);
        held.map_or(&[], |(_, values)| values)
    }
}

/// One spelling for each key: no stray spaces, lower case, and `mfa` for `qcs:mfa`.
pub(super) fn normal_key(key: &str) -> String {
    let lower = key.trim().to_ascii_lowercase();
    match lower.strip_prefix("qcs:") {
        Some(bare) => bare.to_owned(),
        None => lower,
    }
}
