//! The plan of a pass: which values are computed, which of them are written, in an order in which each comes after its operands.

use crate::kernel::element::ValuesMut;
use crate::kernel::elementwise::Apply;
use crate::kernel::fused::{self, Input, Kind, Program, Source, Step};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A function and what it is applied to.
pub(super) struct Expression {
    pub(super) function: Box<dyn Apply>,
    pub(super) operands: SmallVec<[Box<dyn Operand>; 3]>,
}

/// A tensor of any element type, as part of an expression.
pub(super) trait Operand: Send + Sync {
    /// The value that is still to be computed, element by element in the same order as the whole expression.
    fn pending(&self) -> Option<Arc<dyn Node>>;
    fn source(&self) -> Box<dyn Source + '_>;
}

/// A [`Pending`] of any element type.
pub(super) trait Node: Send + Sync {
    fn expression(&self) -> Option<Arc<Expression>>;
    fn kind(&self) -> Kind;
    fn numel(&self) -> usize;
    fn looks(&self) -> &AtomicUsize;
    /// Memory for the value.
    fn prepare(self: Arc<Self>) -> Box<dyn Output>;
}

/// Memory that a pass writes.
pub(super) trait Output {
    fn elements(&mut self) -> ValuesMut<'_>;
    /// Hands the memory over: the value is computed.
    fn finish(self: Box<Self>);
}

/// What a pass runs through: nodes in an order in which each comes after its operands.
#[derive(Default)]
struct Plan {
    nodes: Vec<(Arc<dyn Node>, Arc<Expression>)>,
    place: HashMap<*const (), usize>,
    /// How many operands in the plan are this node.
    uses: Vec<usize>,
}

impl Plan {
    /// The place of a node, after those of its operands; `None` if its value is there meanwhile.
    fn add(&mut self, node: Arc<dyn Node>) -> Option<usize> {
        let key = Arc::as_ptr(&node).cast::<()>();
        if let Some(&place) = self.place.get(&key) {
            return Some(place);
        }
        let expression = node.expression()?;
        for operand in &expression.operands {
            if let Some(place) = operand.pending().and_then(|operand| self.add(operand)) {
                self.uses[place] += 1;
            }
        }
        self.place.insert(key, self.nodes.len());
        self.nodes.push((node, expression));
        self.uses.push(0);
        Some(self.nodes.len() - 1)
    }

    /// Whether a node is held by more than the expressions of this plan and the plan itself.
    fn is_held(&self, place: usize) -> bool {
        Arc::strong_count(&self.nodes[place].0) > self.uses[place] + 1
    }
}

/// Computes `roots`, all of as many elements, in one pass; and the sums of the blocks of a node.
pub(super) fn evaluate(roots: Vec<Arc<dyn Node>>, sum: Option<(Arc<dyn Node>, ValuesMut<'_>)>) {
    let mut plan = Plan::default();
    let n = roots.iter().chain(sum.iter().map(|(node, _)| node)).next().map_or(0, |node| node.numel());
    let mut wanted: Vec<usize> = roots.into_iter().filter_map(|root| plan.add(root)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let sum = sum.map(|(node, blocks)| (plan.add(node).expect("the caller saw that it is pending"), blocks));
    let summed = sum.as_ref().map(|(place, _)| *place);
    for place in 0..plan.nodes.len() {
        let again = wanted.binary_search(&place).is_err()
            && (plan.is_held(place) || summed == Some(place))
            && plan.nodes[place].0.looks().fetch_add(1, Ordering::Relaxed) > 0;
        if again {
            wanted.insert(wanted.partition_point(|&other| other < place), place);
        }
    }
    let (mut sources, mut steps) = (Vec::new(), Vec::with_capacity(plan.nodes.len()));
    for (node, expression) in &plan.nodes {
        let inputs = expression.operands.iter().map(|operand| {
            let step = operand.pending().and_then(|node| plan.place.get(&Arc::as_ptr(&node).cast::<()>()).copied());
            step.map_or_else(
                || {
                    sources.push(operand.source());
                    Input::Source(sources.len() - 1)
                },
                Input::Step,
            )
        });
        steps.push(Step { function: &*expression.function, inputs: inputs.collect(), kind: node.kind() });
    }
    let mut memory: Vec<Box<dyn Output>> = wanted.iter().map(|&place| plan.nodes[place].0.clone().prepare()).collect();
    let outputs = wanted.iter().copied().zip(memory.iter_mut().map(|memory| memory.elements())).collect();
    Program { n, sources, steps }.run(outputs, sum.map(|(step, blocks)| fused::Sum { step, blocks }));
    memory.into_iter().for_each(Output::finish);
}
