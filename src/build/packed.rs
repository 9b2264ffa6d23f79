//! Values that are held as bytes until somebody needs them.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value as bytes. Of each page of a large site it is needed for a moment, if at all, and takes a
/// third of the room so.
pub(super) struct Packed<T> {
    bytes: Arc<[u8]>,
    value: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Packed<T> {
    pub(super) fn new(value: &T) -> Self {
        let bytes = postcard::to_allocvec(value).expect("plain data can be written");
        Self { bytes: bytes.into(), value: PhantomData }
    }

    /// The value, made anew.
    pub(super) fn get(&self) -> T {
        postcard::from_bytes(&self.bytes).expect("the bytes were made from a value")
    }
}

impl<T> Packed<T> {
    /// True for two that were made as one.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.bytes, &other.bytes)
    }
}

impl<T> Clone for Packed<T> {
    fn clone(&self) -> Self {
        Self { bytes: Arc::clone(&self.bytes), value: PhantomData }
    }
}

impl<T> Serialize for Packed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.bytes)
    }
}

impl<'de, T> Deserialize<'de> for Packed<T> {
    /// What is read isn't looked at: it comes from the cache, which says by a digest that it is as it
    /// was written.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Arc<[u8]>;
            fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                Ok(bytes.into())
            }
        }
        let bytes = deserializer.deserialize_bytes(Bytes)?;
        Ok(Self { bytes, value: PhantomData })
    }
}
