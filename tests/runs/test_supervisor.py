"""Runs in real worker processes: from submit to the last event, watched, controlled, deleted."""

import asyncio
import random
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from safetensors.numpy import load_file

from layerloom.document import Document, Limits
from layerloom.problems import ProblemError
from layerloom.runs.forking import ForkServer
from layerloom.store import NotFound
from layerloom.versions import load_document
from runs.builder import TERMINAL, Server, digits, eventually, measured, of_kind, scenario, until, watch


@scenario
async def test_a_run_trains_from_queued_to_finished_without_a_gap(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        submitted = await supervisor.submit(digits(epochs=2))

        events = await watch(supervisor, submitted.id)

        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        assert [event["kind"] for event in events[:2]] == ["run_queued", "run_started"]
        assert events[-1]["kind"] == "run_finished"
        assert len(of_kind(events, "step_ended")) == 2 * 45
        assert events[1]["outputs"] == ["digit", "parity"]
        for event in of_kind(events, "step_ended"):
            expected = event["losses"]["digit"] + 0.5 * event["losses"]["parity"]
            assert event["loss"] == pytest.approx(expected, rel=1e-6)
        record = await supervisor.get(submitted.id)
        assert record.state == "finished"
        assert (record.progress.epoch, record.progress.epochs, record.progress.steps) == (2, 2, 45)
        assert record.latest == of_kind(events, "epoch_ended")[-1]["losses"]
        assert record.last_seq == len(events)
        assert None not in (record.started, record.ended)


@scenario
async def test_events_read_later_are_those_that_were_watched(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        run = await supervisor.submit(digits(epochs=1))
        watched = await watch(supervisor, run.id)

        pages, after = [], 0
        while page := orjson.loads(await supervisor.events(run.id, after, limit=10)):
            assert len(page) <= 10
            pages += page
            after = page[-1]["seq"]

        assert pages == watched
        assert await watch(supervisor, run.id) == watched
        assert await watch(supervisor, run.id, after=len(watched)) == []


@scenario
async def test_two_viewers_that_reconnect_at_random_get_every_event_once(
    folder: Path, forks: ForkServer
) -> None:
    async with Server(folder, forks) as supervisor:
        run = await supervisor.submit(digits(epochs=5, batch_size=8))

        async def reconnecting() -> list[int]:
            seen: list[int] = []
            while True:
                batches = supervisor.follow(run.id, seen[-1] if seen else 0)
                hang_up_after = random.randint(1, 5)
                async for data in batches:
                    events = orjson.loads(data)
                    seen += [event["seq"] for event in events]
                    if events[-1]["kind"] in TERMINAL:
                        return seen
                    hang_up_after -= 1
                    if not hang_up_after:
                        break
                await batches.aclose()
                await asyncio.sleep(random.random() / 20)

        streams = await asyncio.gather(reconnecting(), reconnecting())

        last = (await supervisor.get(run.id)).last_seq
        assert streams == [list(range(1, last + 1))] * 2


@scenario
async def test_history_has_keras_keys_and_an_entry_an_epoch(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        run = await supervisor.submit(digits(epochs=3))
        events = await watch(supervisor, run.id)

        history = await supervisor.history(run.id)

        assert history.epoch == [1, 2, 3]
        assert set(history.history) == {
            *("loss", "digit_loss", "parity_loss", "digit_accuracy"),
            *("val_loss", "val_digit_loss", "val_parity_loss", "val_digit_accuracy"),
        }
        assert history.history["loss"] == [event["loss"] for event in of_kind(events, "epoch_ended")]


@scenario
async def test_artifacts_are_there_once_the_run_has_finished(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        run = await supervisor.submit(digits(epochs=1))
        await until(supervisor, run.id, lambda event: event["kind"] == "run_finished")

        names = await supervisor.artifacts(run.id)
        weights = load_file(await supervisor.artifact(run.id, "weights.safetensors"))

        assert names == (
            "document.json",
            "encoders.json",
            "history.json",
            "model.keras",
            "model.py",
            "model.weights.h5",
            "state.safetensors",
            "weights.safetensors",
        )
        assert {name: array.shape for name, array in weights.items()} == {
            "hidden/kernel": (64, 32), "hidden/bias": (32,),
            "which/kernel": (32, 10), "which/bias": (10,),
            "odd/kernel": (32, 1), "odd/bias": (1,),
        }  # fmt: skip
        saved = orjson.loads((await supervisor.artifact(run.id, "history.json")).read_bytes())
        assert saved == (await supervisor.history(run.id)).model_dump()
        for name in ("../log.txt", "/etc/passwd", "nothing"):
            with pytest.raises(NotFound):
                await supervisor.artifact(run.id, name)


@scenario
async def test_the_same_seed_gives_the_same_losses_and_none_draws_one(
    folder: Path, forks: ForkServer
) -> None:
    async with Server(folder, forks) as supervisor:
        runs = [await supervisor.submit(digits(epochs=1, seed=seed)) for seed in (3, 3, 4, None)]
        streams = [await watch(supervisor, run.id) for run in runs]

        assert measured(streams[0]) == measured(streams[1])
        assert measured(streams[0]) != measured(streams[2])
        drawn = orjson.loads(await supervisor.document(runs[3].id))["training"]["fit"]["seed"]
        assert of_kind(streams[3], "run_started")[0]["seed"] == drawn


@scenario
async def test_a_stopped_run_ends_within_a_second_and_keeps_its_weights(
    folder: Path, forks: ForkServer
) -> None:
    async with Server(folder, forks) as supervisor:
        run = await supervisor.submit(digits(epochs=10_000))
        await until(supervisor, run.id, lambda event: event["kind"] == "step_ended")

        began = asyncio.get_running_loop().time()
        stopped = await supervisor.stop(run.id)

        assert asyncio.get_running_loop().time() - began < 1.0
        assert stopped.state == "stopped"
        events = await watch(supervisor, run.id)
        assert events[-1]["kind"] == "run_stopped"
        assert "weights.safetensors" in await supervisor.artifacts(run.id)
        assert (await supervisor.stop(run.id)).state == "stopped"
        assert (await supervisor.get(run.id)).last_seq == len(events)


@scenario
async def test_a_paused_run_rests_until_it_is_resumed(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        run = await supervisor.submit(digits(epochs=12))
        await until(supervisor, run.id, lambda event: event["kind"] == "step_ended")

        assert (await supervisor.pause(run.id)).state == "paused"
        assert (await supervisor.pause(run.id)).state == "paused"
        resting = (await supervisor.get(run.id)).last_seq
        await asyncio.sleep(0.3)
        assert (await supervisor.get(run.id)).last_seq <= resting + 1  # the checkpoint of the pause
        assert (await supervisor.resume(run.id)).state in ("training", "finished")

        events = await watch(supervisor, run.id)
        undisturbed = await watch(supervisor, (await supervisor.submit(digits(epochs=12))).id)
        assert [event["kind"] for event in events if event["kind"] in ("run_paused", "run_resumed")] == [
            "run_paused",
            "run_resumed",
        ]
        assert measured(events) == measured(undisturbed)


@scenario
async def test_loss_weights_and_learning_rate_change_while_it_trains(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        run = await supervisor.submit(digits(epochs=10_000))
        await until(supervisor, run.id, lambda event: event["kind"] == "step_ended")

        await supervisor.change_training(run.id, {"parity": 0.0}, 0.0001)

        seen = await until(supervisor, run.id, lambda event: event["kind"] == "training_changed")
        assert seen[-1]["loss_weights"]["parity"] == 0.0
        assert seen[-1]["learning_rate"] == 0.0001
        (step,) = (
            await until(supervisor, run.id, lambda event: event["kind"] == "step_ended", seen[-1]["seq"])
        )[-1:]
        assert step["loss"] == pytest.approx(step["losses"]["digit"], rel=1e-6)
        for weights, rate in (
            ({"nobody": 1.0}, None),
            ({"digit": float("nan")}, None),
            ({}, -1.0),
            ({}, None),
        ):
            with pytest.raises(ProblemError):
                await supervisor.change_training(run.id, weights, rate)
        await supervisor.stop(run.id)


@scenario
async def test_runs_beyond_the_places_wait_in_order(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks, concurrent_runs=1) as supervisor:
        first = await supervisor.submit(digits(epochs=10_000))
        second = await supervisor.submit(digits(epochs=1))
        third = await supervisor.submit(digits(epochs=1))
        await until(supervisor, first.id, lambda event: event["kind"] == "step_ended")

        assert (await supervisor.get(second.id)).state == "queued"
        assert orjson.loads(await supervisor.events(second.id))[0]["kind"] == "run_queued"
        assert (await supervisor.stop(third.id)).state == "stopped"

        await supervisor.stop(first.id)
        assert (await watch(supervisor, second.id))[-1]["kind"] == "run_finished"
        listed = await supervisor.list(limit=2)
        assert [record.id for record in listed.items] == [third.id, second.id]
        assert [record.id for record in (await supervisor.list(2, listed.next)).items] == [first.id]


@scenario
async def test_a_paused_run_gives_its_place_to_those_that_wait(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks, concurrent_runs=1) as supervisor:
        first = await supervisor.submit(digits(epochs=10_000))
        second = await supervisor.submit(digits(epochs=1))
        await until(supervisor, first.id, lambda event: event["kind"] == "step_ended")

        await supervisor.pause(first.id)

        assert (await watch(supervisor, second.id))[-1]["kind"] == "run_finished"
        await supervisor.stop(first.id)


@scenario
async def test_a_repeated_request_with_one_key_is_one_run(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        records = await asyncio.gather(
            *(supervisor.submit(digits(epochs=1, seed=None), idempotency_key="once") for _ in range(5))
        )

        assert len({record.id for record in records}) == 1
        assert len((await supervisor.list()).items) == 1
        with pytest.raises(ProblemError) as caught:
            await supervisor.submit(digits(epochs=2), idempotency_key="once")
        assert caught.value.problems[0].code == "run.idempotency"


@scenario
async def test_what_a_state_does_not_allow_is_a_problem(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        run = await supervisor.submit(digits(epochs=1))
        await watch(supervisor, run.id)

        for action in (supervisor.pause, supervisor.resume):
            with pytest.raises(ProblemError) as caught:
                await action(run.id)
            assert caught.value.problems[0].code == "run.state"
        assert (await supervisor.stop(run.id)).state == "finished"
        for ask in (
            supervisor.get,
            supervisor.stop,
            supervisor.delete,
            supervisor.history,
            supervisor.events,
        ):
            with pytest.raises(NotFound):
                await ask("nobody")


@scenario
async def test_a_deleted_run_is_gone_with_its_process_and_files(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        run = await supervisor.submit(digits(epochs=10_000))
        watching = asyncio.create_task(watch(supervisor, run.id))
        await until(supervisor, run.id, lambda event: event["kind"] == "step_ended")

        await supervisor.delete(run.id)

        with pytest.raises(NotFound):
            await supervisor.get(run.id)
        assert list((folder / "runs").iterdir()) == []
        assert (await watching)[-1]["kind"] not in TERMINAL
        assert (await supervisor.list()).items == []


@scenario
async def test_a_document_that_can_not_be_trained_makes_no_run(folder: Path, forks: ForkServer) -> None:
    whole = digits().model_dump(mode="json")
    whole["training"]["data"]["targets"]["digit"] = "nothing"
    whole["models"]["main"]["nodes"]["hidden"]["inputs"]["inputs"] = []

    async with Server(folder, forks) as supervisor:
        for document in (Document(), Document.model_validate(whole)):
            with pytest.raises(ProblemError) as caught:
                await supervisor.submit(document)
            assert all(problem.message for problem in caught.value.problems)
        assert (await supervisor.list()).items == []


@scenario
async def test_a_subset_of_outputs_trains_though_the_rest_is_unfinished(
    folder: Path, forks: ForkServer
) -> None:
    document = digits(epochs=1).model_dump(mode="json")
    document["training"]["outputs"] = {"parity": document["training"]["outputs"]["parity"]}
    document["models"]["main"]["nodes"]["which"]["inputs"] = {}

    async with Server(folder, forks) as supervisor:
        run = await supervisor.submit(Document.model_validate(document))
        events = await watch(supervisor, run.id)

        assert run.outputs == ["parity"]
        assert events[-1]["kind"] == "run_finished"


@scenario
async def test_training_can_be_overridden_for_one_run(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        run = await supervisor.submit(digits(epochs=50), overrides={"fit": {"epochs": 1, "batch_size": 128}})

        (started,) = of_kind(await watch(supervisor, run.id), "run_started")

        assert (started["epochs"], started["steps_per_epoch"]) == (1, 12)


@scenario
async def test_a_full_queue_takes_no_more(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks, concurrent_runs=1, queued_runs=1) as supervisor:
        going = await supervisor.submit(digits(epochs=10_000))
        await eventually(lambda: supervisor.get(going.id), "training")
        await supervisor.submit(digits())

        with pytest.raises(ProblemError) as caught:
            await supervisor.submit(digits())

        assert caught.value.problems[0].code == "run.queue_full"


@scenario
async def test_losses_that_are_not_finite_are_null_with_a_problem(folder: Path, forks: ForkServer) -> None:
    document = digits(epochs=1).model_dump(mode="json")
    document["training"]["optimizer"] = {"type": "SGD", "config": {"learning_rate": 1e30}}

    async with Server(folder, forks) as supervisor:
        run = await supervisor.submit(Document.model_validate(document))
        events = await watch(supervisor, run.id)

        bad = [event for event in of_kind(events, "step_ended") if event["loss"] is None]
        assert bad
        assert bad[0]["problem"]["code"] == "training.not_finite"
        assert (await supervisor.get(run.id)).loss is None


@scenario
async def test_the_first_loss_comes_within_two_seconds_of_a_warm_server(
    folder: Path, forks: ForkServer
) -> None:
    async with Server(folder, forks) as supervisor:
        await supervisor._forks.ready.wait()
        began = asyncio.get_running_loop().time()

        run = await supervisor.submit(digits())
        await until(supervisor, run.id, lambda event: event["kind"] == "step_ended")

        assert asyncio.get_running_loop().time() - began < 2.0


def test_the_server_side_of_runs_imports_no_torch() -> None:
    program = (
        "import sys, layerloom.runs.supervisor, layerloom.data.upload\n"
        "heavy = {'torch', 'sklearn', 'keras', 'jax', 'scipy'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


@scenario
async def test_a_run_is_told_things_from_the_moment_that_it_exists(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        run = await supervisor.submit(digits(epochs=2))
        await supervisor.change_training(run.id, learning_rate=0.005)
        paused = await supervisor.pause(run.id)
        with pytest.raises(ProblemError) as caught:
            await supervisor.change_training(run.id, {"nowhere": 1.0})
        await supervisor.resume(run.id)
        events = await watch(supervisor, run.id)

    assert paused.state in ("queued", "starting", "paused")
    assert caught.value.problems[0].code == "output.unknown"
    changed = [event for event in events if event["kind"] == "training_changed"]
    assert [event["learning_rate"] for event in changed] == [0.005]
    assert events[-1]["kind"] == "run_finished"


@scenario
async def test_a_worker_has_the_limits_of_its_server(folder: Path, forks: ForkServer) -> None:
    limits = Limits(models=400)
    plain = digits(epochs=1).model_dump(mode="json")
    plain["models"] |= {f"spare_{index}": {} for index in range(300)}
    async with Server(folder, forks, limits=limits) as supervisor:
        run = await supervisor.submit(load_document(plain, limits))

        events = await watch(supervisor, run.id)

    assert events[-1]["kind"] == "run_finished", events[-1]
