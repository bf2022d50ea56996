//! Webhooks as people write them.

use super::address::may_send;
use super::{LONGEST_NAME, LONGEST_URL, WebhookPlan};
use crate::domain::field::{self, FieldError, Label};
use crate::domain::notice::Topic;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use url::{Host, Url};

/// What is said of an address that leads to where webhooks may not go, or nowhere: the same, so that nobody learns which.
pub const NOT_THERE: Label = (
    "Nothing is sent to this address: its name is not known, or leads to an address that is not public. \
     The operator can allow private addresses with webhooks.allow_private.",
    "无法向该地址发送：域名无法解析，或指向非公网地址。管理员可通过 webhooks.allow_private 允许内网地址。",
);

/// A webhook as it was written.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct WrittenWebhook {
    pub name: String,
    pub url: String,
    pub topics: Vec<String>,
    pub is_enabled: bool,
}

impl WrittenWebhook {
    /// The webhook that is meant, or everything that does not fit. Names of hosts are looked up later.
    pub fn read(&self, allows_private: bool) -> Result<WebhookPlan, Vec<FieldError>> {
        let name = field::required("name", ("name", "名称"), &self.name, LONGEST_NAME);
        let url = read_url(&self.url, allows_private).map_err(|told| FieldError::new("url", told));
        let topics = self.read_topics().map_err(|told| FieldError::new("event", told));
        match (name, url, topics) {
            (Ok(name), Ok(url), Ok(topics)) => {
                Ok(WebhookPlan { name, url, topics, is_enabled: self.is_enabled })
            }
            (name, url, topics) => Err([name.err(), url.err(), topics.err()].into_iter().flatten().collect()),
        }
    }

    /// The topics in their order.
    fn read_topics(&self) -> Result<Vec<Topic>, (String, String)> {
        if let Some(unknown) = self.topics.iter().find(|name| Topic::from_name(name).is_none()) {
            let known = Topic::ALL.map(Topic::as_str).join(", ");
            let shown: String = unknown.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
            return Err((
                format!("There is no topic `{shown}`. There are {known}."),
                format!("没有主题 `{shown}`，可选：{known}。"),
            ));
        }
        let topics: Vec<Topic> = Topic::ALL.into_iter().filter(|topic| self.has(*topic)).collect();
        if topics.is_empty() {
            return Err(("Choose at least one kind of event.".to_owned(), "请至少选择一类事件。".to_owned()));
        }
        Ok(topics)
    }

    /// A webhook as it would be written.
    #[must_use]
    pub fn of(plan: &WebhookPlan) -> Self {
        Self {
            name: plan.name.clone(),
            url: plan.url.to_string(),
            topics: plan.topics.iter().map(|topic| topic.as_str().to_owned()).collect(),
            is_enabled: plan.is_enabled,
        }
    }

    /// Whether a webhook that is there is only turned off, or left off: nothing is sent to it, so that this can be done also where
    /// the operator does not allow its address any more.
    #[must_use]
    pub fn lets_be(&self, before: &WebhookPlan) -> bool {
        !self.is_enabled && self.url == before.url.as_str()
    }

    /// Whether a topic is chosen.
    #[must_use]
    pub fn has(&self, topic: Topic) -> bool {
        self.topics.iter().any(|name| name == topic.as_str())
    }
}

/// An address to which something can be sent, in its one spelling.
fn read_url(text: &str, allows_private: bool) -> Result<Url, Label> {
    let text = text.trim();
    if text.len() > LONGEST_URL {
        return Err(("Use at most 1024 characters for the address.", "地址不能超过 1024 个字符。"));
    }
    let url = Url::parse(text).map_err(|_| {
        (
            "Enter an address such as https://hooks.example.com/camlock.",
            "请输入形如 https://hooks.example.com/camlock 的地址。",
        )
    })?;
    match url.scheme() {
        "https" => {}
        "http" if allows_private => {}
        "http" => {
            return Err((
                "Begin with https://. Plain http:// is for private addresses, which the operator can allow.",
                "地址应以 https:// 开头；http:// 仅可用于管理员允许的内网地址。",
            ));
        }
        _ => return Err(("Begin with https://.", "地址应以 https:// 开头。")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err((
            "Leave user name and password out of the address. Messages are signed, so that a receiver knows them.",
            "地址中不能包含用户名和密码；消息带有签名，接收方可据此识别。",
        ));
    }
    if url.fragment().is_some() {
        return Err(("Leave out what comes after #: it is not sent.", "请去掉 # 之后的内容，它不会被发送。"));
    }
    if url.port() == Some(0) {
        return Err(("Nobody listens on port 0.", "端口不能为 0。"));
    }
    match literal(&url) {
        Some(address) if !may_send(&url, address, allows_private) => Err(NOT_THERE),
        _ => Ok(url),
    }
}

/// The address that stands in place of a name.
fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_private_address_is_refused() {
        for url in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://127.0.0.1./",
            "https://１２７.0.0.1/",
            "https://[::1]/",
            "https://[0:0:0:0:0:0:0:1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://0/",
            "https://10.1/",
            "https://169.254.169.254/latest/meta-data/",
        ] {
            assert_eq!(read_url(url, false), Err(NOT_THERE), "{url}");
        }
        assert!(read_url("https://169.254.169.254/", true).is_err());
        assert!(read_url("http://127.0.0.1:8080/hook", true).is_ok());
    }

    #[test]
    fn an_address_is_https_without_a_password_and_without_an_end_that_is_not_sent() {
        for url in [
            "",
            "hooks",
            "/hooks",
            "http://hooks.example.com/",
            "ftp://hooks.example.com/",
            "file:///etc/passwd",
            "https://",
            "https://user:secret@hooks.example.com/",
            "https://user@hooks.example.com/",
            "https://hooks.example.com/#part",
            "https://hooks.example.com:0/",
        ] {
            assert!(read_url(url, false).is_err(), "{url}");
        }
        let url = read_url(" HTTPS://Hooks.Example.COM:443/camlock?team=1 ", false).unwrap();
        assert_eq!(url.as_str(), "https://hooks.example.com/camlock?team=1");
        assert!(read_url(&format!("https://a.example/{}", "x".repeat(LONGEST_URL)), false).is_err());
    }
}
