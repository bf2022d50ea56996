//! What the User List can be sorted by: the heads of its columns.

use crate::domain::user_search::{Sorted, UserOrder, UserSort};
use crate::web::query::Query;

/// The parameters that say what the list shows, and those that say from where on.
pub const FIELDS: [&str; 5] = ["q", "type", "mfa", "key", "sort"];
pub const PLACES: [&str; 2] = ["after", "before"];

/// The head of a column that the list can be sorted by.
pub struct Column {
    pub label: &'static str,
    /// Where the list is sorted by it, or the other way round where it is already.
    pub href: String,
    /// `aria-sort` of the column, where the list is sorted by it.
    pub sorted: Option<&'static str>,
}

/// Names in addresses, and what heads of columns say, in the order of the columns.
const SORTS: [(UserSort, &str, &str); 4] = [
    (UserSort::Name, "name", "User name"),
    (UserSort::Keys, "keys", "API keys"),
    (UserSort::LastUse, "used", "Key use"),
    (UserSort::Created, "created", "Created"),
];

/// The orders to choose from in the form, as addresses name them.
pub const ORDERS: [(&str, &str); 8] = [
    ("", "User name"),
    ("-name", "User name, Z to A"),
    ("-keys", "Most API keys"),
    ("keys", "Fewest API keys"),
    ("-used", "Key used last"),
    ("used", "Key unused longest"),
    ("-created", "Newest"),
    ("created", "Oldest"),
];

/// The order that an address asks for: the name of a sort, with `-` before it from the last to the first.
pub fn order_of(text: &str) -> Option<UserOrder> {
    if text.is_empty() {
        return Some(UserOrder::default());
    }
    let (name, is_descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    let (sort, ..) = SORTS.into_iter().find(|(_, known, _)| *known == name)?;
    Some(UserOrder { sort, is_descending })
}

impl Column {
    /// The heads of the columns of a list that was asked for in that order.
    pub fn all(query: &Query, order: UserOrder, sorted: Sorted) -> [Self; 4] {
        let order = match sorted {
            Sorted::AsAsked => Some(order),
            Sorted::ByName => Some(UserOrder::default()),
            Sorted::ByMatch => None,
        };
        SORTS.map(|(sort, name, label)| {
            let current = order.filter(|order| order.sort == sort);
            // Names begin at A; of numbers and times the greatest are of interest first.
            let is_descending = current.map_or(sort != UserSort::Name, |order| !order.is_descending);
            let wanted = if is_descending { format!("-{name}") } else { name.to_owned() };
            let sorted = current.map(|order| if order.is_descending { "descending" } else { "ascending" });
            let href = query.with(&[("after", ""), ("before", ""), ("sort", &wanted)]);
            Self { label, href: format!("/users{href}"), sorted }
        })
    }
}
