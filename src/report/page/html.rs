//! Text as HTML.

/// A text that may stand in an element or in a quoted attribute. Control characters other than line
/// breaks are left out: pages may not have them.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push('\n'),
            other if other.is_control() => {}
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_an_element_or_an_attribute() {
        assert_eq!(escape("<a b=\"c\">&'\u{0}\u{7}x\n"), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;x\n");
    }
}
