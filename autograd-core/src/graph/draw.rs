//! `Var::draw`: the graph as a picture, in the DOT language.

use crate::tensor::Real;
use crate::var::Var;
use std::collections::HashSet;
use std::fmt::Write;

impl<T: Real> Var<T> {
    /// The graph that made this value, in the DOT language of Graphviz: one box for each op, with the line that applied it.
    ///
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf(2.0);
    /// let picture = x.exp().draw();
    /// assert!(picture.starts_with("digraph") && picture.contains("exp") && picture.contains("leaf"));
    /// ```
    pub fn draw(&self) -> String {
        let mut dot = String::from("digraph {\n  rankdir=BT\n  node [shape=box]\n");
        let mut seen = HashSet::new();
        let mut waiting: Vec<_> = self.node().into_iter().collect();
        while let Some(node) = waiting.pop() {
            let id = node.address();
            if !seen.insert(id) {
                continue;
            }
            let shape = if node.is_leaf() { ", shape=ellipse" } else { "" };
            let (name, file, line) = (node.name(), node.at.file(), node.at.line());
            let _ = writeln!(dot, "  \"{id:#x}\" [label=\"{name}\\n{}:{line}\"{shape}]", file.escape_default());
            for edge in node.edges().iter().flatten() {
                let _ = writeln!(dot, "  \"{:#x}\" -> \"{id:#x}\"", edge.address());
                waiting.push(edge);
            }
        }
        dot + "}\n"
    }
}
