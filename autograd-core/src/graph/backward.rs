//! The backward pass: from the results to the leaves, nodes in falling order of position.

use super::agenda::Agenda;
use super::gradients::LeafTable;
use super::handle::Handle;
use super::{anomaly, mode};
use crate::List;
use crate::address::ByAddress;
use crate::tensor::Real;
use crate::var::Var;
use std::collections::HashSet;

/// Nodes by address.
type Addresses = HashSet<usize, ByAddress>;

/// Which gradients a pass is for.
pub(crate) enum Wanted<'a, T: Real> {
    /// Those of each leaf that it reaches.
    Leaves,
    /// Those of these nodes.
    Nodes(&'a [Handle<T>]),
}

struct Run<T: Real> {
    agenda: Agenda<T>,
    found: LeafTable<T>,
    /// The addresses of the nodes asked for by name, in rising order; `None` for all leaves.
    wanted: Option<Vec<usize>>,
    /// The addresses of the nodes from which a path leads to one asked for by name.
    leading: Addresses,
    create_graph: bool,
}

/// Runs the rules from `roots` (nodes and the gradients they begin with) down, and returns the gradients found.
///
/// With `create_graph` the rules are recorded. Roots are consumed: what only they hold is freed as the pass proceeds.
pub(crate) fn run<T: Real>(
    roots: List<(Handle<T>, Var<T>)>,
    wanted: &Wanted<'_, T>,
    create_graph: bool,
) -> LeafTable<T> {
    let (wanted, leading) = match wanted {
        Wanted::Leaves => (None, Addresses::default()),
        Wanted::Nodes(nodes) => {
            let mut addresses: Vec<usize> = nodes.iter().map(|node| node.address()).collect();
            addresses.sort_unstable();
            let floor = nodes.iter().map(|node| node.position).min().unwrap_or(u64::MAX);
            let leading = leading_to(&addresses, floor, &roots);
            (Some(addresses), leading)
        }
    };
    let anomaly = mode::current().anomaly();
    mode::current().with_recording(create_graph).with_anomaly(false).hold(|| {
        let mut run = Run { agenda: Agenda::new(), found: LeafTable::default(), wanted, leading, create_graph };
        for (node, dy) in roots {
            run.put(node, 0, dy);
        }
        while let Some((mut node, dys)) = run.agenda.pop() {
            // A variable is named by a node with one result, or by the part that stands for one of several.
            if run.is_named(&node)
                && let Some(Some(dy)) = dys.first()
            {
                run.found.put(node.clone(), dy.clone(), |_, _| unreachable!("a node has its turn once"));
            }
            run.turn(&mut node, &dys, anomaly);
        }
        run.found
    })
}

/// The nodes under `roots` from which a path leads to one of `wanted`, which all lie at `floor` or above.
fn leading_to<T: Real>(wanted: &[usize], floor: u64, roots: &[(Handle<T>, Var<T>)]) -> Addresses {
    let mut seen = Addresses::default();
    let mut nodes: Vec<&Handle<T>> = Vec::new();
    let mut waiting: Vec<&Handle<T>> = roots.iter().map(|(node, _)| node).collect();
    while let Some(node) = waiting.pop() {
        if node.position >= floor && seen.insert(node.address()) {
            nodes.push(node);
            waiting.extend(node.edges().iter().flatten());
        }
    }
    // Operands lie below: by rising position, each node finds the answer for its own already there.
    nodes.sort_by_key(|node| node.position);
    let mut leading = Addresses::default();
    for node in nodes {
        let mut edges = node.edges().iter().flatten();
        if wanted.binary_search(&node.address()).is_ok() || edges.any(|edge| leading.contains(&edge.address())) {
            leading.insert(node.address());
        }
    }
    leading
}

/// Room for `count` values: in `few` if they fit.
#[inline]
fn room<'a, X: Clone + Default>(few: &'a mut [X; 4], many: &'a mut Option<List<X>>, count: usize) -> &'a mut [X] {
    match few.get_mut(..count) {
        Some(few) => few,
        None => many.insert(List::filled(X::default(), count)),
    }
}

impl<T: Real> Run<T> {
    /// The turn of a node whose gradients are complete.
    fn turn(&mut self, node: &mut Handle<T>, dys: &[Option<Var<T>>], anomaly: bool) {
        let edges = node.edges();
        let (mut few_needs, mut many_needs) = ([false; 4], None);
        let needs = room(&mut few_needs, &mut many_needs, edges.len());
        let mut any = false;
        for (needed, edge) in needs.iter_mut().zip(edges) {
            *needed = edge.as_ref().is_some_and(|node| self.wants(node));
            any |= *needed;
        }
        if !any {
            return;
        }
        let mut few_dxs: [Option<Var<T>>; 4] = std::array::from_fn(|_| None);
        let mut many_dxs = None;
        let dxs = room(&mut few_dxs, &mut many_dxs, edges.len());
        node.backward(dys, needs, dxs);
        let result = node.result as usize;
        for (i, dx) in dxs.iter_mut().enumerate() {
            // A rule may give more than is needed.
            let Some(dx) = dx.take().filter(|_| needs[i]) else { continue };
            // A NaN is searched for in what a rule gives, not in its steps on the way, so that the op is named whose rule it is.
            if anomaly {
                anomaly::inspect_backward(node, dx.value());
            }
            // A node that only this pass still holds is done: its operands' nodes move on to the agenda. A recorded rule may hold it again.
            let edge = match node.sole_edges() {
                Some(edges) if !self.create_graph => edges[i].take(),
                _ => node.edges()[i].clone(),
            };
            self.put(edge.expect("its gradient is needed"), result, dx);
        }
    }

    /// Whether this very node is among those asked for by name.
    fn is_named(&self, node: &Handle<T>) -> bool {
        self.wanted.as_ref().is_some_and(|wanted| wanted.binary_search(&node.address()).is_ok())
    }

    /// Whether a gradient of this node is of use.
    fn wants(&self, node: &Handle<T>) -> bool {
        self.wanted.is_none() || self.leading.contains(&node.address())
    }

    /// Takes a contribution to the gradient of a result of a node: 0 for the only one.
    #[inline]
    fn put(&mut self, node: Handle<T>, result: usize, dx: Var<T>) {
        let create_graph = self.create_graph;
        let add = |sum: &mut Var<T>, dx: Var<T>| match create_graph {
            true => *sum = sum.add(&dx),
            false => sum.accumulate(dx),
        };
        match node.is_leaf() {
            true => self.found.put(node, dx, add),
            false => self.agenda.put(node, result, dx, add),
        }
    }
}
