//! What functions take and give.
//!
//! Source: the pages of the functions in *Intrinsic function reference* of the CloudFormation guide, with what
//! `AWS::LanguageExtensions` adds.
use stackgen_schema::TypeSet;

use crate::template::Function;

/// What may stand in one place of a function's argument.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    /// The types of a value that is written out.
    pub(super) types: TypeSet,
    /// The functions that may stand there.
    pub(super) functions: &'static [Function],
    /// For a list, what may stand in it.
    pub(super) items: Option<&'static Slot>,
}

/// The argument of a function.
#[derive(Debug, Clone, Copy)]
pub(super) enum Argument {
    /// One value.
    One(Slot),
    /// A list of so many values at least and at most, one slot after the other; the last one counts for the rest.
    Many(usize, usize, &'static [Slot]),
    /// Looked at by its own code, or not at all.
    Own,
}

pub(super) const TEXT: TypeSet = TypeSet::STRING;
const LIST: TypeSet = TypeSet::ARRAY;
const SCALAR: TypeSet = TEXT.union(TypeSet::INTEGER).union(TypeSet::NUMBER).union(TypeSet::BOOLEAN);
const ANY: TypeSet = SCALAR.union(LIST).union(TypeSet::OBJECT);

use Function::{
    And, Base64, Cidr, Condition, Contains, EachMemberEquals, EachMemberIn, Equals, FindInMap, ForEach, GetAZs, GetAtt,
    GetStackOutput, If, ImportValue, Join, Length, Not, Or, Ref, RefAll, Select, Split, Sub, ToJsonString, Transform,
    ValueOf, ValueOfAll,
};

const fn slot(types: TypeSet, functions: &'static [Function]) -> Slot {
    Slot { types, functions, items: None }
}

const fn list(functions: &'static [Function], items: &'static Slot) -> Slot {
    Slot { types: LIST, functions, items: Some(items) }
}

const PLAIN: Slot = slot(TEXT, &[]);
const CIDR: &[Function] = &[FindInMap, GetAtt, If, ImportValue, Select, Sub, Ref];
const JOINED: Slot =
    slot(TEXT, &[Base64, FindInMap, GetAtt, GetStackOutput, If, ImportValue, Join, Select, Sub, Transform, Ref]);
const JOINED_EXTENDED: Slot = slot(
    TEXT,
    &[
        Base64,
        FindInMap,
        GetAtt,
        GetStackOutput,
        If,
        ImportValue,
        Join,
        Length,
        Select,
        Sub,
        ToJsonString,
        Transform,
        Ref,
    ],
);
const ENCODED: Slot = slot(
    TEXT,
    &[
        Base64,
        Cidr,
        Contains,
        FindInMap,
        ForEach,
        GetAtt,
        GetStackOutput,
        If,
        ImportValue,
        Join,
        Length,
        Select,
        Sub,
        ToJsonString,
        Transform,
        Ref,
    ],
);
const SELECTED: Slot = slot(ANY, &[FindInMap, GetAtt, GetStackOutput, If, Ref]);
const LISTS: &[Function] = &[Cidr, FindInMap, GetAtt, GetAZs, If, Split, Ref];
const LIST_JOINED: Slot = list(LISTS, &JOINED);
const LIST_JOINED_EXTENDED: Slot = list(LISTS, &JOINED_EXTENDED);
const LIST_SELECTED: Slot = list(LISTS, &SELECTED);
const INDEX: Slot = slot(TypeSet::INTEGER, &[Ref, FindInMap]);
const INDEX_EXTENDED: Slot = slot(TypeSet::INTEGER, &[Ref, FindInMap, Length]);
const CONDITION: Slot = slot(TypeSet::BOOLEAN, &[Condition, Equals, Not, And, Or]);
const RULE: Slot = slot(
    TypeSet::BOOLEAN,
    &[Condition, Equals, Not, And, Or, Contains, EachMemberEquals, EachMemberIn, RefAll, ValueOf, ValueOfAll],
);
const COMPARED: Slot = slot(TEXT, &[Ref, FindInMap, Sub, Join, Select, Split, Length, ToJsonString]);
const KEY: Slot = slot(TEXT, &[FindInMap, Ref]);
const KEY_EXTENDED: Slot = slot(TEXT, &[FindInMap, Join, Sub, If, Select, Length, ToJsonString, Ref]);
const DEFAULT: Slot = slot(TypeSet::OBJECT, &[]);

/// What a function takes, where `extended` tells whether `AWS::LanguageExtensions` is there and `rules` whether it stands in
/// the section `Rules`.
pub(super) fn argument(function: Function, extended: bool, rules: bool) -> Argument {
    match function {
        Base64 => Argument::One(ENCODED),
        Cidr => {
            const BLOCK: Slot = slot(TEXT, CIDR);
            const COUNT: Slot = slot(TypeSet::INTEGER, CIDR);
            Argument::Many(2, 3, &[BLOCK, COUNT])
        }
        GetAZs => Argument::One(slot(TEXT, &[GetAtt, If, Join, Select, Sub, Ref])),
        ImportValue => Argument::One(slot(TEXT, &[Base64, FindInMap, If, Join, Select, Sub, Ref])),
        Join if extended => Argument::Many(2, 2, &[PLAIN, LIST_JOINED_EXTENDED]),
        Join => Argument::Many(2, 2, &[PLAIN, LIST_JOINED]),
        Select if extended => Argument::Many(2, 2, &[INDEX_EXTENDED, LIST_SELECTED]),
        Select => Argument::Many(2, 2, &[INDEX, LIST_SELECTED]),
        Split => {
            const SOURCE: Slot =
                slot(TEXT, &[Base64, FindInMap, GetAtt, GetAZs, If, ImportValue, Join, Select, Sub, Ref]);
            Argument::Many(2, 2, &[PLAIN, SOURCE])
        }
        FindInMap if extended => Argument::Many(3, 4, &[KEY_EXTENDED, KEY_EXTENDED, KEY_EXTENDED, DEFAULT]),
        FindInMap => Argument::Many(3, 4, &[KEY, KEY, KEY, DEFAULT]),
        And | Or if rules => Argument::Many(2, 10, &[RULE]),
        And | Or => Argument::Many(2, 10, &[CONDITION]),
        Not if rules => Argument::Many(1, 1, &[RULE]),
        Not => Argument::Many(1, 1, &[CONDITION]),
        Equals => Argument::Many(2, 2, &[COMPARED]),
        _ => Argument::Own,
    }
}

/// What may stand for a variable that `Fn::Sub` defines itself.
pub(super) const VARIABLE: Slot = slot(
    TEXT,
    &[
        Base64,
        FindInMap,
        GetAtt,
        GetAZs,
        GetStackOutput,
        If,
        ImportValue,
        Join,
        Select,
        Sub,
        ToJsonString,
        Transform,
        Ref,
    ],
);

/// What says which output of which stack is wanted.
pub(super) const OUTPUT: Slot = slot(TEXT, &[Base64, FindInMap, GetAtt, If, ImportValue, Join, Select, Sub, Ref]);

/// What a condition is.
pub(super) const fn condition() -> Slot {
    CONDITION
}

/// The types of what a function gives, as far as they are the same for every argument.
pub(super) fn given(function: Function) -> TypeSet {
    match function {
        Sub | Join | Base64 | ToJsonString | ImportValue | Length => SCALAR,
        Split | Cidr | GetAZs => LIST,
        _ => ANY,
    }
}

/// The rule whose matter the argument of a function is.
pub(super) fn rule_of(function: Function) -> &'static str {
    match function {
        GetAtt => "E1010",
        FindInMap => "E1011",
        GetAZs => "E1015",
        ImportValue => "E1016",
        Select => "E1017",
        Split => "E1018",
        Sub => "E1019",
        Base64 => "E1021",
        Join => "E1022",
        Cidr => "E1024",
        If => "E1028",
        Length => "E1030",
        ToJsonString => "E1031",
        GetStackOutput => "E1033",
        Equals => "E8003",
        And => "E8004",
        Not => "E8005",
        Or => "E8006",
        Condition => "E8007",
        _ => "E1020",
    }
}
