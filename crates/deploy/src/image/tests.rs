//! Every answer and every refusal, asked of the local engine over the wire.
use stackgen_assembly::lock::{Lock, Pin, PinSource};
use stackgen_assembly::{ImageEntry, ImageWish};
use stackgen_local::server::{Handle, Options, Pace, Server};

use super::*;
use crate::aws::{Settings, connect};

const PARAMETER: &str = "/zmanim/prod/ami-id";

struct World {
    server: Handle,
    connection: Connection,
}

impl World {
    async fn new() -> World {
        World::with(Pace::Leap).await
    }

    async fn with(pace: Pace) -> World {
        let options = Options { pace, ..Options::default() };
        let server = Server::start(options).expect("a port is free");
        let settings = Settings {
            region: Some("eu-west-1".to_owned()),
            endpoint: Some(server.endpoint()),
            is_local: true,
            ..Settings::default()
        };
        let connection = connect(&settings).await.expect("there is a region");
        World { server, connection }
    }

    async fn publish(&self, name: &str, architecture: &str) -> Pin {
        let wanted = Publication {
            name: name.to_owned(),
            architecture: architecture.to_owned(),
            from: None,
            root_gib: None,
            parameter: Some(PARAMETER.to_owned()),
        };
        publish(&self.connection, &wanted).await.expect("there is something to copy")
    }

    async fn write(&self, value: &str) {
        self.connection.put_parameter(PARAMETER, value, true).await.expect("it can be written");
    }

    async fn do_to(&self, operation: &'static str, id: &str, more: &[(&str, &str)]) {
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), *value));
        let fields: Vec<_> = [("ImageId".to_owned(), id)].into_iter().chain(more).collect();
        self.connection.ec2(operation, Retry::Safe, &fields).await.expect("the engine does it");
    }

    async fn refused(&self, wanted: &ImageEntry) -> String {
        newest(&self.connection, wanted).await.expect_err("it does not fit").message
    }

    async fn misfits(&self, wanted: ImageEntry, pin: Pin) -> Vec<String> {
        let mut lock = Lock::default();
        let wanted = ImageEntry { pin: Some(pin.id.clone()), ..wanted };
        lock.set_pin(&wanted.stack, &wanted.parameter, pin);
        misfits(&self.connection, &[wanted], &lock).await.expect("the engine answers")
    }
}

fn wish() -> ImageEntry {
    ImageEntry {
        stack: "prod-compute".to_owned(),
        region: Some("eu-west-1".to_owned()),
        parameter: "HostImage".to_owned(),
        wish: ImageWish::Parameter { parameter: PARAMETER.to_owned() },
        architecture: "arm64".to_owned(),
        instance_type: "m7g.medium".to_owned(),
        root_gib: 10,
        pin: None,
    }
}

fn of(owner: &str, name: &str) -> ImageEntry {
    ImageEntry { wish: ImageWish::Newest { name: name.to_owned(), owner: owner.to_owned() }, ..wish() }
}

#[tokio::test]
async fn a_parameter_names_the_newest() {
    let world = World::new().await;
    let published = world.publish("zmanim-1", "arm64").await;
    let pin = newest(&world.connection, &wish()).await.expect("it fits");
    assert_eq!(pin, published);
    assert_eq!(
        (&*pin.name, &*pin.architecture, &*pin.root_device, pin.root_gib),
        ("zmanim-1", "arm64", "/dev/sda1", 8)
    );
    assert_eq!(pin.source, PinSource::Parameter { parameter: PARAMETER.to_owned(), version: Some(1) });
    assert_eq!((&*pin.region, &*pin.owner), ("eu-west-1", "123456789012"));
    assert_eq!(newer(&world.connection, &wish(), &pin).await, Ok(None));
}

#[tokio::test]
async fn an_owner_has_a_newest_and_a_deprecated_one_is_not_it() {
    let world = World::new().await;
    let wanted = of("self", "zmanim-*");
    assert!(world.refused(&wanted).await.contains("no image of self for arm64 is named like `zmanim-*` in eu-west-1"));
    let first = world.publish("zmanim-1", "arm64").await;
    let second = world.publish("zmanim-2", "arm64").await;
    world.publish("zmanim-3", "x86_64").await;
    let pin = newest(&world.connection, &wanted).await.expect("there are two");
    assert_eq!(pin.id, second.id);
    world.do_to("EnableImageDeprecation", &second.id, &[("DeprecateAt", "2001-01-01T00:00:00Z")]).await;
    assert_eq!(newest(&world.connection, &wanted).await.expect("one is left").id, first.id);
    // The image of somebody else is not taken, whatever its name.
    let canonical = of("099720109477", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-*");
    assert_eq!(newest(&world.connection, &canonical).await.expect("it is public").owner, "099720109477");
    let other =
        ImageEntry { wish: ImageWish::Newest { name: "ubuntu/*".to_owned(), owner: "self".to_owned() }, ..wish() };
    assert!(world.refused(&other).await.contains("no image of self"));
}

#[tokio::test]
async fn what_is_published_later_is_told_and_never_taken() {
    let world = World::new().await;
    let first = world.publish("zmanim-1", "arm64").await;
    let second = world.publish("zmanim-2", "arm64").await;
    let found = newer(&world.connection, &wish(), &first).await.expect("the engine answers").expect("it is newer");
    assert_eq!(found.pin.id, second.id);
    assert!(found.seconds > 0, "{found:?}");
    world.write(&first.id).await;
    let back = newer(&world.connection, &wish(), &second).await.expect("the engine answers").expect("it is another");
    assert!(back.pin.id == first.id && back.seconds < 0, "{back:?}");
}

#[tokio::test]
async fn sources_that_name_no_image() {
    let world = World::new().await;
    assert!(world.refused(&wish()).await.starts_with("there is no SSM parameter /zmanim/prod/ami-id in eu-west-1"));
    world.write("latest").await;
    assert!(world.refused(&wish()).await.contains("has `latest`, which is no id of an image"));
    world.write("ami-0123456789abcdef0").await;
    let said = world.refused(&wish()).await;
    assert!(
        said.contains("names ami-0123456789abcdef0: there is no image ami-0123456789abcdef0 in eu-west-1"),
        "{said}"
    );
    let elsewhere = ImageEntry { region: Some("us-east-1".to_owned()), ..wish() };
    assert!(world.refused(&elsewhere).await.contains("bound to the region us-east-1, and this is eu-west-1"));
}

#[tokio::test]
async fn images_that_do_not_fit_the_host() {
    let world = World::new().await;
    let pin = world.publish("zmanim-1", "x86_64").await;
    assert!(world.refused(&wish()).await.contains("is for x86_64, and the host (m7g.medium) needs arm64"));
    let arm = world.publish("zmanim-2", "arm64").await;
    let small = ImageEntry { root_gib: 4, ..wish() };
    assert!(world.refused(&small).await.contains("has 8 GiB, and the root volume 4; make it 8 GiB at least"));
    let told = world.misfits(small, arm.clone()).await;
    assert!(told.len() == 1 && told[0].starts_with("prod-compute: the root snapshot of ami-"), "{told:?}");
    let told = world.misfits(wish(), Pin { architecture: "arm64".to_owned(), ..pin }).await;
    assert!(told.len() == 2 && told[0].contains("needs arm64") && told[1].contains("the lock says arm64"), "{told:?}");
    assert_eq!(world.misfits(wish(), arm).await, [""; 0]);
}

#[tokio::test]
async fn pins_that_are_not_what_the_lock_says() {
    let world = World::new().await;
    let pin = world.publish("zmanim-1", "arm64").await;
    let told = world.misfits(wish(), Pin { owner: "999999999999".to_owned(), ..pin.clone() }).await;
    assert!(told[0].contains("and the lock says 999999999999; look it up again"), "{told:?}");
    let told = world.misfits(wish(), Pin { root_device: "/dev/xvda".to_owned(), ..pin.clone() }).await;
    assert!(
        told[0].contains("the root device of ") && told[0].contains("`stackgen ami bump prod-compute --to ami-"),
        "{told:?}"
    );
    world.do_to("DeregisterImage", &pin.id, &[]).await;
    let told = world.misfits(wish(), pin.clone()).await;
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("there is no image") && told[0].contains("`stackgen ami bump prod-compute`"), "{told:?}");
}

#[tokio::test]
async fn a_deprecated_pin_is_told_and_can_be_deployed() {
    let world = World::new().await;
    let pin = world.publish("zmanim-1", "arm64").await;
    world.do_to("EnableImageDeprecation", &pin.id, &[("DeprecateAt", "2026-01-01T00:00:00Z")]).await;
    let look = look(&world.connection, &wish(), &pin).await.expect("the engine answers");
    assert_eq!(look.misfits, [""; 0]);
    assert_eq!(look.deprecated.map(|at| at.to_string()), Some("2026-01-01T00:00:00Z".to_owned()));
    assert_eq!(look.newer, Ok(None));
}

#[tokio::test]
async fn an_image_that_somebody_names() {
    let world = World::new().await;
    let first = world.publish("zmanim-1", "arm64").await;
    let second = world.publish("zmanim-2", "arm64").await;
    let pin = given(&world.connection, &wish(), &first.id).await.expect("it fits");
    assert_eq!(pin.id, first.id);
    assert_eq!(pin.source, PinSource::Parameter { parameter: PARAMETER.to_owned(), version: None });
    let said = |answer: Result<Pin, Failure>| answer.expect_err("it is refused").message;
    assert!(said(given(&world.connection, &wish(), "zmanim-1").await).contains("`zmanim-1` is no id of an image"));
    let none = given(&world.connection, &wish(), "ami-0123456789abcdef0").await;
    assert!(said(none).contains("there is no image ami-0123456789abcdef0"));
    let other = given(&world.connection, &of("amazon", "al2023-*"), &second.id).await;
    assert!(said(other).contains("and the app wants an image of amazon"));
    let intel = world.publish("zmanim-3", "x86_64").await;
    assert!(said(given(&world.connection, &wish(), &intel.id).await).contains("needs arm64"));
}

#[tokio::test]
async fn of_a_promised_image_nothing_is_known_but_that_it_is_there() {
    let world = World::new().await;
    let pin = Pin { id: "ami-0123456789abcdef0".to_owned(), ..world.publish("zmanim-1", "arm64").await };
    assert_eq!(world.misfits(wish(), pin.clone()).await.len(), 1);
    world.server.world(|world| {
        stackgen_local::ec2::image::promise(
            &mut stackgen_local::ec2::Place::new(world, "eu-west-1"),
            ["ami-0123456789abcdef0".to_owned()],
        );
    });
    assert_eq!(world.misfits(wish(), pin).await, [""; 0]);
}

#[tokio::test]
async fn a_name_is_published_once() {
    let world = World::new().await;
    world.publish("zmanim-1", "arm64").await;
    let again = Publication {
        name: "zmanim-1".to_owned(),
        architecture: "arm64".to_owned(),
        from: None,
        root_gib: None,
        parameter: None,
    };
    let said = publish(&world.connection, &again).await.expect_err("the name is taken").message;
    assert!(said.contains("AMI name zmanim-1 is already in use"), "{said}");
}

#[tokio::test]
async fn an_image_that_is_still_being_made_is_not_pinned() {
    let world = World::with(Pace::Manual).await;
    let ubuntu = of("099720109477", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-*");
    let base = newest(&world.connection, &ubuntu).await.expect("it is public");
    let fields = [("Name", "zmanim-1"), ("SourceImageId", &base.id), ("SourceRegion", "eu-west-1")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    let copy = world.connection.ec2("CopyImage", Retry::NotTaken, &fields).await.expect("it is copied");
    let id = copy.text("imageId").expect("it has an id");
    assert!(world.refused(&of("self", "zmanim-*")).await.contains("no image of self"));
    world.write(&id).await;
    assert!(world.refused(&wish()).await.contains(&format!("the image {id} is pending; wait until it is available")));
    let told = world.misfits(wish(), Pin { id: id.clone(), owner: "123456789012".to_owned(), ..base }).await;
    assert!(told.len() == 1 && told[0].contains(&format!("the image {id} is pending")), "{told:?}");
    world.server.advance(Some(jiff::SignedDuration::from_mins(10)));
    assert_eq!(newest(&world.connection, &wish()).await.expect("it is there").id, id);
}
