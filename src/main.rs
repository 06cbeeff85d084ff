//! The program: arguments in, exit code out.
#![deny(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    doorward::cli::run()
}
