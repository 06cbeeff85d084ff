//! Feeds `targets::journal_line` from libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| doorward_fuzz::journal_line(data));
