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
/** What one click of a wheel sends in the browsers: whole multiples of these. */
const CLICKS = [100, 120];

/** A trackpad sends many small steps, also sideways; a wheel sends few large ones. */
export class WheelKind {
  private lastTrackpad = Number.NEGATIVE_INFINITY;

  isTrackpadPan({ ctrlKey, deltaMode, deltaX, deltaY, timeStamp }: WheelLike): boolean {
    if (ctrlKey || deltaMode !== 0 || (deltaX === 0 && deltaY === 0)) return false;
    if (deltaX === 0 && Number.isInteger(deltaY) && Math.abs(deltaY) >= NOTCH) {
      // A flick on a trackpad has large steps too, but begins with small ones.
      const isSameGesture = timeStamp - this.lastTrackpad < SAME_GESTURE_MS;
      if (!isSameGesture || CLICKS.some((click) => deltaY % click === 0)) return false;
    }
    this.lastTrackpad = timeStamp;
    return true;
  }
}
