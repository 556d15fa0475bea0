//! The program: hooks, a runtime, the command line.

use std::{process::ExitCode, time::Duration};

/// The exit code of a fault of pgdeck itself.
const INTERNAL: u8 = 70;

fn main() -> ExitCode {
    if let Err(error) = color_eyre::install() {
        eprintln!("pgdeck: {error}");
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("pgdeck: no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let run = || runtime.block_on(pgdeck::cli::run(std::env::args_os()));
    // The hook has said what happened and where.
    let code = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or(ExitCode::from(INTERNAL));
    // A server of the demo that is just being started ends with the work that starts it; a name service that does
    // not answer is not waited for.
    runtime.shutdown_timeout(Duration::from_secs(5));
    code
}
