//! Feeds `targets::accept_language` from libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| doorward_fuzz::accept_language(data));
