//! What the agent measures: one type for each of its plug-ins, so that a name which it does not know cannot be written.
//!
//! Source of the names: `Registered_Metrics_Linux` in the agent's `translator/translate/metrics/config/registered_metrics.go`,
//! the list against which it checks a configuration before it starts, as of version 1.300071. Left out are the counters of
//! NVMe devices (`ebs_…`, `instance_store_…`), which another part of the agent makes.

/// The measurements of one plug-in, and of what.
#[derive(Clone, Debug)]
pub(super) struct Plugin {
    pub(super) name: &'static str,
    pub(super) measurement: Vec<&'static str>,
    pub(super) resources: Option<Vec<String>>,
}

macro_rules! measurements {
    ($(#[$about:meta] $plugin:ident { $($variant:ident $name:literal,)* })*) => {$(
        #[$about]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $plugin {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl $plugin {
            #[cfg(test)]
            pub(super) const ALL: &'static [$plugin] = &[$($plugin::$variant,)*];
        }

        impl From<$plugin> for &'static str {
            fn from(measurement: $plugin) -> Self {
                match measurement {
                    $($plugin::$variant => $name,)*
                }
            }
        }
    )*};
}

measurements! {
    /// Of the processors together.
    Cpu {
        TimeActive "time_active",
        TimeGuest "time_guest",
        TimeGuestNice "time_guest_nice",
        TimeIdle "time_idle",
        TimeIowait "time_iowait",
        TimeIrq "time_irq",
        TimeNice "time_nice",
        TimeSoftirq "time_softirq",
        TimeSteal "time_steal",
        TimeSystem "time_system",
        TimeUser "time_user",
        UsageActive "usage_active",
        UsageGuest "usage_guest",
        UsageGuestNice "usage_guest_nice",
        UsageIdle "usage_idle",
        UsageIowait "usage_iowait",
        UsageIrq "usage_irq",
        UsageNice "usage_nice",
        UsageSoftirq "usage_softirq",
        UsageSteal "usage_steal",
        UsageSystem "usage_system",
        UsageUser "usage_user",
    }
    /// Of the memory.
    Memory {
        Active "active",
        Available "available",
        AvailablePercent "available_percent",
        Buffered "buffered",
        Cached "cached",
        Free "free",
        Inactive "inactive",
        Shared "shared",
        Total "total",
        Used "used",
        UsedPercent "used_percent",
    }
    /// Of the swap space.
    Swap {
        Free "free",
        Used "used",
        UsedPercent "used_percent",
    }
    /// Of a mounted file system.
    Disk {
        Free "free",
        InodesFree "inodes_free",
        InodesTotal "inodes_total",
        InodesUsed "inodes_used",
        Total "total",
        Used "used",
        UsedPercent "used_percent",
    }
    /// Of a block device.
    DiskIo {
        IopsInProgress "iops_in_progress",
        IoTime "io_time",
        Reads "reads",
        ReadBytes "read_bytes",
        ReadTime "read_time",
        Writes "writes",
        WriteBytes "write_bytes",
        WriteTime "write_time",
    }
    /// Of a network interface.
    Net {
        BytesSent "bytes_sent",
        BytesRecv "bytes_recv",
        DropIn "drop_in",
        DropOut "drop_out",
        ErrIn "err_in",
        ErrOut "err_out",
        PacketsSent "packets_sent",
        PacketsRecv "packets_recv",
    }
    /// Of connections, by their state.
    Netstat {
        TcpClose "tcp_close",
        TcpCloseWait "tcp_close_wait",
        TcpClosing "tcp_closing",
        TcpEstablished "tcp_established",
        TcpFinWait1 "tcp_fin_wait1",
        TcpFinWait2 "tcp_fin_wait2",
        TcpLastAck "tcp_last_ack",
        TcpListen "tcp_listen",
        TcpNone "tcp_none",
        TcpSynSent "tcp_syn_sent",
        TcpSynRecv "tcp_syn_recv",
        TcpTimeWait "tcp_time_wait",
        UdpSocket "udp_socket",
    }
    /// Of processes, by their state.
    Processes {
        Blocked "blocked",
        Dead "dead",
        Idle "idle",
        Paging "paging",
        Running "running",
        Sleeping "sleeping",
        Stopped "stopped",
        Total "total",
        TotalThreads "total_threads",
        Wait "wait",
        Zombies "zombies",
    }
}
