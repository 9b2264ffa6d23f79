//! Parts of views that are made once, and the digests of views.

use serde::Serialize;
use tera::Value;

use crate::base::Digest;

/// A part of views that many pages share, made once for all of them.
#[derive(Debug)]
pub struct Prepared<T> {
    /// As it is.
    pub view: T,
    /// As the template language holds it.
    pub value: Value,
    /// Of all that is in it.
    pub digest: Digest,
}

impl<T: Serialize> Prepared<T> {
    /// Prepares a part of views.
    pub fn new(view: T) -> Self {
        Self { value: Value::from_serializable(&view), digest: digest(&view), view }
    }
}

/// The digest of a part of a view.
pub fn digest(view: &impl Serialize) -> Digest {
    Digest::of(&postcard::to_allocvec(view).expect("a view is plain data"))
}
