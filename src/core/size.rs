//! Sizes for people.

/// Bytes in the units of `pg_size_pretty`, one decimal where it says something.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit < 2 || value >= 100.0 {
        format!("{value:.0} {}", UNITS[unit])
    } else {
        format!("{value:.1} {}", UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_keep_what_says_something() {
        assert_eq!([0, 8192, 1_468_006, 251_658_240].map(bytes), ["0 B", "8 kB", "1.4 MB", "240 MB"]);
    }
}
