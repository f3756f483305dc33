"""The pages of versions: model card, comparison, promotion, bundles."""
