//! A page without what differs from run to run. Ids, secrets and tokens become names, numbered as they first appear.

use crate::support::Answer;
use std::collections::HashMap;

/// An icon as the macro writes it; another spelling stays as it is, so that it is seen.
const ICON: (&str, &str) = (
    "<svg class=\"icon\" aria-hidden=\"true\" focusable=\"false\"><use href=\"/static/icons.svg#i-",
    "\"/></svg>",
);

/// What stands around something that varies; after the last `>` where that is an element.
const MARKS: [(&str, &str, &str); 24] = [
    ("id=\"sealed\"", "<", "SEALED"),
    ("/claim/", "/", "CLAIM"),
    ("data-claim=\"", "\"", "CLAIM"),
    ("data-invitation=\"", "\"", "CLAIM"),
    ("/invitation?t=", "<", "INVITATION"),
    ("id=\"secret-key\"", "<", "SECRET"),
    ("id=\"totp-secret\"", "<", "SEED"),
    ("id=\"initial-password\"", "<", "PASSWORD"),
    ("id=\"gate-token\"", "<", "GATE-TOKEN"),
    ("id=\"webhook-secret\"", "<", "WEBHOOK-SECRET"),
    ("data-webhook=\"", "\"", "WEBHOOK"),
    ("data-delivery=\"", "\"", "MESSAGE"),
    ("\"SecretAccessKey\":\"", "\"", "SECRET"),
    ("\"SecretKey\":\"", "\"", "SECRET"),
    ("\"Password\":\"", "\"", "PASSWORD"),
    ("name=\"csrf\" value=\"", "\"", "CSRF"),
    ("name=\"c\" value=\"", "\"", "QUESTION"),
    ("name=\"token\" value=\"", "\"", "TOKEN"),
    ("data-session=\"", "\"", "SESSION"),
    ("data-device=\"", "\"", "DEVICE"),
    ("id=\"system-version\"", "<", "VERSION"),
    ("id=\"system-schema\"", "<", "SCHEMA"),
    ("id=\"system-database\"", "<", "DATABASE"),
    ("id=\"system-clock\"", "<", "CLOCK"),
];

/// The names given so far, so that one id has one name on all pages of a scene.
pub struct Settled {
    host: String,
    names: HashMap<String, String>,
    counts: HashMap<&'static str, usize>,
    /// Spellings of an id that is no whole word, such as the short form of a SecretId.
    spellings: Vec<(String, String)>,
}

impl Settled {
    /// For pages of the server at this host and port.
    pub fn new(host: &str) -> Self {
        Self { host: host.to_owned(), names: HashMap::new(), counts: HashMap::new(), spellings: Vec::new() }
    }

    /// What an answer says, settled.
    pub fn answer(&mut self, answer: &Answer) -> String {
        let location = answer.location().map(|to| format!(" {to}")).unwrap_or_default();
        self.text(&format!("{}{location}\n{}", answer.status.as_u16(), answer.body))
    }

    /// A text, settled.
    pub fn text(&mut self, text: &str) -> String {
        let text = text.replace(&self.host, "camlock.test");
        let text = without_hashes(&text);
        // PostgreSQL has a clock of its own, and that it differs is counted there.
        let text = replaced(&text, ("<span class=\"n\">", "now</span></span>"), |_| String::new());
        let text = replaced(&text, ("<svg class=\"qr\"", "</svg>"), |_| "<svg class=\"qr\"/>".to_owned());
        let text = replaced(&text, ICON, |name| format!("<icon {name}>"));
        let text = replaced(&text, ("name=\"once\" value=\"", "\""), |token| {
            let name = if token.is_empty() { "" } else { "ONCE" };
            format!("name=\"once\" value=\"{name}\"")
        });
        // What has a name already is no other random word, nor is a part of it.
        self.note_marked(&text);
        let text = self.spelled(text);
        self.note_words(&text);
        let text = self.spelled(text);
        words_and_rest(&text).map(|part| self.names.get(part).map_or(part, String::as_str)).collect()
    }

    fn spelled(&self, text: String) -> String {
        self.spellings.iter().fold(text, |text, (spelling, name)| text.replace(spelling, name))
    }

    /// Gives a text that is known to vary a name, wherever it stands.
    fn whole(&mut self, kind: &'static str, text: &str) {
        if !text.is_empty() && !self.names.contains_key(text) {
            let name = self.name(kind, text);
            self.spellings.push((text.to_owned(), name));
        }
    }

    fn name(&mut self, kind: &'static str, text: &str) -> String {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let name = format!("{kind}-{count}");
        self.names.insert(text.to_owned(), name.clone());
        name
    }

    fn note_marked(&mut self, text: &str) {
        for (mark, end, kind) in MARKS {
            for found in text.split(mark).skip(1).filter_map(|rest| rest.split(end).next()) {
                let found = found.rsplit('>').next().unwrap_or_default();
                self.whole(kind, found);
            }
        }
        let codes =
            text.split("<ul id=\"recovery-codes\"").nth(1).and_then(|rest| rest.split("</ul>").next());
        for code in codes.iter().flat_map(|list| list.split("<li>").skip(1)) {
            self.whole("RECOVERY", code.trim_end_matches("</li>"));
        }
    }

    fn note_words(&mut self, text: &str) {
        for id in secret_ids(text) {
            if !self.names.contains_key(id) {
                self.note("AKID", id);
            }
        }
        let mut before = "";
        for part in words_and_rest(text) {
            // A token in an address may lack what tells others apart from words.
            let is_token = part.len() >= 40 && (before.ends_with(['=', '.']) || before == "%3D");
            let is_known = part.contains("AKID") || self.names.contains_key(part);
            match kind_of(part).or(is_token.then_some("RANDOM")) {
                Some(kind) if !is_known => self.note(kind, part),
                _ => (),
            }
            before = part;
        }
    }

    fn note(&mut self, kind: &'static str, word: &str) {
        let name = self.name(kind, word);
        match kind {
            "AKID" => {
                let tail = &word[32..];
                self.spellings.push((word.to_owned(), name.clone()));
                self.spellings.push((format!("{}…{tail}", &word[..6]), format!("{name}-short")));
                self.names.insert(tail.to_owned(), format!("{name}-tail"));
            }
            "REQUEST" => {
                let broken =
                    |id: &str| id.split_inclusive('-').fold(String::new(), |all, part| all + part + "<wbr>");
                self.spellings.push((broken(word), broken(&name)));
            }
            _ => (),
        }
    }
}

/// The SecretIds in a text, also as part of a word.
fn secret_ids(text: &str) -> impl Iterator<Item = &str> {
    let places = text.match_indices("AKID").filter_map(|(place, _)| text.get(place..place + 36));
    places.filter(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// What a word is that looks made up at random.
fn kind_of(word: &str) -> Option<&'static str> {
    let all = |is: fn(&u8) -> bool| word.bytes().all(|byte| is(&byte));
    let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
    let is_hex = all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte));
    match word.len() {
        36 if word.split('-').map(str::len).eq([8, 4, 4, 4, 12]) => Some("REQUEST"),
        // Not the end of a request id, which may have digits alone.
        12 if word.starts_with("10000000") && all(u8::is_ascii_digit) => Some("UIN"),
        64 if is_hex => Some("HASH"),
        20.. if has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) => {
            Some("RANDOM")
        }
        _ => None,
    }
}

/// Assets without the hash of their content in their names.
fn without_hashes(text: &str) -> String {
    replaced(text, ("/static/", "\""), |address| {
        let (file, place) =
            address.split_once('#').map_or((address, None), |(file, place)| (file, Some(place)));
        let mut parts: Vec<&str> = file.split('.').collect();
        if parts.len() == 3 {
            parts.remove(1);
        }
        let place = place.map(|place| format!("#{place}")).unwrap_or_default();
        format!("/static/{}{place}\"", parts.join("."))
    })
}

/// Replaces everything from `begin` to the next `end`; `with` gets what stands between.
fn replaced(text: &str, (begin, end): (&str, &str), with: impl Fn(&str) -> String) -> String {
    let mut parts = text.split(begin);
    let mut made = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(end) {
            Some((between, rest)) => made.extend([with(between).as_str(), rest]),
            None => made.extend([begin, part]),
        }
    }
    made
}

fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'
}

/// The words of a text and what stands between them; `%2F` stands between.
fn words_and_rest(text: &str) -> impl Iterator<Item = &str> {
    let mut left = text;
    std::iter::from_fn(move || {
        let first = left.chars().next()?;
        let escape = left.get(..3).filter(|part| {
            let is_hex = |digit: &u8| digit.is_ascii_digit() || digit.is_ascii_uppercase();
            first == '%' && part.as_bytes()[1..].iter().all(is_hex)
        });
        let end = match escape {
            Some(escape) => escape.len(),
            None if is_of_word(first) => left.find(|letter| !is_of_word(letter)).unwrap_or(left.len()),
            None => {
                let rest = &left[first.len_utf8()..];
                let next = rest.find(|letter| is_of_word(letter) || letter == '%').unwrap_or(rest.len());
                first.len_utf8() + next
            }
        };
        let (part, rest) = left.split_at(end);
        left = rest;
        Some(part)
    })
}

#[test]
fn the_same_id_has_the_same_name_and_another_id_another() {
    let mut settled = Settled::new("127.0.0.1:1");
    let (one, two) = (format!("AKID{}", "aB3".repeat(11).split_at(32).0), format!("AKID{}", "x".repeat(32)));

    let text = settled
        .text(&format!("{one} {two} {one} x-{one} AKIDaB…{} next=%2Fusers%2F100000000001", &one[32..]));

    assert_eq!(text, "AKID-1 AKID-2 AKID-1 x-AKID-1 AKID-1-short next=%2Fusers%2FUIN-1");
    assert_eq!(settled.text("uin/100000000002:uin/100000000001"), "uin/UIN-2:uin/UIN-1");
}

#[test]
fn names_of_actions_policies_and_algorithms_stay() {
    let text = "QcloudCollApiKeyReadOnlyAccess TC3-HMAC-SHA256 GetUserPermissionBoundary 1795435200";
    assert_eq!(Settled::new("127.0.0.1:1").text(text), text);
}
