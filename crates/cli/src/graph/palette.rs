//! Colours: one hue for each category, pale fills, and a second set for people who read in the dark.
use super::category::Category;

/// A pale fill, a border, and a strong colour for lines of an icon.
pub(super) struct Hue {
    pub(super) light: [&'static str; 3],
    pub(super) dark: [&'static str; 3],
}

/// The colours of a category.
pub(super) fn hue(category: Category) -> Hue {
    let (light, dark) = match category {
        Category::Network => (["#eaf2fd", "#a6c0e3", "#1d5caf"], ["#1c2a3e", "#3d587b", "#7eace7"]),
        Category::Compute => (["#fdf3ea", "#e3c1a6", "#af5f1d"], ["#3e2b1c", "#7b593d", "#e7ad7e"]),
        Category::Storage => (["#e6f8ef", "#a1d8be", "#17804e"], ["#1d3d2e", "#3e795e", "#81e4b6"]),
        Category::Database => (["#f1ebfc", "#bda9e0", "#5424a8"], ["#291d3c", "#544078", "#a684e1"]),
        Category::Identity => (["#fcebef", "#e0a9b7", "#a82445"], ["#3c1d25", "#78404e", "#e1849b"]),
        Category::Messaging => (["#faedf9", "#dbadd5", "#9d2f8e"], ["#392036", "#73446d", "#da8bcf"]),
        Category::Operations => (["#e7f7fa", "#a6d4dc", "#12788a"], ["#1c383e", "#3d727b", "#7ed7e7"]),
        Category::Other => (["#f1f3f6", "#bdc2cc", "#546178"], ["#282b31", "#545a64", "#a5afc0"]),
    };
    Hue { light, dark }
}
