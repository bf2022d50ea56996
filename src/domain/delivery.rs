//! How the secret of a new key reaches whoever will use it, other than by the page of whoever makes the key.

pub mod age;
pub mod recipient;

use super::claim::Hours;
use super::field::FieldError;
use super::key::SecretId;
use super::secret::SecretKey;
use recipient::Recipient;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How a new key is handed over, as a form writes it: the one who makes it never sees the secret.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct WrittenDelivery {
    /// `claim`, `sealed`, or nothing for the page of whoever makes the key.
    pub way: String,
    /// Of a sealed delivery: to whom.
    pub to: String,
    /// Of a claim link: for how many hours it is good.
    pub hours: String,
}

/// The same, judged.
#[derive(Clone, Debug)]
pub enum Delivery {
    Claim(Hours),
    Sealed(Recipient),
}

impl WrittenDelivery {
    /// Whether nothing is asked for.
    pub fn is_plain(&self) -> bool {
        self.way.is_empty() && self.to.is_empty() && self.hours.is_empty()
    }

    /// What is asked for; nothing where the key stays with whoever makes it. A recipient alone says enough.
    pub fn judged(&self) -> Result<Option<Delivery>, FieldError> {
        let to = self.to.trim();
        match self.way.as_str() {
            "claim" if !to.is_empty() => Err(FieldError::on_page(
                "to",
                "A claim link is opened by whoever gets it. Leave this empty, or choose the sealed delivery.",
            )),
            "claim" => Hours::parse(&self.hours).map(|hours| Some(Delivery::Claim(hours))),
            "sealed" => Ok(Some(Delivery::Sealed(Recipient::parse(to)?))),
            "" if !to.is_empty() => Ok(Some(Delivery::Sealed(Recipient::parse(to)?))),
            "" => Ok(None),
            _ => Err(FieldError::on_page(
                "delivery",
                "Choose who gets the SecretKey: shown here, a claim link, or sealed to a public key.",
            )),
        }
    }
}

/// What a sealed delivery holds: the pair as the official clients read it from the environment.
pub fn pair_as_text(id: &SecretId, secret: &SecretKey) -> Zeroizing<String> {
    Zeroizing::new(format!("TENCENTCLOUD_SECRET_ID={id}\nTENCENTCLOUD_SECRET_KEY={}\n", secret.expose()))
}
