//! The tag service: nothing here has tags, and tools that ask beside CAM hear so.

use crate::api::action::{Action, Call, Service, fields, respond};
use crate::api::error::ApiError;
use serde_json::{Map, Value, json};

/// Entries of a page where the call does not say.
const LIMIT: i64 = 15;

pub const ACTIONS: &[Action] = &[
    made("DescribeResourceTagsByResourceIds", |call| respond(std::future::ready(tags_of_resources(&call)))),
    made("GetResources", |call| respond(std::future::ready(resources(&call)))),
    later("AddProject"),
    later("AddResourceTag"),
    later("AttachResourcesTag"),
    later("CreateTag"),
    later("CreateTags"),
    later("DeleteResourceTag"),
    later("DeleteTag"),
    later("DeleteTags"),
    later("DescribeProjects"),
    later("DescribeResourceTags"),
    later("DescribeResourceTagsByResourceIdsSeq"),
    later("DescribeResourceTagsByTagKeys"),
    later("DescribeResourcesByTags"),
    later("DescribeResourcesByTagsUnion"),
    later("DescribeTagKeys"),
    later("DescribeTagValues"),
    later("DescribeTagValuesSeq"),
    later("DescribeTags"),
    later("DescribeTagsSeq"),
    later("DetachResourcesTag"),
    later("GetTagKeys"),
    later("GetTagValues"),
    later("GetTags"),
    later("ModifyResourceTags"),
    later("ModifyResourcesTagValue"),
    later("TagResources"),
    later("UnTagResources"),
    later("UpdateProject"),
    later("UpdateResourceTagValue"),
];

const fn made(name: &'static str, run: fn(Call) -> crate::api::action::Answer) -> Action {
    Action { name, service: Service::Tag, is_mutating: false, run }
}

/// An action that exists elsewhere; it changes nothing here.
const fn later(name: &'static str) -> Action {
    made(name, |_| respond(std::future::ready(unsupported())))
}

fn unsupported() -> Result<Map<String, Value>, ApiError> {
    Err(ApiError::new(
        "UnsupportedOperation",
        (
            "This server keeps no tags; only empty lists of them can be read.",
            "本服务器不支持标签，只能查询到空列表。",
        ),
    ))
}

/// Needs no policy: it tells nothing, not even which resources there are.
fn tags_of_resources(call: &Call) -> Result<Map<String, Value>, ApiError> {
    let input = &call.input;
    input.only(&[
        "ServiceType",
        "ResourcePrefix",
        "ResourceIds",
        "ResourceRegion",
        "Offset",
        "Limit",
        "Category",
    ])?;
    let texts = ["ServiceType", "ResourcePrefix", "ResourceRegion", "Category"];
    texts.iter().try_for_each(|name| input.text(name).map(|_| ()))?;
    input.list_of_texts("ResourceIds")?;
    let (offset, limit) = (natural(call, "Offset")?.unwrap_or(0), natural(call, "Limit")?.unwrap_or(LIMIT));
    Ok(fields(json!({ "TotalCount": 0, "Offset": offset, "Limit": limit, "Tags": [] })))
}

/// The same.
fn resources(call: &Call) -> Result<Map<String, Value>, ApiError> {
    let input = &call.input;
    input.only(&["ResourceList", "TagFilters", "PaginationToken", "MaxResults"])?;
    input.list_of_texts("ResourceList")?;
    for filter in input.list_of_objects("TagFilters")?.unwrap_or_default() {
        filter.only(&["TagKey", "TagValue"])?;
        filter.text("TagKey")?;
        filter.list_of_texts("TagValue")?;
    }
    input.text("PaginationToken")?;
    natural(call, "MaxResults")?;
    Ok(fields(json!({ "PaginationToken": "", "ResourceTagMappingList": [] })))
}

/// A number that clients count with; 0 is none.
fn natural(call: &Call, name: &str) -> Result<Option<i64>, ApiError> {
    let number = call.input.nonzero(name)?;
    if number.is_some_and(|number| number < 0) {
        return Err(ApiError::wrong_value(name, ("0 or more is expected.", "应为不小于 0 的整数。")));
    }
    Ok(number)
}
