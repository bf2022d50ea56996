//! What stands behind the `?` of an address.

use super::caller::Extracted;
use super::error::PageError;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

/// The most parameters of an address.
const MAX_PARAMETERS: usize = 32;

/// The parameters of an address, each once.
pub struct Query(Vec<(String, String)>);

impl FromRequest for Query {
    type Error = PageError;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parsed = Self::parse(request.query_string());
        Box::pin(async move { parsed })
    }
}

impl Query {
    /// Reads a query string.
    pub fn parse(text: &str) -> Result<Self, PageError> {
        let mut found: Vec<(String, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            if found.len() >= MAX_PARAMETERS {
                return Err(PageError::Malformed("The address holds too many parameters. Leave some out."));
            }
            if [&name, &value].iter().any(|text| text.contains(['\0', '\u{FFFD}'])) {
                return Err(PageError::Malformed(
                    "The address holds characters that cannot be read. Correct it.",
                ));
            }
            if found.iter().any(|(known, _)| *known == name) {
                return Err(PageError::Malformed("The address holds a parameter twice. Leave one out."));
            }
            found.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(found))
    }

    /// A parameter's text; a missing one is empty.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// A parameter's text, if it is there and not empty.
    pub fn find(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// The number of the page that is asked for, of a list that has so many at most.
    pub fn page(&self, most: usize) -> Result<usize, PageError> {
        let Some(text) = self.find("page") else { return Ok(1) };
        let number = text.parse().ok().filter(|number| (1..=most).contains(number));
        number
            .ok_or(PageError::Malformed("The address holds a page number that does not exist. Leave it out."))
    }

    /// The places at which a page of a list begins and ends, of which an address names one at most.
    pub fn places<T>(
        &self,
        names: [&str; 2],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<[Option<T>; 2], PageError> {
        match names.map(|name| self.find(name)) {
            [Some(_), Some(_)] => {
                Err(PageError::Malformed("The address names two places to begin at. Leave one out."))
            }
            [first, second] => Ok([place(first, &parse)?, place(second, &parse)?]),
        }
    }

    /// The place after which a list goes on; nothing at its beginning.
    pub fn after<T>(&self, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, PageError> {
        place(self.find("after"), &parse)
    }

    /// What of it has one of these names, as an address's end; nothing where none has.
    pub fn only(&self, names: &[&str]) -> String {
        let mut encoder = url::form_urlencoded::Serializer::new(String::new());
        let known = self.0.iter().filter(|(name, value)| names.contains(&name.as_str()) && !value.is_empty());
        known.for_each(|(name, value)| {
            encoder.append_pair(name, value);
        });
        let text = encoder.finish();
        if text.is_empty() { text } else { format!("?{text}") }
    }

    /// The same query with one parameter set, or left out when the value is empty, as an address's end.
    pub fn with(&self, changes: &[(&str, &str)]) -> String {
        let mut encoder = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.0 {
            if !value.is_empty() && !changes.iter().any(|(changed, _)| changed == name) {
                encoder.append_pair(name, value);
            }
        }
        for (name, value) in changes.iter().filter(|(_, value)| !value.is_empty()) {
            encoder.append_pair(name, value);
        }
        format!("?{}", encoder.finish())
    }
}

fn place<T>(text: Option<&str>, parse: &impl Fn(&str) -> Option<T>) -> Result<Option<T>, PageError> {
    let unknown =
        PageError::Malformed("The address holds a place that does not exist. Begin at the first page.");
    text.map(|text| parse(text).ok_or(unknown)).transpose()
}
