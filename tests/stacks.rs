//! The production stacks: their reviewed form, and what must be true of them whatever they look like.
//!
//! The checks of the host's story are named by what they check, so that a failure says what is lost.
use serde_json::json;
use stackgen::{Pattern, SynthesizedApp, Template, template_yaml};

#[path = "../stacks/main.rs"]
#[expect(dead_code, reason = "the app's own main is not run here")]
mod app;

fn synth() -> SynthesizedApp {
    let app = app::describe().unwrap_or_else(|failure| panic!("{failure:?}"));
    app.synth().unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn compute() -> Template {
    synth().stack("prod-compute").expect("the app has it").template.clone()
}

#[test]
fn templates_and_boot_scripts_are_as_reviewed() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for stack in synth().stacks {
            insta::assert_snapshot!(format!("{}.yaml", stack.name), template_yaml(&stack.template));
            for script in stack.user_data {
                // The number of the host changes with the script; the name of its file stays, so that a review shows how.
                let host = script.logical_id.trim_end_matches(|digit: char| digit.is_ascii_hexdigit());
                insta::assert_snapshot!(format!("{}.{host}.userdata.sh", stack.name), script.text);
            }
        }
    });
}

#[test]
fn the_same_values_give_the_same_bytes() {
    let bytes = || -> Vec<String> { synth().stacks.iter().map(|stack| stack.template.as_str().to_owned()).collect() };
    assert_eq!(bytes(), bytes());
}

#[test]
fn the_host_is_graviton_and_its_image_is_pinned() {
    let template = compute();
    let host = json!({"InstanceType": "m7g.medium", "ImageId": {"Ref": "HostImage"}});
    template.assert_resource("AWS::EC2::Instance", host);
    let parameter = &template.json()["Parameters"]["HostImage"];
    // A type that reads SSM would replace the host on an unrelated deploy.
    assert_eq!(parameter["Type"], "AWS::EC2::Image::Id");
    assert!(parameter["Default"].as_str().is_some_and(|id| id.starts_with("ami-")));
    // Another value at a deploy would replace the host, and nobody would wait for the new one.
    assert_eq!(parameter["AllowedValues"], json!([parameter["Default"]]));
    assert!(parameter["Description"].as_str().is_some_and(|text| text.contains("/zmanim/prod/ami-id")));
}

#[test]
fn the_lock_pins_what_the_stacks_want_and_nothing_else() {
    let manifest = stackgen::app::assemble(app::describe).manifest;
    let wanted: Vec<_> = manifest.images.iter().map(|image| (&*image.stack, &*image.parameter)).collect();
    assert_eq!(wanted, [("prod-compute", "HostImage")]);
    let lock = stackgen::lock::load().expect("it is there");
    assert_eq!(stackgen_assembly::lock::check(&lock, &manifest), []);
    let text = std::fs::read_to_string(stackgen::lock::LOCK_FILE).expect("it is there");
    assert_eq!(lock.text(), text, "the file is as a command writes it");
}

#[test]
fn the_root_volume_is_small_encrypted_and_disposable() {
    let ebs = json!({"VolumeSize": 10, "VolumeType": "gp3", "Encrypted": true, "DeleteOnTermination": true});
    let mappings = json!({"BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": ebs}]});
    compute().assert_resource("AWS::EC2::Instance", mappings);
}

#[test]
fn the_data_volume_stands_alone_and_outlives_the_stack() {
    let template = compute();
    let size = json!({"Size": 20, "Iops": 3000, "Throughput": 125, "VolumeType": "gp3", "Encrypted": true});
    template.assert_resource("AWS::EC2::Volume", size);
    let kept = json!({"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"});
    template.assert_body("AWS::EC2::Volume", kept);
    template.assert_count("AWS::EC2::Volume", 1);
}

#[test]
fn log_groups_go_with_the_stack_so_that_it_can_come_again() {
    for policy in ["/DeletionPolicy", "/UpdateReplacePolicy"] {
        let policies = compute().capture("AWS::Logs::LogGroup", policy);
        assert!(policies.len() == 4 && policies.iter().all(|policy| policy == "Delete"), "{policies:?}");
    }
}

#[test]
fn the_volume_can_be_let_go_without_touching_anything_else() {
    let template = compute();
    let attachment = json!({"Condition": "DataAttached", "Properties": {"Device": "/dev/sdf"}});
    template.assert_body("AWS::EC2::VolumeAttachment", attachment);
    let json = template.json();
    let conditional: Vec<&String> = json["Resources"]
        .as_object()
        .expect("a template has resources")
        .iter()
        .filter_map(|(id, resource)| resource.get("Condition").map(|_| id))
        .collect();
    assert_eq!(conditional, ["DataAttachmentToHost"]);
    assert_eq!(json["Parameters"]["DataAttachment"]["Default"], "attached");
}

#[test]
fn the_address_is_elastic_associated_and_exported() {
    let template = compute();
    let host = template.assert_body("AWS::EC2::Instance", Pattern::any());
    template.assert_resource("AWS::EC2::EIP", json!({"Domain": "vpc"}));
    let association =
        json!({"InstanceId": {"Ref": host}, "AllocationId": {"Fn::GetAtt": ["HostAddress", "AllocationId"]}});
    template.assert_resource("AWS::EC2::EIPAssociation", association);
    template.assert_output(
        "PublicIp",
        json!({"Value": {"Ref": "HostAddress"}, "Export": {"Name": "prod-compute:PublicIp"}}),
    );
}

#[test]
fn readiness_waits_for_the_disk_and_not_the_other_way_round() {
    let template = compute();
    let after = json!({"DependsOn": ["DataAttachmentToHost", "HostAddressAssociation"]});
    let id = template.assert_body("AWS::CloudFormation::WaitCondition", Pattern::from(after).without("/Condition"));
    // A creation policy on the host would wait for a disk that is attached only after the host is created.
    template.assert_body("AWS::EC2::Instance", Pattern::any().without("/CreationPolicy"));
    let script = synth().stack("prod-compute").expect("the app has it").user_data[0].text.clone();
    assert!(script.contains(&id), "the script must signal {id}");
}

fn statements() -> Vec<serde_json::Value> {
    let documents = compute().capture("AWS::IAM::Role", "/Properties/Policies");
    let policies = documents.iter().flat_map(|policies| policies.as_array().into_iter().flatten());
    policies.flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().cloned().unwrap_or_default()).collect()
}

#[track_caller]
fn assert_allowed(action: &str, resource: &str) {
    let has = |value: &serde_json::Value, text: &str| value.to_string().contains(text);
    let found =
        statements().iter().any(|one| has(&one["Action"], &format!("\"{action}\"")) && has(&one["Resource"], resource));
    assert!(found, "{action} on {resource} is not allowed");
}

#[test]
fn the_role_can_do_what_the_host_needs() {
    assert_allowed("s3:ListBucket", "arn:${AWS::Partition}:s3:::zmanim-backups-prod\"");
    assert_allowed("s3:GetBucketLocation", "arn:${AWS::Partition}:s3:::zmanim-backups-prod\"");
    assert_allowed("s3:PutObject", "zmanim-backups-prod/*");
    assert_allowed("s3:DeleteObject", "zmanim-backups-prod/*");
    assert_allowed("s3:GetObject", "zmanim-releases-prod/*");
    assert_allowed("ssm:GetParameter", "parameter/zmanim/prod/postgres-password");
    assert_allowed("kms:Decrypt", ":key/");
    assert_allowed("ses:SendEmail", "identity/example.org");
    assert_allowed("cloudwatch:PutMetricData", "*");
    assert_allowed("logs:PutLogEvents", "log-group:${ApiLogs}:*");
    assert_allowed("cloudformation:SignalResource", "AWS::StackId");
}

#[test]
fn session_manager_works_without_reading_every_parameter_of_the_account() {
    for action in ["ssm:UpdateInstanceInformation", "ssmmessages:OpenDataChannel", "ssmmessages:CreateControlChannel"] {
        assert_allowed(action, "*");
    }
    compute().assert_resource("AWS::IAM::Role", Pattern::any().without("/ManagedPolicyArns"));
}

#[test]
fn nothing_is_allowed_beyond_need() {
    for statement in statements() {
        let actions = statement["Action"].to_string();
        assert!(!actions.contains('*'), "{actions} has a wildcard");
        let everywhere = statement["Resource"] == json!(["*"]);
        let may = ["ssmmessages:", "cloudwatch:PutMetricData"].iter().any(|action| actions.contains(action));
        assert!(!everywhere || may, "{actions} on everything");
        assert!(!actions.contains("PutObject") || !statement["Resource"].to_string().contains("releases"));
    }
}

#[test]
fn the_boot_script_mounts_the_data_and_decrypts_the_secrets() {
    let script = synth().stack("prod-compute").expect("the app has it").user_data[0].text.clone();
    assert!(script.contains("mount /data") && script.contains("--with-decryption"));
    compute().assert_body("AWS::EC2::Instance", Pattern::any().with("/Properties/UserData/Fn::Base64"));
}

#[test]
fn the_host_stands_in_the_network_of_the_other_stack() {
    let imports = json!({
        "SubnetId": {"Fn::ImportValue": "prod-network:PublicSubnetARef"},
        "SecurityGroupIds": [{"Fn::ImportValue": "prod-network:HostSecurityGroupRef"}],
    });
    compute().assert_resource("AWS::EC2::Instance", imports);
    let app = synth();
    let names: Vec<&str> = app.stacks.iter().map(|stack| stack.name.as_str()).collect();
    assert_eq!(names, ["prod-network", "prod-compute"]);
    assert_eq!(app.stacks[1].dependencies, ["prod-network"]);
    assert!(app.stacks.iter().all(|stack| stack.region.as_deref() == Some("eu-west-1")));
}

#[test]
fn the_host_asks_for_metadata_by_token_only() {
    let metadata = json!({"MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}});
    compute().assert_resource("AWS::EC2::Instance", metadata);
}

#[test]
fn nobody_can_reach_ssh() {
    let app = synth();
    let network = &app.stack("prod-network").expect("the app has it").template;
    for rules in network.capture("AWS::EC2::SecurityGroup", "/Properties/SecurityGroupIngress") {
        let ports = rules.as_array().into_iter().flatten().map(|rule| rule["FromPort"].clone());
        assert_eq!(ports.collect::<Vec<_>>(), [json!(443)]);
    }
}

#[test]
fn every_resource_that_can_be_tagged_is() {
    let facts = stackgen_schema::Facts::embedded();
    for stack in synth().stacks {
        for resource in &stack.resources {
            let tags = stack.template.json()["Resources"][&resource.logical_id]["Properties"]["Tags"].to_string();
            let can = facts.resource(&resource.type_name).is_some_and(|facts| facts.tagging.is_some());
            assert!(!can || tags.contains("zmanim"), "{} has no project tag", resource.logical_id);
        }
    }
}
