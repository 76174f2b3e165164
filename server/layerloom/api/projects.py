"""`/api/projects`: documents kept on the server. A save names the version it was based on, so two tabs cannot
overwrite each other silently."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import orjson
from fastapi import APIRouter
from fastapi import Path as PathParameter
from starlette.requests import Request
from starlette.responses import Response

from layerloom.api.bodies import read_json
from layerloom.api.contract import Answer, Body, DocumentJson, says
from layerloom.api.errors import JSON
from layerloom.api.paging import CursorQuery, LimitQuery
from layerloom.api.services import Services, Use
from layerloom.document import Document
from layerloom.problems import Problem, ProblemError
from layerloom.store.projects import Project
from layerloom.versions import load_document

router = APIRouter(prefix="/projects", tags=["projects"])

ProjectId = Annotated[str, PathParameter(max_length=100)]


class ProjectSummary(Answer):
    """A project without its document."""

    id: str
    name: str
    created: str
    updated: str
    version: int


class ProjectAnswer(ProjectSummary):
    """A project; its ETag is its version in quotes."""

    document: DocumentJson


class ProjectPage(Answer):
    """The latest saved first."""

    items: list[ProjectSummary]
    next: str | None


class ProjectVersion(Answer):
    """One save of a project."""

    version: int
    created: str
    name: str


class ProjectVersionPage(Answer):
    """The latest first."""

    items: list[ProjectVersion]
    next: str | None


class ProjectBody(Body):
    """What is saved; the project's name is the document's."""

    document: DocumentJson


@router.get("", **says(answer=ProjectPage))
async def list_projects(services: Use, limit: LimitQuery = 50, cursor: CursorQuery = None) -> Response:
    """All projects, the latest saved first."""
    page = await asyncio.to_thread(services.store.projects.list, limit, cursor)
    return JSON({"items": [asdict(item) for item in page.items], "next": page.next})


@router.post(
    "", **says(body=ProjectBody, answer=ProjectAnswer, status=201, text="The project, with its ETag.")
)
async def create_project(request: Request, services: Use) -> Response:
    """A new project. An unfinished document is welcome."""
    document = await _read_document(request, services)
    project = await asyncio.to_thread(services.store.projects.create, document)
    return _answer(project, status=201)


@router.get("/{project_id}", **says(answer=ProjectAnswer, text="The project, with its ETag."))
async def show_project(request: Request, services: Use, project_id: ProjectId) -> Response:
    """One project with its document."""
    project = await asyncio.to_thread(services.store.projects.get, project_id)
    if request.headers.get("if-none-match") == _etag(project.version):
        return Response(status_code=304, headers={"ETag": _etag(project.version)})
    return _answer(project)


@router.put(
    "/{project_id}",
    **says(body=ProjectBody, answer=ProjectAnswer, conditional=True, text="The project, with its new ETag."),
)
async def save_project(request: Request, services: Use, project_id: ProjectId) -> Response:
    """Replaces the document; 428 without `If-Match`, 412 where it was saved elsewhere in between."""
    expected = _expected_version(request.headers.getlist("if-match"))
    document = await _read_document(request, services)
    project = await asyncio.to_thread(services.store.projects.save, project_id, document, expected)
    return _answer(project)


@router.delete("/{project_id}", **says(status=204, text="Gone."))
async def delete_project(services: Use, project_id: ProjectId) -> Response:
    """Deletes a project with its versions; its runs stay."""
    await asyncio.to_thread(services.store.projects.delete, project_id)
    return Response(status_code=204)


@router.get("/{project_id}/versions", **says(answer=ProjectVersionPage))
async def list_project_versions(
    services: Use, project_id: ProjectId, limit: LimitQuery = 50, cursor: CursorQuery = None
) -> Response:
    """The saves of a project, the latest first."""
    page = await asyncio.to_thread(services.store.projects.versions, project_id, limit, cursor)
    return JSON({"items": [asdict(item) for item in page.items], "next": page.next})


@router.get("/{project_id}/versions/{version}", **says(answer=Document))
async def show_project_version(
    services: Use, project_id: ProjectId, version: Annotated[int, PathParameter(ge=1, le=2**31)]
) -> Response:
    """The document as it was saved then."""
    text = await asyncio.to_thread(services.store.projects.version, project_id, version)
    return Response(text, media_type="application/json")


async def _read_document(request: Request, services: Services) -> Document:
    body = await read_json(request, services.limits)
    if not isinstance(body, dict) or set(body) != {"document"} or not isinstance(body["document"], dict):
        received = ", ".join(sorted(map(str, body))[:10]) if isinstance(body, dict) else type(body).__name__
        raise ProblemError(
            Problem(
                code="request.invalid",
                message=f'The body is `{{"document": …}}`; received {received[:200] or "nothing"}.',
                hint="Put the document into the field `document`, and nothing beside it.",
                field="document",
            )
        )
    return load_document(body["document"], services.limits)


def _answer(project: Project, status: int = 200) -> Response:
    body = {**asdict(project), "document": orjson.Fragment(project.document)}
    headers = {"ETag": _etag(project.version)}
    if status == 201:
        headers["Location"] = f"/api/projects/{project.id}"
    return JSON(body, status_code=status, headers=headers)


def _etag(version: int) -> str:
    return f'"{version}"'


def _expected_version(headers: list[str]) -> int:
    """The version in `If-Match: "3"`."""
    text = headers[0].strip().removeprefix("W/").strip('"') if len(headers) == 1 else ""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    received = f"received {headers[0][:80]!r}" if headers else "there is none"
    raise ProblemError(
        Problem(
            code="project.precondition",
            message=f"A save needs `If-Match` with the ETag of the version that it replaces; {received}.",
            hint='Send the ETag that the project was read with, such as `If-Match: "3"`.',
        )
    )
