/** Brings into view what was asked for: a problem's node, a whole model when it is opened. */

import { useEffect, useRef } from "react";
import { useDocument } from "../../stores/documentStore";
import { useSelection } from "../../stores/selectionStore";
import type { CanvasEngine } from "./engine";
import type { Scene } from "./scene/scene";
import type { Viewport } from "./view/viewport";

export function useFocusRequests(engine: CanvasEngine, scene: Scene): void {
  const focus = useSelection((state) => state.focus);
  const project = useDocument((state) => state.projectId);
  // A canvas drawn anew does not answer again what was asked of the one before.
  const answered = useRef(focus?.id ?? 0);
  const shown = useRef<string | null>(null);
  const views = useRef(new Map<string, Viewport>());
  const key = `${project ?? ""}/${scene.model}`;

  // A model that was looked at before shows the same part again; a new one is opened.
  useEffect(() => {
    if (shown.current === key || scene.nodes.length === 0) return;
    const known = views.current.get(key);
    shown.current = key;
    whenSized(engine, () => {
      if (known) engine.glideTo(known, false);
      else engine.open();
    });
  }, [engine, scene, key]);

  useEffect(
    () =>
      engine.onFrame(() => {
        if (shown.current === key) views.current.set(key, engine.view);
      }),
    [engine, key],
  );

  useEffect(() => {
    if (!focus || focus.id === answered.current || focus.model !== scene.model || scene.nodes.length === 0)
      return;
    answered.current = focus.id;
    whenSized(engine, () => {
      const [first, ...others] = focus.nodes
        .map((id) => scene.byId.get(id))
        .filter((node) => node !== undefined);
      if (!first) engine.fit();
      else if (others.length === 0 && engine.view.zoom > 0.5) engine.reveal(first);
      else engine.fit(focus.nodes);
    });
  }, [engine, focus, scene]);
}

/** The canvas has no size before its first layout. */
function whenSized(engine: CanvasEngine, then: () => void): void {
  if (engine.screen.width > 0) then();
  else requestAnimationFrame(() => whenSized(engine, then));
}
