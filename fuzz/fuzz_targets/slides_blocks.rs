//! Feeds `targets::slides_blocks` from libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| doorward_fuzz::slides_blocks(data));
