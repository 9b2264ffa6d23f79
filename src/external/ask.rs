//! One question to another machine, and its answer in words.

use std::thread;
use std::time::Duration;

use ureq::Agent;
use ureq::http::{Response, StatusCode};

use crate::config::External;

/// What became of an address.
#[derive(Debug)]
pub(super) enum Answer {
    /// It leads somewhere.
    Alive,
    /// It leads nowhere, for a reason that follows the address in a sentence.
    Dead(String),
    /// Nobody can say today: the machine asks for patience.
    PutOff(String),
}

/// Who asks.
pub(super) struct Visitor {
    agent: Agent,
}

/// The two ways to ask: without the text first, since that is all that is needed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Head,
    Get,
}

/// A machine that asks for more patience than this is left alone until another day.
const PATIENCE: Duration = Duration::from_secs(30);

impl Visitor {
    pub(super) fn new(settings: &External) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(settings.timeout))
            .http_status_as_error(false)
            .max_redirects(10)
            .user_agent(concat!("lacuna/", env!("CARGO_PKG_VERSION"), " (checks links)"))
            .build();
        Self { agent: config.into() }
    }

    /// Asks for an address: by HEAD, and by GET where that isn't answered well, since some machines
    /// know GET only. A machine that asks for patience gets it once.
    pub(super) fn ask(&self, url: &str) -> Answer {
        match self.patiently(url, Method::Head) {
            Answer::Dead(_) => self.patiently(url, Method::Get),
            answer => answer,
        }
    }

    fn patiently(&self, url: &str, method: Method) -> Answer {
        let response = match self.call(url, method) {
            Ok(response) => response,
            Err(error) => return Answer::Dead(format!("can't be reached: {error}")),
        };
        match patience(&response) {
            None => judge(response.status()),
            Some(Some(wait)) if wait <= PATIENCE => {
                thread::sleep(wait);
                match self.call(url, method) {
                    Ok(again) if patience(&again).is_none() => judge(again.status()),
                    _ => put_off(response.status()),
                }
            }
            Some(_) => put_off(response.status()),
        }
    }

    fn call(&self, url: &str, method: Method) -> Result<Response<ureq::Body>, ureq::Error> {
        match method {
            Method::Head => self.agent.head(url).call(),
            Method::Get => self.agent.get(url).call(),
        }
    }
}

/// How long a machine wants us to wait; none when it doesn't, nothing within when it doesn't say.
/// Only seconds are understood, not the date that is allowed as well (RFC 9110, section 10.2.3).
#[expect(clippy::option_option, reason = "not to wait, and to wait for an unknown time, differ")]
fn patience(response: &Response<ureq::Body>) -> Option<Option<Duration>> {
    let busy = [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE];
    if !busy.contains(&response.status()) {
        return None;
    }
    let seconds = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
    Some(seconds.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs))
}

fn put_off(status: StatusCode) -> Answer {
    Answer::PutOff(format!("answers {status}"))
}

/// Whoever must sign in, or isn't let in, has come to a place that exists.
fn judge(status: StatusCode) -> Answer {
    let closed = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
    match status.is_success() || status.is_redirection() || closed.contains(&status) {
        true => Answer::Alive,
        false => Answer::Dead(format!("answers {status}")),
    }
}
