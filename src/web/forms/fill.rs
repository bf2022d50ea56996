//! Fills in a form of one of our own pages: the HTML comes from our templates, so it is well formed and escaped.

/// Settings whose names sound secret and are not.
const PLAIN: [&str; 3] = ["secret_reveal", "password_min_length", "must_change_password"];
const SOUNDS_SECRET: [&str; 8] = ["password", "secret", "token", "code", "csrf", "once", "seed", "confirm"];

/// Whether a field may be kept and filled in again.
pub fn is_plain(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    PLAIN.contains(&name) || !SOUNDS_SECRET.iter().any(|word| lower.contains(word))
}

/// The page with the fields of the form that is sent to `action` as given; hidden fields and passwords stay as they are.
pub fn form(html: &str, action: &str, fields: &[(String, String)]) -> String {
    let mut filled = String::with_capacity(html.len());
    let mut rest = html;
    let mut place = Place { is_inside: false, select: None, fields };
    while let Some((before, tag, after)) = next_tag(rest) {
        filled.push_str(before);
        rest = after;
        let name = tag.trim_start_matches('<').split([' ', '>', '\n']).next().unwrap_or_default();
        match name {
            "form" => place.is_inside = attribute(tag, "action").is_some_and(|to| to == action),
            "/form" => place.is_inside = false,
            "textarea" if place.is_inside => {
                filled.push_str(tag);
                rest = place.text_area(tag, rest, &mut filled);
                continue;
            }
            _ => {}
        }
        if place.is_inside {
            filled.push_str(&place.control(name, tag, rest));
        } else {
            filled.push_str(tag);
        }
    }
    filled.push_str(rest);
    filled
}

struct Place<'a> {
    is_inside: bool,
    select: Option<String>,
    fields: &'a [(String, String)],
}

impl Place<'_> {
    fn values(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    fn control(&mut self, name: &str, tag: &str, after: &str) -> String {
        match name {
            "input" => self.input(tag),
            "select" => {
                self.select = attribute(tag, "name");
                tag.to_owned()
            }
            "/select" => {
                self.select = None;
                tag.to_owned()
            }
            "option" => match &self.select {
                Some(select) => {
                    let text = || unescaped(after.split('<').next().unwrap_or_default());
                    let value = attribute(tag, "value").unwrap_or_else(text);
                    let values = self.values(select);
                    if values.is_empty() {
                        tag.to_owned()
                    } else {
                        marked(tag, "selected", values.contains(&value.as_str()))
                    }
                }
                None => tag.to_owned(),
            },
            _ => tag.to_owned(),
        }
    }

    fn input(&self, tag: &str) -> String {
        let Some(name) = attribute(tag, "name") else { return tag.to_owned() };
        let values = self.values(&name);
        if !is_plain(&name) {
            return tag.to_owned();
        }
        match attribute(tag, "type").as_deref() {
            Some("hidden" | "password" | "submit" | "file") => tag.to_owned(),
            // A box that is not ticked is not sent.
            Some("checkbox" | "radio") => {
                let value = attribute(tag, "value").unwrap_or_else(|| "on".to_owned());
                marked(tag, "checked", values.contains(&value.as_str()))
            }
            _ => values.first().map_or_else(|| tag.to_owned(), |value| with_value(tag, value)),
        }
    }

    fn text_area<'r>(&self, tag: &str, rest: &'r str, filled: &mut String) -> &'r str {
        let values = attribute(tag, "name").map(|name| self.values(&name)).unwrap_or_default();
        match (values.first(), rest.find("</textarea>")) {
            (Some(value), Some(end)) => {
                filled.push('\n');
                filled.push_str(&escaped(value));
                rest.get(end..).unwrap_or_default()
            }
            _ => rest,
        }
    }
}

/// What stands before the next tag, the tag, and what follows; quotation marks inside a tag are heeded.
fn next_tag(html: &str) -> Option<(&str, &str, &str)> {
    let start = html.find('<')?;
    let mut is_quoted = false;
    let end = html.char_indices().skip_while(|(at, _)| *at < start).find(|(_, letter)| {
        is_quoted ^= *letter == '"';
        *letter == '>' && !is_quoted
    });
    let end = end?.0 + 1;
    Some((html.get(..start)?, html.get(start..end)?, html.get(end..)?))
}

/// The text of an attribute of a tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next().map(unescaped)
}

/// A tag with or without an attribute that has no value.
fn marked(tag: &str, mark: &str, is_marked: bool) -> String {
    let bare = tag.replacen(&format!(" {mark}"), "", 1);
    match bare.strip_suffix('>') {
        Some(open) if is_marked => format!("{open} {mark}>"),
        _ => bare,
    }
}

fn with_value(tag: &str, value: &str) -> String {
    let value = escaped(value);
    let parts =
        tag.split_once(" value=\"").and_then(|(before, rest)| Some((before, rest.split_once('"')?.1)));
    match (parts, tag.strip_suffix('>')) {
        (Some((before, after)), _) => format!("{before} value=\"{value}\"{after}"),
        (None, Some(open)) => format!("{open} value=\"{value}\">"),
        (None, None) => tag.to_owned(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&#38;")
        .replace('<', "&#60;")
        .replace('>', "&#62;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}

fn unescaped(text: &str) -> String {
    let pairs =
        [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">")];
    let plain = pairs.iter().fold(text.to_owned(), |text, (written, meant)| text.replace(written, meant));
    plain.replace("&quot;", "\"").replace("&#38;", "&").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_kind_of_field_is_filled_in_its_own_form_only() {
        let page = concat!(
            r#"<input name="a" value="other"><form method="post" action="/x"><input type="hidden" name="csrf" value="t">"#,
            r#"<input name="a" value="old" title="1 > 0"><input name="b"><input type="password" name="p">"#,
            r#"<input type="checkbox" name="c" value="1" checked><input type="checkbox" name="c" value="2">"#,
            "<textarea name=\"d\">\nold</textarea>",
            r#"<select name="e"><option value="1" selected>One</option><option>Two</option></select></form>"#,
        );
        let sent = fields(&[
            ("a", "\"><script>"),
            ("b", "new"),
            ("p", "secret"),
            ("csrf", "forged"),
            ("secret_key", "x"),
            ("c", "2"),
            ("d", "</textarea>x"),
            ("e", "Two"),
        ]);

        let filled = form(page, "/x", &sent);

        for wanted in [
            r#"<input name="a" value="other">"#,
            r#"name="csrf" value="t""#,
            r#"<input name="a" value="&#34;&#62;&#60;script&#62;" title="1 > 0">"#,
            r#"<input name="b" value="new">"#,
            r#"<input type="password" name="p">"#,
            r#"name="c" value="1">"#,
            r#"name="c" value="2" checked>"#,
            "<textarea name=\"d\">\n&#60;/textarea&#62;x</textarea>",
            r#"<option value="1">One</option><option selected>Two</option>"#,
        ] {
            assert!(filled.contains(wanted), "{wanted} in {filled}");
        }
        assert_eq!(form(page, "/y", &sent), page);
    }
}
