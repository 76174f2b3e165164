"""Layers of the document → Keras' layers, and calls of ours → Keras' arguments."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from layerloom.exchange.keras.arguments import argument
from layerloom.exchange.keras.configs import saved_config, saved_object
from layerloom.exchange.keras.graph import Argument, Call, Entry, Graph, Tensor
from layerloom.exchange.keras.names import Names, identifier
from layerloom.exchange.keras.operations import write_operation
from layerloom.exchange.keras.structures import structured
from layerloom.exchange.keras.tensors_json import to_json
from layerloom.graph.infer import Inferred
from layerloom.graph.resolved import ResolvedCall, ResolvedLayer
from layerloom.layers.base import LayerType
from layerloom.layers.core.reversible_embedding import ReversibleEmbedding
from layerloom.problems import Problem, ProblemError, Severity

_LISTS = frozenset({"Attention", "AdditiveAttention"})
"""Layers that take a list of their tensors, which have ports of their own here."""

_NEVER_TRAINED = frozenset({"Discretization", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"})
"""Layers of Keras' whose config has no `trainable`."""

_ELSEWHERE = {"LayerScale": "keras.src.applications.convnext"}
"""Modules of layers that Keras does not have in `keras.layers`."""

_BY_PLACE = ("query", "value", "key")
_OURS = frozenset({"explicit_mask"})
"""Fields of the call that say what Keras says by the mask itself."""

WriteModel = Callable[[str, str, bool], Graph]
"""Definition, Keras' name, whether it is frozen."""


@dataclass(slots=True)
class LayerWriter:
    """The layers of one definition."""

    inferred: Inferred
    model_id: str
    names: Names
    name_of: Mapping[str, str]
    is_frozen: bool
    write_model: WriteModel
    problems: list[Problem] = field(default_factory=list)
    made: dict[str, Entry] = field(default_factory=dict)
    inner_names: dict[str, str] = field(default_factory=dict)

    def call(self, call: ResolvedCall, given: Mapping[str, Sequence[Tensor]]) -> tuple[Entry, Call]:
        """The layer, made once, and this call of it."""
        layer = call.layer
        if layer.config is not None and layer.config.category == "operations":
            return self._operation(layer, layer.config, given)
        if layer.id not in self.made:
            self.made[layer.id] = self._entry(layer, self.name_of[layer.id], self.is_frozen, call.node)
        entry = self.made[layer.id]
        return entry, self._arguments(layer, entry, given)

    def _entry(self, layer: ResolvedLayer, name: str, is_frozen: bool, node: str | None) -> Entry:
        is_frozen = is_frozen or not layer.parsed.is_trainable
        extras = {} if identifier(name) == layer.id else {"layer": layer.id}
        if layer.model is not None and layer.wraps is None:
            graph = self.write_model(layer.model, name, is_frozen)
            is_chain = graph.kind == "Sequential"
            return Entry(
                graph.kind, name, {}, "keras" if is_chain else "keras.src.models.functional",
                None if is_chain else "Functional", model=graph, extras=extras, layer_id=layer.id,
            )  # fmt: skip
        if layer.config is None:
            raise ValueError(f"{layer.id} has no config")
        layer_type = type(layer.config)
        config = saved_config(layer_type, self._said(layer.id))
        config |= {"name": name, "dtype": _policy(layer.config)}
        class_name = layer_type.keras_name or layer_type.__name__
        config.pop("trainable", None)
        if "trainable" in layer_type.model_fields and class_name not in _NEVER_TRAINED:
            config["trainable"] = not is_frozen
        if layer_type.__name__ == "Cosine":
            class_name = "Dot"
            config = {**config, "normalize": True}
            self._warn(
                f"`{node}` (Cosine) becomes Keras' Dot with `normalize`, which differs for vectors near zero.",
                node,
            )
        entry = Entry(class_name, name, config, extras=extras, layer_id=layer.id)
        if class_name in _ELSEWHERE:
            entry.module, entry.registered_name = _ELSEWHERE[class_name], class_name
        bound = getattr(layer.parsed, "binds", {})
        held = {"layer": (layer.wraps,)} if layer.wraps is not None else bound
        for key, ids in held.items():
            config.pop(key, None)
            entry.wrapped[key] = [
                self._inner(each, is_frozen, node, is_shared=layer.wraps is not None) for each in ids
            ]
        if class_name == "Bidirectional" and "backward_layer" not in entry.wrapped:
            config.pop("backward_layer", None)
            entry.wrapped["backward_layer"] = [_turned(entry.wrapped["layer"][0])]
        if layer.wraps is not None and (self._wires_several(layer) or len(layer.outputs) > 1):
            raise ProblemError(
                Problem(
                    code="export.keras",
                    message=f"`{node}` ({class_name}) wraps a layer with several inputs or outputs, which Keras' "
                    f"{class_name} can't.",
                    hint="Export to PyTorch instead, or join the tensors before it.",
                    model=self.model_id,
                    node=node,
                )
            )
        return entry

    def _wires_several(self, layer: ResolvedLayer) -> bool:
        """Whether a call of the layer, or the layer itself, needs tensors at several ports."""
        calls = self.inferred.resolved.models[self.model_id].calls
        wired = (sum(map(bool, call.inputs.values())) for call in calls if call.layer.id == layer.id)
        return max(wired, default=0) > 1 or sum(port.least > 0 for port in layer.inputs) > 1

    def _inner(self, layer_id: str, is_frozen: bool, node: str | None, *, is_shared: bool) -> Entry:
        """A layer that another's config holds; one that nodes call too is marked as the same."""
        layer = self.inferred.resolved.models[self.model_id].layers[layer_id]
        name = self.name_of.get(layer_id) or self.inner_names.get(layer_id)
        if name is None:
            said = self._said(layer_id).get("name")
            name = said if isinstance(said, str) and said and "/" not in said else layer_id
            self.inner_names[layer_id] = name
        if not is_shared:
            return self._entry(layer, name, is_frozen, node)
        if layer_id not in self.made:
            self.made[layer_id] = self._entry(layer, name, self.is_frozen, node)
        entry = self.made[layer_id]
        if entry.shared is None and self._uses(layer_id) > 1:
            entry.shared = 1 + sum(each.shared is not None for each in self.made.values())
        return entry

    def _uses(self, layer_id: str) -> int:
        """How often the layer is wrapped, and called."""
        layers = self.inferred.resolved.models[self.model_id].layers
        return sum(each.wraps == layer_id for each in layers.values()) + (layer_id in self.name_of)

    def _said(self, layer_id: str) -> Mapping[str, Any]:
        return self.inferred.resolved.document.models[self.model_id].layers[layer_id].config

    def _operation(
        self, layer: ResolvedLayer, config: LayerType, given: Mapping[str, Sequence[Tensor]]
    ) -> tuple[Entry, Call]:
        written = write_operation(
            config, {port: [to_json(each) for each in wired] for port, wired in given.items()}
        )
        name = self.name_of[layer.id]
        settings = {key: value for key, value in written.config.items() if key != "name"}
        if settings.get("data_format", "") is None:
            settings["data_format"] = "channels_last"  # without, Keras' operations work out a wrong shape
        if layer.id not in self.made:
            self.made[layer.id] = Entry(
                written.class_name, name, {"name": name, **settings},
                written.module, written.class_name,
                extras={} if identifier(name) == layer.id else {"layer": layer.id}, layer_id=layer.id,
            )  # fmt: skip
        args, kwargs = argument(written.args), argument(written.kwargs)
        return self.made[layer.id], Call(args, kwargs)

    def _arguments(self, layer: ResolvedLayer, entry: Entry, given: Mapping[str, Sequence[Tensor]]) -> Call:
        if layer.model is not None and layer.wraps is None:
            inner = self.inferred.resolved.models[layer.model]
            structure = self.inferred.resolved.document.models[layer.model].inputs
            return Call(
                [structured(structure, inner.inputs, lambda port: next(iter(given.get(port, ())), None))]
            )
        ports = layer.inputs
        kwargs = _literals(layer.config)
        config = layer.config
        if isinstance(config, ReversibleEmbedding) and config.reverse is None:
            kwargs |= {"reverse": True} if "float" in given["inputs"][0].dtype else {}
        first = ports[0]
        if entry.class_name in _LISTS:
            return Call([[given[port.name][0] for port in ports if given.get(port.name)]], kwargs)
        args: list[Argument] = [
            list(given.get(first.name, ())) if first.is_variadic else given[first.name][0]
        ]
        for port in ports[1:]:
            wired = list(given.get(port.name, ()))
            if not wired:
                continue
            if (
                port.name in _BY_PLACE
                and not kwargs.keys() & set(_BY_PLACE)
                and len(args) == _BY_PLACE.index(port.name)
            ):
                args.append(wired[0])
            else:
                kwargs[port.name] = wired if port.is_variadic else wired[0]
        return Call(args, kwargs)

    def _warn(self, message: str, node: str | None) -> None:
        self.problems.append(
            Problem(
                code="export.keras",
                severity=Severity.WARNING,
                message=message,
                model=self.model_id,
                node=node,
            )
        )


def _turned(forward: Entry) -> Entry:
    """The backward layer that Keras makes of the forward one, and writes out."""
    name = f"backward_{forward.name.removeprefix('forward_')}"
    config = {**forward.config, "name": name, "go_backwards": not forward.config.get("go_backwards")}
    return Entry(forward.class_name, name, config, forward.module, wrapped=forward.wrapped)


def _literals(config: LayerType | None) -> dict[str, Argument]:
    """Settings that Keras takes in the call, where they are not at their default."""
    if config is None:
        return {}
    fields = type(config).model_fields
    return {
        key: getattr(config, key)
        for key in config.call_fields
        if key not in _OURS and getattr(config, key) != fields[key].get_default()
    }


def _policy(config: LayerType) -> dict[str, Any]:
    return saved_object("keras", "DTypePolicy", {"name": getattr(config, "dtype", None) or "float32"})
