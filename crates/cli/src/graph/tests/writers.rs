//! Mermaid and DOT, as a reviewer sees them.
use std::io::Write as _;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use serde_json::json;
use stackgen_assembly::Assembly;

use super::page::hostile;
use super::{assembly, fixture, graph};
use crate::graph::{dot, mermaid};

fn small() -> Assembly {
    let network = json!({
        "Resources": {
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
            "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.1.0/24"}},
        },
        "Outputs": {"SubnetRef": {"Value": {"Ref": "Subnet"}, "Export": {"Name": "net:SubnetRef"}}},
    });
    let host = json!({"Resources": {
        "Host": {"Type": "AWS::EC2::Instance", "Properties": {
            "InstanceType": "m7g.medium", "SubnetId": {"Fn::ImportValue": "net:SubnetRef"},
        }},
        "Data": {"Type": "AWS::EC2::Volume", "Properties": {"Size": 20}, "DeletionPolicy": "Retain"},
        "Attachment": {"Type": "AWS::EC2::VolumeAttachment", "Properties": {
            "VolumeId": {"Ref": "Data"}, "InstanceId": {"Ref": "Host"}, "Device": "/dev/sdf",
        }},
        "Ready": {"Type": "AWS::CloudFormation::WaitCondition", "DependsOn": "Attachment"},
    }});
    assembly(&[("end-net", network), ("host", host)])
}

#[test]
fn as_mermaid() {
    assert_snapshot!(mermaid(&graph(&small())), @r#"
    flowchart LR
      subgraph x_end_net["<b>end-net</b> eu-west-1"]
        subgraph x_end_net_Vpc["<b>Vpc</b> VPC · 10.0.0.0/16"]
          x_end_net_Subnet["<b>Subnet</b><br/>Subnet · 10.0.1.0/24"]:::network
        end
      end
      subgraph host["<b>host</b> eu-west-1"]
        host_Data["<b>Data</b><br/>EBS volume · 20 GiB<br/>holds data"]:::storage
        host_Ready["<b>Ready</b><br/>Wait condition"]:::operations
        subgraph host_in_Subnet["<b>Subnet</b> Subnet · of end-net"]
          host_Host["<b>Host</b><br/>EC2 instance · m7g.medium"]:::compute
        end
      end
      host_Data -->|"Attachment"| host_Host
      host_Ready -.-> host_Data
      host_in_Subnet ==> x_end_net_Subnet
      classDef stack fill:#f6f7f9,stroke:#d3d9e1,color:#1b2530
      classDef network fill:#eaf2fd,stroke:#a6c0e3,color:#1b2530
      classDef compute fill:#fdf3ea,stroke:#e3c1a6,color:#1b2530
      classDef storage fill:#e6f8ef,stroke:#a1d8be,color:#1b2530
      classDef operations fill:#e7f7fa,stroke:#a6d4dc,color:#1b2530
      class x_end_net stack
      class x_end_net_Vpc network
      class host stack
      class host_in_Subnet network
    "#);
}

#[test]
fn as_dot() {
    assert_snapshot!(dot(&graph(&small())), @r##"
    digraph stackgen {
      graph [compound=true, rankdir=LR, fontname="Helvetica", fontsize=13, nodesep=0.35, ranksep=0.9, pad=0.4]
      node [shape=plain, fontname="Helvetica", fontsize=12]
      edge [color="#546178", arrowsize=0.7]
      subgraph "cluster end-net" {
        label=<<B>end-net</B><BR ALIGN="LEFT"/><FONT POINT-SIZE="10">eu-west-1</FONT><BR ALIGN="LEFT"/>>
        style="rounded,filled" color="#d3d9e1" fillcolor="#f6f7f9" labeljust=l margin=16
        subgraph "cluster end-net/Vpc" {
          label=<<B>Vpc</B><BR ALIGN="LEFT"/><FONT POINT-SIZE="10">VPC · 10.0.0.0/16</FONT><BR ALIGN="LEFT"/>>
          style="rounded,filled" color="#a6c0e3" fillcolor="#eaf2fd" labeljust=l margin=16
          "end-net/Subnet" [label=<<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="5" STYLE="ROUNDED" COLOR="#a6c0e3" BGCOLOR="#ffffff"><TR><TD ALIGN="LEFT" PORT="head"><B>Subnet</B><BR ALIGN="LEFT"/><FONT POINT-SIZE="10">Subnet · 10.0.1.0/24</FONT><BR ALIGN="LEFT"/></TD></TR></TABLE>>]
        }
      }
      subgraph "cluster host" {
        label=<<B>host</B><BR ALIGN="LEFT"/><FONT POINT-SIZE="10">eu-west-1</FONT><BR ALIGN="LEFT"/>>
        style="rounded,filled" color="#d3d9e1" fillcolor="#f6f7f9" labeljust=l margin=16
        "host/Data" [label=<<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="5" STYLE="ROUNDED" COLOR="#a1d8be" BGCOLOR="#ffffff"><TR><TD ALIGN="LEFT" PORT="head"><B>Data</B><BR ALIGN="LEFT"/><FONT POINT-SIZE="10">EBS volume · 20 GiB · holds data</FONT><BR ALIGN="LEFT"/></TD></TR><TR><TD ALIGN="LEFT" PORT="row0"><FONT POINT-SIZE="10">• Attachment (/dev/sdf)</FONT></TD></TR></TABLE>>]
        "host/Ready" [label=<<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="5" STYLE="ROUNDED" COLOR="#a6d4dc" BGCOLOR="#ffffff"><TR><TD ALIGN="LEFT" PORT="head"><B>Ready</B><BR ALIGN="LEFT"/><FONT POINT-SIZE="10">Wait condition</FONT><BR ALIGN="LEFT"/></TD></TR></TABLE>>]
        subgraph "cluster host/in/Subnet" {
          label=<<B>Subnet</B><BR ALIGN="LEFT"/><FONT POINT-SIZE="10">Subnet · of end-net</FONT><BR ALIGN="LEFT"/>>
          style="rounded,filled,dashed" color="#a6c0e3" fillcolor="#eaf2fd" labeljust=l margin=16
          "host/Host" [label=<<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="5" STYLE="ROUNDED" COLOR="#e3c1a6" BGCOLOR="#ffffff"><TR><TD ALIGN="LEFT" PORT="head"><B>Host</B><BR ALIGN="LEFT"/><FONT POINT-SIZE="10">EC2 instance · m7g.medium</FONT><BR ALIGN="LEFT"/></TD></TR></TABLE>>]
        }
      }
      "host/Data":row0 -> "host/Host" [style=solid, tooltip="Attachment.InstanceId → Host (Ref)"]
      "host/Ready" -> "host/Data":row0 [style=dotted, tooltip="Ready → Attachment (DependsOn)"]
      "host/Host" -> "end-net/Subnet" [style=dashed, tooltip="Subnet.SubnetId → Subnet (ImportValue)", ltail="cluster host/in/Subnet"]
    }
    "##);
}

#[test]
fn graphviz_reads_it() {
    for assembly in [fixture("host"), fixture("shop"), fixture("empty"), hostile()] {
        let spawned = Command::new("dot")
            .args(["-Tplain"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(mut child) = spawned else { return println!("skipped: Graphviz is not installed") };
        let graph = graph(&assembly);
        child.stdin.take().unwrap().write_all(dot(&graph).as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && complaints.is_empty(), "{complaints}");
        let plain = String::from_utf8_lossy(&output.stdout).into_owned();
        let cards =
            (0..graph.nodes.len()).filter(|&id| !graph.nodes[id].is_row && graph.boxes(Some(id)).next().is_none());
        assert_eq!(plain.lines().filter(|line| line.starts_with("node ")).count(), cards.count());
    }
}
