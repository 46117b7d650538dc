//! docs/ops.md is what the register and the op files say; a stale page fails. `UPDATE_EXPECT=1 cargo test --test docs` writes it anew.

use autograd::testing::entries;
use std::fmt::Write;

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
    let mut group = "";
    for entry in entries() {
        if entry.group != group {
            group = entry.group;
            let _ = write!(
                page,
                "\n## {group}\n\n| op | rule | gradient, and what is saved | edge cases | pinned |\n|---|---|---|---|---|\n"
            );
        }
        let path = format!("{}/autograd-core/src/ops/{}/{}.rs", env!("CARGO_MANIFEST_DIR"), entry.group, entry.file);
        let source = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let (gradient, edges) = (section(&source, "Gradient"), section(&source, "Edge cases"));
        assert!(!gradient.is_empty(), "{path}: the documentation has no gradient");
        let _ = writeln!(
            page,
            "| `{}` | `{}` | {gradient} | {edges} | {} |",
            entry.name,
            entry.rule,
            entry.pins.join(", ")
        );
    }
    page
}

#[test]
fn the_page_of_ops_is_fresh() {
    expect_test::expect_file!["../docs/ops.md"].assert_eq(&page());
}

#[test]
fn what_a_page_says_is_saved_is_what_the_op_saves() {
    for entry in entries() {
        let path = format!("{}/autograd-core/src/ops/{}/{}.rs", env!("CARGO_MANIFEST_DIR"), entry.group, entry.file);
        let gradient = section(&std::fs::read_to_string(path).expect("an op file"), "Gradient").to_lowercase();
        let keeps =
            entry.saves.keeps_output() || entry.saves.keeps_shapes() || (0..32).any(|i| entry.saves.keeps_input(i));
        let says_nothing = gradient.contains("saves nothing");
        assert_eq!(says_nothing, !keeps, "{}: the documentation says {gradient:?}", entry.file);
        assert!(gradient.contains("saves"), "{}: the documentation does not say what is saved", entry.file);
    }
}
