//! Manifest and templates on disk.
