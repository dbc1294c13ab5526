//! Questions and answers in JSON, one a line, over a socket: the way in which QEMU's monitor and its agent in the guest
//! are spoken to.
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Value, json};

/// A connection. Greetings and events that come between answers are passed over.
pub(super) struct Line {
    socket: BufReader<UnixStream>,
}

impl Line {
    /// Connects, and gives up on an answer after `patience`.
    pub(super) fn connect(socket: &Path, patience: Duration) -> anyhow::Result<Self> {
        let stream = UnixStream::connect(socket).with_context(|| format!("nobody listens at {}", socket.display()))?;
        stream.set_read_timeout(Some(patience))?;
        Ok(Line { socket: BufReader::new(stream) })
    }

    /// Asks, and waits for the answer.
    pub(super) fn ask(&mut self, question: &str, arguments: &Value) -> anyhow::Result<Value> {
        let text = json!({"execute": question, "arguments": arguments});
        writeln!(self.socket.get_mut(), "{text}").with_context(|| format!("asking `{question}`"))?;
        self.answer().with_context(|| format!("no answer to `{question}`"))
    }

    /// Makes sure that the next answer belongs to the next question: a guest that was not up yet may still have older
    /// questions to answer. `number` is one that was not used before.
    pub(super) fn synchronize(&mut self, number: u64) -> anyhow::Result<()> {
        let mut answer = self.ask("guest-sync", &json!({"id": number}))?;
        while answer != json!(number) {
            answer = self.answer()?;
        }
        Ok(())
    }

    fn answer(&mut self) -> anyhow::Result<Value> {
        loop {
            let mut text = String::new();
            if self.socket.read_line(&mut text)? == 0 {
                bail!("the other side hung up");
            }
            let mut said: Value = serde_json::from_str(&text).with_context(|| format!("not JSON: {text}"))?;
            if let Some(error) = said.get("error") {
                bail!("{error}");
            }
            if let Some(answer) = said.get_mut("return") {
                return Ok(answer.take());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Write};
    use std::net::Shutdown;
    use std::os::unix::net::UnixStream;

    use serde_json::json;

    use super::Line;

    /// A line on which this has been said before anything is asked, and nothing comes after.
    fn after(said: &str) -> (Line, UnixStream) {
        let (near, mut far) = UnixStream::pair().expect("two ends");
        far.write_all(said.as_bytes()).expect("the other end is open");
        far.shutdown(Shutdown::Write).expect("it is open until here");
        (Line { socket: BufReader::new(near) }, far)
    }

    #[test]
    fn greetings_and_events_are_no_answers() {
        let (mut line, _far) = after("{\"QMP\": {}}\n{\"event\": \"RESET\"}\n{\"return\": {\"pid\": 7}}\n");
        assert_eq!(line.ask("guest-exec", &json!({})).expect("an answer"), json!({"pid": 7}));
    }

    #[test]
    fn answers_to_older_questions_are_passed_over() {
        let (mut line, _far) = after("{\"return\": {}}\n{\"return\": 1}\n{\"return\": 2}\n{\"return\": \"next\"}\n");
        line.synchronize(2).expect("the number comes");
        assert_eq!(line.ask("guest-exec", &json!({})).expect("an answer"), json!("next"));
    }

    #[test]
    fn refusals_are_errors() {
        let (mut line, _far) = after("{\"error\": {\"desc\": \"no such slot\"}}\n");
        let error = line.ask("device_add", &json!({})).expect_err("it was refused");
        assert!(format!("{error:#}").contains("no such slot"), "{error:#}");
    }
}
