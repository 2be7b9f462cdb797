//! What a browser may do with the page: its own style and its own scripts, which are named by their
//! digests, and nothing from elsewhere.

use sha2::{Digest, Sha256};

/// The Content Security Policy of a page with these scripts.
pub(super) fn policy(scripts: &[String]) -> String {
    let digests = scripts.iter().map(|script| format!(" 'sha256-{}'", base64(&Sha256::digest(script.as_bytes()))));
    let digests: String = digests.collect();
    let allowed = if digests.is_empty() { " 'none'".to_owned() } else { digests };
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src{allowed}; img-src data:; base-uri 'none'; form-action 'none'"
    )
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for part in bytes.chunks(3) {
        let byte = |place: usize| u32::from(part.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let sign = SIGNS[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= part.len() { char::from(sign) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_the_standard_hold() {
        let found = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(found, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }

    #[test]
    fn scripts_are_named_by_their_digests() {
        assert!(policy(&[]).contains("script-src 'none';"));
        // `openssl dgst -sha256 -binary | base64` of an empty text.
        assert!(policy(&[String::new()]).contains("'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"));
    }
}
