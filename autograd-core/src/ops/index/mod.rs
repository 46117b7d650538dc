//! Ops that pick elements by index, and their adjoints.

mod embedding;
mod gather;
mod index_add;
mod index_copy;
mod index_put;
mod index_select;
mod masked_select;
mod scatter;
mod scatter_add;
mod take_along_axis;

register! {
    index:
        gather::Gather, index_add::IndexAdd, index_copy::IndexCopy, index_select::IndexSelect, scatter::Scatter,
        scatter_add::ScatterAdd;
}
