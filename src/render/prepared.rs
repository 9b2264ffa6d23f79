//! Parts of views that are made once, and the digests of views.

use std::any::TypeId;
use std::cell::RefCell;

use serde::Serialize;
use tera::Value;

use crate::base::Digest;

/// So many values a thread keeps: of the site, and of the navigation where sections meet.
const MOST_VALUES: usize = 3;

thread_local! {
    /// The values that this thread was asked for last: pages that share a part are rendered one
    /// after the other, and the values of all parts of a large site take much room.
    static VALUES: RefCell<Vec<(TypeId, Digest, Value)>> = const { RefCell::new(Vec::new()) };
}

/// A part of views that many pages share, made once for all of them.
#[derive(Debug)]
pub struct Prepared<T> {
    /// As it is.
    pub view: T,
    /// Of all that is in it.
    pub digest: Digest,
}

impl<T: Serialize + 'static> Prepared<T> {
    /// Prepares a part of views.
    pub fn new(view: T) -> Self {
        Self { digest: digest(&view), view }
    }

    /// As the template language holds it.
    pub fn value(&self) -> Value {
        let is_this = |(kind, digest, _): &(TypeId, Digest, Value)| {
            *kind == TypeId::of::<T>() && *digest == self.digest
        };
        VALUES.with_borrow_mut(|values| {
            let found = values.iter().position(is_this);
            let known = found.map(|place| values.remove(place));
            let make = || {
                let value = Value::from_serializable(&self.view);
                (TypeId::of::<T>(), self.digest, value)
            };
            let known = known.unwrap_or_else(make);
            let value = known.2.clone();
            values.insert(0, known);
            values.truncate(MOST_VALUES);
            value
        })
    }
}

/// The digest of a part of a view.
pub fn digest(view: &impl Serialize) -> Digest {
    Digest::of(&postcard::to_allocvec(view).expect("a view is plain data"))
}
