"""English: the time of 24 hours, as in Chinese. Django's own "10:38 p.m." ends in a full stop,
and its short dates read as other days outside America."""

TIME_FORMAT = "H:i"
DATETIME_FORMAT = "N j, Y, H:i"
SHORT_DATETIME_FORMAT = DATETIME_FORMAT
