//! Feeds `targets::preview_wire` from libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| doorward_fuzz::preview_wire(data));
