//! Lacuna builds the handbook that knows what it is missing.
//!
//! [`source`] reads pages, [`checklist`] reads what there should be, [`parse`] turns each page
//! into facts and a body, [`resolve`] turns all facts into one site, [`status`] judges each gap,
//! [`render`] turns views into bytes, and [`build`] runs these in order. [`cli`] is the program.
//!
//! The modules stand in the order in which data flows: each imports only those above it.

pub mod base;
pub mod compare;
pub mod diag;
pub mod files;
pub mod gate;
pub mod config;
pub mod source;
pub mod checklist;
pub mod diagrams;
pub mod parse;
pub mod resolve;
pub mod lint;
pub mod history;
pub mod examples;
pub mod status;
pub mod render;
pub mod search;
pub mod build;
pub mod serve;
pub mod runners;
pub mod external;
pub mod review;
pub mod import;
pub mod handbook;
pub mod cli;
