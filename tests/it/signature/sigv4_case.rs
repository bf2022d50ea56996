//! The published cases of AWS Signature V4, read from `tests/vectors/aws-sigv4`.

use std::fs;
use std::path::{Path, PathBuf};

use camlock::domain::signature::{
    Allowances, Body, GateRules, Incoming, KeyPair, OutgoingAws, SignatureError, Verified, explain,
    parse_for_gate, presign_aws_v4, verify,
};

/// 2015-08-30T12:36:00Z and 2021-05-11T15:40:45Z.
const USUAL_TIME: i64 = 1_440_938_160;
const LATER_TIME: i64 = 1_620_747_645;
pub const RULES: GateRules<'_> =
    GateRules { regions: &[], services: &[], double_encode: true, take_streaming: false, body_limit: 1024 };

/// One case, and what its `context.json` says.
pub struct Case {
    pub name: String,
    folder: PathBuf,
    pub key_id: String,
    pub secret: String,
    pub now: i64,
    /// Whether dots and doubled slashes go before signing, as a gateway does that serves such paths.
    normalize: bool,
}

/// A signed request that a test may change.
#[derive(Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

pub fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/aws-sigv4");
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let mut cases: Vec<Case> = folders.map(Case::read).collect();
    cases.sort_by(|left, right| left.name.cmp(&right.name));
    cases
}

impl Case {
    fn read(folder: PathBuf) -> Self {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let Ok(context) = fs::read_to_string(folder.join("context.json")) else {
            return Self::of_the_crate(name, folder);
        };
        let context: serde_json::Value = serde_json::from_str(&context).unwrap();
        assert_eq!(context["timestamp"], "2015-08-30T12:36:00Z");
        let text = |name: &str| context["credentials"][name].as_str().unwrap().to_owned();
        Self {
            key_id: text("access_key_id"),
            secret: text("secret_access_key"),
            now: USUAL_TIME,
            normalize: context["normalize"].as_bool().unwrap(),
            name,
            folder,
        }
    }

    /// The two cases without a context, with the credentials that they were signed with.
    fn of_the_crate(name: String, folder: PathBuf) -> Self {
        let (key_id, secret, now) = match name.as_str() {
            "double-encode-path" => ("ANOTREAL", "notrealrnrELgWzOk3IfjzDKtFBhDby", USUAL_TIME),
            _ => ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", LATER_TIME),
        };
        Self { key_id: key_id.to_owned(), secret: secret.to_owned(), now, normalize: true, name, folder }
    }

    pub fn has_token(&self) -> bool {
        self.text("context.json").is_some_and(|context| context.contains("\"token\""))
    }

    pub fn text(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(file)).ok()
    }

    /// The request as published, signed in a header.
    pub fn in_header(&self) -> Request {
        self.normal(Request::read(&self.text("header-signed-request.txt").unwrap()))
    }

    /// The request as published, presigned; for the two cases without one our own signer makes it.
    pub fn in_query(&self) -> Request {
        match self.text("query-signed-request.txt") {
            Some(text) => self.normal(Request::read(&text)),
            None => self.presigned(),
        }
    }

    fn presigned(&self) -> Request {
        let mut request = self.in_header();
        request.headers.retain(|(name, _)| name.eq_ignore_ascii_case("host"));
        let host = String::from_utf8(request.headers[0].1.clone()).unwrap();
        let outgoing = OutgoingAws {
            method: &request.method,
            target: &request.path,
            headers: &[("host", &host)],
            payload: &[],
            timestamp: self.now,
            region: "us-east-1",
            service: "service",
            double_encode: true,
        };
        let key = KeyPair { secret_id: &self.key_id, secret_key: &self.secret };
        request.query = presign_aws_v4(&outgoing, key, 3600);
        request
    }

    fn normal(&self, request: Request) -> Request {
        let path = if self.normalize { normal_path(&request.path) } else { request.path };
        Request { path, ..request }
    }

    /// What the gate says to a request, a second after it was signed.
    pub fn verdict(&self, request: &Request) -> Result<Verified, SignatureError> {
        request.seen(|incoming| {
            let claim = parse_for_gate(incoming, self.now + 1, &RULES)?;
            let secret = (claim.secret_id() == self.key_id).then_some(self.secret.as_str());
            verify(&claim, secret, Allowances::default())
        })
    }

    pub fn canonical(&self, request: &Request) -> (String, String) {
        request.seen(|incoming| {
            let explained = explain(&parse_for_gate(incoming, self.now, &RULES).unwrap());
            (explained.canonical_request.unwrap(), explained.string_to_sign)
        })
    }
}

impl Request {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
        let mut lines = head.lines();
        let first = lines.next().unwrap().trim_end_matches(" HTTP/1.1");
        let (method, target) = first.split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
        for line in lines {
            match line.split_once(':').filter(|_| !line.starts_with(' ')) {
                Some((name, value)) => headers.push((name.to_owned(), value.into())),
                // A value over several lines, as servers hand it on (RFC 9112 §5.2).
                None => headers.last_mut().unwrap().1.extend_from_slice(line.as_bytes()),
            }
        }
        let body = body.trim_end_matches('\n').into();
        Self { method: method.to_owned(), path: path.to_owned(), query: query.to_owned(), headers, body }
    }

    /// The request in one line, for a test that failed.
    pub fn shown(&self) -> String {
        let headers =
            self.headers.iter().map(|(name, value)| format!("{name}:{}", String::from_utf8_lossy(value)));
        let headers = headers.collect::<Vec<_>>().join(" | ");
        format!(
            "{} {}?{} | {headers} | {}",
            self.method,
            self.path,
            self.query,
            String::from_utf8_lossy(&self.body)
        )
    }

    pub fn seen<T>(&self, look: impl FnOnce(&Incoming<'_>) -> T) -> T {
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        look(&Incoming {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &headers,
            body: Body::Bytes(&self.body),
        })
    }
}

/// The path without dot segments and doubled slashes (RFC 3986 §5.2.4).
fn normal_path(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            other => kept.push(other),
        }
    }
    let is_folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end)) && !kept.is_empty();
    format!("/{}{}", kept.join("/"), if is_folder { "/" } else { "" })
}
