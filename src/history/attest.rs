//! Who committed the record of a review, and whether they signed that commit.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jiff::Timestamp;

use super::History;
use super::git::{Object, git};
use super::log::Commit;
use crate::base::SitePath;
use crate::config::Identity;
use crate::files::{Files, scratch_file};
use crate::source::{Review, read_reviews, reviews_path};

/// The commit that added a record.
#[derive(Debug)]
pub struct Attestation<'a> {
    history: &'a History,
    commit: &'a Commit,
}

impl History {
    /// The commit that added a record to the reviews of a text; none when it isn't committed.
    pub fn attestation(&self, text: &SitePath, review: &Review) -> Option<Attestation<'_>> {
        let mut path = reviews_path(text);
        let (mut oldest, mut next) = (None, 0);
        while let Some(index) = self.first_touch(&path, next) {
            next = index + 1;
            let commit = &self.log().commits[index];
            // What was merged from another line may not have it yet.
            if !self.has_record(&commit.id, &path, review) {
                continue;
            }
            oldest = Some(commit);
            let moved = commit.changes.iter().find(|change| change.path == path);
            path = moved.and_then(|change| change.from.clone()).unwrap_or(path);
            if !commit.parents.iter().any(|parent| self.has_record(parent, &path, review)) {
                break;
            }
        }
        Some(Attestation { history: self, commit: oldest? })
    }

    fn has_record(&self, commit: &str, path: &SitePath, review: &Review) -> bool {
        let bytes = self.at(commit).read(&path.on_disk(&self.repository.root));
        let text = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
        let found = read_reviews(path, &text, &mut Vec::new());
        found.iter().any(|known| Review { range: review.range, ..known.clone() } == *review)
    }
}

impl Attestation<'_> {
    /// Whoever the commit is by.
    pub fn author(&self) -> &Identity {
        &self.commit.author
    }

    /// The commit.
    pub fn commit(&self) -> &str {
        &self.commit.id
    }

    /// Those in git's file of allowed signers whose key signed the commit; empty when the
    /// signature doesn't hold.
    pub fn signers(&self) -> Vec<String> {
        self.verified().unwrap_or_default()
    }

    fn verified(&self) -> Option<Vec<String>> {
        let repository = &self.history.repository;
        let Some(Object::Other(raw)) = repository.objects.read(&self.commit.id) else {
            return None;
        };
        let signed = Signed::read(&raw)?;
        let allowed = allowed_signers(&repository.root)?;
        let signature = scratch_file(signed.signature.as_bytes()).ok()?;
        let at = format!("-Overify-time={}", signed.time?);
        let find = ["-Y", "find-principals", &at, "-f"];
        let names = keygen(&find, &allowed, &["-s"], Some(signature.path()), &[])?;
        let holds = |name: &&str| {
            let more = ["-I", name, "-n", "git", "-s"];
            let verify = ["-Y", "verify", &at, "-f"];
            keygen(&verify, &allowed, &more, Some(signature.path()), &signed.payload).is_some()
        };
        Some(names.lines().filter(holds).map(str::to_string).collect())
    }
}

/// The file of allowed signers that git is told to use.
fn allowed_signers(root: &Path) -> Option<PathBuf> {
    let answer = git(root, &["config", "--type=path", "--get", "gpg.ssh.allowedSignersFile"])?;
    Some(root.join(answer.trim_end_matches('\n')))
}

/// Runs `ssh-keygen`; gives its output when it succeeds.
fn keygen(
    head: &[&str],
    allowed: &Path,
    more: &[&str],
    signature: Option<&Path>,
    input: &[u8],
) -> Option<String> {
    let mut child = Command::new("ssh-keygen")
        .args(head)
        .arg(allowed)
        .args(more)
        .args(signature)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // A program that has seen enough closes its input.
    drop(child.stdin.take()?.write_all(input));
    let output = child.wait_with_output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A commit cut into what was signed and the signature.
struct Signed {
    payload: Vec<u8>,
    signature: String,
    /// When it was committed, as `ssh-keygen` reads it.
    time: Option<String>,
}

impl Signed {
    /// Cuts the signature out of a commit; none when it has none.
    fn read(raw: &[u8]) -> Option<Self> {
        let mut signed = Self { payload: Vec::new(), signature: String::new(), time: None };
        let (mut in_head, mut in_signature) = (true, false);
        for line in raw.split_inclusive(|byte| *byte == b'\n') {
            let text = std::str::from_utf8(line).unwrap_or_default();
            in_signature &= text.starts_with(' ');
            if in_head && text.starts_with("gpgsig ") {
                in_signature = true;
                signed.signature.push_str(&text["gpgsig ".len()..]);
            } else if in_signature {
                signed.signature.push_str(&text[1..]);
            } else {
                in_head &= line != b"\n";
                if in_head && text.starts_with("committer ") {
                    signed.time = verify_time(text);
                }
                signed.payload.extend_from_slice(line);
            }
        }
        signed.signature.contains("SSH SIGNATURE").then_some(signed)
    }
}

/// `20261122120000Z`, from `committer Ann <a@b.c> 1795000000 +0000`.
fn verify_time(committer: &str) -> Option<String> {
    let seconds = committer.trim_end().rsplit(' ').nth(1)?.parse().ok()?;
    let time = Timestamp::from_second(seconds).ok()?;
    Some(time.strftime("%Y%m%d%H%M%SZ").to_string())
}
