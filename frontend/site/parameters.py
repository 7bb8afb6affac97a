"""What a workshop asks before it starts: the fields of its form, and what was typed into them, checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from frontend.site.model import Parameter
from frontend.site.pages import Choice, Field
from portal_backend.contract.words import say

# Says that a form had the fields, so that one without them (a card's button) is not taken for an empty one.
ASKED = "asked"
_PREFIX = "parameter-"
_LONGEST = 500


@dataclass(frozen=True)
class Answers:
    """The value of each parameter that was given, and what is wrong, by the parameter's name.

    `asked` is false of a form that had no fields for them.
    """

    values: Mapping[str, str]
    problems: Mapping[str, str]
    asked: bool = True

    @property
    def lacking(self) -> bool:
        """Whether the workshop cannot start with these alone."""
        return bool(self.problems) or not self.asked


def read(declared: Sequence[Parameter], form: Mapping[str, str]) -> Answers:
    """Return what `form` holds for the declared parameters; what is not declared is not read."""
    given = {each.name: form.get(_PREFIX + each.name, "").strip() for each in declared}
    found = {each.name: _problem(each, given[each.name]) for each in declared}
    problems = {name: problem for name, problem in found.items() if problem}
    return Answers({name: value for name, value in given.items() if value}, problems, not declared or ASKED in form)


def fields(declared: Sequence[Parameter], answers: Answers | None = None) -> tuple[Field, ...]:
    """Return the form's fields, with what was typed before and what was wrong with it."""
    typed = answers if answers and answers.asked else None
    made = [_field(each, typed) for each in declared]
    unfilled = (each for each in made if each.required and not each.value)
    first = next((each for each in made if each.error), None) or next(unfilled, None)
    return tuple(replace(each, focus=each is first) for each in made)


def _field(declared: Parameter, answers: Answers | None) -> Field:
    value = answers.values.get(declared.name, "") if answers else declared.value
    return Field(
        id=_PREFIX + declared.name.replace(".", "-"),
        name=_PREFIX + declared.name,
        label=declared.label or declared.name,
        help=declared.help,
        value=value,
        required=declared.required,
        choices=tuple(Choice(choice, choice == value) for choice in declared.choices),
        error=answers.problems.get(declared.name) if answers else None,
    )


def _problem(declared: Parameter, value: str) -> str:
    if declared.required and not value:
        return say("This is needed to start the workshop.")
    if len(value) > _LONGEST:
        return say("Use at most {number} characters.", number=_LONGEST)
    if not value.isprintable():
        return say("Use letters, digits and signs only.")
    if value and declared.choices and value not in declared.choices:
        return say("Choose one of the values offered.")
    return ""
