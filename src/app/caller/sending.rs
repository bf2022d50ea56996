//! A form that makes something, on its way: it is good for that once.

use crate::app::Failure;
use crate::domain::field::FieldError;
use crate::store::forms::{self, Sent};
use crate::store::{Conn, StoreError};

/// A sending of a form.
#[derive(Clone, Debug)]
pub struct Sending {
    /// Of the form's token and address.
    pub digest: String,
    pub request_id: String,
    /// When the form is too old to be sent again.
    pub expires_at: i64,
    /// Whether the form was shown too long ago.
    pub is_late: bool,
}

impl Sending {
    /// Uses the form up in this transaction; one that leaves several events does so once.
    pub(in crate::app) fn record(&self, conn: &mut Conn, question: Option<&str>) -> Result<(), Failure> {
        if self.is_late {
            let text = "This page was open for more than a day, so nothing was done. Check the form and send it again.";
            return Err(FieldError::on_page("", text).into());
        }
        match forms::find(conn, &self.digest)? {
            Some(known) if known.request_id == self.request_id => return Ok(()),
            Some(_) => return Err(Failure::SentTwice),
            None => {}
        }
        let sent = Sent { question: question.map(str::to_owned), ..self.sent(None) };
        forms::insert(conn, &sent).map_err(|error| match error {
            StoreError::Duplicate(_) => Failure::SentTwice,
            other => other.into(),
        })
    }

    pub(in crate::app) fn sent(&self, answer: Option<Vec<u8>>) -> Sent {
        Sent {
            digest: self.digest.clone(),
            request_id: self.request_id.clone(),
            question: None,
            answer,
            expires_at: self.expires_at,
        }
    }
}
