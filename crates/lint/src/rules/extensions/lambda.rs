//! Functions of Lambda.
use crate::rule::{Check, Demand, Rule};

pub(super) static RESERVED: Rule = Rule {
    id: "E3663",
    name: "function-environment-reserved",
    reason: "Lambda refuses variables with the names of its own.",
    fix: "Choose another name.",
    good: "Resources:\n  Thing:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: arn:aws:iam::123456789012:role/run\n      Runtime: python3.13\n      Handler: index.handler\n      Code: {ZipFile: \"pass\"}\n      Environment: {Variables: {TABLE: sales}}\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: arn:aws:iam::123456789012:role/run\n      Runtime: python3.13\n      Handler: index.handler\n      Code: {ZipFile: \"pass\"}\n      Environment: {Variables: {AWS_REGION: us-east-1}}\n",
    check: Check::Demand(&Demand {
        facts: "aws_lambda_function/environment_variable_keys",
        places: &["AWS::Lambda::Function/Environment/Variables", "AWS::Serverless::Function/Environment/Variables"],
        all: true,
        settled: &[],
        because: "Lambda sets this variable itself",
    }),
};

pub(super) static LOG_LEVEL: Rule = Rule {
    id: "E3696",
    name: "function-log-level",
    reason: "Lambda refuses `SystemLogLevel` unless logs are written as JSON.",
    fix: "Write `LogFormat: JSON`, or take the level away.",
    good: "Resources:\n  Thing:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: arn:aws:iam::123456789012:role/run\n      Runtime: python3.13\n      Handler: index.handler\n      Code: {ZipFile: \"pass\"}\n      LoggingConfig: {LogFormat: JSON, SystemLogLevel: WARN}\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: arn:aws:iam::123456789012:role/run\n      Runtime: python3.13\n      Handler: index.handler\n      Code: {ZipFile: \"pass\"}\n      LoggingConfig: {LogFormat: Text, SystemLogLevel: WARN}\n",
    check: Check::Demand(&Demand {
        facts: "aws_lambda_function/loglevel_logformat",
        places: &["AWS::Lambda::Function", "AWS::Serverless::Function"],
        all: false,
        settled: &[],
        because: "logs as plain text have no level",
    }),
};

pub(super) static IMAGE: Rule = Rule {
    id: "E3685",
    name: "function-image-properties",
    reason: "A function from an image brings its runtime, handler and layers with it, and Lambda refuses them.",
    fix: "Take `Handler`, `Runtime` and `Layers` away.",
    good: "Resources:\n  Thing:\n    Type: AWS::Lambda::Function\n    Properties:\n      Code: {ImageUri: 123456789012.dkr.ecr.us-east-1.amazonaws.com/run:1}\n      PackageType: Image\n      Role: arn:aws:iam::123456789012:role/run\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: arn:aws:iam::123456789012:role/run\n      Runtime: python3.13\n      Handler: index.handler\n      Code: {ImageUri: 123456789012.dkr.ecr.us-east-1.amazonaws.com/run:1}\n      PackageType: Image\n",
    check: Check::Demand(&Demand {
        facts: "aws_lambda_function/packagetype_image_exclusions",
        places: &["AWS::Lambda::Function", "AWS::Serverless::Function"],
        all: false,
        settled: &[],
        because: "an image has its own",
    }),
};

pub(super) static INLINE_RUNTIME: Rule = Rule {
    id: "E3677",
    name: "function-inline-runtime",
    reason: "CloudFormation packs code from the template for Node.js and Python, and for no other runtime.",
    fix: "Put the code into S3, or write it for Node.js or Python.",
    good: "Resources:\n  Thing:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: arn:aws:iam::123456789012:role/run\n      Runtime: python3.13\n      Handler: index.handler\n      Code: {ZipFile: \"pass\"}\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::Lambda::Function\n    Properties:\n      Code: {ZipFile: \"pass\"}\n      Role: arn:aws:iam::123456789012:role/run\n      Handler: index\n      Runtime: ruby3.4\n",
    check: Check::Demand(&Demand {
        facts: "aws_lambda_function/zipfile_runtime_enum",
        places: &["AWS::Lambda::Function", "AWS::Serverless::Function"],
        all: false,
        settled: &[],
        because: "code in a template is for Node.js and Python only",
    }),
};

pub(super) static INLINE: Rule = Rule {
    id: "E3678",
    name: "function-inline-without-runtime",
    reason: "Lambda cannot run code from the template without a runtime.",
    fix: "Write `Runtime`.",
    good: "Resources:\n  Thing:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: arn:aws:iam::123456789012:role/run\n      Runtime: python3.13\n      Handler: index.handler\n      Code: {ZipFile: \"pass\"}\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::Lambda::Function\n    Properties:\n      Code: {ZipFile: \"pass\"}\n      Role: arn:aws:iam::123456789012:role/run\n      Handler: index.handler\n",
    check: Check::Demand(&Demand {
        facts: "aws_lambda_function/zipfile_runtime_exists",
        places: &["AWS::Lambda::Function", "AWS::Serverless::Function"],
        all: false,
        settled: &[],
        because: "code in a template needs a runtime",
    }),
};

pub(super) static TIMEOUT: Rule = Rule {
    id: "E3717",
    name: "function-timeout",
    reason: "Lambda refuses a time limit above 15 minutes, unless the function has a capacity provider.",
    fix: "Write 900 or less.",
    good: "Resources:\n  Thing:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: arn:aws:iam::123456789012:role/run\n      Runtime: python3.13\n      Handler: index.handler\n      Code: {ZipFile: \"pass\"}\n      Timeout: 900\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: arn:aws:iam::123456789012:role/run\n      Runtime: python3.13\n      Handler: index.handler\n      Code: {ZipFile: \"pass\"}\n      Timeout: 901\n",
    check: Check::Demand(&Demand {
        facts: "aws_lambda_function/capacity_provider_timeout",
        places: &["AWS::Lambda::Function"],
        all: false,
        settled: &[],
        because: "only functions on managed instances may run longer than 900 seconds",
    }),
};

pub(super) static LAYER: Rule = Rule {
    id: "W3702",
    name: "function-aws-layer",
    reason: "Names such as `arn:aws:lambda:::awslayer:…` were for a few customers and may not be there.",
    fix: "Write the ARN of a layer's version in your region.",
    good: "Resources:\n  Thing:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: arn:aws:iam::123456789012:role/run\n      Runtime: python3.13\n      Handler: index.handler\n      Code: {ZipFile: \"pass\"}\n      Layers: [\"arn:aws:lambda:us-east-1:123456789012:layer:tools:1\"]\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: arn:aws:iam::123456789012:role/run\n      Runtime: python3.13\n      Handler: index.handler\n      Code: {ZipFile: \"pass\"}\n      Layers: [\"arn:aws:lambda:::awslayer:AmazonLinux1803\"]\n",
    check: Check::Demand(&Demand {
        facts: "aws_lambda_function/awslayer",
        places: &["AWS::Lambda::Function/Layers/*"],
        all: false,
        settled: &[],
        because: "layers of this form are not for everybody",
    }),
};

pub(super) static QUEUE_START: Rule = Rule {
    id: "E3634",
    name: "event-source-queue-start",
    reason: "Lambda refuses `StartingPosition` for a queue: it reads what is there.",
    fix: "Take `StartingPosition` away.",
    good: "Resources:\n  Thing:\n    Type: AWS::Lambda::EventSourceMapping\n    Properties:\n      EventSourceArn: arn:aws:sqs:us-east-1:123456789012:jobs\n      FunctionName: run\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::Lambda::EventSourceMapping\n    Properties:\n      EventSourceArn: arn:aws:sqs:us-east-1:123456789012:jobs\n      FunctionName: run\n      StartingPosition: LATEST\n",
    check: Check::Demand(&Demand {
        facts: "aws_lambda_eventsourcemapping/eventsourcearn_sqs_exclusive",
        places: &["AWS::Lambda::EventSourceMapping"],
        all: false,
        settled: &[],
        because: "a queue has no place to start at",
    }),
};

pub(super) static STREAM_START: Rule = Rule {
    id: "E3633",
    name: "event-source-stream-start",
    reason: "Lambda refuses a stream without `StartingPosition`.",
    fix: "Write `StartingPosition: LATEST` or `TRIM_HORIZON`.",
    good: "Resources:\n  Thing:\n    Type: AWS::Lambda::EventSourceMapping\n    Properties:\n      EventSourceArn: arn:aws:kinesis:us-east-1:123456789012:stream/jobs\n      FunctionName: run\n      StartingPosition: LATEST\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::Lambda::EventSourceMapping\n    Properties:\n      EventSourceArn: arn:aws:kinesis:us-east-1:123456789012:stream/jobs\n      FunctionName: run\n",
    check: Check::Demand(&Demand {
        facts: "aws_lambda_eventsourcemapping/eventsourcearn_stream_inclusive",
        places: &["AWS::Lambda::EventSourceMapping"],
        all: false,
        settled: &[],
        because: "a stream is read from somewhere",
    }),
};
