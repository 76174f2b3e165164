/** One press of a pointer from down to up: a click if it hardly moves, else a drag. */

export interface Press {
  /** Called once when the pointer has moved far enough to be a drag. */
  start?(event: PointerEvent): void;
  move?(event: PointerEvent): void;
  /** The end of a drag. */
  end?(event: PointerEvent): void;
  /** Let go without having moved. */
  click?(event: PointerEvent): void;
  /** Escape, or the browser took the pointer away. `wasDrag`: a drag had begun. */
  cancel?(wasDrag: boolean): void;
}

const SLACK = { mouse: 4, pen: 6, touch: 9 } as const;

/** Moves are handed on at most once a frame, with the newest event. */
export function followPress(down: PointerEvent, press: Press): void {
  const slack = SLACK[down.pointerType as keyof typeof SLACK] ?? 4;
  let isDrag = false;
  let latest: PointerEvent | null = null;
  let frame = 0;

  function flush(): void {
    frame = 0;
    if (latest) press.move?.(latest);
    latest = null;
  }

  function onMove(event: PointerEvent): void {
    if (event.pointerId !== down.pointerId) return;
    if (!isDrag) {
      if (Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < slack) return;
      isDrag = true;
      press.start?.(event);
    }
    latest = event;
    frame ||= requestAnimationFrame(flush);
  }

  function onUp(event: PointerEvent): void {
    if (event.pointerId !== down.pointerId) return;
    stop();
    if (isDrag) {
      if (latest) press.move?.(latest);
      press.end?.(event);
    } else {
      press.click?.(event);
    }
  }

  function onCancel(event: PointerEvent): void {
    if (event.pointerId !== down.pointerId) return;
    stop();
    press.cancel?.(isDrag);
  }

  function onKey(event: KeyboardEvent): void {
    if (event.key !== "Escape" || !isDrag) return;
    event.preventDefault();
    event.stopPropagation();
    stop();
    press.cancel?.(true);
  }

  function stop(): void {
    cancelAnimationFrame(frame);
    window.removeEventListener("pointermove", onMove);
    window.removeEventListener("pointerup", onUp);
    window.removeEventListener("pointercancel", onCancel);
    window.removeEventListener("keydown", onKey, true);
  }

  window.addEventListener("pointermove", onMove);
  window.addEventListener("pointerup", onUp);
  window.addEventListener("pointercancel", onCancel);
  window.addEventListener("keydown", onKey, true);
}
