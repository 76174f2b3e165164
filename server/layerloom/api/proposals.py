"""`POST /api/datasets/{id}/propose`: what makes a model and a data set fit each other."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from layerloom.api.bodies import read_json, to_model
from layerloom.api.contract import Body, DocumentJson, says
from layerloom.api.datasets import DatasetId, find_dataset
from layerloom.api.errors import JSON
from layerloom.api.services import Use
from layerloom.data.document_proposals import proposal_for
from layerloom.data.suiting import Proposal
from layerloom.versions import load_document

router = APIRouter(prefix="/datasets", tags=["data"])


class ProposeBody(Body):
    """A document, finished or not: its Inputs and Outputs count, and the targets that it binds already."""

    document: DocumentJson


class ProposalAnswer(Proposal):
    """All that makes a model and a data set fit each other; nothing is changed by asking."""


@router.post("/{dataset_id}/propose", **says(body=ProposeBody, answer=ProposalAnswer))
async def propose(request: Request, services: Use, dataset_id: DatasetId) -> Response:
    """Columns with encoders for each Input and Output, the shapes that the Inputs need, and losses that suit."""
    body = to_model(await read_json(request, services.limits), ProposeBody)
    document = load_document(body.document, services.limits)
    dataset = await find_dataset(services, dataset_id)
    found = await asyncio.to_thread(proposal_for, document, dataset, services.limits)
    return JSON(found.model_dump(mode="json"))
