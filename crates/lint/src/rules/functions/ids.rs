//! The rules under which mistakes with functions are reported: one for each function that can be outermost.
use crate::context::Context;
use crate::report::Report;
use crate::rule::{Check, Rule};

fn check(context: &Context<'_>, report: &mut Report<'_>) {
    let id = report.rule_id();
    for fault in context.function_faults().iter().filter(|fault| fault.id == id) {
        report.at(fault.node, || fault.message.clone());
    }
}

/// What is said of `Ref`, and of names that have neither of two forms, under the ids of those forms.
fn check_ref(context: &Context<'_>, report: &mut Report<'_>) {
    check(context, report);
    for fault in context.function_faults().iter().filter(|fault| matches!(fault.id, "E3030" | "E3031" | "E6001")) {
        report.as_rule(fault.id, "Correct the name.").at(fault.node, || fault.message.clone());
    }
}

macro_rules! rules {
    ($($name:ident: $id:literal, $title:literal, $reason:literal, $fix:literal, $good:literal, $bad:literal;)*) => {
        $(
            pub(super) static $name: Rule = Rule {
                id: $id,
                name: $title,
                reason: $reason,
                fix: $fix,
                good: $good,
                bad: $bad,
                check: Check::Template(if matches!($id.as_bytes(), b"E1020") { check_ref } else { check }),
            };
        )*
    };
}

rules! {
    GET_ATT: "E1010", "getatt-unknown",
        "CloudFormation refuses a template in which `Fn::GetAtt` names no resource, or an attribute that its type does not \
         return.",
        "Correct the name; `stackgen explain TYPE` lists the attributes.",
        "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n  Other:\n    Type: AWS::SQS::Queue\n    Properties:\n      \
         QueueName: !GetAtt Queue.QueueName\n",
        "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n  Other:\n    Type: AWS::SQS::Queue\n    Properties:\n      \
         QueueName: !GetAtt Queue.Nam\n";
    FIND_IN_MAP: "E1011", "findinmap",
        "CloudFormation refuses `Fn::FindInMap` with other functions than it takes there, or with a key that the mapping \
         does not have.",
        "Give the names of a mapping and of two of its keys, as text, `Ref` or `Fn::FindInMap`.",
        "Mappings:\n  Size:\n    prod:\n      delay: 5\nResources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      \
         DelaySeconds: !FindInMap [Size, prod, delay]\n",
        "Mappings:\n  Size:\n    prod:\n      delay: 5\nResources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      \
         DelaySeconds: !FindInMap [Size, prod, dealy]\n";
    GET_AZS: "E1015", "getazs",
        "`Fn::GetAZs` takes a region.",
        "Write `!GetAZs ''` for the region of the stack.",
        "Resources:\n  Group:\n    Type: AWS::AutoScaling::AutoScalingGroup\n    Properties:\n      MinSize: 1\n      \
         MaxSize: 1\n      LaunchConfigurationName: main\n      AvailabilityZones: !GetAZs ''\n",
        "Resources:\n  Group:\n    Type: AWS::AutoScaling::AutoScalingGroup\n    Properties:\n      MinSize: 1\n      \
         MaxSize: 1\n      LaunchConfigurationName: main\n      AvailabilityZones: !GetAZs us-east-1a\n";
    IMPORT_VALUE: "E1016", "importvalue",
        "`Fn::ImportValue` takes the name of an export, without functions that ask for a resource.",
        "Write the name, or make it of parameters with `Fn::Sub`.",
        "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !ImportValue topic-name\n",
        "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !ImportValue [topic-name]\n";
    SELECT: "E1017", "select",
        "`Fn::Select` takes a number, counted from 0, and a list that has that many items.",
        "Write `!Select [0, LIST]`.",
        "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !Select [1, [one, two]]\n",
        "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !Select [2, [one, two]]\n";
    SPLIT: "E1018", "split",
        "`Fn::Split` takes what separates, as it is, and a text or a function that gives one.",
        "Write `!Split [',', TEXT]`.",
        "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !Select [0, !Split ['-', a-b]]\n  \
         Gate:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: ami-12345678\n      SecurityGroupIds: \
         !Split [',', 'sg-1,sg-2']\n",
        "Resources:\n  Gate:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: ami-12345678\n      \
         SecurityGroupIds: !Split ['sg-1,sg-2']\n";
    SUB: "E1019", "sub",
        "CloudFormation refuses `Fn::Sub` with a variable that is no parameter, no resource, no attribute and not defined by \
         the function itself.",
        "Correct the name, or write `${!Name}` for text that stays.",
        "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !Sub '${AWS::StackName}-main'\n",
        "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !Sub '${StackName}-main'\n";
    REF: "E1020", "ref-unknown",
        "CloudFormation refuses a template in which `Ref` names no parameter and no resource, or one that gives a list where \
         there can be none.",
        "Correct the name, or add the parameter or resource.",
        "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n  Policy:\n    Type: AWS::SNS::Subscription\n    Properties:\n      \
         Protocol: sqs\n      TopicArn: !Ref Topic\n",
        "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n  Policy:\n    Type: AWS::SNS::Subscription\n    Properties:\n      \
         Protocol: sqs\n      TopicArn: !Ref Topics\n";
    BASE64: "E1021", "base64",
        "`Fn::Base64` takes a text or a function that gives one.",
        "Correct what is inside of `Fn::Base64`.",
        "Resources:\n  Web:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: ami-12345678\n      UserData: \
         !Base64 echo\n",
        "Resources:\n  Web:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: ami-12345678\n      UserData: \
         !Base64 [echo]\n";
    JOIN: "E1022", "join",
        "`Fn::Join` takes what stands between, as it is, and one list of texts or functions that give them.",
        "Write `!Join ['-', [ONE, TWO]]`.",
        "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !Join ['-', [a, b]]\n",
        "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !Join ['-', a, b]\n";
    CIDR: "E1024", "cidr",
        "`Fn::Cidr` takes an address block, how many blocks it is cut into, and how many bits are left for hosts.",
        "Write `!Cidr [BLOCK, COUNT, BITS]`.",
        "Resources:\n  Net:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlock: !Select [0, !Cidr [10.0.0.0/16, 2, 8]]\n",
        "Resources:\n  Group:\n    Type: AWS::AutoScaling::AutoScalingGroup\n    Properties:\n      MinSize: 1\n      \
         MaxSize: 1\n      LaunchConfigurationName: main\n      AvailabilityZones: !Cidr [10.0.0.0/16]\n";
    IF: "E1028", "if",
        "`Fn::If` takes the name of a condition of the template and two values.",
        "Write `!If [CONDITION, YES, NO]`, and define the condition under `Conditions`.",
        "Conditions:\n  IsProd: !Equals [!Ref AWS::StackName, prod]\nResources:\n  Queue:\n    Type: AWS::SQS::Queue\n    \
         Properties:\n      DelaySeconds: !If [IsProd, 1, 2]\n",
        "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      DelaySeconds: !If [IsProd, 1, 2]\n";
    LENGTH: "E1030", "length",
        "Without the transform `AWS::LanguageExtensions` CloudFormation does not know `Fn::Length`.",
        "Add `Transform: AWS::LanguageExtensions`, or write the number.",
        "Transform: AWS::LanguageExtensions\nResources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      \
         DelaySeconds: {'Fn::Length': [1, 2]}\n",
        "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      DelaySeconds: {'Fn::Length': [1, 2]}\n";
    TO_JSON: "E1031", "tojsonstring",
        "Without the transform `AWS::LanguageExtensions` CloudFormation does not know `Fn::ToJsonString`.",
        "Add `Transform: AWS::LanguageExtensions`, or write the text.",
        "Transform: AWS::LanguageExtensions\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      \
         DisplayName: {'Fn::ToJsonString': {A: 1}}\n",
        "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      DisplayName: {'Fn::ToJsonString': {A: 1}}\n";
    STACK_OUTPUT: "E1033", "getstackoutput",
        "`Fn::GetStackOutput` takes a map with `StackName` and `OutputName`, and `Region` and `RoleArn` if wanted.",
        "Give at least `StackName` and `OutputName`.",
        "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName:\n        Fn::GetStackOutput:\n          \
         StackName: net\n          OutputName: Name\n",
        "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName:\n        Fn::GetStackOutput:\n          \
         StackName: net\n";
    OUTPUT_VALUE: "E6101", "output-value",
        "The value of an output is a text; what it asks for must exist.",
        "Correct the name, or make a text of a list with `Fn::Join`.",
        "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\nOutputs:\n  Arn:\n    Value: !GetAtt Queue.Arn\n",
        "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\nOutputs:\n  Arn:\n    Value: !GetAtt Queue.ARN\n";
    OUTPUT_MADE: "E6004", "output-of-made-resource",
        "SAM and modules make resources whose names begin with that of what makes them; an output asks for none of these.",
        "Correct the name.",
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Box:\n    Type: AWS::Serverless::SimpleTable\nOutputs:\n  Name:\n    \
         Value: !Ref Box\n",
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Box:\n    Type: AWS::Serverless::SimpleTable\nOutputs:\n  Name:\n    \
         Value: !Ref Other\n";
    EXPORT_NAME: "E6102", "export-name",
        "The name of an export is a text; what it asks for must exist.",
        "Correct the name.",
        "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\nOutputs:\n  Arn:\n    Value: !GetAtt Queue.Arn\n    Export:\n      \
         Name: !Sub '${AWS::StackName}-arn'\n",
        "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\nOutputs:\n  Arn:\n    Value: !GetAtt Queue.Arn\n    Export:\n      \
         Name: !Sub '${Stack}-arn'\n";
    EQUALS: "E8003", "equals",
        "`Fn::Equals` compares two texts; only `Ref`, `Fn::FindInMap`, `Fn::Sub`, `Fn::Join`, `Fn::Select` and `Fn::Split` \
         can stand for one.",
        "Write `!Equals [ONE, OTHER]`.",
        "Conditions:\n  IsProd: !Equals [!Ref AWS::StackName, prod]\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    \
         Condition: IsProd\n",
        "Conditions:\n  IsProd: !Equals [!Ref AWS::StackName]\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    \
         Condition: IsProd\n";
    AND: "E8004", "and",
        "`Fn::And` takes 2 to 10 conditions.",
        "Write `!And [ONE, OTHER]`, where each is a condition or `!Condition NAME`.",
        "Conditions:\n  A: !Equals [!Ref AWS::StackName, prod]\n  B: !And [!Condition A, !Condition A]\nResources:\n  Topic:\n    \
         Type: AWS::SNS::Topic\n    Condition: B\n",
        "Conditions:\n  A: !Equals [!Ref AWS::StackName, prod]\n  B: !And [!Condition A]\nResources:\n  Topic:\n    Type: \
         AWS::SNS::Topic\n    Condition: B\n";
    NOT: "E8005", "not",
        "`Fn::Not` takes a list with one condition.",
        "Write `!Not [CONDITION]`.",
        "Conditions:\n  A: !Not [!Equals [!Ref AWS::StackName, prod]]\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    \
         Condition: A\n",
        "Conditions:\n  A: !Not [prod]\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Condition: A\n";
    OR: "E8006", "or",
        "`Fn::Or` takes 2 to 10 conditions.",
        "Write `!Or [ONE, OTHER]`, where each is a condition or `!Condition NAME`.",
        "Conditions:\n  A: !Equals [!Ref AWS::StackName, prod]\n  B: !Or [!Condition A, !Condition A]\nResources:\n  Topic:\n    \
         Type: AWS::SNS::Topic\n    Condition: B\n",
        "Conditions:\n  A: !Equals [!Ref AWS::StackName, prod]\n  B: !Or [!Condition A]\nResources:\n  Topic:\n    Type: \
         AWS::SNS::Topic\n    Condition: B\n";
    CONDITION: "E8007", "condition-name",
        "`Condition` in a condition names another one.",
        "Correct the name, or define the condition.",
        "Conditions:\n  A: !Equals [!Ref AWS::StackName, prod]\n  B: !Condition A\nResources:\n  Topic:\n    Type: \
         AWS::SNS::Topic\n    Condition: B\n",
        "Conditions:\n  B: !Condition A\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Condition: B\n";
}
