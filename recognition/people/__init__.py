"""People: their roles, tokens, invitations and quotas; how they come and how they go."""
