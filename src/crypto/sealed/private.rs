//! A value that belongs to a subject, and how it stands in JSON while it is in memory.

use crate::domain::ids::{GuestId, ShareId, StaffId, TEXT_BYTES};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, MapAccess, Visitor},
};
use std::{borrow::Cow, fmt, marker::PhantomData, str::FromStr, sync::Arc};

/// Whose data it is: who can be forgotten as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An outside person.
    Guest(GuestId),
    /// A share: its texts and file names.
    Share(ShareId),
    /// A member of staff.
    Staff(StaffId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; TEXT_BYTES];
        let (kind, id) = match self {
            Self::Guest(id) => ("guest:", id.text(&mut digits)),
            Self::Share(id) => ("share:", id.text(&mut digits)),
            Self::Staff(id) => ("staff:", id.text(&mut digits)),
        };
        f.write_str(kind)?;
        f.write_str(id)
    }
}

/// A text that names no subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a subject is guest:, share: or staff: and an id")]
pub struct InvalidSubject;

impl FromStr for Subject {
    type Err = InvalidSubject;

    fn from_str(text: &str) -> Result<Self, InvalidSubject> {
        let (kind, id) = text.split_once(':').ok_or(InvalidSubject)?;
        match kind {
            "guest" => id.parse().map(Self::Guest),
            "share" => id.parse().map(Self::Share),
            "staff" => id.parse().map(Self::Staff),
            _ => return Err(InvalidSubject),
        }
        .map_err(|_| InvalidSubject)
    }
}

/// A value that belongs to a subject. Clones share it: events and the state hold the same names many times over.
#[derive(PartialEq, Eq)]
pub struct Private<T> {
    subject: Subject,
    value: Option<Arc<T>>,
}

impl<T> Clone for Private<T> {
    fn clone(&self) -> Self {
        Self { subject: self.subject, value: self.value.clone() }
    }
}

impl<T> Private<T> {
    /// A value of that subject.
    pub fn new(subject: Subject, value: T) -> Self {
        Self { subject, value: Some(Arc::new(value)) }
    }

    /// The value, unless its subject was erased.
    pub fn get(&self) -> Option<&T> {
        self.value.as_deref()
    }

    /// Whose it is.
    pub const fn subject(&self) -> Subject {
        self.subject
    }

    /// Whether its subject was erased.
    pub const fn erased(&self) -> bool {
        self.value.is_none()
    }
}

/// What it holds is never printed.
impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Private({})", self.subject)
    }
}

/// Where an opened value names its subject; no event has a field of this name.
pub const SUBJECT: &str = "~";
/// Where an opened value stands.
pub const VALUE: &str = "v";

/// A private value as it is in memory; `walk` knows its form.
#[derive(Serialize)]
struct Opened<'a, T> {
    #[serde(rename = "~")]
    subject: String,
    v: Option<&'a T>,
}

impl<T: Serialize> Serialize for Private<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Opened { subject: self.subject.to_string(), v: self.value.as_deref() }.serialize(to)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Private<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(InClear(PhantomData))
    }
}

/// Reads a private value as it is in memory. Only as a map: whoever writes a list of the same two into a line would pass by `walk`.
struct InClear<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for InClear<T> {
    type Value = Private<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a private value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut parts: A) -> Result<Private<T>, A::Error> {
        let (mut subject, mut value) = (None, None);
        while let Some(name) = parts.next_key::<Cow<'de, str>>()? {
            match &*name {
                SUBJECT => subject = Some(parts.next_value::<Cow<'de, str>>()?.parse().map_err(A::Error::custom)?),
                VALUE => value = Some(parts.next_value::<Option<T>>()?.map(Arc::new)),
                other => return Err(A::Error::unknown_field(other, &[SUBJECT, VALUE])),
            }
        }
        match (subject, value) {
            (Some(subject), Some(value)) => Ok(Private { subject, value }),
            (None, _) => Err(A::Error::missing_field(SUBJECT)),
            (_, None) => Err(A::Error::missing_field(VALUE)),
        }
    }
}
