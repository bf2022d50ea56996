//! The languages that the API speaks.

/// The languages of error messages (`X-TC-Language`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Language {
    #[default]
    EnUs,
    ZhCn,
}

impl Language {
    /// The language of that name; any other name is English.
    pub fn from_name(name: Option<&str>) -> Self {
        match name {
            Some(name) if name.eq_ignore_ascii_case("zh-CN") => Self::ZhCn,
            _ => Self::EnUs,
        }
    }
}
