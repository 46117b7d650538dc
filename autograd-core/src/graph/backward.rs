//! The backward pass: from the results to the leaves, nodes in falling order of position.

use super::agenda::Agenda;
use super::gradients::LeafTable;
use super::node::{Node, Pass};
use super::{anomaly, mode};
use crate::tensor::Real;
use crate::var::Var;
use std::sync::Arc;

/// Which gradients a pass is for.
pub(crate) enum Wanted<'a, T: Real> {
    /// Those of each leaf that it reaches.
    Leaves,
    /// Those of these nodes.
    Nodes(&'a [Arc<Node<T>>]),
}

struct Run<'a, T: Real> {
    agenda: Agenda<T>,
    found: LeafTable<T>,
    wanted: &'a Wanted<'a, T>,
    /// Below it no wanted node lies.
    floor: u64,
    create_graph: bool,
}

/// Runs the rules from `roots` (nodes and the gradients they begin with) down, and returns the gradients found.
///
/// With `create_graph` the rules are recorded. Roots are consumed: what only they hold is freed as the pass proceeds.
pub(crate) fn run<T: Real>(
    roots: Vec<(Arc<Node<T>>, Var<T>)>,
    wanted: &Wanted<'_, T>,
    create_graph: bool,
) -> LeafTable<T> {
    let floor = match wanted {
        Wanted::Leaves => 0,
        Wanted::Nodes(nodes) => nodes.iter().map(|node| node.position).min().unwrap_or(u64::MAX),
    };
    // A NaN is searched for in what a rule gives, not in its steps on the way, so that the op is named whose rule it is.
    let anomaly = mode::current().anomaly();
    mode::current().with_recording(create_graph).with_anomaly(false).hold(|| {
        let mut run = Run { agenda: Agenda::new(), found: LeafTable::default(), wanted, floor, create_graph };
        for (node, dy) in roots {
            run.put(&node, dy);
        }
        while let Some((node, dy)) = run.agenda.pop() {
            if matches!(wanted, Wanted::Nodes(nodes) if nodes.iter().any(|wanted| Arc::ptr_eq(wanted, &node))) {
                run.found.put(&node, dy.clone(), |_, _| unreachable!("a node has its turn once"));
            }
            if anomaly {
                node.step.backward(&node, &dy, &mut Inspect { run: &mut run, from: &node });
            } else {
                node.step.backward(&node, &dy, &mut run);
            }
        }
        run.found
    })
}

impl<T: Real> Pass<T> for Run<'_, T> {
    fn wants(&self, node: &Node<T>) -> bool {
        match self.wanted {
            Wanted::Leaves => true,
            Wanted::Nodes(nodes) if node.is_leaf() => {
                nodes.iter().any(|wanted| std::ptr::addr_eq(Arc::as_ptr(wanted), node))
            }
            Wanted::Nodes(_) => node.position >= self.floor,
        }
    }

    fn put(&mut self, node: &Arc<Node<T>>, dx: Var<T>) {
        let create_graph = self.create_graph;
        let add = |sum: &mut Var<T>, dx: Var<T>| match create_graph {
            true => *sum = sum.add(&dx),
            false => sum.accumulate(dx),
        };
        match node.is_leaf() {
            true => self.found.put(node, dx, add),
            false => self.agenda.put(node, dx, add),
        }
    }
}

/// A pass that searches each gradient for NaN and can name the rule that made it.
struct Inspect<'a, 'b, T: Real> {
    run: &'a mut Run<'b, T>,
    from: &'a Arc<Node<T>>,
}

impl<T: Real> Pass<T> for Inspect<'_, '_, T> {
    fn wants(&self, node: &Node<T>) -> bool {
        self.run.wants(node)
    }

    fn put(&mut self, node: &Arc<Node<T>>, dx: Var<T>) {
        anomaly::inspect_backward(self.from, dx.value());
        self.run.put(node, dx);
    }
}
