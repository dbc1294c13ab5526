//! A host as an operator thinks of it: what [`Vitals`] saw, in lines that fit the terminal.
mod words;

use serde_json::{Value as Json, json};
use stackgen_deploy::failure::Failure;
use stackgen_deploy::image::{self, Newer};
use stackgen_deploy::stack::{ResourceNow, StackNow};
use stackgen_deploy::vitals::{self, Vitals};

use crate::deploy::way::Account;
use crate::error::CliError;
use crate::load::Loaded;
use crate::pins::told::newer_words;
use crate::shell::{STRONG, WARNING};
use crate::table::{shorten, wrap};

/// How wide the names of lines are, with the gap behind them.
const NAME: usize = 11;

/// All that is shown of a stack's hosts.
pub(crate) struct Hosts {
    vitals: Vitals,
    /// Of each image that the app wants: its parameter, its pin, and whether a newer one is published.
    images: Vec<Published>,
    /// What is unfinished here.
    unfinished: Option<String>,
}

/// What is published for an image.
struct Published {
    parameter: String,
    pinned: String,
    newer: Result<Option<Newer>, String>,
}

/// A line, with what is to be noticed about it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    name: &'static str,
    text: String,
    is_odd: bool,
    /// Whether its beginning is enough. JSON has all of it.
    is_cut: bool,
}

/// Looks at the hosts of a stack, everything at once.
pub(crate) fn look(
    account: &Account<'_>,
    now: &StackNow,
    resources: &[ResourceNow],
    loaded: Option<&Loaded>,
    unfinished: Option<String>,
) -> Result<Hosts, CliError> {
    let entry = loaded.and_then(|loaded| Some((loaded, loaded.assembly.stack(&now.name)?)));
    let template =
        entry.map(|(loaded, entry)| serde_json::from_str(loaded.assembly.template(entry)).unwrap_or(Json::Null));
    let wanted = template.as_ref().zip(entry).map(|(template, (_, entry))| (template, entry.resources.as_slice()));
    account.ask(async {
        let look = vitals::look(&account.connection, now, resources, wanted);
        let (vitals, images) = tokio::join!(look, published(account, &now.name, loaded));
        Ok(Hosts { vitals: vitals?, images, unfinished })
    })
}

async fn published(account: &Account<'_>, stack: &str, loaded: Option<&Loaded>) -> Vec<Published> {
    let Some(loaded) = loaded else { return Vec::new() };
    let seen = loaded.locks.seen();
    let mut found = Vec::new();
    for wanted in loaded.assembly.manifest.images.iter().filter(|it| it.stack == stack) {
        let Some(pin) = seen.pin(stack, &wanted.parameter) else { continue };
        let newer = image::newer(&account.connection, wanted, pin).await.map_err(|failure: Failure| failure.message);
        found.push(Published { parameter: wanted.parameter.clone(), pinned: pin.id.clone(), newer });
    }
    found
}

impl Hosts {
    /// As members of a JSON object.
    pub(crate) fn json(&self) -> Json {
        let images = self.images.iter().map(|one| {
            let newer = match &one.newer {
                Ok(newer) => json!(newer.as_ref().map(|it| &it.pin)),
                Err(unseen) => json!({"unseen": unseen}),
            };
            (one.parameter.clone(), json!({"pinned": one.pinned, "newer": newer}))
        });
        let images: serde_json::Map<_, _> = images.collect();
        let mut all = json!(self.vitals);
        all["images"] = Json::Object(images);
        all
    }

    /// Says which newer images are published that no line of a host tells of.
    pub(crate) fn tell_others(&self, account: &Account<'_>, stack: &str) {
        let is_shown = |one: &Published| {
            self.vitals.hosts.iter().any(|host| host.image_parameter.as_ref() == Some(&one.parameter))
        };
        for one in self.images.iter().filter(|one| !is_shown(one)) {
            if let Ok(Some(newer)) = &one.newer {
                account.context.shell.styled(WARNING, "Newer image", &newer_words(stack, newer, &account.words));
            }
        }
    }

    /// As text that is at most so wide, where its words let it.
    pub(crate) fn text(&self, account: &Account<'_>, stack: &str) -> String {
        let lines = words::lines(self, &words::About { stack, now: account.now, words: &account.words });
        drawn(&lines, account.context.shell.width())
    }
}

fn drawn(lines: &[Line], width: usize) -> String {
    let mut text = String::new();
    for Line { name, text: said, is_odd, is_cut } in lines {
        let gap = NAME.saturating_sub(name.len());
        let room = width.saturating_sub(NAME);
        let parts = if *is_cut { vec![shorten(said, room)] } else { wrap(said, room) };
        for (at, part) in parts.iter().enumerate() {
            let before = if at == 0 { format!("{STRONG}{name}{STRONG:#}{:gap$}", "") } else { " ".repeat(NAME) };
            text +=
                &if *is_odd { format!("{before}{WARNING}{part}{WARNING:#}\n") } else { format!("{before}{part}\n") };
        }
    }
    text
}
