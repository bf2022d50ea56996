//! QR codes as pictures that need no script, no style attribute and no image file.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// Readers need this much white around the code, in modules.
const QUIET_ZONE: i32 = 4;

/// An inline SVG of `text` for a page; `None` when it is too long for any QR code.
///
/// The white ground is drawn, so that the code can be scanned on a dark page.
pub fn svg(text: &str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let side = code.size() + 2 * QUIET_ZONE;
    let modules = path_of(&code);
    Some(format!(
        "<svg class=\"qr\" role=\"img\" aria-label=\"QR code\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\" xmlns=\"http://www.w3.org/2000/svg\">\
         <rect class=\"qr-ground\" width=\"{side}\" height=\"{side}\" fill=\"#fff\"/>\
         <path class=\"qr-modules\" fill=\"#000\" d=\"{modules}\"/></svg>"
    ))
}

/// One rectangle per run of dark modules in a row.
fn path_of(code: &QrCode) -> String {
    let mut path = String::new();
    for row in 0..code.size() {
        let mut column = 0;
        while column < code.size() {
            let run = (column..code.size()).take_while(|x| code.get_module(*x, row)).count();
            let run = i32::try_from(run).unwrap_or_default();
            if run > 0 {
                let (x, y) = (column + QUIET_ZONE, row + QUIET_ZONE);
                let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
            }
            column += run + 1;
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_labelled_picture_without_style_attributes() {
        let picture = svg("otpauth://totp/Camlock:alice?secret=GEZDGNBVGY3TQOJQ&issuer=Camlock").unwrap();

        assert!(picture.starts_with("<svg class=\"qr\" role=\"img\" aria-label=\"QR code\" viewBox=\"0 0 "));
        assert!(picture.contains("fill=\"#fff\""));
        assert!(!picture.contains("style"));
    }

    #[test]
    fn the_path_covers_exactly_the_dark_modules() {
        let code = QrCode::encode_text("camlock", QrCodeEcc::Medium).unwrap();
        let dark = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let dark = dark.filter(|(x, y)| code.get_module(*x, *y)).count();

        let path = path_of(&code);
        let runs = path.split('M').skip(1).map(|part| part.split(['h', 'v']).nth(1).unwrap());

        assert_eq!(runs.map(|run| run.parse::<usize>().unwrap()).sum::<usize>(), dark);
    }

    #[test]
    fn what_is_too_long_for_a_code_gives_none() {
        assert_eq!(svg(&"a".repeat(5000)), None);
    }
}
