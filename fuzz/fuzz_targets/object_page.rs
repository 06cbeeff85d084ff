//! Feeds `targets::object_page` from libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| doorward_fuzz::object_page(data));
