//! What must agree between two resources, or between the parts of one.
use crate::document::{Node, Value};
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Resource, call};
use crate::walk::{Group, Place};

/// Source: *RunInstances* in the EC2 API reference (`ImageId` is required unless a launch template has it).
pub(super) static IMAGE: Rule = Rule {
    id: "E3673",
    name: "instance-without-image",
    reason: "An instance starts from an image, which it or its launch template must name.",
    fix: "Write `ImageId`, here or in the launch template.",
    good: "Resources:\n  Host:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: ami-0123456789abcdef0\n",
    bad: "Resources:\n  Host:\n    Type: AWS::EC2::Instance\n    Properties:\n      InstanceType: t4g.small\n",
    check: Check::Group(image),
};

/// Source: *CreateStage* in the API Gateway API reference (a deployment belongs to one API).
pub(super) static STAGE: Rule = Rule {
    id: "E3698",
    name: "stage-of-another-api",
    reason: "A deployment belongs to one API, and API Gateway does not find it in another.",
    fix: "Write the same `RestApiId` at the stage and at its deployment.",
    good: "Resources:\n  Live:\n    Type: AWS::ApiGateway::Stage\n    Properties:\n      RestApiId: one\n      StageName: live\n      \
           DeploymentId: !Ref Now\n  Now:\n    Type: AWS::ApiGateway::Deployment\n    Properties:\n      RestApiId: one\n",
    bad: "Resources:\n  Live:\n    Type: AWS::ApiGateway::Stage\n    Properties:\n      RestApiId: one\n      StageName: live\n      \
          DeploymentId: !Ref Now\n  Now:\n    Type: AWS::ApiGateway::Deployment\n    Properties:\n      RestApiId: two\n",
    check: Check::Group(stage),
};

/// Source: *PutMethod* in the API Gateway API reference (an authorizer belongs to one API).
pub(super) static AUTHORIZER_API: Rule = Rule {
    id: "E3699",
    name: "authorizer-of-another-api",
    reason: "An authorizer belongs to one API, and API Gateway does not find it in another.",
    fix: "Write the same `RestApiId` at the method and at its authorizer.",
    good: "Resources:\n  Get:\n    Type: AWS::ApiGateway::Method\n    Properties:\n      RestApiId: one\n      ResourceId: abc\n      \
           HttpMethod: GET\n      AuthorizationType: CUSTOM\n      AuthorizerId: !Ref Who\n  Who:\n    \
           Type: AWS::ApiGateway::Authorizer\n    Properties:\n      Name: who\n      RestApiId: one\n      Type: TOKEN\n",
    bad: "Resources:\n  Get:\n    Type: AWS::ApiGateway::Method\n    Properties:\n      RestApiId: one\n      ResourceId: abc\n      \
          HttpMethod: GET\n      AuthorizationType: CUSTOM\n      AuthorizerId: !Ref Who\n  Who:\n    \
          Type: AWS::ApiGateway::Authorizer\n    Properties:\n      Name: who\n      RestApiId: two\n      Type: TOKEN\n",
    check: Check::Group(authorizer_api),
};

/// Source: *PutMethod* in the API Gateway API reference (`authorizationType`).
pub(super) static AUTHORIZER_TYPE: Rule = Rule {
    id: "E3708",
    name: "authorizer-of-another-type",
    reason: "A method with `CUSTOM` takes authorizers of the types `TOKEN` and `REQUEST`, one with `COGNITO_USER_POOLS` its own.",
    fix: "Write the `AuthorizationType` that goes with the authorizer.",
    good: AUTHORIZER_API.good,
    bad: "Resources:\n  Get:\n    Type: AWS::ApiGateway::Method\n    Properties:\n      RestApiId: one\n      ResourceId: abc\n      \
          HttpMethod: GET\n      AuthorizationType: COGNITO_USER_POOLS\n      AuthorizerId: !Ref Who\n  Who:\n    \
          Type: AWS::ApiGateway::Authorizer\n    Properties:\n      Name: who\n      RestApiId: one\n      Type: TOKEN\n",
    check: Check::Group(authorizer_type),
};

/// Source: *CreateEventSourceMapping* in the Lambda API reference (`BatchSize`: 10 for FIFO queues).
pub(super) static BATCH: Rule = Rule {
    id: "E3705",
    name: "fifo-queue-batch-size",
    reason: "Lambda takes ten messages at most at a time from a FIFO queue.",
    fix: "Write a `BatchSize` of 10 or less.",
    good: "Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n    Properties: {FifoQueue: true}\n  Run:\n    \
           Type: AWS::Lambda::EventSourceMapping\n    Properties:\n      FunctionName: run\n      \
           EventSourceArn: !GetAtt Jobs.Arn\n      BatchSize: 10\n",
    bad: "Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n    Properties: {FifoQueue: true}\n  Run:\n    \
          Type: AWS::Lambda::EventSourceMapping\n    Properties:\n      FunctionName: run\n      \
          EventSourceArn: !GetAtt Jobs.Arn\n      BatchSize: 11\n",
    check: Check::Group(batch),
};

/// Source: *CreateDBInstance* in the RDS API reference (an instance of a cluster has the cluster's engine).
pub(super) static ENGINE: Rule = Rule {
    id: "E3707",
    name: "rds-instance-of-another-engine",
    reason: "RDS refuses an instance in a cluster of another engine.",
    fix: "Write the engine of the cluster.",
    good: "Resources:\n  Sales:\n    Type: AWS::RDS::DBCluster\n    Properties: {Engine: aurora-mysql}\n  One:\n    \
           Type: AWS::RDS::DBInstance\n    Properties:\n      DBClusterIdentifier: !Ref Sales\n      \
           DBInstanceClass: db.r5.large\n      Engine: aurora-mysql\n",
    bad: "Resources:\n  Sales:\n    Type: AWS::RDS::DBCluster\n    Properties: {Engine: aurora-mysql}\n  One:\n    \
          Type: AWS::RDS::DBInstance\n    Properties:\n      DBClusterIdentifier: !Ref Sales\n      \
          DBInstanceClass: db.r5.large\n      Engine: aurora-postgresql\n",
    check: Check::Group(engine),
};

/// Source: *CodePipeline pipeline structure reference* (the first stage has source actions only, no other has any).
pub(super) static SOURCE: Rule = Rule {
    id: "E3700",
    name: "pipeline-source-stage",
    reason: "The first stage of a pipeline has source actions only, and no other stage has any.",
    fix: "Move source actions to the first stage and all others behind it.",
    good: "Resources:\n  Line:\n    Type: AWS::CodePipeline::Pipeline\n    Properties:\n      \
           RoleArn: arn:aws:iam::123456789012:role/line\n      ArtifactStore: {Location: things, Type: S3}\n      Stages:\n      \
           - Name: first\n        Actions:\n        - Name: take\n          \
           ActionTypeId: {Category: Source, Owner: AWS, Provider: S3, Version: '1'}\n      - Name: second\n        \
           Actions:\n        - Name: make\n          \
           ActionTypeId: {Category: Build, Owner: AWS, Provider: CodeBuild, Version: '1'}\n",
    bad: "Resources:\n  Line:\n    Type: AWS::CodePipeline::Pipeline\n    Properties:\n      Stages:\n      - Name: first\n        \
          Actions:\n        - Name: make\n          ActionTypeId: {Category: Build, Owner: AWS, Provider: CodeBuild, Version: '1'}\n",
    check: Check::Group(source),
};

/// Source: *CreateReplicationGroup* in the ElastiCache API reference (cluster mode needs automatic failover and replicas).
pub(super) static FAILOVER: Rule = Rule {
    id: "E3026",
    name: "cache-cluster-failover",
    reason: "With cluster mode ElastiCache demands automatic failover, and several nodes or node groups to fail over to.",
    fix: "Leave `AutomaticFailoverEnabled` out or write `true`, and write `NumNodeGroups` or more than one `NumCacheClusters`.",
    good: "Resources:\n  Modes:\n    Type: AWS::ElastiCache::ParameterGroup\n    Properties:\n      \
           CacheParameterGroupFamily: redis7\n      Description: clusters\n      Properties: {cluster-enabled: 'yes'}\n  \
           Sums:\n    Type: AWS::ElastiCache::ReplicationGroup\n    Properties:\n      \
           CacheParameterGroupName: !Ref Modes\n      ReplicationGroupDescription: sums\n      NumNodeGroups: 2\n",
    bad: "Resources:\n  Modes:\n    Type: AWS::ElastiCache::ParameterGroup\n    Properties:\n      \
          CacheParameterGroupFamily: redis7\n      Description: clusters\n      Properties: {cluster-enabled: 'yes'}\n  \
          Sums:\n    Type: AWS::ElastiCache::ReplicationGroup\n    Properties:\n      \
          CacheParameterGroupName: !Ref Modes\n      ReplicationGroupDescription: sums\n      NumCacheClusters: 1\n",
    check: Check::Group(failover),
};

/// Whether it is about the properties of a resource of this type as a whole.
fn is_of(place: &Place<'_, '_>, type_name: &str) -> bool {
    let whole = place.resource.properties.is_none_or(|properties| properties == place.node);
    whole && place.resource.type_name == type_name
}

/// The resource of this type that a value refers to.
fn target<'c, 't>(place: &Place<'c, 't>, value: Option<Node<'_>>, type_name: &str) -> Option<&'c Resource<'t>> {
    let call = call(value?)?;
    let name = call.attribute().map(|(name, _)| name).or_else(|| call.argument.text())?;
    place.context.template.resource(name).filter(|resource| resource.type_name == type_name)
}

/// A text, number or flag that is written plainly.
fn plain(node: Option<Node<'_>>) -> Option<&str> {
    node?.any_text()
}

/// Whether two values are written alike.
fn alike(one: Node<'_>, other: Node<'_>) -> bool {
    match (one.value(), other.value()) {
        (Value::Scalar(one), Value::Scalar(other)) => one.text == other.text,
        (Value::List, Value::List) => {
            one.items().len() == other.items().len() && one.items().zip(other.items()).all(|(a, b)| alike(a, b))
        }
        (Value::Map, Value::Map) => {
            let same = |entry: crate::document::Entry<'_>| {
                other.get(&entry.key.text).is_some_and(|value| alike(entry.value, value))
            };
            one.entries().len() == other.entries().len() && one.entries().all(same)
        }
        _ => false,
    }
}

fn image(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    if !is_of(place, "AWS::EC2::Instance") || group.open || group.has("ImageId") {
        return;
    }
    if let Some(template) = group.get("LaunchTemplate") {
        let known = target(place, template.get("LaunchTemplateId"), "AWS::EC2::LaunchTemplate");
        let data = known.and_then(|template| template.property("LaunchTemplateData"));
        if !data.is_some_and(|data| data.is_map() && call(data).is_none() && data.get("ImageId").is_none()) {
            return;
        }
    }
    report.at(place.node, || format!("`ImageId` is missing{}", group.scenario.words()));
}

fn stage(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    if is_of(place, "AWS::ApiGateway::Stage") {
        same_api(group, target(place, group.get("DeploymentId"), "AWS::ApiGateway::Deployment"), report);
    }
}

fn authorizer_api(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    if is_of(place, "AWS::ApiGateway::Method") {
        same_api(group, target(place, group.get("AuthorizerId"), "AWS::ApiGateway::Authorizer"), report);
    }
}

fn same_api(group: &Group<'_>, other: Option<&Resource<'_>>, report: &mut Report<'_>) {
    let theirs = other.and_then(|other| other.property("RestApiId"));
    let Some((ours, theirs)) = group.get("RestApiId").zip(theirs) else { return };
    if !alike(ours, theirs) {
        report.at(theirs, || "what refers to this belongs to another `RestApiId`".to_owned());
    }
}

fn authorizer_type(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    if !is_of(place, "AWS::ApiGateway::Method") {
        return;
    }
    let authorizer = target(place, group.get("AuthorizerId"), "AWS::ApiGateway::Authorizer");
    let Some(given) = authorizer.and_then(|authorizer| authorizer.property("Type")) else { return };
    let fits = match (plain(group.get("AuthorizationType")), plain(Some(given))) {
        (Some("CUSTOM"), Some(kind)) => matches!(kind, "TOKEN" | "REQUEST"),
        (Some("COGNITO_USER_POOLS"), Some(kind)) => kind == "COGNITO_USER_POOLS",
        _ => true,
    };
    if !fits {
        report.at(given, || format!("`{}` is not for this type of authorizer", place.resource.name));
    }
}

fn batch(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    if !is_of(place, "AWS::Lambda::EventSourceMapping") {
        return;
    }
    let queue = target(place, group.get("EventSourceArn"), "AWS::SQS::Queue");
    let is_fifo = plain(queue.and_then(|queue| queue.property("FifoQueue"))) == Some("true");
    let Some(size) = group.get("BatchSize").filter(|_| is_fifo) else { return };
    if plain(Some(size)).and_then(|size| size.parse::<u32>().ok()).is_some_and(|size| size > 10) {
        report.at(size, || "a FIFO queue gives ten messages at a time at most".to_owned());
    }
}

fn engine(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    if !is_of(place, "AWS::RDS::DBInstance") {
        return;
    }
    let cluster = target(place, group.get("DBClusterIdentifier"), "AWS::RDS::DBCluster");
    let theirs = plain(cluster.and_then(|cluster| cluster.property("Engine")));
    let Some(node) = group.get("Engine") else { return };
    if let Some((ours, theirs)) = plain(Some(node)).zip(theirs).filter(|(ours, theirs)| ours != theirs) {
        report.at(node, || format!("the engine is `{ours}`, and that of the cluster `{theirs}`"));
    }
}

fn failover(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    if group.open || !is_of(place, "AWS::ElastiCache::ReplicationGroup") {
        return;
    }
    let modes = target(place, group.get("CacheParameterGroupName"), "AWS::ElastiCache::ParameterGroup");
    let Some((name, modes)) = place.node.get("CacheParameterGroupName").zip(modes) else { return };
    let modes = modes.property("Properties").map(|modes| place.context.template.branches(modes, &group.scenario));
    let is_on = |modes: Node<'_>| plain(modes.get("cluster-enabled")) == Some("yes");
    if !modes.is_some_and(|modes| modes.iter().any(|modes| is_on(modes.node))) {
        return;
    }
    let when = || group.scenario.words();
    if plain(group.get("AutomaticFailoverEnabled")) == Some("false") {
        report.at(name, || format!("these parameters turn cluster mode on, which needs automatic failover{}", when()));
    }
    let number = |node: Node<'_>| plain(Some(node))?.parse::<u32>().ok();
    let few = group.get("NumCacheClusters").is_none_or(|nodes| number(nodes).is_some_and(|nodes| nodes < 2));
    if few && !group.has("NumNodeGroups") {
        report.at(name, || format!("these parameters turn cluster mode on, which needs several nodes{}", when()));
    }
}

fn source(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    let Some(stages) = group.get("Stages").filter(|_| is_of(place, "AWS::CodePipeline::Pipeline")) else { return };
    // Where a stage may be left out, which one is the first is not known.
    let known = stages.items().enumerate().take_while(|(_, stage)| call(*stage).is_none());
    for (index, stage) in known {
        let actions = stage.get("Actions").into_iter().flat_map(Node::items);
        for kind in actions.filter_map(|action| action.get("ActionTypeId")?.get("Category")) {
            if kind.text().is_some_and(|text| (text == "Source") != (index == 0)) {
                report.at(kind, || match index {
                    0 => "the first stage has source actions only".to_owned(),
                    _ => "only the first stage has source actions".to_owned(),
                });
            }
        }
    }
}
