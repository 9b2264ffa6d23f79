//! What benchmarks share, and what a test runs with few pages so that none of it can rot.

pub(crate) mod code;
pub(crate) mod corpus;
pub(crate) mod floor;
pub(crate) mod peers;
