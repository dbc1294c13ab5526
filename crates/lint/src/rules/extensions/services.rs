//! Other services, with a rule or two each.
use crate::rule::{Check, Demand, Rule};

pub(super) static API_NAME: Rule = Rule {
    id: "E3660",
    name: "rest-api-name",
    reason: "API Gateway refuses an API without name, unless an OpenAPI document brings one.",
    fix: "Write `Name`, `Body` or `BodyS3Location`.",
    good: "Resources:\n  Thing:\n    Type: AWS::ApiGateway::RestApi\n    Properties:\n      Name: shop\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::ApiGateway::RestApi\n    Properties:\n      Description: shop\n",
    check: Check::Demand(&Demand {
        facts: "aws_apigateway_restapi/openapi_properties",
        places: &["AWS::ApiGateway::RestApi"],
        all: false,
        settled: &[],
        because: "an API has a name, or a document that names it",
    }),
};

pub(super) static AUTHORIZER_TTL: Rule = Rule {
    id: "E3718",
    name: "authorizer-ttl",
    reason: "API Gateway refuses to keep answers for longer than 3600 seconds.",
    fix: "Write 3600 or less.",
    good: "Resources:\n  Thing:\n    Type: AWS::ApiGateway::Authorizer\n    Properties:\n      AuthorizerResultTtlInSeconds: 3600\n      Name: who\n      RestApiId: abc\n      Type: TOKEN\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::ApiGateway::Authorizer\n    Properties:\n      AuthorizerResultTtlInSeconds: 3601\n      Name: who\n      RestApiId: abc\n      Type: TOKEN\n",
    check: Check::Demand(&Demand {
        facts: "aws_apigateway_authorizer/ttl",
        places: &["AWS::ApiGateway::Authorizer"],
        all: false,
        settled: &[],
        because: "answers of an authorizer are kept for an hour at most",
    }),
};

pub(super) static METHOD_PATH: Rule = Rule {
    id: "E3723",
    name: "stage-method-path",
    reason: "API Gateway refuses settings for a path that does not begin with `/`.",
    fix: "Begin with `/`; `/*` is every path.",
    good: "Resources:\n  Thing:\n    Type: AWS::ApiGateway::Stage\n    Properties:\n      DeploymentId: abc\n      MethodSettings: [{HttpMethod: \"*\", LoggingLevel: INFO, ResourcePath: \"/*\"}]\n      RestApiId: abc\n      StageName: live\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::ApiGateway::Stage\n    Properties:\n      DeploymentId: abc\n      MethodSettings: [{HttpMethod: \"*\", LoggingLevel: INFO, ResourcePath: \"*\"}]\n      RestApiId: abc\n      StageName: live\n",
    check: Check::Demand(&Demand {
        facts: "aws_apigateway_stage/method_settings_resource_path",
        places: &["AWS::ApiGateway::Stage/MethodSettings/*"],
        all: false,
        settled: &[],
        because: "paths begin with `/`",
    }),
};

pub(super) static COOKIES: Rule = Rule {
    id: "E3722",
    name: "cache-behavior-cookies",
    reason: "CloudFront refuses other values unless a cache policy replaces them.",
    fix: "Write `all`, `none` or `whitelist`, or use a `CachePolicyId`.",
    good: "Resources:\n  Thing:\n    Type: AWS::CloudFront::Distribution\n    Properties:\n      DistributionConfig:\n        DefaultCacheBehavior:\n          ForwardedValues: {Cookies: {Forward: none}, QueryString: true}\n          TargetOriginId: shop\n          ViewerProtocolPolicy: https-only\n        Enabled: true\n        Origins: [{CustomOriginConfig: {OriginProtocolPolicy: https-only}, DomainName: shop.example.com, Id: shop}]\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::CloudFront::Distribution\n    Properties:\n      DistributionConfig:\n        DefaultCacheBehavior:\n          ForwardedValues: {Cookies: {Forward: some}, QueryString: true}\n          TargetOriginId: shop\n          ViewerProtocolPolicy: https-only\n        Enabled: true\n        Origins: [{CustomOriginConfig: {OriginProtocolPolicy: https-only}, DomainName: shop.example.com, Id: shop}]\n",
    check: Check::Demand(&Demand {
        facts: "aws_cloudfront_distribution/forward_enum",
        places: &[
            "AWS::CloudFront::Distribution/DistributionConfig/DefaultCacheBehavior",
            "AWS::CloudFront::Distribution/DistributionConfig/CacheBehaviors/*",
        ],
        all: false,
        settled: &[],
        because: "without a cache policy CloudFront knows three ways",
    }),
};

pub(super) static PERIOD: Rule = Rule {
    id: "E3615",
    name: "alarm-period",
    reason: "CloudWatch refuses other periods.",
    fix: "Write 10, 30, 60 or a multiple of 60.",
    good: "Resources:\n  Thing:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      ComparisonOperator: GreaterThanThreshold\n      EvaluationPeriods: 1\n      MetricName: CPUUtilization\n      Namespace: AWS/EC2\n      Period: 60\n      Statistic: Average\n      Threshold: 80\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      ComparisonOperator: GreaterThanThreshold\n      EvaluationPeriods: 1\n      MetricName: CPUUtilization\n      Namespace: AWS/EC2\n      Period: 45\n      Statistic: Average\n      Threshold: 80\n",
    check: Check::Demand(&Demand {
        facts: "aws_cloudwatch_alarm/period",
        places: &["AWS::CloudWatch::Alarm"],
        all: false,
        settled: &[],
        because: "periods are 10, 30 or 60 seconds, or whole minutes",
    }),
};

pub(super) static BUILD_LOCATION: Rule = Rule {
    id: "E3636",
    name: "build-location",
    reason: "CodeBuild cannot find or put anything in S3 without a location.",
    fix: "Write `Location`.",
    good: "Resources:\n  Thing:\n    Type: AWS::CodeBuild::Project\n    Properties:\n      Artifacts: {Type: CODEPIPELINE}\n      Environment: {ComputeType: BUILD_GENERAL1_SMALL, Image: aws/codebuild/standard:7.0, Type: LINUX_CONTAINER}\n      ServiceRole: arn:aws:iam::123456789012:role/build\n      Source: {Type: CODEPIPELINE}\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::CodeBuild::Project\n    Properties:\n      Artifacts: {Type: S3}\n      Environment: {ComputeType: BUILD_GENERAL1_SMALL, Image: aws/codebuild/standard:7.0, Type: LINUX_CONTAINER}\n      ServiceRole: arn:aws:iam::123456789012:role/build\n      Source: {Type: CODEPIPELINE}\n",
    check: Check::Demand(&Demand {
        facts: "aws_codebuild_project/s3_locations",
        places: &["AWS::CodeBuild::Project/Artifacts", "AWS::CodeBuild::Project/Source"],
        all: false,
        settled: &[],
        because: "what lies in S3 has a location",
    }),
};

pub(super) static FILE_SYSTEM_SIZE: Rule = Rule {
    id: "E3725",
    name: "file-system-size",
    reason: "FSx refuses sizes that the kind of file system does not have.",
    fix: "Write a size in the range.",
    good: "Resources:\n  Thing:\n    Type: AWS::FSx::FileSystem\n    Properties:\n      FileSystemType: LUSTRE\n      StorageCapacity: 1200\n      SubnetIds: [subnet-01234567]\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::FSx::FileSystem\n    Properties:\n      FileSystemType: LUSTRE\n      StorageCapacity: 100\n      SubnetIds: [subnet-01234567]\n",
    check: Check::Demand(&Demand {
        facts: "aws_fsx_filesystem/storage_capacity",
        places: &["AWS::FSx::FileSystem"],
        all: false,
        settled: &[],
        because: "each kind of file system has a range of sizes",
    }),
};
