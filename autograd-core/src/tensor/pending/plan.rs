//! The plan of a pass: which values are computed, which of them are written, in an order in which each comes after its operands.

use crate::List;
use crate::address::Places;
use crate::kernel::element::ValuesMut;
use crate::kernel::elementwise::Apply;
use crate::kernel::fused::{self, Input, Kind, Parts, Program, Source, Step};
use crate::shared::Shared;
use smallvec::SmallVec;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Work for an element, in cheap operations, that is sooner done again than its result is written to memory and read.
const CHEAP: usize = 8;

/// A function and what it is applied to.
pub(super) struct Expression {
    pub(super) function: Shared<dyn Apply>,
    pub(super) operands: SmallVec<[Shared<dyn Operand>; 3]>,
}

/// A tensor of any element type, as part of an expression.
pub(super) trait Operand: Send + Sync {
    /// The value that is still to be computed, element by element in the same order as the whole expression.
    fn pending(&self) -> Option<Shared<dyn Node>>;
    fn source(&self) -> Source<'_>;
}

/// A [`Pending`] of any element type.
pub(super) trait Node: Send + Sync {
    fn expression(&self) -> Option<Shared<Expression>>;
    fn kind(&self) -> Kind;
    fn numel(&self) -> usize;
    fn looks(&self) -> &AtomicUsize;
    /// Memory for the value.
    fn prepare(&self) -> Shared<dyn Output + '_>;
}

/// Memory that a pass writes.
pub(super) trait Output {
    fn elements(&mut self) -> ValuesMut<'_>;
    /// Hands the memory over: the value is computed.
    fn finish(&mut self);
}

/// What a pass runs through: nodes in an order in which each comes after its operands.
#[derive(Default)]
struct Plan {
    nodes: List<(Shared<dyn Node>, Shared<Expression>)>,
    place: Places,
    /// How many operands in the plan are this node.
    uses: List<usize>,
}

impl Plan {
    /// The place of a node, after those of its operands; `None` if its value is there meanwhile.
    fn add(&mut self, node: Shared<dyn Node>) -> Option<usize> {
        let address = node.address();
        if let Some(&place) = self.place.get(&address) {
            return Some(place);
        }
        let expression = node.expression()?;
        for operand in &expression.operands {
            if let Some(place) = operand.pending().and_then(|operand| self.add(operand)) {
                self.uses[place] += 1;
            }
        }
        self.place.insert(address, self.nodes.len());
        self.nodes.push((node, expression));
        self.uses.push(0);
        Some(self.nodes.len() - 1)
    }

    /// Whether a node is held by more than the expressions of this plan and the plan itself.
    fn is_held(&self, place: usize) -> bool {
        self.nodes[place].0.count() > self.uses[place] + 1
    }

    /// Whether a pass ran through a node before, which this one counts as.
    fn is_met_again(&self, place: usize) -> bool {
        self.nodes[place].0.looks().fetch_add(1, Ordering::Relaxed) > 0
    }

    /// The work for an element, in cheap operations, up to a node: no less than it takes to compute that node.
    fn cost(&self, place: usize) -> usize {
        self.nodes[..=place].iter().map(|(_, expression)| expression.function.cost()).sum()
    }

    /// The functions of the nodes, as steps over `n` elements.
    fn program(&self, n: usize) -> Program<'_> {
        let (mut sources, mut steps) = (List::new(), List::new());
        for (node, expression) in &self.nodes {
            let inputs = expression.operands.iter().map(|operand| {
                let step = operand.pending().and_then(|node| self.place.get(&node.address()).copied());
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
        Program { n, sources, steps }
    }
}

/// Computes `roots`, all of as many elements, in one pass; and the sums of the blocks of a node.
pub(super) fn evaluate(roots: List<Shared<dyn Node>>, sum: Option<(Shared<dyn Node>, ValuesMut<'_>)>) {
    let mut plan = Plan::default();
    let n = roots.iter().chain(sum.iter().map(|(node, _)| node)).next().map_or(0, |node| node.numel());
    let mut wanted: List<usize> = roots.into_iter().filter_map(|root| plan.add(root)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let sum = sum.map(|(node, blocks)| (plan.add(node).expect("the caller saw that it is pending"), blocks));
    let summed = sum.as_ref().map(|(place, _)| *place);
    for place in 0..plan.nodes.len() {
        let again = wanted.binary_search(&place).is_err()
            && (plan.is_held(place) || summed == Some(place))
            && plan.is_met_again(place);
        if again {
            let at = wanted.partition_point(|&other| other < place);
            wanted.insert(at, place);
        }
    }
    let mut memory: List<Shared<dyn Output + '_>> = wanted.iter().map(|&place| plan.nodes[place].0.prepare()).collect();
    let elements = memory.iter_mut().map(|memory| memory.sole().expect("it was just made").elements());
    let outputs = wanted.iter().copied().zip(elements).collect();
    plan.program(n).run(outputs, sum.map(|(step, blocks)| fused::Sum { step, blocks }));
    memory.iter_mut().for_each(|memory| memory.sole().expect("nobody else had it").finish());
}

/// Hands `root` to `f` as parts that are computed when it takes them, unless its value is there or a part of it is to be written: one that somebody
/// else holds, that was met before and that is not [`CHEAP`].
pub(super) fn in_parts<R>(root: Shared<dyn Node>, f: impl FnOnce(&Parts<'_>) -> R) -> Option<R> {
    let n = root.numel();
    let mut plan = Plan::default();
    let last = plan.add(root)?;
    let mut again = false;
    for place in 0..last {
        again |= plan.is_held(place) && plan.is_met_again(place) && plan.cost(place) > CHEAP;
    }
    (!again).then(|| f(&Parts::new(plan.program(n))))
}
