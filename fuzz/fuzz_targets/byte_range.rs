//! Feeds `targets::byte_range` from libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| doorward_fuzz::byte_range(data));
