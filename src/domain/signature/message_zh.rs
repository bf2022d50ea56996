//! The same texts in Chinese.

use super::error::{AuthorizationPart, Difference, HeaderFault, Mismatch, Shape, SignatureError};
use super::gate_message;

pub(super) fn chinese(error: &SignatureError) -> String {
    use SignatureError as E;
    match error {
        E::MissingCredentials => "请求未签名：既没有 Authorization 请求头，也没有 Signature 参数。".into(),
        E::Missing(name) => format!("缺少 `{name}`。"),
        E::Doubled(name) => format!("`{name}` 出现了多次。"),
        E::V1Signature => "`Signature` 不是该签名方法的 Base64 签名串，其中的 `+` 需编码为 `%2B`。".into(),
        E::Malformed(name) => format!("`{name}` 的取值不合法。"),
        E::Authorization(part) => format!("Authorization 请求头不符合规范：{}", authorization(*part)),
        E::SignedHeader { name, fault } => signed_header(name, *fault),
        E::ScopeDate { claimed, expected } => {
            format!(
                "Credential 中的日期不一致：填写的是 {claimed}，而 X-TC-Timestamp 对应的 UTC 日期是 {expected}。"
            )
        }
        E::Expired { claimed, now } => expired(*claimed, *now),
        E::Method => "仅支持 GET 和 POST 请求。".into(),
        E::Shape(shape) => shape_text(*shape).into(),
        E::TooLarge { limit } => format!("请求超过了 {limit} 字节的上限。"),
        E::BodyHash { received } => {
            format!("请求体不一致：X-TC-Content-SHA256 与收到的请求体的哈希值不同，后者为 {received}。")
        }
        E::UnsignedPayload => "所有接口都要求对请求体签名，不接受 UNSIGNED-PAYLOAD。".into(),
        E::V1Off => "该账号未启用 HmacSHA1 和 HmacSHA256 签名，请使用 TC3-HMAC-SHA256。".into(),
        E::V1Ambiguous(name) => format!("参数 `{name}` 无法用该签名方法安全签名，请使用 TC3-HMAC-SHA256。"),
        E::SecretIdNotFound => "SecretId 不存在，或已被禁用、删除。".into(),
        E::Mismatch(seen) => mismatch(seen),
        E::Gate(fault) => gate_message::chinese(fault),
    }
}

fn authorization(part: AuthorizationPart) -> &'static str {
    use AuthorizationPart as Part;
    match part {
        Part::Header => "必须是不超过 1024 字节的可打印 ASCII 字符。",
        Part::Repeated => "只能有一个。",
        Part::Skipped => "客户端设置了跳过签名。",
        Part::Algorithm => "必须以 TC3-HMAC-SHA256 加一个空格开头。",
        Part::Credential => "`Credential` 的格式为 SecretId/日期/服务/tc3_request。",
        Part::SecretId => "Credential 中的 `SecretId` 格式不正确。",
        Part::Date => "Credential 中的 `Date` 格式为 YYYY-MM-DD。",
        Part::Service => "Credential 中的 `Service` 为空或格式不正确。",
        Part::Terminator => "`Credential` 必须以 tc3_request 结尾。",
        Part::SignedHeaders => "`SignedHeaders` 须为小写、按 ASCII 升序、不重复的名称，以 `;` 分隔。",
        Part::Signature => "`Signature` 须为 64 位小写十六进制数，并放在最后。",
    }
}

fn signed_header(name: &str, fault: HeaderFault) -> String {
    match fault {
        HeaderFault::NotSigned => format!("Authorization 的 `SignedHeaders` 必须包含 `{name}`。"),
        HeaderFault::Absent => format!("`SignedHeaders` 中列出了 `{name}`，但请求中没有该请求头。"),
        HeaderFault::Repeated => format!("`SignedHeaders` 中列出了 `{name}`，但请求中该请求头出现了多次。"),
        HeaderFault::Value => format!("已签名的请求头 `{name}` 的取值含有控制字符。"),
    }
}

fn expired(claimed: i64, now: i64) -> String {
    let skew = i128::from(claimed) - i128::from(now);
    let (amount, side) = (skew.unsigned_abs(), if skew < 0 { "慢" } else { "快" });
    format!(
        "时间不一致：请求时间戳 {claimed} 比服务器时间 {now} {side} {amount} 秒，最多允许相差 300 秒。\
         请校准客户端时钟，时间戳的单位是秒而不是毫秒。"
    )
}

fn shape_text(shape: Shape) -> &'static str {
    match shape {
        Shape::PostWithQuery => "POST 请求不能带查询串，签名不覆盖它。",
        Shape::GetWithBody => "GET 请求不能带请求体，签名不覆盖它。",
        Shape::GetContentType => "签名的 GET 请求的 Content-Type 须为 application/x-www-form-urlencoded。",
        Shape::PostContentType => {
            "TC3-HMAC-SHA256 的 POST 请求的 Content-Type 须为 application/json、multipart/form-data 或 \
             application/octet-stream。"
        }
        Shape::Query => "查询串中含有应当编码的空格或控制字符。",
        Shape::Form => "参数不是格式正确的 UTF-8 urlencoded 表单。",
        Shape::FormUnread => "HmacSHA1 和 HmacSHA256 签名需要完整的表单，仅有哈希值不够。",
    }
}

fn mismatch(seen: &Mismatch) -> String {
    let difference = match seen.difference {
        Some(Difference::EmptyBody) => "请求体不一致：客户端对空请求体做了签名。",
        Some(Difference::UnsignedPayload) => {
            "请求体哈希不一致：客户端签的是 UNSIGNED-PAYLOAD，却没有发送 X-TC-Content-SHA256 请求头。"
        }
        Some(Difference::Path) => "路径不一致：无论实际路径是什么，规范请求中的 URI 都是 `/`。",
        Some(Difference::Query) => "查询串不一致：客户端对空查询串做了签名。",
        Some(Difference::Encoding) => "路径不一致：客户端对路径的编码次数（一次或两次）与网关要求的不同。",
        None => "请检查 SecretKey 是否带有空格，并将所签内容与服务器收到的内容对照。",
    };
    let Mismatch { timestamp, now, host, scope, signed_headers, body_sha256, .. } = seen;
    let received = if scope.is_empty() {
        format!("时间戳 {timestamp}，主机 {host}")
    } else {
        format!(
            "时间戳 {timestamp}，凭证范围 {scope}，主机 {host}，签名请求头 {signed_headers}，请求体 SHA-256 {body_sha256}"
        )
    };
    let skew = i128::from(*timestamp) - i128::from(*now);
    format!("签名不匹配。{difference}服务器收到：{received}。服务器时间为 {now}，时间戳相差 {skew} 秒。")
}
