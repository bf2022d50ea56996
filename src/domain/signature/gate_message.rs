//! What a client is told that the gate refused, in both languages.

use super::error::AuthorizationPart;
use super::gate_fault::GateFault;

pub(super) fn english(fault: &GateFault) -> String {
    use GateFault as F;
    match fault {
        F::TwoSignatures => {
            "The request is signed twice: in the Authorization header and in the query.".into()
        }
        F::DoubledParameter(name) => format!("The query has `{name}` more than once."),
        F::UnsupportedScheme(name) => format!("The scheme `{name}` is not supported. {SCHEMES}"),
        F::Credential(part) => format!("The AWS4-HMAC-SHA256 signature does not conform. {}", rule(*part)),
        F::ScopeDate { claimed, expected } => {
            format!(
                "The date in Credential differs: it is {claimed}, and the request is dated {expected} (UTC)."
            )
        }
        F::SessionToken => {
            "`X-Amz-Security-Token` belongs to temporary credentials, which are not accepted here.".into()
        }
        F::Region(name) => format!("The region `{name}` in Credential is not one that this gateway takes."),
        F::Service(name) => format!("The service `{name}` in Credential is not one that this gateway takes."),
        F::Streaming => {
            "This gateway does not take bodies that are signed chunk by chunk (STREAMING-…).".into()
        }
        F::BodyNotCovered => {
            "The body is not covered: the gateway did not hash it, and the request does not sign its hash in \
             X-Amz-Content-SHA256."
                .into()
        }
        F::BodyHash { received } => format!(
            "The body differs: X-Amz-Content-SHA256 is not the hash of the body received, which is {received}."
        ),
        F::PathNotCovered => {
            "This scheme does not cover the path, so only `/` can be called with it. Use AWS4-HMAC-SHA256."
                .into()
        }
        F::ExpiredPresigned { ended, now } => {
            format!("This presigned URL ended at {ended}. The server time is {now}.")
        }
        F::NotYetValid { begins, now } => {
            format!("This presigned URL begins at {begins}. The server time is {now}.")
        }
        F::SignedHeaderChanged(name) => format!(
            "The signature does not match, and it covers `{name}`, which proxies change. Leave it out of SignedHeaders."
        ),
    }
}

const SCHEMES: &str = "Use AWS4-HMAC-SHA256 or TC3-HMAC-SHA256.";

fn rule(part: AuthorizationPart) -> &'static str {
    use AuthorizationPart as Part;
    match part {
        Part::Header | Part::Skipped => {
            "It must be Credential, SignedHeaders and Signature, each once, in at most 4096 bytes of printable ASCII."
        }
        Part::Repeated => "There must be one Authorization header only.",
        Part::Algorithm => "It must name AWS4-HMAC-SHA256.",
        Part::Credential => "`Credential` must be AccessKeyId/date/region/service/aws4_request.",
        Part::SecretId => "The access key id in Credential is not well formed.",
        Part::Date => "The date in Credential must be YYYYMMDD.",
        Part::Service => "Region or service in Credential is empty or not well formed.",
        Part::Terminator => "`Credential` must end with aws4_request.",
        Part::SignedHeaders => {
            "`SignedHeaders` must list at most 64 lower-case names, sorted, each once, joined by `;`."
        }
        Part::Signature => "`Signature` must be 64 lower-case hexadecimal digits.",
    }
}

pub(super) fn chinese(fault: &GateFault) -> String {
    use GateFault as F;
    match fault {
        F::TwoSignatures => "请求被签名了两次：Authorization 请求头和查询串中都有签名。".into(),
        F::DoubledParameter(name) => format!("查询串中 `{name}` 出现了多次。"),
        F::UnsupportedScheme(name) => {
            format!("不支持签名方法 `{name}`，请使用 AWS4-HMAC-SHA256 或 TC3-HMAC-SHA256。")
        }
        F::Credential(part) => format!("AWS4-HMAC-SHA256 签名不符合规范：{}", rule_zh(*part)),
        F::ScopeDate { claimed, expected } => {
            format!("Credential 中的日期不一致：填写的是 {claimed}，而请求的 UTC 日期是 {expected}。")
        }
        F::SessionToken => "`X-Amz-Security-Token` 属于临时密钥，此处不接受。".into(),
        F::Region(name) => format!("该网关不接受 Credential 中的地域 `{name}`。"),
        F::Service(name) => format!("该网关不接受 Credential 中的服务 `{name}`。"),
        F::Streaming => "该网关不接受分块签名的请求体（STREAMING-…）。".into(),
        F::BodyNotCovered => {
            "签名未覆盖请求体：网关没有计算它的哈希值，请求也没有在 X-Amz-Content-SHA256 中对哈希值签名。"
                .into()
        }
        F::BodyHash { received } => {
            format!("请求体不一致：X-Amz-Content-SHA256 与收到的请求体的哈希值不同，后者为 {received}。")
        }
        F::PathNotCovered => "该签名方法不覆盖路径，只能用于 `/`，请使用 AWS4-HMAC-SHA256。".into(),
        F::ExpiredPresigned { ended, now } => format!("该预签名 URL 已于 {ended} 失效，服务器时间为 {now}。"),
        F::NotYetValid { begins, now } => format!("该预签名 URL 自 {begins} 起有效，服务器时间为 {now}。"),
        F::SignedHeaderChanged(name) => {
            format!("签名不匹配，且签名覆盖了代理会修改的请求头 `{name}`，请不要把它列入 SignedHeaders。")
        }
    }
}

fn rule_zh(part: AuthorizationPart) -> &'static str {
    use AuthorizationPart as Part;
    match part {
        Part::Header | Part::Skipped => {
            "须由 Credential、SignedHeaders、Signature 各一项组成，且为不超过 4096 字节的可打印 ASCII 字符。"
        }
        Part::Repeated => "Authorization 请求头只能有一个。",
        Part::Algorithm => "签名方法须为 AWS4-HMAC-SHA256。",
        Part::Credential => "`Credential` 的格式为 AccessKeyId/日期/地域/服务/aws4_request。",
        Part::SecretId => "Credential 中的访问密钥 ID 格式不正确。",
        Part::Date => "Credential 中的日期格式为 YYYYMMDD。",
        Part::Service => "Credential 中的地域或服务为空或格式不正确。",
        Part::Terminator => "`Credential` 必须以 aws4_request 结尾。",
        Part::SignedHeaders => "`SignedHeaders` 须为不超过 64 个小写、升序、不重复的名称，以 `;` 分隔。",
        Part::Signature => "`Signature` 须为 64 位小写十六进制数。",
    }
}
