//! Lists the files of the reference handbook, which the program carries (`src/handbook.rs`).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What makes the handbook: its pages and data, and the checks that compare pages with each other.
const PARTS: &[&str] = &["book.toml", "content", "tests/handbook"];

fn main() -> io::Result<()> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let mut names = Vec::new();
    for part in PARTS {
        println!("cargo::rerun-if-changed={part}");
        list(&root, part, &mut names)?;
    }
    names.sort();
    let mut code = "static FILES: &[(&str, &[u8])] = &[\n".to_string();
    for name in names {
        let path = root.join(&name);
        let path = path.to_str().expect("the project lies below a path of UTF-8");
        code += &format!("    ({name:?}, include_bytes!({path:?})),\n");
    }
    code += "];\n";
    fs::write(Path::new(&variable("OUT_DIR")).join("handbook.rs"), code)
}

fn variable(name: &str) -> String {
    std::env::var(name).expect("cargo sets it")
}

/// Adds the files at and below a path of the project.
fn list(root: &Path, name: &str, names: &mut Vec<String>) -> io::Result<()> {
    if !root.join(name).is_dir() {
        names.push(name.to_string());
        return Ok(());
    }
    for entry in fs::read_dir(root.join(name))? {
        let file = entry?.file_name();
        let file = file.to_str().expect("names of the handbook's files are ASCII");
        if belongs(file) {
            list(root, &format!("{name}/{file}"), names)?;
        }
    }
    Ok(())
}

/// Reviews and waivers are decisions of people, which nobody takes over with the text.
fn belongs(file: &str) -> bool {
    let decided = file.ends_with(".reviews.yaml") || file == "waivers.yaml";
    !decided && !file.starts_with('.') && file != "__pycache__"
}
