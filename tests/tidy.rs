//! The rules of this repository that a test can hold. Each failure is a sentence that says how to mend it.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files with an extension under the folders of the workspace.
fn files(extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = [
        "autograd-core",
        "autograd-derive",
        "autograd-kernel",
        "autograd-nn",
        "autograd-optim",
        "benches",
        "docs",
        "examples",
        "src",
        "tests",
    ]
    .iter()
    .map(|name| root().join(name))
    .collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the workspace") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn name(path: &Path) -> String {
    path.strip_prefix(root()).expect("a file of the workspace").display().to_string()
}

fn in_folder(path: &Path, folder: &str) -> bool {
    name(path).starts_with(folder)
}

/// The code of a file without comments and without its unit tests.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Fails with one line for each breach.
fn report(breaches: Vec<String>) {
    assert!(breaches.is_empty(), "{} breaches of the house rules:\n{}", breaches.len(), breaches.join("\n"));
}

#[test]
fn each_file_says_in_its_first_line_what_it_is() {
    let silent = files("rs").into_iter().filter(|path| !read(path).starts_with("//! "));
    report(
        silent
            .map(|path| format!("{}: begin with one `//!` line that says what the file holds", name(&path)))
            .collect(),
    );
}

#[test]
fn files_are_short() {
    let mut breaches = Vec::new();
    for path in files("rs") {
        let text = read(&path);
        let lines = text.lines().count();
        if lines > 400 {
            breaches
                .push(format!("{}: {lines} lines, more than 400; part it by what its readers look for", name(&path)));
        }
        let op = in_folder(&path, "autograd-core/src/ops/")
            && (text.contains("> Op<T> for ") || text.contains("> Composite<T> for "));
        let begins_cases = |line: &str| line.starts_with("impl Checked");
        let before_cases = text.lines().take_while(|line| !begins_cases(line)).count();
        if op && before_cases > 170 {
            breaches.push(format!(
                "{}: {before_cases} lines before its cases, an op has about 150; move loops to autograd-kernel",
                name(&path)
            ));
        }
    }
    report(breaches);
}

#[test]
fn nothing_is_left_behind() {
    let mut breaches = Vec::new();
    for path in files("rs").into_iter().filter(|path| !path.ends_with("tests/tidy.rs")) {
        for (i, line) in read(&path).lines().enumerate() {
            for left in ["dbg!(", "todo!(", "unimplemented!(", "#[ignore", "TODO", "FIXME", "XXX"] {
                if line.contains(left) {
                    breaches.push(format!("{}:{}: `{left}` does not stay in the tree", name(&path), i + 1));
                }
            }
            if line.contains("#[allow(") {
                breaches.push(format!(
                    "{}:{}: write #[expect(.., reason = \"..\")], which fails when it is no longer needed",
                    name(&path),
                    i + 1
                ));
            }
        }
    }
    report(breaches);
}

#[test]
fn unsafe_stays_in_its_rooms() {
    let mut breaches = Vec::new();
    for path in files("rs").into_iter().filter(|path| !path.ends_with("tests/tidy.rs") && name(path).contains("/src/"))
    {
        let text = read(&path);
        let at_home = [
            "autograd-kernel/src/",
            "autograd-core/src/memory.rs",
            "autograd-core/src/shared.rs",
            "autograd-core/src/graph/handle.rs",
            "autograd-core/src/tensor/buffer.rs",
            "autograd-core/src/tensor/layout.rs",
            "autograd-core/src/tensor/pool.rs",
            // Calls of crates whose products of matrices are unsafe.
            "benches/compare/gemm/src/product.rs",
        ];
        if code(&text).contains("unsafe ") && !at_home.iter().any(|room| in_folder(&path, room)) {
            breaches.push(format!(
                "{}: `unsafe` belongs to autograd-kernel and to the memory of tensors and nodes",
                name(&path)
            ));
        }
    }
    report(breaches);
}

#[test]
fn tensors_know_no_gradients() {
    let mut breaches = Vec::new();
    for path in files("rs") {
        let code = code(&read(&path));
        let knows = |words: &[&str]| words.iter().any(|word| code.contains(word));
        if in_folder(&path, "autograd-core/src/tensor/") && knows(&["Var<", "crate::var", "crate::graph", "crate::op"])
        {
            breaches.push(format!("{}: a Tensor knows nothing of gradients", name(&path)));
        }
    }
    report(breaches);
}

#[test]
fn gradient_rules_live_with_their_ops() {
    let rooms = [
        "autograd-core/src/ops/",
        "autograd-core/src/op.rs",
        "autograd-core/src/op/record.rs",
        "autograd-core/src/composite.rs",
        "autograd-kernel/src/",
        "autograd-core/src/custom.rs",
        "autograd-core/src/testing/",
        "autograd-core/src/graph/",
        "autograd-core/src/var.rs",
    ];
    let mut breaches = Vec::new();
    for path in files("rs").into_iter().filter(|path| name(path).contains("/src/")) {
        if code(&read(&path)).contains("fn backward") && !rooms.iter().any(|room| in_folder(&path, room)) {
            breaches.push(format!("{}: a gradient rule belongs into an op of autograd-core", name(&path)));
        }
    }
    report(breaches);
}

#[test]
fn only_record_makes_nodes() {
    let makers =
        ["autograd-core/src/op/record.rs", "autograd-core/src/composite.rs", "autograd-core/src/graph/node.rs"];
    let mut breaches = Vec::new();
    for path in files("rs").into_iter().filter(|path| in_folder(path, "autograd-core/src/")) {
        if code(&read(&path)).contains("node::attach") && !makers.iter().any(|maker| in_folder(&path, maker)) {
            breaches.push(format!("{}: nodes are made by `record` and `compose` alone", name(&path)));
        }
    }
    report(breaches);
}

#[test]
fn threads_and_randomness_come_through_their_doors() {
    let mut breaches = Vec::new();
    for path in files("rs").into_iter().filter(|path| name(path).contains("/src/")) {
        let code = code(&read(&path));
        let at = |rooms: &[&str]| rooms.iter().any(|room| in_folder(&path, room));
        // Tests and comparisons set how many threads there are.
        if code.contains("rayon::")
            && !path.ends_with("tests.rs")
            && !at(&["autograd-kernel/src/threads.rs", "autograd-core/src/parallel.rs", "benches/compare/"])
        {
            breaches.push(format!("{}: kernels reach threads through kernel::threads only", name(&path)));
        }
        if (code.contains("use rand::") || code.contains("rand_distr::"))
            && !at(&["autograd-core/src/tensor/random.rs"])
        {
            breaches.push(format!("{}: random numbers come from Generator", name(&path)));
        }
    }
    report(breaches);
}

#[test]
fn each_op_file_is_declared_registered_and_documented() {
    let mut breaches = Vec::new();
    for path in files("rs").into_iter().filter(|path| in_folder(path, "autograd-core/src/ops/")) {
        let file = path.file_stem().expect("a name").to_str().expect("a plain name").to_owned();
        let text = read(&path);
        let is_op = ["> Op<T> for ", "impl Unary for ", "> Composite<T> for "].iter().any(|line| text.contains(line));
        if !is_op || file == "unary" {
            continue;
        }
        let list = path.with_file_name("mod.rs");
        if !read(&list).contains(&format!("{file}::")) {
            breaches.push(format!("{}: add `{file}::<Op>` to register! in {}", name(&path), name(&list)));
        }
        for part in ["# Shape", "# Gradient", "# Example", "assert"] {
            if !text.contains(part) {
                breaches.push(format!("{}: its method's documentation lacks `{part}`", name(&path)));
            }
        }
    }
    report(breaches);
}

#[test]
fn paths_named_in_the_documents_exist() {
    let mut breaches = Vec::new();
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        for word in read(&root().join(document)).split(['`', '(', ')', ' ', '\n', '|', ',']) {
            let path = word.trim_end_matches(['.', ':', ';', '/']);
            let folder = ["autograd-", "examples/", "tests/", "benches/", "docs/", "src/", ".ci/"]
                .iter()
                .any(|start| path.starts_with(start));
            if folder && path.contains('/') && !path.contains(['*', '<', '{']) && !root().join(path).exists() {
                breaches.push(format!("{document}: there is no {path}"));
            }
        }
    }
    report(breaches);
}

#[test]
fn each_example_runs_in_ci() {
    let listed = read(&root().join(".ci/examples"));
    let listed: Vec<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let mut breaches = Vec::new();
    for entry in fs::read_dir(root().join("examples")).expect("the examples") {
        let path = entry.expect("an entry").path();
        let example = path.extension().is_some_and(|e| e == "rs") || path.join("main.rs").exists();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if example && !listed.contains(&name.as_str()) {
            breaches.push(format!(".ci/examples: add a line for `{name}`, with the arguments of its short mode"));
        }
    }
    report(breaches);
}

#[test]
fn the_change_log_has_an_entry_for_what_is_not_released() {
    assert!(
        read(&root().join("CHANGELOG.md")).contains("## Unreleased"),
        "CHANGELOG.md: keep a section `## Unreleased`"
    );
}
