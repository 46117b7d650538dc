//! docs/names.md lists what has another name elsewhere, from the aliases in the sources; a stale page fails. `UPDATE_EXPECT=1 cargo test --test docs` writes it anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

const CRATES: [&str; 3] = ["autograd-core", "autograd-nn", "autograd-optim"];

/// The sources below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The word that follows the first of these beginnings that the line has.
fn word_after<'a>(line: &'a str, beginnings: &[&str]) -> Option<&'a str> {
    let rest = beginnings.iter().find_map(|beginning| line.strip_prefix(beginning))?;
    Some(rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default())
}

/// The type of an `impl` block: what follows `for`, or else `impl` and its parameters.
fn implemented(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("impl")?;
    let of = rest.split_once(" for ").map_or_else(|| rest.split_once(' ').map_or("", |(_, of)| of), |(_, of)| of);
    // Parameters with bounds have spaces in them: the type is the first word after the last bracket before it.
    let of = if rest.contains(" for ") { of } else { rest.split_once("> ").map_or(of, |(_, of)| of) };
    word_after(of, &[""])
}

/// What each alias stands for.
fn aliases() -> BTreeMap<String, BTreeSet<String>> {
    let mut files = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    CRATES.iter().for_each(|name| sources(&root.join(name).join("src"), &mut files));
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let (mut owner, mut waiting) = (None, Vec::new());
        for line in std::fs::read_to_string(&file).expect("a source").lines() {
            // What is not indented begins a new owner of methods, or ends the last one.
            if line == "}" {
                owner = None;
            }
            owner = implemented(line).or_else(|| word_after(line, &["pub trait "])).map(str::to_owned).or(owner);
            let line = line.trim_start();
            if let Some(alias) = line.strip_prefix("#[doc(alias = \"").and_then(|rest| rest.strip_suffix("\")]")) {
                waiting.push(alias.to_owned());
            } else if !waiting.is_empty() && !line.starts_with("#[") && !line.starts_with("///") {
                let function = word_after(line, &["pub fn ", "fn "]);
                let other = word_after(line, &["pub struct ", "pub enum ", "pub trait ", "pub type "]);
                let name = match (function, &owner) {
                    (Some(function), Some(owner)) => Some(format!("{owner}::{function}")),
                    (Some(function), None) => Some(function.to_owned()),
                    (None, _) => other.map(str::to_owned),
                };
                // Fields and what macros write have their alias in the documentation only.
                let name = name.filter(|name| !name.is_empty() && !name.ends_with("::"));
                for alias in waiting.drain(..) {
                    found.entry(alias).or_default().extend(name.clone());
                }
            }
        }
    }
    found.retain(|_, names| !names.is_empty());
    found
}

#[test]
fn the_page_of_names_is_fresh() {
    let mut page = String::from(
        "# Names from elsewhere\n\nWhat PyTorch, NumPy, Keras or the literature call otherwise. Generated from the aliases in the sources by\n\
         `UPDATE_EXPECT=1 cargo test --test docs`; the search of the documentation knows them too.\n\n| there | here |\n|---|---|\n",
    );
    let aliases = aliases();
    for (alias, names) in &aliases {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(page, "| {alias} | {} |", names.join(", "));
    }
    assert!(aliases["bmm"].contains("Var::matmul") && aliases["LSTMCell"].contains("LstmCell"));
    expect_test::expect_file!["../../docs/names.md"].assert_eq(&page);
}
