//! Style, script and pictures: inside the binary, under names that change with their content.

use crate::web::error::PageError;
use actix_web::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::HEXLOWER;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::Write;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

struct Asset {
    content_type: &'static str,
    plain: Vec<u8>,
    gzip: Vec<u8>,
}

struct Table {
    /// From plain to hashed name.
    names: HashMap<String, String>,
    /// By hashed name.
    assets: HashMap<String, Asset>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { names: HashMap::new(), assets: HashMap::new() };
    for name in Files::iter() {
        let Some(file) = Files::get(&name).filter(|_| name.contains('.')) else { continue };
        let plain = file.data.into_owned();
        let hash: String = HEXLOWER.encode(&Sha256::digest(&plain)).chars().take(16).collect();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
        let hashed = format!("{stem}.{hash}.{extension}");
        let asset = Asset { content_type: content_type(extension), gzip: compressed(&plain), plain };
        table.names.insert(name.to_string(), hashed.clone());
        table.assets.insert(hashed, asset);
    }
    table
});

fn content_type(extension: &str) -> &'static str {
    match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        _ => "image/svg+xml",
    }
}

/// Empty when compression fails: then the plain bytes are sent.
fn compressed(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).and_then(|()| encoder.finish()).unwrap_or_default()
}

/// The address of an asset by its plain name.
pub fn address(name: &str) -> String {
    TABLE.names.get(name).map_or_else(|| format!("/static/{name}"), |hashed| format!("/static/{hashed}"))
}

/// An asset by its hashed name.
pub async fn serve(request: HttpRequest, name: Path<String>) -> Result<HttpResponse, PageError> {
    let asset = TABLE.assets.get(name.as_str()).ok_or(PageError::NotFound)?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CONTENT_TYPE, asset.content_type));
    answer.insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"));
    answer.insert_header((VARY, "Accept-Encoding"));
    let wants_gzip = request.headers().get_all(ACCEPT_ENCODING).any(|value| {
        String::from_utf8_lossy(value.as_bytes()).split(',').any(|coding| coding.trim().starts_with("gzip"))
    });
    if wants_gzip && !asset.gzip.is_empty() {
        return Ok(answer.insert_header((CONTENT_ENCODING, "gzip")).body(asset.gzip.as_slice()));
    }
    Ok(answer.body(asset.plain.as_slice()))
}
