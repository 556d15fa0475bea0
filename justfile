# The few commands that people need; `just` lists them.

_default:
    @just --list

# The console on throw-away servers; `just demo -- counts` runs one verb there
demo *arguments:
    cargo run --locked --quiet -- demo {{arguments}}

# All tests, or those whose names match
test *filter:
    cargo test --locked {{filter}}

# What a reviewer would otherwise have to say
lint:
    cargo clippy --all-targets --locked -- -D warnings

# The one way to lay out the code
fmt:
    cargo fmt

# Every parser of what others wrote, on inputs that nobody would write, and every fault at any byte: two to three hours
nightly seconds="600" tries="500": versions
    PGDECK_FUZZ_SECONDS={{seconds}} cargo test --locked --test parsers
    PGDECK_FAULTS={{tries}} cargo test --locked --test faults -- --nocapture

# Everything that looks at a catalogue, on every version of PostgreSQL; what is not installed is fetched
versions:
    PGDECK_TEST_MAJORS="13 14 16 17 18" cargo test --locked --test audit -- fixtures
    PGDECK_TEST_MAJORS="13 18" cargo test --locked --test drift -- equal:: planted:: unseen::
    PGDECK_TEST_MAJORS="13 18" cargo test --locked --test migrations_history -- tools:: found:: looks::
    PGDECK_TEST_MAJORS="13 15 17 18" cargo test --locked --test sync -- versions::

# What CI does
ci:
    .ci/run

# Paint the pictures of the README anew, from the real screen
pictures:
    UPDATE_PICTURES=1 cargo test --locked --test story pictures

# Measure the console: times, bytes on the line, memory. Takes a minute
figures:
    cargo bench --locked --bench terminal
