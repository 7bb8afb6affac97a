"""Whether the events of a portal arrive where they are posted to."""

from frontend.site.doctor.results import Result, failed, ok, skipped, warning
from portal_backend.contract.examining import Webhook

TARGET, PRIVATE = "spec.analytics.webhook.url", "PORTAL_WEBHOOK_PRIVATE"


def webhook(seen: Webhook | None) -> Result:
    """Return whether the target can be posted to; None stands for a portal whose files are not here."""
    check = "webhook"
    if seen is None:
        return skipped(check, f"its files are not here; look at {TARGET} of its TrainingPortal")
    if not seen.target:
        return skipped(check, f"the portal has none ({TARGET})")
    where = f"set {TARGET} in portal.yaml to where the receiver listens"
    if seen.barred:
        return failed(
            check, f"{seen.origin}: {seen.why}", f"name its network in {PRIVATE}, or {where}", PRIVATE, TARGET
        )
    if seen.why:
        return failed(check, f"{seen.origin}: {seen.why}", f"start the receiver, or {where}", TARGET)
    if seen.status >= 500:
        told = f"{seen.origin} answers {seen.status} to a GET"
        return warning(check, told, f"look at the receiver's log, or {where}", TARGET)
    return ok(check, f"{seen.origin} answers {seen.status} to a GET; only an event would tell more")
