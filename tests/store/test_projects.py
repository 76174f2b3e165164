"""Projects: versions guard against overwriting, lists page without gaps."""

import pytest

from layerloom.document import Document, to_text
from layerloom.problems import ProblemError
from layerloom.store import NotFound, Store, VersionConflict


def test_a_saved_project_reads_back_with_its_next_version(store: Store) -> None:
    project = store.projects.create(Document(name="First"))

    saved = store.projects.save(project.id, Document(name="Second"), expected=1)

    assert saved.version == 2
    assert store.projects.get(project.id) == saved
    assert saved.document == to_text(Document(name="Second"))
    assert saved.created == project.created


def test_a_save_based_on_an_old_version_changes_nothing(store: Store) -> None:
    project = store.projects.create(Document(name="First"))
    store.projects.save(project.id, Document(name="Second"), expected=1)

    with pytest.raises(VersionConflict) as caught:
        store.projects.save(project.id, Document(name="Third"), expected=1)

    assert caught.value.problems[0].code == "project.conflict"
    assert (caught.value.expected, caught.value.current) == (1, 2)
    assert store.projects.get(project.id).name == "Second"
    assert [version.version for version in store.projects.versions(project.id).items] == [2, 1]


def test_an_older_version_keeps_its_document(store: Store) -> None:
    project = store.projects.create(Document(name="First"))
    store.projects.save(project.id, Document(name="Second"), expected=1)

    assert store.projects.version(project.id, 1) == to_text(Document(name="First"))


def test_a_list_in_pages_holds_every_project_once_and_the_latest_saved_first(store: Store) -> None:
    made = [store.projects.create(Document(name=f"Project {number}")) for number in range(7)]
    store.projects.save(made[0].id, Document(name="Saved last"), expected=1)

    names, cursor = [], None
    while True:
        page = store.projects.list(limit=3, cursor=cursor)
        names += [project.name for project in page.items]
        cursor = page.next
        if cursor is None:
            break

    assert names[0] == "Saved last"
    assert sorted(names) == sorted(["Saved last", *(f"Project {number}" for number in range(1, 7))])


@pytest.mark.parametrize("cursor", ["", "nonsense!", "e30", "WzFd", "W251bGwsbnVsbF0", "🌱"])
def test_a_cursor_that_we_did_not_give_is_a_problem(store: Store, cursor: str) -> None:
    with pytest.raises(ProblemError) as caught:
        store.projects.list(cursor=cursor)

    assert caught.value.problems[0].code == "list.cursor"


def test_a_deleted_project_is_gone_with_its_versions(store: Store) -> None:
    project = store.projects.create(Document(name="First"))

    store.projects.delete(project.id)

    for ask in (store.projects.get, store.projects.versions, store.projects.delete):
        with pytest.raises(NotFound) as caught:
            ask(project.id)
        assert caught.value.problems[0].code == "project.unknown"


def test_text_in_any_language_survives(store: Store) -> None:
    name = "网络 № 7 – crème 🌱"

    project = store.projects.create(Document(name=name))

    assert store.projects.get(project.id).name == name
