"""Projects: a document with its versions; a save says which version it was based on."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from layerloom.document import Document, to_text
from layerloom.store.engine import Engines
from layerloom.store.errors import NotFound, VersionConflict
from layerloom.store.ids import new_id
from layerloom.store.paging import Page, read_page
from layerloom.store.schema import project_versions, projects
from layerloom.store.times import now
from layerloom.store.writer import Writer

VERSIONS_KEPT = 200
"""Older versions of a project are forgotten, one for each save."""


@dataclass(frozen=True, slots=True)
class ProjectSummary:
    """A project without its document."""

    id: str
    name: str
    created: str
    updated: str
    version: int


@dataclass(frozen=True, slots=True)
class Project(ProjectSummary):
    """A project; `document` is canonical JSON text, `version` its ETag."""

    document: str


@dataclass(frozen=True, slots=True)
class ProjectVersion:
    """One save of a project."""

    version: int
    created: str
    name: str


class Projects:
    """The `projects` table with its versions. Every method may block on the disk: call it in a thread."""

    def __init__(self, engines: Engines, writer: Writer) -> None:
        self._engines, self._writer = engines, writer

    def create(self, document: Document) -> Project:
        text, time = to_text(document), now()
        project = Project(new_id(), document.name, time, time, 1, text)

        def write(connection: Connection) -> None:
            connection.execute(
                insert(projects),
                {
                    "id": project.id, "name": project.name, "created": time, "updated": time,
                    "version": 1, "document": text,
                },
            )  # fmt: skip
            _keep_version(connection, project)

        self._writer.submit(write).result()
        return project

    def save(self, project_id: str, document: Document, expected: int) -> Project:
        """Replace the document, if the project still has the `expected` version.

        Raises:
            VersionConflict: somebody else saved in between; nothing was changed.
        """
        text, time = to_text(document), now()

        def write(connection: Connection) -> Project:
            row = connection.execute(select(projects).where(projects.c.id == project_id)).first()
            if row is None:
                raise NotFound("project", project_id)
            if row.version != expected:
                raise VersionConflict(project_id, expected, row.version)
            project = Project(
                project_id, document.name, row.created, max(time, row.updated), expected + 1, text
            )
            connection.execute(
                update(projects)
                .where(projects.c.id == project_id)
                .values(name=project.name, updated=project.updated, version=project.version, document=text)
            )
            _keep_version(connection, project)
            return project

        return self._writer.submit(write).result()

    def get(self, project_id: str) -> Project:
        with self._engines.reading() as connection:
            row = connection.execute(select(projects).where(projects.c.id == project_id)).first()
        if row is None:
            raise NotFound("project", project_id)
        return Project(row.id, row.name, row.created, row.updated, row.version, row.document)

    def list(self, limit: int = 50, cursor: str | None = None) -> Page[ProjectSummary]:
        """The latest saved first."""
        columns = (projects.c.id, projects.c.name, projects.c.created, projects.c.updated, projects.c.version)
        with self._engines.reading() as connection:
            return read_page(
                connection, select(*columns), (projects.c.updated, projects.c.id), limit, cursor, _summary
            )

    def versions(self, project_id: str, limit: int = 50, cursor: str | None = None) -> Page[ProjectVersion]:
        """Its saves, the latest first."""
        table = project_versions
        query = select(table.c.version, table.c.created, table.c.name).where(table.c.project_id == project_id)
        with self._engines.reading() as connection:
            page = read_page(
                connection, query, (table.c.version,), limit, cursor,
                lambda row: ProjectVersion(row.version, row.created, row.name),
            )  # fmt: skip
        if not page.items:
            self.get(project_id)
        return page

    def version(self, project_id: str, version: int) -> str:
        """The document's text as it was saved then."""
        table = project_versions
        query = select(table.c.document).where(table.c.project_id == project_id, table.c.version == version)
        with self._engines.reading() as connection:
            text = connection.execute(query).scalar()
        if text is None:
            raise NotFound("version", f"{project_id}/{version}")
        return str(text)

    def delete(self, project_id: str) -> None:
        def write(connection: Connection) -> None:
            if not connection.execute(delete(projects).where(projects.c.id == project_id)).rowcount:
                raise NotFound("project", project_id)

        self._writer.submit(write).result()


def _keep_version(connection: Connection, project: Project) -> None:
    table = project_versions
    connection.execute(
        insert(table),
        {
            "project_id": project.id, "version": project.version, "created": project.updated,
            "name": project.name, "document": project.document,
        },
    )  # fmt: skip
    connection.execute(
        delete(table).where(
            table.c.project_id == project.id, table.c.version <= project.version - VERSIONS_KEPT
        )
    )


def _summary(row: Row[Any]) -> ProjectSummary:
    return ProjectSummary(row.id, row.name, row.created, row.updated, row.version)
