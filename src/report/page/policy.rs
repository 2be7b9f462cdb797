//! What a browser may do with the page: its own style, the font in it, and its own scripts, which are
//! named by their digests, and nothing from elsewhere.

use sha2::{Digest, Sha256};

use crate::report::base64::base64;

/// The Content Security Policy of a page with these scripts.
pub(super) fn policy(scripts: &[String]) -> String {
    let digests = scripts.iter().map(|script| format!(" 'sha256-{}'", base64(&Sha256::digest(script.as_bytes()))));
    let digests: String = digests.collect();
    let allowed = if digests.is_empty() { " 'none'".to_owned() } else { digests };
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src{allowed}; font-src data:; img-src data:; base-uri 'none'; form-action 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_named_by_their_digests() {
        assert!(policy(&[]).contains("script-src 'none';"));
        // `openssl dgst -sha256 -binary | base64` of an empty text.
        assert!(policy(&[String::new()]).contains("'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"));
    }
}
