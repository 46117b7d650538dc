//! What is given back to models and optimisers, and what a folder keeps.
