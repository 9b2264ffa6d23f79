//! The least that a generator can do: read each page, let pulldown-cmark make HTML of it, write
//! that into one file a page. No navigation, no links between pages, no highlighting.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use pulldown_cmark::{Options, Parser, html};
use rayon::prelude::*;

/// Converts all pages below `content` into `output`.
pub(crate) fn run(root: &Path, output: &Path) -> io::Result<usize> {
    let mut pages = Vec::new();
    collect(&root.join("content"), &mut pages)?;
    let convert = |page: &PathBuf| -> io::Result<()> {
        let text = fs::read_to_string(page)?;
        let mut out = String::with_capacity(text.len() * 3 / 2);
        html::push_html(&mut out, Parser::new_ext(&text, Options::ENABLE_TABLES));
        let below = page.strip_prefix(root.join("content")).map_err(io::Error::other)?;
        let target = output.join(below).with_extension("html");
        if let Some(folder) = target.parent().filter(|folder| !folder.is_dir()) {
            fs::create_dir_all(folder)?;
        }
        fs::write(target, out)
    };
    pages.par_iter().try_for_each(convert)?;
    Ok(pages.len())
}

fn collect(folder: &Path, pages: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => collect(&entry.path(), pages)?,
            false => pages.push(entry.path()),
        }
    }
    Ok(())
}
