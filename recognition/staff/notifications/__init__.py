"""The pages of who is told of what: webhooks and mail."""
