"""Accounts: django-allauth's views with this site's rules and looks. No logic."""
