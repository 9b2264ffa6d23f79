//! Who somebody is: keys of `[people]`, names, and what git knows people by.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Person;

/// What git knows somebody by.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Identity {
    /// The name.
    pub name: String,
    /// The address; may be empty.
    pub email: String,
}

impl Identity {
    /// Reads `Name <address>`; what has no address is a name.
    pub fn parse(text: &str) -> Self {
        let (name, rest) = text.split_once('<').unwrap_or((text, ""));
        let email = rest.split('>').next().unwrap_or_default();
        Self { name: name.trim().to_string(), email: email.trim().to_string() }
    }

    /// True when somebody is called so: by name or by address.
    fn is_called(&self, who: &str) -> bool {
        !who.is_empty() && (self.name == who || self.email.eq_ignore_ascii_case(who))
    }

    fn is(&self, key: &str, person: &Person) -> bool {
        self.is_called(key)
            || self.is_called(&person.name)
            || person.emails.iter().any(|email| self.is_called(email))
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.email.is_empty() {
            true => out.write_str(&self.name),
            false => write!(out, "{} <{}>", self.name, self.email),
        }
    }
}

/// The key of whoever is written as a key, a name, an address or `Name <address>`; what is
/// written when `[people]` has nobody of that name.
pub fn person_key<'a>(people: &'a BTreeMap<String, Person>, written: &'a str) -> &'a str {
    if people.contains_key(written) {
        return written;
    }
    let identity = Identity::parse(written);
    let known = people.iter().find(|(key, person)| {
        let by_address = person.emails.iter().any(|email| email.eq_ignore_ascii_case(written));
        by_address || identity.is(key, person)
    });
    known.map_or(written, |(key, _)| key)
}

/// True when two ways to write somebody mean one person. In doubt they do: an approval by
/// somebody who may be the author isn't one by somebody else.
pub fn is_same_person(people: &BTreeMap<String, Person>, one: &str, other: &str) -> bool {
    if person_key(people, one) == person_key(people, other) {
        return true;
    }
    let (one_identity, other_identity) = (Identity::parse(one), Identity::parse(other));
    let same = |a: &str, b: &str| !a.is_empty() && a.eq_ignore_ascii_case(b);
    same(&one_identity.email, &other_identity.email)
        || one_identity.is_called(other)
        || other_identity.is_called(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> BTreeMap<String, Person> {
        let ann = Person {
            name: "Ann Example".to_string(),
            emails: vec!["ann@example.org".to_string(), "a@home.example".to_string()],
            groups: Vec::new(),
        };
        BTreeMap::from([("ann".to_string(), ann)])
    }

    #[test]
    fn a_person_is_found_by_key_name_and_address() {
        for written in
            ["ann", "Ann Example", "ann@example.org", "A@Home.example", "A. E. <ann@example.org>"]
        {
            assert_eq!(person_key(&people(), written), "ann", "{written}");
        }
        assert_eq!(person_key(&people(), "bea"), "bea");
    }

    #[test]
    fn one_person_may_be_written_in_several_ways() {
        for (one, other, expected) in [
            ("ann", "Ann Example <x@y.z>", true),
            ("Bea", "Bea <bea@example.org>", true),
            ("bea@example.org", "Bea <Bea@example.org>", true),
            ("Bea <b@x>", "Beatrix <B@X>", true),
            ("ann", "Bea <bea@example.org>", false),
            ("bea", "cat", false),
        ] {
            assert_eq!(is_same_person(&people(), one, other), expected, "{one} {other}");
        }
    }
}
