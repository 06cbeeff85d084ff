//! Previews as processes: what a worker can do from inside, and what the gateway makes of one that dies, lies or does not end.

mod helpers;
mod inside;
mod pool;
