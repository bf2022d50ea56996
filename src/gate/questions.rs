//! Actions, resources and facts as services tell them.

use crate::domain::gate::questioned::{MOST_NAMED, MOST_PAIRS, QuestionedAction, QuestionedResource};
use crate::gate::answer::Trouble;
use serde::Deserialize;
use std::collections::BTreeMap;

const MOST_FACTS: usize = 64;
const MOST_VALUES: usize = 32;
const LONGEST: usize = 1024;
/// How the address of the client is called: here, by policies, by object stores.
const SOURCE_IP: [&str; 4] = ["source_ip", "qcs:ip", "aws:sourceip", "sourceip"];
/// What only the server says of a request.
const OWN: &str = "qcs:";

/// One value, or several.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Values {
    One(String),
    Many(Vec<String>),
}

impl Values {
    fn into_all(self) -> Vec<String> {
        match self {
            Self::One(value) => vec![value],
            Self::Many(values) => values,
        }
    }
}

/// What a service says of a request besides.
#[derive(Default)]
pub(super) struct Facts {
    pub source_ip: Option<String>,
    pub others: Vec<(String, Vec<String>)>,
}

impl Facts {
    /// Takes apart what was told. Nobody says what the server knows by itself.
    pub fn read(told: BTreeMap<String, Values>) -> Result<Self, Trouble> {
        if told.len() > MOST_FACTS {
            return Err(Trouble::Unreadable(format!("Send at most {MOST_FACTS} entries in context.")));
        }
        let mut facts = Self::default();
        for (key, values) in told {
            let values = values.into_all();
            let is_short = values.iter().chain([&key]).all(|text| text.len() <= LONGEST);
            if values.len() > MOST_VALUES || !is_short {
                return Err(Trouble::Unreadable(format!(
                    "In context, send at most {MOST_VALUES} values each, of at most {LONGEST} bytes."
                )));
            }
            facts.add(key, values)?;
        }
        Ok(facts)
    }

    fn add(&mut self, key: String, mut values: Vec<String>) -> Result<(), Trouble> {
        let plain = key.to_ascii_lowercase();
        if SOURCE_IP.contains(&plain.as_str()) {
            if values.len() > 1 || self.source_ip.is_some() {
                return Err(Trouble::Unreadable("Send one address of the client in context.".to_owned()));
            }
            self.source_ip = values.pop();
        } else if plain.starts_with(OWN) || plain == "mfa" || plain == "ip" {
            return Err(Trouble::Unreadable(format!(
                "`{key}` is not for others to say; leave it out of context."
            )));
        } else {
            self.others.push((key, values));
        }
        Ok(())
    }
}

/// Well-formed actions and resources.
pub(super) struct Questions {
    actions: Vec<QuestionedAction>,
    resources: Vec<QuestionedResource>,
}

impl Questions {
    pub fn into_parts(self) -> (Vec<QuestionedAction>, Vec<QuestionedResource>) {
        (self.actions, self.resources)
    }
}

/// Reads the names of actions and resources.
pub(super) fn questions(actions: &[String], resources: &[String]) -> Result<Questions, Trouble> {
    let fits = |count: usize| (1..=MOST_NAMED).contains(&count);
    if !fits(actions.len()) || !fits(resources.len()) || actions.len() * resources.len() > MOST_PAIRS {
        return Err(Trouble::Unreadable(format!(
            "Send 1 to {MOST_NAMED} actions and 1 to {MOST_NAMED} resources, at most {MOST_PAIRS} pairs."
        )));
    }
    let told =
        |error: crate::domain::gate::questioned::Unquestionable| Trouble::Unreadable(error.to_string());
    let actions: Result<_, _> = actions.iter().map(|text| QuestionedAction::parse(text)).collect();
    let resources: Result<_, _> = resources.iter().map(|text| QuestionedResource::parse(text)).collect();
    Ok(Questions { actions: actions.map_err(told)?, resources: resources.map_err(told)? })
}
