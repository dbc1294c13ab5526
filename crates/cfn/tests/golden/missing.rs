/// `lid` has not been called.
pub enum lid {}
/// `mode` has not been called.
pub enum mode {}
/// `size` has not been called.
pub enum size {}
/// `type_` has not been called.
pub enum type_ {}
