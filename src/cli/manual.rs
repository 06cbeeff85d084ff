//! `doorward completions` and `doorward man`: made from the arguments themselves, so that they cannot be out of date.

use crate::cli::failure::Failure;
use crate::cli::{arguments, output};
use clap::Args;
use clap_complete::Shell;

/// Options.
#[derive(Debug, Args)]
pub struct Completions {
    /// For which shell
    shell: Shell,
}

/// Prints completions.
pub fn completions(options: &Completions) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(options.shell, &mut arguments(), "doorward", &mut text);
    output::print(&String::from_utf8_lossy(&text))
}

/// Prints the manual page.
pub fn man() -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_mangen::Man::new(arguments()).render(&mut text)?;
    output::print(&String::from_utf8_lossy(&text))
}
