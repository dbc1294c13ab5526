"""CloudFormation: the life of stacks without machines."""
import itertools
import json

import trial
from trial import answer, client, refused, scenario

cfn = client("cloudformation")
TOPIC = "AWS::SNS::Topic"


def topic(name, shown="x", **more):
    return {"Type": TOPIC, "Properties": {"TopicName": name, "DisplayName": shown}, **more}


def template(resources, **more):
    return json.dumps({"Resources": resources, **more})


_count = itertools.count(1)


def change_set(stack, body, kind="UPDATE", name=None, **more):
    """Creates a change set, waits for it, and gives it as it is shown."""
    name = name or f"change-{next(_count)}"
    made = cfn.create_change_set(
        StackName=stack, ChangeSetName=name, ChangeSetType=kind, TemplateBody=body, **more
    )
    try:
        cfn.get_waiter("change_set_create_complete").wait(ChangeSetName=made["Id"])
    except trial.botocore.exceptions.WaiterError:
        pass
    return cfn.describe_change_set(ChangeSetName=made["Id"])


def settled(stack):
    """The status of a stack when nothing goes on any more."""
    for _ in range(600):
        status = cfn.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        if not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":
            return status
        trial.time.sleep(1)
    return f"still {status}"


def execute(stack, shown):
    cfn.execute_change_set(ChangeSetName=shown["ChangeSetId"])
    return settled(shown["StackId"])


def create(stack, body, **more):
    return execute(stack, change_set(stack, body, "CREATE", **more))


def update(stack, body, **more):
    return execute(stack, change_set(stack, body, "UPDATE", **more))


def delete(stack):
    """Deletes a stack; its status is asked for by its id, since nobody has the name any more."""
    stack_id = cfn.describe_stacks(StackName=stack)["Stacks"][0]["StackId"]
    cfn.delete_stack(StackName=stack)
    return settled(stack_id)


def events(stack, after=0):
    """What happened, the oldest first: logical id (the stack's own is `stack`) and status."""
    pages = cfn.get_paginator("describe_stack_events").paginate(StackName=stack)
    all_events = [event for page in pages for event in page["StackEvents"]][::-1]
    of = lambda event: "stack" if event["PhysicalResourceId"] == event["StackId"] else event["LogicalResourceId"]
    return [f"{of(event)} {event['ResourceStatus']}" for event in all_events][after:]


def changes(shown):
    listed = [change["ResourceChange"] for change in shown.get("Changes", [])]
    return sorted(
        [it["Action"], it["LogicalResourceId"], it.get("Replacement", "-"), sorted(it.get("Scope", []))] for it in listed
    )


def outputs(stack):
    shown = cfn.describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
    return sorted([it["OutputKey"], it["OutputValue"], it.get("ExportName", "-")] for it in shown)


@scenario
def create_by_change_set():
    body = template(
        {"A": topic("cs-a"), "B": {**topic("cs-b"), "DependsOn": "A"}},
        Outputs={"Name": {"Value": {"Fn::GetAtt": ["A", "TopicName"]}, "Export": {"Name": "cs-name"}}},
    )
    shown = change_set("cs", body, "CREATE")
    answer("status", [shown["Status"], shown["ExecutionStatus"]], ["CREATE_COMPLETE", "AVAILABLE"])
    answer("changes", changes(shown), [["Add", "A", "-", []], ["Add", "B", "-", []]])
    answer("in review", settled("cs"), "REVIEW_IN_PROGRESS")
    answer("executed", execute("cs", shown), "CREATE_COMPLETE")
    wanted = [
        "stack REVIEW_IN_PROGRESS", "stack CREATE_IN_PROGRESS", "A CREATE_IN_PROGRESS", "A CREATE_IN_PROGRESS",
        "A CREATE_COMPLETE", "B CREATE_IN_PROGRESS", "B CREATE_IN_PROGRESS", "B CREATE_COMPLETE", "stack CREATE_COMPLETE",
    ]
    answer("events", events("cs"), wanted)
    answer("outputs", outputs("cs"), [["Name", "cs-a", "cs-name"]])
    listed = [it for page in cfn.get_paginator("list_exports").paginate() for it in page["Exports"]]
    answer("exports", [[it["Name"], it["Value"]] for it in listed], [["cs-name", "cs-a"]])
    answer("the change set stays", cfn.describe_change_set(ChangeSetName=shown["ChangeSetId"])["ExecutionStatus"], "EXECUTE_COMPLETE")
    refused("executed twice", "InvalidChangeSetStatus", None, cfn.execute_change_set, ChangeSetName=shown["ChangeSetId"])
    answer("deleted", delete("cs"), "DELETE_COMPLETE")
    refused("gone", "ValidationError", "Stack with id cs does not exist", cfn.describe_stacks, StackName="cs")


@scenario
def update_by_change_set():
    answer("made", create("up", template({"A": topic("up-a"), "B": topic("up-b"), "C": topic("up-c")})), "CREATE_COMPLETE")
    before = len(events("up"))
    body = template({"A": topic("up-a", "y"), "B": topic("up-b2"), "D": topic("up-d")})
    shown = change_set("up", body)
    wanted = [
        ["Add", "D", "-", []], ["Modify", "A", "False", ["Properties"]], ["Modify", "B", "True", ["Properties"]],
        ["Remove", "C", "-", []],
    ]
    answer("changes", changes(shown), wanted)
    answer("executed", execute("up", shown), "UPDATE_COMPLETE")
    seen = events("up", before)
    order = ["stack UPDATE_IN_PROGRESS", "B UPDATE_COMPLETE", "stack UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "B DELETE_COMPLETE", "stack UPDATE_COMPLETE"]
    answer("the old one goes last", [it for it in seen if it in order], order)
    answer("D", [it for it in seen if it.startswith("D ")], ["D CREATE_IN_PROGRESS", "D CREATE_IN_PROGRESS", "D CREATE_COMPLETE"])
    same = change_set("up", body, name="again")
    answer("no changes", same["Status"], "FAILED")
    words = "didn't contain changes"
    answer("no changes says", words if words in same.get("StatusReason", "") else same.get("StatusReason"), words)
    refused("executed without changes", "InvalidChangeSetStatus", None, cfn.execute_change_set, ChangeSetName="again", StackName="up")
    refused("updated without changes", "ValidationError", "No updates are to be performed", cfn.update_stack, StackName="up", TemplateBody=body)
    delete("up")


@scenario
def change_sets_by_name():
    refused("of no stack", "ValidationError", "does not exist", cfn.create_change_set, StackName="nobody", ChangeSetName="x", TemplateBody=template({"A": topic("n")}))
    change_set("byname", template({"A": topic("byname")}), "CREATE", "one")
    refused("unknown", "ChangeSetNotFound", "ChangeSet [x] does not exist", cfn.describe_change_set, ChangeSetName="x", StackName="byname")
    # Measured on AWS by ministackorg/ministack#1625.
    refused("unknown deleted", "none", None, cfn.delete_change_set, ChangeSetName="x", StackName="byname")
    refused("unknown deleted of no stack", "ValidationError", None, cfn.delete_change_set, ChangeSetName="x", StackName="nobody")
    refused("the same name", "AlreadyExistsException", "already exists", cfn.create_change_set, StackName="byname", ChangeSetName="one", ChangeSetType="CREATE", TemplateBody=template({"A": topic("byname")}))
    refused("a name that begins with a digit", "ValidationError", None, cfn.create_change_set, StackName="byname", ChangeSetName="1x", ChangeSetType="CREATE", TemplateBody=template({"A": topic("byname")}))
    listed = cfn.list_change_sets(StackName="byname")["Summaries"]
    answer("listed", [[it["ChangeSetName"], it["Status"]] for it in listed], [["one", "CREATE_COMPLETE"]])
    cfn.delete_change_set(StackName="byname", ChangeSetName="one")
    answer("an empty stack stays", settled("byname"), "REVIEW_IN_PROGRESS")
    answer("deleted", delete("byname"), "DELETE_COMPLETE")


@scenario
def create_rolls_back():
    # Two topics with one name: CloudFormation finds out while it makes the second.
    wrong = {"Type": "AWS::CloudFormation::WaitCondition", "DependsOn": "A", "Properties": {"Handle": {"Ref": "H"}, "Timeout": "1"}}
    body = template({"A": topic("rb-a"), "H": {"Type": "AWS::CloudFormation::WaitConditionHandle"}, "W": wrong})
    answer("ended", create("rb", body), "ROLLBACK_COMPLETE")
    seen = events("rb")
    order = ["W CREATE_FAILED", "stack ROLLBACK_IN_PROGRESS", "A DELETE_COMPLETE", "stack ROLLBACK_COMPLETE"]
    answer("order", [it for it in seen if it in order], order)
    refused("updated", "ValidationError", "ROLLBACK_COMPLETE", cfn.update_stack, StackName="rb", TemplateBody=template({"A": topic("rb-b")}))
    refused("change set", "ValidationError", "ROLLBACK_COMPLETE", cfn.create_change_set, StackName="rb", ChangeSetName="x", TemplateBody=template({"A": topic("rb-b")}))
    waited, _ = trial.error(cfn.get_waiter("stack_create_complete").wait, StackName="rb")
    answer("waiter", waited, "WaiterError")
    answer("deleted", delete("rb"), "DELETE_COMPLETE")


@scenario
def update_rolls_back():
    good = {"A": topic("urb-a", "x")}
    create("urb", template(good))
    before = len(events("urb"))
    wrong = {"Type": "AWS::CloudFormation::WaitCondition", "DependsOn": "A", "Properties": {"Handle": {"Ref": "H"}, "Timeout": "1"}}
    bad = {"A": topic("urb-a", "y"), "H": {"Type": "AWS::CloudFormation::WaitConditionHandle"}, "W": wrong}
    answer("ended", update("urb", template(bad)), "UPDATE_ROLLBACK_COMPLETE")
    order = [
        "stack UPDATE_IN_PROGRESS", "W CREATE_FAILED", "stack UPDATE_ROLLBACK_IN_PROGRESS",
        "stack UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "W DELETE_COMPLETE", "stack UPDATE_ROLLBACK_COMPLETE",
    ]
    answer("order", [it for it in events("urb", before) if it in order], order)
    answer("again", update("urb", template({"A": topic("urb-a", "z")})), "UPDATE_COMPLETE")
    delete("urb")


@scenario
def exports_in_use():
    out = {"Value": {"Fn::GetAtt": ["A", "TopicName"]}, "Export": {"Name": "shared"}}
    create("producer", template({"A": topic("producer-a")}, Outputs={"Name": out}))
    user = {"B": {"Type": TOPIC, "Properties": {"TopicName": "consumer-b", "DisplayName": {"Fn::ImportValue": "shared"}}}}
    answer("imported", create("consumer", template(user)), "CREATE_COMPLETE")
    users = cfn.list_imports(ExportName="shared")["Imports"]
    answer("imports", users, ["consumer"])
    refused("taken and given up", "none", None, cfn.delete_stack, StackName="producer")
    answer("not deleted", settled("producer"), "CREATE_COMPLETE")
    answer("deleted after its user", [delete("consumer"), delete("producer")], ["DELETE_COMPLETE", "DELETE_COMPLETE"])


@scenario
def exports_of_one_name():
    out = {"Value": "v", "Export": {"Name": "once"}}
    create("first", template({"A": topic("first-a")}, Outputs={"Name": out}))
    answer("second", create("second", template({"A": topic("second-a")}, Outputs={"Name": out})), "ROLLBACK_COMPLETE")
    delete("first")
    delete("second")


@scenario
def export_in_use_changed():
    out = lambda value: {"Name": {"Value": value, "Export": {"Name": "kept"}}}
    create("maker", template({"A": topic("maker-a")}, Outputs=out("one")))
    create("taker", template({"B": {"Type": TOPIC, "Properties": {"DisplayName": {"Fn::ImportValue": "kept"}}}}))
    answer("ended", update("maker", template({"A": topic("maker-a", "new")}, Outputs=out("two"))), "UPDATE_ROLLBACK_COMPLETE")
    answer("outputs", outputs("maker"), [["Name", "one", "kept"]])
    delete("taker")
    delete("maker")


@scenario
def termination_protection():
    create("safe", template({"A": topic("safe-a")}))
    cfn.update_termination_protection(StackName="safe", EnableTerminationProtection=True)
    answer("shown", cfn.describe_stacks(StackName="safe")["Stacks"][0].get("EnableTerminationProtection"), True)
    refused("deleted", "ValidationError", "TerminationProtection is enabled", cfn.delete_stack, StackName="safe")
    cfn.update_termination_protection(StackName="safe", EnableTerminationProtection=False)
    answer("deleted after", delete("safe"), "DELETE_COMPLETE")


@scenario
def drift():
    create("dr", template({"A": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/dr/a", "Type": "String", "Value": "x"}}}))
    def detect():
        begun = cfn.detect_stack_drift(StackName="dr")["StackDriftDetectionId"]
        for _ in range(100):
            shown = cfn.describe_stack_drift_detection_status(StackDriftDetectionId=begun)
            if shown["DetectionStatus"] != "DETECTION_IN_PROGRESS":
                return [shown["DetectionStatus"], shown.get("StackDriftStatus")]
            trial.time.sleep(1)
        return "still"
    answer("in sync", detect(), ["DETECTION_COMPLETE", "IN_SYNC"])
    client("ssm").put_parameter(Name="/dr/a", Value="y", Type="String", Overwrite=True)
    answer("drifted", detect(), ["DETECTION_COMPLETE", "DRIFTED"])
    drifts = cfn.describe_stack_resource_drifts(StackName="dr")["StackResourceDrifts"]
    answer("what", [[it["LogicalResourceId"], it["StackResourceDriftStatus"]] for it in drifts], [["A", "MODIFIED"]])
    found = [[it["PropertyPath"], it["DifferenceType"], it["ExpectedValue"], it["ActualValue"]] for it in drifts[0].get("PropertyDifferences", [])]
    answer("how", found, [["/Value", "NOT_EQUAL", "x", "y"]])
    delete("dr")


@scenario
def imports_resources():
    kept = {"A": {"Type": "AWS::SSM::Parameter", "DeletionPolicy": "Retain", "Properties": {"Name": "/im/a", "Type": "String", "Value": "x"}}}
    client("ssm").put_parameter(Name="/im/a", Value="x", Type="String")
    import_it = [{"ResourceType": "AWS::SSM::Parameter", "LogicalResourceId": "A", "ResourceIdentifier": {"Name": "/im/a"}}]
    shown = change_set("im", template(kept), "IMPORT", ResourcesToImport=import_it)
    answer("changes", changes(shown), [["Import", "A", "-", []]])
    answer("executed", execute("im", shown), "IMPORT_COMPLETE")
    order = ["stack REVIEW_IN_PROGRESS", "stack IMPORT_IN_PROGRESS", "A IMPORT_IN_PROGRESS", "A IMPORT_COMPLETE", "A UPDATE_IN_PROGRESS", "A UPDATE_COMPLETE", "stack IMPORT_COMPLETE"]
    answer("order", [it for it in events("im") if it in order], order)
    answer("deleted", delete("im"), "DELETE_COMPLETE")
    answer("kept", client("ssm").get_parameter(Name="/im/a")["Parameter"]["Value"], "x")
    client("ssm").delete_parameter(Name="/im/a")


@scenario
def import_without_policy():
    plain = {"A": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/im/b", "Type": "String", "Value": "x"}}}
    import_it = [{"ResourceType": "AWS::SSM::Parameter", "LogicalResourceId": "A", "ResourceIdentifier": {"Name": "/im/b"}}]
    refused("refused", "ValidationError", "DeletionPolicy", cfn.create_change_set, StackName="imb", ChangeSetName="x", ChangeSetType="IMPORT", TemplateBody=template(plain), ResourcesToImport=import_it)


@scenario
def wait_condition_signalled():
    import urllib.request

    handle = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
    wait = {"Type": "AWS::CloudFormation::WaitCondition", "Properties": {"Handle": {"Ref": "H"}, "Timeout": "3600"}}
    body = template({"H": handle, "W": wait}, Outputs={"Data": {"Value": {"Fn::GetAtt": ["W", "Data"]}}})
    shown = change_set("wc", body, "CREATE")
    cfn.execute_change_set(ChangeSetName=shown["ChangeSetId"])
    for _ in range(100):
        listed = {it["LogicalResourceId"]: it for it in cfn.list_stack_resources(StackName="wc")["StackResourceSummaries"]}
        if listed.get("H", {}).get("ResourceStatus") == "CREATE_COMPLETE":
            break
        trial.time.sleep(1)
    signal = {"Status": "SUCCESS", "Reason": "done", "UniqueId": "one", "Data": "ready"}
    request = urllib.request.Request(listed["H"]["PhysicalResourceId"], json.dumps(signal).encode(), method="PUT", headers={"Content-Type": ""})
    answer("signalled", urllib.request.urlopen(request, timeout=10).status, 200)
    answer("ended", settled("wc"), "CREATE_COMPLETE")
    answer("outputs", outputs("wc"), [["Data", '{"one":"ready"}', "-"]])
    delete("wc")


@scenario
def parameters_and_conditions():
    body = json.dumps({
        "Parameters": {"Word": {"Type": "String", "AllowedValues": ["a", "b"]}, "Secret": {"Type": "String", "NoEcho": True, "Default": "s"}},
        "Conditions": {"IsB": {"Fn::Equals": [{"Ref": "Word"}, "b"]}},
        "Resources": {"A": topic("pc-a"), "B": {**topic("pc-b"), "Condition": "IsB"}},
    })
    word = lambda value: [{"ParameterKey": "Word", "ParameterValue": value}]
    refused("no value", "ValidationError", "Word", cfn.create_change_set, StackName="pc", ChangeSetName="x", ChangeSetType="CREATE", TemplateBody=body)
    refused("not allowed", "ValidationError", "Word", cfn.create_change_set, StackName="pc", ChangeSetName="x", ChangeSetType="CREATE", TemplateBody=body, Parameters=word("c"))
    answer("made", create("pc", body, Parameters=word("a")), "CREATE_COMPLETE")
    shown = cfn.describe_stacks(StackName="pc")["Stacks"][0]["Parameters"]
    answer("shown", sorted([it["ParameterKey"], it["ParameterValue"]] for it in shown), [["Secret", "****"], ["Word", "a"]])
    answer("changes", changes(change_set("pc", body, name="b", Parameters=word("b"))), [["Add", "B", "-", []]])
    keep = [{"ParameterKey": "Word", "UsePreviousValue": True}]
    answer("kept", change_set("pc", body, name="same", Parameters=keep)["Status"], "FAILED")
    delete("pc")


@scenario
def what_templates_are_refused():
    many = template({f"T{number}": topic(f"long-{number}", "x" * 60) for number in range(450)})
    refused("too long", "ValidationError", None, cfn.create_change_set, StackName="no-1", ChangeSetName="x", ChangeSetType="CREATE", TemplateBody=many)
    refused("no resources", "ValidationError", "At least one Resources member must be defined", cfn.create_change_set, StackName="no-2", ChangeSetName="x", ChangeSetType="CREATE", TemplateBody="{}")
    circle = template({"A": {**topic("a"), "DependsOn": "B"}, "B": {**topic("b"), "DependsOn": "A"}})
    refused("a circle", "ValidationError", "Circular dependency", cfn.create_change_set, StackName="no-3", ChangeSetName="x", ChangeSetType="CREATE", TemplateBody=circle)
    nobody = template({"A": {"Type": TOPIC, "Properties": {"DisplayName": {"Ref": "Nobody"}}}})
    refused("unresolved", "ValidationError", "Unresolved resource dependencies [Nobody]", cfn.create_change_set, StackName="no-4", ChangeSetName="x", ChangeSetType="CREATE", TemplateBody=nobody)
    role = template({"R": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "named", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}}})
    refused("capability", "InsufficientCapabilitiesException", "CAPABILITY_NAMED_IAM", cfn.create_change_set, StackName="no-5", ChangeSetName="x", ChangeSetType="CREATE", TemplateBody=role)
    refused("bad name", "ValidationError", None, cfn.create_change_set, StackName="no_name", ChangeSetName="x", ChangeSetType="CREATE", TemplateBody=template({"A": topic("a")}))
    summary = cfn.get_template_summary(TemplateBody=role)
    answer("summary", [summary.get("Capabilities"), summary.get("ResourceTypes")], [["CAPABILITY_NAMED_IAM"], ["AWS::IAM::Role"]])


@scenario
def retained_resources_stay():
    create("ret", template({"A": topic("ret-a", DeletionPolicy="Retain"), "B": topic("ret-b")}))
    answer("deleted", delete("ret"), "DELETE_COMPLETE")
    answer("events", "A DELETE_SKIPPED" in events_of_deleted("ret"), True)


def events_of_deleted(name):
    listed = [it for page in cfn.get_paginator("list_stacks").paginate(StackStatusFilter=["DELETE_COMPLETE"]) for it in page["StackSummaries"]]
    stack_id = next(it["StackId"] for it in listed if it["StackName"] == name)
    return events(stack_id)


@scenario
def pages_and_waiters():
    for number in range(3):
        cfn.create_stack(StackName=f"page-{number}", TemplateBody=template({f"R{it}": topic(f"page-{number}-{it}") for it in range(40)}))
        cfn.get_waiter("stack_create_complete").wait(StackName=f"page-{number}")
    found = [it["LogicalResourceId"] for page in cfn.get_paginator("list_stack_resources").paginate(StackName="page-0") for it in page["StackResourceSummaries"]]
    answer("resources", len(set(found)), 40)
    answer("events", len(events("page-0")), 122)
    listed = [it["StackName"] for page in cfn.get_paginator("describe_stacks").paginate() for it in page["Stacks"]]
    answer("stacks", sorted(it for it in listed if it.startswith("page-")), ["page-0", "page-1", "page-2"])
    for number in range(3):
        cfn.delete_stack(StackName=f"page-{number}")
        cfn.get_waiter("stack_delete_complete").wait(StackName=f"page-{number}")
    refused("gone", "ValidationError", "does not exist", cfn.describe_stacks, StackName="page-1")
    waited, _ = trial.error(cfn.get_waiter("stack_exists").wait, StackName="page-1", WaiterConfig={"Delay": 0, "MaxAttempts": 2})
    answer("stack exists", waited, "WaiterError")


if __name__ == "__main__":
    trial.main("stacks")
