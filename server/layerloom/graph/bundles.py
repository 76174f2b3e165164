"""Bundles that Join nodes make, and their tensors put where a bundle is fed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from layerloom.graph.findings import Report, some
from layerloom.graph.resolved import Bundle, ResolvedLayer, Source, Wired
from layerloom.layers.base import Port


@dataclass(slots=True)
class Allowance:
    """Tensors that bundles of one document may still hold and feed: each Join can double those before it."""

    tensors: int

    def take(self, count: int) -> bool:
        if count > self.tensors:
            return False
        self.tensors -= count
        return True


@dataclass(slots=True)
class Bundles:
    """The bundles of one model, by Join node; a bundle in a bundle is spread out."""

    layers: Mapping[str, ResolvedLayer]
    """By node."""
    allowance: Allowance
    report: Report
    by_node: dict[str, Bundle] = field(default_factory=dict)
    too_large: set[str] = field(default_factory=set)

    def join(self, node: str, wired: Wired) -> bool:
        """Note what the Join `node` holds; False where that is too much."""
        sources = wired.get("inputs", ())
        count = sum(len(self.by_node.get(source.node, (0,))) for source in sources)
        if any(source.node in self.too_large for source in sources) or not self._is_allowed(node, count):
            self.by_node[node] = ()
            self.too_large.add(node)
            return False
        named: dict[str, Source] = {}
        numbers: dict[str, int] = {}
        for name, source in self._items(sources):
            free = name
            while free in named:
                numbers[name] = numbers.get(name, 1) + 1
                free = f"{name}_{numbers[name]}"
            named[free] = source
        self.by_node[node] = tuple(named.items())
        return True

    def spread(self, node: str, layer: ResolvedLayer, wired: Wired) -> tuple[Wired, bool]:
        """The node's edges with the tensors of bundles in their places; False where a bundle did not fit."""
        if layer.ports is None or layer.type == "Join":
            return wired, True
        ports = layer.ports.inputs
        result: dict[str, list[Source]] = {}
        is_whole = True
        for name, sources in wired.items():
            for source in sources:
                bundle = self.by_node.get(source.node)
                if bundle is None:
                    result.setdefault(name, []).append(source)
                    continue
                if source.node in self.too_large or not self._is_allowed(node, len(bundle)):
                    return {}, False
                placed = _placed(bundle, ports, name)
                if isinstance(placed, str):
                    self._refuse(node, layer, name, source.node, placed)
                    is_whole = False
                    continue
                for port, item in placed:
                    result.setdefault(port, []).append(item)
        return {port: tuple(sources) for port, sources in result.items()}, is_whole

    def _items(self, sources: Iterable[Source]) -> Iterable[tuple[str, Source]]:
        for source in sources:
            bundle = self.by_node.get(source.node)
            if bundle is not None:
                yield from bundle
                continue
            ports = self.layers[source.node].ports
            is_first = ports is None or source.port == next(iter(ports.outputs), source.port)
            yield (source.node if is_first else f"{source.node}_{source.port}"), source

    def _is_allowed(self, node: str, count: int) -> bool:
        if self.allowance.take(count):
            return True
        self.report(
            "bundle.too_large",
            f"`{node}` ({self.layers[node].type}) would get {count:,} tensors of bundles; with those of all other "
            "bundles that is more than the document may have edges.",
            "Join fewer tensors, or raise LAYERLOOM_EDGES.",
            node=node,
        )
        return False

    def _refuse(self, node: str, layer: ResolvedLayer, port: str, join: str, why: str) -> None:
        names = [name for name, _ in self.by_node[join]]
        self.report(
            "bundle.mismatch",
            f"`{node}` ({layer.type}) got the bundle `{join}` of {len(names)} tensors ({some(names)}) "
            f"at `{port}`; {why}.",
            "Feed the bundle to a merge or to a model with as many inputs, or connect single tensors instead.",
            node=node,
            port=port,
        )


def _placed(bundle: Bundle, ports: Mapping[str, Port], name: str) -> list[tuple[str, Source]] | str:
    """Port and source of each tensor of a bundle, or why there is no place for them."""
    if ports[name].is_variadic or len(bundle) == 1:
        return [(name, source) for _, source in bundle]
    if len(ports) == 1:
        return "it takes one tensor"
    if len(bundle) == len(ports) and all(item in ports for item, _ in bundle):
        return list(bundle)
    names = list(ports)
    names = names[names.index(name) :]
    if len(bundle) > len(names):
        return f"there {'is 1 port' if len(names) == 1 else f'are {len(names)} ports'} from there on ({some(names)})"
    return [(port, source) for port, (_, source) in zip(names, bundle, strict=False)]
