//! Camlock: a self-hosted access-key console and request authority.

/// The API of the official clients.
pub mod api;
/// What people can do: one function per action.
pub mod app;
/// The command line.
pub mod cli;
/// Time as an argument.
pub mod clock;
/// Everything the operator can set, read once.
pub mod config;
/// Messages to other servers.
pub mod courier;
/// The rules of the field, free of every framework.
pub mod domain;
/// What other services ask about signed requests.
pub mod gate;
/// What the console and the API know alike of a request.
pub mod http;
/// What is counted, and told to whoever collects figures.
pub mod metrics;
/// Password hashes, made and checked within bounds.
pub mod passwords;
/// The name under which this program was called.
pub mod program;
/// Randomness as an argument.
pub mod random;
/// Connections: how many, and how long they may wait.
pub mod server;
/// Joins the parts and starts the server.
pub mod startup;
/// What is kept, on SQLite or PostgreSQL.
pub mod store;
/// Logs.
pub mod telemetry;
/// Times in answers of the API.
pub mod times;
/// Secrets at rest.
pub mod vault;
/// The console: pages, and what stands around them.
pub mod web;
