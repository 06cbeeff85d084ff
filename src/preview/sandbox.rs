//! Confines a worker before it reads its first byte: limits of the kernel, Landlock, and a filter of system calls that kills.

use crate::preview::limits::{WORKER_CPU, WORKER_MEMORY};
use crate::preview::wire::Confined;
use landlock::{ABI, Access, AccessFs, AccessNet, LandlockStatus, Ruleset, RulesetAttr, RulesetStatus, Scope};
use rustix::process::{Resource, Rlimit, Signal, getpid, nice, set_parent_process_death_signal, setrlimit};
use seccompiler::{BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch};
use std::collections::BTreeMap;

/// The newest interface of Landlock whose rights are all taken away where the kernel knows them.
const LANDLOCK: ABI = ABI::V6;
/// How much later than others a worker is given a processor.
const NICE: i32 = 5;
/// What a process says of itself that is to be ended before all others when the machine runs out of memory.
const OOM_FIRST: &str = "1000";

/// Why a process cannot be confined.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unconfined(String);

/// What drawing a page needs of the kernel, and no more. Neither list has a call that opens, connects, forks or executes.
const ALLOWED: [i64; 24] = [
    libc::SYS_brk,
    libc::SYS_clock_gettime,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_madvise,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_sigaltstack,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_clock_getres,
];

/// Confines this process, which must have one thread only, for the rest of its life.
///
/// # Errors
/// A limit or the filter of system calls cannot be put in force. A kernel without Landlock is no error here; what is in force is returned.
pub fn confine() -> Result<Confined, Unconfined> {
    // Where memory runs out, this process goes before the server does. Systems without it have no such choice to make.
    let _ = std::fs::write("/proc/self/oom_score_adj", OOM_FIRST);
    // Whoever started this process is watched as well, though its end also ends the pipe.
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(|e| Unconfined(format!("the end of its parent: {e}")))?;
    limits()?;
    let _ = nice(NICE);
    let landlock = lock_land();
    apply(&worker_filter()?)?;
    Ok(Confined { landlock, seccomp: true })
}

/// Gives up starting programs, for this process with all threads that it will ever have.
///
/// # Errors
/// The kernel does not filter system calls.
pub fn give_up_exec() -> Result<(), Unconfined> {
    let rules = [libc::SYS_execve, libc::SYS_execveat].map(|call| (call, Vec::new())).into();
    let refuse = SeccompAction::Errno(u32::from(rustix::io::Errno::PERM.raw_os_error().unsigned_abs() as u16));
    apply(&compile(rules, SeccompAction::Allow, refuse)?)
}

fn limits() -> Result<(), Unconfined> {
    let all = [
        (Resource::As, WORKER_MEMORY),
        (Resource::Cpu, WORKER_CPU.as_secs()),
        (Resource::Nofile, 8),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
        (Resource::Nproc, 0),
    ];
    for (resource, most) in all {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).map_err(|e| Unconfined(format!("limit {resource:?}: {e}")))?;
    }
    Ok(())
}

/// Takes every file, port and other process away; returns the version in force, 0 for none.
fn lock_land() -> u8 {
    let restricted = Ruleset::default()
        .handle_access(AccessFs::from_all(LANDLOCK))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(LANDLOCK)))
        .and_then(|rules| rules.scope(Scope::from_all(LANDLOCK)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self);
    let Ok(status) = restricted else { return 0 };
    match (status.ruleset, status.landlock) {
        (RulesetStatus::NotEnforced, _) => 0,
        (_, LandlockStatus::Available { effective_abi, .. }) => u8::try_from((effective_abi as i32).min(LANDLOCK as i32)).unwrap_or(0),
        _ => 0,
    }
}

fn worker_filter() -> Result<BpfProgram, Unconfined> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED.into_iter().map(|call| (call, Vec::new())).collect();
    // Memory may be asked for, but none that can be executed.
    let not_executable = || condition(2, SeccompCmpOp::MaskedEq(libc::PROT_EXEC.unsigned_abs().into()), 0);
    rules.insert(libc::SYS_mmap, vec![not_executable()?]);
    rules.insert(libc::SYS_mprotect, vec![not_executable()?]);
    // Aborting sends a signal to oneself.
    let own = u64::from(getpid().as_raw_nonzero().get().unsigned_abs());
    rules.insert(libc::SYS_tgkill, vec![condition(0, SeccompCmpOp::Eq, own)?]);
    compile(rules, SeccompAction::KillProcess, SeccompAction::Allow)
}

fn condition(argument: u8, how: SeccompCmpOp, value: u64) -> Result<SeccompRule, Unconfined> {
    let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, how, value);
    condition.and_then(|condition| SeccompRule::new(vec![condition])).map_err(filter_failed)
}

fn compile(rules: BTreeMap<i64, Vec<SeccompRule>>, others: SeccompAction, these: SeccompAction) -> Result<BpfProgram, Unconfined> {
    let machine = TargetArch::try_from(std::env::consts::ARCH).map_err(filter_failed)?;
    let filter = SeccompFilter::new(rules, others, these, machine).map_err(filter_failed)?;
    filter.try_into().map_err(filter_failed)
}

fn apply(filter: &BpfProgram) -> Result<(), Unconfined> {
    seccompiler::apply_filter(filter).map_err(filter_failed)
}

fn filter_failed(why: impl std::fmt::Display) -> Unconfined {
    Unconfined(format!("the kernel's filter of system calls (seccomp): {why}"))
}
