//! Feeds `targets::upload_name` from libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| doorward_fuzz::upload_name(data));
