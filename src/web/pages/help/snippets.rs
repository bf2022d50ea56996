//! How each client calls this server: texts that work when pasted.

use crate::config::PublicUrl;

/// Stands where a SecretId would be, for a person without keys.
const NO_KEY: &str = "YOUR_SECRET_ID";

/// A client, and what it takes to try it.
pub struct Tool {
    pub id: &'static str,
    pub label: &'static str,
    /// How to install it; nothing where it is there already.
    pub install: &'static str,
    /// How it trusts a certificate of one's own authority.
    pub trust: &'static str,
    text: &'static str,
}

/// All clients, the one that needs least first.
pub const TOOLS: &[Tool] = &[
    Tool {
        id: "curl",
        label: "curl",
        install: "",
        trust: "add --cacert ca.pem to curl.",
        text: include_str!("../../../../templates/help/curl.txt"),
    },
    Tool {
        id: "tccli",
        label: "tccli",
        install: "pip install tccli",
        trust: "add the certificate to the bundle of Python’s certifi. There is no option for it.",
        text: include_str!("../../../../templates/help/tccli.txt"),
    },
    Tool {
        id: "python",
        label: "Python",
        install: "pip install tencentcloud-sdk-python-common tencentcloud-sdk-python-cam",
        trust: "pass certification=\"ca.pem\" to HttpProfile.",
        text: include_str!("../../../../templates/help/python.txt"),
    },
    Tool {
        id: "node",
        label: "Node",
        install: "npm install tencentcloud-sdk-nodejs",
        trust: "set NODE_EXTRA_CA_CERTS=ca.pem.",
        text: include_str!("../../../../templates/help/node.txt"),
    },
    Tool {
        id: "go",
        label: "Go",
        install: "go get github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cam",
        trust: "give the client a transport with client.WithHttpTransport.",
        text: include_str!("../../../../templates/help/go.txt"),
    },
    Tool {
        id: "java",
        label: "Java",
        install: "com.tencentcloudapi:tencentcloud-sdk-java-cam",
        trust: "add the certificate to the JVM’s trust store.",
        text: include_str!("../../../../templates/help/java.txt"),
    },
    Tool {
        id: "php",
        label: "PHP",
        install: "composer require tencentcloud/cam",
        trust: "set curl.cainfo in php.ini.",
        text: include_str!("../../../../templates/help/php.txt"),
    },
];

impl Tool {
    /// The tool of that name; any other name is the first.
    pub fn named(name: &str) -> Option<&'static Self> {
        TOOLS.iter().find(|tool| tool.id == name).or(TOOLS.first())
    }

    /// The snippet for this server and a key. It holds no secret.
    pub fn snippet(&self, address: &Address, secret_id: Option<&str>) -> String {
        self.text
            .replace("{origin}", &address.origin)
            .replace("{host}", &address.host)
            .replace("{scheme}", address.scheme)
            .replace("{SCHEME}", &address.scheme.to_uppercase())
            .replace("{tccli_endpoint}", address.tccli_endpoint())
            .replace("{secret_id}", secret_id.unwrap_or(NO_KEY))
    }
}

/// Where programs reach this server, in the spellings that clients want.
pub struct Address {
    pub origin: String,
    /// With the port, unless it is the usual one.
    pub host: String,
    pub scheme: &'static str,
    pub is_https: bool,
}

impl Address {
    /// Of the address that the operator set.
    pub fn of(url: &PublicUrl) -> Self {
        let (origin, is_https) = (url.origin(), url.is_https());
        let scheme = if is_https { "https" } else { "http" };
        let host = origin.split_once("://").map_or("", |(_, host)| host).to_owned();
        Self { origin, host, scheme, is_https }
    }

    /// tccli speaks plain HTTP only when the endpoint says so.
    pub fn tccli_endpoint(&self) -> &str {
        if self.is_https { &self.host } else { &self.origin }
    }
}
