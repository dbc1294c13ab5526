//! All cases by name.
use super::subject::{Subject, Verdict};
use super::{disks, repeats, secrets};

pub type Check = fn(&Subject) -> Verdict;

pub const CASES: &[(&str, Check)] = &[
    ("disk::blank_and_new", disks::blank_and_new),
    ("disk::blank_but_in_service", disks::blank_but_in_service),
    ("disk::blank_without_a_record", disks::blank_without_a_record),
    ("disk::blank_and_another_volume_is_new", disks::blank_and_another_volume_is_new),
    ("disk::in_use", disks::in_use),
    ("disk::without_a_sentinel", disks::without_a_sentinel),
    ("disk::of_another_volume", disks::of_another_volume),
    ("disk::another_file_system", disks::another_file_system),
    ("disk::partition_table", disks::partition_table),
    ("disk::encrypted", disks::encrypted),
    ("disk::data_at_the_start", disks::data_at_the_start),
    ("disk::data_at_the_end", disks::data_at_the_end),
    ("disk::data_in_the_middle", disks::data_in_the_middle),
    ("disk::ambiguous", disks::ambiguous),
    ("disk::unreadable", disks::unreadable),
    ("disk::unreadable_at_the_end", disks::unreadable_at_the_end),
    ("disk::formatted_by_halves", disks::formatted_by_halves),
    ("disk::formatted_by_halves_and_in_service", disks::formatted_by_halves_and_in_service),
    ("disk::mount_point_is_not_empty", disks::mount_point_is_not_empty),
    ("disk::appears_late", disks::appears_late),
    ("disk::never_appears", disks::never_appears),
    ("disk::names_are_swapped", disks::names_are_swapped),
    ("disk::link_is_stale", disks::link_is_stale),
    ("disk::serial_differs_in_its_last_letter", disks::serial_differs_in_its_last_letter),
    ("disk::another_postgresql", disks::another_postgresql),
    ("disk::two_postgresqls", disks::two_postgresqls),
    ("disk::database_is_gone", disks::database_is_gone),
    ("disk::restored_from_a_snapshot", disks::restored_from_a_snapshot),
    ("aws::out_of_reach_at_first", disks::aws_is_out_of_reach_at_first),
    ("aws::the_stack_listens_late", disks::the_stack_listens_late),
    ("secret::missing", secrets::missing),
    ("secret::empty", secrets::empty),
    ("secret::with_what_a_shell_acts_on", secrets::with_what_a_shell_acts_on),
    ("secret::arrive_as_they_are", secrets::arrive_as_they_are),
    ("again::run_twice", repeats::run_twice),
    ("again::reboot", repeats::reboot),
    ("again::reboot_without_the_disk", repeats::reboot_without_the_disk),
    ("again::users_have_other_numbers", repeats::users_have_other_numbers),
    ("again::rolled_back", repeats::rolled_back),
    ("again::reboot_with_a_copy", repeats::reboot_with_a_copy),
    ("again::terminated", repeats::terminated),
    ("again::a_service_does_not_start", repeats::a_service_does_not_start),
];

pub fn case(name: &str) -> Option<Check> {
    CASES.iter().find(|(known, _)| *known == name).map(|(_, check)| *check)
}
