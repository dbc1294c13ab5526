//! The style sheet of a picture: what stands in the CSS files, and the rules of the categories.
use crate::graph::category::Category;
use crate::graph::palette::hue;

/// The style sheet of a picture.
pub(super) fn sheet() -> String {
    let light: String = Category::ALL.iter().map(|&category| rules(category, hue(category).light)).collect();
    let dark: String = Category::ALL.iter().map(|&category| rules(category, hue(category).dark)).collect();
    let dark = [&dark, include_str!("dark.css")].concat();
    format!("{light}{}@media (prefers-color-scheme: dark) {{\n{dark}}}\n", include_str!("light.css"))
}

fn rules(category: Category, [fill, border, strong]: [&str; 3]) -> String {
    let name = category.name();
    format!(
        ".{name} > .tile {{ fill: {fill} }} .{name} > .box {{ stroke: {border} }} .{name} > .icon {{ stroke: {strong} }}\n\
         .{name} > .dot {{ fill: {strong} }} .{name} > .area {{ fill: {fill}; stroke: {border} }}\n\
         .to-{name} > .way {{ stroke: {strong} }} .to-{name} > .head {{ fill: {strong} }}\n"
    )
}
