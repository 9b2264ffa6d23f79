//! One question to another machine, and its answer in words.

use std::thread;
use std::time::{Duration, SystemTime};

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
#[expect(clippy::option_option, reason = "not to wait, and to wait for an unknown time, differ")]
fn patience(response: &Response<ureq::Body>) -> Option<Option<Duration>> {
    let busy = [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE];
    if !busy.contains(&response.status()) {
        return None;
    }
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    Some(header("retry-after").and_then(|text| wait(text.trim(), header("date"))))
}

/// Seconds, or the day and time until when to wait (RFC 9110, section 10.2.3). What is meant by
/// that is told by the clock of the machine that says so, if it shows it.
fn wait(text: &str, date: Option<&str>) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let now = date.and_then(|date| httpdate::parse_http_date(date).ok());
    // A time that has passed is no time to wait for.
    Some(until.duration_since(now.unwrap_or_else(SystemTime::now)).unwrap_or_default())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_is_asked_for_in_seconds_or_until_a_time() {
        let noon = Some("Sun, 22 Nov 2026 12:00:00 GMT");
        let seconds = |text| wait(text, noon).map(|wait| wait.as_secs());
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds("Sun, 22 Nov 2026 12:00:07 GMT"), Some(7));
        assert_eq!(seconds("Sunday, 22-Nov-26 13:00:00 GMT"), Some(3600));
        assert_eq!(seconds("Sun, 22 Nov 2026 11:59:00 GMT"), Some(0));
        assert_eq!(seconds("soon"), None);
        let past = wait("Sun, 22 Nov 2015 12:00:00 GMT", None);
        assert_eq!(past, Some(Duration::ZERO));
    }
}
