//! Feeds `targets::typed_code` from libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| doorward_fuzz::typed_code(data));
