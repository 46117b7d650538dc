//! The graph: nodes, the backward pass, and how a thread records.
//!
//! The graph is made of the `Var`s themselves: a computed `Var` holds the node that made it, a node holds the nodes of its operands, and
//! nothing else holds a node. Dropping the result therefore frees the graph. In `(&x * &w).sum()` the result holds the node of `sum`,
//! that one holds the node of `mul`, and that one the two leaves.
//!
//! Each node has a position, greater than those of its operands. The backward pass takes nodes from the highest position
//! down; when a node's turn comes, each of its consumers has had its own, so its gradient is complete.

mod agenda;
pub mod anomaly;
pub(crate) mod backward;
mod draw;
mod gradients;
pub(crate) mod handle;
mod layer_path;
pub mod mode;
pub(crate) mod node;

pub use anomaly::detect_anomaly;
pub use gradients::Gradients;
pub(crate) use layer_path::LayerPath;
pub use layer_path::in_layer;
pub use mode::{blame, no_grad};
