//! Feeds `targets::archive_range` from libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| doorward_fuzz::archive_range(data));
