"""Which tests hold which promise; none of them may go away or change its name without this table knowing.

A promise is one thing that goes wrong in systems of this kind; a test is `<file>::<name>` below tests/.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

from portal_backend.services.context import new_token

TESTS = Path(__file__).resolve().parents[2]
HELD = {
    "browsers are sent back to allowed origins only": (
        "portal/pages/test_return_addresses.py::test_a_hostile_address_is_ignored_on_every_way_back",
        "contract/test_urls.py::test_only_allowed_origins_are_accepted",
    ),
    "after the access code nobody is led elsewhere": (
        "portal/trust/test_access_code.py::test_after_the_code_nobody_is_led_elsewhere",
    ),
    "the access code is checked wherever a session is given or listed": (
        "portal/trust/test_access_code.py::test_no_route_allocates_or_lists_without_the_code",
    ),
    "the access code comes by form and cannot be guessed": (
        "portal/trust/test_access_code.py::test_a_code_counts_in_the_form_only",
        "portal/trust/test_access_link.py::test_a_link_ends_with_its_time_or_its_code",
        "portal/trust/test_access_link.py::test_links_cannot_be_guessed",
        "portal/trust/test_limits.py::test_the_access_code_cannot_be_guessed",
        "portal/trust/test_limits.py::test_the_access_code_cannot_be_guessed_from_many_networks_either",
    ),
    "a browser changes something by the portal's own forms only": (
        "portal/trust/test_browsers_at_sessions.py::test_no_link_makes_a_browser_act",
        "portal/trust/test_browsers_at_sessions.py::test_without_its_form_token_a_browser_does_not_act",
        "portal/trust/test_browsers_at_sessions.py::test_another_sites_page_does_not_act_even_with_a_form_token",
        "portal/pages/test_session_page.py::test_looking_at_the_finish_link_ends_nothing",
    ),
    "previews, prefetches and crawlers start nothing": (
        "portal/pages/test_entering.py::test_who_only_looks_gets_no_session",
        "portal/pages/test_entering.py::test_fetching_ahead_is_refused",
        "portal/pages/test_entering.py::test_crawlers_are_told_where_not_to_go",
    ),
    "an activation link makes nobody else of a browser": (
        "portal/trust/test_first_visit.py::test_an_activation_link_makes_nobody_else_of_a_browser",
        "portal/pages/test_activation.py::test_it_takes_nothing_from_the_browser_it_is_opened_in",
    ),
    "an activation link works once and leaves no trace": (
        "portal/pages/test_activation.py::test_another_browser_cannot_use_it_again_later",
        "portal/pages/test_activation.py::test_it_lands_on_the_session_page_without_the_token",
        "portal/trust/test_silence.py::test_the_referrer_of_what_carries_a_token_is_nobodys",
        "portal/trust/test_silence.py::test_it_shows_no_query",
        "whole/test_identity.py::test_no_log_holds_a_token",
        "portal/oauth/test_tokens.py::test_no_token_is_stored_in_plain",
    ),
    "tokens come from the system's source of chance": (
        "portal/trust/test_promises.py::test_tokens_are_drawn_from_the_systems_chance",
        "portal/trust/test_promises.py::test_no_two_tokens_are_the_same_and_each_is_long",
    ),
    "secrets are compared in a time that tells nothing": (
        "portal/trust/test_promises.py::test_no_secret_is_compared_by_an_equals_sign",
    ),
    "strangers cannot take every seat, nor fill the store": (
        "portal/trust/test_limits.py::test_sessions_by_link_are_counted_before_anything_is_stored",
        "portal/trust/test_limits.py::test_one_visitor_does_not_start_again_and_again",
        "portal/trust/test_limits.py::test_three_hundred_people_behind_one_address_get_in",
        "portal/pages/test_entering.py::test_in_confirm_mode_the_link_asks_first",
    ),
    "a seat is not held for ever by asking again": (
        "domain/test_activation.py::test_a_seat_is_held_by_asking_again_within_a_bound",
    ),
    "a visitor is not stored before the first session": (
        "portal/trust/test_first_visit.py::test_nothing_is_stored_before_a_session_is",
        "portal/trust/test_first_visit.py::test_without_cookies_no_seat_is_taken",
    ),
    "a name is no right: neither a user's nor a session's": (
        "portal/trust/test_browsers_at_sessions.py::test_other_browsers_get_nothing",
        "portal/oauth/test_authorization_code.py::test_another_users_token_opens_nothing_not_even_their_own_session",
        "portal/api/test_sessions.py::test_another_users_token_does_not_open_it",
        "whole/test_path.py::test_another_visitor_may_not_look_into_a_session",
    ),
    "events are posted to public addresses only": (
        "portal/services/test_webhooks_reach.py::test_an_address_of_ones_own_surroundings_is_not_public",
        "portal/services/test_webhooks_reach.py::test_one_private_address_among_public_ones_is_enough_to_refuse",
        "portal/services/test_webhooks_line.py::test_a_redirect_is_not_followed",
        "portal/services/test_webhooks_delivery.py::test_a_private_target_is_not_posted_to",
    ),
    "what authors write is shown, not run": (
        "portal/content/test_instructions.py::test_nothing_active_gets_through",
        "portal/app/test_app.py::test_pages_carry_a_policy_without_anything_inline",
    ),
    "secrets are private files, and never told": (
        "portal/app/test_settings.py::test_a_secret_may_come_from_a_private_file",
        "portal/app/test_credentials.py::test_nobody_else_reads_them",
        "portal/app/test_settings.py::test_secrets_do_not_show_when_settings_are_printed",
        "portal/services/test_tokens.py::test_only_hashes_are_stored",
        "portal/oauth/test_authorization_code.py::test_neither_codes_nor_secrets_are_stored",
        "portal/services/test_configuration_edits.py::test_the_access_code_is_not_in_the_store",
    ),
    "the password grant is kept, marked as of the past, and throttled": (
        "portal/trust/test_silence.py::test_the_password_grant_says_that_it_is_of_the_past",
        "portal/trust/test_limits.py::test_wrong_secrets_are_counted_and_then_refused_in_json",
        "portal/services/test_tokens.py::test_revoking_either_token_kills_both",
        "portal/oauth/test_tokens.py::test_refreshing_gives_a_new_pair_and_kills_the_old_one",
    ),
    "codes go to one address, work once, for a minute, with their verifier": (
        "portal/oauth/test_authorization_code.py::test_a_request_that_is_not_from_the_session_goes_nowhere",
        "portal/oauth/test_authorization_code.py::test_a_code_works_once_and_takes_back_what_it_gave_when_it_comes_again",
        "portal/oauth/test_authorization_code.py::test_a_code_works_for_a_minute",
        "portal/oauth/test_authorization_code.py::test_a_challenge_wants_its_verifier",
    ),
    "a token counts while it is known, for whom and where it was given": (
        "portal/services/test_tokens.py::test_a_token_tells_its_holder_until_it_expires",
        "portal/oauth/test_authorization_code.py::test_the_administrators_browser_gets_a_staff_token_for_this_session_only",
    ),
    "other origins read nothing": ("portal/trust/test_silence.py::test_nothing_is_told_to_other_origins",),
    "strange host names are refused": (
        "portal/trust/test_hosts.py::test_any_other_name_is_refused",
        "portal/trust/test_hosts.py::test_links_are_made_from_the_portals_own_address",
        "portal/trust/test_hosts.py::test_a_forwarded_name_must_be_the_portals_too",
    ),
    "people need not be named in addresses": (
        "portal/trust/test_silence.py::test_people_may_be_named_in_the_body_instead_of_the_address",
        "portal/trust/test_silence.py::test_it_shows_no_query",
    ),
    "no more sessions than there are seats": (
        "portal/services/test_racing.py",
        "portal/services/test_model.py",
        "whole/test_rush.py::test_fifty_at_once_for_twenty_seats",
    ),
    "no input is a fault of the portal's": (
        "portal/api/test_requests.py::test_a_body_of_another_shape_is_refused",
        "portal/api/test_sessions.py::test_what_counts_as_an_event",
        "portal/oauth/test_tokens.py::test_a_login_that_is_not_right_says_why",
    ),
    "parameters are declared, short and plain": (
        "domain/test_parameters.py::test_what_each_declared_parameter_gets",
        "portal/trust/test_silence.py::test_parameters_hold_nothing_a_terminal_would_obey",
    ),
    "there is no default administrator, and what one does is written down": (
        "portal/trust/test_silence.py::test_there_is_no_default_password",
        "portal/trust/test_silence.py::test_what_the_administrator_does_is_written_down",
        "portal/trust/test_limits.py::test_the_administrators_password_cannot_be_guessed",
    ),
    "the administrator comes from where the owner says": (
        "portal/trust/test_administrator.py::test_the_login_is_open_where_the_owner_says",
        "portal/trust/test_administrator.py::test_a_cookie_that_is_carried_away_opens_nothing",
        "portal/trust/test_administrator.py::test_a_token_of_the_administrator_counts_there_only",
    ),
    "secrets can be changed while older ones still count": (
        "portal/oauth/test_tokens.py::test_an_older_secret_counts_while_clients_are_told_the_new_one",
        "portal/oauth/test_authorization_code.py::test_the_client_of_an_older_cookie_key_still_counts",
        "portal/services/test_webhooks_delivery.py::test_what_arrives_is_signed_with_every_secret_in_force",
    ),
}  # fmt: skip


@cache
def names_in(file: str) -> frozenset[str]:
    """Return the names of the tests in a file, none when there is no such file."""
    path = TESTS / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("test", [each for tests in HELD.values() for each in tests])
def test_each_promise_is_held_by_a_test_that_is_there(test: str) -> None:
    file, _, name = test.partition("::")
    assert name in names_in(file) if name else any(found.startswith("test_") for found in names_in(file))


MODULES = sorted((TESTS.parent / "portal_backend").rglob("*.py"))
SECRET_WORDS = {"secret", "password", "token", "digest", "hashed", "challenge", "verifier"}
# Chance that need not be secret: how long to wait before trying again.
DRAWS_LOTS = {"delivery.py"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(TESTS.parent).as_posix())
def test_tokens_are_drawn_from_the_systems_chance(path: Path) -> None:
    imported = {
        alias.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in (node.names if isinstance(node, ast.Import) else [ast.alias(node.module or "")])
    }
    assert "random" not in imported or path.name in DRAWS_LOTS


def test_no_two_tokens_are_the_same_and_each_is_long() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {43}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(TESTS.parent).as_posix())
def test_no_secret_is_compared_by_an_equals_sign(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = [ast.unparse(side).rpartition(".")[2] for side in (node.left, *node.comparators)]
            assert not SECRET_WORDS.intersection(sides), f"line {node.lineno}: {ast.unparse(node)}"
