//! The lock: what is written is read, in one order, and what does not fit the app is found.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
use std::error::Error as _;

use proptest::prelude::*;
use serde_json::Value as Json;
use stackgen_assembly::lock::{Lock, LockError, Pin, PinSource, check, is_image_id};
use stackgen_assembly::{FORMAT_VERSION, ImageEntry, ImageWish, Manifest, ProblemEntry};

fn read(text: &str) -> Result<Lock, LockError> {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("stackgen.lock");
    std::fs::write(&path, text).unwrap();
    Lock::read(&path)
}

fn pin() -> Pin {
    Pin {
        architecture: "arm64".to_owned(),
        created: "2026-11-02T09:14:00.000Z".to_owned(),
        id: "ami-0123456789abcdef0".to_owned(),
        launched: None,
        name: "zmanim-prod-7".to_owned(),
        owner: "123456789012".to_owned(),
        region: "eu-west-1".to_owned(),
        root_device: "/dev/sda1".to_owned(),
        root_gib: 8,
        source: PinSource::Parameter { parameter: "/zmanim/prod/ami-id".to_owned(), version: Some(7) },
    }
}

fn wish() -> ImageEntry {
    ImageEntry {
        stack: "prod-compute".to_owned(),
        region: Some("eu-west-1".to_owned()),
        parameter: "HostImage".to_owned(),
        wish: ImageWish::Parameter { parameter: "/zmanim/prod/ami-id".to_owned() },
        architecture: "arm64".to_owned(),
        instance_type: "m7g.medium".to_owned(),
        root_gib: 10,
        pin: None,
    }
}

fn app(images: &[ImageEntry]) -> Manifest {
    let generator = "a test".to_owned();
    Manifest { version: FORMAT_VERSION, generator, stacks: Vec::new(), problems: Vec::new(), images: images.to_vec() }
}

fn with(pin: Pin) -> Lock {
    let mut lock = Lock::default();
    lock.set_pin("prod-compute", "HostImage", pin);
    lock
}

#[test]
fn the_form_of_the_file() {
    let mut lock = with(pin());
    lock.set_pin(
        "build",
        "HostImage",
        Pin { source: PinSource::Newest { name: "debian-12-*".to_owned(), owner: "amazon".to_owned() }, ..pin() },
    );
    lock.inputs.entry("prod-network".to_owned()).or_default().insert("VpcId".to_owned(), "vpc-1".to_owned());
    insta::assert_snapshot!(lock.text(), @r#"
    {
      "images": {
        "build": {
          "HostImage": {
            "architecture": "arm64",
            "created": "2026-11-02T09:14:00.000Z",
            "id": "ami-0123456789abcdef0",
            "name": "zmanim-prod-7",
            "owner": "123456789012",
            "region": "eu-west-1",
            "root_device": "/dev/sda1",
            "root_gib": 8,
            "source": {
              "name": "debian-12-*",
              "owner": "amazon"
            }
          }
        },
        "prod-compute": {
          "HostImage": {
            "architecture": "arm64",
            "created": "2026-11-02T09:14:00.000Z",
            "id": "ami-0123456789abcdef0",
            "name": "zmanim-prod-7",
            "owner": "123456789012",
            "region": "eu-west-1",
            "root_device": "/dev/sda1",
            "root_gib": 8,
            "source": {
              "parameter": "/zmanim/prod/ami-id",
              "version": 7
            }
          }
        }
      },
      "inputs": {
        "prod-network": {
          "VpcId": "vpc-1"
        }
      },
      "version": 1
    }
    "#);
}

#[test]
fn a_file_that_is_not_there_has_nothing_in_it() {
    let temp = tempfile::tempdir().unwrap();
    assert_eq!(Lock::read(&temp.path().join("stackgen.lock")).unwrap(), Lock::default());
    assert!(matches!(Lock::read(temp.path()), Err(LockError::File { .. })));
}

#[test]
fn files_that_are_refused() {
    let of_version = |version: u32| read(&format!(r#"{{"version": {version}}}"#));
    assert_eq!(of_version(1).unwrap(), Lock::default());
    assert!(of_version(2).unwrap_err().to_string().ends_with("has format version 2; this stackgen reads version 1"));
    let said = |text: &str| {
        let error = read(text).unwrap_err();
        error.source().map(ToString::to_string).unwrap_or_else(|| error.to_string())
    };
    let text = with(pin()).text();
    assert!(said("<<<<<<< ours\n").contains("line 1"), "{}", said("<<<<<<< ours\n"));
    assert!(said("{}").contains("missing field `version`"));
    assert!(said(&text.replace("root_device", "root_devise")).contains("unknown field `root_devise`"));
    assert!(said(&text.replace("ami-0123456789abcdef0", "latest")).contains("which is no id of an image"));
    assert!(said(&text.replace(r#""version": 7"#, r#""versions": 7"#)).contains("PinSource"));
}

#[test]
fn ids_of_images_are_told_from_names() {
    assert!(is_image_id("ami-0123456789abcdef0") && is_image_id("ami-12345678"));
    for text in ["", "ami-", "ami-0123456789abcdef", "ami-0123456789abcdefg", "i-0123456789abcdef0", "latest"] {
        assert!(!is_image_id(text), "{text}");
    }
}

#[test]
fn what_fits_is_not_told() {
    assert_eq!(check(&with(pin()), &app(&[wish()])), []);
    // A pin by hand still has the parameter that new pins come from.
    let by_hand = PinSource::Parameter { parameter: "/zmanim/prod/ami-id".to_owned(), version: None };
    assert_eq!(check(&with(Pin { source: by_hand, ..pin() }), &app(&[wish()])), []);
}

#[test]
fn what_does_not_fit_is_told() {
    let said = |pin: Pin, wish: ImageEntry| {
        let findings = check(&with(pin), &app(&[wish]));
        assert_eq!(findings.len(), 1, "{findings:#?}");
        findings[0].to_string()
    };
    let cases = [
        (
            said(Pin { region: "us-east-1".to_owned(), ..pin() }, wish()),
            "is in us-east-1, and the stack is for eu-west-1",
        ),
        (
            said(Pin { architecture: "x86_64".to_owned(), ..pin() }, wish()),
            "is for x86_64, and the host (m7g.medium) needs arm64",
        ),
        (said(Pin { root_gib: 11, ..pin() }, wish()), "has 11 GiB, and the root volume 10; make it 11 GiB at least"),
        (
            said(pin(), ImageEntry { wish: ImageWish::Parameter { parameter: "/other".to_owned() }, ..wish() }),
            "came from /zmanim/prod/ami-id version 7, and the app wants /other",
        ),
        (
            said(
                pin(),
                ImageEntry { wish: ImageWish::Newest { name: "x".to_owned(), owner: "self".to_owned() }, ..wish() },
            ),
            "and the app wants x of self",
        ),
    ];
    for (said, part) in cases {
        assert!(said.starts_with("prod-compute HostImage: ") && said.contains(part), "{said}");
    }
    let missing = check(&Lock::default(), &app(&[wish()]));
    assert_eq!(missing[0].message, "no image is pinned");
    let stray = check(&with(pin()), &app(&[]));
    assert_eq!(stray[0].message, "an image is pinned that no stack wants");
}

#[test]
fn what_no_stack_wants_goes() {
    let mut lock = with(pin());
    lock.set_pin("gone", "HostImage", pin());
    lock.inputs.entry("gone".to_owned()).or_default().insert("VpcId".to_owned(), "vpc-1".to_owned());
    // An app with problems does not say what its stacks read.
    let problem = ProblemEntry {
        stack: "prod-compute".to_owned(),
        id: None,
        path: String::new(),
        source: None,
        message: "wrong".to_owned(),
        hint: None,
    };
    let troubled = Manifest { problems: vec![problem], ..app(&[wish()]) };
    assert_eq!(lock.clone().prune(&troubled), [("gone".to_owned(), "HostImage".to_owned())]);
    let gone = lock.prune(&app(&[wish()]));
    assert_eq!(gone, [("gone".to_owned(), "HostImage".to_owned()), ("gone".to_owned(), "VpcId".to_owned())]);
    assert_eq!(lock, with(pin()));
}

#[test]
fn pins_of_this_machine_lie_over_those_of_the_project() {
    let other = Pin { id: "ami-12345678".to_owned(), ..pin() };
    let mut here = Lock::default();
    here.set_pin("prod-compute", "HostImage", other.clone());
    let mut both = with(pin());
    both.set_pin("build", "HostImage", pin());
    let seen = both.under(&here);
    assert_eq!(seen.pin("prod-compute", "HostImage"), Some(&other));
    assert_eq!(seen.pin("build", "HostImage"), Some(&pin()));
}

prop_compose! {
    fn any_pin()(texts in prop::array::uniform6(".{0,12}"), digits in "[0-9a-f]{17}", root_gib: u32, version: Option<u64>, is_newest: bool, stays: bool) -> Pin {
        let [architecture, created, name, owner, region, root_device] = texts;
        let source = if is_newest {
            PinSource::Newest { name: name.clone(), owner: owner.clone() }
        } else {
            PinSource::Parameter { parameter: name.clone(), version }
        };
        let launched = stays.then(|| "ami-12345678".to_owned());
        let id = format!("ami-{digits}");
        Pin { architecture, created, id, launched, name, owner, region, root_device, root_gib, source }
    }
}

prop_compose! {
    fn any_lock()(
        pins in prop::collection::vec((".{0,6}", ".{0,6}", any_pin()), 0..6),
        inputs in prop::collection::btree_map(".{0,6}", prop::collection::btree_map(".{0,6}", ".{0,12}", 0..4), 0..4),
    ) -> Lock {
        let mut lock = Lock { inputs, ..Lock::default() };
        for (stack, parameter, pin) in pins {
            lock.set_pin(&stack, &parameter, pin);
        }
        lock
    }
}

/// Whether the keys of every object stand in their order.
fn is_sorted(value: &Json) -> bool {
    match value {
        Json::Object(members) => members.keys().is_sorted() && members.values().all(is_sorted),
        Json::Array(items) => items.iter().all(is_sorted),
        _ => true,
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(lock in any_lock()) {
        let again = read(&lock.text()).unwrap();
        prop_assert_eq!(&again, &lock);
        prop_assert_eq!(again.text(), lock.text());
    }

    #[test]
    fn keys_are_sorted_at_every_level(lock in any_lock()) {
        let text = lock.text();
        let json: Json = serde_json::from_str(&text).unwrap();
        prop_assert!(is_sorted(&json), "{}", text);
        prop_assert!(text.ends_with('\n'));
    }

    #[test]
    fn the_order_of_pinning_is_not_seen(pins in prop::collection::vec((".{0,6}", ".{0,6}", any_pin()), 0..6)) {
        let unique: std::collections::BTreeMap<_, _> =
            pins.into_iter().map(|(stack, parameter, pin)| ((stack, parameter), pin)).collect();
        let text = |pins: &mut dyn Iterator<Item = (&(String, String), &Pin)>| {
            let mut lock = Lock::default();
            pins.for_each(|((stack, parameter), pin)| drop(lock.set_pin(stack, parameter, pin.clone())));
            lock.text()
        };
        prop_assert_eq!(text(&mut unique.iter()), text(&mut unique.iter().rev()));
    }
}
