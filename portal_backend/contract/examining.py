"""What the doctor asks of a portal's own package: what only its files and its machine can tell.

A package offers it under the entry-point group `workshop_index.examinations`: a function from a Task and the seconds it
may take to an Examination, or None where there is no portal to examine.
"""

from dataclasses import dataclass

GROUP = "workshop_index.examinations"


@dataclass(frozen=True)
class Webhook:
    """Where events are posted (`target`, empty for nowhere), and what a GET there came to.

    `status` is the answer's, 0 without one; `why` says what came instead of an answer, and `barred` that nothing may be
    posted there. Of the target only `origin` is to be shown, because its path may be a secret.
    """

    target: str = ""
    origin: str = ""
    status: int = 0
    why: str = ""
    barred: bool = False


@dataclass(frozen=True)
class Examination:
    """The portal of this folder: its address as browsers see it, whether its links let anybody in, its webhook."""

    url: str
    anonymous: bool
    webhook: Webhook
