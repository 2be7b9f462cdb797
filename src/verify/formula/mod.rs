//! What theory says: closed forms, and numerical methods that share nothing with the engines.

pub(super) mod queueing;
pub(super) mod special;
pub(super) mod transient;
