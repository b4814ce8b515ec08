"""The risk levels of products, with a floor below which none is graded."""
