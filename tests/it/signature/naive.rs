//! The two schemes as plainly as their documentation tells them: whole strings, no reuse of the code under test.

use data_encoding::{BASE64, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(text).finalize().into_bytes().to_vec()
}

pub fn sha256_hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// The canonical request of headers that are sorted already.
pub fn canonical(method: &str, query: &str, headers: &[(String, String)], payload: &[u8]) -> String {
    let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    format!("{method}\n/\n{query}\n{}\n{}\n{}", lines.concat(), names.join(";"), sha256_hex(payload))
}

/// The `Authorization` header for a canonical request.
pub fn authorization(canonical: &str, id_and_key: (&str, &str), date: &str, scope: (&str, i64)) -> String {
    let (service, timestamp) = scope;
    let scope = format!("{date}/{service}/tc3_request");
    let to_sign = format!("TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{}", sha256_hex(canonical.as_bytes()));
    let key = hmac(format!("TC3{}", id_and_key.1).as_bytes(), date.as_bytes());
    let key = hmac(&hmac(&key, service.as_bytes()), b"tc3_request");
    let signature = HEXLOWER.encode(&hmac(&key, to_sign.as_bytes()));
    let names = canonical.rsplit('\n').nth(1).unwrap();
    format!(
        "TC3-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
        id_and_key.0
    )
}

/// A v1 signature over decoded parameters.
pub fn v1(sha256: bool, key: &str, request: (&str, &str), parameters: &[(String, String)]) -> String {
    let mut sorted = parameters.to_vec();
    sorted.sort();
    let joined = sorted.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    let text = format!("{}{}/?{joined}", request.0, request.1);
    if sha256 {
        return BASE64.encode(&hmac(key.as_bytes(), text.as_bytes()));
    }
    let mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).unwrap().chain_update(text);
    BASE64.encode(&mac.finalize().into_bytes())
}

/// Percent-encoding of everything but letters and digits.
pub fn encoded(text: &str) -> String {
    let letter = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(letter).collect()
}
