//! Feeds `targets::office_wire` from libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| doorward_fuzz::office_wire(data));
