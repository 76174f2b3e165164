"""The editor as a person sees it: regions, nodes, ports and edges by the names that design 4.5 fixes."""

from pathlib import Path
from typing import Literal

from playwright.sync_api import Locator, Page, Position, expect

Side = Literal["source", "target"]


class Editor:
    """One page of the editor, and the gestures that tests repeat."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, project_id: str) -> None:
        self.page.goto(f"{self.url}/projects/{project_id}")
        expect(self.canvas).to_be_visible()

    @property
    def project_id(self) -> str:
        return self.page.url.rsplit("/", 1)[-1]

    # Regions

    def region(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name, exact=True)

    @property
    def palette(self) -> Locator:
        return self.region("Layers")

    @property
    def canvas(self) -> Locator:
        return self.region("Canvas")

    @property
    def inspector(self) -> Locator:
        return self.region("Inspector")

    @property
    def training(self) -> Locator:
        return self.region("Training")

    @property
    def losses(self) -> Locator:
        return self.region("Losses")

    @property
    def problems(self) -> Locator:
        return self.region("Problems")

    @property
    def notices(self) -> Locator:
        return self.page.get_by_role("log", name="Messages")

    def button(self, name: str) -> Locator:
        """A button of the toolbar."""
        return self.region("Toolbar").get_by_role("button", name=name, exact=True)

    # The canvas

    @property
    def nodes(self) -> Locator:
        return self.canvas.locator("[data-node]")

    @property
    def edges(self) -> Locator:
        return self.canvas.locator("[data-edge]")

    def node(self, node: str) -> Locator:
        return self.canvas.locator(f'[data-node="{node}"]')

    def input(self, node: str, port: str = "inputs") -> Locator:
        return self.canvas.get_by_role("button", name=f"{node} input {port}", exact=True)

    def output(self, node: str, port: str | None = None) -> Locator:
        name = f"{node} output" if port is None else f"{node} output {port}"
        return self.canvas.get_by_role("button", name=name, exact=True)

    def edge(self, source: str, target: str) -> Locator:
        """By ports, as in `edge("first.output", "lstm.sequence")`."""
        return self.canvas.locator(f'[data-edge="{source}->{target}"]')

    def problem(self, code: str) -> Locator:
        return self.problems.locator(f'[data-problem="{code}"]')

    def name_field(self) -> Locator:
        return self.inspector.locator("[name=node_id]")

    def add(self, layer_type: str, name: str | None = None) -> str:
        """A layer from the palette by a click, given a name; says how it is called."""
        before = self.nodes.count()
        self.palette.get_by_role("button", name=layer_type, exact=True).click()
        expect(self.nodes).to_have_count(before + 1)
        expect(self.name_field()).to_be_visible()
        if name is None:
            return self.name_field().input_value()
        self.rename(name)
        return name

    def rename(self, name: str) -> None:
        """The selected node, in the inspector."""
        self.name_field().fill(name)
        self.name_field().press("Enter")
        expect(self.node(name)).to_be_visible()

    def select(self, node: str) -> None:
        self.node(node).click(position=Position(x=20, y=12))
        expect(self.node(node)).to_have_attribute("data-selected", "true")

    def fill(self, field: str, value: str) -> None:
        """A field of the inspector, by its name."""
        self.inspector.locator(f"[name={field}]").fill(value)

    def drag(self, start: Locator, end: Locator | tuple[float, float], steps: int = 6) -> None:
        """Presses the mouse on one thing and lets it go over another, or at a point of the page."""
        x, y = end if isinstance(end, tuple) else middle(end)
        self.page.mouse.move(*middle(start))
        self.page.mouse.down()
        self.page.mouse.move(x, y, steps=steps)
        self.page.mouse.up()

    def wire(self, source: Locator, target: Locator) -> None:
        """From port to port with the mouse; an edge more is there."""
        before = self.edges.count()
        self.drag(source, target)
        expect(self.edges).to_have_count(before + 1)

    def selected(self) -> set[str]:
        names = self.canvas.locator("[data-node][data-selected]").evaluate_all(
            "nodes => nodes.map(node => node.dataset.node)"
        )
        return set(names)

    def free_point(self) -> tuple[float, float]:
        """The point of the page that is farthest from all nodes and controls, with room for a node around it."""
        found = self.canvas.evaluate(
            """(canvas) => {
                const outer = canvas.getBoundingClientRect();
                const boxes = [...canvas.querySelectorAll("[data-node], [data-edge], [data-canvas-overlay]")]
                    .map((element) => element.getBoundingClientRect());
                const away = (x, y) => Math.min(...boxes.map((box) => Math.hypot(
                    Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom))));
                let best = { x: 0, y: 0, distance: 0 };
                for (let y = outer.top + 80; y < outer.bottom - 80; y += 12) {
                    for (let x = outer.left + 130; x < outer.right - 130; x += 12) {
                        const distance = away(x, y);
                        if (distance > best.distance) best = { x, y, distance };
                    }
                }
                return best;
            }"""
        )
        assert found["distance"] > 24, "the canvas has no free point"
        return found["x"], found["y"]

    def drop_file(self, path: Path) -> None:
        """As a person who drags a file over the page and lets it go there."""
        self.page.evaluate(
            """async ([name, bytes]) => {
                const transfer = new DataTransfer();
                transfer.items.add(new File([new Uint8Array(bytes)], name, { lastModified: 1 }));
                globalThis.dropIt = () => window.dispatchEvent(
                    new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
                window.dispatchEvent(new DragEvent("dragenter", { dataTransfer: transfer, cancelable: true }));
            }""",
            [path.name, list(path.read_bytes())],
        )
        expect(self.page.locator("[data-drop-zone]")).to_contain_text("Drop to open or upload")
        self.page.evaluate("dropIt()")
        expect(self.page.locator("[data-drop-zone]")).to_have_count(0)

    # The document

    def expect_saved(self) -> None:
        expect(self.page.locator("[data-save-state]")).to_have_attribute("data-save-state", "saved")

    # The run

    @property
    def run_panel(self) -> Locator:
        return self.losses.locator("[data-run]")

    def train(self) -> str:
        """Presses Train and says the run's id."""
        before = self.run_panel.get_attribute("data-run") if self.run_panel.count() else None
        self.button("Train").click()
        if before is not None:
            expect(self.run_panel).not_to_have_attribute("data-run", before)
        return self.run_id()

    def run_id(self) -> str:
        run = self.run_panel.get_attribute("data-run")
        assert run is not None
        return run

    def latest_loss(self, output: str) -> Locator:
        return self.losses.locator(f'tr[data-output="{output}"] [data-loss]')

    def last_seq(self) -> int:
        """Number of the last event that the page holds."""
        return int(self.run_panel.get_attribute("data-last-seq") or 0)

    def expect_more_events(self) -> None:
        expect(self.run_panel).not_to_have_attribute("data-last-seq", str(self.last_seq()))

    def expect_run(self, state: str, timeout: float = 30_000) -> None:
        expect(self.run_panel).to_have_attribute("data-run-state", state, timeout=timeout)


def middle(element: Locator) -> tuple[float, float]:
    """Middle of an element on the page."""
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    assert box is not None, f"{element} is not on the page"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
