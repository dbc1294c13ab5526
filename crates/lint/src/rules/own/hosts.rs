//! How an instance starts and whom it trusts.
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::rules::reading::{leaves, written};
use crate::template::{Function, SubPart, call, sub_parts};

/// What EC2 takes: bytes before Base64. Source: *Run commands at launch* in the EC2 User Guide.
const LIMIT: usize = 16 * 1024;

/// Source: `MetadataOptions` of `AWS::EC2::Instance` in the CloudFormation reference.
pub static METADATA: Rule = Rule {
    id: "S3027",
    name: "metadata-without-token",
    reason: "Without tokens a web server that can be made to fetch an address gives away the credentials of the instance's role.",
    fix: "Write `MetadataOptions: {HttpTokens: required}`.",
    good: "Parameters:\n  Image:\n    Type: AWS::EC2::Image::Id\nResources:\n  Web:\n    Type: AWS::EC2::Instance\n    Properties:\n      \
           ImageId: !Ref Image\n      MetadataOptions:\n        HttpTokens: required\n",
    bad: "Parameters:\n  Image:\n    Type: AWS::EC2::Image::Id\nResources:\n  Web:\n    Type: AWS::EC2::Instance\n    Properties:\n      \
          ImageId: !Ref Image\n",
    check: Check::Template(metadata),
};

fn metadata(context: &Context<'_>, report: &mut Report<'_>) {
    for resource in &context.template.resources {
        let node = match (resource.type_name, resource.properties) {
            ("AWS::EC2::Instance", Some(properties)) if properties.get("LaunchTemplate").is_none() => properties,
            ("AWS::AutoScaling::LaunchConfiguration", Some(properties)) => properties,
            ("AWS::EC2::LaunchTemplate", Some(properties)) => match properties.get("LaunchTemplateData") {
                Some(data) if data.is_map() && call(data).is_none() => data,
                _ => continue,
            },
            _ => continue,
        };
        let open = node.get("MetadataOptions").map(|options| leaves(context, options));
        match open {
            None => report.at(node, || {
                format!(
                    "`{}` answers metadata requests without a token; `MetadataOptions.HttpTokens` is missing",
                    resource.name
                )
            }),
            Some(options) => options.into_iter().for_each(|options| tokens(options, report)),
        }
    }
}

fn tokens(options: Node<'_>, report: &mut Report<'_>) {
    let off = options.get("HttpEndpoint").and_then(Node::text) == Some("disabled");
    match options.get("HttpTokens") {
        _ if off || call(options).is_some() => {}
        None => {
            report.at(options, || "`HttpTokens: required` is missing: requests without a token are answered".to_owned())
        }
        Some(given) if given.text().is_some_and(|text| text != "required") => {
            report.at(given, || "requests without a token are answered".to_owned());
        }
        Some(_) => {}
    }
}

/// The rule.
pub static SIZE: Rule = Rule {
    id: "S3023",
    name: "user-data-size",
    reason: "EC2 takes 16 KiB of user-data, counted before Base64, and refuses the launch with more.",
    fix: "Keep a short script here and fetch the rest (from S3, with its checksum), or compress it (`#cloud-config` with `gz+b64`).",
    good: "Parameters:\n  Image:\n    Type: AWS::EC2::Image::Id\nResources:\n  Web:\n    Type: AWS::EC2::Instance\n    Properties:\n      \
           ImageId: !Ref Image\n      UserData:\n        Fn::Base64: '#!/bin/bash'\n",
    bad: LONG,
    check: Check::Template(size),
};

/// A script of one line that is too long.
const LONG: &str = {
    const HEAD: &[u8] = b"Parameters:\n  Image:\n    Type: AWS::EC2::Image::Id\nResources:\n  Web:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: !Ref Image\n      UserData:\n        Fn::Base64: '#!/bin/bash";
    const TAIL: &[u8] = b"exit'\n";
    const LENGTH: usize = HEAD.len() + LIMIT + TAIL.len();
    static TEXT: [u8; LENGTH] = {
        let mut text = [b'x'; LENGTH];
        let mut at = 0;
        while at < HEAD.len() {
            text[at] = HEAD[at];
            at += 1;
        }
        let mut tail = 0;
        while tail < TAIL.len() {
            text[LENGTH - TAIL.len() + tail] = TAIL[tail];
            tail += 1;
        }
        text
    };
    match std::str::from_utf8(&TEXT) {
        Ok(text) => text,
        Err(_) => "",
    }
};

fn size(context: &Context<'_>, report: &mut Report<'_>) {
    for user_data in scripts(context) {
        let inside = call(user_data).filter(|call| call.function == Function::Base64).map(|call| call.argument);
        let Some(text) = inside.and_then(written) else { continue };
        if text.len() > LIMIT {
            report.at(user_data, || {
                format!("this user-data has {} bytes before anything is put in, and EC2 takes {LIMIT}", text.len())
            });
        }
    }
}

/// Every `UserData`.
fn scripts<'t>(context: &Context<'t>) -> Vec<Node<'t>> {
    let both = context.template.resources.iter().filter_map(|resource| resource.properties);
    let both = both.flat_map(|node| [Some(node), node.get("LaunchTemplateData")]).flatten();
    both.filter_map(|node| node.get("UserData")).collect()
}

/// Source: `Fn::Sub` in the CloudFormation User Guide (`${!Literal}`).
pub static SHELL_NAMES: Rule = Rule {
    id: "S3024",
    name: "shell-name-in-sub",
    reason: "`Fn::Sub` puts its own value for `${Name}`, also where the script means its variable of that name. The shell never \
             sees it.",
    fix: "Write `${!Name}` for the shell's, or `$Name`, or give the template's another name. Best keep scripts out of `Fn::Sub`.",
    good: "Parameters:\n  Image:\n    Type: AWS::EC2::Image::Id\n  Name:\n    Type: String\nResources:\n  Web:\n    Type: \
           AWS::EC2::Instance\n    Properties:\n      ImageId: !Ref Image\n      UserData:\n        Fn::Base64: !Sub |\n          \
           #!/bin/bash\n          set -euo pipefail\n          name='${Name}'\n          echo \"${!name}\"\n",
    bad: "Parameters:\n  Image:\n    Type: AWS::EC2::Image::Id\n  Name:\n    Type: String\nResources:\n  Web:\n    Type: \
          AWS::EC2::Instance\n    Properties:\n      ImageId: !Ref Image\n      UserData:\n        Fn::Base64: !Sub |\n          \
          #!/bin/bash\n          set -euo pipefail\n          Name=$(hostname)\n          echo \"${Name}\"\n",
    check: Check::Template(shell_names),
};

fn shell_names(context: &Context<'_>, report: &mut Report<'_>) {
    for user_data in scripts(context) {
        let mut open = vec![user_data];
        while let Some(node) = open.pop() {
            open.extend(node.children());
            let Some(call) = call(node).filter(|call| call.function == Function::Sub) else { continue };
            let Some(text) = call.argument_at(0).and_then(Node::text) else { continue };
            let clash = sub_parts(text).into_iter().find_map(|part| match part {
                SubPart::Variable(name, _) => (is_shell_syntax(name) || assigned(text, name)).then_some(name),
                _ => None,
            });
            if let Some(name) = clash {
                report.at(node, || {
                    format!(
                        "the script means its own variable in `${{{name}}}`, and `Fn::Sub` takes it for the template's; write \
                         `${{!{name}}}`"
                    )
                });
            }
        }
    }
}

/// Whether a name is one that only a shell understands, such as `HOME:-/root` or `#list[@]`.
fn is_shell_syntax(name: &str) -> bool {
    !name.starts_with("AWS::")
        && (name.contains([' ', '#', '%', '/', '@', '[', '?', '=', '^', ','])
            || name.contains(":-")
            || name.contains(":="))
}

/// Whether the script gives a variable of this name a value, as text that differs from `name=${name}`.
fn assigned(text: &str, name: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start();
        let line = ["export ", "local ", "readonly ", "declare "]
            .iter()
            .find_map(|word| line.strip_prefix(word))
            .unwrap_or(line);
        let value = line.strip_prefix(name).and_then(|rest| rest.strip_prefix('='));
        let same = format!("${{{name}}}");
        value.is_some_and(|value| value.trim().trim_matches(['"', '\'']) != same)
    })
}
