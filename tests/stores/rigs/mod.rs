//! The kinds of stores, one file each. `suite!` with what starts a rig makes a test of every case for it.

mod apache;
mod buckets;
mod folder;
mod moto;
mod nginx;
mod odd;
mod openssh;
mod rclone;
mod s3s;
mod web;

/// All cases for one kind of store: `$start` is an expression that gives an `Outcome` of its rig, evaluated anew by each test.
macro_rules! suite {
    ($start:expr) => {
        $crate::rigs::suite!($start; look: stat_and_list, ranges, large, missing, many_entries, denied, escapes;
            names: hard_names, names_in_folders; versions: pinned, changed_while_open, put_back; faults: stops_and_returns, stops_in_mid_download;
            writing: puts_once, cut_off);
    };
    ($start:expr; $($file:ident: $($case:ident),+);+) => {
        $($(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() -> $crate::rig::Outcome {
                let _turn = $crate::cases::turn(stringify!($case)).await;
                let rig = $start?;
                $crate::cases::$file::$case(&rig).await
            }
        )+)+
    };
}
pub(crate) use suite;
