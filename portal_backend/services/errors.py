"""What a use case raises when it is asked about something that is not there."""


class UnknownEnvironment(LookupError):
    """No environment, workshop or alias has this name."""


class UnknownSession(LookupError):
    """No session of this name is live."""


class UnownedSession(LookupError):
    """The session is a spare that nobody owns, so there is nothing to do with it yet."""


class NotConfigured(LookupError):
    """No configuration has been applied to the store so far."""
