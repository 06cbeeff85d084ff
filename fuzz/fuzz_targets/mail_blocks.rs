//! Feeds `targets::mail_blocks` from libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| doorward_fuzz::mail_blocks(data));
