//! Nothing by itself: the bench beside it is the package.
