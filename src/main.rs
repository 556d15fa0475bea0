//! The program: hooks, a runtime, the command line.

use std::process::ExitCode;

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
    runtime.block_on(pgdeck::cli::run(std::env::args_os()))
}
