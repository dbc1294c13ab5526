//! Runtimes of Lambda that are no longer: E2533, E2531 and W2531.
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::Scenario;

/// A runtime whose time is over, or will be.
struct Life {
    runtimes: &'static [&'static str],
    /// From when on it has no updates, no new functions, and no changed functions, as `YYYYMMDD`.
    ends: [u32; 3],
}

/// Those of which nothing can be made any more have the day on which that was so, three times.
///
/// Source: *Lambda runtimes*, "Deprecated runtimes" and "Supported runtimes", in the Lambda Developer Guide of 2026.
#[expect(clippy::inconsistent_digit_grouping, reason = "they are dates")]
const LIVES: &[Life] = &[
    Life { runtimes: &["nodejs"], ends: [2016_10_31; 3] },
    Life { runtimes: &["nodejs4.3-edge"], ends: [2019_04_30; 3] },
    Life { runtimes: &["dotnetcore1.0", "dotnetcore2.0", "nodejs6.10"], ends: [2019_08_12; 3] },
    Life { runtimes: &["nodejs4.3", "nodejs8.10"], ends: [2020_03_06; 3] },
    Life { runtimes: &["nodejs10.x"], ends: [2021_07_30, 2021_07_30, 2022_02_14] },
    Life { runtimes: &["ruby2.5"], ends: [2021_07_30, 2021_07_30, 2022_03_31] },
    Life { runtimes: &["python2.7"], ends: [2021_07_15, 2021_07_15, 2022_05_30] },
    Life { runtimes: &["dotnetcore2.1"], ends: [2022_01_05, 2022_01_05, 2022_04_13] },
    Life { runtimes: &["python3.6"], ends: [2022_07_18, 2022_07_18, 2022_08_29] },
    Life { runtimes: &["nodejs12.x"], ends: [2023_03_31, 2023_03_31, 2023_04_30] },
    Life { runtimes: &["dotnetcore3.1"], ends: [2023_04_03, 2023_04_03, 2023_05_03] },
    Life { runtimes: &["nodejs14.x", "python3.7"], ends: [2023_12_04, 2024_01_09, 2027_03_03] },
    Life { runtimes: &["ruby2.7"], ends: [2023_12_07, 2024_01_09, 2027_03_03] },
    Life { runtimes: &["go1.x", "java8", "provided"], ends: [2024_01_08, 2024_02_08, 2027_03_03] },
    Life { runtimes: &["nodejs16.x"], ends: [2024_06_12, 2027_02_01, 2027_03_03] },
    Life { runtimes: &["python3.8"], ends: [2024_10_14, 2027_02_01, 2027_03_03] },
    Life { runtimes: &["dotnet6"], ends: [2024_12_20, 2027_02_01, 2027_03_03] },
    Life { runtimes: &["nodejs18.x"], ends: [2025_09_01, 2027_02_01, 2027_03_03] },
    Life { runtimes: &["python3.9"], ends: [2025_12_15, 2027_02_01, 2027_03_03] },
    Life { runtimes: &["ruby3.2"], ends: [2026_03_31, 2027_02_01, 2027_03_03] },
    Life { runtimes: &["nodejs20.x"], ends: [2026_04_30, 2027_02_01, 2027_03_03] },
    Life { runtimes: &["provided.al2"], ends: [2026_07_31, 2027_02_01, 2027_03_03] },
    Life { runtimes: &["python3.10"], ends: [2026_10_31, 2027_02_01, 2027_03_03] },
    Life { runtimes: &["dotnet8"], ends: [2026_11_10, 2027_02_01, 2027_03_03] },
    Life { runtimes: &["ruby3.3"], ends: [2027_03_31, 2027_04_30, 2027_05_31] },
    Life { runtimes: &["nodejs22.x"], ends: [2027_04_30, 2027_06_01, 2027_07_01] },
    Life { runtimes: &["java8.al2", "java11", "java17", "python3.11"], ends: [2027_06_30, 2027_07_31, 2027_08_31] },
];

/// Today, as `YYYYMMDD`.
static TODAY: LazyLock<u32> = LazyLock::new(|| {
    #[expect(clippy::disallowed_methods, reason = "whether a runtime is still there is a question of today")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    day(now.as_secs() / 86_400)
});

/// The date of a day since 1970. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
fn day(days: u64) -> u32 {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    u32::try_from(year * 10_000 + month * 100 + of_month).unwrap_or(u32::MAX)
}

macro_rules! function {
    ($runtime:literal) => {
        concat!(
            "Resources:\n  Function:\n    Type: AWS::Lambda::Function\n    Properties:\n      Handler: index.handler\n      \
             Runtime: ",
            $runtime,
            "\n      Role: arn:aws:iam::123456789012:role/it\n      Code: {ZipFile: x}\n"
        )
    };
}

/// The rule.
pub static GONE: Rule = Rule {
    id: "E2533",
    name: "runtime-gone",
    reason: "Lambda neither makes nor changes functions with this runtime any more.",
    fix: "Write a runtime that Lambda supports, such as `python3.13` or `nodejs24.x`.",
    good: function!("python3.13"),
    bad: function!("python2.7"),
    check: Check::Template(gone),
};

/// The rule.
pub static NO_NEW: Rule = Rule {
    id: "E2531",
    name: "runtime-not-for-new",
    reason: "Lambda makes no new functions with this runtime, so the template cannot be deployed again.",
    fix: "Write a runtime that Lambda supports, such as `python3.13` or `nodejs24.x`.",
    good: function!("python3.13"),
    bad: function!("python3.7"),
    check: Check::Template(no_new),
};

/// The rule.
pub static OLD: Rule = Rule {
    id: "W2531",
    name: "runtime-unsupported",
    reason: "This runtime has no security updates any more, and a day is set from which on no function can be made with it.",
    fix: "Write a runtime that Lambda supports, such as `python3.13` or `nodejs24.x`.",
    good: function!("python3.13"),
    bad: function!("python3.9"),
    check: Check::Template(old),
};

fn gone(context: &Context<'_>, report: &mut Report<'_>) {
    each(context, report, "makes nor changes", |[_, _, change], today| change <= today);
}

fn no_new(context: &Context<'_>, report: &mut Report<'_>) {
    each(context, report, "makes", |[_, make, change], today| make <= today && today < change);
}

fn old(context: &Context<'_>, report: &mut Report<'_>) {
    each(context, report, "looks after", |[end, make, change], today| end <= today && today < make && today < change);
}

fn each(context: &Context<'_>, report: &mut Report<'_>, verb: &str, is: fn([u32; 3], u32) -> bool) {
    for node in runtimes(context) {
        let Some(name) = node.text() else { continue };
        let life = LIVES.iter().find(|life| life.runtimes.contains(&name)).filter(|life| is(life.ends, *TODAY));
        if let Some(Life { ends: [end, make, change], .. }) = life {
            report.at(node, || {
                format!(
                    "Lambda no longer {verb} functions with `{name}`: no updates since {}, no new functions since {}, no changes \
                     since {}",
                    date(*end),
                    date(*make),
                    date(*change)
                )
            });
        }
    }
}

fn date(day: u32) -> String {
    format!("{:04}-{:02}-{:02}", day / 10_000, day / 100 % 100, day % 100)
}

/// Every runtime of a function, and that of SAM's `Globals`.
fn runtimes<'t>(context: &Context<'t>) -> Vec<Node<'t>> {
    let functions = context.template.resources.iter();
    let functions =
        functions.filter(|it| matches!(it.type_name, "AWS::Lambda::Function" | "AWS::Serverless::Function"));
    let of_functions = functions.filter_map(|it| it.property("Runtime"));
    let globals = ["Globals", "Function", "Runtime"].into_iter().try_fold(context.template.root, Node::get);
    let all = of_functions.chain(globals);
    all.flat_map(|node| context.template.branches(node, &Scenario::default())).map(|branch| branch.node).collect()
}

#[test]
#[expect(clippy::inconsistent_digit_grouping, reason = "they are dates")]
fn days_have_dates() {
    assert_eq!([day(0), day(59), day(20_778), day(19_782)], [1970_01_01, 1970_03_01, 2026_11_21, 2024_02_29]);
}
