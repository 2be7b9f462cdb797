//! A headless Chromium that is asked over a pipe, in its own protocol and without a package between: one
//! message is one JSON value that ends in a zero byte.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// Longest time that an answer may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// A running browser with one page.
pub(crate) struct Browser {
    child: Child,
    answers: Receiver<Value>,
    session: String,
    last: u64,
    /// What the browser told without being asked.
    pub(crate) events: Vec<Value>,
    _profile: tempfile::TempDir,
}

/// The browser of this machine, if it has one.
pub(crate) fn installed() -> Option<PathBuf> {
    let places = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    names
        .iter()
        .flat_map(|name| std::env::split_paths(&places).map(move |place| place.join(name)))
        .find(|path| path.is_file())
}

impl Browser {
    /// Starts the browser with an empty page and no network.
    pub(crate) fn start(program: &Path) -> Self {
        Self::launch(program, None)
    }

    /// Starts it with the fonts of one folder and no others.
    pub(crate) fn start_with_fonts(program: &Path, fonts: &Path) -> Self {
        Self::launch(program, Some(fonts))
    }

    fn launch(program: &Path, fonts: Option<&Path>) -> Self {
        let profile = tempfile::tempdir().expect("a folder");
        let flags = [
            "--remote-debugging-pipe",
            "--no-sandbox",
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
        ];
        // The browser reads from descriptor 3 and writes to descriptor 4; the shell makes them of its own.
        let mut command = Command::new("sh");
        if let Some(fonts) = fonts {
            let rules = profile.path().join("fonts.conf");
            let text = format!(
                "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\">\
                 <fontconfig><dir>{}</dir><cachedir>{}</cachedir></fontconfig>",
                fonts.display(),
                profile.path().join("fonts").display()
            );
            std::fs::write(&rules, text).expect("written");
            command.env("FONTCONFIG_FILE", rules);
        }
        let mut child = command
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null"])
            .arg(program)
            .args(flags)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the browser starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            let mut line = Vec::new();
            while lines.read_until(0, &mut line).is_ok_and(|length| length > 0) {
                line.pop();
                let Ok(value) = serde_json::from_slice(&line) else { break };
                if sender.send(value).is_err() {
                    break;
                }
                line.clear();
            }
        });
        let mut browser =
            Self { child, answers, session: String::new(), last: 0, events: Vec::new(), _profile: profile };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        browser.session =
            browser.call("Target.attachToTarget", attach)["sessionId"].as_str().expect("a session").to_owned();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        let off = json!({ "offline": true, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0 });
        browser.call("Network.emulateNetworkConditions", off);
        browser
    }

    fn next(&mut self) -> Value {
        self.answers.recv_timeout(PATIENCE).expect("the browser answers")
    }

    /// Asks and waits for the answer.
    pub(crate) fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": parameters });
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        let pipe = self.child.stdin.as_mut().expect("a pipe");
        pipe.write_all(message.to_string().as_bytes()).and_then(|()| pipe.write_all(&[0])).expect("the browser reads");
        pipe.flush().expect("the browser reads");
        loop {
            let found = self.next();
            if found["id"] != self.last {
                self.events.push(found);
                continue;
            }
            assert!(found["error"].is_null(), "{method}: {}", found["error"]);
            return found["result"].clone();
        }
    }

    /// Opens a file and waits until it has been loaded; events of before are forgotten.
    pub(crate) fn open(&mut self, file: &Path, (width, height): (u32, u32)) {
        self.resize(width, height);
        self.events.clear();
        self.call("Page.navigate", json!({ "url": format!("file://{}", file.display()) }));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.next();
            self.events.push(event);
        }
    }

    /// Gives the page another size.
    pub(crate) fn resize(&mut self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// The value of an expression of the page.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let found = self.call("Runtime.evaluate", asked);
        assert!(found["exceptionDetails"].is_null(), "{expression}: {found}");
        found["result"]["value"].clone()
    }

    /// Presses a key.
    pub(crate) fn press(&mut self, key: &str, number: u32) {
        for kind in ["rawKeyDown", "keyUp"] {
            let event = json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": number });
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    /// Moves the pointer.
    pub(crate) fn point(&mut self, x: f64, y: f64) {
        self.call("Input.dispatchMouseEvent", json!({ "type": "mouseMoved", "x": x, "y": y }));
    }

    /// Draws the pointer from one place to another with its button held.
    pub(crate) fn drag(&mut self, from: (f64, f64), to: (f64, f64)) {
        let middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
        let steps = [
            ("mouseMoved", from),
            ("mousePressed", from),
            ("mouseMoved", middle),
            ("mouseMoved", to),
            ("mouseReleased", to),
        ];
        for (number, (kind, (x, y))) in steps.into_iter().enumerate() {
            let held = u8::from((1..4).contains(&number));
            let button = if number == 0 { "none" } else { "left" };
            let event = json!({ "type": kind, "x": x, "y": y, "button": button, "buttons": held, "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", event);
        }
    }

    /// Pages of the page when it is printed.
    pub(crate) fn printed_pages(&mut self) -> usize {
        let found = self.call("Page.printToPDF", json!({ "preferCSSPageSize": true, "printBackground": true }));
        let bytes = from_base64(found["data"].as_str().expect("a document"));
        assert!(bytes.starts_with(b"%PDF"));
        let text = String::from_utf8_lossy(&bytes);
        text.matches("/Type /Page").count() - text.matches("/Type /Pages").count()
    }

    /// Whatever went wrong on the page: errors, messages of the console, dialogs.
    pub(crate) fn complaints(&self) -> Vec<&Value> {
        let bad =
            ["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded", "Page.javascriptDialogOpening"];
        self.events.iter().filter(|event| bad.iter().any(|method| event["method"] == *method)).collect()
    }

    /// Addresses that the page asked for; what it has inside is none.
    pub(crate) fn asked_for(&self) -> Vec<&str> {
        let sent = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        let addresses = sent.filter_map(|event| event["params"]["request"]["url"].as_str());
        addresses.filter(|address| !address.starts_with("data:")).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let close = json!({ "id": 0, "method": "Browser.close" }).to_string() + "\0";
        let told = self.child.stdin.as_mut().is_some_and(|pipe| pipe.write_all(close.as_bytes()).is_ok());
        for _ in 0..100 {
            if told && matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// RFC 4648, section 4.
fn from_base64(text: &str) -> Vec<u8> {
    let (mut bits, mut held, mut out) = (0_u32, 0, Vec::new());
    for sign in text.bytes() {
        let value = match sign {
            b'A'..=b'Z' => sign - b'A',
            b'a'..=b'z' => sign - b'a' + 26,
            b'0'..=b'9' => sign - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => break,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    out
}
