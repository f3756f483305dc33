"""People: who they are, what they may do, what they store; how they come and go."""
