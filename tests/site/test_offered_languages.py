"""Which languages a site offers, by what `brand` says."""

import pytest

from frontend.site import loading


@pytest.mark.parametrize(
    ("brand", "offered"),
    [
        ("{}", ("en",)),
        ("{language: de}", ("de",)),
        ("{languages: [ar, EN, de]}", ("ar", "en", "de")),
        ("{language: pt-BR, languages: [de]}", ("de", "pt-br")),
    ],
)
def test_the_language_of_the_owners_texts_is_always_offered(brand: str, offered: tuple[str, ...]) -> None:
    site = loading.load(f"brand: {brand}").site
    assert site is not None
    assert site.brand.offered == offered


@pytest.mark.parametrize("code", ["klingon", "d", "en-", "de_DE"])
def test_what_is_no_language_is_told(code: str) -> None:
    loaded = loading.load(f"brand: {{language: {code}}}")
    assert loaded.site is None
    assert "expected the code of a language, such as en, de or pt-br" in str(loaded.problems[0])
