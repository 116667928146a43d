//! Chance that can be had again: the same seed, set and key give the same draws.
//!
//! Every made row has a [`Chance`] of its own, seeded by what it is. So any row can be looked at again without making
//! the rows before it, and nothing that was made has to be remembered.
//! The numbers are splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
//! Not here: secrets; these numbers are guessable by design. Proved by `crates/sample/tests/it/generated.rs`.

/// A row of draws.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// The draws that belong to this row of this set; `of` also tells apart several rows of draws about one row.
    pub fn new(seed: u64, of: &str, key: u64) -> Chance {
        // FNV-1a of the word, so that the sets do not draw alike.
        let word = of.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
        Chance(mixed(mixed(seed ^ word).wrapping_add(key)))
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// A number from 0 up to but without `n`; 0 for 0.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// Like [`Chance::below`], small numbers more often: the few who buy much, the names that many bear.
    pub fn skewed(&mut self, n: u64) -> u64 {
        self.below(n).min(self.below(n))
    }

    /// A number from `low` to `high`, both included; `low` when they stand the wrong way round.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low.saturating_add_unsigned(self.below(high.saturating_sub(low).max(0).unsigned_abs().saturating_add(1)))
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, times: u64) -> bool {
        self.below(100) < times
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(list.len() as u64) as usize)
    }

    /// One of these words; empty for none.
    pub fn word(&mut self, list: &[&'static str]) -> &'static str {
        self.pick(list).copied().unwrap_or_default()
    }

    /// One of these, each as often as its weight says; the default for none.
    pub fn weighted<T: Copy + Default>(&mut self, list: &[(u64, T)]) -> T {
        let mut drawn = self.below(list.iter().map(|(weight, _)| weight).sum());
        for (weight, thing) in list {
            if drawn < *weight {
                return *thing;
            }
            drawn -= weight;
        }
        T::default()
    }

    /// The pattern with a digit for each `#` and a capital for each `@`.
    pub fn filled(&mut self, pattern: &str) -> String {
        let fill = |c| match c {
            '#' => char::from(b'0' + self.below(10) as u8),
            // Without I, O and Q, which postal codes avoid.
            '@' => self.pick(b"ABCDEFGHJKLMNPRSTUVWXYZ").map_or('A', |b| char::from(*b)),
            other => other,
        };
        pattern.chars().map(fill).collect()
    }
}

fn mixed(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
