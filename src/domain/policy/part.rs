//! The parts of a statement.

/// What of a statement does not fit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Part {
    Action,
    Resource,
    /// A condition, as it is written, with the values it asks for and those of the request.
    Condition {
        written: String,
        wanted: Vec<String>,
        given: Vec<String>,
    },
}
