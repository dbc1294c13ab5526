//! What is on a data volume, as its host sees it.
use std::fmt;

use crate::boot_test::vm::machine::Machine;

/// Something in each of the places where a host keeps data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Data {
    /// The number of rows in PostgreSQL, and a hash of them.
    rows: String,
    /// The value of a key in Redis.
    key: String,
    /// The hash of a file.
    file: String,
}

impl Data {
    /// Writes it, and reads it back.
    pub(super) fn write(machine: &mut Machine) -> anyhow::Result<Self> {
        machine.run(
            "runuser -u postgres -- psql -qc 'create table kept as
               select id, md5(random()::text) as word from generate_series(1, 10000) as id' &&
             redis-cli set kept \"$(date +%s%N)\" && head -c 1048576 /dev/urandom >/data/kept && sync -f /data",
        )?;
        Data::read(machine)
    }

    /// Reads it.
    pub(super) fn read(machine: &mut Machine) -> anyhow::Result<Self> {
        let rows =
            "runuser -u postgres -- psql -tAc \"select count(*), md5(string_agg(word, ',' order by id)) from kept\"";
        let word = |text: String| text.trim().to_owned();
        Ok(Self {
            rows: word(machine.run(rows)?),
            key: word(machine.run("redis-cli get kept")?),
            file: word(machine.run("sha256sum </data/kept | cut -c -16")?),
        })
    }
}

impl fmt::Display for Data {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "rows {}, key {}, file {}", self.rows.replace('|', " "), self.key, self.file)
    }
}
