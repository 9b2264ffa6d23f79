//! The program `lacuna`: hands its arguments to the library.

fn main() -> std::process::ExitCode {
    lacuna::cli::run(std::env::args_os())
}
