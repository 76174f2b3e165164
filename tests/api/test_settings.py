"""Settings come from flags, then from the environment; a wrong one is a problem that names its variable."""

from pathlib import Path

import pytest

from layerloom.document import Limits
from layerloom.exchange.keras.limits import FileLimits
from layerloom.problems import ProblemError
from layerloom.settings import Settings, default_data_dir, documentation, load_settings, variable


def test_a_flag_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERLOOM_PORT", "9000")

    assert load_settings().port == 9000
    assert load_settings(port=None).port == 9000
    assert load_settings(port=9001).port == 9001


def test_every_limit_of_a_document_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().limits == Limits()
    for name in Limits.__dataclass_fields__:
        monkeypatch.setenv(variable(name), str(getattr(Limits(), name) + 1))

    assert Settings().limits == Limits(
        **{name: getattr(Limits(), name) + 1 for name in Limits.__dataclass_fields__}
    )


def test_every_limit_of_an_imported_file_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().file_limits == FileLimits()
    for name in FileLimits.__dataclass_fields__:
        monkeypatch.setenv(variable(f"import_{name}"), str(getattr(FileLimits(), name) + 1))

    assert Settings().file_limits == FileLimits(
        **{name: getattr(FileLimits(), name) + 1 for name in FileLimits.__dataclass_fields__}
    )


@pytest.mark.parametrize("value", ["x", "-1", "70000", "8420.5"])
def test_a_wrong_setting_is_a_problem_that_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("LAYERLOOM_PORT", value)

    with pytest.raises(ProblemError, match="LAYERLOOM_PORT") as error:
        load_settings()

    assert error.value.problems[0].code == "settings.invalid"


def test_an_empty_token_is_no_token_and_a_token_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings(token=" ").token is None
    settings = Settings(token="very-secret")

    assert "very-secret" not in repr(settings)
    assert "very-secret" not in settings.model_dump_json()


def test_allowed_hosts_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERLOOM_ALLOWED_HOSTS", "lab.local, https://lab.example.org ,")

    assert Settings().allowed_hosts == ("lab.local", "https://lab.example.org")


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, ".local/share/layerloom"),
        ("linux", {"XDG_DATA_HOME": "/data/share"}, "/data/share/layerloom"),
        ("darwin", {}, "Library/Application Support/Layerloom"),
        ("win32", {}, "AppData/Local/Layerloom"),
    ],
)
def test_data_lies_where_the_platform_keeps_it(
    platform: str, environment: dict[str, str], expected: str
) -> None:
    assert default_data_dir(environment, platform) == Path.home() / expected


def test_every_setting_is_documented_as_it_is() -> None:
    text = Path(__file__).parents[2].joinpath("docs/settings.md").read_text(encoding="utf-8")

    assert documentation() in text, (
        "python -c 'from layerloom.settings import documentation; print(documentation())'"
    )
    assert all(variable(name) in text for name in Settings.model_fields)
    assert all(field.description for field in Settings.model_fields.values())
