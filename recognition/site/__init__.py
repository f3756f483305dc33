"""The pages that everybody sees: no logic."""
