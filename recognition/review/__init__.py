"""What people say of predictions: the labels, and what helps to set them well."""
