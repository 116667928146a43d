//! Numbers as people write them: with signs of currency, thousands and a point or comma.
//!
//! Nothing is rounded in silence: digits that a column cannot keep are an error.
//! Not here: bounds of a column. Proved by `crates/crm/tests/it/values.rs`.

/// Reads `1234.5`, `-1,234.50`, `1.234,50`, `$ 1,234`, `(12.00)`, `12 %` into an integer scaled by `digits`.
///
/// One kind of separator alone followed by exactly three digits groups thousands, unless it is the point.
pub fn parse_decimal(written: &str, digits: u32) -> Result<i64, String> {
    let wrong = || format!("`{written}` is not a number");
    let text = written.trim();
    let (text, negative) = match text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let bare: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '$' | '€' | '£' | '¥' | '%' | '\'' | '’')).collect();
    let (bare, negative) = match bare.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (rest.to_owned(), !negative),
        None => (bare.strip_prefix('+').unwrap_or(&bare).to_owned(), negative),
    };
    let (whole, part) = halves(&bare).ok_or_else(wrong)?;
    if whole.is_empty() && part.is_empty() || !whole.chars().chain(part.chars()).all(|c| c.is_ascii_digit()) {
        return Err(wrong());
    }
    let kept = part.trim_end_matches('0');
    if kept.len() > digits as usize {
        return Err(match digits {
            0 => format!("`{written}` is not a whole number"),
            _ => format!("`{written}` has more than {digits} digits behind the point"),
        });
    }
    let scaled = format!("{whole}{kept:0<width$}", width = digits as usize);
    let number: i64 = scaled
        .trim_start_matches('0')
        .parse()
        .or_else(|_| if scaled.chars().all(|c| c == '0') { Ok(0) } else { Err(format!("`{written}` is too large")) })?;
    Ok(if negative { -number } else { number })
}

/// Cuts at the decimal point or comma and takes thousands separators away. `None` when they stand in wrong places.
fn halves(bare: &str) -> Option<(String, String)> {
    let (last_point, last_comma) = (bare.rfind('.'), bare.rfind(','));
    let decimal = match (last_point, last_comma) {
        (Some(p), Some(c)) => Some(if p > c { '.' } else { ',' }),
        (Some(_), None) if bare.matches('.').count() == 1 => Some('.'),
        (None, Some(c)) if bare.matches(',').count() == 1 && bare.len() - c != 4 => Some(','),
        _ => None,
    };
    let (whole, part) = match decimal.and_then(|d| bare.rsplit_once(d)) {
        Some((whole, part)) => (whole, part),
        None => (bare, ""),
    };
    if whole.contains(['.', ',']) {
        let mut groups = whole.split(['.', ',']);
        let first = groups.next()?;
        if first.is_empty() || first.len() > 3 || groups.any(|g| g.len() != 3) || (whole.contains('.') && whole.contains(',')) {
            return None;
        }
    }
    Some((whole.replace(['.', ','], ""), part.to_owned()))
}

/// Writes a scaled integer with a point, with at least `least` digits behind it and no needless zeros beyond.
pub fn decimal_text(scaled: i64, digits: u32, least: usize) -> String {
    let sign = if scaled < 0 { "-" } else { "" };
    let plain = format!("{:0>width$}", scaled.unsigned_abs(), width = digits as usize + 1);
    let (whole, part) = plain.split_at(plain.len() - digits as usize);
    let mut part = part.trim_end_matches('0').to_owned();
    while part.len() < least {
        part.push('0');
    }
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}
