/** Tells a mouse's wheel, which zooms, from two fingers on a trackpad, which pan. */

export interface WheelLike {
  readonly deltaX: number;
  readonly deltaY: number;
  readonly deltaMode: number;
  readonly ctrlKey: boolean;
  readonly timeStamp: number;
}

const SAME_GESTURE_MS = 250;
const NOTCH = 40;

/** A trackpad sends many small steps, also sideways; a wheel sends few large ones. */
export class WheelKind {
  private lastTrackpad = Number.NEGATIVE_INFINITY;

  isTrackpadPan(event: WheelLike): boolean {
    if (event.ctrlKey) return false;
    const isNotch =
      event.deltaMode !== 0 ||
      (event.deltaX === 0 && Number.isInteger(event.deltaY) && Math.abs(event.deltaY) >= NOTCH);
    const isSameGesture = event.timeStamp - this.lastTrackpad < SAME_GESTURE_MS;
    if (isNotch && !(isSameGesture && event.deltaMode === 0)) return false;
    this.lastTrackpad = event.timeStamp;
    return true;
  }
}
