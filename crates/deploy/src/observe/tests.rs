//! A reader cannot change anything, even if somebody tried from the inside.
use std::sync::{Arc, Mutex, PoisonError};

use super::Reader;
use crate::aws::{Asked, Connection, Heard, NewObject, Stage};

/// Somebody who hears everything and says nothing.
#[derive(Debug, Default)]
struct Heap(Mutex<Vec<String>>);

impl Stage for Heap {
    fn take(&self, asked: Asked) -> Heard {
        let said = String::from_utf8_lossy(&asked.body).into_owned();
        let target = asked.headers.iter().find(|(name, _)| name == "x-amz-target").map(|(_, target)| target.clone());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(target.unwrap_or(said));
        Heard::Answer(400, Vec::new(), Vec::new())
    }
}

#[tokio::test(start_paused = true)]
async fn what_would_change_something_is_heard_by_nobody() {
    let heap = Arc::new(Heap::default());
    let open = Connection::inside("eu-west-1", heap.clone());
    let reader = Reader::through(open.clone());
    let inner = &reader.connection;
    assert!(inner.put_parameter("/a", "b", true).await.is_err());
    assert!(inner.ec2("StopInstances", crate::aws::Retry::Never, &[]).await.is_err());
    let object = NewObject { bucket: "bucket", owner: None, key: "key", body: "body" };
    assert!(inner.put_object(&object).await.is_err());
    assert!(inner.cloudformation.delete_stack().stack_name("prod").send().await.is_err());
    assert!(inner.cloudformation.create_change_set().stack_name("prod").send().await.is_err());
    let heard = || heap.0.lock().unwrap_or_else(PoisonError::into_inner).len();
    assert_eq!(heard(), 0, "{heap:?}");
    // The same calls by the open way are heard, and so are looks by the reader.
    assert!(open.cloudformation.delete_stack().stack_name("prod").send().await.is_err());
    assert!(inner.cloudformation.describe_stacks().send().await.is_err());
    assert!(inner.parameter("/a").await.is_err());
    assert_eq!(heard(), 3, "{heap:?}");
}
