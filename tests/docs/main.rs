//! docs/ops.md is what the register and the op files say; a stale page fails. `UPDATE_EXPECT=1 cargo test --test docs` writes it anew.

mod names;

use autograd::testing::entries;
use std::fmt::Write;

/// Where the families of ops are.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/autograd-core/src/ops");

/// The families, in alphabetical order.
fn families() -> Vec<String> {
    let entries = std::fs::read_dir(FOLDER).expect("the folder of ops").map(|entry| entry.expect("an entry"));
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = folders.map(|entry| entry.file_name().into_string().expect("a plain name")).collect();
    names.sort();
    names
}

/// A method of `Var` that a family of ops defines.
struct Method {
    name: String,
    /// Its documentation, line by line, with the slashes.
    documentation: String,
}

/// The public methods of `Var` in the files of a family, by file and place.
fn methods(family: &str) -> Vec<Method> {
    let mut files: Vec<_> = std::fs::read_dir(format!("{FOLDER}/{family}"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let mut found = Vec::new();
    for file in files {
        let source = std::fs::read_to_string(&file).expect("a file of ops");
        let (mut inside, mut documentation) = (false, String::new());
        for line in source.lines() {
            inside = line.starts_with("impl<T: Real> Var<T>") || inside && line != "}";
            if line.starts_with("    ///") {
                documentation += &format!("{}\n", line.trim_start());
            } else if let (true, Some(signature)) = (inside, line.strip_prefix("    pub fn ")) {
                let name = signature.split(['(', '<']).next().unwrap_or_default().to_owned();
                found.push(Method { name, documentation: std::mem::take(&mut documentation) });
            } else if !line.starts_with("    #[") {
                documentation.clear();
            }
        }
    }
    found
}

/// The first paragraph of a documentation, as one line.
fn sentence(documentation: &str) -> String {
    let paragraph = documentation.lines().take_while(|line| line.len() > 3);
    let text = paragraph.map(|line| line.trim_start_matches("///").trim()).collect::<Vec<_>>().join(" ");
    text.replace('|', "\\|")
}

/// Lists the methods of a family that are composed of ops, or are other forms of one.
fn composed(family: &str, ops: &[&str], page: &mut String) {
    let methods = methods(family);
    let rest: Vec<&Method> = methods.iter().filter(|method| !ops.contains(&method.name.as_str())).collect();
    if rest.is_empty() {
        return;
    }
    page.push_str("\nComposed of ops, or other forms of one:\n\n| method | what it is | shape | gradient | edge cases |\n|---|---|---|---|---|\n");
    for Method { name, documentation } in rest {
        assert!(documentation.contains("/// ```"), "{family}: the documentation of {name} has no example");
        let of = |heading| section(documentation, heading);
        let _ = writeln!(
            page,
            "| `{name}` | {} | {} | {} | {} |",
            sentence(documentation),
            of("Shape"),
            of("Gradient"),
            of("Edge cases")
        );
    }
}

/// The paragraph under a heading of the first documentation that has it, as one line.
fn section(source: &str, heading: &str) -> String {
    let lines = source.lines().map(str::trim_start);
    let after = lines.skip_while(|line| *line != format!("/// # {heading}")).skip(1);
    let paragraph = after.take_while(|line| line.len() > 3 && !line.starts_with("/// #") && line.starts_with("///"));
    let text = paragraph.map(|line| line.trim_start_matches("///").trim()).collect::<Vec<_>>().join(" ");
    text.replace('|', "\\|")
}

fn page() -> String {
    let mut page = String::from(
        "# The ops\n\nGenerated from the register and the op files by `UPDATE_EXPECT=1 cargo test --test docs`; a test fails when this page is stale.\n\
         Rules never see broadcasting: methods record an explicit `broadcast_to` where shapes differ.\n",
    );
    let entries = entries();
    for family in families() {
        let _ = writeln!(page, "\n## {family}");
        let ops: Vec<_> = entries.iter().filter(|entry| entry.group == family).collect();
        if !ops.is_empty() {
            page.push_str(
                "\n| op | rule | gradient, and what is saved | edge cases | pinned |\n|---|---|---|---|---|\n",
            );
        }
        for entry in &ops {
            let path = format!("{FOLDER}/{family}/{}.rs", entry.file);
            let source = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
            let (gradient, edges) = (section(&source, "Gradient"), section(&source, "Edge cases"));
            assert!(!gradient.is_empty(), "{path}: the documentation has no gradient");
            let (name, rule, pins) = (entry.name, entry.rule, entry.pins.join(", "));
            let _ = writeln!(page, "| `{name}` | `{rule}` | {gradient} | {edges} | {pins} |");
        }
        composed(&family, &ops.iter().map(|entry| entry.name).collect::<Vec<_>>(), &mut page);
    }
    page
}

#[test]
fn the_page_of_ops_is_fresh() {
    expect_test::expect_file!["../../docs/ops.md"].assert_eq(&page());
}

#[test]
fn what_a_page_says_is_saved_is_what_the_op_saves() {
    for entry in entries() {
        let path = format!("{FOLDER}/{}/{}.rs", entry.group, entry.file);
        let gradient = section(&std::fs::read_to_string(path).expect("an op file"), "Gradient").to_lowercase();
        let keeps =
            entry.saves.keeps_output() || entry.saves.keeps_shapes() || (0..32).any(|i| entry.saves.keeps_input(i));
        let says_nothing = gradient.contains("saves nothing");
        assert_eq!(says_nothing, !keeps, "{}: the documentation says {gradient:?}", entry.file);
        assert!(gradient.contains("saves"), "{}: the documentation does not say what is saved", entry.file);
    }
}
