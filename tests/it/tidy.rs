//! The style rules that a machine can check, read from the repository's own sources.
//!
//! Each test lists every breach with file and line, so that one run shows them all.

use std::fs;
use std::path::{Path, PathBuf};

/// Longest function, in lines from its signature to its closing brace.
const FUNCTION_LINES_MAX: usize = 70;
/// Longest file, in lines without its tests.
const FILE_LINES_MAX: usize = 700;

/// Modules from upstream to downstream: each uses only those before it, those of its own row, and
/// what [`MAY_ALSO_USE`] allows.
const LAYERS: [&[&str]; 23] = [
    &["units", "curve"],
    &["calendar"],
    &["rng"],
    &["distribution"],
    &["tally"],
    &["stats"],
    &["selection"],
    &["scenario"],
    &["desk", "pathway", "schedule", "runbook"],
    &["patient"],
    &["claim"],
    &["record"],
    &["trace"],
    &["engine"],
    &["laws"],
    &["replication"],
    &["measures"],
    &["objective"],
    &["experiment"],
    &["load"],
    &["verify"],
    &["report"],
    &["cli"],
];

/// The checked scenario is made of descriptions that these modules own.
const MAY_ALSO_USE: [(&str, &[&str]); 1] = [("scenario", &["desk", "pathway", "schedule", "runbook"])];

/// Upstream modules, or items of them, that a module must not know for a reason of its own.
const MUST_NOT_USE: [(&str, &str); 9] = [
    ("stats", "scenario"),
    ("engine", "units"),
    ("engine", "scenario"),
    ("engine", "pathway"),
    ("engine", "patient"),
    ("engine", "claim"),
    ("engine", "record"),
    ("patient", "schedule"),
    ("report", "replication::simulate"),
];

/// One source file of the library or the program.
struct Source {
    /// Relative to the repository, with forward slashes.
    name: String,
    /// As it stands.
    text: String,
    /// Without what comments, strings and characters say; the same number of lines.
    code: String,
    /// `code` without the items under `#[cfg(test)]`; the same number of lines.
    product: String,
    /// Lines that belong to items under `#[cfg(test)]`.
    test_lines: usize,
}

impl Source {
    /// The module directly under `crate::` that the file belongs to.
    fn module(&self) -> &str {
        let inside = self.name.trim_start_matches("src/");
        let end = inside.find(['/', '.']).unwrap_or(inside.len());
        &inside[..end]
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    collect(&root.join("src"), &mut paths);
    paths.sort();
    assert!(paths.len() > 20, "the sources are found: {paths:?}");
    let read = |path: &PathBuf| fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // A module declared under `#[cfg(test)]` is a test file as a whole.
    let test_files: Vec<PathBuf> = paths.iter().flat_map(|path| test_modules(path, &blank(&read(path)))).collect();
    paths
        .iter()
        .filter(|path| !test_files.contains(path))
        .map(|path| {
            let text = read(path);
            let code = blank(&text);
            let (product, test_lines) = without_tests(&code);
            let relative = path.strip_prefix(root).expect("below the root");
            Source { name: relative.to_string_lossy().replace('\\', "/"), text, code, product, test_lines }
        })
        .collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// Files of the modules that a file declares under `#[cfg(test)]` without a body.
fn test_modules(path: &Path, code: &str) -> Vec<PathBuf> {
    let folder = match path.file_stem().and_then(|stem| stem.to_str()) {
        Some("mod" | "lib" | "main") | None => path.with_file_name(""),
        Some(_) => path.with_extension(""),
    };
    code.match_indices("#[cfg(test)]")
        .filter_map(|(at, attribute)| {
            let item = code[at + attribute.len()..].trim_start();
            let name = item.trim_start_matches("pub(crate) ").strip_prefix("mod ")?;
            let name = name[..name.find([';', '{'])?].trim();
            Some([folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs")])
        })
        .flatten()
        .collect()
}

/// Replaces what comments, strings and characters say by spaces, keeping the lines.
fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => end_of(&chars, at, '\n'),
            '/' if chars.get(at + 1) == Some(&'*') => end_of_block_comment(&chars, at),
            '"' => end_of_string(&chars, at),
            'r' if at == 0 || !is_word(chars[at - 1]) || chars[at - 1] == 'b' => {
                end_of_raw_string(&chars, at).unwrap_or(at)
            }
            '\'' => end_of_character(&chars, at),
            _ => at,
        };
        if end == at {
            code.push(chars[at]);
            at += 1;
        } else {
            code.extend(chars[at..end].iter().map(|&char| if char == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    code
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

fn end_of(chars: &[char], at: usize, last: char) -> usize {
    chars[at..].iter().position(|&char| char == last).map_or(chars.len(), |length| at + length)
}

fn end_of_block_comment(chars: &[char], start: usize) -> usize {
    let mut depth = 0;
    let mut at = start;
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn end_of_string(chars: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

fn end_of_raw_string(chars: &[char], start: usize) -> Option<usize> {
    let hashes = chars[start + 1..].iter().take_while(|&&char| char == '#').count();
    let open = start + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return None;
    }
    let closes = |at: usize| chars[at] == '"' && chars[at + 1..].iter().take_while(|&&c| c == '#').count() >= hashes;
    (open + 1..chars.len()).find(|&at| closes(at)).map(|at| at + 1 + hashes)
}

/// The end of a character literal; a lifetime's quote is left alone.
fn end_of_character(chars: &[char], start: usize) -> usize {
    match (chars.get(start + 1), chars.get(start + 2)) {
        (Some('\\'), Some(_)) => (end_of(chars, start + 3, '\'') + 1).min(chars.len()),
        (Some(_), Some('\'')) => start + 3,
        _ => start,
    }
}

/// Code without its test items, and how many lines these have.
fn without_tests(code: &str) -> (String, usize) {
    let mut product = String::with_capacity(code.len());
    let mut rest = code;
    let mut test_lines = 0;
    while let Some(at) = rest.find("#[cfg(test)]") {
        let item = &rest[at..];
        let end = end_of_item(item);
        product.push_str(&rest[..at]);
        product.extend(item[..end].chars().filter(|&char| char == '\n'));
        test_lines += item[..end].lines().count();
        rest = &item[end..];
    }
    product.push_str(rest);
    (product, test_lines)
}

/// Byte after the closing brace of an item, or after its semicolon if it has no body.
fn end_of_item(code: &str) -> usize {
    let mut depth = 0;
    for (at, char) in code.char_indices() {
        match char {
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 && !is_inside_brackets(&code[..at]) => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// Whether a square bracket is still open, as in `[u8; 4]`.
fn is_inside_brackets(code: &str) -> bool {
    code.matches('[').count() > code.matches(']').count()
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Places where a word stands by itself.
fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

fn assert_none(rule: &str, breaches: &[String]) {
    assert!(breaches.is_empty(), "{rule}:\n{}", breaches.join("\n"));
}

/// Every `crate::` path in the code, without `crate::`, groups in braces taken apart, with its line.
fn crate_paths(code: &str) -> Vec<(usize, String)> {
    words(code, "crate").filter(|&at| code[at..].starts_with("crate::")).fold(Vec::new(), |mut paths, at| {
        let start = at + "crate::".len();
        expand(&code[start..], "", &mut |path| paths.push((line_of(code, at), path)));
        paths
    })
}

/// Reads one path or group, reports every full path, and returns the bytes read.
fn expand(code: &str, prefix: &str, report: &mut impl FnMut(String)) -> usize {
    let length = code.find(|char: char| !is_word(char) && char != ':').unwrap_or(code.len());
    let path = format!("{prefix}{}", &code[..length]);
    if !code[length..].starts_with('{') || !(path.is_empty() || path.ends_with("::")) {
        report(path.trim_end_matches(':').to_owned());
        return length;
    }
    let mut at = length + 1;
    loop {
        at += code[at..].len() - code[at..].trim_start().len();
        match code[at..].chars().next() {
            None => return at,
            Some('}') => return at + 1,
            Some('a') if code[at..].starts_with("as ") => at += end_of_name(&code[at..]),
            Some(char) if is_word(char) => at += expand(&code[at..], &path, report),
            Some(char) => at += char.len_utf8(),
        }
    }
}

/// Length of `as name`.
fn end_of_name(code: &str) -> usize {
    let name = "as ".len();
    code[name..].find(|char| !is_word(char)).map_or(code.len(), |length| name + length)
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

#[test]
fn product_code_has_no_way_to_panic_but_expectations_with_a_reason() {
    let mut breaches = Vec::new();
    for source in sources() {
        for token in [".unwrap()", ".unwrap_err()", "panic!", "todo!", "unimplemented!", "dbg!"] {
            for (at, _) in source.product.match_indices(token) {
                breaches.push(format!("{}:{}: {token}", source.name, line_of(&source.product, at)));
            }
        }
    }
    assert_none("write `expect` with the reason it cannot fail, or return an error", &breaches);
}

#[test]
fn functions_fit_on_a_screen() {
    let mut breaches = Vec::new();
    for source in sources() {
        let code = &source.product;
        for at in words(code, "fn") {
            // A pointer type `fn(..)` has no name.
            if !code[at + 2..].trim_start().starts_with(is_word) {
                continue;
            }
            let lines = code[at..at + end_of_item(&code[at..])].lines().count();
            if lines > FUNCTION_LINES_MAX {
                let name: String = code[at + 3..].chars().take_while(|&char| is_word(char)).collect();
                breaches.push(format!("{}:{}: fn {name} has {lines} lines", source.name, line_of(code, at)));
            }
        }
    }
    assert_none(&format!("a function has at most {FUNCTION_LINES_MAX} lines"), &breaches);
}

#[test]
fn files_stay_short_without_their_tests() {
    let breaches: Vec<String> = sources()
        .iter()
        .map(|source| (source, source.text.lines().count() - source.test_lines))
        .filter(|&(_, lines)| lines > FILE_LINES_MAX)
        .map(|(source, lines)| format!("{}: {lines} lines without tests", source.name))
        .collect();
    assert_none(&format!("a file has at most {FILE_LINES_MAX} lines without tests"), &breaches);
}

#[test]
fn every_file_opens_with_what_it_is() {
    let breaches: Vec<String> =
        sources().into_iter().filter(|source| !source.text.starts_with("//! ")).map(|source| source.name).collect();
    assert_none("a file opens with `//!`", &breaches);
}

#[test]
fn modules_use_only_modules_upstream() {
    let mut breaches = Vec::new();
    for source in sources().iter().filter(|source| !["lib", "main"].contains(&source.module())) {
        let user = source.module();
        let Some(own) = layer(user) else {
            breaches.push(format!("{}: module {user} has no place in the layers", source.name));
            continue;
        };
        for (line, path) in crate_paths(&source.product) {
            let used = path.split("::").next().unwrap_or_default();
            let allowed = used == user
                || layer(used).is_some_and(|layer| layer <= own)
                || MAY_ALSO_USE.iter().any(|(who, whom)| *who == user && whom.contains(&used));
            if !allowed {
                breaches.push(format!("{}:{line}: {user} uses crate::{path}", source.name));
            }
        }
    }
    assert_none("a module uses only modules upstream of it", &breaches);
}

#[test]
fn modules_do_not_know_what_they_must_be_blind_to() {
    let mut breaches = Vec::new();
    for source in sources() {
        for (line, path) in crate_paths(&source.product) {
            for (user, used) in MUST_NOT_USE {
                let knows = path == used || path.starts_with(&format!("{used}::"));
                if source.module() == user && knows {
                    breaches.push(format!("{}:{line}: {user} uses crate::{path}", source.name));
                }
            }
        }
    }
    assert_none("stats knows no insurance, engine no yuan, patient no schedule, report runs nothing", &breaches);
}

#[test]
fn no_path_of_a_machine_is_written_down() {
    let mut breaches = Vec::new();
    for source in sources() {
        for path in ["/work/", "/root/", "/home/", "/Users/"] {
            for (at, _) in source.text.match_indices(path) {
                breaches.push(format!("{}:{}: {path}", source.name, line_of(&source.text, at)));
            }
        }
    }
    assert_none("paths of one machine mean nothing on another", &breaches);
}

#[test]
fn no_collection_has_an_order_of_its_own() {
    let mut breaches = Vec::new();
    for source in sources() {
        for word in ["HashMap", "HashSet"] {
            for at in words(&source.code, word) {
                breaches.push(format!("{}:{}: {word}", source.name, line_of(&source.code, at)));
            }
        }
    }
    assert_none("the order of a hash map differs from run to run", &breaches);
}

#[test]
fn the_reader_of_sources_sees_code_and_only_code() {
    let text = "//! Says .unwrap().\nfn a<'x>() { let b = \"} \\\" {\"; let c = '{'; let d = r#\"\"{\"#; }\n\
                #[cfg(test)]\nmod tests {\n    fn e() { x.unwrap(); }\n}\nfn f(g: [u8; 2]) {\n}\n";
    let code = blank(text);
    assert_eq!(code.lines().count(), text.lines().count());
    let (product, test_lines) = without_tests(&code);
    assert_eq!(test_lines, 4);
    assert!(!product.contains("unwrap") && product.contains("fn f("));
    let at = code.find("fn f").expect("it is there");
    assert_eq!(code[at..at + end_of_item(&code[at..])].lines().count(), 2);
    assert_eq!(line_of(&code, at), 7);
    let paths = crate_paths("use crate::{a::{B, c::D}, e as f};\nuse crate::g::H; pub(crate) fn x() {}");
    let paths: Vec<(usize, &str)> = paths.iter().map(|(line, path)| (*line, path.as_str())).collect();
    assert_eq!(paths, [(1, "a::B"), (1, "a::c::D"), (1, "e"), (2, "g::H")]);
}
