"""Others are told of what happens: programs by webhooks, people by mail.

Whatever changes a state writes an event in its own transaction (`happened`, `outbox`); a thread of
the analyst's process (`workers.messenger`) writes its deliveries and sends them.
"""
