//! The program `lacuna`: hands its arguments to the library.

/// The system's own takes a third longer for a build after which nothing has changed.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    lacuna::cli::run(std::env::args_os())
}
