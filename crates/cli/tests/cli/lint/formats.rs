//! The forms for programs.
use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::templates;

#[test]
fn json() {
    assert_snapshot!(templates().run(&["lint", "cfn", "--format", "json", "--rules", "E"]).stdout, @r#"
    [
      {
        "rule": "E3002",
        "severity": "error",
        "message": "Queue has no property `QueuName`; did you mean `QueueName`?",
        "fix": "Correct the name or take the property away; `stackgen explain TYPE` lists what there is.",
        "file": "cfn/sub/wrong.yaml",
        "line": 8,
        "column": 7,
        "end_line": 8,
        "end_column": 15,
        "path": [
          "Resources",
          "Queue",
          "Properties",
          "QueuName"
        ]
      }
    ]
    "#);
}

#[test]
fn annotations_for_a_pull_request() {
    assert_snapshot!(templates().run(&["lint", "cfn", "--format", "github"]).stdout, @"
    ::warning file=cfn/sub/wrong.yaml,line=2,endLine=2,col=3,endColumn=8,title=W2001::nothing uses the parameter `Stage`%0AUse the parameter or take it away.
    ::error file=cfn/sub/wrong.yaml,line=8,endLine=8,col=7,endColumn=15,title=E3002::Queue has no property `QueuName`; did you mean `QueueName`?%0ACorrect the name or take the property away; `stackgen explain TYPE` lists what there is.
    ");
}

#[test]
fn junit() {
    assert_snapshot!(templates().run(&["lint", "cfn", "--format", "junit"]).stdout, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="stackgen lint" tests="3" failures="2" errors="0">
      <testsuite name="cfn/sub/wrong.yaml" tests="2" failures="2" errors="0">
        <testcase name="W2001 Parameters/Stage" classname="cfn/sub/wrong.yaml" file="cfn/sub/wrong.yaml" line="2">
          <failure type="warning" message="nothing uses the parameter `Stage`">cfn/sub/wrong.yaml:2:3: Use the parameter or take it away.</failure>
        </testcase>
        <testcase name="E3002 Resources/Queue/Properties/QueuName" classname="cfn/sub/wrong.yaml" file="cfn/sub/wrong.yaml" line="8">
          <failure type="error" message="Queue has no property `QueuName`; did you mean `QueueName`?">cfn/sub/wrong.yaml:8:7: Correct the name or take the property away; `stackgen explain TYPE` lists what there is.</failure>
        </testcase>
      </testsuite>
      <testsuite name="cfn/clean.yaml" tests="1" failures="0" errors="0">
        <testcase name="clean" classname="cfn/clean.yaml"/>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn sarif() {
    assert_snapshot!(templates().run(&["lint", "cfn", "--format", "sarif", "--rules", "E"]).stdout, @r#"
    {
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        {
          "tool": {
            "driver": {
              "name": "stackgen lint",
              "version": "0.1.0",
              "informationUri": "https://github.com/stackgen/stackgen",
              "rules": [
                {
                  "id": "E3002",
                  "name": "property-unknown",
                  "shortDescription": {
                    "text": "CloudFormation refuses properties that a resource type does not have, after it has begun to change the stack."
                  },
                  "help": {
                    "text": "Correct the name or take the property away; `stackgen explain TYPE` lists what there is."
                  },
                  "defaultConfiguration": {
                    "level": "error"
                  }
                }
              ]
            }
          },
          "columnKind": "unicodeCodePoints",
          "results": [
            {
              "ruleId": "E3002",
              "level": "error",
              "message": {
                "text": "Queue has no property `QueuName`; did you mean `QueueName`?\nCorrect the name or take the property away; `stackgen explain TYPE` lists what there is."
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "cfn/sub/wrong.yaml"
                    },
                    "region": {
                      "startLine": 8,
                      "startColumn": 7,
                      "endLine": 8,
                      "endColumn": 15
                    }
                  },
                  "logicalLocations": [
                    {
                      "fullyQualifiedName": "Resources/Queue/Properties/QueuName"
                    }
                  ]
                }
              ],
              "ruleIndex": 0
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn clean_templates_in_every_form() {
    let env = templates();
    let told = |form| env.run(&["lint", "cfn/clean.yaml", "--format", form]);
    assert_eq!(told("json").stdout, "[]\n");
    assert_eq!(told("github").stdout, "");
    let xml = told("junit").stdout;
    let xml = roxmltree::Document::parse(&xml).unwrap();
    assert_eq!(xml.descendants().filter(|node| node.has_tag_name("testcase")).count(), 1);
    let sarif: Json = serde_json::from_str(&told("sarif").stdout).unwrap();
    assert_eq!(sarif["runs"][0]["results"], json!([]));
}
