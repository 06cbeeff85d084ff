//! Feeds `targets::document_path` from libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| doorward_fuzz::document_path(data));
