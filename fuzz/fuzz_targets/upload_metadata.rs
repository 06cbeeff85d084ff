//! Feeds `targets::upload_metadata` from libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| doorward_fuzz::upload_metadata(data));
