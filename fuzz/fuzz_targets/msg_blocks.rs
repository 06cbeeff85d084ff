//! Feeds `targets::msg_blocks` from libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| doorward_fuzz::msg_blocks(data));
