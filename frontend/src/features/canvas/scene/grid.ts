/** A grid over the plane that answers "what lies in this box?" without walking all items. */

import { type Box, touches } from "./geometry";

const CELL = 512;
/** An item over more cells than this is kept apart and looked at in every question. */
const MOST_CELLS = 64;

export class SpatialGrid {
  private readonly cells = new Map<number, number[]>();
  private readonly wide: number[] = [];
  private readonly boxes: Box[] = [];
  private readonly stamps: number[] = [];
  private stamp = 0;

  constructor(boxes: Iterable<Box>) {
    for (const box of boxes) this.add(box);
  }

  get size(): number {
    return this.boxes.length;
  }

  private add(box: Box): void {
    const index = this.boxes.length;
    this.boxes.push(box);
    this.stamps.push(0);
    const [left, top, right, bottom] = cellsOf(box);
    if ((right - left + 1) * (bottom - top + 1) > MOST_CELLS) {
      this.wide.push(index);
      return;
    }
    for (let column = left; column <= right; column += 1) {
      for (let row = top; row <= bottom; row += 1) {
        const key = keyOf(column, row);
        const cell = this.cells.get(key);
        if (cell) cell.push(index);
        else this.cells.set(key, [index]);
      }
    }
  }

  /** Places, in the order given to the constructor, of the boxes that touch `box`. */
  inside(box: Box): number[] {
    const [left, top, right, bottom] = cellsOf(box);
    const found: number[] = [];
    const cellsAsked = (right - left + 1) * (bottom - top + 1);
    if (cellsAsked >= this.cells.size) {
      // The question covers more cells than are filled: the boxes themselves are the shorter list.
      for (let index = 0; index < this.boxes.length; index += 1) {
        if (touches(this.boxes[index]!, box)) found.push(index);
      }
      return found;
    }
    this.stamp += 1;
    for (let column = left; column <= right; column += 1) {
      for (let row = top; row <= bottom; row += 1) {
        for (const index of this.cells.get(keyOf(column, row)) ?? []) this.take(index, box, found);
      }
    }
    for (const index of this.wide) this.take(index, box, found);
    return found.sort((a, b) => a - b);
  }

  private take(index: number, box: Box, found: number[]): void {
    if (this.stamps[index] === this.stamp) return;
    this.stamps[index] = this.stamp;
    if (touches(this.boxes[index]!, box)) found.push(index);
  }
}

function cellsOf(box: Box): [left: number, top: number, right: number, bottom: number] {
  return [
    Math.floor(box.x / CELL),
    Math.floor(box.y / CELL),
    Math.floor((box.x + box.width) / CELL),
    Math.floor((box.y + box.height) / CELL),
  ];
}

/** Cells within ±2²⁵ of the origin get keys of their own. */
function keyOf(column: number, row: number): number {
  return (column + 33_554_432) * 67_108_864 + (row + 33_554_432);
}
