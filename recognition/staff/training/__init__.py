"""The pages of training: launch, watch, experiment."""
