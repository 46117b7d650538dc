//! Ops that pick elements by index, and their adjoints.

mod gather;
mod index_add;
mod index_select;
mod scatter_add;

register! {
    index:
        gather::Gather, index_add::IndexAdd, index_select::IndexSelect, scatter_add::ScatterAdd;
}
