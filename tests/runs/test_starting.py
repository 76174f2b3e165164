"""Runs that go on from others, or begin with their weights, through a real supervisor and real workers."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file

from layerloom.document import Document
from layerloom.problems import ProblemError
from layerloom.runs.forking import ForkServer
from runs.builder import Server, digits, measured, of_kind, scenario, until, watch, worker_pid


def digits_with(**fit: Any) -> Document:
    data = digits().model_dump()
    data["training"]["fit"].update(fit)
    return Document.model_validate(data)


@scenario
async def test_two_runs_after_another_are_one_long_run_bit_for_bit(folder: Path, forks: ForkServer) -> None:
    checkpoint = {"type": "ModelCheckpoint", "config": {"filepath": "at-{epoch:02d}", "period": 2}}
    async with Server(folder, forks) as supervisor:
        long = digits_with(epochs=6, callbacks=[checkpoint])
        whole = measured(await watch(supervisor, (await supervisor.submit(long)).id))
        first = await supervisor.submit(digits_with(epochs=3, callbacks=[checkpoint]))
        begun = measured(await watch(supervisor, first.id))

        second = await supervisor.submit(long, continues=first.id)
        rest = await watch(supervisor, second.id)
        third = await supervisor.submit(long, continues=f"{first.id}/at-02")
        earlier = measured(await watch(supervisor, third.id))

        assert [*begun, *measured(rest)] == whole
        assert earlier == whole[-len(earlier) :]
        assert (len(measured(rest)), len(earlier)) == (3 * 46, 4 * 46)
        assert rest[0]["continues"] == first.id
        assert of_kind(rest, "run_started")[0]["epoch"] == 3
        assert (await supervisor.get(second.id)).progress.epoch == 6
        assert {"at-02.safetensors", "at-02.state.safetensors", "state.safetensors"} <= set(
            await supervisor.artifacts(first.id)
        )


@scenario
async def test_a_killed_run_that_continued_another_goes_on_and_the_other_may_be_deleted(
    folder: Path, forks: ForkServer
) -> None:
    async with Server(folder, forks) as supervisor:
        whole = measured(await watch(supervisor, (await supervisor.submit(digits_with(epochs=12))).id))
        first = await supervisor.submit(digits_with(epochs=2, watch_every=7))
        await watch(supervisor, first.id)
        second = await supervisor.submit(digits_with(epochs=12, watch_every=7), continues=first.id)
        await supervisor.delete(first.id)

        for number in (1, 2):
            await until(
                supervisor,
                second.id,
                lambda event, number=number: (
                    event["kind"] == "step_ended" and event["epoch"] > 2 + 3 * number
                ),
            )
            os.kill(worker_pid(supervisor._store, second.id), signal.SIGKILL)
            await until(
                supervisor,
                second.id,
                lambda event, number=number: (
                    event["kind"] == "run_started" and event["attempt"] == number + 1
                ),
            )
        events = await watch(supervisor, second.id)

        assert measured(events) == whole[2 * 46 :]
        places = [(event["epoch"], event["step"]) for event in of_kind(events, "layers_measured")]
        assert len(places) == len(set(places)) == len([step for step in range(90, 540) if step % 7 == 0])


@scenario
async def test_what_cannot_be_gone_on_from_is_refused(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        first = await supervisor.submit(digits_with(epochs=1, callbacks=[]))
        await watch(supervisor, first.id)
        long = digits_with(epochs=100_000)
        going = await supervisor.submit(long)

        for document, more, code in [
            (digits_with(epochs=1), {"continues": first.id}, "run.continue"),
            (digits(units=8, epochs=9), {"continues": first.id}, "run.continue"),
            (long, {"continues": first.id, "warm_start": first.id}, "request.invalid"),
            (long, {"continues": going.id}, "run.state"),
            (long, {"warm_start": "nobody"}, "run.unknown"),
            (long, {"warm_start": f"{first.id}/nothing"}, "artifact.unknown"),
            (long, {"warm_start": f"{first.id}/../{first.id}"}, "artifact.unknown"),
            (digits_with(device="mps"), {}, "fit.device"),
        ]:
            with pytest.raises(ProblemError) as error:
                await supervisor.submit(document, **more)
            assert error.value.problems[0].code == code
            assert error.value.problems[0].message

        await supervisor.stop(going.id)
        assert len(list((folder / "runs").iterdir())) == 2


@scenario
async def test_a_warm_start_keeps_the_weights_of_the_layers_that_did_not_change(
    folder: Path, forks: ForkServer
) -> None:
    async with Server(folder, forks) as supervisor:
        first = await supervisor.submit(digits_with(epochs=2))
        await watch(supervisor, first.id)
        before = load_file(await supervisor.artifact(first.id, "weights.safetensors"))
        data = digits_with(epochs=1, time_limit_seconds=1e-9).model_dump()
        data["training"]["optimizer"] = {"type": "SGD", "config": {"learning_rate": 0.0}}
        layers, nodes = data["models"]["main"]["layers"], data["models"]["main"]["nodes"]
        layers["which"]["config"]["activation"] = "sigmoid"
        layers["which"]["config"]["kernel_initializer"] = "zeros"
        layers["hidden"]["config"]["kernel_initializer"] = "zeros"
        layers["odd_2"] = layers.pop("odd")
        nodes["odd"]["layer"] = "odd_2"
        other = Document.model_validate(data)

        table = {item.path: item.status for item in await supervisor.compare_weights(other, first.id)}
        run = await supervisor.submit(other, warm_start=first.id)
        events = await watch(supervisor, run.id)
        after = load_file(await supervisor.artifact(run.id, "weights.safetensors"))

        assert table == {
            "hidden/kernel": "kept", "hidden/bias": "kept",
            "which/kernel": "reset", "which/bias": "reset",
            "odd_2/kernel": "new", "odd_2/bias": "new",
            "odd/kernel": "gone", "odd/bias": "gone",
        }  # fmt: skip
        assert (after["hidden/kernel"] == before["hidden/kernel"]).all()
        assert not after["which/kernel"].any()
        assert events[0]["warm_start"] == first.id
        assert events[-1]["ended_by"] == "time_limit_seconds"


@scenario
async def test_of_a_layer_with_another_shape_nothing_is_kept(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        first = await supervisor.submit(digits_with(epochs=1))
        await watch(supervisor, first.id)

        table = await supervisor.compare_weights(digits(units=16), first.id)

        found = {item.path: (item.status, item.shape, item.before) for item in table}
        assert found["hidden/kernel"] == ("reshaped", (64, 16), (64, 32))
        assert found["which/kernel"] == ("reshaped", (16, 10), (32, 10))
        assert found["which/bias"] == ("reset", (10,), (10,))


@scenario
async def test_the_same_seed_twice_gives_identical_journals(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        runs = [await supervisor.submit(digits_with(epochs=2, watch_every=10)) for _ in range(2)]
        one, other = [await watch(supervisor, run.id) for run in runs]
        different = await watch(supervisor, (await supervisor.submit(digits_with(epochs=2, seed=8))).id)

        def journal(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
            timed = {"time", "seconds", "samples_per_second", "seq"}
            return [
                {name: value for name, value in event.items() if name not in timed}
                for event in events
                if event["kind"] != "checkpoint_saved"  # when one is saved is a matter of time
            ]

        assert journal(one) == journal(other)
        assert of_kind(one, "run_started")[0]["seed"] == 7
        assert measured(one) != measured(different)
