"""Who somebody is: passwords, second factors, sessions, and what slows those who guess."""
