/** Brings into view what was asked for: a problem's node, a whole model when it is opened. */

import { useEffect, useRef } from "react";
import { useSelection } from "../../stores/selectionStore";
import type { CanvasEngine } from "./engine";
import type { Scene } from "./scene/scene";
import type { Viewport } from "./view/viewport";

export function useFocusRequests(engine: CanvasEngine, scene: Scene): void {
  const focus = useSelection((state) => state.focus);
  const answered = useRef(0);
  const shown = useRef<string | null>(null);
  const views = useRef(new Map<string, Viewport>());

  // A model that was looked at before shows the same part again; a new one shows all.
  useEffect(() => {
    if (shown.current === scene.model || scene.nodes.length === 0) return;
    const known = views.current.get(scene.model);
    const isFirst = shown.current === null;
    shown.current = scene.model;
    whenSized(engine, () => {
      if (known) engine.glideTo(known, false);
      else engine.fit([], !isFirst);
    });
  }, [engine, scene]);

  useEffect(() => {
    const { model } = scene;
    return engine.onFrame(() => {
      if (shown.current === model && engine.scene.model === model) views.current.set(model, engine.view);
    });
  }, [engine, scene]);

  useEffect(() => {
    if (!focus || focus.id === answered.current || focus.model !== scene.model || scene.nodes.length === 0)
      return;
    answered.current = focus.id;
    whenSized(engine, () => {
      const boxes = focus.nodes.map((id) => scene.byId.get(id)).filter((node) => node !== undefined);
      if (boxes.length === 0) engine.fit([], focus.id > 1);
      else if (boxes.length === 1 && engine.view.zoom > 0.5) engine.reveal(boxes[0]!);
      else engine.fit(focus.nodes);
    });
  }, [engine, focus, scene]);
}

/** The canvas has no size before its first layout. */
function whenSized(engine: CanvasEngine, then: () => void): void {
  if (engine.screen.width > 0) then();
  else requestAnimationFrame(() => whenSized(engine, then));
}
